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

/// Draws the URL that a request went to. A query that signs it is folded: it fills lines, and is another one each time.
pub(super) fn target_ui(ui: &mut Ui, target: &str, look: &Look) {
    row_ui(ui, "forwarded.target", look, |ui| {
        let (shown, folded) = folded_target(target);
        let response = ui.add(Label::new(RichText::new(shown).monospace()).wrap());
        if folded {
            response.on_hover_text(target);
        }
    });
}

/// A URL without its query where that has a signature, and whether it was folded.
fn folded_target(target: &str) -> (String, bool) {
    match target.split_once('?') {
        Some((page, query)) if query.contains("signature=") => (page.to_owned(), true),
        _ => (target.to_owned(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_query_that_signs_is_folded() {
        let signed = "http://127.0.0.1:8000/wx?signature=a&timestamp=1&nonce=2";
        assert_eq!(folded_target(signed), ("http://127.0.0.1:8000/wx".to_owned(), true));
        for plain in ["http://127.0.0.1:8000/wx", "http://127.0.0.1:8000/wx?a=b"] {
            assert_eq!(folded_target(plain), (plain.to_owned(), false));
        }
    }
}
