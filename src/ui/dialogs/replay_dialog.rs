//! Dialog of replays: the events, the target and the mode, with the last choice remembered.

use egui::Ui;

use super::event_selection::EventSelection;
use crate::capture::{CaptureId, StoredRun};
use crate::engine::{Command, ReplayRequest, ReplayWhat, Selection, Status};
use crate::filter::Filter;
use crate::ui::action::Action;
use crate::ui::look::Look;

mod choice;
mod destination;
mod dialog_ui;
mod fields;

use choice::Choice;

/// The dialog, with its last choices.
#[derive(Debug, Default)]
pub(crate) struct ReplayDialog {
    /// The events to send; `None` while the dialog is closed.
    offer: Option<Offer>,
    choice: Choice,
    /// True once a target has been proposed or chosen.
    is_settled: bool,
    /// The controls that choose among the events: Space is theirs, and Enter sends.
    radios: Vec<egui::Id>,
}

/// Events that can be sent.
#[derive(Clone, Debug)]
enum Offer {
    /// Rows of the list.
    Listed {
        /// The picked rows, or the selected one.
        chosen: Vec<CaptureId>,
        /// Number of rows that the list shows.
        listed: usize,
        /// The filter of the list, as written.
        filter: String,
        /// Everything that the filter finds, instead of the chosen rows.
        everything: bool,
    },
    /// Given events: an edited one, composed messages, or a former run.
    Given(Box<ReplayWhat>),
    /// The events of so many buttons of a menu.
    Taps { what: Box<ReplayWhat>, buttons: usize },
}

impl Offer {
    /// Returns true if there is nothing to send.
    fn is_empty(&self) -> bool {
        match self {
            Self::Listed { listed, everything: true, .. } => *listed == 0,
            Self::Listed { chosen, .. } => chosen.is_empty(),
            Self::Given(what) | Self::Taps { what, .. } => match &**what {
                ReplayWhat::Stored(Selection::Ids(ids)) => ids.is_empty(),
                ReplayWhat::Composed(messages) => messages.is_empty(),
                ReplayWhat::Stored(Selection::Matching(_)) | ReplayWhat::Edited { .. } => false,
            },
        }
    }

    /// The events; `None` if the filter cannot be parsed, since the list then shows what an earlier one found.
    fn into_what(self) -> Option<ReplayWhat> {
        Some(match self {
            Self::Listed { filter, everything: true, .. } => {
                let filter = Filter::parse(&filter, &crate::clock::local_now()).ok()?;
                ReplayWhat::Stored(Selection::Matching(Box::new(filter)))
            }
            Self::Listed { chosen, .. } => ReplayWhat::Stored(Selection::Ids(chosen)),
            Self::Given(what) | Self::Taps { what, .. } => *what,
        })
    }
}

/// Data shown by the dialog in the current frame.
#[derive(Debug)]
pub(crate) struct ReplayDialogView<'a> {
    /// Status with targets and accounts.
    pub(crate) status: &'a Status,
    /// The runs that answers can be compared with, the newest first.
    pub(crate) runs: &'a [StoredRun],
}

impl ReplayDialog {
    /// Opens the dialog for rows of the list.
    pub(crate) fn offer_listed(&mut self, selection: EventSelection<'_>) {
        let EventSelection { chosen, listed, filter } = selection;
        let everything = chosen.is_empty();
        self.open(Offer::Listed { chosen, listed, filter: filter.to_owned(), everything });
    }

    /// Returns the command that sends rows of the list as last time. Where nothing is chosen, or it is not clear where to
    /// send it, opens the dialog.
    pub(crate) fn send_at_once(&mut self, selection: EventSelection<'_>, status: &Status) -> Option<Command> {
        let has_chosen = !selection.chosen.is_empty();
        self.offer_listed(selection);
        if has_chosen { self.send_if_clear(status) } else { None }
    }

    /// The same for given messages.
    pub(crate) fn send_this_at_once(&mut self, what: ReplayWhat, status: &Status) -> Option<Command> {
        self.offer(what);
        self.send_if_clear(status)
    }

    /// Sends the offer, unless several targets are there and none was ever chosen.
    fn send_if_clear(&mut self, status: &Status) -> Option<Command> {
        let is_clear = self.is_settled || status.config.targets.len() <= 1;
        self.settle(status);
        if is_clear { self.send() } else { None }
    }

    /// Opens the dialog for given events.
    pub(crate) fn offer(&mut self, what: ReplayWhat) {
        self.open(Offer::Given(Box::new(what)));
    }

    /// Opens the dialog for the events of so many buttons of a menu.
    pub(crate) fn offer_taps(&mut self, what: ReplayWhat, buttons: usize) {
        self.open(Offer::Taps { what: Box::new(what), buttons });
    }

    /// Opens the dialog with the choices of a former request.
    pub(crate) fn offer_again(&mut self, request: ReplayRequest) {
        self.choice = Choice::of(&request);
        self.offer(request.what);
    }

    fn open(&mut self, offer: Offer) {
        self.offer = Some(offer);
        self.is_settled = !self.choice.target.trim().is_empty();
    }

    /// Closes the dialog; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.offer.take().is_some()
    }

    /// Returns true while the dialog is open.
    pub(crate) fn is_shown(&self) -> bool {
        self.offer.is_some()
    }

    /// Returns the command that sends the events, if they can be sent, and closes the dialog.
    pub(crate) fn send(&mut self) -> Option<Command> {
        if self.flaw().is_some() {
            return None;
        }
        let request = self.choice.request(self.offer.take()?.into_what()?).ok()?;
        Some(Command::Replay(Box::new(request)))
    }

    /// Locale key of the reason why the events cannot be sent.
    fn flaw(&self) -> Option<&'static str> {
        if self.offer.as_ref().is_none_or(Offer::is_empty) {
            return Some("replay.flaw.nothing");
        }
        self.choice.how().err()
    }

    /// Draws the dialog, if it is open.
    pub(crate) fn ui(&mut self, ui: &Ui, view: &ReplayDialogView<'_>, look: &Look, actions: &mut Vec<Action>) {
        if self.is_shown() {
            self.settle(view.status);
            self.dialog_ui(ui, view, look, actions);
        }
    }

    /// Proposes a target if none was chosen yet: the first saved one, else the forward target.
    fn settle(&mut self, status: &Status) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        match (status.config.targets.values().next(), &status.config.listener.forward) {
            (Some(target), _) => self.choice.take_target(target),
            (None, Some(forward)) => self.choice.target.clone_from(forward),
            (None, None) => {}
        }
    }
}
