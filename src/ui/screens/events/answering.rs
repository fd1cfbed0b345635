//! Answering by hand: what is held, and a draft for each event until it is answered.
//!
//! A draft belongs to the event, not to the attempt: the retry goes on with it, and looking at another push loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{AwaitedRetry, Command, Crafted, HeldPush, HeldView, Verdict};
use crate::filter::Filter;
use crate::texts::user_error::UserError;
use crate::ui::look::Look;
use crate::ui::widgets::reply_editor::ReplyEditor;
use crate::wechat::fault::Fault;

mod panel;
mod unsent_reply;

pub(crate) use panel::answering_ui;
pub(crate) use unsent_reply::{Crafting, crafting_ui};

/// How often a countdown is drawn.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// What is held, and what is being written.
#[derive(Debug, Default)]
pub(crate) struct Answering {
    /// As it was last looked at.
    view: HeldView,
    /// Of the view, those that may still come.
    awaited: Vec<AwaitedRetry>,
    /// By the number of the event's first attempt.
    drafts: BTreeMap<CaptureId, Draft>,
    /// Held pushes that the person has decided: that they go is no news.
    decided: BTreeSet<CaptureId>,
    /// The event whose editor gets the caret as soon as it is there.
    wants_caret: Option<CaptureId>,
    /// A reply that is crafted for no push: it is sent nowhere.
    pub(crate) crafting: Option<Crafting>,
}

/// What is written for one event.
#[derive(Debug)]
struct Draft {
    editor: ReplyEditor,
    fault: Option<Fault>,
}

/// Where an event that is being answered stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// One of its attempts is held.
    Held(HeldPush),
    /// An attempt was left unanswered, and the next one is waited for.
    Awaited(AwaitedRetry),
}

/// What has changed since the last look.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Pushes that are held now.
    pub(crate) came: Vec<HeldPush>,
    /// What went without the person having decided it.
    pub(crate) missed: Vec<UserError>,
}

impl Answering {
    /// Looks at what is held; what is neither held nor waited for any more loses its draft.
    pub(crate) fn look(&mut self, view: &HeldView, now: Instant) -> News {
        let is_over = |retry: &AwaitedRetry| retry.until <= now;
        if *view == self.view && !self.awaited.iter().any(is_over) {
            return News::default();
        }
        let before = std::mem::replace(&mut self.view, view.clone());
        let came = view.waiting.iter().filter(|push| !contains(&before, push.placement.id)).copied().collect();
        let gone: Vec<HeldPush> =
            before.waiting.iter().filter(|push| self.held(push.placement.id).is_none()).copied().collect();
        let gone: Vec<HeldPush> = gone.into_iter().filter(|push| !self.decided.remove(&push.placement.id)).collect();
        let mut missed: Vec<UserError> = missed_pushes(&gone, now).into_iter().collect();
        missed.extend(self.awaited.iter().filter(|retry| is_over(retry)).map(no_retry));
        self.awaited = view.awaited.iter().filter(|retry| !is_over(retry)).copied().collect();
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.retain(|group, _| self.stage(*group).is_some());
        self.drafts = drafts;
        News { came, missed }
    }

    /// What is held from now on, as it stands; `None` where the switch is off.
    pub(crate) fn switch(&self) -> Option<&Arc<Filter>> {
        self.view.switch.as_ref()
    }

    /// That push, if it is held.
    pub(crate) fn held(&self, id: CaptureId) -> Option<&HeldPush> {
        let at = self.view.waiting.binary_search_by_key(&id, |push| push.placement.id).ok()?;
        self.view.waiting.get(at)
    }

    /// How many are held.
    pub(crate) fn count(&self) -> usize {
        self.view.waiting.len()
    }

    /// The held push that has the least time left.
    pub(crate) fn next(&self) -> Option<&HeldPush> {
        self.view.waiting.iter().min_by_key(|push| push.deadline)
    }

    /// The retries that are waited for.
    pub(crate) fn awaited(&self) -> &[AwaitedRetry] {
        &self.awaited
    }

    /// Where the event stands whose first attempt has that number; `None` where nothing waits for a person.
    pub(crate) fn stage(&self, group: CaptureId) -> Option<Stage> {
        let held = self.view.waiting.iter().find(|push| push.placement.group == group);
        let awaited = || self.awaited.iter().find(|retry| retry.group == group);
        held.copied().map(Stage::Held).or_else(|| awaited().copied().map(Stage::Awaited))
    }

    /// Puts the caret into the editor of that event, once it is there.
    pub(crate) fn want_caret(&mut self, group: CaptureId) {
        self.wants_caret = Some(group);
    }

    /// The command that answers that event with what is written; `None` where nothing is, or nobody waits.
    pub(crate) fn send(&mut self, group: CaptureId) -> Option<Command> {
        let draft = self.drafts.get(&group)?;
        let crafted = Crafted { reply: draft.editor.reply(), fault: draft.fault };
        self.decide(group, Verdict::Send(crafted))
    }

    /// The command that decides what becomes of that event; `None` where nobody waits.
    pub(crate) fn decide(&mut self, group: CaptureId, verdict: Verdict) -> Option<Command> {
        let id = match self.stage(group)? {
            Stage::Held(push) => {
                // What comes too late has been decided by its deadline.
                if push.deadline > Instant::now() {
                    self.decided.insert(push.placement.id);
                }
                push.placement.id
            }
            Stage::Awaited(retry) => retry.group,
        };
        Some(Command::Resolve { id, verdict: Box::new(verdict) })
    }

    /// The person lets everything go.
    pub(crate) fn note_released(&mut self) {
        self.decided.extend(self.view.waiting.iter().map(|push| push.placement.id));
    }

    /// The draft of that event, begun where there is none.
    fn draft(&mut self, group: CaptureId, stored: &StoredCapture, look: &Look) -> &mut Draft {
        self.drafts.entry(group).or_insert_with(|| Draft {
            editor: ReplyEditor::new(ReplyEditor::draft_for(&stored.capture, look.language)),
            fault: None,
        })
    }
}

/// How long until then, in seconds with one decimal.
pub(crate) fn seconds_left(until: Instant) -> String {
    format!("{:.1}", until.saturating_duration_since(Instant::now()).as_secs_f32())
}

fn contains(view: &HeldView, id: CaptureId) -> bool {
    view.waiting.binary_search_by_key(&id, |push| push.placement.id).is_ok()
}

/// One piece of news, however many they are.
fn missed_pushes(gone: &[HeldPush], now: Instant) -> Vec<UserError> {
    let (late, left): (Vec<CaptureId>, Vec<CaptureId>) = {
        let (late, left): (Vec<&HeldPush>, Vec<&HeldPush>) = gone.iter().partition(|push| push.deadline <= now);
        let ids = |pushes: Vec<&HeldPush>| pushes.iter().map(|push| push.placement.id).collect();
        (ids(late), ids(left))
    };
    let one_or_many = |ids: &[CaptureId], one, many, error| match ids {
        [] => None,
        [id] => Some(UserError::of(one, error).with("id", id)),
        ids => Some(UserError::of(many, error).with("count", ids.len())),
    };
    let late = one_or_many(&late, "hold.too_late", "hold.too_late_many", "too late: the default went out");
    let left = one_or_many(&left, "hold.hung_up", "hold.hung_up_many", "no longer held: the other side hung up");
    late.into_iter().chain(left).collect()
}

fn no_retry(retry: &AwaitedRetry) -> UserError {
    UserError::of("hold.no_retry", "the retry did not come").with("id", retry.group)
}

#[cfg(test)]
mod tests;
