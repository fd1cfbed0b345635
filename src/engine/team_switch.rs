//! A team as the configuration or the command line has it: a relay beside the listener, or a desktop.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::Setup;
use super::service::Service;
use crate::account::Secret;
use crate::config::{Config, ConfigError, DataFolder, TeamRecord, TeamUrl};
use crate::listener::{RemoteContext, ReplyPolicy};
use crate::store::StoreHead;
use crate::team::{
    Broker, BrokerState, Desktop, DesktopSetup, Relay, RelaySetup, StreamLimits, TeamError, TeamName, TeamRole,
    TeamSetup, TeamStatus, host_name,
};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// A team that cannot be joined or relayed to.
#[derive(Debug, thiserror::Error)]
pub enum TeamStartError {
    /// From the address, or the login's place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Team(#[from] TeamError),
    /// Neither the command line nor the configuration names a broker.
    #[error(
        "no broker is named; give its address, such as nats://USER:PASSWORD@HOST:4222, or write it as [team] url in config.toml"
    )]
    NoBroker,
}

impl From<&TeamStartError> for UserError {
    fn from(error: &TeamStartError) -> Self {
        match error {
            TeamStartError::Config(error) => error.into(),
            TeamStartError::Team(error) => error.into(),
            TeamStartError::NoBroker => Self::of("user_error.team.no_broker", error),
        }
    }
}

/// The choices of the command line; what it leaves out is in the configuration.
#[derive(Clone, Debug, Default)]
pub struct TeamChoice {
    /// The broker's address, with its login.
    pub url: Option<Secret>,
    pub name: Option<String>,
    pub desktop: Option<String>,
    /// Users to claim.
    pub claims: Vec<String>,
    /// Claim the user of the next tap.
    pub claims_next: bool,
}

/// Starts a relay beside the listener of this service.
pub fn start_relay(
    setup: &Setup,
    config: &Config,
    choice: &TeamChoice,
    runtime: Arc<Runtime>,
    (head, policy): (watch::Receiver<StoreHead>, &ReplyPolicy),
) -> Result<Relay, TeamStartError> {
    let team = team_setup(setup, config, choice, Waker::silent())?;
    let relay = named(config.team.desktop.clone());
    let setup_of = RelaySetup { team, relay, head, desktops: policy.desktops.clone() };
    let recording = runtime.handle().clone();
    let relay = Relay::start(setup_of, runtime)?;
    recording.spawn(record(setup.folder.clone(), relay.status()));
    Ok(relay)
}

/// Joins a team with the store and the rules of this service.
pub fn start_desktop(
    setup: &Setup,
    config: &Config,
    choice: TeamChoice,
    runtime: Arc<Runtime>,
    (service, policy, waker): (&Service, &ReplyPolicy, Waker),
) -> Result<Desktop, TeamStartError> {
    let team = team_setup(setup, config, &choice, waker)?;
    let store = service.store();
    let answering = RemoteContext {
        accounts: service.follow_accounts(),
        store: store.clone(),
        policy: policy.clone(),
        // The desktop has its own.
        stopping: watch::Sender::default().subscribe(),
    };
    let desktop = named(choice.desktop.or_else(|| config.team.desktop.clone()));
    let (claims, claims_next) = (choice.claims, choice.claims_next);
    let setup_of = DesktopSetup { team, desktop, store, answering, claims, claims_next };
    let recording = runtime.handle().clone();
    let desktop = Desktop::start(setup_of, runtime)?;
    recording.spawn(record(setup.folder.clone(), desktop.status()));
    Ok(desktop)
}

/// Records the part in the team for other programs over the same folder, until it ends.
async fn record(folder: DataFolder, mut status: watch::Receiver<Arc<TeamStatus>>) {
    let mut written = None;
    loop {
        let now = Some(record_of(&status.borrow_and_update()));
        if now != written {
            let failed = now.as_ref().and_then(|record| record.write(&folder).err());
            if let Some(error) = failed {
                tracing::warn!("{error}");
                return;
            }
            written = now;
        }
        if status.changed().await.is_err() {
            break;
        }
    }
    TeamRecord::clear(&folder).ok();
}

fn record_of(status: &TeamStatus) -> TeamRecord {
    let TeamStatus { role, team, name, state, .. } = status;
    let role = match role {
        TeamRole::Relay => "relay",
        TeamRole::Desktop => "desktop",
    };
    let problem = match state {
        BrokerState::Away { error } => Some(error.to_string()),
        BrokerState::Connecting | BrokerState::Connected { .. } => None,
    };
    let is_connected = matches!(state, BrokerState::Connected { .. });
    TeamRecord { role: role.to_owned(), team: team.clone(), name: name.clone(), is_connected, problem }
}

/// The name that was given, else the computer's.
fn named(given: Option<String>) -> String {
    given.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(host_name)
}

fn team_setup(setup: &Setup, config: &Config, choice: &TeamChoice, waker: Waker) -> Result<TeamSetup, TeamStartError> {
    let own = &config.team;
    let chosen = choice.url.as_ref().map(|url| TeamUrl::parse(url.reveal())).transpose()?;
    let is_own = chosen.as_ref().is_none_or(|chosen| {
        own.url.as_ref().is_some_and(|own| own.servers() == chosen.servers()) && chosen.login().is_none()
    });
    let url = chosen.or_else(|| own.url.clone()).ok_or(TeamStartError::NoBroker)?;
    let login = match url.login() {
        Some(login) if choice.url.is_some() => Some(login.clone()),
        _ if is_own => config.team_login(&setup.folder, &setup.config_file)?,
        _ => None,
    };
    let beside = |path: &PathBuf| setup.config_file.parent().map_or_else(|| path.clone(), |folder| folder.join(path));
    Ok(TeamSetup {
        name: TeamName::parse(choice.name.as_deref().or(own.name.as_deref()).unwrap_or(TeamName::DEFAULT))?,
        broker: Broker {
            servers: url.servers().to_vec(),
            login,
            creds: own.creds.as_ref().map(beside),
            nkey: own.nkey.as_ref().map(beside),
            ca: own.ca.as_ref().map(beside),
        },
        limits: StreamLimits { age: own.age(), bytes: own.size(), replicas: own.replicas },
        database: setup.folder.database(),
        waker,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_in_a_team_is_recorded_with_what_is_wrong() {
        let status =
            TeamStatus { role: TeamRole::Relay, team: "shop".into(), name: "hub-1".into(), ..TeamStatus::default() };
        let connected = BrokerState::Connected { version: "2.10.1".into() };
        let found = record_of(&TeamStatus { state: connected, ..status.clone() });
        assert_eq!((&*found.role, &*found.team, &*found.name), ("relay", "shop", "hub-1"));
        assert!(found.is_connected && found.problem.is_none());
        let error = TeamError::Login { broker: "nats://h:4222".into() };
        let found = record_of(&TeamStatus { state: BrokerState::Away { error }, ..status });
        assert!(!found.is_connected && found.problem.unwrap().contains("refuses this login"));
    }

    #[test]
    fn both_languages_say_that_no_broker_is_named() {
        UserError::from(&TeamStartError::NoBroker).assert_said();
    }
}
