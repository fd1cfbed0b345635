//! The writer's queue: jobs, the handle that sends them, and the acknowledgements that come back.

use std::pin::Pin;
use std::task::{Context, Poll};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::error::StoreError;
use super::outbox::OutboxCursor;
use super::retention::Retention;
use super::team_events::{Received, TeamEvent};
use crate::capture::{Capture, CaptureId, Placement, Reply};

/// Jobs that may wait. Beyond that the senders wait, each within its own time budget.
const CAPACITY: usize = 1024;

/// A job for the writer.
pub(super) enum Job {
    Insert {
        capture: Box<Capture>,
        done: oneshot::Sender<Result<Placement, StoreError>>,
    },
    Reply {
        id: CaptureId,
        reply: Box<Reply>,
    },
    /// Marks a capture whose reply a person is editing; the mark ends with the record of the reply.
    Hold {
        id: CaptureId,
        until: Timestamp,
    },
    /// Stores events of the team.
    Receive {
        events: Vec<TeamEvent>,
        /// The stream that they came from, and how far that has been received.
        position: Option<(String, OutboxCursor)>,
        done: oneshot::Sender<Result<Vec<Received>, StoreError>>,
    },
    /// Records the desktop whose tap a capture is.
    Claim {
        id: CaptureId,
        desktop: String,
    },
    /// Applies these limits from now on.
    Keep(Retention),
}

/// The acknowledgement of a job, to be sent after the commit.
pub(super) enum Acknowledgement {
    Stored { done: oneshot::Sender<Result<Placement, StoreError>>, result: Result<Placement, StoreError> },
    Received { done: oneshot::Sender<Result<Vec<Received>, StoreError>>, result: Result<Vec<Received>, StoreError> },
}

impl Acknowledgement {
    /// Sends it. The receiver is gone where the sender's time budget ran out.
    pub(super) fn send(self) {
        match self {
            Self::Stored { done, result } => drop(done.send(result)),
            Self::Received { done, result } => drop(done.send(result)),
        }
    }
}

/// The sending side of the writer's queue.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    jobs: mpsc::Sender<Job>,
}

impl StoreHandle {
    pub(super) fn new() -> (Self, mpsc::Receiver<Job>) {
        let (jobs, queue) = mpsc::channel(CAPACITY);
        (Self { jobs }, queue)
    }

    /// Queues a capture, and waits while the queue is full. A queued capture is written, awaited or not.
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

    /// Stores events that a relay has captured, with how far their stream has been received, and returns once they are on
    /// disk.
    pub async fn receive(
        &self,
        events: Vec<TeamEvent>,
        position: Option<(String, OutboxCursor)>,
    ) -> Result<Vec<Received>, StoreError> {
        let (done, answered) = oneshot::channel();
        self.jobs.send(Job::Receive { events, position, done }).await.map_err(|_closed| StoreError::Closing)?;
        answered.await.unwrap_or(Err(StoreError::Closing))
    }

    /// Queues the name of the desktop whose tap a capture is. To be called within a tokio runtime.
    pub fn record_claim(&self, id: CaptureId, desktop: String) {
        self.send(Job::Claim { id, desktop });
    }

    /// Queues the reply to a capture. To be called within a tokio runtime.
    pub fn record_reply(&self, id: CaptureId, reply: Reply) {
        self.send(Job::Reply { id, reply: Box::new(reply) });
    }

    /// Queues a mark that a person is editing the reply, which ends with the record of the reply or at `until`.
    /// To be called within a tokio runtime.
    pub fn record_held(&self, id: CaptureId, until: Timestamp) {
        self.send(Job::Hold { id, until });
    }

    /// Queues new limits, beyond which the oldest events are deleted. To be called within a tokio runtime.
    pub fn keep(&self, retention: Retention) {
        self.send(Job::Keep(retention));
    }

    /// Queues a job without waiting; where the queue is full, a task waits instead.
    fn send(&self, job: Job) {
        let Err(mpsc::error::TrySendError::Full(job)) = self.jobs.try_send(job) else { return };
        let jobs = self.jobs.clone();
        tokio::spawn(async move { jobs.send(job).await.ok() });
    }
}

/// A queued capture; resolves once it is on disk, or its commit has failed.
#[derive(Debug)]
pub struct Ticket(oneshot::Receiver<Result<Placement, StoreError>>);

impl Future for Ticket {
    type Output = Result<Placement, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(StoreError::Closing)))
    }
}
