//! Held pushes in the state: which one is opened, and which one the keys answer.

use std::time::Instant;

use super::{EventsPage, State};
use crate::capture::CaptureId;
use crate::engine::{HeldPush, HeldView};
use crate::ui::action::{DetailPart, Screen};
use crate::ui::screens::events::answering::Stage;
use crate::ui::screens::events::detail::Detail;

impl State {
    /// Follows the held pushes. A new one is opened only where nothing else is open: the bar above the list tells of it.
    /// A retry continues the reply that is being written.
    pub(crate) fn note_held(&mut self, view: &HeldView, is_typing: bool) {
        let was_answering = self.answered_in_view();
        let news = self.answering.update(view, Instant::now());
        for trouble in news.missed {
            self.notices.error(trouble);
        }
        let goes_on = |push: &&HeldPush| Some(push.placement.group) == was_answering;
        let is_busy =
            is_typing || self.keys_page.is_shown() || self.palette.is_shown() || self.screen != Screen::Events;
        let next = match news.arrived.iter().find(goes_on) {
            Some(push) => Some(push),
            None if is_busy => None,
            None => news.arrived.iter().min_by_key(|push| push.deadline).filter(|push| self.shows_nothing_but(push)),
        };
        if let Some(push) = next {
            self.answer(push, !is_typing);
        }
    }

    /// Returns true if no other event is open or selected.
    fn shows_nothing_but(&self, push: &HeldPush) -> bool {
        let id = push.placement.id;
        self.list.selected.is_none_or(|selected| selected == id)
            && self.detail.as_ref().is_none_or(|detail| detail.id() == id)
    }

    /// Opens a held push that has just arrived.
    fn answer(&mut self, push: &HeldPush, with_caret: bool) {
        self.page = EventsPage::WantedList;
        self.open_detail();
        self.detail_view.show(DetailPart::Reply);
        self.list.select_to_reply(push.placement.id);
        if with_caret {
            self.answering.request_focus(push.placement.group);
        }
        self.open_selected();
    }

    /// Goes to the held push that has the least time left, else to an event whose retry is awaited. `false`: there is none.
    pub(crate) fn answer_next(&mut self) -> bool {
        let held = self.answering.next().map(|push| push.placement);
        let awaited = self.answering.awaited().first().map(|retry| (retry.group, retry.group));
        let Some((id, group)) = held.map(|placement| (placement.id, placement.group)).or(awaited) else { return false };
        self.keys_page.close();
        self.palette.close();
        self.select(id);
        self.answering.request_focus(group);
        self.open_detail();
        self.detail_view.show(DetailPart::Reply);
        true
    }

    /// Returns true if the selected event waits for a manual reply.
    pub(super) fn is_answering(&self) -> bool {
        let Some(selected) = self.list.selected else { return false };
        let shown = self.detail.as_ref().map(Detail::placement).filter(|placement| placement.id == selected);
        let awaits = shown.is_some_and(|placement| self.answering.stage(placement.group).is_some());
        awaits || self.answering.held(selected).is_some()
    }

    /// Returns true if the filter hides the selected event from the list.
    pub(crate) fn is_selection_hidden(&self) -> bool {
        let is_listed = |id| self.list.lists(id);
        !self.filter.is_empty() && !self.list.is_searching() && !self.list.selected.is_none_or(is_listed)
    }

    /// The event whose editor is in view, by the id of its first attempt.
    pub(crate) fn answered_in_view(&self) -> Option<CaptureId> {
        let in_view = self.screen == Screen::Events
            && self.page != EventsPage::FirstRun
            && !self.keys_page.is_shown()
            && !self.palette.is_shown()
            && !self.detail_hidden
            && self.detail_view.part() == DetailPart::Reply;
        let group = self.detail.as_ref().filter(|_| in_view)?.placement().group;
        self.answering.stage(group).map(|_| group)
    }

    /// Returns true if the event in view has a draft that nothing waits for.
    pub(crate) fn has_unsent_in_view(&self) -> bool {
        let group = self.detail.as_ref().map(|detail| detail.placement().group);
        self.answered_in_view().is_none() && group.is_some_and(|group| self.answering.has_draft(group))
    }

    /// The same, if it is held: an attempt that is only awaited is not released by a key.
    pub(crate) fn held_in_view(&self) -> Option<CaptureId> {
        let group = self.answered_in_view()?;
        matches!(self.answering.stage(group), Some(Stage::Held(_))).then_some(group)
    }
}
