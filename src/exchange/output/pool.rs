//! A pool of threads that take jobs from one bounded queue.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, available_parallelism};

/// The threads. Dropped, they have ended, with everything that was handed over done.
pub(super) struct Pool<J> {
    /// `None` once no more jobs are coming.
    jobs: Option<SyncSender<J>>,
    threads: Vec<JoinHandle<()>>,
}

impl<J: Send + 'static> Pool<J> {
    /// Starts as many threads as there are processors, but at most `most`. At most `waiting` jobs wait for one.
    pub(super) fn start(most: usize, waiting: usize, work: impl Fn(J) + Send + Sync + 'static) -> io::Result<Self> {
        let count = available_parallelism().map_or(1, usize::from).min(most);
        let (jobs, receiver) = sync_channel(waiting);
        let shared = Arc::new((Mutex::new(receiver), work));
        let start = |number| {
            let shared = Arc::clone(&shared);
            Builder::new().name(format!("export-{number}")).spawn(move || run(&shared.0, &shared.1))
        };
        let threads = (1..=count).map(start).collect::<io::Result<_>>()?;
        Ok(Self { jobs: Some(jobs), threads })
    }

    /// The number of threads.
    pub(super) fn size(&self) -> usize {
        self.threads.len()
    }

    /// Hands a job over, once there is room in the queue.
    pub(super) fn send(&self, job: J) -> io::Result<()> {
        let sent = self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok());
        sent.ok_or_else(|| io::Error::other("the threads of the export have ended"))
    }
}

impl<J> Pool<J> {
    /// Waits until every job is done.
    pub(super) fn finish(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

impl<J> Drop for Pool<J> {
    fn drop(&mut self) {
        self.finish();
    }
}

fn run<J>(jobs: &Mutex<Receiver<J>>, work: &impl Fn(J)) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        work(job);
    }
}
