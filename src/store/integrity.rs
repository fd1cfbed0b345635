//! The integrity check of a database, and its backup.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, Row};

use super::connection::interrupt_when_cancelled;
use super::error::{StoreError, doing};
use crate::progress::Progress;

/// Problems that are listed at most: a file that has more is to be recovered.
const MOST_PROBLEMS: u32 = 100;

/// Checks the whole file; returns its problems, [`MOST_PROBLEMS`] of each sort at most.
pub(super) fn check(connection: &Connection, progress: &Progress) -> Result<Vec<String>, StoreError> {
    let problem = doing("checking the database");
    interrupt_when_cancelled(connection, progress).map_err(&problem)?;
    let checked: rusqlite::Result<Vec<String>> = connection
        .prepare(&format!("PRAGMA integrity_check({MOST_PROBLEMS})"))
        .and_then(|mut check| check.query_map([], |row| row.get(0))?.collect());
    let mut problems = match checked {
        // Too badly damaged for the check itself.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            return Ok(vec![error.to_string()]);
        }
        checked => checked.map_err(&problem)?,
    };
    problems.retain(|problem| problem != "ok");
    let orphan = |row: &Row<'_>| {
        let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
        let row = row.get::<_, Option<i64>>("rowid")?.unwrap_or_default();
        Ok(format!("row {row} of {table} belongs to nothing in {parent}"))
    };
    let orphans: Vec<String> = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| check.query_map([], orphan)?.take(MOST_PROBLEMS as usize).collect())
        .map_err(&problem)?;
    problems.extend(orphans);
    Ok(problems)
}

/// Copies the database as of this moment into a new file, without its empty pages. Writers do not wait for it.
pub(super) fn back_up(connection: &Connection, to: &Path, progress: &Progress) -> Result<(), StoreError> {
    let failed = |source| StoreError::Backup { source: Arc::new(source), path: to.to_owned() };
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let file = tempfile::Builder::new().prefix(".menuscope-").tempfile_in(folder).map_err(failed)?;
    let problem = doing("copying the database");
    interrupt_when_cancelled(connection, progress).map_err(&problem)?;
    let path = file.path().to_string_lossy();
    connection.execute("VACUUM INTO ?1", [&*path]).map_err(&problem)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(to).map_err(|error| failed(error.error))?;
    Ok(())
}
