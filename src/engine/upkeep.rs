//! The thread that removes events, brings them back, and looks after the database.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use super::worker::Worker;
use super::{Chosen, Command, LongJobs, Notice};
use crate::progress::Progress;
use crate::store::{BulkWriter, Maintenance, Reader, Stats, StoreError};
use crate::texts::user_error::UserError;

/// What is to be done for the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// Say what is in it.
    Count,
    /// Look through it for damage.
    Check,
    /// Delete what was removed long enough ago, and give back what is empty.
    Compact,
    /// Copy it to where nothing is yet.
    BackUp {
        /// The new file.
        path: PathBuf,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpkeepDone {
    /// What is in it.
    Counted(Box<Stats>),
    /// What is wrong with it; nothing where it is sound.
    Checked(Vec<String>),
    /// Its size before and now, in bytes.
    Compacted {
        /// Before.
        before: u64,
        /// Now.
        after: u64,
    },
    /// It was copied there.
    BackedUp {
        /// The new file.
        path: PathBuf,
    },
}

/// What the thread works with.
pub(super) struct Caring {
    pub(super) database: PathBuf,
    pub(super) jobs: LongJobs,
}

impl Caring {
    pub(super) fn start(self) -> std::io::Result<Worker<Command>> {
        Worker::start("upkeep", move |commands| self.run(&commands))
    }

    fn run(self, commands: &Receiver<Command>) {
        let job = |command, progress: &Progress| match self.carry_out(command, progress) {
            // The person ended it, and knows.
            Err(StoreError::Interrupted { .. }) if progress.is_cancelled() => Ok(None),
            outcome => outcome.map_err(|error| UserError::from(&error)),
        };
        self.jobs.serve(commands, |_any| Some(Progress::new()), job);
    }

    fn carry_out(&self, command: Command, progress: &Progress) -> Result<Option<Notice>, StoreError> {
        Ok(Some(match command {
            Command::Remove { what } => self.remove(what, progress)?,
            Command::Restore { removal } => {
                let events = BulkWriter::open(&self.database)?.restore(removal)?;
                Notice::Restored { events }
            }
            Command::NoteFilter { text } => {
                // Worth no message: what was used in this run is remembered by the window.
                BulkWriter::open(&self.database).and_then(|mut additions| additions.note_filter(&text)).ok();
                return Ok(None);
            }
            Command::LookAfter { upkeep } => Notice::LookedAfter { done: self.look_after(upkeep, progress)? },
            _ => return Ok(None),
        }))
    }

    fn remove(&self, what: Chosen, progress: &Progress) -> Result<Notice, StoreError> {
        let ids = what.ids(&Reader::open(&self.database)?)?;
        let (removal, events) = BulkWriter::open(&self.database)?.remove(&ids, progress)?;
        Ok(Notice::Removed { removal, events })
    }

    fn look_after(&self, upkeep: Upkeep, progress: &Progress) -> Result<UpkeepDone, StoreError> {
        let reader = Reader::open(&self.database)?;
        Ok(match upkeep {
            Upkeep::Count => UpkeepDone::Counted(Box::new(reader.stats()?)),
            Upkeep::Check => UpkeepDone::Checked(reader.check(progress)?),
            Upkeep::Compact => {
                let before = reader.size()?;
                // The listener of this window, or another one, goes on writing.
                Maintenance::open(&self.database)?.tidy(progress)?;
                UpkeepDone::Compacted { before, after: reader.size()? }
            }
            Upkeep::BackUp { path } => {
                reader.back_up(&path, progress)?;
                UpkeepDone::BackedUp { path }
            }
        })
    }
}
