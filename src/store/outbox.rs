//! The outbox of a team: how far the events that were captured here have been published, kept in the database itself.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::columns::timestamp;
use super::condition::PRESENT;
use super::error::{StoreError, doing};
use super::following::Arrival;
use crate::capture::CaptureId;

/// The cursor of one stream, in either direction: what was published to it, or what was received from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCursor {
    /// The name under which this database is known there.
    pub relay: String,
    /// The last event that was published; 0 for a stream that is received.
    pub upto: CaptureId,
    /// The stream's own number of it, or of the last that was received.
    pub sequence: u64,
    /// The stream's time of creation, as the broker tells it.
    pub created: String,
}

/// The cursor of a stream; `None` before anything was published there.
pub(super) fn cursor(connection: &Connection, stream: &str) -> Result<Option<OutboxCursor>, StoreError> {
    let read = |row: &Row<'_>| {
        Ok(OutboxCursor {
            relay: row.get("relay")?,
            upto: CaptureId(row.get("upto")?),
            sequence: row.get::<_, i64>("sequence")?.cast_unsigned(),
            created: row.get("created")?,
        })
    };
    connection
        .query_row("SELECT relay, upto, sequence, created FROM team_outbox WHERE stream = ?1", [stream], read)
        .optional()
        .map_err(doing("reading how far events have been published"))
}

/// Writes the cursor of a stream.
pub(super) fn set_cursor(transaction: &Transaction<'_>, stream: &str, cursor: &OutboxCursor) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO team_outbox (stream, relay, upto, sequence, created) VALUES (?, ?, ?, ?, ?)";
    let values = (stream, &cursor.relay, cursor.upto.0, cursor.sequence.cast_signed(), &cursor.created);
    let written = transaction.prepare_cached(sql).and_then(|mut write| write.execute(values));
    written.map(drop).map_err(doing("noting how far events have been published"))
}

/// The first event that was captured at `since` or later.
pub(super) fn first_since(connection: &Connection, since: Timestamp) -> Result<Option<CaptureId>, StoreError> {
    connection
        .query_row("SELECT MIN(id) FROM capture WHERE received_at >= ?1", [since.as_microsecond()], |row| row.get(0))
        .map(|id: Option<i64>| id.map(CaptureId))
        .map_err(doing("looking for events to publish"))
}

/// The events after `after` that were captured here, the oldest first.
pub(super) fn waiting(connection: &Connection, after: CaptureId, limit: u32) -> Result<Vec<Arrival>, StoreError> {
    let problem = doing("looking for events to publish");
    let sql = format!(
        "SELECT c.id, c.received_at, EXISTS (SELECT 1 FROM reply WHERE capture_id = c.id) FROM capture AS c NOT INDEXED
         WHERE c.id > ?1 AND {PRESENT}
             AND NOT EXISTS (SELECT 1 FROM team_event WHERE capture_id = c.id AND relay IS NOT NULL)
         ORDER BY c.id LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map((after.0, limit), |row| {
        Ok(Arrival { id: CaptureId(row.get(0)?), received_at: timestamp(row.get(1)?), is_answered: row.get(2)? })
    });
    rows.map_err(&problem)?.collect::<Result<_, _>>().map_err(&problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{schema, team_events};

    #[test]
    fn what_came_from_another_relay_is_not_published_again() {
        let mut connection = schema::in_memory();
        for id in 1..=4 {
            schema::insert_plain(&connection, id);
        }
        connection.execute("UPDATE capture SET received_at = 9 WHERE id > 1", []).unwrap();
        let transaction = connection.transaction().unwrap();
        team_events::claim(&transaction, CaptureId(2), "alice").unwrap();
        let origin = crate::capture::EventOrigin { relay: "hub".to_owned(), id: 7 };
        let mark = crate::capture::TeamMark { origin: Some(origin), claimed: None };
        team_events::insert(&transaction, CaptureId(3), &mark).unwrap();
        let since = |time| first_since(&transaction, Timestamp::from_microsecond(time).unwrap()).unwrap();
        assert_eq!((since(2), since(10)), (Some(CaptureId(2)), None));
        let found = |after| {
            let found = waiting(&transaction, CaptureId(after), 10).unwrap();
            found.into_iter().map(|arrival| arrival.id.0).collect::<Vec<_>>()
        };
        assert_eq!((found(0), found(2)), (vec![1, 2, 4], vec![4]));
        let written = OutboxCursor { relay: "r".into(), upto: CaptureId(4), sequence: 9, created: "c".into() };
        assert_eq!(cursor(&transaction, "S").unwrap(), None);
        set_cursor(&transaction, "S", &written).unwrap();
        assert_eq!(cursor(&transaction, "S").unwrap(), Some(written));
    }
}
