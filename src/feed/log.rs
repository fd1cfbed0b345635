//! The events in order, as every way of following reads them: the latest from memory, older ones from the database.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::history::HistoryRequest;
use super::item::Item;
use super::refusal::Refusal;
use super::tail::{Slice, Tail};
use crate::filter::Filter;
use crate::texts::Language;

/// The time within which the thread that reads answers, on any machine that is alive.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

/// Events that are taken from memory at a time, so that the lock is held for microseconds.
const SLICE: usize = 256;

/// Requests for older events that may wait.
pub(super) const HISTORY_QUEUE: usize = 64;

/// A follower's place and wishes: the same under all ways of following.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    /// The cursor: the number of the last event that was given out or left out.
    pub(super) after: i64,
    pub(super) filter: Arc<Filter>,
    /// Events as soon as they are stored, without their replies.
    pub(super) early: bool,
}

/// The most that a page holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLimit {
    pub(super) items: usize,
    /// Beyond this the page ends, after one event at least.
    pub(super) bytes: usize,
}

/// Events that match, in order.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) items: Vec<Arc<Item>>,
    /// The cursor behind the page.
    pub(super) next: i64,
    /// Nothing is behind the page.
    pub(super) is_current: bool,
}

/// The state of the log, of which the latest counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LogState {
    /// Everything up to this number is settled.
    pub(super) position: i64,
    /// The newest event that is stored.
    pub(super) newest: i64,
    /// Goes up when the database was replaced by one whose numbers begin anew: cursors mean nothing any more.
    pub(super) epoch: u64,
    /// The reason that the database cannot be read.
    pub(super) trouble: Option<Arc<str>>,
    /// Nothing will be added: the feed is closing.
    pub(super) is_over: bool,
}

/// The log, shared by the thread that fills it and all that read it.
#[derive(Debug)]
pub(super) struct EventLog {
    tail: RwLock<Tail>,
    pub(super) state: watch::Sender<LogState>,
    /// Counts the requests to look at the database.
    pub(super) asked: watch::Sender<u64>,
    /// The request up to which that was done.
    pub(super) looked: watch::Sender<u64>,
    /// The language of diagnoses.
    pub(super) language: watch::Sender<Language>,
    history: mpsc::Sender<HistoryRequest>,
    followers: AtomicUsize,
    early_followers: AtomicUsize,
}

impl EventLog {
    /// An empty log, and the queue of requests for older events.
    pub(super) fn new(language: Language) -> (Arc<Self>, mpsc::Receiver<HistoryRequest>) {
        let (history, requests) = mpsc::channel(HISTORY_QUEUE);
        let log = Self {
            tail: RwLock::default(),
            state: watch::Sender::default(),
            asked: watch::Sender::default(),
            looked: watch::Sender::default(),
            language: watch::Sender::new(language),
            history,
            followers: AtomicUsize::new(0),
            early_followers: AtomicUsize::new(0),
        };
        (Arc::new(log), requests)
    }

    /// Has the database looked at, so that everything that was committed before is in the log.
    pub(super) async fn refresh(&self) -> Result<LogState, Refusal> {
        let mut looked = self.looked.subscribe();
        let mut number = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            number = *asked;
        });
        let done = looked.wait_for(|looked| *looked >= number);
        let is_done = matches!(tokio::time::timeout(LOOK_PATIENCE, done).await, Ok(Ok(_)));
        let state = self.state.borrow().clone();
        match &state.trouble {
            Some(trouble) => Err(Refusal::unavailable(trouble)),
            None if !is_done => Err(Refusal::unavailable("the database did not answer within 5 s; try again")),
            None => Ok(state),
        }
    }

    /// The next events after a cursor. Cancelled, nothing is lost: the cursor is the caller's.
    pub(super) async fn page(&self, wanted: &Subscription, limit: PageLimit) -> Result<Page, Refusal> {
        let mut page = Page { next: wanted.after, ..Page::default() };
        let mut bytes = 0;
        loop {
            // Two statements: filters are evaluated without the lock.
            let Some(Slice { items, end }) = self.read().after(page.next, wanted.early, SLICE) else { break };
            for item in items {
                page.next = item.id();
                if item.matches(&wanted.filter, wanted.early) {
                    bytes += item.size();
                    page.items.push(item);
                    if page.items.len() >= limit.items || bytes >= limit.bytes {
                        return Ok(page);
                    }
                }
            }
            if let Some(end) = end {
                page.next = end;
                page.is_current = true;
                return Ok(page);
            }
        }
        if !page.items.is_empty() {
            // Meanwhile the rest has gone from memory: it comes with the next page.
            return Ok(page);
        }
        let (reply, answered) = oneshot::channel();
        let (wanted, upto) = (Subscription { after: page.next, ..wanted.clone() }, self.read().from());
        self.ask_history(HistoryRequest::Page { wanted, upto, limit, reply }, answered).await
    }

    /// One event, settled or not.
    pub(super) async fn event(&self, id: i64) -> Result<Option<Bytes>, Refusal> {
        let (reply, answered) = oneshot::channel();
        self.ask_history(HistoryRequest::Event { id, reply }, answered).await
    }

    async fn ask_history<T>(
        &self,
        request: HistoryRequest,
        answered: oneshot::Receiver<Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let closing = || Refusal::unavailable("the feed is closing");
        self.history.send(request).await.map_err(|_closed| closing())?;
        answered.await.map_err(|_closed| closing())?
    }

    /// The number of events after `from` that match, counted up to `most`, and the cursor behind those that were counted.
    /// Those that are no longer in memory do not count.
    pub(super) fn count_waiting(&self, wanted: &Subscription, from: i64, most: usize) -> (usize, i64) {
        let (mut cursor, mut count) = (from, 0);
        loop {
            let slice = {
                let tail = self.read();
                cursor = cursor.max(tail.from());
                tail.after(cursor, wanted.early, SLICE)
            };
            let Some(Slice { items, end }) = slice else { return (count, cursor) };
            count += items.iter().filter(|item| item.matches(&wanted.filter, wanted.early)).count();
            cursor = items.last().map_or(cursor, |item| item.id());
            if end.is_some() || count > most {
                return (count, cursor);
            }
        }
    }

    /// The tail, to read from for a moment.
    fn read(&self) -> RwLockReadGuard<'_, Tail> {
        self.tail.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tail, for the one thread that fills it.
    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Tail> {
        self.tail.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of those who follow.
    pub(super) fn followers(&self) -> usize {
        self.followers.load(Ordering::Relaxed)
    }

    /// Tells whether anybody wants events before their answers.
    pub(super) fn is_followed_early(&self) -> bool {
        self.early_followers.load(Ordering::Relaxed) > 0
    }
}

/// A follower's count in the log, until it is dropped.
#[derive(Debug)]
pub(super) struct FollowerCount {
    log: Arc<EventLog>,
    early: bool,
}

impl FollowerCount {
    /// Counts a follower, and has the database looked at from now on.
    pub(super) fn of(log: &Arc<EventLog>, early: bool) -> Self {
        log.followers.fetch_add(1, Ordering::Relaxed);
        log.early_followers.fetch_add(early.into(), Ordering::Relaxed);
        Self { log: Arc::clone(log), early }
    }
}

impl Drop for FollowerCount {
    fn drop(&mut self) {
        self.log.followers.fetch_sub(1, Ordering::Relaxed);
        self.log.early_followers.fetch_sub(self.early.into(), Ordering::Relaxed);
    }
}
