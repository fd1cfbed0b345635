//! What can go wrong with the database: what was being done, why it failed, and what to do.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::texts::user_error::UserError;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none yet.
    #[error("there is no database yet; start the listener first, with `menuscope` or `menuscope listen`: {}", path.display())]
    Absent {
        /// Where it would be.
        path: PathBuf,
    },
    /// Its folder cannot be looked into.
    #[error("cannot look for the database ({source}); check the folder's rights, or choose another with --data DIR: {}", path.display())]
    Unreachable {
        /// Why not.
        source: std::io::Error,
        /// Where it would be.
        path: PathBuf,
    },
    /// It was written by a later version of this program.
    #[error("the database is of a newer version ({found}, this program knows {known}); update menuscope, or choose another folder with --data DIR: {}", path.display())]
    Newer {
        /// Its version.
        found: i64,
        /// The latest version known here.
        known: i64,
        /// Which file.
        path: PathBuf,
    },
    /// It was written by an earlier version of this program, and reading must not change it.
    #[error("the database is of an older version ({found}); start `menuscope` or `menuscope listen` once to bring it up to date: {}", path.display())]
    Older {
        /// Its version.
        found: i64,
        /// Which file.
        path: PathBuf,
    },
    /// It is no database, or broken.
    #[error("the database is damaged or no database ({cause}); move it aside, or recover it with `sqlite3 FILE .recover`, and start again: {}", path.display())]
    Damaged {
        /// What SQLite says.
        cause: String,
        /// Which file.
        path: PathBuf,
    },
    /// Another process holds it.
    #[error("the database is locked by another program ({doing}); close it and try again")]
    Locked {
        /// What was being done.
        doing: &'static str,
    },
    /// It cannot be written.
    #[error(
        "the database cannot be written ({cause}, {doing}); check the folder's rights, or choose another with --data DIR"
    )]
    ReadOnly {
        /// What was being done.
        doing: &'static str,
        /// What SQLite says.
        cause: String,
    },
    /// The disk is full.
    #[error("the disk is full ({doing}); make room, and a running listener goes on by itself")]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// Anything else that SQLite says.
    #[error("the database failed ({cause}, {doing}); if it goes on, look for damage with `menuscope db check`")]
    Sqlite {
        /// What was being done.
        doing: &'static str,
        /// What SQLite says.
        cause: String,
        /// Whether it concerns one row (a constraint, a type) rather than the whole file.
        of_one_row: bool,
    },
    /// A copy cannot be written.
    #[error("cannot write the copy of the database ({source}); choose a path where nothing is yet: {}", path.display())]
    Backup {
        /// Why not.
        source: std::io::Error,
        /// Where to.
        path: PathBuf,
    },
    /// Its folder was removed while it was open.
    #[error(
        "the data folder has gone while menuscope was writing to it, and nothing is taken until it is back; put it back or make it again, or start menuscope with another --data DIR: {}", path.display()
    )]
    FolderGone {
        /// Where the database was.
        path: PathBuf,
    },
    /// It was replaced, again and again or by somebody who has to know.
    #[error("the database was replaced while it was being written; stop the program that replaces it, and try again: {}", path.display())]
    Moved {
        /// Which file.
        path: PathBuf,
    },
    /// Somebody wanted something newer.
    #[error("interrupted by a newer request ({doing})")]
    Interrupted {
        /// What was being done.
        doing: &'static str,
    },
    /// The writer is gone: the program is closing.
    #[error("the store is closing, nothing more can be written")]
    Closing,
    /// The writer's thread could not be started.
    #[error("cannot start the store's writer: {0}")]
    Thread(std::io::Error),
}

impl StoreError {
    /// The same words once more: every sender of a batch that failed hears of it.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Locked { doing } => Self::Locked { doing },
            Self::Full { doing } => Self::Full { doing },
            Self::FolderGone { path } => Self::FolderGone { path: path.clone() },
            Self::Damaged { cause, path } => Self::Damaged { cause: cause.clone(), path: path.clone() },
            Self::Newer { found, known, path } => Self::Newer { found: *found, known: *known, path: path.clone() },
            Self::Moved { path } => Self::Moved { path: path.clone() },
            Self::ReadOnly { doing, cause } => Self::ReadOnly { doing, cause: cause.clone() },
            Self::Sqlite { doing, cause, of_one_row } => {
                Self::Sqlite { doing, cause: cause.clone(), of_one_row: *of_one_row }
            }
            _ => Self::Closing,
        }
    }
}

impl From<&StoreError> for UserError {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Absent { path } => Self::of("user_error.store.absent", error).with("path", path.display()),
            StoreError::Unreachable { source, path } => {
                Self::of("user_error.store.unreachable", error).with("cause", source).with("path", path.display())
            }
            StoreError::Newer { found, known, path } => Self::of("user_error.store.newer", error)
                .with("found", found)
                .with("known", known)
                .with("path", path.display()),
            StoreError::Older { found, path } => {
                Self::of("user_error.store.older", error).with("found", found).with("path", path.display())
            }
            StoreError::Damaged { cause, path } => {
                Self::of("user_error.store.damaged", error).with("cause", cause).with("path", path.display())
            }
            StoreError::Locked { .. } => Self::of("user_error.store.locked", error),
            StoreError::ReadOnly { cause, .. } => Self::of("user_error.store.read_only", error).with("cause", cause),
            StoreError::Full { .. } => Self::of("user_error.store.full", error),
            StoreError::Sqlite { cause, .. } => Self::of("user_error.store.sqlite", error).with("cause", cause),
            StoreError::Backup { source, path } => {
                Self::of("user_error.store.backup", error).with("cause", source).with("path", path.display())
            }
            StoreError::FolderGone { path } => {
                Self::of("user_error.place.folder_gone", error).with("path", path.display())
            }
            StoreError::Moved { path } => Self::of("user_error.place.moved", error).with("path", path.display()),
            StoreError::Interrupted { .. } => Self::of("user_error.store.interrupted", error),
            StoreError::Closing => Self::of("user_error.store.closing", error),
            StoreError::Thread(cause) => Self::of("user_error.store.thread", error).with("cause", cause),
        }
    }
}

/// Says of a SQLite error what was being done, and which kind of trouble it is.
pub(super) fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| {
        let cause = error.to_string();
        match error.sqlite_error_code() {
            // The index of the log cannot grow: an I/O error by its name.
            _ if is_out_of_room(&error) => StoreError::Full { doing },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { doing },
            Some(ErrorCode::OperationInterrupted) => StoreError::Interrupted { doing },
            Some(ErrorCode::DiskFull) => StoreError::Full { doing },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { doing, cause }
            }
            code => {
                let of_one_row =
                    matches!(code, Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig));
                StoreError::Sqlite { doing, cause, of_one_row }
            }
        }
    }
}

/// Whether the index of the log could not grow.
fn is_out_of_room(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_every_error() {
        let (path, doing) = (PathBuf::from("/data"), "reading");
        let cause = || "c".to_owned();
        let errors = [
            StoreError::Absent { path: path.clone() },
            StoreError::Unreachable { source: std::io::Error::other("denied"), path: path.clone() },
            StoreError::Newer { found: 9, known: 1, path: path.clone() },
            StoreError::Older { found: 0, path: path.clone() },
            StoreError::Damaged { cause: cause(), path: path.clone() },
            StoreError::FolderGone { path: path.clone() },
            StoreError::Moved { path },
            StoreError::Locked { doing },
            StoreError::ReadOnly { doing, cause: cause() },
            StoreError::Full { doing },
            StoreError::Sqlite { doing, cause: cause(), of_one_row: false },
            StoreError::Backup { source: std::io::Error::other("denied"), path: PathBuf::from("/copy") },
            StoreError::Interrupted { doing },
            StoreError::Closing,
            StoreError::Thread(std::io::Error::from(std::io::ErrorKind::OutOfMemory)),
        ];
        for error in &errors {
            UserError::from(error).assert_said();
        }
    }
}
