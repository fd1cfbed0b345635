//! Looking after the database: what is in it, whether it is sound, making it smaller, and copying it.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::pages::{Pages, give_back};
use super::tally::Tally;
use super::{INCREMENTAL, Reader, StoreError, checkpoint, connect, doing, migrate, removal, rows, search, within};
use crate::progress::Progress;

/// More problems than this are not listed: where there are so many, the file is to be recovered.
const MOST_PROBLEMS: u32 = 100;

/// How many steps of SQLite's machine pass between two looks at whether the work was cancelled.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// How many empty pages are given back in one transaction, where a listener may want to write.
const PAGES_AT_ONCE: i64 = 512;

/// What is in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// How many events there are.
    pub events: u64,
    /// How many events were removed and are not deleted yet.
    pub removed: u64,
    /// How many replays.
    pub replays: u64,
    /// How many events of each kind, the most frequent first.
    pub kinds: Vec<(String, u64)>,
    /// When the first and the last event arrived.
    pub received: Option<(Timestamp, Timestamp)>,
    /// The size of the database, in bytes.
    pub size: u64,
    /// How much of it is empty, in bytes.
    pub empty: u64,
    /// The size of the write-ahead log, in bytes.
    pub log: u64,
    /// How many events the index for words does not have yet.
    pub unindexed: u64,
    /// How many bytes of requests that failed verification are kept, and how many such requests had to go.
    pub unverified: (u64, u64),
    /// The version of its shape.
    pub version: i64,
}

impl Reader {
    /// Counts what is there; half a second for a million events.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let connection = self.connection();
        let problem = doing("counting what is in the database");
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as u64);
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let times = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?));
        let sql = "SELECT (SELECT MIN(received_at) FROM capture), (SELECT MAX(received_at) FROM capture)";
        let (first, last) = connection.query_row(sql, [], times).map_err(&problem)?;
        let pages = Pages::of(connection)?;
        let unindexed = format!("SELECT COUNT(*) FROM capture WHERE id > {}", Tally::IndexedUpto.read(connection)?);
        let unverified = "SELECT COALESCE(SUM(kept_bytes), 0) FROM capture WHERE signature IN ('invalid', 'missing')";
        Ok(Stats {
            events: self.count()?,
            removed: count("SELECT COUNT(*) FROM removed").map_err(&problem)?,
            replays: count("SELECT COUNT(*) FROM replay").map_err(&problem)?,
            kinds: kinds(connection).map_err(&problem)?,
            received: first.zip(last).map(|(first, last)| (rows::timestamp(first), rows::timestamp(last))),
            size: pages.bytes(),
            empty: pages.empty_bytes(),
            log: self.log_size(),
            unindexed: count(&unindexed).map_err(&problem)?,
            unverified: (count(unverified).map_err(&problem)?, Tally::UnverifiedDropped.read(connection)? as u64),
            version: pragma("user_version").map_err(&problem)?,
        })
    }

    /// The size of the file, in bytes.
    pub fn size(&self) -> Result<u64, StoreError> {
        Pages::of(self.connection()).map(Pages::bytes)
    }

    /// Looks through the whole file; returns what is wrong with it, up to a hundred things.
    pub fn check(&self, progress: &Progress) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let problem = doing("checking the database");
        end_when_cancelled(connection, progress).map_err(&problem)?;
        let checked: rusqlite::Result<Vec<String>> = connection
            .prepare(&format!("PRAGMA integrity_check({MOST_PROBLEMS})"))
            .and_then(|mut check| check.query_map([], |row| row.get(0))?.collect());
        let mut problems = match checked {
            // So badly damaged that it cannot even be looked through.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                return Ok(vec![error.to_string()]);
            }
            checked => checked.map_err(&problem)?,
        };
        problems.retain(|problem| problem != "ok");
        let strays = |row: &rusqlite::Row<'_>| {
            let (table, row, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!("row {} of {table} belongs to nothing in {parent}", row.unwrap_or_default()))
        };
        let strays: Vec<String> = connection
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut check| check.query_map([], strays)?.take(MOST_PROBLEMS as usize).collect())
            .map_err(&problem)?;
        problems.extend(strays);
        Ok(problems)
    }

    /// Copies the database as it stands at this moment into a new file, without what is empty in it; whoever writes to it
    /// meanwhile is not kept waiting.
    pub fn back_up(&self, to: &Path, progress: &Progress) -> Result<(), StoreError> {
        let failed = |source| StoreError::Backup { source, path: to.to_owned() };
        if to.exists() {
            return Err(failed(std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
        }
        let folder = match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new().prefix(".menuscope-").tempfile_in(folder).map_err(failed)?;
        let connection = self.connection();
        let problem = doing("copying the database");
        end_when_cancelled(connection, progress).map_err(&problem)?;
        let path = file.path().to_string_lossy();
        connection.execute("VACUUM INTO ?1", [&*path]).map_err(&problem)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(to).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

fn kinds(connection: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql = "SELECT kind, COUNT(*) FROM capture GROUP BY kind ORDER BY COUNT(*) DESC, kind";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64));
    connection.prepare(sql)?.query_map([], read)?.collect()
}

fn end_when_cancelled(connection: &Connection, progress: &Progress) -> rusqlite::Result<()> {
    let progress = progress.clone();
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || progress.is_cancelled()))
}

/// A connection that looks after the database.
#[derive(Debug)]
pub struct Caretaker {
    connection: Connection,
}

impl Caretaker {
    /// Opens the database, which has to be there, and brings it to today's shape.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        drop(Reader::open_older(path)?);
        let mut connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        migrate(&mut connection, path)?;
        Ok(Self { connection })
    }

    /// Indexes what is not indexed yet. Not beside a listener, whose writer does it.
    pub fn index(&mut self, progress: &Progress) -> Result<(), StoreError> {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM capture";
        let newest: i64 =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(doing("finding the newest capture"))?;
        let mut indexed = Tally::IndexedUpto.read(&self.connection)?;
        progress.set_total((newest - indexed).max(0) as u64);
        while indexed < newest && !progress.is_cancelled() {
            let upto = within(&mut self.connection, "indexing captures", |transaction| {
                search::extend(transaction, newest, search::BULK_BYTES)
            })?;
            progress.advance((upto - indexed) as u64);
            indexed = upto;
        }
        Ok(())
    }

    /// Deletes what was removed long enough ago, and makes the file as small as it can be. Others cannot write meanwhile.
    pub fn compact(&mut self, progress: &Progress) -> Result<(), StoreError> {
        self.purge(progress)?;
        self.index(progress)?;
        let problem = doing("compacting the database");
        end_when_cancelled(&self.connection, progress).map_err(&problem)?;
        self.connection.execute("INSERT INTO search (search) VALUES ('optimize')", []).map_err(&problem)?;
        self.connection.pragma_update(None, "auto_vacuum", INCREMENTAL).map_err(&problem)?;
        self.connection.execute("VACUUM", []).map_err(&problem)?;
        checkpoint(&self.connection)
    }

    /// Deletes what was removed long enough ago, and gives back what is empty, in short steps: beside a listener.
    pub fn tidy(&mut self, progress: &Progress) -> Result<(), StoreError> {
        self.purge(progress)?;
        while Pages::of(&self.connection)?.empty > 0 && !progress.is_cancelled() {
            if !give_back(&self.connection, PAGES_AT_ONCE)? {
                break;
            }
        }
        checkpoint(&self.connection)
    }

    fn purge(&mut self, progress: &Progress) -> Result<(), StoreError> {
        let before = removal::final_before(Timestamp::now());
        while !progress.is_cancelled() {
            let what = "deleting removed events";
            let purged = within(&mut self.connection, what, |transaction| removal::purge(transaction, before))?;
            if purged == 0 {
                break;
            }
        }
        Ok(())
    }
}
