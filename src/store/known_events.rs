//! Events that are stored already, found by their digests: through the index, and beyond it through a memory of its own.
//!
//! An import adds a million events after which nothing has been indexed yet; each of them is looked for, and none may be read
//! for another.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, Transaction};

use super::error::{StoreError, doing};
use super::index;
use super::rows::{digest, rest_of};
use crate::capture::{Capture, CaptureId};

/// Seconds between the CreateTime of a message and its arrival, at most.
const ARRIVAL_SECONDS: i64 = 60;

/// The operation as errors name it.
const LOOKING: &str = "looking for what is there already";

/// A time with a digest. Other events may have the same: a match is to be compared. The time alone would not do, since one
/// second may have thousands of events.
type Mark = (i64, i64);

/// The captures beyond the index, as far as they have been read.
#[derive(Debug, Default)]
pub(super) struct KnownEvents {
    /// The newest capture that is remembered here or in the index.
    upto: i64,
    /// By arrival and body.
    received: BTreeSet<(Mark, i64)>,
    /// By CreateTime and message.
    created: BTreeSet<(Mark, i64)>,
}

impl KnownEvents {
    /// Reads what has been stored since the last call and is not indexed.
    pub(super) fn read_newer(&mut self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let indexed = index::upto(transaction)?;
        if indexed >= self.upto {
            *self = Self { upto: indexed, ..Self::default() };
        }
        let sql = "SELECT id, received_at, create_time, body, message FROM capture WHERE id > ?1 ORDER BY id";
        let mut read = || {
            let mut statement = transaction.prepare_cached(sql)?;
            let mut rows = statement.query([self.upto])?;
            while let Some(row) = rows.next()? {
                let body_digest = digest(row.get_ref("body")?.as_blob()?);
                let message = row.get_ref("message")?.as_blob_or_null()?;
                let id = row.get("id")?;
                let received_at = row.get("received_at")?;
                self.remember(
                    id,
                    received_at,
                    row.get("create_time")?,
                    [body_digest, message.map_or(body_digest, digest)],
                );
            }
            Ok(())
        };
        read().map_err(doing(LOOKING))
    }

    /// Remembers a capture that has been stored under this id.
    pub(super) fn note(&mut self, id: CaptureId, capture: &Capture) {
        let body_digest = digest(&capture.request.body);
        let message_digest = capture.message.as_deref().map_or(body_digest, digest);
        let received_at = capture.request.received_at.as_microsecond();
        self.remember(id.0, received_at, capture.envelope.create_time, [body_digest, message_digest]);
    }

    fn remember(&mut self, id: i64, received_at: i64, create_time: Option<i64>, [body, message]: [i64; 2]) {
        self.received.insert(((received_at, body), id));
        if let Some(create_time) = create_time {
            self.created.insert(((create_time, message), id));
        }
        self.upto = self.upto.max(id);
    }

    /// The stored capture of the same instant with the same bytes; of a message whose request is not known, the one that
    /// arrived about when it was made.
    pub(super) fn find(
        &self,
        transaction: &Transaction<'_>,
        capture: &Capture,
    ) -> Result<Option<CaptureId>, StoreError> {
        let found = self.same_request(transaction, capture).map_err(doing(LOOKING))?;
        let is_message = capture.request.target == "/" && capture.request.headers.is_empty();
        if found.is_some() || !is_message {
            return Ok(found);
        }
        self.same_message(transaction, capture).map_err(doing(LOOKING))
    }

    fn same_request(&self, connection: &Connection, capture: &Capture) -> rusqlite::Result<Option<CaptureId>> {
        let request = &capture.request;
        let mark = (request.received_at.as_microsecond(), digest(&request.body));
        let sql = "SELECT capture_id FROM indexed_received WHERE received_at = ?1 AND digest = ?2";
        let headers = request.headers.lines();
        first_that(connection, &candidates(connection, sql, mark, &self.received)?, |row| {
            let rest = rest_of(row, 0)?;
            Ok(rest.method == request.method
                && rest.target == request.target
                && rest.headers == headers
                && row.get_ref(1)?.as_blob()? == &request.body[..])
        })
    }

    fn same_message(&self, connection: &Connection, capture: &Capture) -> rusqlite::Result<Option<CaptureId>> {
        let Some(created) = capture.envelope.create_time else { return Ok(None) };
        let microseconds = |seconds: i64| seconds.saturating_mul(1_000_000);
        let from = microseconds(created.saturating_sub(ARRIVAL_SECONDS));
        let to = microseconds(created.saturating_add(ARRIVAL_SECONDS));
        let message = capture.message();
        let sql = "SELECT capture_id FROM indexed_created WHERE create_time = ?1 AND digest = ?2";
        let named = candidates(connection, sql, (created, digest(message)), &self.created)?;
        first_that(connection, &named, |row| {
            let stored = row.get_ref(2)?.as_blob_or_null()?;
            Ok((from..=to).contains(&row.get(3)?) && stored.unwrap_or(row.get_ref(1)?.as_blob()?) == message)
        })
    }
}

/// The captures with that mark, the oldest first.
fn candidates(
    connection: &Connection,
    sql: &str,
    mark: Mark,
    newer: &BTreeSet<(Mark, i64)>,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut named = statement.query_map(mark, |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    named.extend(newer.range((mark, i64::MIN)..=(mark, i64::MAX)).map(|(_, id)| id));
    named.sort_unstable();
    Ok(named)
}

/// The first of these captures of which `is_same` holds.
fn first_that(
    connection: &Connection,
    ids: &[i64],
    is_same: impl Fn(&Row<'_>) -> rusqlite::Result<bool>,
) -> rusqlite::Result<Option<CaptureId>> {
    let mut read = connection.prepare_cached("SELECT rest, body, message, received_at FROM capture WHERE id = ?1")?;
    for id in ids {
        let mut rows = read.query([id])?;
        if let Some(row) = rows.next()?
            && is_same(row)?
        {
            return Ok(Some(CaptureId(*id)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::store::schema;

    #[test]
    fn a_known_event_is_found_by_its_digest() {
        let connection = schema::in_memory();
        for (table, time) in [("indexed_received", "received_at"), ("indexed_created", "create_time")] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT capture_id FROM {table} WHERE {time} = 1 AND digest = 1");
            let plan: String = connection.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.ends_with(&format!("USING PRIMARY KEY ({time}=? AND digest=?)")), "{plan}");
        }
    }
}
