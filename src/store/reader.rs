//! The read-only side of the store: pages of the list, single captures, attempts, replays, statistics.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension as _};

use super::columns::{LISTED, STORED, SUMMARY, select};
use super::condition::{PRESENT, condition};
use super::connection::connect;
use super::counters::Counter;
use super::database_file::{DatabaseFile, beside, immutable};
use super::error::{StoreError, doing};
use super::following::{self, Arrival};
use super::key_history::{self, KeyHistory};
use super::matching::{Scan, ScanChunk};
use super::outbox::{self, OutboxCursor};
use super::pages::Pages;
use super::removal::{self, RemovalId};
use super::rows::{listed, stored, summary};
use super::stats::Stats;
use super::taps::{self, TapSums};
use super::timeline::{self, Timeline};
use super::{completion, contains, image_messages, index, integrity, replays, replies, schema};
use crate::capture::{
    CaptureId, CaptureSummary, IdRuns, ReplayId, ReplaySummary, RunId, StoredCapture, StoredReplay, StoredRun,
};
use crate::filter::{Filter, SeenField};
use crate::progress::Progress;

/// Attempts to open a database, and the pause between two of them: half a second in all.
const OPEN_ATTEMPTS: u32 = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(25);

/// Interrupts a statement of its reader from another thread; the statement fails with [`StoreError::Interrupted`].
pub struct Interrupter(InterruptHandle);

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interrupter")
    }
}

impl Interrupter {
    /// Interrupts the statement that is running now, if any.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

/// A read-only connection. Each call is a short transaction of its own.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    file: DatabaseFile,
}

impl Reader {
    /// Opens an existing database of the latest schema.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite reports an I/O error while another process makes or removes the database.
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
            // Another process is making it: nothing is in it yet.
            return Err(StoreError::Absent { path: path.to_owned() });
        }
        if version < schema::LATEST {
            return Err(StoreError::Older { found: version, path: path.to_owned() });
        }
        Ok(reader)
    }

    /// Opens an existing database, which may be of an earlier schema.
    pub(super) fn open_older(path: &Path) -> Result<Self, StoreError> {
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(StoreError::Absent { path: path.to_owned() }),
            Err(source) => return Err(StoreError::Unreachable { source: Arc::new(source), path: path.to_owned() }),
        }
        Ok(Self { connection: Self::connect(path)?, file: DatabaseFile::of(path) })
    }

    fn connect(path: &Path) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match connect(path, flags) {
            // A copy without its log in a read-only folder: no other process can be writing it either.
            Err(StoreError::ReadOnly { .. }) if !beside(path, "-wal").exists() => {
                connect(&immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?
            }
            opened => opened?,
        };
        contains::register(&connection).map_err(doing("preparing the search"))?;
        Ok(connection)
    }

    /// True while the database at the path is the one that is open here. `false`: there is none, or another one that can be
    /// opened. Another one that cannot be opened yet, since the writer has not left it, counts as the same.
    pub fn is_current(&self) -> bool {
        let is_there = self.file.path().exists();
        !self.file.is_moved() || (is_there && !self.file.is_cleared())
    }

    /// An interrupter for this reader's statements.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(self.connection.get_interrupt_handle())
    }

    /// A number that goes up when another connection has committed.
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

    /// The number of captures, without those that are removed.
    pub fn count(&self) -> Result<u64, StoreError> {
        self.count_to_newest().map(|(count, _)| count)
    }

    /// The number of captures, without those that are removed, and the newest of them: both of one moment.
    pub fn count_to_newest(&self) -> Result<(u64, CaptureId), StoreError> {
        // Captures and the index grow meanwhile, and what is counted twice would stay so.
        let _moment = self.connection.unchecked_transaction().map_err(doing("counting captures"))?;
        let sql = "SELECT COUNT(*) FROM removed";
        let removed: i64 = self.connection.query_row(sql, [], |row| row.get(0)).map_err(doing("counting captures"))?;
        let count = (index::captures(&self.connection)? - removed).max(0) as u64;
        Ok((count, self.newest()?))
    }

    /// A number that goes up whenever captures are removed, restored or deleted.
    pub fn removals(&self) -> Result<i64, StoreError> {
        Counter::Removals.read(&self.connection)
    }

    /// A number that goes up whenever pins or notes change.
    pub fn annotations(&self) -> Result<i64, StoreError> {
        Counter::Annotations.read(&self.connection)
    }

    /// The latest removal that can be undone.
    pub fn latest_removal(&self) -> Result<Option<RemovalId>, StoreError> {
        removal::latest(&self.connection)
    }

    /// Values of a field that begin as typed, in their order, at most `limit`; none for accounts and rules, which the
    /// configuration names. Milliseconds, however many events there are.
    pub fn seen(&self, field: SeenField, typed: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        completion::values(&self.connection, field, typed, limit)
    }

    /// The filters that were used, the latest first.
    pub fn used_filters(&self) -> Result<Vec<String>, StoreError> {
        completion::used(&self.connection)
    }

    /// Those of the captures that are taps on menu buttons, each counted once.
    pub fn taps_among(&self, ids: &[CaptureId]) -> Result<HashSet<CaptureId>, StoreError> {
        taps::among(&self.connection, ids)
    }

    /// The taps on menu buttons of these kinds and keys, and on the `most_others` other keys that were tapped last;
    /// of one account, or of all.
    pub fn taps(
        &self,
        wanted: &[(&str, &str)],
        most_others: usize,
        account: Option<&str>,
    ) -> Result<TapSums, StoreError> {
        taps::count(&self.connection, wanted, most_others, account)
    }

    /// The captures among `ids` that match, the newest first.
    pub fn matching_of(&self, filter: &Filter, ids: &[CaptureId]) -> Result<IdRuns, StoreError> {
        let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        condition(&filter.expr).matching_among(&self.connection, &ids)
    }

    /// The next step of a walk through the captures that match.
    pub fn step(&self, scan: &mut Scan) -> Result<ScanChunk, StoreError> {
        scan.step(&self.connection, || self.another())
    }

    /// Another connection to the same file, for a helper; `None` where there is none to be had.
    fn another(&self) -> Option<Connection> {
        let connection = Self::connect(self.file.path()).ok()?;
        (!self.file.is_moved()).then_some(connection)
    }

    /// The captures after `after` that match, the oldest first.
    pub fn arrived(&self, filter: &Filter, after: CaptureId, limit: usize) -> Result<Vec<CaptureId>, StoreError> {
        self.matching_between(filter, (CaptureId(after.0 + 1), CaptureId(i64::MAX)), limit)
    }

    /// The captures of the ids `from..=to` that match, the oldest first.
    pub fn matching_between(
        &self,
        filter: &Filter,
        (from, to): (CaptureId, CaptureId),
        limit: usize,
    ) -> Result<Vec<CaptureId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        condition(&filter.expr).matching_between(&self.connection, from.0, to.0, limit)
    }

    /// The last number that was given to a capture, which may be deleted since.
    pub fn last_given(&self) -> Result<CaptureId, StoreError> {
        following::last_given(&self.connection)
    }

    /// The captures after `after`, the oldest first, without their contents.
    pub fn arrivals(&self, after: CaptureId, limit: u32) -> Result<Vec<Arrival>, StoreError> {
        following::arrivals(&self.connection, after, limit)
    }

    /// The events after `after` that were captured here, the oldest first: those that a team's stream is to have.
    pub fn waiting_for_stream(&self, after: CaptureId, limit: u32) -> Result<Vec<Arrival>, StoreError> {
        outbox::waiting(&self.connection, after, limit)
    }

    /// The first event that was captured at `since` or later.
    pub fn first_since(&self, since: Timestamp) -> Result<Option<CaptureId>, StoreError> {
        outbox::first_since(&self.connection, since)
    }

    /// The cursor of a team's stream: how far our own events have been published, or others' received; `None` before the first.
    pub fn outbox(&self, stream: &str) -> Result<Option<OutboxCursor>, StoreError> {
        outbox::cursor(&self.connection, stream)
    }

    /// The oldest capture after `after`, received after `since`, that has no reply yet.
    pub fn oldest_open(&self, after: CaptureId, since: Timestamp) -> Result<Option<CaptureId>, StoreError> {
        following::oldest_open(&self.connection, after, since)
    }

    /// Those among `ids` that have a reply by now, or are gone.
    pub fn settled_among(&self, ids: &[CaptureId]) -> Result<Vec<CaptureId>, StoreError> {
        following::settled_among(&self.connection, ids)
    }

    /// The rows of these captures, in ascending order; removed and deleted ones are left out.
    pub fn page(&self, ids: &[CaptureId]) -> Result<Vec<CaptureSummary>, StoreError> {
        let problem = doing("reading a page of captures");
        let sql = select(&LISTED, &format!("WHERE c.id BETWEEN ?1 AND ?2 AND {PRESENT} ORDER BY c.id"));
        let mut statement = self.connection.prepare_cached(&sql).map_err(&problem)?;
        let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        let transaction = self.connection.unchecked_transaction().map_err(&problem)?;
        let mut page = Vec::with_capacity(ids.len());
        // Neighbours are read in one go: to find each would take longer than to read it.
        for run in ids.chunk_by(|one, next| one + 1 == *next) {
            let rows = statement.query_map([run.first(), run.last()], listed).map_err(&problem)?;
            page.extend(rows.collect::<Result<Vec<_>, _>>().map_err(&problem)?);
        }
        transaction.finish().map_err(&problem)?;
        Ok(page)
    }

    /// A whole capture, with its reply and the forward target's answer.
    pub fn capture(&self, id: CaptureId) -> Result<Option<StoredCapture>, StoreError> {
        let sql = select(STORED, &format!("WHERE c.id = ?1 AND {PRESENT}"));
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

    /// The captures that match, the oldest first, in several short transactions.
    pub fn matching(&self, filter: &Filter) -> Result<Vec<CaptureId>, StoreError> {
        let mut scan = Scan::new(filter, self.newest()?);
        let mut found = Vec::new();
        loop {
            let chunk = self.step(&mut scan)?;
            found.extend(chunk.ids.iter());
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

    /// A replay with its request and answer.
    pub fn replay(&self, id: ReplayId) -> Result<Option<StoredReplay>, StoreError> {
        replays::one(&self.connection, id)
    }

    /// The latest replay of an event that reached the server, in a run before that one.
    pub fn replay_before(&self, event: CaptureId, run: RunId) -> Result<Option<StoredReplay>, StoreError> {
        replays::before(&self.connection, event, run)
    }

    /// The first replay of an event that reached the server, in that run.
    pub fn replay_in(&self, event: CaptureId, run: RunId) -> Result<Option<StoredReplay>, StoreError> {
        replays::in_run(&self.connection, event, run)
    }

    /// The latest CreateTime between `from` and `to`, in seconds, of a message of that user, captured or sent again with a
    /// new one.
    pub fn latest_created(&self, openid: &str, from: i64, to: i64) -> Result<Option<i64>, StoreError> {
        replays::latest_created(&self.connection, openid, from, to)
    }

    /// The runs of replays, the newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<StoredRun>, StoreError> {
        replays::runs(&self.connection, limit)
    }

    /// A run of replays.
    pub fn run(&self, id: RunId) -> Result<Option<StoredRun>, StoreError> {
        replays::run(&self.connection, id)
    }

    /// The replays of a run, in the order in which they were recorded.
    pub fn replays_in(&self, run: RunId, limit: usize) -> Result<Vec<ReplaySummary>, StoreError> {
        replays::rows(&self.connection, run, limit)
    }

    /// All attempts of an event, in order; `group` is the first of them.
    pub fn attempts(&self, group: CaptureId) -> Result<Vec<CaptureSummary>, StoreError> {
        let problem = doing("reading the attempts of an event");
        let attempts = "(c.id = ?1 OR (c.group_id = ?1 AND c.attempt > 1))";
        let sql = select(SUMMARY, &format!("WHERE {attempts} AND {PRESENT} ORDER BY c.id"));
        let mut statement = self.connection.prepare_cached(&sql).map_err(&problem)?;
        let rows = statement.query_map([group.0], summary).map_err(&problem)?;
        rows.collect::<Result<_, _>>().map_err(&problem)
    }

    /// The image messages of an event with pictures: same account and user, about the same CreateTime, without retries.
    /// They may have arrived before the event.
    pub fn images_of(&self, capture: &StoredCapture) -> Result<Vec<CaptureId>, StoreError> {
        image_messages::of(&self.connection, capture)
    }

    /// The events that the same menu button has sent; `None` for an event without a key.
    pub fn key_history(&self, capture: &StoredCapture) -> Result<Option<KeyHistory>, StoreError> {
        key_history::of(&self.connection, capture)
    }

    /// The time line of a span, in that many pieces; of more than 200 000 arrivals the newest.
    pub fn timeline(&self, span: (Timestamp, Timestamp), pieces: usize) -> Result<Timeline, StoreError> {
        timeline::timeline(&self.connection, span, pieces)
    }

    /// Statistics of the database; half a second for a million events.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let log = std::fs::metadata(beside(self.file.path(), "-wal")).map_or(0, |log| log.len());
        Stats::of(&self.connection, self.count()?, log)
    }

    /// The size of the file, in bytes.
    pub fn size(&self) -> Result<u64, StoreError> {
        Pages::of(&self.connection).map(Pages::bytes)
    }

    /// Checks the integrity of the whole file; returns its problems.
    pub fn check(&self, progress: &Progress) -> Result<Vec<String>, StoreError> {
        integrity::check(&self.connection, progress)
    }

    /// Copies the database as of this moment into a new file, without its empty pages. Writers do not wait for it.
    pub fn back_up(&self, to: &Path, progress: &Progress) -> Result<(), StoreError> {
        integrity::back_up(&self.connection, to, progress)
    }
}
