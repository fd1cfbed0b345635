//! The pages of the file: how many there are, how many are empty, and giving those back to the disk.

use rusqlite::Connection;

use super::{INCREMENTAL, StoreError, doing};

/// The pages as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    /// How many there are.
    pub(super) all: i64,
    /// How many of them are empty.
    pub(super) empty: i64,
    /// The size of one, in bytes.
    size: i64,
}

impl Pages {
    /// Looks at them.
    pub(super) fn of(connection: &Connection) -> Result<Self, StoreError> {
        let of =
            |name| connection.pragma_query_value(None, name, |row| row.get(0)).map_err(doing("measuring the database"));
        Ok(Self { all: of("page_count")?, empty: of("freelist_count")?, size: of("page_size")? })
    }

    /// How many bytes the file takes.
    pub(super) fn bytes(self) -> u64 {
        (self.all * self.size) as u64
    }

    /// How many of these bytes hold nothing.
    pub(super) fn empty_bytes(self) -> u64 {
        (self.empty * self.size) as u64
    }
}

/// Gives up to so many empty pages back, in one transaction. `false`: the file has no map of its pages, as one of an earlier
/// version has not, and only making it anew makes it smaller.
pub(super) fn give_back(connection: &Connection, pages: i64) -> Result<bool, StoreError> {
    let problem = doing("giving empty pages back");
    let map: i64 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).map_err(&problem)?;
    if map != INCREMENTAL {
        return Ok(false);
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})")).map_err(&problem)?;
    let mut steps = vacuum.query([]).map_err(&problem)?;
    while steps.next().map_err(&problem)?.is_some() {}
    Ok(true)
}
