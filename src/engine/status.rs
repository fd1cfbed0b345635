//! The current state of listener, database and settings, for the window.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::Config;
use crate::progress::Progress;
use crate::team::TeamStatus;
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

/// The state of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FeedState {
    /// Nobody asked for it.
    #[default]
    Off,
    Open {
        /// `HOST:PORT`.
        address: String,
    },
    /// Its address cannot be used.
    Failed { trouble: UserError },
}

/// The state of the team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TeamState {
    /// Nobody asked for one.
    #[default]
    Off,
    /// Joined, or about to be.
    Joined(Arc<TeamStatus>),
    /// Another process has the data folder, and with it the team.
    Elsewhere,
    /// Its address or its login cannot be used.
    Failed { trouble: UserError },
}

impl TeamState {
    /// The state of the team that is joined, to be kept for a frame.
    pub fn shared(&self) -> Option<Arc<TeamStatus>> {
        match self {
            Self::Joined(status) => Some(Arc::clone(status)),
            Self::Off | Self::Elsewhere | Self::Failed { .. } => None,
        }
    }

    /// The team that is joined.
    pub fn joined(&self) -> Option<&TeamStatus> {
        match self {
            Self::Joined(status) => Some(status),
            Self::Off | Self::Elsewhere | Self::Failed { .. } => None,
        }
    }
}

/// The state that the window shows beside captures, published as a `watch`: only the latest counts.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub listener: ListenerState,
    /// The address that this run was given at its start, which outranks the saved one until another is saved.
    pub given_address: Option<String>,
    pub feed: FeedState,
    pub team: TeamState,
    /// The failure to open the database.
    pub database: Option<UserError>,
    /// The progress of bringing a database of an earlier version up to date, while that lasts.
    pub upgrade: Option<Progress>,
    /// The contents of `config.toml`.
    pub config: Config,
    /// The reason why desktop notifications are not shown, while they are on.
    pub notifications: Option<UserError>,
    /// The accounts, and the secrets that each has.
    pub accounts: Vec<AccountStatus>,
}

impl Status {
    /// A warning where other computers reach the listener and an account has no token to tell WeChat by.
    pub fn exposure(&self) -> Option<UserError> {
        let ListenerState::Listening { address } = &self.listener else { return None };
        let without_token = self.accounts.iter().filter(|account| !account.has_token).map(|account| &*account.name);
        exposure(address.parse().ok()?, without_token)
    }
}

/// A warning where the address is beyond loopback and there are accounts without a token.
pub fn exposure<'a>(address: SocketAddr, without_token: impl Iterator<Item = &'a str>) -> Option<UserError> {
    let names: Vec<_> = without_token.map(|name| format!("\"{name}\"")).collect();
    if address.ip().is_loopback() || names.is_empty() {
        return None;
    }
    let names = names.join(", ");
    let text = format!(
        "other computers reach the listener at {address}, and whoever does can post events, since there is no token for \
         account {names}; set the token of WeChat's console, or listen at 127.0.0.1"
    );
    Some(UserError::of("user_error.listen.exposed", text).with("address", address).with("names", names))
}

/// The presence of an account's secrets, without their values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is there or not by itself")]
pub struct AccountStatus {
    pub name: String,
    pub has_token: bool,
    pub has_aes_key: bool,
    pub has_app_id: bool,
    pub has_app_secret: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_a_missing_token_is_a_warning() {
        let account = |has_token| AccountStatus {
            name: "shop".into(),
            has_token,
            has_aes_key: false,
            has_app_id: false,
            has_app_secret: false,
        };
        let status = |address: &str, has_token| Status {
            listener: ListenerState::Listening { address: address.into() },
            accounts: vec![account(has_token)],
            ..Status::default()
        };
        for (address, has_token, warns) in [
            ("127.0.0.1:8989", false, false),
            ("[::1]:8989", false, false),
            ("0.0.0.0:8989", true, false),
            ("0.0.0.0:8989", false, true),
            ("[::]:8989", false, true),
            ("192.168.1.2:8989", false, true),
        ] {
            assert_eq!(status(address, has_token).exposure().is_some(), warns, "{address}");
        }
        status("0.0.0.0:8989", false).exposure().unwrap().assert_said();
    }
}
