//! Manual replies: the held pushes, and a draft of a reply for each event that waits.
//!
//! A draft belongs to the event until it is sent or discarded: a retry continues with it, selecting another push keeps
//! it, and so does the end of its time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{
    AnswerTarget, AnsweringCommand, AwaitedRetry, Command, HeldDecision, HeldPush, HeldView, ManualReply, TeamStatus,
};
use crate::filter::Filter;
use crate::texts::user_error::UserError;
use crate::ui::look::Look;
use crate::ui::widgets::reply_editor::ReplyEditor;
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

mod panel;
mod unsent_reply;

pub(crate) use panel::answering_ui;
pub(crate) use unsent_reply::unsent_reply_ui;

/// Interval between two frames of a countdown.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Maximum number of attempts that WeChat makes.
const ATTEMPTS: u32 = 3;

/// State of manual replies: held pushes, awaited retries, and drafts.
#[derive(Debug, Default)]
pub(crate) struct ManualReplies {
    /// The pushes and retries as of the last update.
    view: HeldView,
    /// The retries in `view` that can still arrive.
    awaited: Vec<AwaitedRetry>,
    /// Drafts by the id of the event's first attempt.
    drafts: BTreeMap<CaptureId, ReplyDraft>,
    /// Held pushes that the user has decided; their end is not reported.
    decided: BTreeSet<CaptureId>,
    /// The event whose editor takes the focus when it is drawn.
    focus_request: Option<CaptureId>,
    /// Held pushes that the listener leaves unanswered at their deadline, since their reply is being written.
    to_retry: BTreeSet<CaptureId>,
    /// The team that is joined: it decides which events can be answered here.
    pub(crate) team: Option<Arc<TeamStatus>>,
}

/// Draft of a reply to an event.
#[derive(Debug)]
struct ReplyDraft {
    editor: ReplyEditor,
    fault: Option<Fault>,
    /// The reply that it began with.
    proposed: PassiveReply,
    /// The reply that was sent last, unless it came too late.
    sent: Option<PassiveReply>,
    /// True if it was begun for an event that does not wait.
    is_standalone: bool,
}

impl ReplyDraft {
    fn new(stored: &StoredCapture, look: &Look) -> Self {
        let proposed = ReplyEditor::draft_for(&stored.capture, look.language);
        let editor = ReplyEditor::new(proposed.clone());
        Self { editor, fault: None, proposed, sent: None, is_standalone: false }
    }

    /// Puts the caret into the first field. A proposal that nobody has touched is selected, so that typing replaces it.
    fn focus(&mut self) {
        if self.editor.reply() == self.proposed {
            self.editor.focus_selecting();
        } else {
            self.editor.focus();
        }
    }

    /// Returns true if it holds what a person has written and WeChat has not got.
    fn is_kept(&self) -> bool {
        let reply = self.editor.reply();
        let is_edited = self.is_standalone || reply != self.proposed || self.fault.is_some();
        is_edited && self.sent.as_ref() != Some(&reply)
    }
}

/// State of an event that waits for a manual reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Held(HeldPush),
    /// An attempt was left unanswered, and its retry is awaited.
    Awaited(AwaitedRetry),
}

/// Changes since the last update.
#[derive(Debug, Default)]
pub(crate) struct HeldChanges {
    pub(crate) arrived: Vec<HeldPush>,
    /// Notices about pushes and retries that ended without the user's decision.
    pub(crate) missed: Vec<UserError>,
}

impl ManualReplies {
    /// Takes over the current view. Of events that no longer wait, the drafts that were sent or never touched are dropped.
    pub(crate) fn update(&mut self, view: &HeldView, now: Instant) -> HeldChanges {
        let is_over = |retry: &AwaitedRetry| retry.until <= now;
        if *view == self.view && !self.awaited.iter().any(is_over) {
            return HeldChanges::default();
        }
        let before = std::mem::replace(&mut self.view, view.clone());
        let arrived = view.waiting.iter().filter(|push| !contains(&before, push.placement.id)).copied().collect();
        // Their retry is awaited: nothing is missed yet.
        let is_awaited = |push: &&HeldPush| view.awaited.iter().any(|retry| retry.group == push.placement.group);
        let gone: Vec<HeldPush> =
            before.waiting.iter().filter(|push| self.held(push.placement.id).is_none()).copied().collect();
        let gone: Vec<HeldPush> =
            gone.into_iter().filter(|push| !self.decided.remove(&push.placement.id) && !is_awaited(&push)).collect();
        let mut missed: Vec<UserError> = missed_pushes(&gone, now).into_iter().collect();
        missed.extend(self.awaited.iter().filter(|retry| is_over(retry)).map(no_retry));
        let expired: Vec<CaptureId> =
            self.awaited.iter().filter(|retry| is_over(retry)).map(|retry| retry.group).collect();
        self.awaited = view.awaited.iter().filter(|retry| !is_over(retry)).copied().collect();
        let mut drafts = std::mem::take(&mut self.drafts);
        for group in gone.iter().map(|push| push.placement.group).chain(expired) {
            if let Some(draft) = drafts.get_mut(&group) {
                draft.sent = None;
            }
        }
        drafts.retain(|group, draft| self.stage(*group).is_some() || draft.is_kept());
        self.drafts = drafts;
        HeldChanges { arrived, missed }
    }

    /// Commands that tell the listener which held pushes to leave unanswered at their deadline: those whose reply is being
    /// written, while the setting is on. None where it knows already.
    pub(crate) fn retry_commands(&mut self, is_on: bool) -> Vec<Command> {
        let is_written = |push: &&HeldPush| self.drafts.get(&push.placement.group).is_some_and(ReplyDraft::is_kept);
        let written = self.view.waiting.iter().filter(|push| is_on && push.placement.attempt < ATTEMPTS);
        let to_retry: BTreeSet<CaptureId> = written.filter(is_written).map(|push| push.placement.id).collect();
        let before = std::mem::replace(&mut self.to_retry, to_retry);
        let changed = before.symmetric_difference(&self.to_retry);
        let command = |push: &CaptureId| {
            AnsweringCommand::RetryAtDeadline { push: *push, is_to_retry: self.to_retry.contains(push) }.into()
        };
        changed.map(command).collect()
    }

    /// Tells whether the listener leaves this push unanswered at its deadline.
    pub(crate) fn is_to_retry(&self, id: CaptureId) -> bool {
        self.to_retry.contains(&id)
    }

    /// The filter of pushes to hold; `None` while holding is off.
    pub(crate) fn switch(&self) -> Option<&Arc<Filter>> {
        self.view.switch.as_ref()
    }

    /// Finds a held push by its id.
    pub(crate) fn held(&self, id: CaptureId) -> Option<&HeldPush> {
        let at = self.view.waiting.binary_search_by_key(&id, |push| push.placement.id).ok()?;
        self.view.waiting.get(at)
    }

    /// Number of held pushes.
    pub(crate) fn count(&self) -> usize {
        self.view.waiting.len()
    }

    /// The held push with the least time left.
    pub(crate) fn next(&self) -> Option<&HeldPush> {
        self.view.waiting.iter().min_by_key(|push| push.deadline)
    }

    /// The retries that can still arrive.
    pub(crate) fn awaited(&self) -> &[AwaitedRetry] {
        &self.awaited
    }

    /// State of an event by the id of its first attempt; `None` if it does not wait for a reply.
    pub(crate) fn stage(&self, group: CaptureId) -> Option<Stage> {
        let held = self.view.waiting.iter().find(|push| push.placement.group == group);
        let awaited = || self.awaited.iter().find(|retry| retry.group == group);
        held.copied().map(Stage::Held).or_else(|| awaited().copied().map(Stage::Awaited))
    }

    /// Returns true if a reply to this event has been begun.
    pub(crate) fn has_draft(&self, group: CaptureId) -> bool {
        self.drafts.contains_key(&group)
    }

    /// Returns true if a reply to a push that was held has not been sent.
    pub(crate) fn has_unsent(&self, group: CaptureId) -> bool {
        self.drafts.get(&group).is_some_and(|draft| !draft.is_standalone)
    }

    /// Focuses the editor of an event when it is drawn.
    pub(crate) fn request_focus(&mut self, group: CaptureId) {
        self.focus_request = Some(group);
    }

    /// Builds the command that sends an event's draft; `None` if there is no draft, or the event no longer waits.
    pub(crate) fn send(&mut self, group: CaptureId) -> Option<Command> {
        let draft = self.drafts.get_mut(&group)?;
        let reply = ManualReply { reply: draft.editor.reply(), fault: draft.fault };
        draft.sent = Some(reply.reply.clone());
        self.decide(group, HeldDecision::Send(reply))
    }

    /// Builds the command that decides about an event; `None` if it no longer waits.
    pub(crate) fn decide(&mut self, group: CaptureId, verdict: HeldDecision) -> Option<Command> {
        let target = match self.stage(group)? {
            Stage::Held(push) => {
                // Past the deadline, the default has been sent already.
                if push.deadline > Instant::now() {
                    self.decided.insert(push.placement.id);
                }
                AnswerTarget::HeldPush(push.placement.id)
            }
            Stage::Awaited(retry) => AnswerTarget::AwaitedRetry { group: retry.group },
        };
        Some(AnsweringCommand::Resolve { target, verdict: Box::new(verdict) }.into())
    }

    /// Records that the user has released all held pushes.
    pub(crate) fn note_released(&mut self) {
        self.decided.extend(self.view.waiting.iter().map(|push| push.placement.id));
    }

    /// Returns the draft of an event, created on first use.
    fn draft(&mut self, group: CaptureId, stored: &StoredCapture, look: &Look) -> &mut ReplyDraft {
        self.drafts.entry(group).or_insert_with(|| ReplyDraft::new(stored, look))
    }
}

/// Formats the time until an instant in seconds with one decimal.
pub(crate) fn seconds_left(until: Instant) -> String {
    format!("{:.1}", until.saturating_duration_since(Instant::now()).as_secs_f32())
}

fn contains(view: &HeldView, id: CaptureId) -> bool {
    view.waiting.binary_search_by_key(&id, |push| push.placement.id).is_ok()
}

/// Sums up any number of missed pushes in at most two notices.
fn missed_pushes(gone: &[HeldPush], now: Instant) -> Vec<UserError> {
    let (late, left): (Vec<&HeldPush>, Vec<&HeldPush>) = gone.iter().partition(|push| push.deadline <= now);
    let is_last = late.iter().all(|push| push.placement.attempt >= ATTEMPTS);
    let one_late = if is_last { "hold.too_late_last" } else { "hold.too_late" };
    let ids = |pushes: Vec<&HeldPush>| -> Vec<CaptureId> { pushes.iter().map(|push| push.placement.id).collect() };
    let (late, left) = (ids(late), ids(left));
    let one_or_many = |ids: &[CaptureId], one, many, error| match ids {
        [] => None,
        [id] => Some(UserError::of(one, error).with("id", id)),
        ids => Some(UserError::of(many, error).with("count", ids.len())),
    };
    let late = one_or_many(&late, one_late, "hold.too_late_many", "too late: the default went out");
    let left = one_or_many(&left, "hold.hung_up", "hold.hung_up_many", "no longer held: the other side hung up");
    late.into_iter().chain(left).collect()
}

fn no_retry(retry: &AwaitedRetry) -> UserError {
    UserError::of("hold.no_retry", "the retry did not come").with("id", retry.group)
}

#[cfg(test)]
mod tests;
