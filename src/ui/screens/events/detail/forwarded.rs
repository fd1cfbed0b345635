//! The exchange with the developer's own server, for a forwarded push.

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::reply_bytes::{bytes_ui, row_ui, target_ui, text};
use crate::capture::{ServerAnswer, header_text};
use crate::texts::Language;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, icons};
use crate::ui::widgets::controls::{card, title, value_pair};
use crate::ui::widgets::findings::{FindingView, PlaceDisplay, findings_ui};
use crate::ui::widgets::marked::marked_ui;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::shown::DisplayText;

/// A forwarded push and its response, prepared for drawing.
#[derive(Debug)]
pub(super) struct ForwardView {
    target: String,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
    /// Time to the first byte of the response, and to its end.
    times: (Option<String>, String),
    problem: Option<String>,
    findings: Vec<FindingView>,
    passed_on: bool,
    /// Set if a fault was injected into its answer, or beside it.
    has_fault: bool,
}

impl ForwardView {
    /// Prepares an exchange for display in the given language.
    pub(super) fn of(forwarded: &ServerAnswer, fault: Option<&str>, language: Language) -> Self {
        let shown = |text: &str| DisplayText::of(text).marked();
        Self {
            target: shown(&forwarded.target),
            status: forwarded.status,
            headers: forwarded.headers.iter().map(|(name, value)| (shown(name), shown(&header_text(value)))).collect(),
            body: text(&forwarded.body),
            times: (forwarded.first_byte.map(milliseconds), milliseconds(forwarded.elapsed)),
            // The cause may quote the other side.
            problem: forwarded.problem.as_ref().map(|problem| DisplayText::of(&problem.words(language)).marked()),
            findings: FindingView::all(&forwarded.lint, language),
            passed_on: forwarded.passed_on,
            has_fault: fault.is_some(),
        }
    }
}

/// Draws the exchange below the reply.
pub(super) fn forwarded_ui(ui: &mut Ui, forward: &ForwardView, look: &Look) {
    title(ui, look, &look.text("forwarded.title"));
    let (mark, key, color) = match (forward.passed_on, &forward.problem) {
        (true, None) => (icons::CHECK, "forwarded.passed_on", look.palette.weak),
        (true, Some(_)) => (icons::TRIANGLE_ALERT, "forwarded.passed_on", look.palette.warning),
        (false, None) if forward.has_fault => (icons::ZAP, "forwarded.faulty", look.palette.fault),
        (false, _) => (icons::SERVER_OFF, "forwarded.not_passed_on", look.palette.warning),
    };
    marked_ui(ui, mark, &look.text(key), color);
    if let Some(problem) = &forward.problem {
        ui.add(Label::new(RichText::new(problem).color(look.palette.strong)).wrap());
    }
    // A response that was passed on is shown above, with its findings, as the reply.
    if !forward.passed_on {
        findings_ui(ui, &forward.findings, PlaceDisplay::Text, look);
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        facts_ui(ui, forward, look);
        if !forward.passed_on {
            row_ui(ui, "detail.answer.body", look, |ui| bytes_ui(ui, &forward.body, look));
        }
        let headers = look.filled("forwarded.headers", &[("count", &forward.headers.len().to_string())]);
        CollapsingHeader::new(headers).id_salt("forwarded headers").show(ui, |ui| {
            for (name, value) in &forward.headers {
                value_pair(ui, look, name, value);
            }
        });
    });
}

fn facts_ui(ui: &mut Ui, forward: &ForwardView, look: &Look) {
    let none = || look.text("forwarded.none").into_owned();
    let status = forward.status.map_or_else(none, |status| status.to_string());
    let (first_byte, whole) = &forward.times;
    target_ui(ui, &forward.target, look);
    value_pair(ui, look, &look.text("detail.answer.status"), &status);
    value_pair(ui, look, &look.text("forwarded.first_byte"), &first_byte.clone().unwrap_or_else(none));
    value_pair(ui, look, &look.text("forwarded.whole"), whole);
}
