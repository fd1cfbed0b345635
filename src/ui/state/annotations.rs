//! Pins and notes in the state: which events a key means, and what came of it.

use super::State;
use crate::capture::{Annotation, AnnotationChange, CaptureId};
use crate::texts::safe_text::grouped;
use crate::ui::action::Screen;
use crate::ui::look::Look;

impl State {
    /// The chosen events with the change that toggles their pins; `None` where nothing is chosen.
    pub(crate) fn toggle_pin(&self) -> Option<(Vec<CaptureId>, AnnotationChange)> {
        let ids = self.annotated_ids()?;
        let all_pinned = ids.iter().all(|id| self.annotation(*id).is_some_and(|annotation| annotation.pinned));
        Some((ids, AnnotationChange::Pin(!all_pinned)))
    }

    /// Opens the dialog for the note of the chosen events, with the note of the selected one.
    pub(crate) fn begin_note(&mut self) {
        let Some(ids) = self.annotated_ids() else { return };
        let shown = self.list.selected.filter(|selected| ids.contains(selected)).unwrap_or(ids[0]);
        let note = self.annotation(shown).and_then(|annotation| annotation.note.clone());
        self.note_dialog.open(ids, note.unwrap_or_default());
    }

    /// The events that `m` and `;` mean.
    fn annotated_ids(&self) -> Option<Vec<CaptureId>> {
        let ids = self.list.chosen();
        (self.screen == Screen::Events && !ids.is_empty()).then_some(ids)
    }

    /// The annotation of an event, as far as it has been read.
    fn annotation(&self, id: CaptureId) -> Option<&Annotation> {
        let row = self.list.row(id).map(|row| &row.annotation);
        row.or_else(|| {
            self.opened().filter(|opened| opened.stored.placement.id == id).map(|opened| &opened.stored.annotation)
        })
    }

    /// Takes note of changed pins or notes, of this program or another.
    pub(super) fn note_annotated(&mut self) {
        self.list.outdate();
        self.to_open = self.opened().map(|opened| opened.stored.placement.id).or(self.to_open);
    }

    /// Says what came of a change to pins or notes.
    pub(super) fn annotated(&mut self, events: u64, change: &AnnotationChange, look: &Look, now: f64) {
        let key = match change {
            AnnotationChange::Pin(true) => "marking.done.pinned",
            AnnotationChange::Pin(false) => "marking.done.unpinned",
            AnnotationChange::Note(text) if text.trim().is_empty() => "marking.done.note_removed",
            AnnotationChange::Note(_) => "marking.done.noted",
        };
        self.notices.good(look.filled(key, &[("count", &grouped(events))]), now);
    }
}
