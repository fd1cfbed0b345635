//! The lint of the menu as it is: the errcodes that WeChat would give, with place and remedy.

use egui::{RichText, Ui};

use super::edited_menu::EditedMenu;
use crate::capture::diagnosis::Severity;
use crate::ui::look::Look;
use crate::ui::widgets::controls::{title, weak};
use crate::ui::widgets::findings::{FindingView, PlaceDisplay, finding_ui, findings_ui};
use crate::wechat::custom_menu::MenuFinding;

/// Findings that are drawn; the others say much the same.
const MOST_FINDINGS: usize = 20;

/// Draws the findings.
pub(super) fn lint_section_ui(ui: &mut Ui, menu: &EditedMenu, look: &Look) {
    title(ui, look, &look.text("board.lint"));
    let findings = menu.findings();
    let count = |severity| findings.iter().filter(|finding| finding.code.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (words, color) = match (errors, warnings) {
        (0, 0) => (format!("✓ {}", look.text("menu.sound")), look.palette.ok),
        (0, _) => (format!("✓ {}", look.filled("menu.taken", &[("count", &warnings.to_string())])), look.palette.ok),
        _ => (format!("⚠ {}", look.filled("menu.refused", &[("count", &errors.to_string())])), look.palette.error),
    };
    ui.label(RichText::new(words).color(color));
    let (notes, mut others): (Vec<MenuFinding>, Vec<MenuFinding>) =
        findings.iter().cloned().partition(|finding| finding.code.severity() == Severity::Note);
    others.sort_by_key(|finding| std::cmp::Reverse(finding.code.severity()));
    for finding in others.iter().take(MOST_FINDINGS) {
        let view = FindingView::of(finding, look.language);
        finding_ui(ui, &view, PlaceDisplay::Text, look, |ui| {
            if let Some(errcode) = finding.errcode() {
                ui.label(weak(look, format!("errcode {errcode}")).monospace());
            }
        });
    }
    if others.len() > MOST_FINDINGS {
        let count = (others.len() - MOST_FINDINGS).to_string();
        ui.label(weak(look, look.filled("board.more_findings", &[("count", &count)])));
    }
    // A note about several buttons stands once.
    findings_ui(ui, &FindingView::all(&notes, look.language), PlaceDisplay::Text, look);
}
