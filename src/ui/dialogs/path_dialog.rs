//! Dialog for typed paths, where the desktop has no file dialog, or one that is out of sight.

use std::path::{Path, PathBuf};

use egui::{Label, TextEdit, Ui};

use crate::ui::action::{Action, FileRequest};
use crate::ui::look::Look;
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::dialog::{DialogChoice, OpenDialog, choice_ui, dialog_ui};

/// Number of lines of the field for several paths.
const LINES: usize = 3;

/// The dialog, if it is open.
#[derive(Debug, Default)]
pub(crate) struct PathDialog {
    open: Option<PathInput>,
}

/// The paths as they are typed, and their purpose.
#[derive(Debug)]
struct PathInput {
    request: FileRequest,
    text: String,
    /// Set if the desktop has no file dialog.
    is_only_way: bool,
}

impl PathDialog {
    /// Opens the dialog; a file to be written is proposed in this folder.
    pub(crate) fn open(&mut self, request: FileRequest, folder: &Path, is_only_way: bool) {
        let text = match &request {
            FileRequest::Save { name } | FileRequest::Backup { name } | FileRequest::SaveMenu { name } => {
                folder.join(name).display().to_string()
            }
            FileRequest::Open | FileRequest::Menu | FileRequest::Pictures { .. } => String::new(),
        };
        self.open = Some(PathInput { request, text, is_only_way });
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Closes the dialog; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.open.take().is_some()
    }

    /// Draws the dialog, if it is open.
    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(input) = &mut self.open else { return };
        let request = input.request.clone();
        let title = look.text(title(&request));
        let mut choice = DialogChoice::None;
        let is_left = dialog_ui(
            ui,
            ("paths", &title),
            look,
            |ui, open| input_ui(ui, input, &title, open, look),
            |ui, (paths, is_entered)| {
                let (cancel, accept) = (look.text("export.cancel"), look.text("export.path.use"));
                choice = choice_ui(ui, &cancel, (&accept, !paths.is_empty()), look);
                if (is_entered || choice == DialogChoice::Confirm) && !paths.is_empty() {
                    actions.push(Action::UsePaths { request: request.clone(), paths });
                }
            },
        );
        // A click beside it closes it only where nothing would be lost.
        if choice == DialogChoice::Cancel || (is_left && input.text.trim().is_empty()) {
            actions.push(Action::ClosePathDialog);
        }
    }
}

fn title(request: &FileRequest) -> &'static str {
    match request {
        FileRequest::Save { .. } => "export.path.save",
        FileRequest::Backup { .. } => "export.path.backup",
        FileRequest::Menu => "board.path.open",
        FileRequest::SaveMenu { .. } => "board.path.save",
        FileRequest::Open => "export.path.import",
        FileRequest::Pictures { .. } => "export.path.pictures",
    }
}

/// Draws the field; returns the paths, and whether Enter was pressed in it.
fn input_ui(ui: &mut Ui, input: &mut PathInput, name: &str, open: OpenDialog, look: &Look) -> (Vec<PathBuf>, bool) {
    let PathInput { request, text, is_only_way } = input;
    let takes_several = matches!(request, FileRequest::Open | FileRequest::Pictures { .. });
    if *is_only_way {
        ui.add(Label::new(look.text("export.path.no_dialog")).wrap());
    }
    let hint = if takes_several { "export.path.hint" } else { "export.path.hint_one" };
    ui.add(Label::new(weak(look, look.text(hint))).wrap());
    let edit = if takes_several { TextEdit::multiline(text).desired_rows(LINES) } else { TextEdit::singleline(text) };
    let response = ui.add(edit.font(egui::TextStyle::Monospace).desired_width(f32::INFINITY));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    open.focus_first(&response);
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    (paths(text), is_entered)
}

/// The paths of a text, one a line; file managers copy them in quotes.
fn paths(text: &str) -> Vec<PathBuf> {
    let unquoted = |line: &str| line.trim().trim_matches(['"', '\'']).to_owned();
    text.lines().map(unquoted).filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_path() {
        let expected: Vec<PathBuf> = vec!["/a b/c.har".into(), "/d.xml".into()];
        assert_eq!(paths("\n /a b/c.har\n\n'/d.xml'\n"), expected);
        assert!(paths(" \n").is_empty());
    }

    #[test]
    fn a_file_to_write_is_proposed_where_exports_go() {
        let mut dialog = PathDialog::default();
        dialog.open(FileRequest::Backup { name: "copy.db".to_owned() }, Path::new("/home/me"), true);
        assert_eq!(dialog.open.as_ref().map(|input| &*input.text), Some("/home/me/copy.db"));
        assert!(dialog.close() && !dialog.close());
    }
}
