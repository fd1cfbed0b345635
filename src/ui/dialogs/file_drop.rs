//! Files that hang over the window or are dropped onto it: to be imported, pictures to compose with, or pictures to find in
//! the event that is open.

use std::path::Path;

use egui::{Id, Ui};

use crate::engine::{MenuCommand, PicturePurpose, PictureRequest, TransferCommand};
use crate::ui::action::Action;
use crate::ui::look::Look;

/// Extensions of pictures, in lower case.
const PICTURES: [&str; 7] = ["jpg", "jpeg", "png", "gif", "webp", "heic", "bmp"];

/// The extension of menus, in lower case.
const JSON: &str = "json";

/// Draws where files may be dropped, and asks the engine to read those that were: as pictures for `pictures`, as a menu, or to
/// be imported. An open event takes pictures only. On the board any file may be a menu, elsewhere JSON may.
pub(crate) fn file_drop_ui(
    ui: &Ui,
    pictures: Option<PicturePurpose>,
    is_board: bool,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let (hovers, dropped) = ui.input(|input| {
        let paths = input.raw.dropped_files.iter().map(|file| file.path().to_owned());
        let paths: Vec<_> = paths.filter(|path| path != Path::new("")).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if hovers {
        let rect = ui.ctx().content_rect();
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, Id::unique("drop")));
        painter.rect_filled(rect, 0.0, look.palette.surface.gamma_multiply(0.85));
        let key = match pictures {
            Some(PicturePurpose::Compose { .. }) => "composer.pictures.drop",
            Some(PicturePurpose::Recognise { .. }) => "hero.pictures.drop_here",
            None if is_board => "board.drop",
            None => "export.drop",
        };
        let font = egui::TextStyle::Heading.resolve(ui.style());
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, look.text(key), font, look.palette.strong);
    }
    if !dropped.is_empty() {
        let paths = dropped;
        let are_pictures = || paths.iter().all(|path| is_picture(path));
        let purpose = pictures.filter(|purpose| matches!(purpose, PicturePurpose::Compose { .. }) || are_pictures());
        let command = match purpose {
            Some(purpose) => PictureRequest { purpose, paths }.into(),
            None if is_board || paths.iter().any(|path| has_extension(path, &[JSON])) => {
                MenuCommand::Sort { paths }.into()
            }
            None => TransferCommand::Import { paths }.into(),
        };
        actions.push(Action::Ask(command));
    }
}

fn is_picture(path: &Path) -> bool {
    has_extension(path, &PICTURES)
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| known.contains(&&*extension))
}
