//! The `[feed]` section, and the feed's token, which is kept with the secrets.

use std::path::Path;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::edit::{edit, put, section};
use super::secrets::{self, SecretsPlace};
use super::{Config, ConfigError, DataFolder};
use crate::account::{Secret, Secrets};

/// The section of the feed, in `config.toml` and among the secrets.
const SECTION: &str = "feed";

/// The `[feed]` section. Without an address there is no feed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedConfig {
    /// Address as HOST:PORT, such as `127.0.0.1:8990`.
    pub addr: Option<String>,
    /// The place of its token; `None` where it has none.
    pub secrets: Option<SecretsPlace>,
    /// A token that was written here, where it does not belong; it is moved to the secrets.
    #[serde(deserialize_with = "misplaced")]
    token: Option<Secret>,
}

impl FeedConfig {
    /// Tells whether a token stands in `config.toml`.
    pub(super) fn has_misplaced_token(&self) -> bool {
        self.token.is_some()
    }
}

fn misplaced<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.map(Zeroizing::new);
    Ok(text.filter(|text| !text.is_empty()).map(Secret::from))
}

impl Config {
    /// The feed's token, if there is one. A token in `config.toml`, which is meant to be shared, is moved to the secrets.
    pub fn feed_token(&self, folder: &DataFolder, config: &Path) -> Result<Option<Secret>, ConfigError> {
        if let Some(token) = &self.feed.token {
            save_feed_token(folder, config, token)?;
            tracing::warn!("moved the feed's token from config.toml, which is meant to be shared, to the secrets");
            return Ok(Some(token.clone()));
        }
        if self.accounts.contains_key(SECTION) {
            // What is kept under this name is the account's.
            return Ok(None);
        }
        match self.feed.secrets {
            Some(place) => Ok(secrets::read(folder, SECTION, place)?.token),
            // Written by hand.
            None => Ok(secrets::read_if_there(folder, SECTION)?.token),
        }
    }
}

/// Writes the feed's address; without one it is off.
pub fn save_feed_address(folder: &DataFolder, config: &Path, address: Option<&str>) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| put(section(document.as_table_mut(), SECTION), "addr", address))
}

/// Writes the feed's token to where secrets are kept.
pub fn save_feed_token(folder: &DataFolder, config: &Path, token: &Secret) -> Result<(), ConfigError> {
    if Config::load_without_rules(config)?.accounts.contains_key(SECTION) {
        return Err(ConfigError::NamedAsFeed);
    }
    folder.create()?;
    let secrets = Secrets { token: Some(token.clone()), ..Secrets::default() };
    let place = secrets::write(folder, SECTION, &secrets)?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), SECTION);
        table.remove("token");
        put(table, "secrets", Some(place.as_str()));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn folder(config: &str) -> (tempfile::TempDir, DataFolder) {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        std::fs::write(folder.config_file(), config).unwrap();
        (directory, folder)
    }

    fn token(folder: &DataFolder) -> Option<String> {
        let config = Config::load(&folder.config_file()).unwrap();
        let token = config.feed_token(folder, &folder.config_file()).unwrap();
        token.map(|token| token.reveal().to_owned())
    }

    #[test]
    fn the_token_is_found_among_the_secrets() {
        let (_directory, folder) = folder("[feed]\naddr = \"0.0.0.0:0\"\n");
        assert_eq!(token(&folder), None);
        std::fs::write(folder.secrets_file(), format!("[feed]\ntoken = \"{TOKEN}\"\n")).unwrap();
        assert_eq!(token(&folder).as_deref(), Some(TOKEN), "written by hand");
        save_feed_token(&folder, &folder.config_file(), &Secret::new(TOKEN)).unwrap();
        assert_eq!(token(&folder).as_deref(), Some(TOKEN));
        let config = Config::load(&folder.config_file()).unwrap();
        assert_eq!((config.feed.addr.as_deref(), config.feed.secrets.is_some()), (Some("0.0.0.0:0"), true));
    }

    #[test]
    fn a_token_in_the_configuration_is_moved_to_the_secrets() {
        let (_directory, folder) =
            folder(&format!("# mine\n[feed]\ntoken = \"{TOKEN}\" # here\naddr = \"0.0.0.0:0\"\n"));
        let config = Config::load(&folder.config_file()).unwrap();
        assert!(!format!("{config:?}").contains(TOKEN));
        assert_eq!(token(&folder).as_deref(), Some(TOKEN));
        let text = std::fs::read_to_string(folder.config_file()).unwrap();
        assert!(!text.contains(TOKEN) && text.contains("# mine") && text.contains("addr = \"0.0.0.0:0\""), "{text}");
        assert_eq!(token(&folder).as_deref(), Some(TOKEN));
    }

    #[test]
    fn an_account_of_that_name_keeps_its_own_token() {
        let (_directory, folder) = folder("[accounts.feed]\nsecrets = \"file\"\n");
        std::fs::write(folder.secrets_file(), "[feed]\ntoken = \"of-wechat\"\n").unwrap();
        assert_eq!(token(&folder), None);
        let refused = save_feed_token(&folder, &folder.config_file(), &Secret::new(TOKEN)).unwrap_err();
        assert!(matches!(refused, ConfigError::NamedAsFeed), "{refused}");
    }

    #[test]
    fn the_address_is_written_and_taken_away() {
        let (_directory, folder) = folder("[look]\ntheme = \"dark\"\n");
        let address = || Config::load(&folder.config_file()).unwrap().feed.addr;
        save_feed_address(&folder, &folder.config_file(), Some("127.0.0.1:8990")).unwrap();
        assert_eq!(address().as_deref(), Some("127.0.0.1:8990"));
        save_feed_address(&folder, &folder.config_file(), None).unwrap();
        assert_eq!(address(), None);
    }
}
