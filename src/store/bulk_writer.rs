//! Bulk writes beside a listener that may be capturing: imports, replays and removals, in short transactions.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Params, Transaction};

use super::connection::{connect, in_transaction, migrate};
use super::database_file::{DatabaseFile, FileState};
use super::error::{StoreError, doing};
use super::removal::{self, RemovalId};
use super::{annotations, chores, completion, replays, replies, rows};
use crate::capture::{
    Annotation, AnnotationChange, Capture, CaptureId, Placement, Replay, ReplayId, ReplayRun, Reply, RunEnd, RunId,
};
use crate::progress::Progress;

/// An event to import: captured at another time, perhaps by another program.
#[derive(Clone, Debug)]
pub struct ImportEvent {
    pub capture: Capture,
    pub reply: Option<Reply>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The first attempt, where another event that is stored already is the first one.
    pub first: Option<CaptureId>,
    /// A person's pin and note.
    pub annotation: Annotation,
}

impl ImportEvent {
    /// A first attempt without a reply, a pin or a note.
    pub fn unanswered(capture: Capture) -> Self {
        Self { capture, reply: None, attempt: 1, first: None, annotation: Annotation::default() }
    }
}

/// The outcome of importing an [`ImportEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The event is stored under this id.
    New(CaptureId),
    /// The same request of the same instant was stored already, under this id.
    Known(CaptureId),
}

impl ImportOutcome {
    /// The event's id, new or not.
    pub fn id(self) -> CaptureId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// A connection that writes beside the store's own writer, in this process or another.
#[derive(Debug)]
pub struct BulkWriter {
    connection: Connection,
    file: DatabaseFile,
}

impl BulkWriter {
    /// Opens the database, or makes it where it is missing, and brings it to the latest schema.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        migrate(&mut connection, path)?;
        // An import can be repeated and a replay sent again: a commit does not wait for the disk.
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(doing("choosing how to commit"))?;
        Ok(Self { connection, file: DatabaseFile::of(path) })
    }

    /// Stores the events that are not stored yet, in one transaction: of some hundreds at most, so that a listener that
    /// writes to the same database never waits for long.
    pub fn import(&mut self, events: &[ImportEvent]) -> Result<Vec<ImportOutcome>, StoreError> {
        self.in_transaction("importing events", |transaction| {
            let mut next_id = rows::next_id(transaction)?;
            events.iter().map(|event| import_one(transaction, &mut next_id, event)).collect()
        })
    }

    /// Records that a run of replays begins.
    pub fn begin_run(&mut self, run: &ReplayRun) -> Result<RunId, StoreError> {
        self.in_transaction("beginning a run of replays", |transaction| replays::begin(transaction, run))
    }

    /// Records replays, in one transaction; `None` for those whose event has been deleted in between.
    pub fn record(&mut self, replays: &[Replay]) -> Result<Vec<Option<ReplayId>>, StoreError> {
        self.in_transaction("recording replays", |transaction| {
            replays.iter().map(|replayed| replays::insert(transaction, replayed)).collect()
        })
    }

    /// Records the end of a run of replays.
    pub fn end_run(&mut self, id: RunId, end: RunEnd) -> Result<(), StoreError> {
        self.in_transaction("ending a run of replays", |transaction| replays::end(transaction, id, end))
    }

    /// Removes events, so that no list shows them any more; returns the removal, and the number of those that existed.
    /// [`Self::restore`] brings them back until they are deleted, no sooner than [`UNDO_FOR`](super::UNDO_FOR) later.
    pub fn remove(&mut self, ids: &[CaptureId], progress: &Progress) -> Result<(RemovalId, u64), StoreError> {
        progress.set_total(ids.len() as u64);
        let removal =
            self.in_transaction("removing events", |transaction| removal::begin(transaction, crate::clock::now()))?;
        let mut removed = 0;
        for some in ids.chunks(removal::AT_ONCE as usize) {
            removed +=
                self.in_transaction("removing events", |transaction| removal::mark(transaction, removal, some))? as u64;
            progress.advance(some.len() as u64);
            if progress.is_cancelled() {
                break;
            }
        }
        Ok((removal, removed))
    }

    /// Changes pins or notes; returns the number of events that exist.
    pub fn annotate(&mut self, ids: &[CaptureId], change: &AnnotationChange) -> Result<u64, StoreError> {
        self.in_transaction("marking events", |transaction| annotations::change(transaction, ids, change))
    }

    /// Records that a person means the limits as they are and agrees to the clock: the listener applies them.
    pub fn agree_to_limits(&mut self) -> Result<(), StoreError> {
        self.in_transaction("agreeing to the limits", |transaction| chores::agree(transaction, crate::clock::now()))
    }

    /// Records that a filter was used.
    pub fn note_filter(&mut self, text: &str) -> Result<(), StoreError> {
        self.in_transaction("noting that a filter was used", |transaction| {
            completion::note_used(transaction, text, crate::clock::now())
        })
    }

    /// Restores the events of a removal that are not deleted yet; returns their number.
    pub fn restore(&mut self, removal: RemovalId) -> Result<u64, StoreError> {
        let mut restored = 0;
        loop {
            let some = self
                .in_transaction("bringing removed events back", |transaction| removal::restore(transaction, removal))?;
            restored += some as u64;
            if some == 0 {
                return Ok(restored);
            }
        }
    }

    fn in_transaction<T>(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome = in_transaction(&mut self.connection, what, work)?;
        match self.file.state() {
            // Data in a removed file is lost.
            FileState::Moved => Err(StoreError::Moved { path: self.file.path().to_owned() }),
            FileState::Same | FileState::WithoutLog => Ok(outcome),
        }
    }
}

fn import_one(
    transaction: &Transaction<'_>,
    next_id: &mut i64,
    event: &ImportEvent,
) -> Result<ImportOutcome, StoreError> {
    if let Some(id) = known(transaction, &event.capture)? {
        annotations::import(transaction, id, &event.annotation)?;
        return Ok(ImportOutcome::Known(id));
    }
    let id = CaptureId(*next_id);
    *next_id += 1;
    let placement = Placement { id, group: event.first.unwrap_or(id), attempt: event.attempt };
    rows::insert_capture(transaction, placement, &event.capture)?;
    if let Some(reply) = &event.reply {
        replies::insert(transaction, id, reply)?;
    }
    annotations::import(transaction, id, &event.annotation)?;
    Ok(ImportOutcome::New(id))
}

/// Finds a request of an instant. The index goes by the digest as well, since one second may have thousands of events, each
/// of which would otherwise be read and compared.
const KNOWN: &str =
    "SELECT id FROM capture WHERE received_at = ?1 AND body_digest IS ?2 AND method = ?3 AND target = ?4
    AND headers = ?5 AND body = ?6 LIMIT 1";

/// Finds a message by its CreateTime, among those that arrived about then.
const KNOWN_MESSAGE: &str = "SELECT id FROM capture WHERE create_time = ?1 AND message_digest IS ?2
    AND received_at BETWEEN ?3 AND ?4 AND coalesce(message, body) = ?5 LIMIT 1";

/// The stored capture of the same instant with the same bytes.
fn known(transaction: &Transaction<'_>, capture: &Capture) -> Result<Option<CaptureId>, StoreError> {
    let request = &capture.request;
    let found = with_digest(&request.body, |digest| {
        let time = request.received_at.as_microsecond();
        first(
            transaction,
            KNOWN,
            (time, digest, &request.method, &request.target, request.headers.lines(), &request.body[..]),
        )
    })?;
    let is_message = request.target == "/" && request.headers.is_empty();
    if found.is_none() && is_message { known_message(transaction, capture) } else { Ok(found) }
}

/// Seconds between the CreateTime of a message and its arrival, at most.
const ARRIVAL_SECONDS: i64 = 60;

/// The stored capture of a message whose request is not known.
fn known_message(transaction: &Transaction<'_>, capture: &Capture) -> Result<Option<CaptureId>, StoreError> {
    let Some(created) = capture.envelope.create_time else { return Ok(None) };
    let microseconds = |seconds: i64| seconds.saturating_mul(1_000_000);
    let from = microseconds(created.saturating_sub(ARRIVAL_SECONDS));
    let to = microseconds(created.saturating_add(ARRIVAL_SECONDS));
    let message = capture.message();
    with_digest(message, |digest| first(transaction, KNOWN_MESSAGE, (created, digest, from, to, message)))
}

/// Searches the events with the digest of these bytes, then those of earlier versions, which have none.
fn with_digest(
    bytes: &[u8],
    find: impl Fn(Option<i64>) -> Result<Option<CaptureId>, StoreError>,
) -> Result<Option<CaptureId>, StoreError> {
    match find(Some(rows::digest(bytes)))? {
        None => find(None),
        found => Ok(found),
    }
}

fn first(transaction: &Transaction<'_>, sql: &str, values: impl Params) -> Result<Option<CaptureId>, StoreError> {
    transaction
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(values, |row| row.get(0).map(CaptureId)).optional())
        .map_err(doing("looking for what is there already"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_event_is_found_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let writer = BulkWriter::open(&folder.path().join("a.db")).unwrap();
        for (sql, values, index) in [
            (KNOWN, 6, "capture_received (received_at=? AND body_digest=?)"),
            (KNOWN_MESSAGE, 5, "capture_created (create_time=? AND message_digest=?)"),
        ] {
            let mut explain = writer.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = rusqlite::params_from_iter(vec![1_i64; values]);
            let plan: String = explain.query_row(values, |row| row.get("detail")).unwrap();
            assert!(plan.ends_with(index), "{plan}");
        }
    }
}
