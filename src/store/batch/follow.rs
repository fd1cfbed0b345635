//! The writer follows its database: what is acknowledged is in the file at the path, whatever somebody does to that file.
//!
//! ```text
//! removed, moved ─► fold the log back ─► close ─► make a new one ─► write the batch there, and say so
//! replaced ───────► fold the log back ─► close ─► open what is there now ─► likewise
//! the log removed ► fold what is written back into the database, at once, each time, and say so
//! folder gone ────► 503 until it is back
//! ```
//! Numbers go on, so that none of them means two events within a run.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::{Batches, Done, Job, StoreError, StoreHead, doing};
use crate::store::place::{Place, Standing};
use crate::store::{Limits, connect, migrate};
use crate::texts::user_error::UserError;

/// Who replaces the database more often while one batch is written is told so.
const ATTEMPTS: usize = 3;

/// How long the window says what has happened.
const NOTICED: Duration = Duration::from_mins(10);

/// What has happened to the files, and when.
pub(super) struct Change {
    at: Instant,
    trouble: UserError,
}

impl Batches {
    /// Writes the jobs to the database at the path; it was still there afterwards.
    pub(super) fn write_in_place(&mut self, jobs: &mut [Job]) -> Result<Vec<Done>, StoreError> {
        for _ in 0..ATTEMPTS {
            self.follow()?;
            let done = self.attempt(jobs)?;
            match self.place.standing() {
                Standing::Same => return Ok(done),
                Standing::WithoutLog => return self.go_on_without_log().map(|()| done),
                // It may be that these went into a file that nobody will find again.
                Standing::Moved => {}
            }
        }
        Err(StoreError::Moved { path: self.place.path().to_owned() })
    }

    /// Looks whether the files are where they were, while nothing is to be written. Whether there is something to be said.
    pub(in crate::store) fn look(&mut self) -> bool {
        let outcome = match self.place.standing() {
            Standing::Same => {
                // Where it fails, the next step of a chore says why.
                self.chores.look_beside(&self.connection).ok();
                return false;
            }
            Standing::WithoutLog => self.go_on_without_log(),
            Standing::Moved => self.open_anew(),
        };
        let before = self.head.clone();
        match outcome {
            Ok(()) => self.head.trouble = None,
            Err(error) => self.note_failure(&error, 0),
        }
        self.note_change();
        let changed = before != self.head;
        self.head.revision += u64::from(changed);
        changed
    }

    /// What has happened to the files shows for a while.
    pub(super) fn note_change(&mut self) {
        self.change = self.change.take().filter(|change| change.at.elapsed() < NOTICED);
        self.head.change = self.change.as_ref().map(|change| change.trouble.clone());
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        if self.place.standing() == Standing::Moved { self.open_anew() } else { Ok(()) }
    }

    /// Leaves the database that was open for the one at the path, made where there is none.
    fn open_anew(&mut self) -> Result<(), StoreError> {
        let path = self.place.path().to_owned();
        match fold_back(&self.connection, "TRUNCATE") {
            // What could not be folded back is in a log that the next database must not take for its own.
            Err(error) if self.place.has_its_log() => return Err(error),
            _ => {}
        }
        let nothing = Connection::open_in_memory().map_err(doing("leaving the database"))?;
        // Closed before anything else is opened under the same names.
        drop(std::mem::replace(&mut self.connection, nothing));
        let left = std::mem::replace(&mut self.place, Place::left(&path));
        left.clear().map_err(|error| StoreError::ReadOnly {
            doing: "removing the log of the database that was there",
            cause: error.to_string(),
        })?;
        if !path.parent().is_none_or(|folder| folder.is_dir()) {
            return Err(StoreError::FolderGone { path });
        }
        let is_new = !path.exists();
        let mut connection = connect(&path, OpenFlags::default())?;
        migrate(&mut connection, &path)?;
        let limits = Limits { unverified: self.unverified.limit(), retention: self.chores.retention() };
        let opened = Self::new(connection, &path, limits)?;
        let head = StoreHead {
            revision: self.head.revision,
            last_id: self.head.last_id.max(opened.head.last_id),
            trouble: self.head.trouble.take(),
            ..opened.head.clone()
        };
        let (unwritten, failing) = (std::mem::take(&mut self.unwritten), std::mem::take(&mut self.failing));
        *self = Self { failing, head, unwritten, ..opened };
        let path = path.display();
        self.say(if is_new {
            let said = format!(
                "the database was removed or moved away while it was in use, and a new one was made in its place: {path}"
            );
            UserError::of("user_error.place.made_anew", said).with("path", path)
        } else {
            let said = format!(
                "the database was replaced while it was in use, and new events are stored in the one that is there now: {path}"
            );
            UserError::of("user_error.place.taken_up", said).with("path", path)
        });
        Ok(())
    }

    /// The log has no name any more: what is in it goes into the database at once.
    fn go_on_without_log(&mut self) -> Result<(), StoreError> {
        fold_back(&self.connection, "FULL")?;
        if self.change.is_none() {
            let path = self.place.path().display();
            let said = format!(
                "the -wal or -shm file of the database was removed while it was in use; nothing is lost, but start menuscope again before another program writes to it: {path}"
            );
            self.say(UserError::of("user_error.place.without_log", said).with("path", path));
        }
        Ok(())
    }

    fn say(&mut self, trouble: UserError) {
        tracing::warn!("{trouble}");
        self.change = Some(Change { at: Instant::now(), trouble });
    }
}

/// Folds the whole log back, or fails: somebody may be reading an older state.
fn fold_back(connection: &Connection, how: &str) -> Result<(), StoreError> {
    const DOING: &str = "folding the write-ahead log back into the database";
    let checkpoint = format!("PRAGMA wal_checkpoint({how})");
    let is_busy: bool = connection.query_row(&checkpoint, [], |row| row.get(0)).map_err(doing(DOING))?;
    if is_busy { Err(StoreError::Locked { doing: DOING }) } else { Ok(()) }
}
