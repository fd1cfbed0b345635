//! Dialog for the note of the chosen events.

use egui::{Key, KeyboardShortcut, Label, Modifiers, TextEdit, Ui};

use crate::capture::{AnnotationChange, CaptureId, LONGEST_NOTE};
use crate::ui::action::{Action, AnnotationAction};
use crate::ui::look::Look;
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::dialog::{DialogChoice, OpenDialog, choice_ui, dialog_ui};

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
}

impl NoteDialog {
    /// Opens the dialog with the present note.
    pub(crate) fn open(&mut self, ids: Vec<CaptureId>, text: String) {
        self.open = Some(NoteInput { ids, text });
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
        let title = match &*input.ids {
            [one] => look.filled("marking.note.title", &[("event", &one.to_string())]),
            several => look.filled("marking.note.title_more", &[("count", &several.len().to_string())]),
        };
        let with = |modifiers, key| !is_composing && ui.input_mut(|input| input.consume_key(modifiers, key));
        let pressed = |key| with(Modifiers::NONE, key);
        // Enter on a button is the button's; with Ctrl it saves from anywhere, as it sends elsewhere.
        let is_saved = with(Modifiers::COMMAND, Key::Enter) || (ui.ctx().text_edit_focused() && pressed(Key::Enter));
        let mut choice = if is_saved {
            DialogChoice::Confirm
        } else if pressed(Key::Escape) {
            DialogChoice::Cancel
        } else {
            DialogChoice::None
        };
        // A click beside it closes it only where nothing would be lost.
        let is_empty = input.text.trim().is_empty();
        let content = |ui: &mut Ui, open: OpenDialog| input_ui(ui, &mut input.text, open, look);
        let is_left = dialog_ui(ui, ("note", &title), look, content, |ui, ()| {
            let (cancel, save) = (look.text("marking.note.cancel"), look.text("marking.note.save"));
            let clicked = choice_ui(ui, &cancel, (&save, true), look);
            if clicked != DialogChoice::None {
                choice = clicked;
            }
        });
        match choice {
            DialogChoice::Confirm => actions.push(Action::Annotate(AnnotationAction::SaveNote)),
            DialogChoice::Cancel => actions.push(Action::Annotate(AnnotationAction::Cancel)),
            DialogChoice::None if is_left && is_empty => actions.push(Action::Annotate(AnnotationAction::Cancel)),
            DialogChoice::None => {}
        }
    }
}

fn input_ui(ui: &mut Ui, text: &mut String, open: OpenDialog, look: &Look) {
    let edit = TextEdit::multiline(text).desired_rows(LINES).desired_width(f32::INFINITY).char_limit(LONGEST_NOTE);
    // Enter saves, as in any field of one line.
    let edit = edit.return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter));
    let response = ui.add(edit.hint_text(look.text("marking.note.hint")));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(&*look.text("marking.note.name")));
    open.focus_first(&response);
    ui.add(Label::new(weak(look, look.text("marking.note.keys"))).wrap());
}
