//! The only door to SQLite: one writer with group commit, and readers that cannot write.
//!
//! ```text
//! Store::open ─► migrate ─► writer thread ◄─ Insert, Reply ── StoreHandle (listener, commands)
//!                               │ commit
//!                               ├─► done (to each sender)     ├─► watch<StoreHead> ─► whoever follows
//! Additions::open ─► imports, replays                        (a connection of their own, short transactions)
//! Reader::open ─► list · page · capture · attempts            (read-only connections, short transactions)
//! ```
//! The writer waits for one job and takes all that queued meanwhile: while one commit waits for the disk, the next batch
//! gathers. A sender hears of its capture only after the commit, so what was acknowledged is on disk, in the file at the path:
//! where somebody removes or replaces it meanwhile, the writer and the readers turn to what is there then.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::watch;

use crate::trouble::Trouble;
use crate::waker::Waker;

mod additions;
mod batch;
mod chores;
mod condition;
mod contains;
mod groups;
mod listing;
mod maintenance;
mod pages;
mod place;
mod reader;
mod removal;
mod replays;
mod replies;
mod retention;
mod rows;
mod schema;
mod search;
mod seen;
mod tally;
mod unverified;
mod writer;

pub use additions::{Added, Additions, Recorded};
pub use listing::{Scan, ScanChunk};
pub use maintenance::{Caretaker, Stats};
pub use reader::{Interrupter, Reader};
pub use removal::{RemovalId, UNDO_FOR};
pub use retention::Retention;
pub use writer::{StoreHandle, StoreHead, Ticket};

/// How long a statement waits for another process's short transaction.
const BUSY_PATIENCE: Duration = Duration::from_secs(3);

/// The writer keeps so many KiB of pages: the ends of its indexes, which it would otherwise read back for every insert.
const WRITER_CACHE_KIB: i64 = 16 << 10;

/// The log is folded back after this many pages of 4 KiB: often enough to stay small, seldom enough to write a page once
/// that many commits have touched.
const CHECKPOINT_PAGES: i64 = 4_000;

/// Beyond this size, in bytes, the write-ahead log is cut back after a checkpoint.
const JOURNAL_LIMIT: i64 = 64 << 20;

/// What `PRAGMA auto_vacuum` says of a file that can give empty pages back a few at a time.
const INCREMENTAL: i64 = 2;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of requests that fail verification, in bytes.
    pub unverified: u64,
    /// Of everything.
    pub retention: Retention,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unverified: u64::MAX, retention: Retention::default() }
    }
}

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
    fn again(&self) -> Self {
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

impl From<&StoreError> for Trouble {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Absent { path } => Self::of("trouble.store.absent", error).with("path", path.display()),
            StoreError::Unreachable { source, path } => {
                Self::of("trouble.store.unreachable", error).with("cause", source).with("path", path.display())
            }
            StoreError::Newer { found, known, path } => Self::of("trouble.store.newer", error)
                .with("found", found)
                .with("known", known)
                .with("path", path.display()),
            StoreError::Older { found, path } => {
                Self::of("trouble.store.older", error).with("found", found).with("path", path.display())
            }
            StoreError::Damaged { cause, path } => {
                Self::of("trouble.store.damaged", error).with("cause", cause).with("path", path.display())
            }
            StoreError::Locked { .. } => Self::of("trouble.store.locked", error),
            StoreError::ReadOnly { cause, .. } => Self::of("trouble.store.read_only", error).with("cause", cause),
            StoreError::Full { .. } => Self::of("trouble.store.full", error),
            StoreError::Sqlite { cause, .. } => Self::of("trouble.store.sqlite", error).with("cause", cause),
            StoreError::Backup { source, path } => {
                Self::of("trouble.store.backup", error).with("cause", source).with("path", path.display())
            }
            StoreError::FolderGone { path } => {
                Self::of("trouble.place.folder_gone", error).with("path", path.display())
            }
            StoreError::Moved { path } => Self::of("trouble.place.moved", error).with("path", path.display()),
            StoreError::Interrupted { .. } => Self::of("trouble.store.interrupted", error),
            StoreError::Closing => Self::of("trouble.store.closing", error),
            StoreError::Thread(cause) => Self::of("trouble.store.thread", error).with("cause", cause),
        }
    }
}

/// Says of a SQLite error what was being done, and which kind of trouble it is.
fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
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

/// An open database with its writer; dropping it commits what is queued and joins the writer.
#[derive(Debug)]
pub struct Store {
    writer: writer::Writer,
}

impl Store {
    /// Opens the database, made where it is missing and brought to today's shape, and starts its writer.
    /// Each commit is told to `head` first, then to `waker`.
    pub fn open(path: &Path, limits: Limits, head: watch::Sender<StoreHead>, waker: Waker) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        migrate(&mut connection, path)?;
        let writer = writer::Writer::start(connection, path, limits, head, waker)?;
        Ok(Self { writer })
    }

    /// The way in for whoever has something to write.
    pub fn handle(&self) -> StoreHandle {
        self.writer.handle()
    }
}

/// Folds the write-ahead log back into the database and cuts it, as far as no reader needs it.
fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .map_err(doing("folding the write-ahead log back into the database"))
}

/// Does something in one transaction, which waits for its turn before it reads anything.
fn within<T>(
    connection: &mut Connection,
    what: &'static str,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(doing(what))?;
    let outcome = work(&transaction)?;
    transaction.commit().map_err(doing(what))?;
    Ok(outcome)
}

/// Opens a connection the way every connection here is set up.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let damaged = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged { cause: error.to_string(), path: path.to_owned() }
        }
        _ => doing("opening the database")(error),
    };
    let connection = Connection::open_with_flags(path, flags).map_err(damaged)?;
    connection.busy_timeout(BUSY_PATIENCE).map_err(damaged)?;
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(damaged)?;
        if pages == 0 {
            // Once there is something in the file, only making it anew would change this.
            connection.pragma_update(None, "auto_vacuum", INCREMENTAL).map_err(damaged)?;
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(damaged)?;
        // FULL: a commit is on disk before its sender is answered, power cut or not.
        connection.pragma_update(None, "synchronous", "FULL").map_err(damaged)?;
        connection.pragma_update(None, "journal_size_limit", JOURNAL_LIMIT).map_err(damaged)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(damaged)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).map_err(damaged)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(damaged)?;
    }
    check_version(&connection, path).map_err(|error| match error {
        Refusal::Sqlite(error) => damaged(error),
        Refusal::Store(error) => error,
    })?;
    Ok(connection)
}

enum Refusal {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

/// A database from the future must not be touched: what its columns mean is not known here.
fn check_version(connection: &Connection, path: &Path) -> Result<(), Refusal> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(Refusal::Sqlite)?;
    if found > schema::LATEST {
        return Err(Refusal::Store(StoreError::Newer { found, known: schema::LATEST, path: path.to_owned() }));
    }
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    schema::migrations().to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => match err.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::Damaged { cause: err.to_string(), path: path.to_owned() }
            }
            _ => doing("bringing the database to today's shape")(err),
        },
        other => StoreError::Damaged { cause: other.to_string(), path: path.to_owned() },
    })
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
            Trouble::from(error).assert_said();
        }
    }
}
