//! Report of an import: the files and entries that could not be read.

use egui::{Id, Label, RichText, ScrollArea, Ui, Window};

use crate::engine::ImportSummary;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP;

/// Width and maximum height of the report, in points.
const REPORT: egui::Vec2 = egui::Vec2::new(560.0, 360.0);

/// The last import with unreadable entries, until the report is closed.
#[derive(Debug, Default)]
pub(crate) struct ImportReport {
    imported: Option<ImportSummary>,
}

impl ImportReport {
    /// Opens the report, if something could not be read.
    pub(crate) fn take(&mut self, imported: ImportSummary) {
        self.imported = (imported.unread > 0).then_some(imported);
    }

    /// Closes the report; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.imported.take().is_some()
    }

    /// Draws the report, if it is open.
    pub(crate) fn ui(&self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(imported) = &self.imported else { return };
        let mut open = true;
        let window = Window::new(look.text("export.report.title")).id(Id::unique("import-report")).open(&mut open);
        let window = window.collapsible(false).resizable(false).default_width(REPORT.x);
        window.show(ui.ctx(), |ui| {
            ui.set_width(REPORT.x);
            ui.spacing_mut().item_spacing.y = GAP;
            ui.label(RichText::new(summary(imported, look)).color(look.palette.strong));
            let area =
                ScrollArea::vertical().max_height(REPORT.y).min_scrolled_height(REPORT.y).auto_shrink([false, true]);
            let height = ui.text_style_height(&egui::TextStyle::Body) * 2.0 + GAP;
            area.show_rows(ui, height, imported.problems.len(), |ui, rows| {
                for problem in imported.problems.get(rows).unwrap_or_default() {
                    let place = safe_text(&problem.place);
                    ui.add(Label::new(RichText::new(place).monospace()).truncate());
                    ui.add(Label::new(&*safe_text(&problem.reason.words(look.language))).truncate());
                }
            });
        });
        if !open {
            actions.push(Action::CloseReport);
        }
    }
}

/// Counts of an import in one sentence.
pub(crate) fn summary(imported: &ImportSummary, look: &Look) -> String {
    let counts = [("added", imported.added), ("known", imported.known), ("unread", imported.unread)];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let details: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, &**count)).collect();
    look.filled(if imported.unread > 0 { "export.imported_with_problems" } else { "export.imported" }, &details)
}
