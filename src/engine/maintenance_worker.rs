//! The thread `maintenance`: removes, restores and pins events, notes used filters, and maintains the database file.
//!
//! A removal begins in the window (`ui/removing.rs` chooses and confirms), is carried out here, and marks the events in
//! the store (`store/removal.rs`); the store's writer deletes them for good once the time for an undo is over.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use super::long_jobs::LongJobs;
use super::notice::{MaintenanceNotice, MaintenanceOutcome, Notice};
use super::selection::Selection;
use super::worker::Worker;
use crate::capture::{AnnotationChange, CaptureId};
use crate::progress::Progress;
use crate::store::{self, BulkWriter, Maintenance, Reader, RemovalId, StoreError};
use crate::texts::user_error::UserError;

/// A command that changes or examines the database as a whole.
#[derive(Clone, Debug)]
pub enum MaintenanceCommand {
    /// Remove events from all lists. They can be restored for [`UNDO_FOR`](crate::store::UNDO_FOR).
    Remove { events: Selection },
    /// Restore the events of one removal.
    Restore { removal: RemovalId },
    /// Pin events, or leave a note on them.
    Annotate { ids: Vec<CaptureId>, change: AnnotationChange },
    /// Apply the limits of what is kept as they are, also where the clock is ahead or a removal was undone.
    AgreeToLimits,
    /// Remember a filter, as it was typed, for completion.
    NoteFilter { text: String },
    /// Run a task on the database file.
    Run { task: MaintenanceTask },
}

/// A task on the database file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaintenanceTask {
    /// Count its contents.
    Count,
    /// Check it for damage.
    Check,
    /// Delete what was removed long enough ago, and give free space back to the disk.
    Compact,
    /// Copy it to a file that does not exist yet.
    BackUp { path: PathBuf },
}

/// The state of the thread.
pub(super) struct MaintenanceWorker {
    pub(super) database: PathBuf,
    pub(super) jobs: LongJobs,
}

impl MaintenanceWorker {
    pub(super) fn start(self) -> std::io::Result<Worker<MaintenanceCommand>> {
        Worker::start("maintenance", move |commands| self.run(&commands))
    }

    fn run(self, commands: &Receiver<MaintenanceCommand>) {
        let job = |command, progress: &Progress| match self.carry_out(command, progress) {
            // The person has cancelled it: no news.
            Err(StoreError::Interrupted { .. }) if progress.is_cancelled() => Ok(None),
            outcome => outcome.map(|notice| notice.map(Notice::from)).map_err(|error| UserError::from(&error)),
        };
        self.jobs.serve(commands, |_any| Some(Progress::new()), job);
    }

    fn carry_out(
        &self,
        command: MaintenanceCommand,
        progress: &Progress,
    ) -> Result<Option<MaintenanceNotice>, StoreError> {
        Ok(Some(match command {
            MaintenanceCommand::Remove { events } => self.remove(events, progress)?,
            MaintenanceCommand::Restore { removal } => {
                let events = BulkWriter::open(&self.database)?.restore(removal)?;
                MaintenanceNotice::Restored { events }
            }
            MaintenanceCommand::Annotate { ids, change } => {
                let events = BulkWriter::open(&self.database)?.annotate(&ids, &change)?;
                MaintenanceNotice::Annotated { events, change }
            }
            MaintenanceCommand::AgreeToLimits => {
                BulkWriter::open(&self.database)?.agree_to_limits()?;
                return Ok(None);
            }
            MaintenanceCommand::NoteFilter { text } => {
                // Worth no error message, nor a minute: the window remembers the filters of this run by itself.
                if store::is_older(&self.database) {
                    return Ok(None);
                }
                BulkWriter::open(&self.database).and_then(|mut additions| additions.note_filter(&text)).ok();
                return Ok(None);
            }
            MaintenanceCommand::Run { task } => MaintenanceNotice::Finished { outcome: self.perform(task, progress)? },
        }))
    }

    fn remove(&self, events: Selection, progress: &Progress) -> Result<MaintenanceNotice, StoreError> {
        let ids = events.ids(&Reader::open(&self.database)?)?;
        let (removal, events) = BulkWriter::open(&self.database)?.remove(&ids, progress)?;
        Ok(MaintenanceNotice::Removed { removal, events })
    }

    fn perform(&self, task: MaintenanceTask, progress: &Progress) -> Result<MaintenanceOutcome, StoreError> {
        let reader = Reader::open(&self.database)?;
        Ok(match task {
            MaintenanceTask::Count => MaintenanceOutcome::Counted(Box::new(reader.stats()?)),
            MaintenanceTask::Check => MaintenanceOutcome::Checked(reader.check(progress)?),
            MaintenanceTask::Compact => {
                let before = reader.size()?;
                // The listener, in this process or another, goes on writing meanwhile.
                Maintenance::open(&self.database)?.tidy(progress)?;
                MaintenanceOutcome::Compacted { before, after: reader.size()? }
            }
            MaintenanceTask::BackUp { path } => {
                reader.back_up(&path, progress)?;
                MaintenanceOutcome::BackedUp { path }
            }
        })
    }
}
