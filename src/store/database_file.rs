//! Identity of the open database files: detects that they were removed or replaced at their path.
//!
//! Data written to a removed file is lost with the process. Windows lets nobody remove or replace a file that is open.

use std::path::{Path, PathBuf};

/// Device and inode of a file, or volume and index on Windows, which stay when it is renamed.
type Identity = (u64, u64);

/// The path of an open database, with the identities of its files.
#[derive(Clone, Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    log_path: PathBuf,
    index_path: PathBuf,
    /// `None` where nothing is open.
    database: Option<Identity>,
    log: Option<Identity>,
    index: Option<Identity>,
}

/// The state of the files at the path, compared with those that were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    /// The open files are still at their path.
    Same,
    /// The database is still there, but its `-wal` or `-shm` file has been removed.
    WithoutLog,
    /// The database has been removed, moved or replaced.
    Moved,
}

impl DatabaseFile {
    /// The identity of the files at the path, just after they were opened.
    pub(super) fn of(path: &Path) -> Self {
        let closed = Self::closed(path);
        Self {
            database: identity(path),
            log: identity(&closed.log_path),
            index: identity(&closed.index_path),
            ..closed
        }
    }

    /// A path at which nothing is open; its state is [`FileState::Moved`].
    pub(super) fn closed(path: &Path) -> Self {
        let (log_path, index_path) = (beside(path, "-wal"), beside(path, "-shm"));
        Self { path: path.to_owned(), log_path, index_path, database: None, log: None, index: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// True where the database has been removed, moved or replaced: one look at the path.
    pub(super) fn is_moved(&self) -> bool {
        self.database.is_none() || self.database != identity(&self.path)
    }

    /// Compares the files at the path with those that were opened.
    pub(super) fn state(&self) -> FileState {
        if self.is_moved() {
            return FileState::Moved;
        }
        if cfg!(not(unix)) {
            return FileState::Same;
        }
        let beside_it = (identity(&self.log_path), identity(&self.index_path));
        if beside_it == (self.log, self.index) { FileState::Same } else { FileState::WithoutLog }
    }

    /// True where another database may be opened at the path: no `-shm` file of the one before is left there.
    pub(super) fn is_cleared(&self) -> bool {
        self.index.is_none() || identity(&self.index_path) != self.index
    }

    /// True where the `-wal` file at the path is the one that was opened.
    pub(super) fn has_its_log(&self) -> bool {
        self.log.is_some() && identity(&self.log_path) == self.log
    }

    /// Removes the `-wal` and `-shm` files of the database before, which SQLite would take for the next one's. To be called
    /// after the checkpoint, once the connection is closed.
    pub(super) fn clear(&self) -> std::io::Result<()> {
        for (path, opened) in [(&self.log_path, self.log), (&self.index_path, self.index)] {
            if opened.is_some() && identity(path) == opened {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The path of a file that SQLite keeps beside the database: `-wal` or `-shm`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(windows)]
fn identity(path: &Path) -> Option<Identity> {
    let handle = winapi_util::Handle::from_path_any(path).ok()?;
    let file = winapi_util::file::information(&handle).ok()?;
    Some((file.volume_serial_number(), file.file_index()))
}

/// The database as a URI that promises SQLite that nobody changes it.
pub(super) fn immutable(path: &Path) -> PathBuf {
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?immutable=1").into()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_removed_moved_or_replaced_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        for ending in ["", "-wal", "-shm"] {
            std::fs::write(beside(&path, ending), "x").unwrap();
        }
        let file = DatabaseFile::of(&path);
        assert_eq!((file.state(), file.is_cleared(), file.has_its_log()), (FileState::Same, false, true));
        std::fs::rename(beside(&path, "-wal"), beside(&path, "-aside")).unwrap();
        assert_eq!((file.state(), file.has_its_log()), (FileState::WithoutLog, false));
        std::fs::rename(beside(&path, "-aside"), beside(&path, "-wal")).unwrap();
        std::fs::write(directory.path().join("b.db"), "y").unwrap();
        std::fs::rename(directory.path().join("b.db"), &path).unwrap();
        assert_eq!(file.state(), FileState::Moved);
        file.clear().unwrap();
        assert!(file.is_cleared() && !beside(&path, "-wal").exists() && path.exists());
        std::fs::remove_file(&path).unwrap();
        assert_eq!((file.state(), DatabaseFile::closed(&path).state()), (FileState::Moved, FileState::Moved));
    }
}
