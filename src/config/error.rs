//! Errors of `config.toml`, secrets and the data folder.

use std::path::PathBuf;

use super::{DEFAULT_ADDRESS, SecretsPlace};
use crate::texts::user_error::UserError;

/// An error of the configuration, the data folder or the secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The platform names no data folder.
    #[error("cannot find this user's data folder: no home directory; name one with --data DIR")]
    NoHome,
    /// A file cannot be read.
    #[error("cannot read a configuration file ({source}); check that it exists and that you may read it: {}", path.display())]
    Read { source: std::io::Error, path: PathBuf },
    /// A file or folder cannot be written.
    #[error("cannot write to the data folder ({source}); check its rights and the free space, or choose another with --data DIR: {}", path.display())]
    Write { source: std::io::Error, path: PathBuf },
    /// `config.toml` says something that cannot be.
    #[error("cannot use the configuration, line {line}, column {column}: {reason}; mend it by hand in {}", path.display())]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        reason: String,
        path: PathBuf,
    },
    /// An account stands in `config.toml` under both spellings.
    #[error(
        "cannot use the configuration: account \"{name}\" is given twice, as [account.{name}] in line {written} and as [accounts.{name}] in line {other}; make one section of the two by hand in {}",
        path.display()
    )]
    AccountTwice {
        name: String,
        /// The line of `[account.NAME]`, counted from 1.
        written: usize,
        /// The line of `[accounts.NAME]`.
        other: usize,
        path: PathBuf,
    },
    /// `secrets.toml` is not TOML; its text is never quoted.
    #[error("cannot use the secrets: line {line} is not as expected; mend it by hand in {}", path.display())]
    SecretsMalformed {
        /// Counted from 1.
        line: usize,
        path: PathBuf,
    },
    /// Secrets that should be there cannot be had.
    #[error(
        "cannot read the secrets of account \"{account}\" from {}: {cause}; enter them again in Settings, or give them as MENUSCOPE_TOKEN and MENUSCOPE_AES_KEY",
        place.name()
    )]
    SecretsUnreadable { account: String, place: SecretsPlace, cause: String },
    /// A secret that should be forgotten is not kept anywhere.
    #[error(
        "cannot forget this secret of account \"{account}\": it is not kept here; it was given by a flag or in the environment, so start without it"
    )]
    SecretNotKept { account: String },
    /// `--account` names an unknown account.
    #[error("there is no account \"{name}\" in config.toml; known: {known}")]
    UnknownAccount {
        name: String,
        /// The names there are.
        known: String,
    },
    /// An address is no `HOST:PORT`.
    #[error("\"{text}\" is no address to listen at; write it as HOST:PORT, such as {DEFAULT_ADDRESS}")]
    Address { text: String },
    /// An account has the name under which the feed's token is kept.
    #[error(
        "cannot keep the feed's token: an account is called \"feed\", and secrets are kept by name; rename the account, or give the token as MENUSCOPE_FEED_TOKEN"
    )]
    NamedAsFeed,
    /// An account has the name under which the broker's login is kept.
    #[error(
        "cannot keep the broker's login: an account is called \"team\", and secrets are kept by name; rename the account, or give a credentials file as [team] creds"
    )]
    NamedAsTeam,
    /// A name that cannot stand in a stream's.
    #[error("\"{name}\" is no name of a team; use letters, digits, - and _, 64 at most")]
    TeamName { name: String },
    /// An address is none of a broker.
    #[error("\"{text}\" is no address of a broker; write it as nats://USER:PASSWORD@HOST:4222, or tls://… for TLS")]
    TeamUrl {
        /// Without a login.
        text: String,
    },
    /// Another process has the data folder's listener.
    #[error("another menuscope already listens for this data folder; close it, or use another folder with --data DIR: {}", path.display())]
    AlreadyListening { path: PathBuf },
}

impl From<&ConfigError> for UserError {
    fn from(error: &ConfigError) -> Self {
        match error {
            ConfigError::NoHome => Self::of("user_error.config.no_home", error),
            ConfigError::Read { source, path } => {
                Self::of("user_error.config.read", error).with("cause", source).with("path", path.display())
            }
            ConfigError::Write { source, path } => {
                Self::of("user_error.config.write", error).with("cause", source).with("path", path.display())
            }
            ConfigError::Malformed { line, column, reason, path } => Self::of("user_error.config.malformed", error)
                .with("line", line)
                .with("column", column)
                .with("reason", reason)
                .with("path", path.display()),
            ConfigError::AccountTwice { name, written, other, path } => {
                Self::of("user_error.config.account_twice", error)
                    .with("name", name)
                    .with("written", written)
                    .with("other", other)
                    .with("path", path.display())
            }
            ConfigError::SecretsMalformed { line, path } => {
                Self::of("user_error.config.secrets_malformed", error).with("line", line).with("path", path.display())
            }
            // The file was read (else it is one of those above): what is missing is the account's section.
            ConfigError::SecretsUnreadable { account, place: SecretsPlace::File, .. } => {
                Self::of("user_error.config.secrets_in_file", error).with("account", account)
            }
            ConfigError::SecretsUnreadable { account, place: SecretsPlace::Keyring, cause } => {
                Self::of("user_error.config.secrets_in_keyring", error).with("account", account).with("cause", cause)
            }
            ConfigError::SecretNotKept { account } => Self::of("forgetting.not_kept", error).with("account", account),
            ConfigError::UnknownAccount { name, known } => {
                Self::of("user_error.config.unknown_account", error).with("name", name).with("known", known)
            }
            ConfigError::Address { text } => Self::of("user_error.config.address", error).with("text", text),
            ConfigError::NamedAsFeed => Self::of("user_error.config.named_as_feed", error),
            ConfigError::NamedAsTeam => Self::of("user_error.config.named_as_team", error),
            ConfigError::TeamName { name } => Self::of("user_error.team.name", error).with("name", name),
            ConfigError::TeamUrl { text } => Self::of("user_error.config.team_url", error).with("text", text),
            ConfigError::AlreadyListening { path } => {
                Self::of("user_error.config.already_listening", error).with("path", path.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_every_one_of_them() {
        let path = PathBuf::from("/data");
        let source = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let unreadable = |place| ConfigError::SecretsUnreadable { account: "a".into(), place, cause: "c".into() };
        let errors = [
            ConfigError::NoHome,
            ConfigError::Read { source: source(), path: path.clone() },
            ConfigError::Write { source: source(), path: path.clone() },
            ConfigError::Malformed { line: 1, column: 2, reason: "r".into(), path: path.clone() },
            ConfigError::AccountTwice { name: "a".into(), written: 1, other: 2, path: path.clone() },
            ConfigError::SecretsMalformed { line: 1, path: path.clone() },
            unreadable(SecretsPlace::File),
            unreadable(SecretsPlace::Keyring),
            ConfigError::SecretNotKept { account: "a".into() },
            ConfigError::UnknownAccount { name: "a".into(), known: "b".into() },
            ConfigError::Address { text: "x".into() },
            ConfigError::NamedAsFeed,
            ConfigError::NamedAsTeam,
            ConfigError::TeamName { name: "a b".into() },
            ConfigError::TeamUrl { text: "x".into() },
            ConfigError::AlreadyListening { path },
        ];
        for error in &errors {
            UserError::from(error).assert_said();
        }
    }
}
