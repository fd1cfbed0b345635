//! Persistent counters: totals that outlive the rows they count, and the progress of the index.

use rusqlite::{Connection, OptionalExtension as _};

use super::error::{StoreError, doing};

/// A counter in the table `tally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    /// Unverified requests that were deleted to stay within their limit.
    UnverifiedDropped,
    /// The last capture in the index, which has all before it as well.
    IndexedUpto,
    /// The last capture in the summary of taps, which has all before it as well.
    TappedUpto,
    /// The highest number of a capture that was deleted: none is given twice.
    LastDeleted,
    /// Changes to the set of listed events: removals, restorations, deletions.
    Removals,
    /// Changes to pins and notes.
    Annotations,
    /// The last time at which the clock was believed, in microseconds.
    ClockBelieved,
    /// The limits whose removal a person has undone: they rest until a person sets or applies limits.
    LimitsAtRest,
}

impl Counter {
    /// The name of its row.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::UnverifiedDropped => "unverified_dropped",
            Self::IndexedUpto => "indexed_upto",
            Self::TappedUpto => "tapped_upto",
            Self::LastDeleted => "last_deleted",
            Self::Removals => "removals",
            Self::Annotations => "annotations",
            Self::ClockBelieved => "clock_believed",
            Self::LimitsAtRest => "limits_at_rest",
        }
    }

    /// The counter's value; 0 before the first count.
    pub(super) fn read(self, connection: &Connection) -> Result<i64, StoreError> {
        let value = connection
            .prepare_cached("SELECT value FROM tally WHERE name = ?1")
            .and_then(|mut statement| statement.query_row([self.name()], |row| row.get(0)).optional());
        Ok(value.map_err(doing("reading a counter"))?.unwrap_or(0))
    }

    pub(super) fn add(self, connection: &Connection, more: i64) -> Result<(), StoreError> {
        self.write(
            connection,
            more,
            "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2",
        )
    }

    pub(super) fn set(self, connection: &Connection, value: i64) -> Result<(), StoreError> {
        self.write(connection, value, "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
    }

    /// Sets the counter where that makes it higher.
    pub(super) fn raise(self, connection: &Connection, value: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = max(value, ?2)";
        self.write(connection, value, sql)
    }

    fn write(self, connection: &Connection, value: i64, sql: &str) -> Result<(), StoreError> {
        let written = connection.prepare_cached(sql).and_then(|mut write| write.execute((self.name(), value)));
        written.map(drop).map_err(doing("writing a counter"))
    }
}
