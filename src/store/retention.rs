//! Limits of what the store keeps: beyond a limit of age, count or size the oldest events are deleted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};

use super::error::{StoreError, doing};
use super::pages::Pages;
use super::removal::{DELETED_AT_ONCE, delete, ids};

/// The limits of a store.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of requests that fail verification.
    pub unverified: u64,
    /// The user's limits for all events.
    pub retention: Retention,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unverified: u64::MAX, retention: Retention::default() }
    }
}

/// Limits that the user sets; events beyond one of them are deleted. Without any, everything is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub age: Option<Duration>,
    pub events: Option<u64>,
    /// Bytes of the database, about: without its empty pages, which the file keeps after a deletion.
    pub size: Option<u64>,
}

impl Retention {
    /// True where any limit is set.
    pub fn is_limited(&self) -> bool {
        *self != Self::default()
    }

    /// Deletes some of the oldest events beyond a limit, but none from `open` on, the oldest capture without a reply.
    /// Returns their number, 0 when everything is within the limits.
    pub(super) fn enforce(
        &self,
        transaction: &Transaction<'_>,
        open: Option<i64>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let below = open.unwrap_or(i64::MAX);
        let mut expired = Vec::new();
        if let Some(age) = self.age {
            let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
            let before = now.saturating_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
            let sql = "SELECT id FROM capture WHERE received_at < ?1 ORDER BY received_at LIMIT ?2";
            expired = ids(transaction, sql, [before, DELETED_AT_ONCE])?;
        }
        if expired.is_empty() {
            let excess = self.excess(transaction)?.min(DELETED_AT_ONCE);
            expired = ids(transaction, "SELECT id FROM capture WHERE id < ?1 ORDER BY id LIMIT ?2", [below, excess])?;
        }
        expired.retain(|id| *id < below);
        delete(transaction, &expired)?;
        Ok(expired.len())
    }

    /// The number of events beyond the limits of count and size.
    fn excess(&self, connection: &Connection) -> Result<i64, StoreError> {
        let mut excess = 0;
        if let Some(most) = self.events {
            excess = count(connection)?.saturating_sub(i64::try_from(most).unwrap_or(i64::MAX)).max(0);
        }
        if let Some(most) = self.size {
            let pages = Pages::of(connection)?;
            if pages.bytes() - pages.empty_bytes() > most {
                excess = excess.max(DELETED_AT_ONCE);
            }
        }
        Ok(excess)
    }
}

fn count(connection: &Connection) -> Result<i64, StoreError> {
    connection.query_row("SELECT COUNT(*) FROM capture", [], |row| row.get(0)).map_err(doing("counting captures"))
}
