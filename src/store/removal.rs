//! Removal of events in two steps: a mark that can be undone, and later the deletion of the rows.
//!
//! ```text
//! BulkWriter::remove ─► `removed`: no list shows them ─┬─ BulkWriter::restore, within [`UNDO_FOR`] ─► as before
//!                                                      └─ the writer's chores ─► rows deleted, with replies and replays
//! ```
//! Marking a million events takes about a second, in short transactions. Deleting as many takes a minute, in the writer's
//! idle time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::columns::timestamp;
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::{index, taps};
use crate::capture::CaptureId;

/// The number of a removal in its database; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemovalId(pub i64);

/// The time for which a removal can be undone, at least.
pub const UNDO_FOR: Duration = Duration::from_mins(10);

/// Events that are marked or restored in one transaction: some ten milliseconds.
pub(super) const AT_ONCE: u32 = 8_192;

/// Events that are deleted in one transaction: each takes its reply, its replays and entries of a dozen indexes along.
pub(super) const DELETED_AT_ONCE: i64 = 128;

/// The beginning of the name of a counter that holds the limits of a removal; its number follows.
const LIMITS_OF: &str = "limits_of_removal_";

/// Adds a removal, without events yet.
pub(super) fn begin(transaction: &Transaction<'_>, now: Timestamp) -> Result<RemovalId, StoreError> {
    transaction
        .execute("INSERT INTO removal (removed_at) VALUES (?1)", [now.as_microsecond()])
        .map_err(doing("beginning to remove events"))?;
    Ok(RemovalId(transaction.last_insert_rowid()))
}

/// Marks events as removed; returns the number of those that existed.
pub(super) fn mark(transaction: &Transaction<'_>, removal: RemovalId, ids: &[CaptureId]) -> Result<usize, StoreError> {
    let problem = doing("removing events");
    let sql = "INSERT OR IGNORE INTO removed (capture_id, removal_id) SELECT id, ?2 FROM capture WHERE id = ?1";
    let mut insert = transaction.prepare_cached(sql).map_err(&problem)?;
    let mut marked = 0;
    for id in ids {
        marked += insert.execute((id.0, removal.0)).map_err(&problem)?;
    }
    note_change(transaction)?;
    Ok(marked)
}

/// Notes that a removal is due to limits, which are to rest where it is undone.
pub(super) fn note_limits(transaction: &Transaction<'_>, removal: RemovalId, limits: i64) -> Result<(), StoreError> {
    transaction
        .execute("INSERT OR REPLACE INTO tally VALUES (?1 || ?2, ?3)", (LIMITS_OF, removal.0, limits))
        .map(drop)
        .map_err(doing("beginning to remove events"))
}

/// Restores some events of a removal; returns their number. At 0 all are restored, and the removal is deleted.
pub(super) fn restore(transaction: &Transaction<'_>, removal: RemovalId) -> Result<usize, StoreError> {
    let problem = doing("bringing removed events back");
    let sql = "SELECT value FROM tally WHERE name = ?1 || ?2";
    let limits = transaction.query_row(sql, (LIMITS_OF, removal.0), |row| row.get(0)).optional().map_err(&problem)?;
    if let Some(limits) = limits {
        Counter::LimitsAtRest.set(transaction, limits)?;
    }
    let sql = "DELETE FROM removed WHERE capture_id IN (SELECT capture_id FROM removed WHERE removal_id = ?1 LIMIT ?2)";
    let restored = transaction.execute(sql, (removal.0, AT_ONCE)).map_err(&problem)?;
    if restored == 0 {
        transaction.execute("DELETE FROM removal WHERE id = ?1", [removal.0]).map_err(&problem)?;
    } else {
        note_change(transaction)?;
    }
    Ok(restored)
}

/// The latest removal that can still be undone.
pub(super) fn latest(connection: &Connection) -> Result<Option<RemovalId>, StoreError> {
    let sql = "SELECT id FROM removal WHERE EXISTS (SELECT 1 FROM removed WHERE removal_id = removal.id)
               ORDER BY id DESC LIMIT 1";
    let latest = connection.query_row(sql, [], |row| row.get(0).map(RemovalId)).optional();
    latest.map_err(doing("finding what was removed last"))
}

/// The time of the oldest removal; `None` where there is none.
pub(super) fn oldest(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(removed_at) FROM removal";
    let oldest: Option<i64> =
        connection.query_row(sql, [], |row| row.get(0)).map_err(doing("looking for removed events"))?;
    Ok(oldest.map(timestamp))
}

/// The time up to which removals can no longer be undone.
pub(super) fn final_before(now: Timestamp) -> Timestamp {
    let undo_for = SignedDuration::try_from(UNDO_FOR).unwrap_or(SignedDuration::ZERO);
    now.saturating_sub(undo_for).unwrap_or(Timestamp::MIN)
}

/// Deletes some events that were removed up to `before`; returns their number, 0 when none is left.
pub(super) fn purge(transaction: &Transaction<'_>, before: Timestamp) -> Result<usize, StoreError> {
    let problem = doing("deleting removed events");
    let sql = "SELECT capture_id FROM removed JOIN removal ON removal.id = removal_id WHERE removed_at <= ?1 LIMIT ?2";
    let ids = ids(transaction, sql, [before.as_microsecond(), DELETED_AT_ONCE])?;
    delete(transaction, &ids)?;
    if ids.is_empty() {
        let sql = "DELETE FROM tally WHERE name IN (SELECT ?1 || id FROM removal WHERE removed_at <= ?2)";
        transaction.execute(sql, (LIMITS_OF, before.as_microsecond())).map_err(&problem)?;
        let sql = "DELETE FROM removal WHERE removed_at <= ?1";
        transaction.execute(sql, [before.as_microsecond()]).map_err(&problem)?;
    }
    Ok(ids.len())
}

/// The ids that a statement with two parameters selects.
pub(super) fn ids(transaction: &Transaction<'_>, sql: &str, values: [i64; 2]) -> Result<Vec<i64>, StoreError> {
    let found = transaction
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>());
    found.map_err(doing("finding events to delete"))
}

/// The tables whose rows belong to one capture each, by their column `capture_id`. Nothing deletes these rows but [`delete`]:
/// SQLite would look up the capture of each reply as it is written, which takes longer than writing it.
const DEPENDENT: [&str; 8] = ["reply", "diagnosis", "forward", "held", "removed", "replay", "annotation", "team_event"];

/// Deletes events with all rows that belong to them. Their numbers are not given again.
pub(super) fn delete(transaction: &Transaction<'_>, ids: &[i64]) -> Result<(), StoreError> {
    let problem = doing("deleting events");
    let Some(highest) = ids.iter().max() else { return Ok(()) };
    Counter::LastDeleted.raise(transaction, *highest)?;
    index::forget(transaction, ids)?;
    taps::forget(transaction, ids)?;
    for table in DEPENDENT {
        delete_from(transaction, &format!("DELETE FROM {table} WHERE capture_id = ?1"), ids).map_err(&problem)?;
    }
    delete_from(transaction, "DELETE FROM capture WHERE id = ?1", ids).map_err(&problem)
}

fn delete_from(transaction: &Transaction<'_>, sql: &str, ids: &[i64]) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare_cached(sql)?;
    ids.iter().try_for_each(|id| delete.execute([id]).map(drop))
}

/// Counts a change to the set of listed events, by which lists notice that they are to be read again.
pub(super) fn note_change(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    Counter::Removals.add(transaction, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{rows, schema};

    #[test]
    fn an_old_removal_is_purged_with_all_that_belongs_to_its_events() {
        let mut connection = schema::in_memory();
        connection
            .execute_batch(
                "INSERT INTO capture (id, received_at, group_id, attempt, account, kind, form, mode, signature, replay, severity,
                     kept_bytes, rest, body)
                 SELECT column1, 1, column1, 1, 'default', 'CLICK', 0, 0, 0, 0, 0, 600, x'', CAST('<xml>word</xml>' AS BLOB)
                 FROM (VALUES (1), (2), (3));
                 INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (1, 200, 'default', 1, x'61');
                 INSERT INTO diagnosis (code, capture_id) VALUES ('token-missing', 1);",
            )
            .unwrap();
        let transaction = connection.transaction().unwrap();
        index::extend(&transaction, 3, index::BULK_BYTES).unwrap();
        let (then, now) = ("2026-11-23T08:00:00Z".parse().unwrap(), "2026-11-23T09:00:00Z".parse().unwrap());
        let (early, late) = (begin(&transaction, then).unwrap(), begin(&transaction, now).unwrap());
        mark(&transaction, early, &[CaptureId(1)]).unwrap();
        mark(&transaction, late, &[CaptureId(2)]).unwrap();
        assert_eq!(purge(&transaction, then).unwrap(), 1);
        assert_eq!(purge(&transaction, then).unwrap(), 0);
        let count = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT COUNT(*) FROM capture"), 2);
        assert_eq!(count("SELECT COUNT(*) FROM reply") + count("SELECT COUNT(*) FROM diagnosis"), 0);
        assert_eq!(count("SELECT COUNT(*) FROM search WHERE search MATCH '\"wor\"'"), 2);
        assert_eq!(count("SELECT COUNT(*) FROM indexed_kind") + count("SELECT COUNT(*) FROM indexed_received"), 4);
        assert_eq!(count("SELECT MAX(id) FROM removal"), late.0);
        assert_eq!(latest(&transaction).unwrap(), Some(late));
    }

    #[test]
    fn no_number_is_given_twice_even_where_the_newest_event_is_deleted() {
        let mut connection = schema::in_memory();
        let transaction = connection.transaction().unwrap();
        assert_eq!(rows::next_id(&transaction).unwrap(), 1);
        delete(&transaction, &[7, 3]).unwrap();
        assert_eq!(rows::next_id(&transaction).unwrap(), 8);
        delete(&transaction, &[5]).unwrap();
        assert_eq!(rows::next_id(&transaction).unwrap(), 8);
    }

    #[test]
    fn every_table_whose_rows_belong_to_a_capture_is_known() {
        let connection = schema::in_memory();
        let sql = "SELECT m.name FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
                   WHERE f.\"table\" = 'capture' AND f.\"from\" = 'capture_id' ORDER BY m.name";
        let mut statement = connection.prepare(sql).unwrap();
        let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut known = DEPENDENT;
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
