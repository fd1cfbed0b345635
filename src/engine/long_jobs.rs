//! Long jobs that a thread does one after the other: each shows while it runs, and ends when the person or the program does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::{Command, Desk, Notice};
use crate::progress::Progress;
use crate::texts::user_error::UserError;

/// What such a thread works with, whatever its jobs are.
pub(super) struct LongJobs {
    /// Where what came of them is put.
    pub(super) desk: Desk,
    /// The one that is under way.
    pub(super) running: watch::Sender<Option<Progress>>,
    /// Cancelled when the program closes: what waits for its turn is not begun any more.
    pub(super) closing: Progress,
}

impl LongJobs {
    /// Does them as they come. What `progress` has none for is not wanted any more.
    pub(super) fn serve(
        &self,
        commands: &Receiver<Command>,
        progress: impl Fn(&Command) -> Option<Progress>,
        job: impl Fn(Command, &Progress) -> Result<Option<Notice>, UserError>,
    ) {
        while let Ok(command) = commands.recv() {
            if self.closing.is_cancelled() {
                return;
            }
            let Some(progress) = progress(&command) else { continue };
            let heard = match carry_out(&self.running, &progress, || job(command, &progress)) {
                Ok(Some(notice)) => self.desk.put(notice),
                Ok(None) => true,
                Err(trouble) => self.desk.fail(trouble),
            };
            if !heard {
                return;
            }
        }
    }
}

/// Shown as running until it is dropped, in whichever way the job ends.
struct Shown<'a>(&'a watch::Sender<Option<Progress>>);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.send_replace(None);
    }
}

/// Does one job, which shows as `running` meanwhile. A panic in it is its failure, and not the end of the thread:
/// the jobs behind it are done all the same.
fn carry_out<R>(
    running: &watch::Sender<Option<Progress>>,
    progress: &Progress,
    job: impl FnOnce() -> Result<R, UserError>,
) -> Result<R, UserError> {
    running.send_replace(Some(progress.clone()));
    let _shown = Shown(running);
    // Whatever the job had opened goes with it, so nothing half done is seen by the next. What the panic says is not
    // passed on: it may quote a message.
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
