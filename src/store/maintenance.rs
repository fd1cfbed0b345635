//! Maintenance of a database: indexing, purging removed events, and making the file smaller.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::connection::{Checkpoint, INCREMENTAL, checkpoint, connect, in_transaction, interrupt_when_cancelled};
use super::error::{StoreError, doing};
use super::pages::{Pages, give_back};
use super::reader::Reader;
use super::upgrade::upgrade_alone;
use super::{index, removal, taps};
use crate::progress::Progress;

/// Empty pages that are given back in one transaction, beside a listener that may want to write.
const PAGES_AT_ONCE: i64 = 512;

/// A connection for maintenance.
#[derive(Debug)]
pub struct Maintenance {
    connection: Connection,
}

impl Maintenance {
    /// Opens an existing database, and brings it to the latest schema.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        drop(Reader::open_older(path)?);
        let mut connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        upgrade_alone(&mut connection, path)?;
        Ok(Self { connection })
    }

    /// Indexes all captures that are not indexed yet. Not to be called beside a listener, whose writer does it.
    pub fn index(&mut self, progress: &Progress) -> Result<(), StoreError> {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM capture";
        let newest: i64 =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(doing("finding the newest capture"))?;
        let mut indexed = index::upto(&self.connection)?;
        progress.set_total((newest - indexed).max(0) as u64);
        while indexed < newest && !progress.is_cancelled() {
            let upto = in_transaction(&mut self.connection, "indexing captures", |transaction| {
                index::extend(transaction, newest, index::BULK_BYTES)
            })?;
            progress.advance((upto - indexed) as u64);
            indexed = upto;
        }
        let mut tapped = taps::upto(&self.connection)?;
        while tapped < indexed && !progress.is_cancelled() {
            tapped = in_transaction(&mut self.connection, "summing taps up", |transaction| {
                taps::extend(transaction, indexed)
            })?;
        }
        Ok(())
    }

    /// Purges removed events that can no longer be restored, and rewrites the file at its smallest. Blocks all writers.
    pub fn compact(&mut self, progress: &Progress) -> Result<(), StoreError> {
        self.purge(progress)?;
        self.index(progress)?;
        let problem = doing("compacting the database");
        interrupt_when_cancelled(&self.connection, progress).map_err(&problem)?;
        self.connection.execute("INSERT INTO search (search) VALUES ('optimize')", []).map_err(&problem)?;
        self.connection.pragma_update(None, "auto_vacuum", INCREMENTAL).map_err(&problem)?;
        self.connection.execute("VACUUM", []).map_err(&problem)?;
        checkpoint(&self.connection, Checkpoint::Partial)
    }

    /// Purges removed events that can no longer be restored, and gives empty pages back, in short transactions beside a
    /// listener.
    pub fn tidy(&mut self, progress: &Progress) -> Result<(), StoreError> {
        self.purge(progress)?;
        while Pages::of(&self.connection)?.empty > 0 && !progress.is_cancelled() {
            if !give_back(&self.connection, PAGES_AT_ONCE)? {
                break;
            }
        }
        checkpoint(&self.connection, Checkpoint::Partial)
    }

    fn purge(&mut self, progress: &Progress) -> Result<(), StoreError> {
        let before = removal::final_before(crate::clock::now());
        while !progress.is_cancelled() {
            let what = "deleting removed events";
            let purged = in_transaction(&mut self.connection, what, |transaction| removal::purge(transaction, before))?;
            if purged == 0 {
                break;
            }
        }
        Ok(())
    }
}
