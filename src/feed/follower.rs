//! One who follows over a connection that stays: its cursor, what comes next, and the end of those who read too slowly.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::item::Item;
use super::log::{EventLog, FollowerCount, LogState, Page, PageLimit, Subscription};
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Events that may wait for one follower; beyond that it is closed, and goes on by its cursor.
pub(super) const MOST_WAITING: usize = 1_024;

/// The time within which a connection has to take something, or nobody is at its other end.
const WRITE_PATIENCE: Duration = Duration::from_secs(45);

/// Events and bytes that are taken from the log at a time.
const PAGE: PageLimit = PageLimit { items: 64, bytes: 1 << 20 };

/// Pause after the database could not be read.
const AGAIN: Duration = Duration::from_millis(500);

/// A follower, counted until it is dropped.
#[derive(Debug)]
pub(super) struct Follower {
    log: Arc<EventLog>,
    wanted: Subscription,
    state: watch::Receiver<LogState>,
    epoch: u64,
    /// Events that it still gets; `None`: no limit.
    left: Option<usize>,
    /// It had everything once: from then on, what waits for it counts.
    is_live: bool,
    _count: FollowerCount,
}

/// A follower is closed: more waits for it than may, or its connection takes nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooSlow;

impl Follower {
    /// Begins to follow as asked; `default`: from now on.
    pub(super) async fn begin(log: &Arc<EventLog>, asked: &Parameters) -> Result<Self, Refusal> {
        let count = FollowerCount::of(log, asked.early);
        let state = log.refresh().await?;
        let wanted = subscription(asked, &state)?;
        let epoch = state.epoch;
        let state = log.state.subscribe();
        Ok(Self { log: Arc::clone(log), wanted, state, epoch, left: asked.limit, is_live: false, _count: count })
    }

    /// Tells whether its events come before their answers.
    pub(super) fn is_early(&self) -> bool {
        self.wanted.early
    }

    /// Begins anew, after another event or with another filter.
    pub(super) async fn begin_anew(
        &mut self,
        after: Option<i64>,
        filter: Option<crate::filter::Filter>,
    ) -> Result<(), Refusal> {
        if let Some(after) = after {
            refuse_future(after, self.log.refresh().await?.newest)?;
            self.wanted.after = after;
        }
        if let Some(filter) = filter {
            self.wanted.filter = Arc::new(filter);
        }
        self.is_live = false;
        Ok(())
    }

    /// Waits for the next events; empty at the end. Cancelled, nothing is lost.
    pub(super) async fn next(&mut self) -> Vec<Arc<Item>> {
        loop {
            let now = self.state.borrow_and_update().clone();
            if self.left == Some(0) || now.epoch != self.epoch {
                return Vec::new();
            }
            let limit = PageLimit { items: self.left.map_or(PAGE.items, |left| left.min(PAGE.items)), ..PAGE };
            match self.log.page(&self.wanted, limit).await {
                Ok(Page { items, next, is_current }) => {
                    self.wanted.after = next;
                    self.is_live |= is_current;
                    self.left = self.left.map(|left| left - items.len());
                    if !items.is_empty() {
                        return items;
                    }
                    if !is_current {
                        continue;
                    }
                }
                // It may come back: the cursor stays where it is.
                Err(_unavailable) if !now.is_over => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(_closing) => {}
            }
            if now.is_over || self.state.changed().await.is_err() {
                return Vec::new();
            }
        }
    }

    /// Waits until the connection has taken something, unless too much waits meanwhile.
    pub(super) async fn write<T>(&mut self, write: impl Future<Output = T>) -> Result<T, TooSlow> {
        let mut write = pin!(write);
        let mut patience = pin!(tokio::time::sleep(WRITE_PATIENCE));
        // Who catches up is behind by nature: then only what arrives during this write waits.
        let mut from =
            if self.is_live { self.wanted.after } else { self.state.borrow().position.max(self.wanted.after) };
        let mut waiting = 0;
        loop {
            tokio::select! {
                biased;
                written = &mut write => return Ok(written),
                () = &mut patience => return Err(TooSlow),
                changed = self.state.changed() => {
                    if changed.is_err() {
                        return Err(TooSlow);
                    }
                    let (more, upto) = self.log.count_waiting(&self.wanted, from, MOST_WAITING);
                    (waiting, from) = (waiting + more, upto);
                    if waiting > MOST_WAITING {
                        return Err(TooSlow);
                    }
                }
            }
        }
    }
}

/// The place and wishes that parameters ask for.
pub(super) fn subscription(asked: &Parameters, state: &LogState) -> Result<Subscription, Refusal> {
    let now = if asked.early { state.newest } else { state.position };
    if let Some(after) = asked.after {
        refuse_future(after, state.newest)?;
    }
    Ok(Subscription { after: asked.after.unwrap_or(now), filter: Arc::new(asked.filter.clone()), early: asked.early })
}

/// Refuses a cursor that no event has given yet.
fn refuse_future(after: i64, newest: i64) -> Result<(), Refusal> {
    if after <= newest {
        return Ok(());
    }
    Err(Refusal::mistake(format!(
        "after={after} is a cursor from the future: the newest event is {newest}; was the database replaced? Begin with \
         after=0, or without it from now on"
    )))
}
