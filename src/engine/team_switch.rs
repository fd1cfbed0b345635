//! A team as the configuration or the command line has it: a relay beside the listener, or a desktop.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::Setup;
use super::service::Service;
use crate::account::Secret;
use crate::config::{Config, ConfigError, TeamUrl};
use crate::listener::{RemoteContext, ReplyPolicy};
use crate::store::StoreHead;
use crate::team::{
    Broker, Desktop, DesktopSetup, Relay, RelaySetup, StreamLimits, TeamError, TeamName, TeamSetup, host_name,
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
    Ok(Relay::start(RelaySetup { team, relay, head, desktops: policy.desktops.clone() }, runtime)?)
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
    Ok(Desktop::start(DesktopSetup { team, desktop, store, answering, claims, claims_next }, runtime)?)
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
    fn both_languages_say_that_no_broker_is_named() {
        UserError::from(&TeamStartError::NoBroker).assert_said();
    }
}
