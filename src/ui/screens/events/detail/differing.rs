//! How an answer differs from an earlier one: element by element, and line by line.

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Frame, Label, Margin, RichText, Stroke, TextStyle, Ui};

use super::replayed::{Changed, Differing, Line};
use crate::capture::diagnosis::Severity;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, code_frame, title, weak};

/// Draws both.
pub(super) fn differing_ui(ui: &mut Ui, differing: &Differing, look: &Look) {
    let key = if differing.is_forward { "replays.detail.against_forward" } else { "replays.detail.against_replay" };
    title(ui, look, &look.text(key));
    changes_ui(ui, differing, look);
    lines_ui(ui, differing, look);
}

/// Path, before and after; what does not count is not among them.
fn changes_ui(ui: &mut Ui, differing: &Differing, look: &Look) {
    if differing.changes.is_empty() {
        ui.add(Label::new(RichText::new(format!("= {}", look.text("replays.detail.no_changes")))).wrap());
        return;
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        for changed in &differing.changes {
            change_ui(ui, changed, look);
        }
        more_ui(ui, differing.more_changes, look);
    });
}

fn change_ui(ui: &mut Ui, changed: &Changed, look: &Look) {
    let path =
        if changed.path.is_empty() { look.text("replays.detail.whole").into_owned() } else { changed.path.clone() };
    let path = RichText::new(path).monospace().color(look.palette.code_name);
    ui.add(Label::new(path).wrap());
    let side = |ui: &mut Ui, mark: char, key: &str, value: Option<&str>| match value {
        Some(value) => line_ui(ui, mark, value, look),
        None => drop(ui.label(weak(look, format!("{mark} {}", look.text(key))))),
    };
    side(ui, '-', "replays.detail.was_not_there", changed.before.as_deref());
    side(ui, '+', "replays.detail.is_gone", changed.after.as_deref());
    ui.add_space(GAP_SMALL);
}

fn lines_ui(ui: &mut Ui, differing: &Differing, look: &Look) {
    if differing.lines.is_empty() || differing.has_same_lines() {
        return;
    }
    ui.label(weak(look, look.text("replays.detail.lines")));
    code_frame(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 1.0;
        for Line { mark, text } in &differing.lines {
            line_ui(ui, *mark, text, look);
        }
        more_ui(ui, differing.more_lines, look);
    });
}

/// One line; its mark says the same as its ground.
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
        // Else a long line would leave its mark alone.
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
