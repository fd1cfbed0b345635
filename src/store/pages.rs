//! Pages of the database file: their number, those that are empty, and giving these back to the disk.

use rusqlite::Connection;

use super::connection::INCREMENTAL;
use super::error::{StoreError, doing};

/// Numbers of pages in a database file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) all: i64,
    pub(super) empty: i64,
    /// The size of one page, in bytes.
    size: i64,
}

impl Pages {
    /// Counts the pages of the connection's database.
    pub(super) fn of(connection: &Connection) -> Result<Self, StoreError> {
        let of =
            |name| connection.pragma_query_value(None, name, |row| row.get(0)).map_err(doing("measuring the database"));
        Ok(Self { all: of("page_count")?, empty: of("freelist_count")?, size: of("page_size")? })
    }

    /// The size of the file.
    pub(super) fn bytes(self) -> u64 {
        (self.all * self.size) as u64
    }

    /// The size of the file's empty pages.
    pub(super) fn empty_bytes(self) -> u64 {
        (self.empty * self.size) as u64
    }
}

/// Gives up to `pages` empty pages back to the disk, in one transaction. `false`: the file is of an earlier version and has
/// no map of its pages; only `VACUUM` makes it smaller.
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
