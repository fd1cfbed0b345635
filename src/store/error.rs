//! Errors of the store: each names the operation, its cause and a remedy.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::texts::user_error::UserError;

/// An error of the store; cloned for every sender of a batch that failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database yet.
    #[error("there is no database yet; start the listener first, with `menuscope` or `menuscope listen`: {}", path.display())]
    Absent { path: PathBuf },
    /// The folder of the database cannot be read.
    #[error("cannot look for the database ({source}); check the folder's rights, or choose another with --data DIR: {}", path.display())]
    Unreachable { source: Arc<io::Error>, path: PathBuf },
    /// A later version of this program wrote the database.
    #[error("the database is of a newer version ({found}, this program knows {known}); update menuscope, or choose another folder with --data DIR: {}", path.display())]
    Newer { found: i64, known: i64, path: PathBuf },
    /// An earlier version of this program wrote the database, and a reader must not change it.
    #[error("the database is of an older version ({found}); start `menuscope` or `menuscope listen` once to bring it up to date: {}", path.display())]
    Older { found: i64, path: PathBuf },
    /// The database is of an earlier version, and another process has the right to listen.
    #[error("the database is of an earlier version, and the menuscope that is listening for it has to be stopped before it can be brought up to date: {}", path.display())]
    InUse { path: PathBuf },
    /// Bringing the database to the latest schema was stopped.
    #[error("the database is not brought up to date yet, since that was stopped; nothing is lost, and the next start goes on with it: {}", path.display())]
    UpgradeStopped { path: PathBuf },
    /// The file is damaged, or no database.
    #[error("the database is damaged or no database ({cause}); move it aside, or recover it with `sqlite3 FILE .recover`, and start again: {}", path.display())]
    Damaged { cause: String, path: PathBuf },
    /// Another process holds the lock for too long.
    #[error("the database is locked by another program ({doing}); close it and try again")]
    Locked { doing: &'static str },
    /// The database cannot be written.
    #[error(
        "the database cannot be written ({cause}, {doing}); check the folder's rights, or choose another with --data DIR"
    )]
    ReadOnly { doing: &'static str, cause: String },
    /// The disk is full.
    #[error("the disk is full ({doing}); make room, and a running listener goes on by itself")]
    Full { doing: &'static str },
    /// Any other error of SQLite.
    #[error("the database failed ({cause}, {doing}); if it goes on, look for damage with `menuscope db check`")]
    Sqlite {
        doing: &'static str,
        cause: String,
        /// The error concerns one row (a constraint, a type) rather than the whole file.
        of_one_row: bool,
    },
    /// A backup cannot be written.
    #[error("cannot write the copy of the database ({source}); choose a path where nothing is yet: {}", path.display())]
    Backup { source: Arc<io::Error>, path: PathBuf },
    /// The folder of the database was removed while the database was open.
    #[error(
        "the data folder has gone while menuscope was writing to it, and nothing is taken until it is back; put it back or make it again, or start menuscope with another --data DIR: {}", path.display()
    )]
    FolderGone { path: PathBuf },
    /// The database was replaced several times during one batch, or during a bulk write.
    #[error("the database was replaced while it was being written; stop the program that replaces it, and try again: {}", path.display())]
    Moved { path: PathBuf },
    /// A newer request interrupted the statement.
    #[error("interrupted by a newer request ({doing})")]
    Interrupted { doing: &'static str },
    /// The writer has ended: the program is closing.
    #[error("the store is closing, nothing more can be written")]
    Closing,
    /// The writer's thread could not be started.
    #[error("cannot start the store's writer: {0}")]
    Thread(Arc<io::Error>),
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
            StoreError::InUse { path } => Self::of("user_error.store.in_use", error).with("path", path.display()),
            StoreError::UpgradeStopped { path } => {
                Self::of("user_error.store.upgrade_stopped", error).with("path", path.display())
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

/// Classifies an error of SQLite, with the operation that failed.
pub(super) fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| {
        let cause = error.to_string();
        match error.sqlite_error_code() {
            // SQLite reports a full disk under the `-shm` file as an I/O error.
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

/// True where the disk had no room for a larger `-shm` file.
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
            StoreError::Unreachable { source: Arc::new(io::Error::other("denied")), path: path.clone() },
            StoreError::Newer { found: 9, known: 1, path: path.clone() },
            StoreError::Older { found: 0, path: path.clone() },
            StoreError::InUse { path: path.clone() },
            StoreError::UpgradeStopped { path: path.clone() },
            StoreError::Damaged { cause: cause(), path: path.clone() },
            StoreError::FolderGone { path: path.clone() },
            StoreError::Moved { path },
            StoreError::Locked { doing },
            StoreError::ReadOnly { doing, cause: cause() },
            StoreError::Full { doing },
            StoreError::Sqlite { doing, cause: cause(), of_one_row: false },
            StoreError::Backup { source: Arc::new(io::Error::other("denied")), path: PathBuf::from("/copy") },
            StoreError::Interrupted { doing },
            StoreError::Closing,
            StoreError::Thread(Arc::new(io::ErrorKind::OutOfMemory.into())),
        ];
        for error in &errors {
            UserError::from(error).assert_said();
        }
    }
}
