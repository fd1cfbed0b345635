//! Counters that outlive the rows they count.

use rusqlite::{Connection, OptionalExtension as _};

use super::{StoreError, doing};

/// What each of them counts, by its name in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    /// Requests that failed verification and had to go.
    UnverifiedDropped,
    /// The last capture that is indexed, together with all before it.
    IndexedUpto,
    /// How often events were removed, brought back or deleted.
    Removals,
}

impl Tally {
    const fn name(self) -> &'static str {
        match self {
            Self::UnverifiedDropped => "unverified_dropped",
            Self::IndexedUpto => "indexed_upto",
            Self::Removals => "removals",
        }
    }

    /// Its value; 0 where nothing was counted yet.
    pub(super) fn read(self, connection: &Connection) -> Result<i64, StoreError> {
        let value = connection
            .prepare_cached("SELECT value FROM tally WHERE name = ?1")
            .and_then(|mut statement| statement.query_row([self.name()], |row| row.get(0)).optional());
        Ok(value.map_err(doing("reading a counter"))?.unwrap_or(0))
    }

    /// Counts so many more.
    pub(super) fn add(self, connection: &Connection, more: i64) -> Result<(), StoreError> {
        self.write(
            connection,
            more,
            "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2",
        )
    }

    /// Replaces its value.
    pub(super) fn set(self, connection: &Connection, value: i64) -> Result<(), StoreError> {
        self.write(connection, value, "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
    }

    fn write(self, connection: &Connection, value: i64, sql: &str) -> Result<(), StoreError> {
        let written = connection.prepare_cached(sql).and_then(|mut write| write.execute((self.name(), value)));
        written.map(drop).map_err(doing("writing a counter"))
    }
}
