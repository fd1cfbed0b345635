//! The data folder: which files are where, and who listens.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{ConfigError, privacy};

/// Only the configuration is meant to be shared.
const GITIGNORE: &str = "*\n!config.toml\n";

/// Name of the file that the listener's lock is on.
const LOCK: &str = "menuscope.lock";

/// The folder that holds one developer's captures and settings.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

/// The right to listen for a data folder; given back when dropped, or by a crash.
#[derive(Debug)]
pub struct ListenerLock {
    _file: File,
}

impl DataFolder {
    /// The folder at `chosen`, else the platform's data folder. Creates nothing.
    pub fn locate(chosen: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match chosen {
            Some(path) => path.to_owned(),
            None => {
                directories::ProjectDirs::from("", "", "menuscope").ok_or(ConfigError::NoHome)?.data_dir().to_owned()
            }
        };
        // Keyring entries are keyed by the folder: one folder has to have one name.
        let path = path.canonicalize().or_else(|_| std::path::absolute(&path)).unwrap_or(path);
        Ok(Self { path })
    }

    /// Makes the folder and its `.gitignore` where they are missing, and takes the rights of others away.
    pub fn create(&self) -> Result<(), ConfigError> {
        let failed = |source| ConfigError::Write { source, path: self.path.clone() };
        privacy::create_folder(&self.path).map_err(failed)?;
        let gitignore = self.path.join(".gitignore");
        if !gitignore.exists() {
            let mut file = privacy::private_file().open(&gitignore).map_err(failed)?;
            file.write_all(GITIGNORE.as_bytes()).map_err(failed)?;
        }
        self.mend();
        Ok(())
    }

    /// Takes the rights of others away from the folder and its files, if this is a data folder already.
    pub fn mend_rights(&self) {
        if self.database().exists() || self.path.join(LOCK).exists() {
            self.mend();
        }
    }

    fn mend(&self) {
        if let Err(error) = privacy::mend(&self.path) {
            let path = self.path.display();
            tracing::warn!("cannot keep others from reading the data folder ({error}); make it your own: {path}");
        }
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Path of `menuscope.db`.
    pub fn database(&self) -> PathBuf {
        self.path.join("menuscope.db")
    }

    /// Path of `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// `secrets.toml`, for machines without a keyring.
    pub fn secrets_file(&self) -> PathBuf {
        self.path.join("secrets.toml")
    }

    /// The key of the mark on requests that are sent from here.
    pub fn own_mark_file(&self) -> PathBuf {
        self.path.join("own-mark.key")
    }

    /// The record of the tunnel that runs.
    pub fn tunnel_file(&self) -> PathBuf {
        self.path.join("menuscope.tunnel.json")
    }

    /// The record of the listener that runs.
    pub fn listener_file(&self) -> PathBuf {
        self.path.join("menuscope.listener.json")
    }

    /// The record of the part in a team.
    pub fn team_file(&self) -> PathBuf {
        self.path.join("menuscope.team.json")
    }

    /// Tells whether a window or a listener has the right to listen. Creates nothing.
    pub fn is_listening(&self) -> bool {
        let lock = File::options().write(true).open(self.path.join(LOCK));
        lock.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Takes the right to listen, which one process at a time has.
    pub fn lock_listener(&self) -> Result<ListenerLock, ConfigError> {
        let path = self.path.join(LOCK);
        let file = privacy::private_file()
            .truncate(false)
            .open(&path)
            .map_err(|source| ConfigError::Write { source, path: path.clone() })?;
        match file.try_lock() {
            Ok(()) => Ok(ListenerLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ConfigError::AlreadyListening { path: self.path.clone() }),
            Err(TryLockError::Error(source)) => Err(ConfigError::Write { source, path }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_listener_at_a_time_until_it_goes() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let first = folder.lock_listener().unwrap();
        assert!(matches!(folder.lock_listener(), Err(ConfigError::AlreadyListening { .. })));
        drop(first);
        folder.lock_listener().unwrap();
    }

    #[test]
    fn only_the_configuration_is_let_through_to_git() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(&directory.path().join("new"))).unwrap();
        folder.create().unwrap();
        assert_eq!(std::fs::read_to_string(directory.path().join("new/.gitignore")).unwrap(), GITIGNORE);
    }
}
