//! What is not perfect about the request, in plain words, with the remedy.

use egui::accesskit::Role;
use egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use super::super::action::{Action, Tab};
use super::super::look::{Look, severity_mark};
use super::super::theme::{CORNER, GAP, GAP_SMALL};
use super::controls::{named, small_button};
use super::place_path;
use super::shown::escaped;
use crate::diagnose::{Diagnosis, Severity};
use crate::texts::Language;
use crate::wechat::tree::Place;

/// A diagnosis in words.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    severity: Severity,
    code: &'static str,
    message: String,
    remedy: String,
    place: Option<Place>,
}

impl Finding {
    /// All of a request's, the worst first.
    pub(super) fn all(diagnoses: &[Diagnosis], language: Language) -> Vec<Self> {
        let mut findings: Vec<Self> = diagnoses.iter().map(|diagnosis| Self::of(diagnosis, language)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    fn of(diagnosis: &Diagnosis, language: Language) -> Self {
        Self {
            severity: diagnosis.code.severity(),
            code: diagnosis.code.as_str(),
            // Details quote what arrived.
            message: escaped(&diagnosis.message(language)).into_owned(),
            remedy: escaped(&diagnosis.remedy(language)).into_owned(),
            place: diagnosis.place,
        }
    }
}

/// One card for each.
pub(super) fn findings_ui(ui: &mut Ui, findings: &[Finding], look: &Look, actions: &mut Vec<Action>) {
    for finding in findings {
        let color = look.severity_color(finding.severity);
        let frame = Frame::new()
            .fill(look.severity_ground(finding.severity))
            .stroke(Stroke::new(1.0, color.gamma_multiply(0.35)))
            .corner_radius(CornerRadius::same(CORNER))
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP_SMALL;
            head_ui(ui, finding, look, actions);
            ui.add(Label::new(RichText::new(&finding.message).color(look.palette.strong)).wrap());
            ui.add(Label::new(&finding.remedy).wrap());
        });
    }
}

fn head_ui(ui: &mut Ui, finding: &Finding, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let word = look.text(match finding.severity {
            Severity::Note => "severity.note",
            Severity::Warning => "severity.warning",
            Severity::Error => "severity.error",
        });
        let mark = severity_mark(finding.severity);
        ui.label(RichText::new(format!("{mark} {word}")).strong().color(look.severity_color(finding.severity)));
        let code = small_button(RichText::new(finding.code).monospace().small());
        let code = named(ui.add(code), Role::Button, &look.filled("detail.filter_by_code", &[("code", finding.code)]));
        if code.on_hover_text(look.filled("detail.filter_by_code", &[("code", finding.code)])).clicked() {
            actions.push(Action::AddToFilter(format!("diagnosis:{}", finding.code)));
        }
        if let Some(place) = finding.place {
            place_ui(ui, place, look, actions);
        }
    });
}

/// Where in the message; leads to its bytes.
fn place_ui(ui: &mut Ui, place: Place, look: &Look, actions: &mut Vec<Action>) {
    let (line, column) = (place.line.to_string(), place.column.to_string());
    if ui.link(look.filled("detail.place", &[("line", &line), ("column", &column)])).clicked() {
        actions.push(Action::ChooseField(place_path(place.offset)));
        actions.push(Action::ShowTab(Tab::Raw));
    }
}
