//! The only door to SQLite: one writer with group commit, and readers that cannot write.
//!
//! ```text
//! Store::open ─► migrate ─► writer thread ◄─ Insert, Reply ── StoreHandle (listener, commands)
//!                               │ commit
//!                               ├─► done (to each sender)     ├─► watch<StoreHead> ─► whoever follows
//!                               └─► idle: index, delete what was removed or is beyond the limits, give pages back
//! Additions::open ─► imports, replays, removals               (a connection of their own, short transactions)
//! Reader::open ─► list · page · capture · attempts            (read-only connections, short transactions)
//! ```
//! The writer waits for one job and takes all that queued meanwhile: while one commit waits for the disk, the next batch
//! gathers. A sender hears of its capture only after the commit, so what was acknowledged is on disk, in the file at the path:
//! where somebody removes or replaces it meanwhile, the writer and the readers turn to what is there then.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::watch;

use crate::waker::Waker;

mod additions;
mod batch;
mod chores;
mod condition;
mod contains;
mod error;
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
pub use error::StoreError;
use error::doing;
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
