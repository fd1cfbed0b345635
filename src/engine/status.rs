//! What the window needs to know beside captures: where listener, database and settings stand.

use crate::config::Config;
use crate::texts::user_error::UserError;

/// Where the listener stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListenerState {
    /// Not started yet.
    #[default]
    Starting,
    /// It listens.
    Listening {
        /// At this HOST:PORT.
        address: String,
    },
    /// It was stopped by hand.
    Stopped,
    /// Another process listens for this data folder; its events show up here.
    Elsewhere {
        /// Which folder, with the remedy.
        trouble: UserError,
    },
    /// It cannot listen.
    Failed {
        /// Why not, with the remedy.
        trouble: UserError,
    },
}

/// What the window needs to know beside captures; the latest is all that matters of it.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Where the listener stands.
    pub listener: ListenerState,
    /// Why the database could not be opened, if it could not.
    pub database: Option<UserError>,
    /// What `config.toml` says.
    pub config: Config,
    /// Of which account which secrets are there, by name.
    pub accounts: Vec<AccountStatus>,
}

/// What may be shown of an account's secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// The account's name.
    pub name: String,
    /// Whether it has a token.
    pub has_token: bool,
    /// Whether it has an EncodingAESKey.
    pub has_aes_key: bool,
    /// Whether it has an AppSecret.
    pub has_app_secret: bool,
}
