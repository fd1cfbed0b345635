//! Dialog for the note of the chosen events.

use egui::accesskit::Role;
use egui::{Button, Id, Key, KeyboardShortcut, Label, Modal, Modifiers, RichText, TextEdit, Ui};

use crate::capture::{AnnotationChange, CaptureId, LONGEST_NOTE};
use crate::ui::action::{Action, AnnotationAction};
use crate::ui::look::Look;
use crate::ui::theme::{CONTROL_HEIGHT, GAP};
use crate::ui::widgets::controls::{named, weak};

/// Width of the dialog, in points.
const WIDTH: f32 = 480.0;

/// Number of lines of the field.
const LINES: usize = 3;

/// The dialog, if it is open.
#[derive(Debug, Default)]
pub(crate) struct NoteDialog {
    open: Option<NoteInput>,
}

/// The note as it is typed, and the events that it belongs to.
#[derive(Debug)]
struct NoteInput {
    ids: Vec<CaptureId>,
    text: String,
    /// True until the field has had the focus.
    is_new: bool,
}

impl NoteDialog {
    /// Opens the dialog with the present note.
    pub(crate) fn open(&mut self, ids: Vec<CaptureId>, text: String) {
        self.open = Some(NoteInput { ids, text, is_new: true });
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Closes the dialog; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.open.take().is_some()
    }

    /// Closes the dialog; returns the events and their new note.
    pub(crate) fn save(&mut self) -> Option<(Vec<CaptureId>, AnnotationChange)> {
        self.open.take().map(|input| (input.ids, AnnotationChange::Note(input.text)))
    }

    /// Draws the dialog, if it is open. While an input method composes, Enter and Esc are its own.
    pub(crate) fn ui(&mut self, ui: &Ui, is_composing: bool, look: &Look, actions: &mut Vec<Action>) {
        let Some(input) = &mut self.open else { return };
        let modal = Modal::new(Id::unique("note")).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = GAP;
            input_ui(ui, input, is_composing, look, actions);
        });
        let is_outside = modal.backdrop_response.clicked();
        let is_left = !is_composing && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if is_left || (is_outside && input.text.trim().is_empty()) {
            actions.push(Action::Annotate(AnnotationAction::Cancel));
        }
    }
}

fn input_ui(ui: &mut Ui, input: &mut NoteInput, is_composing: bool, look: &Look, actions: &mut Vec<Action>) {
    let title = match &*input.ids {
        [one] => look.filled("marking.note.title", &[("event", &one.to_string())]),
        several => look.filled("marking.note.title_more", &[("count", &several.len().to_string())]),
    };
    ui.label(RichText::new(&*title).heading());
    let enter = !is_composing && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let edit = TextEdit::multiline(&mut input.text).desired_rows(LINES).desired_width(f32::INFINITY);
    // Enter saves, as in any field of one line.
    let edit = edit.char_limit(LONGEST_NOTE).return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter));
    let response = ui.add(edit.hint_text(look.text("marking.note.hint")));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(&*look.text("marking.note.name")));
    if std::mem::take(&mut input.is_new) {
        response.request_focus();
    }
    ui.add(Label::new(weak(look, look.text("marking.note.keys"))).wrap());
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let words = look.text("marking.note.save");
        let button = Button::new(RichText::new(&*words).color(look.palette.on_accent)).fill(look.palette.accent);
        let button = ui.add(button.min_size(egui::Vec2::new(80.0, CONTROL_HEIGHT)));
        if named(button, Role::Button, &words).clicked() || enter {
            actions.push(Action::Annotate(AnnotationAction::SaveNote));
        }
        let cancel = Button::new(look.text("marking.note.cancel")).min_size(egui::Vec2::new(0.0, CONTROL_HEIGHT));
        if ui.add(cancel).clicked() {
            actions.push(Action::Annotate(AnnotationAction::Cancel));
        }
    });
}
