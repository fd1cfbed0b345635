//! Diagnoses of a request and findings about a reply, with their remedies, as cards.

use egui::accesskit::Role;
use egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use super::controls::{named, small_button};
use super::shown::DisplayText;
use crate::capture::diagnosis::{self, Coded, Severity};
use crate::texts::Language;
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{CORNER, GAP, GAP_SMALL};
use crate::wechat::codes;
use crate::wechat::tree::Place;

/// A finding as text in one language.
#[derive(Clone, Debug)]
pub(crate) struct FindingView {
    severity: Severity,
    code: &'static str,
    message: String,
    remedy: String,
    place: Option<Place>,
    /// Filter term that lists all captures with this code; findings about replies have none.
    term: Option<String>,
}

impl FindingView {
    /// Translates findings, the most severe first; the same finding about several things stands once.
    pub(crate) fn all<C: Coded + PartialEq>(findings: &[codes::Finding<C>], language: Language) -> Vec<Self> {
        let merged = Self::merged(findings);
        let mut findings: Vec<Self> = merged.iter().map(|finding| Self::of(finding, language)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    /// Findings with the same code made one, each detail with all of its values. Variants have words of their own, and
    /// stay apart.
    pub(crate) fn merged<C: Coded + PartialEq>(findings: &[codes::Finding<C>]) -> Vec<codes::Finding<C>> {
        let names =
            |finding: &codes::Finding<C>| finding.details.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let mut merged: Vec<codes::Finding<C>> = Vec::new();
        for finding in findings {
            let is_same = |other: &&mut codes::Finding<C>| other.code == finding.code && names(other) == names(finding);
            let Some(first) =
                merged.iter_mut().find(is_same).filter(|_| !names(finding).iter().any(|name| name == "variant"))
            else {
                merged.push(finding.clone());
                continue;
            };
            for ((_, value), (_, another)) in first.details.iter_mut().zip(&finding.details) {
                if !value.split(", ").any(|part| part == another) {
                    value.push_str(", ");
                    value.push_str(another);
                }
            }
        }
        merged
    }

    /// The message, as it is shown.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Translates one finding.
    pub(crate) fn of<C: Coded>(finding: &codes::Finding<C>, language: Language) -> Self {
        let code = finding.code.as_str();
        let is_filtered_by = C::STEM == <diagnosis::Code as Coded>::STEM;
        Self {
            severity: finding.code.severity(),
            code,
            // Details may quote the request.
            message: DisplayText::of(&finding.message(language)).marked(),
            remedy: DisplayText::of(&finding.remedy(language)).marked(),
            place: finding.place,
            term: is_filtered_by.then(|| format!("{}:{code}", C::STEM)),
        }
    }
}

/// Display of a finding's place in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceDisplay {
    Text,
    /// A click on it returns [`FindingClick::Place`].
    Link,
}

/// A click on a part of a finding.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FindingClick {
    /// The code, as a filter term.
    Code(String),
    Place(Place),
}

/// Draws one card for each finding, and returns the clicked part.
pub(crate) fn findings_ui(
    ui: &mut Ui,
    findings: &[FindingView],
    places: PlaceDisplay,
    look: &Look,
) -> Option<FindingClick> {
    let mut clicked = None;
    for finding in findings {
        clicked = finding_ui(ui, finding, places, look, |_| ()).0.or(clicked.take());
    }
    clicked
}

/// Draws one finding, with what `button` draws below it; returns the clicked part, and what the button returned.
pub(crate) fn finding_ui<R>(
    ui: &mut Ui,
    finding: &FindingView,
    places: PlaceDisplay,
    look: &Look,
    button: impl FnOnce(&mut Ui) -> R,
) -> (Option<FindingClick>, R) {
    let color = look.severity_color(finding.severity);
    let frame = Frame::new()
        .fill(look.severity_ground(finding.severity))
        .stroke(Stroke::new(1.0, color.gamma_multiply(0.35)))
        .corner_radius(CornerRadius::same(CORNER))
        .inner_margin(Margin::symmetric(12, 8));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let clicked = head_ui(ui, finding, places, look);
        ui.add(Label::new(RichText::new(&finding.message).color(look.palette.strong)).wrap());
        ui.add(Label::new(&finding.remedy).wrap());
        (clicked, button(ui))
    });
    shown.inner
}

fn head_ui(ui: &mut Ui, finding: &FindingView, places: PlaceDisplay, look: &Look) -> Option<FindingClick> {
    let line = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let word = look.text(match finding.severity {
            Severity::Note => "severity.note",
            Severity::Warning => "severity.warning",
            Severity::Error => "severity.error",
        });
        let mark = severity_mark(finding.severity);
        ui.label(RichText::new(format!("{mark} {word}")).strong().color(look.severity_color(finding.severity)));
        let code = code_ui(ui, finding, look);
        let place = finding.place.and_then(|place| place_ui(ui, place, places, look));
        code.or(place)
    });
    line.inner
}

/// Draws the code, as a button if a filter can search for it.
fn code_ui(ui: &mut Ui, finding: &FindingView, look: &Look) -> Option<FindingClick> {
    let text = RichText::new(finding.code).monospace().small().color(look.palette.weak);
    let Some(term) = &finding.term else {
        ui.label(text);
        return None;
    };
    let name = look.filled("detail.filter_by_code", &[("code", finding.code)]);
    let button = named(ui.add(small_button(text).frame_when_inactive(false)), Role::Button, &name);
    button.on_hover_text(name).clicked().then(|| FindingClick::Code(term.clone()))
}

/// Draws line and column of the finding.
fn place_ui(ui: &mut Ui, place: Place, places: PlaceDisplay, look: &Look) -> Option<FindingClick> {
    let (line, column) = (place.line.to_string(), place.column.to_string());
    let words = look.filled("detail.place", &[("line", &line), ("column", &column)]);
    match places {
        PlaceDisplay::Text => {
            ui.label(RichText::new(words).color(look.palette.weak));
            None
        }
        PlaceDisplay::Link => ui.link(words).clicked().then_some(FindingClick::Place(place)),
    }
}
