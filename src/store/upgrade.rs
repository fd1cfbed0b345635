//! A database of an earlier version brought to today's shape: with progress, interruptible, and beside no other program.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::connection::{connect, in_transaction, interrupt_when_cancelled, migrate};
use super::error::{StoreError, doing};
use super::reader::Reader;
use super::schema::{self, narrow};
use crate::progress::Progress;

/// The file beside the database whose lock says that a process listens.
const LOCK: &str = "menuscope.lock";

/// Events from which on the log tells of the work, and the time between two lines.
const MANY: u64 = 20_000;
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// The work after the copying, about, as a share of the copying: one of so many.
const FINISH_SHARE: u64 = 2;

/// The operation as errors name it.
const UPGRADING: &str = "bringing the database to today's shape";

/// Tells whether the database at the path is of an earlier version, which the next program that writes brings to today's.
pub fn is_older(path: &Path) -> bool {
    matches!(Reader::open(path), Err(StoreError::Older { .. }))
}

/// Brings a database of an earlier version to the latest schema, where nobody listens for it; a minute for a million events.
///
/// Cancelled, it ends with [`StoreError::UpgradeStopped`], and the next call goes on from there.
pub fn bring_up_to_date(path: &Path, progress: &Progress) -> Result<(), StoreError> {
    let mut connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
    alone(&mut connection, path, progress)
}

/// Brings the database to the latest schema; the caller has the right to listen. An earlier version that has rows takes a
/// minute for a million.
pub(super) fn upgrade(connection: &mut Connection, path: &Path, progress: &Progress) -> Result<(), StoreError> {
    if is_to_be_narrowed(connection)? {
        let narrowed = narrow_rows(connection, path, progress);
        connection.progress_handler(0, None::<fn() -> bool>).map_err(doing(UPGRADING))?;
        match narrowed {
            Err(_) if progress.is_cancelled() => return Err(StoreError::UpgradeStopped { path: path.to_owned() }),
            narrowed => narrowed?,
        }
    }
    migrate(connection, path)
}

/// The same for a program that does not listen: it must not change the tables under a listener of an earlier version, and
/// none may begin to listen meanwhile.
pub(super) fn upgrade_alone(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    alone(connection, path, &Progress::new())
}

fn alone(connection: &mut Connection, path: &Path, progress: &Progress) -> Result<(), StoreError> {
    let _lock = if is_to_be_narrowed(connection)? { lock(path)? } else { None };
    upgrade(connection, path, progress)
}

fn lock(path: &Path) -> Result<Option<File>, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // A folder in which no file can be made has no listener, and SQLite will say what is wrong with it.
    let Ok(file) = options.open(path.with_file_name(LOCK)) else { return Ok(None) };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
        _ => Ok(Some(file)),
    }
}

fn is_to_be_narrowed(connection: &Connection) -> Result<bool, StoreError> {
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(doing(UPGRADING))?;
    Ok((1..schema::NARROWED).contains(&version))
}

fn narrow_rows(connection: &mut Connection, path: &Path, progress: &Progress) -> Result<(), StoreError> {
    let problem = doing(UPGRADING);
    schema::migrations().to_version(connection, schema::WIDE).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => problem(err),
        other => StoreError::Damaged { cause: other.to_string(), path: path.to_owned() },
    })?;
    connection.execute_batch(schema::NARROW).map_err(&problem)?;
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(&problem);
    let (events, copied) =
        (count("SELECT COUNT(*) FROM capture")? as u64, count("SELECT COUNT(*) FROM narrow")? as u64);
    progress.begin_again();
    progress.set_total(events + events / FINISH_SHARE);
    progress.advance(copied);
    interrupt_when_cancelled(connection, progress).map_err(&problem)?;
    let mut report = Report::begin(events, path);
    loop {
        if progress.is_cancelled() {
            return Err(StoreError::Interrupted { doing: UPGRADING });
        }
        let some = in_transaction(connection, UPGRADING, |transaction| {
            narrow::copy(transaction, narrow::AT_ONCE).map_err(doing(UPGRADING))
        })?;
        progress.advance(some as u64);
        report.tell(progress);
        if some < narrow::AT_ONCE as usize {
            break;
        }
    }
    in_transaction(connection, UPGRADING, |transaction| {
        narrow::finish_each(transaction, || {
            progress.advance(events / FINISH_SHARE / narrow::STAGES);
            report.tell(progress);
        })
        .and_then(|()| transaction.pragma_update(None, "user_version", schema::NARROWED))
        .map_err(doing(UPGRADING))
    })
}

/// Lines in the log about work that takes a while.
struct Report {
    is_long: bool,
    last: Instant,
}

impl Report {
    fn begin(events: u64, path: &Path) -> Self {
        let is_long = events >= MANY;
        if is_long {
            tracing::warn!(
                "bringing {events} events to the shape of this version, a minute for a million; it may be interrupted, and \
                 goes on with the next start: {}",
                path.display()
            );
        }
        Self { is_long, last: Instant::now() }
    }

    fn tell(&mut self, progress: &Progress) {
        if self.is_long && self.last.elapsed() >= REPORT_INTERVAL {
            self.last = Instant::now();
            tracing::warn!(
                "{} % of the events are in the shape of this version",
                progress.done() * 100 / progress.total()
            );
        }
    }
}

#[cfg(test)]
mod tests;
