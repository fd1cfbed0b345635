//! Exports and imports under way: how far they are, what was dropped, and what could not be read.

use std::path::Path;
use std::time::Duration;

use egui::{Id, Label, ProgressBar, RichText, ScrollArea, Ui, Window};

use super::action::Action;
use super::look::Look;
use super::theme::GAP;
use crate::engine::{Command, ImportSummary, Progress};
use crate::texts::safe_text::safe_text;

/// Between two looks at how far the work is.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The report's width and greatest height, in points.
const REPORT: egui::Vec2 = egui::Vec2::new(560.0, 360.0);

/// Draws how far the work is, with a way to end it.
pub(super) fn progress_ui(ui: &mut Ui, progress: &Progress, look: &Look, actions: &mut Vec<Action>) {
    let (done, total) = (progress.done(), progress.total());
    ui.horizontal(|ui| {
        let bar = match total {
            0 => ProgressBar::new(0.0).text(done.to_string()),
            total => ProgressBar::new(done as f32 / total as f32).text(format!("{done} / {total}")),
        };
        ui.add(bar.desired_width(ui.available_width() - 120.0));
        if ui.button(look.text("export.cancel")).clicked() {
            actions.push(Action::Ask(Command::CancelTransfer));
        }
    });
    ui.ctx().request_repaint_after(LOOK_AGAIN);
}

/// What an import could not read, until it has been looked at.
#[derive(Debug, Default)]
pub(crate) struct Report {
    imported: Option<ImportSummary>,
}

impl Report {
    /// Shows what could not be read, where there is anything.
    pub(crate) fn take(&mut self, imported: ImportSummary) {
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
pub(crate) fn summary(imported: &ImportSummary, look: &Look) -> String {
    let counts = [("added", imported.added), ("known", imported.known), ("unread", imported.unread)];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let details: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, &**count)).collect();
    look.filled(if imported.unread > 0 { "export.imported_with_problems" } else { "export.imported" }, &details)
}

/// Files that hang over the window or were dropped onto it are to be imported, or are pictures for the message of that
/// number.
pub(crate) fn drops_ui(ui: &Ui, for_pictures: Option<u32>, look: &Look, actions: &mut Vec<Action>) {
    let (hovers, dropped) = ui.input(|input| {
        let paths = input.raw.dropped_files.iter().map(|file| file.path().to_owned());
        let paths: Vec<_> = paths.filter(|path| path != Path::new("")).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if hovers {
        let rect = ui.ctx().content_rect();
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, Id::unique("drop")));
        painter.rect_filled(rect, 0.0, look.palette.surface.gamma_multiply(0.85));
        let key = if for_pictures.is_some() { "composer.pictures.drop" } else { "export.drop" };
        let font = egui::TextStyle::Heading.resolve(ui.style());
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, look.text(key), font, look.palette.strong);
    }
    if !dropped.is_empty() {
        let paths = dropped;
        let command = match for_pictures {
            Some(number) => Command::ReadPictures { number, paths },
            None => Command::Import { paths },
        };
        actions.push(Action::Ask(command));
    }
}
