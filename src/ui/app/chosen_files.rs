//! Paths chosen in a file dialog, used for what they were asked for.

use std::path::PathBuf;

use egui::Context;

use super::start;
use crate::engine::{
    MaintenanceCommand, MaintenanceTask, MenuCommand, PicturePurpose, PictureRequest, TransferCommand,
};
use crate::ui::App;
use crate::ui::action::FileRequest;
use crate::ui::dialogs::file_dialog::DialogAnswer;

impl App {
    /// Uses the paths chosen in the desktop's file dialog.
    pub(super) fn note_dialog(&mut self, ctx: &Context) {
        let Some((wanted, chosen)) = self.state.file_dialog.chosen(&self.waker) else { return };
        match chosen {
            DialogAnswer::Chosen(paths) => self.use_paths(wanted, paths),
            DialogAnswer::Cancelled => {}
            DialogAnswer::NotShown => self.state.path_dialog.open(wanted, &start::documents(), true),
        }
        ctx.request_repaint();
    }

    /// Offers a field for the path: the desktop's dialog may be out of sight.
    pub(super) fn type_path(&mut self) {
        if let Some(wanted) = self.state.file_dialog.give_up() {
            self.state.path_dialog.open(wanted, &start::documents(), false);
        }
    }

    /// Uses paths for what they were asked for.
    pub(super) fn use_paths(&mut self, wanted: FileRequest, paths: Vec<PathBuf>) {
        match (wanted, paths.as_slice()) {
            (_, []) => {}
            (FileRequest::Save { .. }, [path, ..]) => self.state.export_dialog.choose(path),
            (FileRequest::Backup { .. }, [path, ..]) => {
                self.ask(MaintenanceCommand::Run { task: MaintenanceTask::BackUp { path: path.clone() } });
            }
            (FileRequest::Menu, [path, ..]) => self.ask(MenuCommand::OpenFile { path: path.clone() }),
            (FileRequest::SaveMenu { .. }, [path, ..]) => {
                let save = self.state.board.json().map(|json| MenuCommand::Save { path: path.clone(), json });
                if let Some(save) = save {
                    self.ask(save);
                }
            }
            (FileRequest::Open, _) => self.ask(TransferCommand::Import { paths }),
            (FileRequest::Pictures { number }, _) => {
                self.ask(PictureRequest { purpose: PicturePurpose::Compose { number }, paths });
            }
        }
    }
}
