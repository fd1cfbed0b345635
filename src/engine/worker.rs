//! A named thread with a short queue, joined when its owner goes.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

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
