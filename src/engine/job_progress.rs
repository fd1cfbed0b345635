//! The progress of the long jobs behind the engine's handle, and their pause and cancellation.

use super::{Engine, JobCommand};
use crate::progress::Progress;

impl Engine {
    /// The progress of the current run of replays.
    pub fn replay_progress(&self) -> Option<Progress> {
        self.replay_progress.borrow().clone()
    }

    /// The progress of the current export or import.
    pub fn transfer_progress(&self) -> Option<Progress> {
        self.transfer_progress.borrow().clone()
    }

    /// The progress of the current removal or maintenance task, bringing the database up to date being one.
    pub fn maintenance_progress(&self) -> Option<Progress> {
        self.maintenance_progress.borrow().clone().or_else(|| self.status.borrow().upgrade.clone())
    }

    /// The progress of the current run of checks.
    pub fn doctor_progress(&self) -> Option<Progress> {
        self.doctor_progress.borrow().clone()
    }

    pub(super) fn control_job(&self, command: JobCommand) {
        match command {
            JobCommand::PauseReplay { paused } => self.replay_progress().inspect(|job| job.pause(paused)),
            JobCommand::CancelReplay => self.replay_progress().inspect(Progress::cancel),
            JobCommand::CancelTransfer => self.transfer_progress().inspect(Progress::cancel),
            JobCommand::CancelMaintenance => self.maintenance_progress().inspect(Progress::cancel),
            JobCommand::CancelDoctor => self.doctor_progress().inspect(Progress::cancel),
        };
    }

    /// Cancels all of them.
    pub(super) fn cancel_jobs(&self) {
        let jobs =
            [self.replay_progress(), self.transfer_progress(), self.maintenance_progress(), self.doctor_progress()];
        jobs.iter().flatten().for_each(Progress::cancel);
    }
}
