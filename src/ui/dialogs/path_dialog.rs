//! Dialog for typed paths, where the desktop has no file dialog.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Button, Id, Label, RichText, TextEdit, Ui, Window};

use crate::ui::action::{Action, FileRequest};
use crate::ui::look::Look;
use crate::ui::theme::GAP;
use crate::ui::widgets::controls::{named, weak};

/// Width of the dialog, in points.
const WIDTH: f32 = 560.0;

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
    /// True until the field has had the focus.
    is_new: bool,
}

impl PathDialog {
    /// Opens the dialog; a file to be written is proposed in this folder.
    pub(crate) fn open(&mut self, request: FileRequest, folder: &Path) {
        let text = match &request {
            FileRequest::Save { name } | FileRequest::Backup { name } | FileRequest::SaveMenu { name } => {
                folder.join(name).display().to_string()
            }
            FileRequest::Open | FileRequest::Menu | FileRequest::Pictures { .. } => String::new(),
        };
        self.open = Some(PathInput { request, text, is_new: true });
    }

    /// Closes the dialog; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.open.take().is_some()
    }

    /// Draws the dialog, if it is open.
    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(input) = &mut self.open else { return };
        let mut stays = true;
        let window = Window::new(look.text(title(&input.request))).id(Id::unique("paths")).open(&mut stays);
        let window = window.collapsible(false).resizable(false).pivot(egui::Align2::CENTER_CENTER);
        window.default_pos(ui.ctx().content_rect().center()).default_width(WIDTH).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = GAP;
            input_ui(ui, input, look, actions);
        });
        if !stays {
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

fn input_ui(ui: &mut Ui, input: &mut PathInput, look: &Look, actions: &mut Vec<Action>) {
    let takes_several = matches!(input.request, FileRequest::Open | FileRequest::Pictures { .. });
    let hint = if takes_several { "export.path.hint" } else { "export.path.hint_one" };
    ui.add(Label::new(weak(look, look.text(hint))).wrap());
    let edit = if takes_several {
        TextEdit::multiline(&mut input.text).desired_rows(LINES)
    } else {
        TextEdit::singleline(&mut input.text)
    };
    let response = ui.add(edit.font(egui::TextStyle::Monospace).desired_width(f32::INFINITY));
    let name = look.text(title(&input.request));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(&*name));
    if std::mem::take(&mut input.is_new) {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let paths = paths(&input.text);
    ui.horizontal(|ui| {
        let words = look.text("export.path.use");
        let button = Button::new(RichText::new(&*words).color(look.palette.on_accent)).fill(look.palette.accent);
        let button = named(ui.add_enabled(!paths.is_empty(), button), Role::Button, &words);
        if button.clicked() || (entered && !paths.is_empty()) {
            actions.push(Action::UsePaths { request: input.request.clone(), paths });
        }
        if ui.button(look.text("export.cancel")).clicked() {
            actions.push(Action::ClosePathDialog);
        }
    });
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
        dialog.open(FileRequest::Backup { name: "copy.db".to_owned() }, Path::new("/home/me"));
        assert_eq!(dialog.open.as_ref().map(|input| &*input.text), Some("/home/me/copy.db"));
        assert!(dialog.close() && !dialog.close());
    }
}
