//! The one writer: a thread, a bounded queue, and group commit.

use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};

use super::batch::Batches;
use super::{Limits, Retention, StoreError};
use crate::capture::{Capture, CaptureId, Placement, Reply};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// How many jobs may wait. Beyond that the senders wait, each within its own budget.
const QUEUE: usize = 1024;

/// How many jobs one transaction takes: far beyond what gathers during a commit, and small enough to stay short.
const MAX_BATCH: usize = 512;

/// After a failed commit, the records of answers in it are tried again after this long.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// How often to look whether the files are still there, while nothing is written.
const LOOK: Duration = Duration::from_secs(1);

/// Something to be written.
pub(super) enum Job {
    Insert {
        capture: Box<Capture>,
        done: oneshot::Sender<Result<Placement, StoreError>>,
    },
    Reply {
        id: CaptureId,
        reply: Box<Reply>,
    },
    /// A person is crafting its answer; ends with the record of the answer.
    Hold {
        id: CaptureId,
        until: Timestamp,
    },
    /// Keep within these limits from now on.
    Keep(Retention),
}

/// How far the database has come; the latest is all that matters of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreHead {
    /// Goes up with every commit that this process or, once noticed, another one made.
    pub revision: u64,
    /// The newest capture.
    pub last_id: i64,
    /// The newest capture that was there when the database was opened, or another one in its place.
    pub opened_at: i64,
    /// The oldest capture of this run that has not been answered yet; what is older will not change any more.
    pub oldest_open: Option<i64>,
    /// Why the last commit failed, if it did.
    pub trouble: Option<UserError>,
    /// What somebody has done to the database's files lately, and how it went on.
    pub change: Option<UserError>,
    /// How many bytes of unverified requests are kept.
    pub unverified_bytes: u64,
    /// How many unverified requests have had to go to stay within the limit, since the database was made.
    pub unverified_dropped: u64,
}

/// The way in for whoever has something to write.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    jobs: mpsc::Sender<Job>,
}

impl StoreHandle {
    /// Queues a capture, waiting for room where there is none. What is queued is written, awaited or not.
    pub async fn queue(&self, capture: Capture) -> Result<Ticket, StoreError> {
        let (done, answered) = oneshot::channel();
        let job = Job::Insert { capture: Box::new(capture), done };
        self.jobs.send(job).await.map_err(|_closed| StoreError::Closing)?;
        Ok(Ticket(answered))
    }

    /// Writes a capture, and returns once it is on disk.
    pub async fn insert(&self, capture: Capture) -> Result<Placement, StoreError> {
        self.queue(capture).await?.await
    }

    /// Queues what was answered, without waiting where there is room.
    /// To be called within a tokio runtime.
    pub fn record_reply(&self, id: CaptureId, reply: Reply) {
        self.send(Job::Reply { id, reply: Box::new(reply) });
    }

    /// Queues that a person is crafting the answer, which ends with its record or at that time.
    /// To be called within a tokio runtime.
    pub fn record_held(&self, id: CaptureId, until: Timestamp) {
        self.send(Job::Hold { id, until });
    }

    /// Queues that the oldest events go, from now on, that are beyond these limits.
    /// To be called within a tokio runtime.
    pub fn keep(&self, retention: Retention) {
        self.send(Job::Keep(retention));
    }

    fn send(&self, job: Job) {
        let Err(mpsc::error::TrySendError::Full(job)) = self.jobs.try_send(job) else { return };
        let jobs = self.jobs.clone();
        tokio::spawn(async move { jobs.send(job).await.ok() });
    }
}

/// A capture that is queued; resolves once it is on disk, or cannot be.
#[derive(Debug)]
pub struct Ticket(oneshot::Receiver<Result<Placement, StoreError>>);

impl Future for Ticket {
    type Output = Result<Placement, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(StoreError::Closing)))
    }
}

/// The writer's thread. Dropping it lets the queue run out, commits, and joins.
#[derive(Debug)]
pub(super) struct Writer {
    handle: Option<StoreHandle>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        path: &Path,
        limits: Limits,
        head: watch::Sender<StoreHead>,
        waker: Waker,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let batches = Batches::new(connection, path, limits)?;
        head.send_replace(batches.head());
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(StoreError::Thread)?;
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&clock, queue, batches, &head, &waker))
            .map_err(StoreError::Thread)?;
        Ok(Self { handle: Some(StoreHandle { jobs }), thread: Some(thread) })
    }

    pub(super) fn handle(&self) -> StoreHandle {
        self.handle.clone().expect("the handle is there until the writer is dropped")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without senders the queue ends, and with it the thread.
        self.handle = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn run(
    clock: &Runtime,
    mut queue: mpsc::Receiver<Job>,
    mut batches: Batches,
    head: &watch::Sender<StoreHead>,
    waker: &Waker,
) {
    let mut jobs = Vec::with_capacity(MAX_BATCH);
    let mut open = true;
    let mut quiet = Instant::now();
    while open {
        jobs.extend(batches.take_unwritten());
        if jobs.is_empty() {
            let wait = batches.wait_for_chores().saturating_sub(quiet.elapsed());
            let next = queue.recv_many(&mut jobs, MAX_BATCH);
            match clock.block_on(async { tokio::time::timeout(wait.min(LOOK), next).await }) {
                Ok(received) => open = received > 0,
                Err(_quiet) => {
                    let mut news = batches.look();
                    if wait <= LOOK {
                        news |= batches.do_chore();
                        quiet = Instant::now();
                    }
                    if news {
                        head.send_replace(batches.head());
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
        let answers = batches.commit(jobs.drain(..));
        // The head goes first: whoever hears of a capture must find it there.
        head.send_replace(batches.head());
        waker.wake();
        for answer in answers {
            // Nobody waits any more where the sender's budget ran out.
            answer.done.send(answer.result).ok();
        }
    }
    if let Err(error) = batches.close() {
        tracing::warn!("{error}");
    }
}

/// Takes what is queued without waiting. `false`: there will be no more.
fn take_all(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) -> bool {
    loop {
        match queue.try_recv() {
            Ok(job) => jobs.push(job),
            Err(error) => return error == mpsc::error::TryRecvError::Empty,
        }
    }
}

/// An answer that is due once the commit is done.
pub(super) struct Answer {
    pub(super) done: oneshot::Sender<Result<Placement, StoreError>>,
    pub(super) result: Result<Placement, StoreError>,
}
