//! Submenu of the forms in which an event is copied.

use egui::{Button, Ui};

use crate::ui::action::Action;
use crate::ui::keys::{self, Shortcut};
use crate::ui::look::Look;

/// The forms in the order of the menu, each with its key.
static FORMS: [(&str, &Shortcut); 5] = [
    ("marking.copy.curl", &keys::COPY_CURL),
    ("marking.copy.raw", &keys::COPY_RAW),
    ("marking.copy.body", &keys::COPY_BODY),
    ("marking.copy.json", &keys::COPY_JSON),
    ("marking.copy.report", &keys::COPY_REPORT),
];

/// Draws the submenu; returns the action of the form that was chosen.
pub(crate) fn copy_menu_ui(ui: &mut Ui, look: &Look) -> Option<Action> {
    let menu = ui.menu_button(look.text("marking.copy.title"), |ui| {
        let mut chosen = None;
        for (text, shortcut) in FORMS {
            if ui.add(Button::new(look.text(text)).shortcut_text(shortcut.hint())).clicked() {
                chosen = Some(shortcut.action());
            }
        }
        chosen
    });
    menu.inner.flatten()
}
