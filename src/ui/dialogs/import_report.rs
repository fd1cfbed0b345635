//! Report of an import: the files and entries that could not be read.

use egui::{Label, RichText, ScrollArea, Ui};

use crate::engine::ImportSummary;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP;
use crate::ui::widgets::dialog::{close_ui, dialog_ui};

/// Share of the window's height that the entries take at most, and their greatest height, in points.
const SHARE: f32 = 0.5;
const HIGHEST: f32 = 360.0;

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

    pub(crate) fn is_open(&self) -> bool {
        self.imported.is_some()
    }

    /// Closes the report; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.imported.take().is_some()
    }

    /// Draws the report, if it is open.
    pub(crate) fn ui(&self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(imported) = &self.imported else { return };
        let mut is_closed = false;
        let is_left = dialog_ui(
            ui,
            ("import-report", &look.text("export.report.title")),
            look,
            |ui, _open| report_ui(ui, imported, look),
            |ui, ()| is_closed = close_ui(ui, &look.text("export.close"), look),
        );
        if is_closed || is_left {
            actions.push(Action::CloseReport);
        }
    }
}

fn report_ui(ui: &mut Ui, imported: &ImportSummary, look: &Look) {
    ui.add(Label::new(RichText::new(summary(imported, look)).color(look.palette.strong)).wrap());
    let height = (ui.ctx().content_rect().height() * SHARE).min(HIGHEST);
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]);
    let row = ui.text_style_height(&egui::TextStyle::Body) * 2.0 + GAP;
    area.show_rows(ui, row, imported.problems.len(), |ui, rows| {
        for problem in imported.problems.get(rows).unwrap_or_default() {
            let place = safe_text(&problem.place);
            ui.add(Label::new(RichText::new(place).monospace()).truncate());
            ui.add(Label::new(&*safe_text(&problem.reason.words(look.language))).truncate());
        }
    });
}

/// Counts of an import in one sentence.
pub(crate) fn summary(imported: &ImportSummary, look: &Look) -> String {
    let counts = [("added", imported.added), ("known", imported.known), ("unread", imported.unread)];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let details: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, &**count)).collect();
    look.filled(if imported.unread > 0 { "export.imported_with_problems" } else { "export.imported" }, &details)
}
