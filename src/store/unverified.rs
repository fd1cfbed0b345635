//! The quota of unverified requests, so that scanners cannot fill the disk: beyond it the oldest are deleted and counted.

use rusqlite::{Connection, Transaction};

use super::counters::Counter;
use super::error::{StoreError, doing};
use super::removal::delete;
use super::stats::UNVERIFIED_BYTES;

/// Requests that are selected at a time, so that a transaction stays short.
const BATCH: i64 = 256;

/// The bytes of unverified requests that are stored, and their limit.
#[derive(Debug)]
pub(super) struct UnverifiedQuota {
    limit: u64,
    bytes: u64,
    /// Requests that were deleted to stay within the limit, since the database was made.
    dropped: u64,
}

impl UnverifiedQuota {
    pub(super) fn load(connection: &Connection, limit: u64) -> Result<Self, StoreError> {
        let mut unverified = Self { limit, bytes: 0, dropped: 0 };
        unverified.reload(connection)?;
        Ok(unverified)
    }

    /// Counts the stored requests again.
    pub(super) fn reload(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let problem = doing("counting unverified requests");
        self.bytes = connection.query_row(UNVERIFIED_BYTES, [], |row| row.get::<_, i64>(0)).map_err(&problem)? as u64;
        self.dropped = Counter::UnverifiedDropped.read(connection)? as u64;
        Ok(())
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Deletes the oldest requests until the rest is within the limit; returns those that were deleted.
    pub(super) fn enforce(&mut self, transaction: &Transaction<'_>) -> Result<Vec<i64>, StoreError> {
        let mut deleted = Vec::new();
        if self.bytes <= self.limit {
            return Ok(deleted);
        }
        let problem = doing("removing the oldest unverified requests");
        while self.bytes > self.limit {
            let oldest = Self::oldest(transaction).map_err(&problem)?;
            if oldest.is_empty() {
                break;
            }
            for (id, bytes) in oldest {
                if self.bytes <= self.limit {
                    break;
                }
                delete(transaction, &[id])?;
                self.bytes = self.bytes.saturating_sub(bytes as u64);
                deleted.push(id);
            }
        }
        self.dropped += deleted.len() as u64;
        Counter::UnverifiedDropped.add(transaction, (deleted.len() as u64).cast_signed())?;
        Ok(deleted)
    }

    fn oldest(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<(i64, i64)>> {
        let sql = "SELECT id, kept_bytes FROM capture INDEXED BY capture_unverified
                   WHERE signature IN (1, 2) ORDER BY id LIMIT ?1";
        let mut statement = transaction.prepare_cached(sql)?;
        let rows = statement.query_map([BATCH], |row| Ok((row.get("id")?, row.get("kept_bytes")?)))?;
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{index, schema};

    #[test]
    fn a_dropped_request_leaves_nothing_behind_in_the_index() {
        let mut connection = schema::in_memory();
        connection
            .execute_batch(
                "INSERT INTO capture (received_at, group_id, attempt, account, kind, form, mode, signature, replay, severity,
                     kept_bytes, rest, body)
                 SELECT 1, 1, 1, 'default', 'unreadable', 0, 0, column1, 0, 0, 600, x'', CAST('word' AS BLOB)
                 FROM (VALUES (2), (0), (1));",
            )
            .unwrap();
        let transaction = connection.transaction().unwrap();
        index::extend(&transaction, 3, index::BULK_BYTES).unwrap();
        let mut unverified = UnverifiedQuota::load(&transaction, 600).unwrap();
        assert_eq!(unverified.enforce(&transaction).unwrap(), [1]);
        assert_eq!((unverified.bytes(), unverified.dropped()), (600, 1));
        let sql = "SELECT COUNT(*) FROM search WHERE search MATCH '\"wor\"'";
        assert_eq!(transaction.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 2);
    }
}
