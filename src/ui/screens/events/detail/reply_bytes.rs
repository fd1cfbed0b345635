//! Bodies as text that is safe to display, and the labelled rows that show them.

use egui::{Label, RichText, Ui};

use crate::ui::look::Look;
use crate::ui::widgets::controls::{code_frame, pair};
use crate::ui::widgets::shown::DisplayText;

/// Bytes as text that is safe to display.
pub(super) fn text(bytes: &[u8]) -> String {
    DisplayText::of(&String::from_utf8_lossy(bytes)).marked()
}

/// Draws a labelled row with a drawn value.
pub(super) fn row_ui(ui: &mut Ui, key: &str, look: &Look, value: impl FnOnce(&mut Ui)) {
    pair(ui, |ui| drop(ui.add(Label::new(RichText::new(look.text(key)).color(look.palette.weak)).wrap())), value);
}

/// Draws text in a code frame, or a note that it is empty.
pub(super) fn bytes_ui(ui: &mut Ui, shown: &str, look: &Look) {
    if shown.is_empty() {
        ui.label(RichText::new(look.text("detail.empty")).italics().color(look.palette.weak));
        return;
    }
    code_frame(look).show(ui, |ui| ui.add(Label::new(RichText::new(shown).monospace()).wrap()));
}
