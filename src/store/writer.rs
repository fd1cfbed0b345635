//! The writer's thread: takes all queued jobs, commits them in one transaction, acknowledges, and does chores in between.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use super::committer::Committer;
use super::error::StoreError;
use super::head::StoreHead;
use super::queue::{Acknowledgement, Job, StoreHandle};
use super::retention::Limits;
use crate::waker::Waker;

/// Jobs in one transaction at most: far more than gather during a commit, and few enough for a short transaction.
const MAX_BATCH: usize = 512;

/// The pause after a failed commit before its records of replies are tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// The time between two checks of the database's files while nothing is written.
const FILE_CHECK: Duration = Duration::from_secs(1);

/// An open database with its writer's thread. Dropping it commits the queued jobs and joins the thread.
#[derive(Debug)]
pub struct Store {
    // Dropped first: without senders the queue ends, and with it the thread.
    handle: StoreHandle,
    _thread: WriterThread,
}

/// The writer's thread; dropping this joins it.
#[derive(Debug)]
struct WriterThread(Option<JoinHandle<()>>);

impl Store {
    /// Opens the database, or makes it where it is missing, brings it to the latest schema, and starts the writer.
    /// Each commit is published to `head` first, then to `waker`.
    pub fn open(path: &Path, limits: Limits, head: watch::Sender<StoreHead>, waker: Waker) -> Result<Self, StoreError> {
        let committer = Committer::open(path, limits)?;
        let (handle, queue) = StoreHandle::new();
        head.send_replace(committer.head());
        let failed = |error| StoreError::Thread(Arc::new(error));
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(failed)?;
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&clock, queue, committer, &head, &waker))
            .map_err(failed)?;
        Ok(Self { handle, _thread: WriterThread(Some(thread)) })
    }

    /// A handle that sends jobs to the writer.
    pub fn handle(&self) -> StoreHandle {
        self.handle.clone()
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            thread.join().ok();
        }
    }
}

fn run(
    clock: &Runtime,
    mut queue: mpsc::Receiver<Job>,
    mut committer: Committer,
    head: &watch::Sender<StoreHead>,
    waker: &Waker,
) {
    let mut jobs = Vec::with_capacity(MAX_BATCH);
    let mut open = true;
    let mut quiet = Instant::now();
    while open {
        jobs.extend(committer.take_unwritten());
        if jobs.is_empty() {
            let wait = committer.wait_for_chores().saturating_sub(quiet.elapsed());
            let next = queue.recv_many(&mut jobs, MAX_BATCH);
            match clock.block_on(async { tokio::time::timeout(wait.min(FILE_CHECK), next).await }) {
                Ok(received) => open = received > 0,
                Err(_quiet) => {
                    let mut changed = committer.check_files();
                    if wait <= FILE_CHECK {
                        changed |= committer.do_chore();
                        quiet = Instant::now();
                    }
                    if changed {
                        head.send_replace(committer.head());
                        waker.wake();
                    }
                    continue;
                }
            }
        } else {
            std::thread::park_timeout(RETRY_PAUSE);
            open = take_all(&mut queue, &mut jobs);
        }
        quiet = Instant::now();
        let acknowledgements = committer.commit(jobs.drain(..));
        // The head first: a sender that has its acknowledgement must find the capture there.
        head.send_replace(committer.head());
        waker.wake();
        acknowledgements.into_iter().for_each(Acknowledgement::send);
    }
    if let Err(error) = committer.close() {
        tracing::warn!("{error}");
    }
}

/// Takes the queued jobs without waiting. `false`: the queue has ended.
fn take_all(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) -> bool {
    loop {
        match queue.try_recv() {
            Ok(job) => jobs.push(job),
            Err(error) => return error == mpsc::error::TryRecvError::Empty,
        }
    }
}
