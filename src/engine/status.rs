//! The current state of listener, database and settings, for the window.

use crate::config::Config;
use crate::texts::user_error::UserError;

/// The state of the listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListenerState {
    #[default]
    Starting,
    Listening {
        /// `HOST:PORT`.
        address: String,
    },
    /// Stopped by the person.
    Stopped,
    /// Another process listens for the same data folder; its events appear in this window.
    Elsewhere { trouble: UserError },
    /// Listening has failed.
    Failed { trouble: UserError },
}

/// The state that the window shows beside captures, published as a `watch`: only the latest counts.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub listener: ListenerState,
    /// The failure to open the database.
    pub database: Option<UserError>,
    /// The contents of `config.toml`.
    pub config: Config,
    /// The accounts, and the secrets that each has.
    pub accounts: Vec<AccountStatus>,
}

/// The presence of an account's secrets, without their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    pub name: String,
    pub has_token: bool,
    pub has_aes_key: bool,
    pub has_app_secret: bool,
}
