//! Reading: pages of the list, single captures, and what belongs together. Never writes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension as _};

use super::condition::condition;
use super::listing::{Order, PRESENT, Scan, ScanChunk};
use super::place::{Place, Standing, beside};
use super::removal::{self, RemovalId};
use super::replays;
use super::replies;
use super::rows::{STORED, SUMMARY, stored, summary};
use super::tally::Tally;
use super::{StoreError, connect, contains, doing, schema, seen};
use crate::capture::{
    CaptureId, CaptureSummary, ReplayId, ReplaySummary, RunId, StoredCapture, StoredReplay, StoredRun,
};
use crate::filter::{Filter, Seen};

/// How many seconds may lie between the CreateTime of an event with pictures and of the image messages that follow it.
const PICTURE_SECONDS: i64 = 5;

/// The database as a URI that tells SQLite that nothing changes it.
fn immutable(path: &Path) -> PathBuf {
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?immutable=1").into()
}

/// How often a database is tried to be opened that fails, and what passes in between: half a second in all.
const OPEN_ATTEMPTS: u32 = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(25);

/// Ends whatever its reader is doing, which then fails with [`StoreError::Interrupted`]; nothing where it does nothing.
pub struct Interrupter(InterruptHandle);

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interrupter")
    }
}

impl Interrupter {
    /// Ends it.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

/// A read-only connection. Each call is a short transaction of its own.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    place: Place,
}

impl Reader {
    /// Opens the database at this path, which has to be there and of today's shape.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // Where the database is being made, or taken away, at this very moment, SQLite calls it an I/O error.
        for _ in 1..OPEN_ATTEMPTS {
            match Self::open_once(path) {
                Err(StoreError::Sqlite { .. }) => std::thread::park_timeout(OPEN_PAUSE),
                opened => return opened,
            }
        }
        Self::open_once(path)
    }

    fn open_once(path: &Path) -> Result<Self, StoreError> {
        let reader = Self::open_older(path)?;
        let version: i64 = reader
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(doing("reading the database's version"))?;
        if version == 0 {
            // Being made this very moment: nothing is in it yet.
            return Err(StoreError::Absent { path: path.to_owned() });
        }
        if version < schema::LATEST {
            return Err(StoreError::Older { found: version, path: path.to_owned() });
        }
        Ok(reader)
    }

    /// Opens the database at this path, which has to be there, but may be of an earlier shape.
    pub(super) fn open_older(path: &Path) -> Result<Self, StoreError> {
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(StoreError::Absent { path: path.to_owned() }),
            Err(source) => return Err(StoreError::Unreachable { source, path: path.to_owned() }),
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match connect(path, flags) {
            // A copy without its log in a folder that cannot be written: nobody else can be writing it either.
            Err(StoreError::ReadOnly { .. }) if !beside(path, "-wal").exists() => {
                connect(&immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?
            }
            opened => opened?,
        };
        contains::register(&connection).map_err(doing("preparing the search"))?;
        Ok(Self { connection, place: Place::of(path) })
    }

    /// For what else is read of a database.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// How large the write-ahead log is, in bytes.
    pub(super) fn log_size(&self) -> u64 {
        std::fs::metadata(beside(self.place.path(), "-wal")).map_or(0, |log| log.len())
    }

    /// Whether the database at the path is still the one that is read here. Where it is not, there is none, or another one
    /// that can be opened: one that cannot be opened yet, since the writer has not left it, counts as the same.
    pub fn is_current(&self) -> bool {
        let is_there = self.place.path().exists();
        self.place.standing() != Standing::Moved || (is_there && !self.place.is_cleared())
    }

    /// What ends a statement of this reader from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(self.connection.get_interrupt_handle())
    }

    /// Goes up when another connection has committed.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(doing("looking for other programs' changes"))
    }

    /// The newest capture, 0 where there is none.
    pub fn newest(&self) -> Result<CaptureId, StoreError> {
        self.connection
            .query_row("SELECT MAX(id) FROM capture", [], |row| row.get::<_, Option<i64>>(0))
            .map(|newest| CaptureId(newest.unwrap_or(0)))
            .map_err(doing("finding the newest capture"))
    }

    /// How many captures there are, without those that were removed.
    pub fn count(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM capture) - (SELECT COUNT(*) FROM removed)";
        self.connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map(|count| count as u64)
            .map_err(doing("counting captures"))
    }

    /// Goes up whenever captures are removed, brought back or deleted.
    pub fn removals(&self) -> Result<i64, StoreError> {
        Tally::Removals.read(&self.connection)
    }

    /// The latest removal that can be taken back.
    pub fn latest_removal(&self) -> Result<Option<RemovalId>, StoreError> {
        removal::latest(&self.connection)
    }

    /// Values that have been seen and begin so, in their order, at most so many; nothing for accounts and rules, which are
    /// known otherwise. Milliseconds, however many events there are.
    pub fn seen(&self, seen: Seen, typed: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        seen::values(&self.connection, seen, typed, limit)
    }

    /// The filters that were used, the latest first.
    pub fn used_filters(&self) -> Result<Vec<String>, StoreError> {
        seen::used(&self.connection)
    }

    /// Those of these captures that match, the newest first.
    pub fn matching_of(&self, filter: &Filter, ids: &[CaptureId]) -> Result<Vec<CaptureId>, StoreError> {
        let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        condition(&filter.expr).holding(&self.connection, &ids)
    }

    /// The next step of a walk through the captures that match.
    pub fn step(&self, scan: &mut Scan) -> Result<ScanChunk, StoreError> {
        scan.step(&self.connection)
    }

    /// The captures after `after` that match, oldest first.
    pub fn arrived(&self, filter: &Filter, after: CaptureId, limit: usize) -> Result<Vec<CaptureId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        condition(&filter.expr).within(&self.connection, after.0 + 1, i64::MAX, Order::OldestFirst, limit)
    }

    /// The rows of these captures, in ascending order; those that have gone are left out.
    pub fn page(&self, ids: &[CaptureId]) -> Result<Vec<CaptureSummary>, StoreError> {
        let problem = doing("reading a page of captures");
        let sql = format!(
            "SELECT {} FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id WHERE c.id = ?1 AND {PRESENT}",
            *SUMMARY
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(&problem)?;
        let transaction = self.connection.unchecked_transaction().map_err(&problem)?;
        let mut page = Vec::with_capacity(ids.len());
        for id in ids {
            page.extend(statement.query_row([id.0], summary).optional().map_err(&problem)?);
        }
        transaction.finish().map_err(&problem)?;
        page.sort_unstable_by_key(|summary| summary.placement.id);
        Ok(page)
    }

    /// One capture with everything.
    pub fn capture(&self, id: CaptureId) -> Result<Option<StoredCapture>, StoreError> {
        let sql = format!(
            "SELECT {} FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id WHERE c.id = ?1 AND {PRESENT}",
            *STORED
        );
        let mut found = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row([id.0], stored).optional())
            .map_err(doing("reading a capture"))?;
        if let Some(reply) = found.as_mut().and_then(|stored| stored.reply.as_mut()) {
            reply.forwarded = replies::forwarded(&self.connection, id)?.map(Box::new);
        }
        Ok(found)
    }

    /// The captures that match, oldest first, without holding one long transaction.
    pub fn matching(&self, filter: &Filter) -> Result<Vec<CaptureId>, StoreError> {
        let mut scan = Scan::new(filter, self.newest()?);
        let mut found = Vec::new();
        loop {
            let chunk = self.step(&mut scan)?;
            found.extend(chunk.ids);
            if chunk.finished {
                found.reverse();
                return Ok(found);
            }
        }
    }

    /// The replays of an event, the newest first.
    pub fn replays_of(&self, event: CaptureId, limit: usize) -> Result<Vec<StoredReplay>, StoreError> {
        replays::of_event(&self.connection, event, limit)
    }

    /// One replay with everything.
    pub fn replay(&self, id: ReplayId) -> Result<Option<StoredReplay>, StoreError> {
        replays::one(&self.connection, id)
    }

    /// The latest replay of an event in a run before that one.
    pub fn replay_before(&self, event: CaptureId, run: RunId) -> Result<Option<StoredReplay>, StoreError> {
        replays::before(&self.connection, event, run)
    }

    /// The first replay of an event in that run.
    pub fn replay_in(&self, event: CaptureId, run: RunId) -> Result<Option<StoredReplay>, StoreError> {
        replays::in_run(&self.connection, event, run)
    }

    /// The latest CreateTime, in seconds, between `from` and `to` that a message of that user had: captured, or sent again
    /// with a new one.
    pub fn latest_created(&self, openid: &str, from: i64, to: i64) -> Result<Option<i64>, StoreError> {
        replays::latest_created(&self.connection, openid, from, to)
    }

    /// The runs of replays, the newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<StoredRun>, StoreError> {
        replays::runs(&self.connection, limit)
    }

    /// One run.
    pub fn run(&self, id: RunId) -> Result<Option<StoredRun>, StoreError> {
        replays::run(&self.connection, id)
    }

    /// The replays of a run, in the order in which they were recorded.
    pub fn replays_in(&self, run: RunId, limit: usize) -> Result<Vec<ReplaySummary>, StoreError> {
        replays::rows(&self.connection, run, limit)
    }

    /// Every attempt of the event whose first attempt this is, in order.
    pub fn attempts(&self, group: CaptureId) -> Result<Vec<CaptureSummary>, StoreError> {
        let problem = doing("reading the attempts of an event");
        let sql = format!(
            "SELECT {} FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id
             WHERE (c.id = ?1 OR (c.group_id = ?1 AND c.attempt > 1)) AND {PRESENT} ORDER BY c.id",
            *SUMMARY
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(&problem)?;
        let rows = statement.query_map([group.0], summary).map_err(&problem)?;
        rows.collect::<Result<_, _>>().map_err(&problem)
    }

    /// The image messages that belong to an event with pictures: same account and user, about the same CreateTime.
    /// They may have come before it. Retries are left out.
    pub fn images_of(&self, capture: &StoredCapture) -> Result<Vec<CaptureId>, StoreError> {
        if !capture.capture.has_pictures() {
            return Ok(Vec::new());
        }
        let problem = doing("finding the image messages of an event");
        let (Some(openid), Some(created)) = (&capture.capture.envelope.openid, capture.capture.envelope.create_time)
        else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT c.id FROM capture AS c WHERE c.openid = ?1 AND c.kind = 'image' AND c.account = ?2 AND c.attempt = 1
             AND c.create_time BETWEEN ?3 AND ?4 AND c.signature = ?5 AND {PRESENT} ORDER BY c.id"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(&problem)?;
        // A forged image must not pass for one of a genuine tap.
        let signature = capture.capture.signature.as_str();
        let (from, to) = (created.saturating_sub(PICTURE_SECONDS), created.saturating_add(PICTURE_SECONDS));
        let rows = statement
            .query_map((openid, &capture.capture.account, from, to, signature), |row| row.get(0).map(CaptureId))
            .map_err(&problem)?;
        rows.collect::<Result<_, _>>().map_err(&problem)
    }
}
