//! The setup of a relay or a desktop: the broker, the team's name, and the limits of what the broker keeps.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::subjects::TeamName;
use crate::account::Secret;
use crate::listener::{RemoteContext, TeamDesktops};
use crate::store::{StoreHandle, StoreHead};
use crate::waker::Waker;

/// The broker, and the login there.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Addresses with their scheme and without a login.
    pub servers: Vec<String>,
    /// `USER:PASSWORD` as in a URL, or a token.
    pub login: Option<Secret>,
    /// A credentials file.
    pub creds: Option<PathBuf>,
    /// A file with the seed of an nkey.
    pub nkey: Option<PathBuf>,
    /// A file with root certificates.
    pub ca: Option<PathBuf>,
}

impl Broker {
    /// The addresses for messages.
    pub fn name(&self) -> String {
        self.servers.join(",")
    }
}

/// The limits of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    pub age: Duration,
    pub bytes: u64,
    /// The number of brokers that keep each event.
    pub replicas: u32,
}

/// The part of the setup that relays and desktops share.
#[derive(Clone, Debug)]
pub struct TeamSetup {
    pub name: TeamName,
    pub broker: Broker,
    pub limits: StreamLimits,
    pub database: PathBuf,
    /// Woken when the state has changed.
    pub waker: Waker,
}

/// The setup of a relay.
#[derive(Clone, Debug)]
pub struct RelaySetup {
    pub team: TeamSetup,
    /// The beginning of the name under which events are published; a random part follows, which the database keeps.
    pub relay: String,
    /// Announces the commits of this process.
    pub head: watch::Receiver<StoreHead>,
    /// The listener's way to the desktops.
    pub desktops: TeamDesktops,
}

/// The setup of a desktop.
#[derive(Clone, Debug)]
pub struct DesktopSetup {
    pub team: TeamSetup,
    /// The name of this desktop.
    pub desktop: String,
    pub store: StoreHandle,
    /// Decides the answers to the desktop's own taps.
    pub answering: RemoteContext,
    /// Users that are claimed once the broker is there.
    pub claims: Vec<String>,
    /// The user of the next tap is claimed.
    pub claims_next: bool,
}

/// The computer's name.
pub fn host_name() -> String {
    #[cfg(feature = "team")]
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    #[cfg(not(feature = "team"))]
    let name = String::new();
    if name.is_empty() { "desktop".to_owned() } else { name }
}
