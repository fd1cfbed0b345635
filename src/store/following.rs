//! Reads of those who follow along: what has arrived, what is answered since, and which number was given last.

use jiff::Timestamp;
use rusqlite::Connection;

use super::columns::timestamp;
use super::condition::PRESENT;
use super::error::{StoreError, doing};
use super::index;
use super::rows::next_id;
use crate::capture::CaptureId;

/// The part of a capture that tells whether it will still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub id: CaptureId,
    pub received_at: Timestamp,
    /// Its reply is recorded.
    pub is_answered: bool,
}

/// The last number that was given to a capture, which may be deleted since.
pub(super) fn last_given(connection: &Connection) -> Result<CaptureId, StoreError> {
    next_id(connection).map(|next| CaptureId(next - 1))
}

/// The captures after `after`, the oldest first.
pub(super) fn arrivals(connection: &Connection, after: CaptureId, limit: u32) -> Result<Vec<Arrival>, StoreError> {
    let problem = doing("looking for new captures");
    let sql = format!(
        "SELECT c.id, c.received_at, EXISTS (SELECT 1 FROM reply WHERE capture_id = c.id) FROM capture AS c
         WHERE c.id > ?1 AND {PRESENT} ORDER BY c.id LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map((after.0, limit), |row| {
        Ok(Arrival { id: CaptureId(row.get(0)?), received_at: timestamp(row.get(1)?), is_answered: row.get(2)? })
    });
    rows.map_err(&problem)?.collect::<Result<_, _>>().map_err(&problem)
}

/// The oldest capture after `after`, received after `since`, that has no reply yet.
pub(super) fn oldest_open(
    connection: &Connection,
    after: CaptureId,
    since: Timestamp,
) -> Result<Option<CaptureId>, StoreError> {
    // By the time of receipt, which the index has: of all captures the last few seconds' are few.
    let open = format!("NOT EXISTS (SELECT 1 FROM reply WHERE capture_id = c.id) AND {PRESENT}");
    let sql = format!(
        "SELECT MIN(id) FROM (
             SELECT c.id FROM (SELECT capture_id AS id FROM indexed_received WHERE received_at >= ?2 AND capture_id > ?1) AS c
             WHERE {open}
             UNION ALL
             SELECT c.id FROM capture AS c WHERE c.id > max(?1, ?3) AND c.received_at >= ?2 AND {open})"
    );
    let upto = index::upto(connection)?;
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row((after.0, since.as_microsecond(), upto), |row| row.get(0)))
        .map(|id: Option<i64>| id.map(CaptureId))
        .map_err(doing("looking for captures without a reply"))
}

/// Those among `ids` that have a reply by now, or are gone.
pub(super) fn settled_among(connection: &Connection, ids: &[CaptureId]) -> Result<Vec<CaptureId>, StoreError> {
    let problem = doing("looking for new replies");
    let listed = serde_json::to_string(&ids.iter().map(|id| id.0).collect::<Vec<_>>()).unwrap_or_default();
    let sql = format!(
        "SELECT value FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM reply WHERE capture_id = value)
         OR NOT EXISTS (SELECT 1 FROM capture AS c WHERE c.id = value AND {PRESENT})"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map([listed], |row| row.get(0).map(CaptureId)).map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}

#[cfg(test)]
mod tests {
    use super::super::{removal, schema};
    use super::*;

    #[test]
    fn what_is_open_is_told_from_what_is_settled() {
        let mut connection = schema::in_memory();
        connection
            .execute_batch(
                "INSERT INTO capture (id, received_at, group_id, attempt, account, kind, form, mode, signature, replay, severity,
                     kept_bytes, rest, body)
                 SELECT column1, column1 * 1000000, column1, 1, 'default', 'CLICK', 0, 0, 0, 0, 0, 600, x'', x'61'
                 FROM (VALUES (1), (2), (3), (4), (5));
                 INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (1, 200, 'default', 1, x'61'),
                     (3, 200, 'default', 1, x'61');
                 INSERT INTO removal (id, removed_at) VALUES (1, 1);
                 INSERT INTO removed (capture_id, removal_id) VALUES (4, 1);",
            )
            .unwrap();
        let transaction = connection.transaction().unwrap();
        removal::delete(&transaction, &[5]).unwrap();
        transaction.commit().unwrap();
        let ids = |ids: &[i64]| ids.iter().map(|id| CaptureId(*id)).collect::<Vec<_>>();
        let arrived = arrivals(&connection, CaptureId(0), 10).unwrap();
        let found: Vec<_> = arrived.iter().map(|arrival| (arrival.id.0, arrival.is_answered)).collect();
        assert_eq!(found, [(1, true), (2, false), (3, true)]);
        assert_eq!(arrived[1].received_at, Timestamp::from_second(2).unwrap());
        assert_eq!(arrivals(&connection, CaptureId(1), 1).unwrap().len(), 1);
        let open = |after, since| oldest_open(&connection, CaptureId(after), Timestamp::from_second(since).unwrap());
        let told = |upto| {
            let transaction = connection.unchecked_transaction().unwrap();
            index::extend(&transaction, upto, index::BULK_BYTES).unwrap();
            transaction.commit().unwrap();
            (open(0, 0).unwrap(), open(2, 0).unwrap(), open(0, 3).unwrap())
        };
        for indexed in 0..5 {
            assert_eq!(told(indexed), (Some(CaptureId(2)), None, None), "{indexed} indexed");
        }
        assert_eq!(settled_among(&connection, &ids(&[1, 2, 3, 4, 5])).unwrap(), ids(&[1, 3, 4, 5]));
        assert_eq!(last_given(&connection).unwrap(), CaptureId(5));
    }
}
