//! Exports and imports under way: how far they are, what was dropped, and what could not be read.

use egui::{Id, Label, RichText, ScrollArea, Ui, Window};

use crate::engine::Imported;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP;

/// The report's width and greatest height, in points.
const REPORT: egui::Vec2 = egui::Vec2::new(560.0, 360.0);

/// What an import could not read, until it has been looked at.
#[derive(Debug, Default)]
pub(crate) struct ImportReport {
    imported: Option<Imported>,
}

impl ImportReport {
    /// Shows what could not be read, where there is anything.
    pub(crate) fn take(&mut self, imported: Imported) {
        self.imported = (imported.unread > 0).then_some(imported);
    }

    /// Closes it. Whether it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.imported.take().is_some()
    }

    /// Draws it, where it is open.
    pub(crate) fn ui(&self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(imported) = &self.imported else { return };
        let mut open = true;
        let window = Window::new(look.text("export.report.title")).id(Id::unique("import-report")).open(&mut open);
        let window = window.collapsible(false).resizable(false).default_width(REPORT.x);
        window.show(ui.ctx(), |ui| {
            ui.set_width(REPORT.x);
            ui.spacing_mut().item_spacing.y = GAP;
            ui.label(RichText::new(summary(imported, look)).color(look.palette.strong));
            let area = ScrollArea::vertical().max_height(REPORT.y).auto_shrink([false, true]);
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

/// What came in, in one sentence.
pub(crate) fn summary(imported: &Imported, look: &Look) -> String {
    let counts = [("added", imported.added), ("known", imported.known), ("unread", imported.unread)];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let details: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, &**count)).collect();
    look.filled(if imported.unread > 0 { "export.imported_with_problems" } else { "export.imported" }, &details)
}
