//! What the state does about replays and about messages that are composed from stored events.

use super::State;
use crate::capture::{CaptureId, ReplayId, StoredRun};
use crate::ui::action::{Screen, Tab};
use crate::ui::bars::replay_progress;
use crate::ui::look::Look;
use crate::ui::screens::compose::Origin;

/// What is waited for until an event is open.
#[derive(Debug, Default)]
pub(super) struct PendingNavigation {
    /// The message to compose with, and what it is for.
    compose: Option<(CaptureId, Origin)>,
    /// The replay to be looked at.
    reveal: Option<(CaptureId, ReplayId)>,
}

impl State {
    /// Says what came of a run. The event that is open may have been among those that were sent.
    pub(super) fn replay_ended(&mut self, run: StoredRun, look: &Look, now: f64) {
        replay_progress::ended(&mut self.notices, &run, look, now);
        if self.screen == Screen::Replays {
            self.replays.open(run.id);
        }
        self.replays.ended(run);
        if let Some(opened) = self.opened() {
            self.to_open = Some(opened.stored.placement.id);
        }
    }

    /// Opens the dialog that sends the chosen rows again.
    pub(crate) fn offer_replay(&mut self) {
        self.replays.want();
        let selection = super::EventSelection {
            chosen: self.list.chosen(),
            listed: self.list.counts().0,
            filter: self.filter.text(),
        };
        self.replay_dialog.offer_listed(selection);
    }

    /// Composes with the selected event's message: to send it again as that event's, or as another.
    pub(crate) fn compose_from(&mut self, origin: impl FnOnce(CaptureId) -> Origin) {
        if let Some(id) = self.list.selected {
            self.pending.compose = Some((id, origin(id)));
            self.navigate_pending();
        }
    }

    /// Opens the event of a replay, where that replay stands.
    pub(crate) fn show_replay(&mut self, event: CaptureId, replay: ReplayId) {
        self.select(event);
        (self.tab, self.detail_hidden) = (Tab::Replays, false);
        self.pending.reveal = Some((event, replay));
        // What is open may not know of it yet.
        self.to_open = Some(event);
    }

    /// Does what was waiting for the event that is open now.
    pub(super) fn navigate_pending(&mut self) {
        let Some(detail) = &self.detail else { return };
        let id = detail.id();
        if let Some((_, replay)) = self.pending.reveal.filter(|(wanted, _)| *wanted == id) {
            detail.reveal_replay(replay);
            self.pending.reveal = None;
        }
        let Some((_, origin)) = self.pending.compose.take_if(|(wanted, _)| *wanted == id) else { return };
        match self.composer.take(&detail.opened().stored, origin) {
            Ok(()) => self.screen = Screen::Compose,
            Err(trouble) => self.notices.error(trouble),
        }
    }
}
