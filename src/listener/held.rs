//! Pushes that wait for a person's reply.
//!
//! ```text
//!             hold()                    resolve()
//! stored ───────────────► held ─────────────────────► the person's reply
//!                          ├── deadline ────────────► the default; the retry instead, while the person is typing
//!                          ├── switch turned off ───► the default
//!                          ├── client hangs up ─────► forgotten
//!                          └── let WeChat retry ────► awaited ── next attempt ──► held again, or answered at once
//! ```
//! [`HoldGuard`] removes its entry in `Drop`, so that a push whose handler has ended is no longer offered to anybody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use crate::capture::{CaptureId, Placement};
use crate::filter::{Filter, Subject};
use crate::waker::Waker;
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

/// The time after which an awaited retry is given up: WeChat closes after 5 s and posts again at once.
const RETRY_PATIENCE: Duration = Duration::from_secs(20);

/// The attempts that WeChat makes in all.
const MOST_ATTEMPTS: u32 = 3;

/// A person's reply to a held push.
#[derive(Clone, Debug, PartialEq)]
pub struct ManualReply {
    /// The reply, which is addressed and encrypted when it is sent.
    pub reply: PassiveReply,
    /// The fault to inject, if any.
    pub fault: Option<Fault>,
}

/// A person's decision on a held push.
#[derive(Clone, Debug, PartialEq)]
pub enum HeldDecision {
    /// Answers with this reply.
    Send(ManualReply),
    /// Answers with the default.
    Default,
    /// Leaves this attempt unanswered, so that the next one gives more time.
    LetRetry,
}

/// A push that waits for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPush {
    pub placement: Placement,
    /// The time of its first byte.
    pub began: Instant,
    /// The time at which the default is answered.
    pub deadline: Instant,
}

/// An event whose next attempt is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwaitedRetry {
    /// The number of the event's first attempt.
    pub group: CaptureId,
    /// The time at which the retry is given up.
    pub until: Instant,
    /// True if a reply is ready to go out at once.
    pub is_prepared: bool,
}

/// A snapshot of the held pushes and the awaited retries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeldView {
    /// The filter of pushes to hold. `None`: only rules hold pushes.
    pub switch: Option<Arc<Filter>>,
    /// The pushes that wait, by number.
    pub waiting: Arc<[HeldPush]>,
    /// The events whose retry is awaited, by the number of their first attempt.
    pub awaited: Arc<[AwaitedRetry]>,
}

/// The pushes that wait for a person. Clones share them.
#[derive(Clone, Debug)]
pub struct HeldPushes {
    /// Shared by the handlers and the person's commands; locked for operations on the maps, never across an await.
    state: Arc<Mutex<State>>,
    view: watch::Sender<HeldView>,
    waker: Waker,
}

#[derive(Debug, Default)]
struct State {
    switch: Option<Arc<Filter>>,
    /// True while the listener stops: nothing is held any more.
    closed: bool,
    /// By a push's own number.
    waiting: BTreeMap<CaptureId, WaitingPush>,
    /// By the number of an event's first attempt: when the retry is given up, and the reply prepared for it.
    awaited: BTreeMap<CaptureId, (Instant, Option<ManualReply>)>,
}

/// A push that waits, and the way to its handler.
#[derive(Debug)]
struct WaitingPush {
    push: HeldPush,
    sender: oneshot::Sender<HeldDecision>,
    /// At its deadline the attempt is left unanswered, instead of being answered with the default.
    is_to_retry: bool,
}

/// The outcome of an attempt to hold a push.
#[derive(Debug)]
pub(super) enum HoldOutcome {
    /// The push is not to be held.
    No,
    /// A reply to this retry was prepared.
    Prepared(ManualReply),
    Waits(HoldGuard),
}

impl HeldPushes {
    /// Holds nothing until the switch is on or a rule says so.
    pub fn new(waker: Waker) -> Self {
        Self { state: Arc::default(), view: watch::Sender::default(), waker }
    }

    /// The current snapshot, and a notice of each change.
    pub fn view(&self) -> watch::Receiver<HeldView> {
        self.view.subscribe()
    }

    /// Holds the pushes that match from now on; `None` turns the switch off and answers all that wait with the default.
    pub fn switch(&self, filter: Option<Filter>) {
        let mut state = self.lock();
        state.switch = filter.map(Arc::new);
        if state.switch.is_none() {
            state.release_all();
        }
        self.publish(&state);
    }

    /// Answers all that wait with the default; later pushes are held as before.
    pub fn release_all(&self) {
        let mut state = self.lock();
        state.release_all();
        self.publish(&state);
    }

    /// Carries out a person's decision; `false` if the push neither waits nor has an awaited retry.
    ///
    /// `push_or_group` is the push's own number while it waits. Once its retry is awaited it is the number of the event's first
    /// attempt, [`AwaitedRetry::group`]: a reply is kept for that retry then, and the default ends the waiting.
    pub fn resolve(&self, push_or_group: CaptureId, decision: HeldDecision) -> bool {
        let mut state = self.lock();
        let resolved = match state.waiting.remove(&push_or_group) {
            Some(WaitingPush { push, sender, .. }) => {
                if decision == HeldDecision::LetRetry {
                    state.await_retry(&push);
                }
                sender.send(decision).is_ok()
            }
            None => state.prepare(push_or_group, decision),
        };
        self.publish(&state);
        resolved
    }

    /// Says what becomes of a push at its deadline: left unanswered, so that WeChat sends it again, or the default. Somebody is
    /// still writing its reply in the first case. The last attempt is answered in any case.
    pub fn retry_at_deadline(&self, id: CaptureId, is_to_retry: bool) {
        if let Some(waiting) = self.lock().waiting.get_mut(&id) {
            waiting.is_to_retry = is_to_retry && waiting.push.placement.attempt < MOST_ATTEMPTS;
        }
    }

    /// The decision on a push whose deadline has come.
    pub(super) fn expire(&self, id: CaptureId) -> HeldDecision {
        let mut state = self.lock();
        let Some(WaitingPush { push, is_to_retry: true, .. }) = state.waiting.get(&id) else {
            return HeldDecision::Default;
        };
        let push = *push;
        state.waiting.remove(&id);
        state.await_retry(&push);
        self.publish(&state);
        HeldDecision::LetRetry
    }

    /// Tells whether no push could be held by the switch or as an awaited retry.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.switch.is_none() && state.awaited.is_empty()
    }

    /// Holds a push that matches the switch's filter, or whose retry is awaited.
    pub(super) fn hold(&self, subject: &Subject<'_>, push: HeldPush) -> HoldOutcome {
        // The filter may take a while, so it runs without the lock; under the lock only the switch is checked again.
        let switch = self.lock().switch.clone();
        let wanted = switch.is_some_and(|filter| filter.expr.holds(subject));
        let mut state = self.lock();
        state.forget_late();
        if let Some((_, prepared)) = state.awaited.remove(&push.placement.group) {
            return match prepared {
                Some(reply) => {
                    self.publish(&state);
                    HoldOutcome::Prepared(reply)
                }
                None => self.insert(&mut state, push),
            };
        }
        if wanted && state.switch.is_some() { self.insert(&mut state, push) } else { HoldOutcome::No }
    }

    /// Holds a push because a rule says so.
    pub(super) fn hold_by_rule(&self, push: HeldPush) -> HoldOutcome {
        self.insert(&mut self.lock(), push)
    }

    /// Stops or resumes holding with the listener. Stopping answers all that wait with the default.
    pub(super) fn close(&self, closed: bool) {
        let mut state = self.lock();
        state.closed = closed;
        if closed {
            state.release_all();
        }
        self.publish(&state);
    }

    fn insert(&self, state: &mut State, push: HeldPush) -> HoldOutcome {
        if state.closed {
            return HoldOutcome::No;
        }
        let (sender, decision) = oneshot::channel();
        state.waiting.insert(push.placement.id, WaitingPush { push, sender, is_to_retry: false });
        self.publish(state);
        HoldOutcome::Waits(HoldGuard { held: self.clone(), id: push.placement.id, decision })
    }

    fn forget(&self, id: CaptureId) {
        let mut state = self.lock();
        if state.waiting.remove(&id).is_some() {
            self.publish(&state);
        }
    }

    /// Sends the snapshot. Called under the lock, so that the last one sent is the true one.
    fn publish(&self, state: &State) {
        let awaited = state.awaited.iter().map(|(group, (until, prepared))| AwaitedRetry {
            group: *group,
            until: *until,
            is_prepared: prepared.is_some(),
        });
        self.view.send_replace(HeldView {
            switch: state.switch.clone(),
            waiting: state.waiting.values().map(|waiting| waiting.push).collect(),
            awaited: awaited.collect(),
        });
        self.waker.wake();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn release_all(&mut self) {
        self.awaited.clear();
        for (_, waiting) in std::mem::take(&mut self.waiting) {
            // A client that hung up meanwhile has dropped its receiver.
            waiting.sender.send(HeldDecision::Default).ok();
        }
    }

    fn await_retry(&mut self, push: &HeldPush) {
        self.awaited.insert(push.placement.group, (push.began + RETRY_PATIENCE, None));
    }

    /// Keeps a reply for an awaited retry; the default ends the waiting.
    fn prepare(&mut self, group: CaptureId, decision: HeldDecision) -> bool {
        match (self.awaited.get_mut(&group), decision) {
            (Some((_, prepared)), HeldDecision::Send(reply)) => *prepared = Some(reply),
            (Some(_), HeldDecision::Default) => drop(self.awaited.remove(&group)),
            (Some(_), HeldDecision::LetRetry) => {}
            (None, _) => return false,
        }
        true
    }

    fn forget_late(&mut self) {
        let now = Instant::now();
        self.awaited.retain(|_, (until, _)| *until > now);
    }
}

/// The guard of a held push: resolves to the person's decision; dropping it takes the push off the list.
#[derive(Debug)]
pub(super) struct HoldGuard {
    held: HeldPushes,
    id: CaptureId,
    decision: oneshot::Receiver<HeldDecision>,
}

impl HoldGuard {
    /// The person's decision. To be raced against the deadline and against the client's hanging up.
    pub(super) async fn decision(&mut self) -> HeldDecision {
        (&mut self.decision).await.unwrap_or(HeldDecision::Default)
    }
}

impl Drop for HoldGuard {
    fn drop(&mut self) {
        self.held.forget(self.id);
    }
}

#[cfg(test)]
mod tests;
