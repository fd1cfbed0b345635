//! Long jobs, done one after the other on their worker's thread: their progress, pause and cancellation.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::notice::Notice;
use super::notice_sender::NoticeSender;
use crate::progress::Progress;
use crate::texts::user_error::UserError;

/// Pauses or ends the job that a worker is doing. Without a running job, nothing happens.
#[derive(Clone, Copy, Debug)]
pub enum JobCommand {
    /// Pause the run of replays, or continue it.
    PauseReplay { paused: bool },
    /// End the run of replays; what was sent is kept.
    CancelReplay,
    /// End the export or import.
    CancelTransfer,
    /// End the removal or maintenance task.
    CancelMaintenance,
    /// End the run of checks.
    CancelDoctor,
}

/// Runs the jobs of one worker.
pub(super) struct LongJobs {
    pub(super) notices: NoticeSender,
    /// The progress of the current job; `None` between jobs.
    pub(super) running: watch::Sender<Option<Progress>>,
    /// Cancelled when the program closes: queued jobs are not begun any more.
    pub(super) closing: Progress,
}

impl LongJobs {
    /// Does the jobs in the order of their commands and sends their notices. A command without a `progress` is skipped.
    pub(super) fn serve<C>(
        &self,
        commands: &Receiver<C>,
        progress: impl Fn(&C) -> Option<Progress>,
        job: impl Fn(C, &Progress) -> Result<Option<Notice>, UserError>,
    ) {
        while let Ok(command) = commands.recv() {
            if self.closing.is_cancelled() {
                return;
            }
            let Some(progress) = progress(&command) else { continue };
            let is_open = match carry_out(&self.running, &progress, || job(command, &progress)) {
                Ok(Some(notice)) => self.notices.send(notice),
                Ok(None) => true,
                Err(error) => self.notices.fail(error),
            };
            if !is_open {
                return;
            }
        }
    }
}

/// Takes the progress back when the job ends, by a panic as well.
struct RunningGuard<'a>(&'a watch::Sender<Option<Progress>>);

impl Drop for RunningGuard<'_> {
    fn drop(&mut self) {
        self.0.send_replace(None);
    }
}

/// Does one job, with its progress in `running`. A panic fails the job and does not end the thread: the jobs behind it
/// are still done.
fn carry_out<R>(
    running: &watch::Sender<Option<Progress>>,
    progress: &Progress,
    job: impl FnOnce() -> Result<R, UserError>,
) -> Result<R, UserError> {
    running.send_replace(Some(progress.clone()));
    let _guard = RunningGuard(running);
    // Unwind-safe: everything that the job had opened is dropped with it, so the next job sees nothing half done. The
    // panic's message is not passed on: it may quote a message.
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_panic| {
        Err(UserError::of(
            "user_error.mistake",
            "a mistake in menuscope ended this work; what it was is on standard error",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_is_a_failure_and_the_next_one_is_done() {
        let (running, shown) = watch::channel(None);
        let progress = Progress::new();
        let failed =
            carry_out(&running, &progress, || -> Result<(), UserError> { panic!("as it should in this test") });
        failed.unwrap_err().assert_said();
        assert!(shown.borrow().is_none());
        let done = carry_out(&running, &progress, || Ok(shown.borrow().is_some()));
        assert_eq!((done, shown.borrow().is_none()), (Ok(true), true));
    }
}
