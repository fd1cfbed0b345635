//! The index: names the captures that may match a filter, by the words in them and by the values of their columns.
//!
//! ```text
//! capture 1 … indexed_upto   in the index; answered, so it never changes ─► candidates ─► the filter's condition
//!         indexed_upto + 1 … not in the index yet                        ─► the filter's condition, one by one
//! ```
//! - `words`: trigrams of the texts; `values`: kinds, users, keys and times
//! - `candidates`: how the index narrows a filter
//!
//! The index never decides: what it names is looked at like everything else, and a capture that it does not name cannot
//! match. All parts of it end at the same capture. The writer extends it in its idle time, so that no capture waits for it.

use rusqlite::{Connection, Row, Transaction};

use super::counters::Counter;
use super::error::{StoreError, doing};

mod candidates;
mod values;
mod words;

pub(super) use candidates::Candidates;
use values::{ValueEntries, Values};

/// Bytes of text that the writer indexes at a time, so that a capture that arrives meanwhile waits for milliseconds.
pub(super) const IDLE_BYTES: usize = 64 << 10;

/// Bytes of text at a time where no capture waits: larger pieces are merged less often.
pub(super) const BULK_BYTES: usize = 4 << 20;

/// The columns that [`Values`] are read from, of `capture AS c`.
const COLUMNS: &str = "c.id, c.kind, c.openid, c.event_key, c.received_at, c.create_time, c.body, c.message";

/// The last capture in the index, which has all before it as well.
pub(super) fn upto(connection: &Connection) -> Result<i64, StoreError> {
    Counter::IndexedUpto.read(connection)
}

/// The number of captures, removed ones included: counted in the index, where each has an entry of a few bytes, and beyond it.
pub(super) fn captures(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM indexed_kind) + (SELECT COUNT(*) FROM capture WHERE id > ?1)";
    let upto = upto(connection)?;
    connection.query_row(sql, [upto], |row| row.get(0)).map_err(doing("counting captures"))
}

/// Indexes about `bytes` bytes of text of the captures that come next, up to `newest`, which are all to be answered.
/// Returns the last capture that is indexed.
pub(super) fn extend(transaction: &Transaction<'_>, newest: i64, bytes: usize) -> Result<i64, StoreError> {
    let upto = self::upto(transaction)?;
    let indexed = extend_after(transaction, upto, newest, bytes).map_err(doing("indexing captures"))?;
    Counter::IndexedUpto.set(transaction, indexed)?;
    Ok(indexed)
}

fn extend_after(transaction: &Transaction<'_>, mut upto: i64, newest: i64, bytes: usize) -> rusqlite::Result<i64> {
    let sql = format!(
        "SELECT {COLUMNS}, r.body AS reply FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id
         WHERE c.id > ?1 AND c.id <= ?2 ORDER BY c.id"
    );
    let mut next = transaction.prepare_cached(&sql)?;
    let mut rows = next.query([upto, newest])?;
    let mut entries = ValueEntries::to_insert(transaction)?;
    let mut taken = 0;
    while taken < bytes {
        // The numbers in between belong to captures that were deleted.
        let Some(row) = rows.next()? else { return Ok(newest.max(upto)) };
        let values = values_of(row)?;
        let reply = row.get_ref("reply")?.as_blob_or_null()?;
        taken += words::insert(transaction, values.id, values.payload(), reply)?;
        entries.apply(&values)?;
        upto = values.id;
    }
    Ok(upto)
}

/// Reads [`COLUMNS`].
fn values_of<'a>(row: &'a Row<'_>) -> rusqlite::Result<Values<'a>> {
    Ok(Values {
        id: row.get(0)?,
        kind: row.get_ref(1)?.as_str()?,
        openid: row.get_ref(2)?.as_str_or_null()?,
        event_key: row.get_ref(3)?.as_str_or_null()?,
        received_at: row.get(4)?,
        create_time: row.get(5)?,
        body: row.get_ref(6)?.as_blob()?,
        message: row.get_ref(7)?.as_blob_or_null()?,
    })
}

/// Removes captures from the index, whose rows are to be deleted and are still there.
pub(super) fn forget(transaction: &Transaction<'_>, ids: &[i64]) -> Result<(), StoreError> {
    let upto = upto(transaction)?;
    let forget_all = || {
        let mut read = transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM capture AS c WHERE c.id = ?1"))?;
        let mut entries = ValueEntries::to_delete(transaction)?;
        for id in ids.iter().filter(|id| **id <= upto) {
            words::delete(transaction, *id)?;
            let mut rows = read.query([id])?;
            if let Some(row) = rows.next()? {
                entries.apply(&values_of(row)?)?;
            }
        }
        Ok(())
    };
    forget_all().map_err(doing("deleting events from the index"))
}
