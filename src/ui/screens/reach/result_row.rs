//! One result of the checks: its mark, its check, what was found, and the remedy.

use egui::accesskit::Role;
use egui::{Color32, CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use crate::engine::{CheckResult, CheckVerdict};
use crate::texts::safe_text::safe_text;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, GAP, GAP_SMALL, LABEL_WIDTH};
use crate::ui::widgets::controls::{named, weak};

/// Width of the marks' column, in points.
const MARK_WIDTH: f32 = 16.0;

/// The mark of a verdict: a shape that is told apart without its colour.
pub(super) fn mark(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Ok => "✓",
        CheckVerdict::Warn => "▲",
        CheckVerdict::Fail => "⚠",
        CheckVerdict::Skipped => "–",
    }
}

fn color(verdict: CheckVerdict, look: &Look) -> Color32 {
    match verdict {
        // What is right is quiet.
        CheckVerdict::Ok | CheckVerdict::Skipped => look.palette.weak,
        CheckVerdict::Warn => look.palette.warning,
        CheckVerdict::Fail => look.palette.error,
    }
}

/// Draws a result: one line where all is well, a tinted card with the remedy where not.
pub(super) fn result_ui(ui: &mut Ui, result: &CheckResult, look: &Look) {
    let verdict = result.code.verdict();
    let ground = match verdict {
        CheckVerdict::Ok | CheckVerdict::Skipped => Frame::new().inner_margin(Margin::symmetric(12, 2)),
        CheckVerdict::Warn => tinted(look.palette.warning_ground, look.palette.warning),
        CheckVerdict::Fail => tinted(look.palette.error_ground, look.palette.error),
    };
    ground.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let word = look.text(verdict_key(verdict));
            let shown = RichText::new(mark(verdict)).strong().color(color(verdict, look));
            let cell = ui.allocate_ui(egui::vec2(MARK_WIDTH, 0.0), |ui| {
                ui.set_width(MARK_WIDTH);
                ui.add(Label::new(shown).selectable(false))
            });
            named(cell.inner, Role::Image, &word);
            let check = look.text(check_key(result));
            ui.allocate_ui(egui::vec2(LABEL_WIDTH, 0.0), |ui| {
                ui.set_width(LABEL_WIDTH);
                ui.add(Label::new(RichText::new(&*check).color(look.palette.strong)).wrap());
            });
            ui.vertical(|ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                words_ui(ui, result, look);
            });
        });
    });
}

/// A result as lines of text, in the words of the window: what the window shows is what is copied.
pub(super) fn report_lines(result: &CheckResult, look: &Look) -> String {
    let verdict = result.code.verdict();
    let (word, check) = (look.text(verdict_key(verdict)), look.text(check_key(result)));
    let found = look.filled("window.pair", &[("name", &*check), ("value", &*result.window_message(look.language))]);
    let remedy = result.window_remedy(look.language);
    let remedy = if remedy.is_empty() { remedy } else { format!("  → {remedy}\n") };
    format!("{} {word} · {found} [{}]\n{remedy}", mark(verdict), result.code.as_str())
}

fn words_ui(ui: &mut Ui, result: &CheckResult, look: &Look) {
    let is_quiet = matches!(result.code.verdict(), CheckVerdict::Ok | CheckVerdict::Skipped);
    let message = safe_text(&result.window_message(look.language)).into_owned();
    let text = RichText::new(message);
    let text = match result.code.verdict() {
        CheckVerdict::Skipped => text.color(look.palette.weak),
        _ if is_quiet => text,
        _ => text.color(look.palette.strong),
    };
    ui.add(Label::new(text).wrap());
    let remedy = result.window_remedy(look.language);
    if !remedy.is_empty() {
        ui.add(Label::new(safe_text(&remedy).into_owned()).wrap());
    }
    if !is_quiet {
        ui.label(weak(look, result.code.as_str()).monospace());
    }
}

fn tinted(ground: Color32, line: Color32) -> Frame {
    Frame::new()
        .fill(ground)
        .stroke(Stroke::new(1.0, line.gamma_multiply(0.35)))
        .corner_radius(CornerRadius::same(CORNER))
        .inner_margin(Margin::symmetric(12, 8))
}

/// The key of the check's name.
pub(super) fn check_key(result: &CheckResult) -> &'static str {
    result.check.name_key()
}

fn verdict_key(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Ok => "reach.verdict.ok",
        CheckVerdict::Warn => "reach.verdict.warn",
        CheckVerdict::Fail => "reach.verdict.fail",
        CheckVerdict::Skipped => "reach.verdict.skipped",
    }
}
