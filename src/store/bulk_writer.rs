//! Bulk writes beside a listener that may be capturing: imports, replays and removals, in short transactions.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction};

use super::connection::{connect, in_transaction};
use super::database_file::{DatabaseFile, FileState};
use super::error::{StoreError, doing};
use super::known_events::KnownEvents;
use super::outbox::{self, OutboxCursor};
use super::removal::{self, RemovalId};
use super::replies::ReplyInsert;
use super::rows::{self, CaptureInsert};
use super::upgrade::upgrade_alone;
use super::{annotations, chores, completion, replays};
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
    known: KnownEvents,
}

impl BulkWriter {
    /// Opens the database, or makes it where it is missing, and brings it to the latest schema.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        upgrade_alone(&mut connection, path)?;
        // An import can be repeated and a replay sent again: a commit does not wait for the disk.
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(doing("choosing how to commit"))?;
        Ok(Self { connection, file: DatabaseFile::of(path), known: KnownEvents::default() })
    }

    /// Stores the events that are not stored yet, in one transaction: of some hundreds at most, so that a listener that
    /// writes to the same database never waits for long.
    pub fn import(&mut self, events: &[ImportEvent]) -> Result<Vec<ImportOutcome>, StoreError> {
        let mut known = std::mem::take(&mut self.known);
        let outcomes = self.in_transaction("importing events", |transaction| {
            known.read_newer(transaction)?;
            let mut next_id = rows::next_id(transaction)?;
            let (mut captures, mut replies) =
                (CaptureInsert::prepare(transaction)?, ReplyInsert::prepare(transaction)?);
            let mut import =
                |event| import_one(transaction, (&mut captures, &mut replies), &mut known, &mut next_id, event);
            events.iter().map(&mut import).collect()
        })?;
        // After a failure, what it knew of its own events is wrong.
        self.known = known;
        Ok(outcomes)
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

    /// Records how far our own events have been published to a stream.
    pub fn set_outbox(&mut self, stream: &str, cursor: &OutboxCursor) -> Result<(), StoreError> {
        self.in_transaction("noting how far events have been published", |transaction| {
            outbox::set_cursor(transaction, stream, cursor)
        })
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
    (captures, replies): (&mut CaptureInsert<'_>, &mut ReplyInsert<'_>),
    known: &mut KnownEvents,
    next_id: &mut i64,
    event: &ImportEvent,
) -> Result<ImportOutcome, StoreError> {
    if let Some(id) = known.find(transaction, &event.capture)? {
        annotations::import(transaction, id, &event.annotation)?;
        return Ok(ImportOutcome::Known(id));
    }
    let id = CaptureId(*next_id);
    *next_id += 1;
    let placement = Placement { id, group: event.first.unwrap_or(id), attempt: event.attempt };
    captures.insert(placement, &event.capture)?;
    if let Some(reply) = &event.reply {
        replies.insert(id, reply)?;
    }
    annotations::import(transaction, id, &event.annotation)?;
    known.note(id, &event.capture);
    Ok(ImportOutcome::New(id))
}
