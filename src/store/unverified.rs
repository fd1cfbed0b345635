//! Keeps what scanners send from filling the disk: beyond a limit the oldest unverified requests go, and are counted.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::{StoreError, doing};

/// How many are removed at a time; a transaction must stay short.
const BATCH: i64 = 256;

/// The name of the counter that outlives the rows.
pub(super) const DROPPED: &str = "unverified_dropped";

/// How much is kept, and how much had to go.
#[derive(Debug)]
pub(super) struct Unverified {
    limit: u64,
    bytes: u64,
    dropped: u64,
}

impl Unverified {
    pub(super) fn load(connection: &Connection, limit: u64) -> Result<Self, StoreError> {
        let mut unverified = Self { limit, bytes: 0, dropped: 0 };
        unverified.reload(connection)?;
        Ok(unverified)
    }

    /// Counts again what is there.
    pub(super) fn reload(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let problem = doing("counting unverified requests");
        let sql = "SELECT COALESCE(SUM(kept_bytes), 0) FROM capture WHERE signature IN ('invalid', 'missing')";
        self.bytes = connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(&problem)? as u64;
        let sql = "SELECT value FROM tally WHERE name = ?1";
        let dropped: Option<i64> =
            connection.query_row(sql, [DROPPED], |row| row.get(0)).optional().map_err(&problem)?;
        self.dropped = dropped.unwrap_or(0) as u64;
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

    /// Removes the oldest until the rest is within the limit.
    pub(super) fn enforce(&mut self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        if self.bytes <= self.limit {
            return Ok(());
        }
        let problem = doing("removing the oldest unverified requests");
        let before = self.dropped;
        while self.bytes > self.limit {
            let oldest = Self::oldest(transaction).map_err(&problem)?;
            if oldest.is_empty() {
                break;
            }
            let mut delete = transaction.prepare_cached("DELETE FROM capture WHERE id = ?1").map_err(&problem)?;
            for (id, bytes) in oldest {
                if self.bytes <= self.limit {
                    break;
                }
                delete.execute([id]).map_err(&problem)?;
                self.bytes = self.bytes.saturating_sub(bytes as u64);
                self.dropped += 1;
            }
        }
        let sql = "INSERT INTO tally (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2";
        transaction.execute(sql, (DROPPED, (self.dropped - before).cast_signed())).map_err(&problem)?;
        Ok(())
    }

    fn oldest(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<(i64, i64)>> {
        let sql = "SELECT id, kept_bytes FROM capture INDEXED BY capture_unverified
                   WHERE signature IN ('invalid', 'missing') ORDER BY id LIMIT ?1";
        let mut statement = transaction.prepare_cached(sql)?;
        let rows = statement.query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }
}
