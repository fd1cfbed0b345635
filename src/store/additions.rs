//! What is written beside a listener that may be capturing: imports and replays, in short transactions.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Params, Transaction};

use super::place::{Place, Standing};
use super::removal::{self, RemovalId};
use super::{StoreError, batch, connect, doing, migrate, replays, replies, rows, seen, within};
use crate::capture::{Capture, CaptureId, Placement, Replay, ReplayId, ReplayRun, Reply, RunEnd, RunId};
use crate::progress::Progress;

/// An event that was captured at another time, perhaps elsewhere, as it is to be stored.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The request and what was read from it.
    pub capture: Capture,
    /// What was answered.
    pub reply: Option<Reply>,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The first attempt, where it is another one that is stored already.
    pub first: Option<CaptureId>,
}

/// What became of a [`Recorded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is stored under this number.
    New(CaptureId),
    /// The same request of the same instant was there already, under this number.
    Known(CaptureId),
}

impl Added {
    /// Its number, new or not.
    pub fn id(self) -> CaptureId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// A connection that writes beside the store's own writer, in this process or another.
#[derive(Debug)]
pub struct Additions {
    connection: Connection,
    place: Place,
}

impl Additions {
    /// Opens the database, made where it is missing and brought to today's shape.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        migrate(&mut connection, path)?;
        // What is written here can be read or sent again: it need not be on disk before the next.
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(doing("choosing how to commit"))?;
        Ok(Self { connection, place: Place::of(path) })
    }

    /// Stores what is not there yet, in one transaction: to be called with some hundreds at most, so that a listener that
    /// writes to the same database never waits for long.
    pub fn import(&mut self, batch: &[Recorded]) -> Result<Vec<Added>, StoreError> {
        self.within("importing events", |transaction| {
            let mut next_id = batch::next_id(transaction)?;
            let mut added = Vec::with_capacity(batch.len());
            for recorded in batch {
                added.push(import_one(transaction, &mut next_id, recorded)?);
            }
            Ok(added)
        })
    }

    /// Begins a run.
    pub fn begin_run(&mut self, run: &ReplayRun) -> Result<RunId, StoreError> {
        self.within("beginning a run of replays", |transaction| replays::begin(transaction, run))
    }

    /// Records replays, in one transaction; `None` for those whose event has been removed in between.
    pub fn record(&mut self, replays: &[Replay]) -> Result<Vec<Option<ReplayId>>, StoreError> {
        self.within("recording replays", |transaction| {
            replays.iter().map(|replayed| replays::insert(transaction, replayed)).collect()
        })
    }

    /// Says how a run ended.
    pub fn end_run(&mut self, id: RunId, end: RunEnd) -> Result<(), StoreError> {
        self.within("ending a run of replays", |transaction| replays::end(transaction, id, end))
    }

    /// Removes events, so that no list shows them any more; returns the removal, and how many of them were there.
    /// Until they are deleted for good, no sooner than [`super::UNDO_FOR`] later, [`Self::restore`] brings them back.
    pub fn remove(&mut self, ids: &[CaptureId], progress: &Progress) -> Result<(RemovalId, u64), StoreError> {
        progress.set_total(ids.len() as u64);
        let removal = self.within("removing events", |transaction| removal::begin(transaction, Timestamp::now()))?;
        let mut removed = 0;
        for some in ids.chunks(removal::AT_ONCE) {
            removed += self.within("removing events", |transaction| removal::mark(transaction, removal, some))? as u64;
            progress.advance(some.len() as u64);
            if progress.is_cancelled() {
                break;
            }
        }
        Ok((removal, removed))
    }

    /// Notes that a filter was used.
    pub fn note_filter(&mut self, text: &str) -> Result<(), StoreError> {
        self.within("noting that a filter was used", |transaction| seen::note_used(transaction, text, Timestamp::now()))
    }

    /// Brings the events of a removal back, as far as they are still there; returns how many.
    pub fn restore(&mut self, removal: RemovalId) -> Result<u64, StoreError> {
        let mut restored = 0;
        loop {
            let some =
                self.within("bringing removed events back", |transaction| removal::restore(transaction, removal))?;
            restored += some as u64;
            if some == 0 {
                return Ok(restored);
            }
        }
    }

    fn within<T>(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome = within(&mut self.connection, what, work)?;
        match self.place.standing() {
            // What went into a removed file is lost.
            Standing::Moved => Err(StoreError::Moved { path: self.place.path().to_owned() }),
            Standing::Same | Standing::WithoutLog => Ok(outcome),
        }
    }
}

fn import_one(transaction: &Transaction<'_>, next_id: &mut i64, recorded: &Recorded) -> Result<Added, StoreError> {
    if let Some(id) = known(transaction, &recorded.capture)? {
        return Ok(Added::Known(id));
    }
    let id = CaptureId(*next_id);
    *next_id += 1;
    let placement = Placement { id, group: recorded.first.unwrap_or(id), attempt: recorded.attempt };
    rows::insert_capture(transaction, placement, &recorded.capture)?;
    if let Some(reply) = &recorded.reply {
        replies::insert(transaction, id, reply)?;
    }
    Ok(Added::New(id))
}

/// Finds a request of an instant. Digests come first: a second may have thousands of events, and a query of several columns at
/// events.
const KNOWN: &str =
    "SELECT id FROM capture WHERE received_at = ?1 AND body_digest IS ?2 AND method = ?3 AND target = ?4
    AND headers = ?5 AND body = ?6 LIMIT 1";

/// Finds a message that says when it was made, and arrived about then.
const KNOWN_MESSAGE: &str = "SELECT id FROM capture WHERE create_time = ?1 AND message_digest IS ?2
    AND received_at BETWEEN ?3 AND ?4 AND coalesce(message, body) = ?5 LIMIT 1";

/// The capture of the same instant with the same bytes, if there is one.
fn known(transaction: &Transaction<'_>, capture: &Capture) -> Result<Option<CaptureId>, StoreError> {
    let request = &capture.request;
    let headers = rows::headers_to_bytes(&request.headers);
    let found = with_digest(&request.body, |digest| {
        let time = request.received_at.as_microsecond();
        first(transaction, KNOWN, (time, digest, &request.method, &request.target, &headers, &request.body[..]))
    })?;
    let is_message = request.target == "/" && request.headers.is_empty();
    if found.is_none() && is_message { known_message(transaction, capture) } else { Ok(found) }
}

/// How many seconds may lie between the CreateTime of a message and its arrival.
const ARRIVAL_SECONDS: i64 = 60;

/// The capture that brought this message, where only the message is known and not its request.
fn known_message(transaction: &Transaction<'_>, capture: &Capture) -> Result<Option<CaptureId>, StoreError> {
    let Some(created) = capture.envelope.create_time else { return Ok(None) };
    let microseconds = |seconds: i64| seconds.saturating_mul(1_000_000);
    let from = microseconds(created.saturating_sub(ARRIVAL_SECONDS));
    let to = microseconds(created.saturating_add(ARRIVAL_SECONDS));
    let message = capture.message();
    with_digest(message, |digest| first(transaction, KNOWN_MESSAGE, (created, digest, from, to, message)))
}

/// Looks among the events with the digest of these bytes, then among those without any.
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
    fn what_is_there_already_is_found_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let additions = Additions::open(&folder.path().join("a.db")).unwrap();
        for (sql, values, index) in [
            (KNOWN, 6, "capture_received (received_at=? AND body_digest=?)"),
            (KNOWN_MESSAGE, 5, "capture_created (create_time=? AND message_digest=?)"),
        ] {
            let mut explain = additions.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = rusqlite::params_from_iter(vec![1_i64; values]);
            let plan: String = explain.query_row(values, |row| row.get(3)).unwrap();
            assert!(plan.ends_with(index), "{plan}");
        }
    }
}
