//! Checks what a callback needs to arrive, in the order of its way, and stops nowhere.

use std::path::Path;
use std::time::Instant;

use crate::account::Accounts;
use crate::config::{Config, ConfigError, DataFolder, Overrides};
use crate::delivery::HttpClient;
use crate::store::{Reader, StoreError};

mod account_settings;
mod doctor_code;
mod finding;
mod network;
mod outside;
mod tunnel_check;
mod wall_clock;

pub(crate) use account_settings::form_faults;
pub use doctor_code::DoctorCode;
pub use finding::{CheckName, CheckResult, CheckVerdict};
use outside::OutsideCheck;

/// The places that the checks look at.
#[derive(Clone, Copy, Debug)]
pub struct Doctor<'a> {
    pub folder: &'a DataFolder,
    pub config_file: &'a Path,
    pub overrides: &'a Overrides,
}

/// The address to check from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    /// The URL as a person typed it, or as the tunnel told it.
    pub url: String,
    /// Take addresses of this computer and any port, as tests need it.
    pub allow_local: bool,
}

/// Takes each result as its check ends.
pub type ResultSink<'a> = &'a mut dyn FnMut(CheckResult);

/// Results of earlier checks that later ones need.
#[derive(Default)]
struct Found {
    config: Option<Config>,
    accounts: Option<Accounts>,
    reader: Option<Reader>,
}

impl Doctor<'_> {
    /// Checks this computer, and changes nothing on it.
    pub fn local_checks(&self) -> Vec<CheckResult> {
        let mut results = Vec::new();
        self.check_locally(&mut |result| results.push(result));
        results
    }

    /// Checks this computer and then, where an address is given, the way to it from outside. Thirty seconds at most.
    pub async fn check(&self, address: Option<&PublicAddress>, client: &HttpClient, tell: ResultSink<'_>) {
        let began = Instant::now();
        let found = self.check_locally(tell);
        if let Some(address) = address {
            OutsideCheck::new(self, address, client, found, began).run(tell).await;
        }
    }

    fn check_locally(&self, tell: ResultSink<'_>) -> Found {
        let mut found = Found::default();
        tell(self.data_folder(&mut found));
        tell(self.database(&mut found));
        tell(self.secrets(&mut found));
        tell(wall_clock::check(found.reader.as_ref()));
        let is_listening = self.folder.is_listening();
        network::checks(self, found.config.as_ref(), found.accounts.as_ref(), is_listening)
            .into_iter()
            .for_each(&mut *tell);
        account_settings::checks(found.accounts.as_ref()).into_iter().for_each(&mut *tell);
        tell(tunnel_check::check(self, found.config.as_ref(), is_listening));
        found
    }

    /// The folder with its rights, and `config.toml`.
    fn data_folder(&self, found: &mut Found) -> CheckResult {
        let path = self.folder.path().display();
        // A mistake in a rule stops a listener as well.
        match Config::load(self.config_file) {
            Ok(config) => found.config = Some(config),
            Err(error) => {
                found.config = Config::load_without_rules(self.config_file).ok();
                return CheckResult::of(DoctorCode::ConfigUnusable).with("cause", error);
            }
        }
        match std::fs::metadata(self.folder.path()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                CheckResult::of(DoctorCode::FolderAbsent).with("path", path)
            }
            Err(error) => CheckResult::of(DoctorCode::FolderUnusable).with("path", path).with("cause", error),
            Ok(metadata) if !metadata.is_dir() => {
                let cause = std::io::Error::from(std::io::ErrorKind::NotADirectory);
                CheckResult::of(DoctorCode::FolderUnusable).with("path", path).with("cause", cause)
            }
            Ok(metadata) if metadata.permissions().readonly() => {
                let cause = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
                CheckResult::of(DoctorCode::FolderUnusable).with("path", path).with("cause", cause)
            }
            Ok(metadata) if is_open_to_others(&metadata) => CheckResult::of(DoctorCode::FolderOpen).with("path", path),
            Ok(_) => CheckResult::of(DoctorCode::FolderOk).with("path", path),
        }
    }

    fn database(&self, found: &mut Found) -> CheckResult {
        let opened =
            Reader::open(&self.folder.database()).and_then(|reader| Ok((reader.count()?, reader.newest()?, reader)));
        match opened {
            Ok((events, newest, reader)) => {
                found.reader = Some(reader);
                CheckResult::of(DoctorCode::DatabaseOk).with("events", events).with("newest", newest)
            }
            Err(StoreError::Absent { .. }) => CheckResult::of(DoctorCode::DatabaseAbsent),
            Err(error @ StoreError::Older { .. }) => CheckResult::of(DoctorCode::DatabaseOlder).with("cause", error),
            Err(error) => CheckResult::of(DoctorCode::DatabaseUnusable).with("cause", error),
        }
    }

    fn secrets(&self, found: &mut Found) -> CheckResult {
        let Some(config) = &found.config else { return CheckResult::of(DoctorCode::SecretsSkipped) };
        match config.accounts(self.folder, self.overrides) {
            Ok(accounts) => {
                let set = accounts.iter().filter(|account| !account.secrets.is_empty()).count();
                let code = if set == 0 { DoctorCode::SecretsNone } else { DoctorCode::SecretsOk };
                found.accounts = Some(accounts);
                CheckResult::of(code).with("accounts", set)
            }
            Err(error @ ConfigError::UnknownAccount { .. }) => {
                CheckResult::of(DoctorCode::AccountUnknown).with("cause", error)
            }
            Err(error) => CheckResult::of(DoctorCode::SecretsUnreadable).with("cause", error),
        }
    }
}

/// Tells whether others than the owner may read the folder.
#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_metadata: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests;
