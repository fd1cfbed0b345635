//! A named thread with a short queue, joined when its owner goes, and the long jobs that such a thread does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::progress::Progress;
use crate::trouble::Trouble;

/// As short as the concurrency: work for what has scrolled away is never piled up, it is asked for again.
const QUEUE: usize = 64;

/// The owner's end.
#[derive(Debug)]
pub(super) struct Worker<T> {
    queue: Option<SyncSender<T>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts the thread; its body ends when the queue does.
    pub(super) fn start(name: &str, body: impl FnOnce(Receiver<T>) + Send + 'static) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || body(jobs))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a job without waiting. `false`: there is no room.
    pub(super) fn try_send(&self, job: T) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.try_send(job).is_ok())
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
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
pub(super) fn carry_out<R>(
    running: &watch::Sender<Option<Progress>>,
    progress: &Progress,
    job: impl FnOnce() -> Result<R, Trouble>,
) -> Result<R, Trouble> {
    running.send_replace(Some(progress.clone()));
    let _shown = Shown(running);
    // Whatever the job had opened goes with it, so nothing half done is seen by the next. What the panic says is not
    // passed on: it may quote a message.
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_panic| {
        Err(Trouble::of("trouble.mistake", "a mistake in menuscope ended this work; what it was is on standard error"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_is_a_failure_and_the_next_one_is_done() {
        let (running, shown) = watch::channel(None);
        let progress = Progress::new();
        let failed = carry_out(&running, &progress, || -> Result<(), Trouble> { panic!("as it should in this test") });
        failed.unwrap_err().assert_said();
        assert!(shown.borrow().is_none());
        let done = carry_out(&running, &progress, || Ok(shown.borrow().is_some()));
        assert_eq!((done, shown.borrow().is_none()), (Ok(true), true));
    }
}
