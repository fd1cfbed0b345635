//! Pin and note of an event: as words for a row, and as a line of the detail.

use egui::accesskit::Role;
use egui::{Label, RichText, Ui};

use crate::capture::Annotation;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::{Action, AnnotationAction};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, icons};
use crate::ui::widgets::controls::{named, small_button};

/// Characters of a note in the accessible name of a row and in its tooltip.
const NOTE_CHARS: usize = 300;

/// The words for the marks, for tooltips and screen readers; none where there are no marks.
pub(crate) fn words(annotation: &Annotation, look: &Look) -> Vec<String> {
    let pinned = annotation.pinned.then(|| look.text("marking.pinned").into_owned());
    let note = annotation.note.as_deref().map(|note| shortened(note, NOTE_CHARS));
    let note = note.map(|note| look.filled("marking.noted", &[("note", &note)]));
    pinned.into_iter().chain(note).collect()
}

/// Draws the pin and the whole note, each with the button that changes it; nothing where there is neither.
pub(crate) fn annotation_ui(ui: &mut Ui, annotation: &Annotation, look: &Look, actions: &mut Vec<Action>) {
    if annotation.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        let mut part = |ui: &mut Ui, icon: &str, key: &str, hint: String, action: AnnotationAction| {
            ui.label(RichText::new(icon).color(look.palette.accent));
            let response = ui.add(small_button(&*look.text(key))).on_hover_text(hint);
            if named(response, Role::Button, &look.text(key)).clicked() {
                actions.push(Action::Annotate(action));
            }
        };
        if annotation.pinned {
            part(ui, icons::PIN, "marking.menu.unpin", keys::PIN.hint(), AnnotationAction::TogglePin);
        }
        if let Some(note) = &annotation.note {
            part(ui, icons::STICKY_NOTE, "marking.menu.note", keys::NOTE.hint(), AnnotationAction::EditNote);
            ui.add(Label::new(RichText::new(&*safe_text(note)).color(look.palette.text)).wrap());
        }
    });
}
