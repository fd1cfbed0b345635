//! Whether the files that are open are still the ones at their path: somebody may remove or replace them meanwhile.
//!
//! What is written to a file that has been removed is lost with the process. Where open files can be neither removed nor
//! replaced, as on Windows, they always are.

use std::path::{Path, PathBuf};

/// Which file it is, whatever it is called.
type Identity = (u64, u64);

/// Which files were opened, and where.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// `None` where there was none to be opened.
    database: Option<Identity>,
    log: Option<Identity>,
    index: Option<Identity>,
}

/// What has become of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// They are where they were.
    Same,
    /// The database is, but what SQLite keeps beside it has been removed.
    WithoutLog,
    /// The database has been removed, moved or replaced.
    Moved,
}

impl Place {
    /// The files that have just been opened there.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            database: identity(path),
            log: identity(&beside(path, "-wal")),
            index: identity(&beside(path, "-shm")),
            path: path.to_owned(),
        }
    }

    /// Nothing is open that could be found there again.
    pub(super) fn left(path: &Path) -> Self {
        Self { path: path.to_owned(), database: None, log: None, index: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn standing(&self) -> Standing {
        if cfg!(not(unix)) && self.database == identity(&self.path) {
            return Standing::Same;
        }
        if self.database.is_none() || self.database != identity(&self.path) {
            return Standing::Moved;
        }
        let beside_it = (identity(&beside(&self.path, "-wal")), identity(&beside(&self.path, "-shm")));
        if beside_it == (self.log, self.index) { Standing::Same } else { Standing::WithoutLog }
    }

    /// Whether another database may be opened at the path: what stands beside it no longer belongs to the one before.
    pub(super) fn is_cleared(&self) -> bool {
        self.index.is_none() || identity(&beside(&self.path, "-shm")) != self.index
    }

    /// Whether the log at the path is the one that was opened.
    pub(super) fn has_its_log(&self) -> bool {
        self.log.is_some() && identity(&beside(&self.path, "-wal")) == self.log
    }

    /// Removes what stands beside the path and belongs to the database before: SQLite would take it for the next one's.
    /// To be called once nothing of it is open here and the log has been folded back.
    pub(super) fn clear(&self) -> std::io::Result<()> {
        for (ending, opened) in [("-wal", self.log), ("-shm", self.index)] {
            let path = beside(&self.path, ending);
            if opened.is_some() && identity(&path) == opened {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// What SQLite keeps beside a database.
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

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.exists().then_some((0, 0))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn what_was_removed_moved_or_replaced_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        for ending in ["", "-wal", "-shm"] {
            std::fs::write(beside(&path, ending), "x").unwrap();
        }
        let place = Place::of(&path);
        assert_eq!((place.standing(), place.is_cleared(), place.has_its_log()), (Standing::Same, false, true));
        std::fs::rename(beside(&path, "-wal"), beside(&path, "-aside")).unwrap();
        assert_eq!((place.standing(), place.has_its_log()), (Standing::WithoutLog, false));
        std::fs::rename(beside(&path, "-aside"), beside(&path, "-wal")).unwrap();
        std::fs::write(directory.path().join("b.db"), "y").unwrap();
        std::fs::rename(directory.path().join("b.db"), &path).unwrap();
        assert_eq!(place.standing(), Standing::Moved);
        place.clear().unwrap();
        assert!(place.is_cleared() && !beside(&path, "-wal").exists() && path.exists());
        std::fs::remove_file(&path).unwrap();
        assert_eq!((place.standing(), Place::left(&path).standing()), (Standing::Moved, Standing::Moved));
    }
}
