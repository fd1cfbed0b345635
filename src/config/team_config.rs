//! The `[team]` section, and the login at the broker, which is kept with the secrets.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml_edit::Value;

use super::bounds::positive;
use super::edit::{edit, put, put_value, section};
use super::secrets::{self, SecretsPlace};
use super::team_url::TeamUrl;
use super::{Config, ConfigError, DataFolder};
use crate::account::{Secret, Secrets};

/// The section of the team, in `config.toml` and among the secrets.
const SECTION: &str = "team";

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The `[team]` section. Without an address there is no team.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TeamConfig {
    /// The team's name; `default` where it is left out.
    #[serde(deserialize_with = "name")]
    pub name: Option<String>,
    /// The broker's address.
    pub url: Option<TeamUrl>,
    /// A credentials file of NATS, with a token and the key that signs for it.
    pub creds: Option<PathBuf>,
    /// A file with the seed of an nkey.
    pub nkey: Option<PathBuf>,
    /// A file with the certificates that the broker's is checked with, beside the system's.
    pub ca: Option<PathBuf>,
    /// The name of this desktop; the computer's where it is left out.
    pub desktop: Option<String>,
    /// The window joins when it starts.
    pub join: bool,
    /// The days that the broker keeps events for, where the relay makes the stream.
    #[serde(deserialize_with = "positive")]
    pub days: u32,
    /// The MiB that the broker keeps, likewise.
    #[serde(alias = "size", deserialize_with = "positive")]
    pub size_mib: u64,
    /// The number of brokers of a cluster that keep each event, likewise.
    #[serde(deserialize_with = "positive")]
    pub replicas: u32,
    /// The place of the login; `None` where it has none.
    pub secrets: Option<SecretsPlace>,
}

impl Default for TeamConfig {
    fn default() -> Self {
        Self {
            name: None,
            url: None,
            creds: None,
            nkey: None,
            ca: None,
            desktop: None,
            join: false,
            // A desktop that was off over the weekend, and a little longer.
            days: 7,
            size_mib: 1_024,
            replicas: 1,
            secrets: None,
        }
    }
}

/// The longest name of a team.
const LONGEST_NAME: usize = 64;

/// Tells whether a text can be a team's name, which stands in names of streams as it is.
pub fn is_team_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match String::deserialize(deserializer)? {
        text if text.is_empty() => Ok(None),
        text if is_team_name(&text) => Ok(Some(text)),
        name => Err(serde::de::Error::custom(format!("name: {}", ConfigError::TeamName { name }))),
    }
}

impl TeamConfig {
    /// The longest that the broker keeps an event.
    pub fn age(&self) -> Duration {
        Duration::from_secs(u64::from(self.days) * DAY)
    }

    /// The most that the broker keeps, in bytes.
    pub fn size(&self) -> u64 {
        self.size_mib.saturating_mul(1 << 20)
    }
}

impl Config {
    /// The login at the broker of `[team]`, if there is one. A login in `config.toml`, which is meant to be shared, is moved to
    /// the secrets.
    pub fn team_login(&self, folder: &DataFolder, config: &Path) -> Result<Option<Secret>, ConfigError> {
        if let Some(url) = &self.team.url
            && let Some(login) = url.login()
        {
            save_team_url(folder, config, url)?;
            tracing::warn!("moved the broker's login from config.toml, which is meant to be shared, to the secrets");
            return Ok(Some(login.clone()));
        }
        if self.accounts.contains_key(SECTION) {
            // What is kept under this name is the account's.
            return Ok(None);
        }
        match self.team.secrets {
            Some(place) => Ok(secrets::read(folder, SECTION, place)?.token),
            // Written by hand.
            None => Ok(secrets::read_if_there(folder, SECTION)?.token),
        }
    }
}

/// Writes the broker's address, and its login to where secrets are kept.
pub fn save_team_url(folder: &DataFolder, config: &Path, url: &TeamUrl) -> Result<(), ConfigError> {
    let former = Config::load_without_rules(config)?;
    let is_taken = former.accounts.contains_key(SECTION);
    let is_other = former.team.url.as_ref().is_some_and(|former| former.servers() != url.servers());
    if is_other && url.login().is_none() && !is_taken {
        // Another broker must not be told it.
        secrets::remove(folder, SECTION, former.team.secrets)?;
    }
    let place = match url.login() {
        Some(_) if is_taken => {
            return Err(ConfigError::NamedAsTeam);
        }
        Some(login) => {
            folder.create()?;
            let secrets = Secrets { token: Some(login.clone()), ..Secrets::default() };
            Some(secrets::write(folder, SECTION, &secrets)?)
        }
        None => None,
    };
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), SECTION);
        put(table, "url", Some(&url.to_string()));
        if place.is_some() || is_other {
            put(table, "secrets", place.map(SecretsPlace::as_str));
        }
    })
}

/// Writes the team's name, this desktop's, and whether the window joins when it starts.
pub fn save_team(
    folder: &DataFolder,
    config: &Path,
    (name, desktop): (Option<&str>, Option<&str>),
    join: bool,
) -> Result<(), ConfigError> {
    if let Some(name) = name.filter(|name| !is_team_name(name)) {
        // The file would not load with it.
        return Err(ConfigError::TeamName { name: name.to_owned() });
    }
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), SECTION);
        put(table, "name", name);
        put(table, "desktop", desktop);
        put_value(table, "join", join.then(|| Value::from(true)));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(config: &str) -> (tempfile::TempDir, DataFolder) {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        std::fs::write(folder.config_file(), config).unwrap();
        (directory, folder)
    }

    #[test]
    fn a_login_in_the_configuration_is_moved_to_the_secrets() {
        let (_directory, folder) = folder("[team] # ours\nurl = \"nats://ann:s3cret@h:4222\"\nsize = 5\n");
        let file = folder.config_file();
        for _ in 0..2 {
            let config = Config::load(&file).unwrap();
            assert!(!format!("{config:?}").contains("s3cret"));
            assert_eq!((config.team.size(), config.team.days), (5 << 20, 7));
            let login = config.team_login(&folder, &file).unwrap();
            assert_eq!(login.as_ref().map(Secret::reveal), Some("ann:s3cret"));
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.contains("nats://h:4222") && !text.contains("s3cret") && text.contains("# ours"), "{text}");
        }
    }

    #[test]
    fn a_name_that_no_stream_can_have_is_refused_with_its_line() {
        for wrong in ["a b", "店", "a.b", &"x".repeat(65)] {
            let (_directory, folder) = folder(&format!("[team]\n\nname = \"{wrong}\"\n"));
            let error = Config::load(&folder.config_file()).unwrap_err();
            assert!(matches!(&error, ConfigError::Malformed { line: 3, .. }), "{wrong}: {error}");
            assert!(error.to_string().contains("is no name of a team; use letters, digits"), "{error}");
        }
    }

    #[test]
    fn another_broker_is_not_told_the_login_of_the_one_before() {
        let (_directory, folder) = folder("[team]\nurl = \"nats://ann:s3cret@h:4222\"\n");
        let file = folder.config_file();
        let login = || Config::load(&file).unwrap().team_login(&folder, &file).unwrap();
        assert!(login().is_some());
        save_team_url(&folder, &file, &TeamUrl::parse("nats://h:4222").unwrap()).unwrap();
        assert!(login().is_some(), "the same broker");
        save_team_url(&folder, &file, &TeamUrl::parse("nats://other:4222").unwrap()).unwrap();
        assert_eq!(login(), None);
        let text = std::fs::read_to_string(folder.secrets_file()).unwrap_or_default();
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[test]
    fn an_account_of_that_name_keeps_its_own_secrets() {
        let (_directory, folder) = folder("[accounts.team]\nsecrets = \"file\"\n");
        std::fs::write(folder.secrets_file(), "[team]\ntoken = \"of-wechat\"\n").unwrap();
        let config = Config::load(&folder.config_file()).unwrap();
        assert_eq!(config.team_login(&folder, &folder.config_file()).unwrap(), None);
        let url = TeamUrl::parse("nats://a:b@h").unwrap();
        let refused = save_team_url(&folder, &folder.config_file(), &url).unwrap_err();
        assert!(matches!(refused, ConfigError::NamedAsTeam), "{refused}");
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let (_directory, folder) = folder("");
        let file = folder.config_file();
        save_team_url(&folder, &file, &TeamUrl::parse("tls://h").unwrap()).unwrap();
        save_team(&folder, &file, (Some("shop"), Some("alice")), true).unwrap();
        let team = Config::load(&file).unwrap().team;
        assert_eq!((team.name.as_deref(), team.desktop.as_deref(), team.join), (Some("shop"), Some("alice"), true));
        assert_eq!(team.url.map(|url| url.to_string()).as_deref(), Some("tls://h"));
        let refused = save_team(&folder, &file, (Some("a b"), None), true).unwrap_err();
        assert!(matches!(&refused, ConfigError::TeamName { name } if name == "a b"), "{refused}");
        save_team(&folder, &file, (None, Some("alice")), false).unwrap();
        let team = Config::load(&file).unwrap().team;
        assert_eq!((team.name, team.join), (None, false));
    }
}
