//! Difference between a reply and an earlier one: changed elements, and a text diff.

use egui::text::LayoutJob;
use egui::{CollapsingHeader, Color32, CornerRadius, Frame, Label, Margin, RichText, Stroke, TextStyle, Ui};

use super::replayed::{ChangeView, DiffLine, DifferenceView};
use crate::capture::diagnosis::Severity;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, code_frame, title, weak};

/// Draws the changed elements and the text diff.
pub(super) fn difference_ui(ui: &mut Ui, difference: &DifferenceView, look: &Look) {
    let key = if difference.is_forward { "replays.detail.against_forward" } else { "replays.detail.against_replay" };
    title(ui, look, &look.text(key));
    changes_ui(ui, difference, look);
    lines_ui(ui, difference, look);
}

/// Draws each changed element with its path and both values; ignored elements are not among them.
fn changes_ui(ui: &mut Ui, difference: &DifferenceView, look: &Look) {
    if difference.changes.is_empty() {
        ui.add(Label::new(RichText::new(format!("= {}", look.text("replays.detail.no_changes")))).wrap());
        return;
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        for change in &difference.changes {
            change_ui(ui, change, look);
        }
        more_ui(ui, difference.more_changes, look);
    });
}

fn change_ui(ui: &mut Ui, change: &ChangeView, look: &Look) {
    let path =
        if change.path.is_empty() { look.text("replays.detail.whole").into_owned() } else { change.path.clone() };
    let path = RichText::new(path).monospace().color(look.palette.code_name);
    ui.add(Label::new(path).wrap());
    let side = |ui: &mut Ui, mark: char, key: &str, value: Option<&str>| match value {
        Some(value) => line_ui(ui, mark, value, look),
        None => drop(ui.label(weak(look, format!("{mark} {}", look.text(key))))),
    };
    side(ui, '-', "replays.detail.was_not_there", change.before.as_deref());
    side(ui, '+', "replays.detail.is_gone", change.after.as_deref());
    ui.add_space(GAP_SMALL);
}

fn lines_ui(ui: &mut Ui, difference: &DifferenceView, look: &Look) {
    if difference.lines.is_empty() || difference.has_same_lines() {
        return;
    }
    // Folded where the elements tell it already.
    let is_whole = difference.changes.iter().any(|change| change.path.is_empty());
    let lines = CollapsingHeader::new(look.text("replays.detail.lines")).id_salt("lines");
    lines.default_open(is_whole).show(ui, |ui| {
        code_frame(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            for DiffLine { mark, text } in &difference.lines {
                line_ui(ui, *mark, text, look);
            }
            more_ui(ui, difference.more_lines, look);
        });
    });
}

/// Draws one line; its mark conveys the same as its background colour.
fn line_ui(ui: &mut Ui, mark: char, text: &str, look: &Look) {
    let (fill, color) = match mark {
        '-' => (look.severity_ground(Severity::Error), look.palette.error),
        '+' => (look.palette.accent_ground, look.palette.ok),
        _ => (Color32::TRANSPARENT, look.palette.text),
    };
    let frame = Frame::new().fill(fill).stroke(Stroke::NONE).corner_radius(CornerRadius::same(CORNER));
    frame.inner_margin(Margin::symmetric(6, 1)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let font = TextStyle::Monospace.resolve(ui.style());
        let mut job = LayoutJob::simple(format!("{mark} {text}"), font, color, ui.available_width());
        // Otherwise a long word would wrap away from its mark.
        job.wrap.break_anywhere = true;
        ui.add(Label::new(job));
    });
}

fn more_ui(ui: &mut Ui, more: usize, look: &Look) {
    if more > 0 {
        ui.add_space(GAP);
        ui.label(weak(look, look.filled("replays.detail.more", &[("count", &more.to_string())])));
    }
}
