//! Files that hang over the window or are dropped onto it: to be imported, or pictures to compose with.

use std::path::Path;

use egui::{Id, Ui};

use crate::engine::{PictureRequest, TransferCommand};
use crate::ui::action::Action;
use crate::ui::look::Look;

/// Draws where files may be dropped, and asks the engine to read those that were. They are pictures for the message
/// with the number `for_pictures`, or to be imported.
pub(crate) fn file_drop_ui(ui: &Ui, for_pictures: Option<u32>, look: &Look, actions: &mut Vec<Action>) {
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
            Some(number) => PictureRequest { number, paths }.into(),
            None => TransferCommand::Import { paths }.into(),
        };
        actions.push(Action::Ask(command));
    }
}
