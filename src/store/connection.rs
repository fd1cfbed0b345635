//! Connections: opening one with the settings of this store, migration, transactions, and checkpoints of the log.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::error::{StoreError, doing};
use super::schema;
use crate::progress::Progress;

/// The time that a statement waits for another process's short transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

/// The page cache of a connection that writes: the ends of its indexes, which every insert would otherwise read back.
const WRITER_CACHE_KIB: i64 = 16 << 10;

/// The page cache of a connection that only reads: the upper pages of its tables. Rows are read once, and the system keeps
/// their pages, too; several such connections are open beside the window.
const READER_CACHE_KIB: i64 = 256;

/// Pages of 4 KiB in the log at which SQLite checkpoints by itself: all that [`JOURNAL_LIMIT`] has room for. Everyone waits
/// meanwhile, so it is to be seldom: with a quarter of the pages, the slowest hundredth of captures took twice as long.
const CHECKPOINT_PAGES: i64 = 16_000;

/// The size in bytes to which the write-ahead log is cut after a checkpoint.
const JOURNAL_LIMIT: i64 = 64 << 20;

/// The value of `PRAGMA auto_vacuum` for a file that can give empty pages back a few at a time.
pub(super) const INCREMENTAL: i64 = 2;

/// Steps of SQLite's virtual machine between two checks for cancellation.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;

/// Opens a connection with the settings that all connections of this store share.
pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let problem = |error| damaged_or("opening the database", path, error);
    if flags.contains(OpenFlags::SQLITE_OPEN_CREATE) {
        create_private(path);
    }
    let connection = Connection::open_with_flags(path, flags).map_err(problem)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(problem)?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.pragma_update(None, "cache_size", -READER_CACHE_KIB).map_err(problem)?;
    } else {
        set_up_for_writing(&connection).map_err(problem)?;
    }
    // Columns of a later version may mean anything: such a database is not touched.
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(problem)?;
    if found > schema::LATEST {
        return Err(StoreError::Newer { found, known: schema::LATEST, path: path.to_owned() });
    }
    Ok(connection)
}

/// Makes an empty file that only the user can read; SQLite gives its `-wal` and `-shm` files the same rights.
/// Where this fails, so does SQLite, with a better reason.
fn create_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).ok();
}

fn set_up_for_writing(connection: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        // Only VACUUM could change this once the file has content.
        connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit is on disk before its sender is answered, power cut or not.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_LIMIT)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    // Values come from enums, so the checks hold by themselves; each would build a table of its choices for every row.
    connection.pragma_update(None, "ignore_check_constraints", true)?;
    // What belongs to a capture is deleted with it by `removal::delete`; see there.
    connection.pragma_update(None, "foreign_keys", false)
}

/// Brings the database to the latest schema.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    schema::migrations().to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => {
            damaged_or("bringing the database to today's shape", path, err)
        }
        other => StoreError::Damaged { cause: other.to_string(), path: path.to_owned() },
    })
}

fn damaged_or(what: &'static str, path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged { cause: error.to_string(), path: path.to_owned() }
        }
        _ => doing(what)(error),
    }
}

/// Runs `work` in one transaction, which takes the write lock before it reads anything.
pub(super) fn in_transaction<T>(
    connection: &mut Connection,
    what: &'static str,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(doing(what))?;
    let outcome = work(&transaction)?;
    transaction.commit().map_err(doing(what))?;
    Ok(outcome)
}

/// Ways of copying the write-ahead log back into the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checkpoint {
    /// As much as no reader needs any more; cuts the log.
    Partial,
    /// All of it, or [`StoreError::Locked`] where a reader still needs some; cuts the log.
    Complete,
    /// All of it, or [`StoreError::Locked`]; leaves alone a log that has been unlinked.
    Unlinked,
}

/// Copies the write-ahead log back into the database.
pub(super) fn checkpoint(connection: &Connection, how: Checkpoint) -> Result<(), StoreError> {
    const DOING: &str = "folding the write-ahead log back into the database";
    let pragma = match how {
        Checkpoint::Partial | Checkpoint::Complete => "PRAGMA wal_checkpoint(TRUNCATE)",
        Checkpoint::Unlinked => "PRAGMA wal_checkpoint(FULL)",
    };
    let is_busy: bool = connection.query_row(pragma, [], |row| row.get("busy")).map_err(doing(DOING))?;
    if is_busy && how != Checkpoint::Partial { Err(StoreError::Locked { doing: DOING }) } else { Ok(()) }
}

/// Interrupts the connection's statements once the work is cancelled.
pub(super) fn interrupt_when_cancelled(connection: &Connection, progress: &Progress) -> rusqlite::Result<()> {
    let progress = progress.clone();
    connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || progress.is_cancelled()))
}
