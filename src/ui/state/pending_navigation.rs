//! Navigation that waits for an event to open: a replay to show, a message to compose from it.

use super::State;
use crate::capture::{CaptureId, ReplayId, StoredRun};
use crate::engine::{Command, Status};
use crate::ui::action::{DetailPart, Screen};
use crate::ui::bars::replay_progress;
use crate::ui::look::Look;
use crate::ui::screens::compose::Origin;

/// Navigation that waits for an event to open.
#[derive(Debug, Default)]
pub(super) struct PendingNavigation {
    /// The event to compose from, and the purpose.
    compose: Option<(CaptureId, Origin)>,
    /// The event and its replay to show.
    reveal: Option<(CaptureId, ReplayId)>,
    /// The event that was sent again by itself: its answer is shown beside it.
    sent: Option<CaptureId>,
    /// The same once it is answered, until the answer is read.
    answered: Option<CaptureId>,
}

impl State {
    /// Takes in the end of a run. The open event may have been among those that were sent.
    pub(super) fn replay_ended(&mut self, run: StoredRun, look: &Look, now: f64) {
        replay_progress::ended(&mut self.notices, &run, look, now);
        if self.screen == Screen::Replays {
            self.replays.open(run.id);
        }
        // Of two that wait, each takes the end of its own run.
        if !self.board.note_ended(run.id) {
            self.composer.note_ended(run.id);
        }
        self.replays.ended(run);
        // Their rows carry the verdict.
        self.list.outdate();
        let selected = self.list.selected;
        self.pending.answered = self.pending.sent.take().filter(|sent| selected == Some(*sent));
        if let Some(opened) = self.opened() {
            self.to_open = Some(opened.stored.placement.id);
        }
    }

    /// The command that sends the chosen rows again as last time; opens the dialog where that is not clear.
    pub(crate) fn replay_at_once(&mut self, status: &Status) -> Option<Command> {
        self.replays.want();
        let selection = super::EventSelection {
            chosen: self.list.chosen(),
            listed: self.list.counts().0,
            filter: self.filter.text(),
        };
        self.pending.sent = match *selection.chosen {
            [one] => Some(one),
            _ => None,
        };
        self.replay_dialog.send_at_once(selection, status)
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

    /// Composes from the selected event's message: to send it again as that event's, or as a new one.
    pub(crate) fn compose_from(&mut self, origin: impl FnOnce(CaptureId) -> Origin) {
        if let Some(id) = self.list.selected {
            self.pending.compose = Some((id, origin(id)));
            self.navigate_pending();
        }
    }

    /// Opens the event of a replay at that replay.
    pub(crate) fn show_replay(&mut self, event: CaptureId, replay: ReplayId) {
        self.select(event);
        self.open_detail();
        self.detail_view.show(DetailPart::Replays);
        self.pending.reveal = Some((event, replay));
        // What is open may not know of it yet.
        self.to_open = Some(event);
    }

    /// Finishes the navigation that waits for the event that is open now.
    pub(super) fn navigate_pending(&mut self) {
        let Some(detail) = &self.detail else { return };
        let id = detail.id();
        let replays = &detail.opened().replays;
        let latest = replays.first().map(|replay| replay.stored.id);
        if let (Some(_), Some(latest)) = (self.pending.answered.take_if(|answered| *answered == id), latest) {
            return self.show_replay(id, latest);
        }
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
