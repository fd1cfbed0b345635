//! Pushes whose answer a person is crafting, at this moment.
//!
//! ```text
//!             hold()                    resolve()
//! stored ───────────────► held ─────────────────────► answered by hand
//!                          ├── deadline ────────────► the default
//!                          ├── holding switched off ► the default
//!                          ├── client hangs up ─────► forgotten
//!                          └── let WeChat retry ────► awaited ── next attempt ──► held again, or answered at once
//! ```
//! The guard [`HoldGuard`] removes its entry in `Drop`: whatever becomes of the handler, nothing is offered that is over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use crate::capture::{CaptureId, Placement};
use crate::filter::{Filter, Subject};
use crate::waker::Waker;
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

/// A retry that has not come after this long does not come: WeChat closes after 5 s and posts again at once.
const RETRY_PATIENCE: Duration = Duration::from_secs(20);

/// ReplyContent a person answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ManualReply {
    /// The reply, addressed and sealed when it is sent.
    pub reply: PassiveReply,
    /// How it is spoiled on purpose, if it is.
    pub fault: Option<Fault>,
}

/// ReplyContent becomes of a held push.
#[derive(Clone, Debug, PartialEq)]
pub enum HeldDecision {
    /// This is answered.
    Send(ManualReply),
    /// The default is answered.
    Default,
    /// This attempt stays unanswered, so that the next one gives more time.
    LetRetry,
}

/// A push that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPush {
    /// Its number and its place among the attempts.
    pub placement: Placement,
    /// When its first byte came.
    pub began: Instant,
    /// When the default goes out.
    pub deadline: Instant,
}

/// An event whose next attempt is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwaitedRetry {
    /// The number of the event's first attempt.
    pub group: CaptureId,
    /// When it is given up.
    pub until: Instant,
    /// Whether the answer is ready and goes out at once.
    pub is_prepared: bool,
}

/// All that is held, as it stands; the latest is all that matters of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeldView {
    /// ReplyContent is held: the pushes that match. `None`: holding is off, but for rules.
    pub switch: Option<Arc<Filter>>,
    /// Those that wait, by number.
    pub waiting: Arc<[HeldPush]>,
    /// Those whose retry is waited for, by number.
    pub awaited: Arc<[AwaitedRetry]>,
}

/// The pushes that are held. Clones share them.
#[derive(Clone, Debug)]
pub struct HeldPushes {
    /// The handlers and the person's commands; held for operations on the maps, never across an await.
    state: Arc<Mutex<State>>,
    view: watch::Sender<HeldView>,
    waker: Waker,
}

#[derive(Debug, Default)]
struct State {
    switch: Option<Arc<Filter>>,
    /// The listener stops: nothing is held any more.
    closed: bool,
    waiting: BTreeMap<CaptureId, (HeldPush, oneshot::Sender<HeldDecision>)>,
    awaited: BTreeMap<CaptureId, (Instant, Option<ManualReply>)>,
}

/// ReplyContent holding a push comes to.
#[derive(Debug)]
pub(super) enum HoldOutcome {
    /// It is not to be held.
    No,
    /// The answer to this retry was ready.
    Prepared(ManualReply),
    /// It waits.
    Waits(HoldGuard),
}

impl HeldPushes {
    /// Nothing is held, and nothing will be until the switch is on or a rule says so.
    pub fn new(waker: Waker) -> Self {
        Self { state: Arc::default(), view: watch::Sender::default(), waker }
    }

    /// All that is held, as it stands.
    pub fn view(&self) -> watch::Receiver<HeldView> {
        self.view.subscribe()
    }

    /// Holds what matches from now on; `None` switches holding off, which releases everything with the default.
    pub fn switch(&self, filter: Option<Filter>) {
        let mut state = self.lock();
        state.switch = filter.map(Arc::new);
        if state.switch.is_none() {
            state.release_all();
        }
        self.publish(&state);
    }

    /// Releases everything with the default; what comes next is held as before.
    pub fn release_all(&self) {
        let mut state = self.lock();
        state.release_all();
        self.publish(&state);
    }

    /// Decides a held push. `false`: it is not held any more. An answer to a retry that is waited for is kept for it.
    pub fn resolve(&self, id: CaptureId, verdict: HeldDecision) -> bool {
        let mut state = self.lock();
        let resolved = match state.waiting.remove(&id) {
            Some((push, answer)) => {
                if verdict == HeldDecision::LetRetry {
                    let until = push.began + RETRY_PATIENCE;
                    state.awaited.insert(push.placement.group, (until, None));
                }
                answer.send(verdict).is_ok()
            }
            None => state.prepare(id, verdict),
        };
        self.publish(&state);
        resolved
    }

    /// Whether anything has to be asked of this before a push is answered.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.switch.is_none() && state.awaited.is_empty()
    }

    /// Holds a push if a person wants that: by the switch, or since its retry is waited for.
    pub(super) fn hold(&self, subject: &Subject<'_>, push: HeldPush) -> HoldOutcome {
        // The search may take a while: not under the lock. Whether the switch is still on is looked at under it.
        let switch = self.lock().switch.clone();
        let wanted = switch.is_some_and(|filter| filter.expr.holds(subject));
        let mut state = self.lock();
        state.forget_late();
        if let Some((_, prepared)) = state.awaited.remove(&push.placement.group) {
            return match prepared {
                Some(crafted) => {
                    self.publish(&state);
                    HoldOutcome::Prepared(crafted)
                }
                None => self.insert(&mut state, push),
            };
        }
        if wanted && state.switch.is_some() { self.insert(&mut state, push) } else { HoldOutcome::No }
    }

    /// Holds a push since a rule says so.
    pub(super) fn hold_by_rule(&self, push: HeldPush) -> HoldOutcome {
        self.insert(&mut self.lock(), push)
    }

    /// The listener stops, or starts again. Stopping releases everything with the default.
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
        let (answer, verdict) = oneshot::channel();
        state.waiting.insert(push.placement.id, (push, answer));
        self.publish(state);
        HoldOutcome::Waits(HoldGuard { held: self.clone(), id: push.placement.id, verdict })
    }

    fn forget(&self, id: CaptureId) {
        let mut state = self.lock();
        if state.waiting.remove(&id).is_some() {
            self.publish(&state);
        }
    }

    /// To be called under the lock, so that the last view is the true one.
    fn publish(&self, state: &State) {
        let awaited = state.awaited.iter().map(|(group, (until, prepared))| AwaitedRetry {
            group: *group,
            until: *until,
            is_prepared: prepared.is_some(),
        });
        self.view.send_replace(HeldView {
            switch: state.switch.clone(),
            waiting: state.waiting.values().map(|(push, _)| *push).collect(),
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
        for (_, (_, answer)) in std::mem::take(&mut self.waiting) {
            // Whoever hung up meanwhile does not wait any more.
            answer.send(HeldDecision::Default).ok();
        }
    }

    /// Keeps an answer for the retry that is waited for; what is not an answer ends the waiting.
    fn prepare(&mut self, group: CaptureId, verdict: HeldDecision) -> bool {
        match (self.awaited.get_mut(&group), verdict) {
            (Some((_, prepared)), HeldDecision::Send(crafted)) => *prepared = Some(crafted),
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

/// A push that is held. Resolves to what a person decided; dropping it takes the push off the list.
#[derive(Debug)]
pub(super) struct HoldGuard {
    held: HeldPushes,
    id: CaptureId,
    verdict: oneshot::Receiver<HeldDecision>,
}

impl HoldGuard {
    /// ReplyContent a person decided. To be raced against the deadline and against the client's hanging up.
    pub(super) async fn verdict(&mut self) -> HeldDecision {
        (&mut self.verdict).await.unwrap_or(HeldDecision::Default)
    }
}

impl Drop for HoldGuard {
    fn drop(&mut self) {
        self.held.forget(self.id);
    }
}

#[cfg(test)]
mod tests;
