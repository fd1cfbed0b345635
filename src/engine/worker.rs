//! Worker threads: a named thread with a short queue, joined when its handle is dropped.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

/// The capacity of a queue. Short, so that questions about rows that have scrolled away do not pile up: the window asks
/// again for what it still needs.
const QUEUE: usize = 64;

/// The handle of a thread that takes commands of type `T`.
#[derive(Debug)]
pub(super) struct Worker<T> {
    /// `None` once the thread is told to end.
    queue: Option<SyncSender<T>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts the thread. Its body must return when the queue is closed.
    pub(super) fn start(name: &str, body: impl FnOnce(Receiver<T>) + Send + 'static) -> std::io::Result<Self> {
        let (queue, commands) = mpsc::sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || body(commands))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a command without waiting. `false`: the queue is full.
    pub(super) fn try_send(&self, command: T) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.try_send(command).is_ok())
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
