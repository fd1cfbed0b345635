//! Errors of a team: of its names, of the broker, and of others in it.

use crate::texts::user_error::UserError;

/// The reasons that keep a relay or a desktop from its team.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// A name that cannot stand in a stream's.
    #[error("\"{name}\" is no name of a team; use letters, digits, - and _, 64 at most")]
    Name { name: String },
    /// Nothing answers there; it is tried again.
    #[error(
        "cannot reach the broker at {broker}: {cause}; trying again by itself: check the address, and that nats-server runs"
    )]
    Unreachable { broker: String, cause: String },
    /// The broker's certificate is not to be trusted, or TLS fails in another way.
    #[error(
        "cannot trust the broker at {broker} by TLS: {cause}; write the file with its issuer's certificate as [team] ca in config.toml, and check that its certificate is for this host name and has not expired"
    )]
    Tls { broker: String, cause: String },
    /// The broker knows neither the user nor the key.
    #[error("the broker at {broker} refuses this login; check user and password, or [team] creds")]
    Login { broker: String },
    /// A credentials file, a seed or a certificate cannot be used.
    #[error("cannot use {file} to log in at the broker: {cause}; check [team] creds, nkey and ca")]
    Credentials { file: String, cause: String },
    /// The broker is too old.
    #[error("the broker at {broker} is nats-server {found}; teams need 2.10 or newer")]
    OldServer { broker: String, found: String },
    /// The broker keeps nothing.
    #[error("the broker at {broker} has no JetStream; start it with: nats-server -js")]
    NoJetStream { broker: String },
    /// The broker refuses what a team needs.
    #[error("the broker cannot {doing}: {cause}; trying again by itself: check its limits and this user's permissions")]
    Broker { doing: &'static str, cause: String },
    /// The stream has another purpose.
    #[error(
        "the stream {stream} at the broker takes other subjects than this team's; remove it there, or choose another name for the team"
    )]
    ForeignStream { stream: String },
    /// Another process has joined under this name.
    #[error(
        "another desktop is in team \"{team}\" as \"{desktop}\"; choose another name with --desktop, or [team] desktop"
    )]
    NameTaken { team: String, desktop: String },
    /// The own database fails.
    #[error("{cause}")]
    Store { cause: String },
    /// The program was built without teams.
    #[error("this menuscope was built without teams; build it with the cargo feature \"team\"")]
    NotBuilt,
}

impl TeamError {
    /// Tells whether trying again is of no use as long as nobody changes anything.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Name { .. }
            | Self::Tls { .. }
            | Self::Login { .. }
            | Self::Credentials { .. }
            | Self::OldServer { .. }
            | Self::NoJetStream { .. }
            | Self::ForeignStream { .. }
            | Self::NameTaken { .. }
            | Self::NotBuilt => true,
            Self::Unreachable { .. } | Self::Broker { .. } | Self::Store { .. } => false,
        }
    }
}

impl From<&TeamError> for UserError {
    fn from(error: &TeamError) -> Self {
        match error {
            TeamError::Name { name } => Self::of("user_error.team.name", error).with("name", name),
            TeamError::Unreachable { broker, cause } => {
                Self::of("user_error.team.unreachable", error).with("broker", broker).with("cause", cause)
            }
            TeamError::Tls { broker, cause } => {
                Self::of("user_error.team.tls", error).with("broker", broker).with("cause", cause)
            }
            TeamError::Login { broker } => Self::of("user_error.team.login", error).with("broker", broker),
            TeamError::Credentials { file, cause } => {
                Self::of("user_error.team.credentials", error).with("file", file).with("cause", cause)
            }
            TeamError::OldServer { broker, found } => {
                Self::of("user_error.team.old_server", error).with("broker", broker).with("found", found)
            }
            TeamError::NoJetStream { broker } => Self::of("user_error.team.no_jetstream", error).with("broker", broker),
            TeamError::Broker { cause, .. } => Self::of("user_error.team.broker", error).with("cause", cause),
            TeamError::ForeignStream { stream } => {
                Self::of("user_error.team.foreign_stream", error).with("stream", stream)
            }
            TeamError::NameTaken { team, desktop } => {
                Self::of("user_error.team.name_taken", error).with("team", team).with("desktop", desktop)
            }
            TeamError::Store { cause } => Self::of("user_error.team.store", error).with("cause", cause),
            TeamError::NotBuilt => Self::of("user_error.team.not_built", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_every_one_of_them() {
        let (broker, cause) = ("nats://h:4222".to_owned(), "c".to_owned());
        let errors = [
            TeamError::Name { name: "a b".into() },
            TeamError::Unreachable { broker: broker.clone(), cause: cause.clone() },
            TeamError::Tls { broker: broker.clone(), cause: cause.clone() },
            TeamError::Login { broker: broker.clone() },
            TeamError::Credentials { file: "f".into(), cause: cause.clone() },
            TeamError::OldServer { broker: broker.clone(), found: "2.9.10".into() },
            TeamError::NoJetStream { broker },
            TeamError::Broker { doing: "make the stream", cause: cause.clone() },
            TeamError::ForeignStream { stream: "MENUSCOPE_a".into() },
            TeamError::NameTaken { team: "a".into(), desktop: "b".into() },
            TeamError::Store { cause },
            TeamError::NotBuilt,
        ];
        for error in &errors {
            UserError::from(error).assert_said();
        }
    }
}
