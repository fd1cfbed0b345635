//! The state of this data folder: whether a listener runs, what is stored, which accounts and targets there are.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::OperationError;
use crate::account::{Account, AccountKind};
use crate::capture::Mode;
use crate::config::{Config, ListenerRecord, SecretsPlace, TeamRecord, public_url};
use crate::engine::Setup;
use crate::store::{Reader, StoreError};

/// The state of everything that an operation depends on.
#[derive(Clone, Debug)]
pub struct ProgramState {
    /// Tells whether a window or a listener listens for this data folder.
    pub is_listening: bool,
    /// The address that the listener has; where none runs, the one in `config.toml`.
    pub address: String,
    /// The part in a team of the listener or desktop that runs.
    pub team: Option<TeamRecord>,
    /// `None` where there is no database yet.
    pub database: Option<DatabaseState>,
    /// The accounts, or the reason why their secrets cannot be read.
    pub accounts: Result<Vec<AccountState>, String>,
    /// The names and URLs of the targets.
    pub targets: Vec<(String, String)>,
    /// The URL that events are forwarded to.
    pub forward: Option<String>,
    /// The public URL: that of the tunnel that runs, else the one in `config.toml`.
    pub public_url: Option<String>,
}

/// The numbers of a database.
#[derive(Clone, Debug)]
pub struct DatabaseState {
    pub events: u64,
    pub last_id: i64,
    /// The arrival of the newest event.
    pub last_received_at: Option<Timestamp>,
}

/// One account, without its secrets.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one secret is there")]
pub struct AccountState {
    pub name: String,
    pub is_default: bool,
    pub has_token: bool,
    pub has_aes_key: bool,
    pub has_app_secret: bool,
    pub app_id: Option<String>,
    pub to_user: Option<String>,
    pub path: Option<String>,
    pub mode: Option<Mode>,
    pub kind: AccountKind,
    /// The place of its secrets.
    pub secrets: Option<SecretsPlace>,
}

/// Looks at the data folder, and changes nothing in it.
pub fn program_state(setup: &Setup) -> Result<ProgramState, OperationError> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = match config.accounts(&setup.folder, &setup.overrides) {
        Ok(accounts) => {
            let default = accounts.default_account().name.clone();
            Ok(accounts.iter().map(|account| AccountState::of(account, &default, &config)).collect())
        }
        Err(error) => Err(error.to_string()),
    };
    let targets = config.targets.iter().map(|(name, target)| (name.clone(), target.url.clone())).collect();
    let record = ListenerRecord::of_running(&setup.folder);
    let address = record.and_then(|record| record.address);
    Ok(ProgramState {
        // A window may have stopped listening, and a desktop never does.
        is_listening: address.is_some() || (record.is_none() && setup.folder.is_listening()),
        address: address.map_or_else(|| config.listener.addr.clone(), |address| address.to_string()),
        team: TeamRecord::of_running(&setup.folder),
        database: database_state(setup)?,
        accounts,
        targets,
        forward: config.listener.forward,
        public_url: public_url(&setup.folder, &config.tunnel),
    })
}

fn database_state(setup: &Setup) -> Result<Option<DatabaseState>, OperationError> {
    let reader = match Reader::open(&setup.folder.database()) {
        Ok(reader) => reader,
        Err(StoreError::Absent { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let newest = reader.newest()?;
    let last_received_at = reader.page(&[newest])?.first().map(|row| row.received_at);
    Ok(Some(DatabaseState { events: reader.count()?, last_id: newest.0, last_received_at }))
}

impl AccountState {
    /// The state of an account; `default` is the name of the default one.
    pub fn of(account: &Account, default: &str, config: &Config) -> Self {
        let Account { name, kind, path, to_user, app_id, mode, secrets, .. } = account;
        Self {
            name: name.clone(),
            is_default: name == default,
            has_token: secrets.token.is_some(),
            has_aes_key: secrets.aes_key.is_some(),
            has_app_secret: secrets.app_secret.is_some(),
            app_id: app_id.clone(),
            to_user: to_user.clone(),
            path: path.clone(),
            mode: *mode,
            kind: *kind,
            secrets: config.accounts.get(name).and_then(|config| config.secrets),
        }
    }

    /// As one object: for each secret, whether it is there.
    pub fn json(&self) -> Value {
        json!({
            "account": self.name, "default": self.is_default, "token": self.has_token,
            "aes_key": self.has_aes_key, "app_secret": self.has_app_secret, "app_id": self.app_id,
            "to_user": self.to_user, "path": self.path, "mode": self.mode.map(Mode::as_str), "kind": self.kind.as_str(),
            "secrets": self.secrets.map(SecretsPlace::as_str),
        })
    }
}

impl ProgramState {
    /// As one object.
    pub fn json(&self) -> Value {
        let accounts = self.accounts.as_ref();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "listening": self.is_listening,
            "address": self.address,
            "team": self.team.as_ref().map(TeamRecord::json),
            "database": self.database.as_ref().map(|database| json!({
                "events": database.events, "last_id": database.last_id,
                "last_received_at": database.last_received_at.map(|time| format!("{time:.6}")),
            })),
            "accounts": accounts.map_or_else(|_| Vec::new(), |accounts| accounts.iter().map(AccountState::json).collect()),
            "secrets_problem": accounts.err(),
            "targets": self.targets.iter().map(|(name, url)| json!({
                "name": name, "url": without_query(url),
            })).collect::<Vec<_>>(),
            "forward": self.forward.as_deref().map(without_query),
            "public_url": self.public_url.as_deref().map(without_query),
        })
    }
}

/// The URL without its query, which may hold a password of the developer's server.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}
