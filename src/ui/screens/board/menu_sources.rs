//! Head of the board: the origin of the menu, the ways to open another one, and what is done with it.

use egui::accesskit::Role;
use egui::containers::menu::MenuButton;
use egui::{Button, Frame, Label, Margin, RichText, Sides, Stroke, TextEdit, Ui};

use super::Board;
use super::edited_menu::EditedMenu;
use crate::account::SecretName;
use crate::capture::diagnosis::Severity;
use crate::engine::{MenuCommand, MenuOrigin, Status};
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, BoardAction, BoardVerb, Mend};
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{CORNER, GAP_SMALL, page_text};
use crate::ui::widgets::controls::{icon_button, named, primary_button, small_button, weak};
use crate::ui::widgets::dialog::{DialogChoice, choice_ui, dialog_ui};

/// Errors whose remedy is in Settings, by their locale keys.
const NAMED_IN_SETTINGS: [&str; 2] = ["user_error.api.no_app_id", "user_error.api.no_app_secret"];

/// Kept menus that the menu lists.
const MOST_KEPT: usize = 20;
/// Characters of a path or an account.
const SHOWN: usize = 60;
/// Lines of the field that a menu is pasted into, and its limit in characters: WeChat takes far less.
const LINES: usize = 12;
const MOST_CHARS: usize = 256 << 10;

/// Input of the head.
#[derive(Debug, Default)]
pub(super) struct MenuSources {
    /// The text of a menu, while the dialog for it is open.
    pub(super) pasted: Option<String>,
    /// True while WeChat is being asked.
    pub(super) is_waiting: bool,
}

impl MenuSources {
    /// Returns true while the dialog is open.
    pub(super) fn is_open(&self) -> bool {
        self.pasted.is_some()
    }

    /// Closes the dialog; returns true if it was open.
    pub(super) fn close(&mut self) -> bool {
        self.pasted.take().is_some()
    }
}

impl Board {
    /// Draws title and origin, and the buttons beside them; an error below.
    pub(super) fn sources_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let account = self.account(status);
        let title = look.text("board.title");
        let origin = self.menu.as_ref().map(|menu| origin_words(menu, look));
        Sides::new().shrink_left().truncate().show(
            ui,
            |ui| {
                named(ui.add(Label::new(page_text(&*title).color(look.palette.strong))), Role::Heading, &title);
                if let Some(origin) = &origin {
                    ui.add(Label::new(weak(look, origin)).truncate());
                }
            },
            |ui| {
                ui.spacing_mut().item_spacing.x = GAP_SMALL;
                // From the right to the left.
                let edited = self.edit_ui(ui, look, actions);
                let opened = self.open_ui(ui, &account, look, actions);
                for verb in [edited, opened].into_iter().flatten() {
                    actions.extend(self.carry_out(verb, status));
                }
                self.account_ui(ui, &account, status, look, actions);
            },
        );
        self.trouble_ui(ui, &account, look, actions);
        if self.aside.is_some() && ui.add(small_button(&*look.text("board.take_back"))).clicked() {
            self.take_back();
        }
        if self.publishing.is_done() {
            let words = format!("✓ {}", look.text("board.published"));
            ui.add(Label::new(RichText::new(words).color(look.palette.ok)).wrap());
        }
    }

    /// Draws what can be done with the menu; returns the verb that was chosen.
    fn edit_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) -> Option<BoardVerb> {
        let menu = self.menu.as_ref()?;
        let mut verb = None;
        let can_publish = !self.sources.is_waiting;
        let publish = primary_button(ui, look, &look.text("board.publish"), can_publish);
        if publish.on_hover_text(look.text("board.publish_hint")).clicked() {
            verb = Some(BoardVerb::Publish);
        }
        if ui.add(quiet("board.save", look)).clicked() {
            verb = Some(BoardVerb::Save);
        }
        if ui.add(quiet("board.copy", look)).on_hover_text(look.text("board.copy_hint")).clicked() {
            actions.push(Action::Copy(menu.json()));
        }
        if ui.add(Button::new(look.text("board.edit.button")).selected(menu.is_editing())).clicked() {
            verb = Some(BoardVerb::Edit);
        }
        verb
    }

    /// Draws the ways to open a menu; returns the verb that was chosen.
    fn open_ui(&self, ui: &mut Ui, account: &str, look: &Look, actions: &mut Vec<Action>) -> Option<BoardVerb> {
        let mut verb = None;
        let (response, _) = MenuButton::from_button(quiet("board.kept", look)).ui(ui, |ui| {
            if self.kept.is_empty() {
                ui.label(weak(look, look.text("board.none_kept")));
            }
            for kept in self.kept.iter().take(MOST_KEPT) {
                if ui.button(look.dated(kept.fetched_at)).clicked() {
                    let path = Some(kept.path.clone());
                    let open = MenuCommand::OpenKept { account: Some(account.to_owned()), path };
                    actions.push(Action::Ask(open.into()));
                    ui.close();
                }
            }
        });
        response.on_hover_text(look.text("board.kept_hint"));
        if ui.add(quiet("board.paste", look)).clicked() {
            verb = Some(BoardVerb::Paste);
        }
        if ui.add(quiet("board.open", look)).clicked() {
            actions.push(Action::Board(BoardAction::ChooseFile));
        }
        // Before there is a menu, asking for it is what there is to do.
        let (can_fetch, words) = (!self.sources.is_waiting, look.text("board.fetch"));
        let fetch = match &self.menu {
            None => primary_button(ui, look, &words, can_fetch),
            Some(_) => ui.add_enabled(can_fetch, quiet("board.fetch", look)),
        };
        if fetch.on_hover_text(look.text("board.fetch_hint")).clicked() {
            verb = Some(BoardVerb::Fetch);
        }
        if self.sources.is_waiting {
            ui.spinner();
        }
        verb
    }

    /// Draws the choice of the account, where there are several.
    fn account_ui(&mut self, ui: &mut Ui, account: &str, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        if status.config.accounts.len() < 2 {
            return;
        }
        let combo = egui::ComboBox::from_id_salt("board account").selected_text(shortened(account, SHOWN));
        let shown = combo.show_ui(ui, |ui| {
            for name in status.config.accounts.keys() {
                if ui.selectable_label(name == account, shortened(name, SHOWN)).clicked() && name != account {
                    self.account = Some(name.clone());
                    self.set_aside();
                    self.menu = None;
                    let open = MenuCommand::OpenKept { account: Some(name.clone()), path: None };
                    actions.push(Action::Ask(open.into()));
                }
            }
        });
        let name = look.text("board.account");
        ui.ctx().accesskit_node_builder(shown.response.id, |node| node.set_label(&*name));
    }

    /// Draws the last error, until it is dismissed.
    fn trouble_ui(&mut self, ui: &mut Ui, account: &str, look: &Look, actions: &mut Vec<Action>) {
        let Some(trouble) = &self.trouble else { return };
        let words = format!("{} {}", severity_mark(Severity::Error), look.trouble(trouble));
        let frame = Frame::new().fill(look.palette.error_ground).corner_radius(CORNER);
        let frame = frame.stroke(Stroke::new(1.0, look.palette.error.gamma_multiply(0.35)));
        let is_dismissed = frame.inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
            let sides = Sides::new().shrink_left().wrap().show(
                ui,
                |ui| drop(ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap())),
                |ui| {
                    let is_dismissed =
                        icon_button(ui, crate::ui::theme::icons::CLOSE, &look.text("board.dismiss")).clicked();
                    let is_about_settings = NAMED_IN_SETTINGS.iter().any(|key| trouble.is(key));
                    if is_about_settings && ui.add(small_button(&*look.text("board.open_settings"))).clicked() {
                        actions.push(open_settings(account));
                    }
                    is_dismissed
                },
            );
            sides.1
        });
        if is_dismissed.inner {
            self.trouble = None;
        }
    }

    /// Draws the dialog that takes a pasted menu.
    pub(super) fn paste_ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(pasted) = &mut self.sources.pasted else { return };
        let title = look.text("board.paste_title");
        let mut choice = DialogChoice::None;
        let is_left = dialog_ui(
            ui,
            ("board paste", &title),
            look,
            |ui, dialog| {
                ui.add(Label::new(weak(look, look.text("board.paste_hint"))).wrap());
                let edit = TextEdit::multiline(pasted).font(egui::TextStyle::Monospace).desired_rows(LINES);
                let response = ui.add(edit.desired_width(f32::INFINITY).char_limit(MOST_CHARS).lock_focus(false));
                dialog.focus_first(&response);
                let name = look.text("board.paste_field");
                named(response, Role::MultilineTextInput, &name);
                !pasted.trim().is_empty()
            },
            |ui, has_text| {
                let (cancel, open) = (look.text("export.cancel"), look.text("board.paste_open"));
                choice = choice_ui(ui, &cancel, (&open, has_text), look);
            },
        );
        match choice {
            DialogChoice::Confirm => {
                let text = self.sources.pasted.take().unwrap_or_default();
                actions.push(Action::Ask(MenuCommand::OpenText { text }.into()));
            }
            DialogChoice::Cancel => drop(self.sources.close()),
            DialogChoice::None if is_left => drop(self.sources.close()),
            DialogChoice::None => {}
        }
    }
}

/// A button that stands back behind the others: without a frame until the pointer is on it.
fn quiet<'b>(key: &str, look: &Look) -> Button<'b> {
    Button::new(look.text(key).into_owned()).frame_when_inactive(false)
}

/// The action that opens the form of an account at its AppSecret.
pub(super) fn open_settings(account: &str) -> Action {
    Action::Mend(Mend::EnterSecret { account: account.to_owned(), secret: SecretName::AppSecret })
}

/// The words for the origin of a menu, and for changes to it.
fn origin_words(menu: &EditedMenu, look: &Look) -> String {
    let origin = match &menu.origin {
        MenuOrigin::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            look.filled("board.origin.file", &[("file", &shortened(&name, SHOWN))])
        }
        MenuOrigin::Text => look.text("board.origin.text").into_owned(),
        MenuOrigin::Kept(kept) => look.filled("board.origin.kept", &[("time", &look.dated(kept.fetched_at))]),
    };
    let mut parts = vec![origin];
    if menu.opened().is_open == Some(false) {
        parts.push(look.text("board.closed").into_owned());
    }
    if menu.is_changed() {
        parts.push(look.text("board.changed").into_owned());
    }
    parts.join(" · ")
}
