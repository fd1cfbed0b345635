//! Field of a rule's filter: an error is underlined in it and described below.

use egui::text::CCursor;
use egui::text_edit::TextEditOutput;
use egui::{Rect, Stroke, TextEdit, TextStyle, Ui};

use super::controls::{error_ui, field_ui, note_ui};
use crate::filter::FilterError;
use crate::rules::RuleError;
use crate::ui::look::Look;
use crate::ui::widgets::filter_error;

/// Thickness of the line below an error, and its minimum length, in points.
const UNDERLINE: f32 = 2.0;
const SHORTEST: f32 = 6.0;

/// Draws the field; returns true if its text changed.
pub(super) fn match_ui(ui: &mut Ui, text: &mut String, flaw: Option<&RuleError>, look: &Look) -> bool {
    let wrong = match flaw {
        Some(RuleError::Filter { error, .. }) => Some(error),
        _ => None,
    };
    let response = field_ui(ui, "rules_screen.form.match", look, |ui| {
        let edit = TextEdit::singleline(text).font(TextStyle::Monospace).desired_width(f32::INFINITY);
        let output = edit.hint_text(look.text("rules_screen.list.everything").into_owned()).show(ui);
        if let Some(wrong) = wrong {
            underline(ui, &output, wrong, look);
        }
        output.response.response
    });
    let mut changed = response.changed();
    match wrong {
        Some(wrong) => {
            error_ui(ui, &filter_error::words(wrong, look), look);
            changed |= suggestion_ui(ui, text, wrong, look);
        }
        None => note_ui(ui, "rules_screen.form.match_hint", look),
    }
    changed
}

fn underline(ui: &Ui, output: &TextEditOutput, wrong: &FilterError, look: &Look) {
    let start = wrong.column.saturating_sub(1);
    let place = |at: usize| output.galley.pos_from_cursor(CCursor::new(at)).translate(output.galley_pos.to_vec2());
    let (first, last): (Rect, Rect) = (place(start), place(start + wrong.length));
    let line = first.left()..=last.left().max(first.left() + SHORTEST);
    let stroke = Stroke::new(UNDERLINE, look.palette.error);
    ui.painter().with_clip_rect(output.text_clip_rect).hline(line, first.bottom() - UNDERLINE / 2.0, stroke);
}

/// Draws a button that replaces the error with a suggestion.
fn suggestion_ui(ui: &mut Ui, text: &mut String, wrong: &FilterError, look: &Look) -> bool {
    let Some(suggestion) = &wrong.suggestion else { return false };
    let words = look.filled("window.filter.suggestion", &[("suggestion", suggestion)]);
    let is_taken = ui.button(words).clicked();
    if is_taken {
        let before = text.chars().take(wrong.column.saturating_sub(1));
        let after = text.chars().skip(wrong.column.saturating_sub(1) + wrong.length);
        *text = before.chain(suggestion.chars()).chain(after).collect();
    }
    is_taken
}
