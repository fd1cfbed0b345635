//! The demonstration: a temporary data folder with a story of all kinds of events, and a small server of its own.
//!
//! ```text
//! story ─► scene (message, signature, time) ─► inspect ─► reply, lint ─► BulkWriter ─► database
//!                                                             └─► runs of replays, compared by the program's own code
//! settings ─► config.toml, secrets.toml        server ─► answers what is replayed and forwarded while the window is open
//! ```
//! Nothing in it comes from the user's own folder, and nothing is left of it afterwards.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::account::Accounts;
use crate::config::{Config, ConfigError, DataFolder, LookConfig, Overrides};
use crate::store::{BulkWriter, StoreError};
use crate::texts::Language;
use crate::wechat::compose::ComposeError;

mod own_server;
mod scene;
mod settings;
mod story;
mod story_menu;
mod story_replays;

use own_server::OwnServer;

/// The reasons why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The temporary folder cannot be made or written to.
    #[error("cannot make the demonstration's temporary folder: {0}; set TMPDIR to a folder that can be written to")]
    Folder(#[source] std::io::Error),
    /// The demonstration's own server cannot listen on loopback.
    #[error("cannot start the demonstration's own server on 127.0.0.1: {0}")]
    Server(#[source] std::io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message of the story cannot be made.
    #[error("cannot make the demonstration's messages: {0}")]
    Message(#[from] ComposeError),
}

/// A demonstration: its folder and server, which go when it is dropped.
#[derive(Debug)]
pub struct Demo {
    folder: tempfile::TempDir,
    _server: OwnServer,
}

impl Demo {
    /// Makes the folder and fills it with the story as of now, in the language of that look.
    pub fn start(look: &LookConfig) -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new().prefix("menuscope-demo-").tempdir().map_err(DemoError::Folder)?;
        let language = look.language();
        let server = OwnServer::start(language).map_err(DemoError::Server)?;
        let plot = Plot { now: crate::clock::now(), language, server: server.url() };
        let demo = Self { folder, _server: server };
        plot.write(&demo.folder()?, look)?;
        Ok(demo)
    }

    /// The data folder.
    pub fn folder(&self) -> Result<DataFolder, ConfigError> {
        DataFolder::locate(Some(self.folder.path()))
    }

    /// The path of its `config.toml`.
    pub fn config_file(&self) -> Result<PathBuf, ConfigError> {
        Ok(self.folder()?.config_file())
    }
}

/// Everything that the story depends on: the same plot gives the same events.
#[derive(Clone, Debug)]
pub struct Plot {
    /// The time at which the story ends; the newest event is some seconds older.
    pub now: Timestamp,
    /// The language of guests and replies.
    pub language: Language,
    /// The URL of the developer's own server in the story.
    pub server: String,
}

impl Plot {
    /// Writes settings, events and runs of replays into an empty data folder.
    pub fn write(&self, folder: &DataFolder, look: &LookConfig) -> Result<(), DemoError> {
        folder.create()?;
        let accounts = self.settle(folder, look)?;
        story_menu::keep(self, folder)?;
        let mut writer = BulkWriter::open(&folder.database())?;
        let told = story::tell(self, &accounts, &mut writer)?;
        story_replays::replay(self, &accounts, &mut writer, folder, &told)
    }

    /// Writes the settings, and returns the accounts that they make.
    fn settle(&self, folder: &DataFolder, look: &LookConfig) -> Result<Accounts, DemoError> {
        settings::write(self, folder, look)?;
        Ok(Config::load(&folder.config_file())?.accounts(folder, &Overrides::default())?)
    }

    /// A text of the story.
    fn text(&self, key: &str) -> String {
        self.language.text(key).into_owned()
    }
}

#[cfg(test)]
mod tests;
