//! What is kept when the person limits it: the oldest events go, by age, by count or by size, and never unasked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};

use super::pages::Pages;
use super::removal::{DELETED_AT_ONCE, delete, ids};
use super::{StoreError, doing};

/// Limits; whatever is beyond one of them goes. Without any, everything is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// No event is kept for longer.
    pub age: Option<Duration>,
    /// No more events are kept.
    pub events: Option<u64>,
    /// The database gets no larger, in bytes, about: of what is deleted, the file keeps the room.
    pub size: Option<u64>,
}

impl Retention {
    /// Whether anything is limited.
    pub fn is_limited(&self) -> bool {
        *self != Self::default()
    }

    /// Deletes some of the oldest that are beyond a limit, none of them from `open` on, which is not answered yet.
    /// Returns how many; none: everything is within the limits.
    pub(super) fn enforce(
        &self,
        transaction: &Transaction<'_>,
        open: Option<i64>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let below = open.unwrap_or(i64::MAX);
        let mut going = Vec::new();
        if let Some(age) = self.age {
            let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
            let before = now.saturating_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
            let sql = "SELECT id FROM capture WHERE received_at < ?1 ORDER BY received_at LIMIT ?2";
            going = ids(transaction, sql, [before, DELETED_AT_ONCE])?;
        }
        if going.is_empty() {
            let beyond = self.beyond(transaction)?.min(DELETED_AT_ONCE);
            going = ids(transaction, "SELECT id FROM capture WHERE id < ?1 ORDER BY id LIMIT ?2", [below, beyond])?;
        }
        going.retain(|id| *id < below);
        delete(transaction, &going)?;
        Ok(going.len())
    }

    /// How many events are too many, by count or by size.
    fn beyond(&self, connection: &Connection) -> Result<i64, StoreError> {
        let mut beyond = 0;
        if let Some(most) = self.events {
            beyond = count(connection)?.saturating_sub(i64::try_from(most).unwrap_or(i64::MAX)).max(0);
        }
        if let Some(most) = self.size {
            let pages = Pages::of(connection)?;
            if pages.bytes() - pages.empty_bytes() > most {
                beyond = beyond.max(DELETED_AT_ONCE);
            }
        }
        Ok(beyond)
    }
}

fn count(connection: &Connection) -> Result<i64, StoreError> {
    connection.query_row("SELECT COUNT(*) FROM capture", [], |row| row.get(0)).map_err(doing("counting captures"))
}
