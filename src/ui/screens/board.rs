//! The board: the menu of an account on a drawn phone, its buttons with what was captured of each, its lint, and its editor.

use std::path::PathBuf;

use egui::{Frame, Label, Margin, Panel, RichText, ScrollArea, Stroke, Ui};

use crate::account::DEFAULT_ACCOUNT;
use crate::config::KeptMenu;
use crate::engine::{
    Command, Coverage, DatedMenu, ExaminedMenu, ListenerState, MenuCommand, OpenedMenu, Status, TransferCommand,
};
use crate::texts::user_error::UserError;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_PAGE, GAP_SMALL};
use crate::wechat::custom_menu::{MenuDraft, MenuFile};

mod button_form;
mod button_rows;
mod button_tree;
mod edited_menu;
mod lint_section;
mod menu_sources;
mod phone;
mod publishing;
mod stray_section;
mod tap_run;
mod verbs;
mod visitor;

use edited_menu::EditedMenu;
use menu_sources::MenuSources;
use publishing::Publishing;
use tap_run::TapRun;
use visitor::Visitor;

/// Width of the phone's column, in points.
const PHONE_COLUMN: f32 = 324.0;

/// Width of the form of a button beside the tree, the least width that it leaves to the tree, and the greatest share of the
/// height that it takes above the tree.
const FORM_WIDTH: f32 = 380.0;
const TREE_SMALLEST: f32 = 660.0;
const FORM_SHARE: f32 = 0.6;

/// The screen: the menu that is open, and what is being done with it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// The account that was chosen; `None` for the default one.
    account: Option<String>,
    kept: Vec<KeptMenu>,
    /// The newest menu that was fetched or published.
    in_force: Option<Box<DatedMenu>>,
    menu: Option<EditedMenu>,
    /// A menu with changes that another one took the place of.
    aside: Option<EditedMenu>,
    trouble: Option<UserError>,
    sources: MenuSources,
    tapping: TapRun,
    visitor: Visitor,
    publishing: Publishing,
    /// Commands for the next frame.
    to_ask: Vec<Command>,
    /// True once the kept menus were asked for.
    is_begun: bool,
    counting: TapCounting,
    is_examining: bool,
}

/// The count of taps: the one that goes on, and the need for another.
#[derive(Clone, Copy, Debug, Default)]
struct TapCounting {
    is_outdated: bool,
    is_running: bool,
}

impl Board {
    /// Commands that are due: `is_shown` while the screen is.
    pub(crate) fn questions(&mut self, is_shown: bool, status: &Status) -> Vec<Command> {
        let mut questions = std::mem::take(&mut self.to_ask);
        // The accounts are known once the configuration was read.
        if status.listener != ListenerState::Starting && !std::mem::replace(&mut self.is_begun, true) {
            questions.push(MenuCommand::OpenKept { account: Some(self.account(status)), path: None }.into());
        }
        questions.extend(self.tapping.question());
        let account = Some(self.account(status));
        let Some(menu) = self.menu.as_mut().filter(|_| is_shown) else { return questions };
        if !self.is_examining
            && let Some(json) = menu.to_examine()
        {
            self.is_examining = true;
            questions.push(MenuCommand::Examine { json }.into());
        }
        if self.counting.is_outdated && !self.counting.is_running {
            self.counting = TapCounting { is_outdated: false, is_running: true };
            let only_its_own = status.config.accounts.len() > 1;
            questions.push(MenuCommand::Count { account, only_its_own, file: menu.file() }.into());
        }
        questions
    }

    /// The name of the account whose menu it is.
    fn account(&self, status: &Status) -> String {
        let names = &status.config.accounts;
        let default = || names.get_key_value(DEFAULT_ACCOUNT).or_else(|| names.first_key_value());
        let chosen = self.account.clone().filter(|name| names.contains_key(name));
        chosen.or_else(|| default().map(|(name, _)| name.clone())).unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned())
    }

    /// Opens a menu in place of the former one.
    pub(crate) fn open(&mut self, opened: OpenedMenu) {
        self.sources.is_waiting = false;
        (self.trouble, self.counting.is_outdated, self.tapping) = (None, true, TapRun::default());
        self.visitor.forget();
        self.publishing.note_done(false);
        self.set_aside();
        self.menu = Some(EditedMenu::of(opened));
        self.compare();
    }

    /// Keeps a menu that was changed, so that opening another one loses nothing.
    fn set_aside(&mut self) {
        if let Some(changed) = self.menu.take_if(|menu| menu.is_changed()) {
            self.aside = Some(changed);
        }
    }

    /// Goes back to the changed menu that another one took the place of.
    fn take_back(&mut self) {
        if let Some(changed) = self.aside.take() {
            self.set_aside();
            (self.menu, self.counting.is_outdated) = (Some(changed), true);
            self.visitor.forget();
            self.compare();
        }
    }

    /// Takes the lint of a menu that is being edited.
    pub(crate) fn examined(&mut self, examined: ExaminedMenu) {
        self.is_examining = false;
        if let Some(menu) = &mut self.menu {
            self.counting.is_outdated |= menu.take_examined(examined);
        }
    }

    /// Takes the taps on the buttons of a menu.
    pub(crate) fn counted(&mut self, file: &std::sync::Arc<MenuFile>, coverage: Coverage) {
        self.counting.is_running = false;
        if let Some(menu) = self.menu.as_mut().filter(|menu| std::sync::Arc::ptr_eq(&menu.file(), file)) {
            menu.take_coverage(coverage);
        }
    }

    /// Takes the menus that were kept for the account.
    pub(crate) fn take_history(&mut self, kept: Vec<KeptMenu>, in_force: Option<Box<DatedMenu>>) {
        (self.kept, self.in_force) = (kept, in_force);
        self.compare();
    }

    /// Compares the draft with the menu in force again.
    fn compare(&mut self) {
        let in_force = self.in_force.as_ref().and_then(|dated| dated.file.default.as_ref()).map(MenuDraft::of);
        if let Some(menu) = &mut self.menu {
            menu.compare_with(in_force);
        }
    }

    /// Hands dropped files that hold no menu over to be imported.
    pub(crate) fn import(&mut self, paths: Vec<PathBuf>) {
        self.to_ask.push(TransferCommand::Import { paths }.into());
    }

    /// Takes an error of reading, fetching or publishing.
    pub(crate) fn refuse(&mut self, trouble: UserError) {
        (self.sources.is_waiting, self.counting.is_running) = (false, false);
        self.publishing.note_done(false);
        self.trouble = Some(trouble);
    }

    /// Takes note that the menu was published.
    pub(crate) fn published(&mut self, json: &str) {
        (self.sources.is_waiting, self.trouble) = (false, None);
        self.publishing.note_done(true);
        if let Some(menu) = &mut self.menu {
            menu.note_published(json);
        }
    }

    /// Takes note of a write to the store: there may be other taps.
    pub(crate) fn note_written(&mut self) {
        self.counting.is_outdated = true;
    }

    /// Takes note that taps are on their way, behind a composed message where one is.
    pub(crate) fn note_sent(&mut self, behind_composer: bool) {
        self.tapping.note_sent(behind_composer);
    }

    /// Takes note that a run has ended; returns true if it is that of the taps.
    pub(crate) fn note_ended(&mut self, run: crate::capture::RunId) -> bool {
        self.tapping.note_ended(run)
    }

    /// Takes note that something has failed, which may be a run of taps.
    pub(crate) fn note_failed(&mut self) {
        self.tapping.note_failed();
    }

    /// Takes the answers of a run.
    pub(crate) fn take_answers(
        &mut self,
        run: crate::capture::RunId,
        answers: &[crate::engine::AnsweredMessage],
        look: &Look,
    ) {
        self.tapping.take_answers(run, answers, look);
    }

    /// Selects the button that pushes this; returns false where there is none.
    pub(crate) fn show_button(&mut self, kind: &str, key: &str) -> bool {
        self.menu.as_mut().is_some_and(|menu| menu.select_by_push(kind, key))
    }

    /// Tells whether a button of the menu pushes this.
    pub(crate) fn has_push(&self, kind: &str, key: &str) -> bool {
        self.menu.as_ref().is_some_and(|menu| menu.has_push(kind, key))
    }

    /// The JSON of the menu as it is shown.
    pub(crate) fn json(&self) -> Option<String> {
        self.menu.as_ref().map(EditedMenu::json)
    }

    /// Returns true while a dialog of it is open.
    pub(crate) fn has_dialog(&self) -> bool {
        self.publishing.is_open() || self.sources.is_open()
    }

    /// Closes what lies on top; returns true if there was something.
    pub(crate) fn close(&mut self) -> bool {
        self.publishing.close() || self.sources.close() || self.trouble.take().is_some() || self.stop_editing()
    }

    /// Closes the form of the menu, which keeps its changes; returns true if it was open.
    fn stop_editing(&mut self) -> bool {
        let Some(menu) = self.menu.as_mut().filter(|menu| menu.is_editing()) else { return false };
        menu.edit(false);
        true
    }

    /// Draws the screen.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let bar = Frame::new().fill(look.palette.surface).inner_margin(Margin::symmetric(GAP_PAGE as i8, GAP as i8));
        let shown = bar.show(ui, |ui| {
            ui.set_width(ui.available_width());
            self.sources_ui(ui, status, look, actions);
        });
        let rect = shown.response.rect;
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.palette.line));
        if self.menu.is_some() {
            let column =
                Frame::new().inner_margin(Margin { left: GAP_PAGE as i8, right: GAP as i8, top: 12, bottom: 0 });
            let phone = Panel::left("board phone").exact_size(PHONE_COLUMN).resizable(false).frame(column);
            phone.show(ui, |ui| self.phone_column_ui(ui, status, look, actions));
            let column = Frame::new().inner_margin(Margin { left: 12, right: 12, top: 12, bottom: 0 });
            egui::CentralPanel::default()
                .frame(column)
                .show(ui, |ui| self.buttons_column_ui(ui, status, look, actions));
        } else {
            Self::empty_ui(ui, look);
        }
        self.paste_ui(ui, look, actions);
        self.publish_ui(ui, status, look, actions);
    }

    /// Draws what there is before any menu is open.
    fn empty_ui(ui: &mut Ui, look: &Look) {
        ui.add_space(GAP_LARGE);
        ui.horizontal_top(|ui| {
            ui.add_space(GAP_PAGE);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                ui.add(Label::new(RichText::new(look.text("board.empty")).color(look.palette.strong)).wrap());
                ui.add(Label::new(RichText::new(look.text("board.empty_hint")).color(look.palette.weak)).wrap());
            });
        });
    }

    fn phone_column_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let account = self.account(status);
        let Some(menu) = &mut self.menu else { return };
        ScrollArea::vertical().id_salt("board phone").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            menu.menus_ui(ui, look);
            phone::phone_ui(ui, menu, &account, look, actions);
            self.visitor.ui(ui, menu, look);
            ui.add_space(GAP_LARGE);
        });
    }

    fn buttons_column_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let account = self.account(status);
        let Some(menu) = &mut self.menu else { return };
        let is_changed = menu.is_editing() && form_beside_ui(ui, menu, look);
        ScrollArea::vertical().id_salt("board buttons").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            // The scroll bar has room beside the rows.
            ui.set_width(ui.available_width() - GAP);
            button_tree::button_tree_ui(ui, menu, (&mut self.tapping, &account, status), look, actions);
            lint_section::lint_section_ui(ui, menu, look);
            stray_section::stray_section_ui(ui, menu, look, actions);
            publishing::difference_ui(ui, menu, look);
            ui.add_space(GAP_LARGE);
        });
        if is_changed {
            self.compare();
        }
    }
}

/// Draws the form beside the tree, or above it where the room is narrow: it stays in view whatever is scrolled. Returns true
/// if the menu was changed.
fn form_beside_ui(ui: &mut Ui, menu: &mut EditedMenu, look: &Look) -> bool {
    let (width, height) = (ui.available_width(), ui.available_height());
    let mut form = |ui: &mut Ui, height: f32| {
        let area = ScrollArea::vertical().id_salt("board form").max_height(height).auto_shrink([false, true]);
        // A panel begins low, and would keep the form so.
        area.min_scrolled_height(height)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = GAP;
                ui.set_width(ui.available_width() - GAP);
                button_form::button_form_ui(ui, menu, look)
            })
            .inner
    };
    if width >= TREE_SMALLEST + FORM_WIDTH {
        let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 0, bottom: 8 });
        let panel = Panel::right("board form").exact_size(FORM_WIDTH).resizable(false).frame(frame);
        panel.show_separator_line(false).show(ui, |ui| form(ui, height)).inner
    } else {
        let frame = Frame::new().inner_margin(Margin { bottom: 8, ..Margin::ZERO });
        let panel = Panel::top("board form above").resizable(false).frame(frame).show_separator_line(false);
        panel.show(ui, |ui| form(ui, height * FORM_SHARE)).inner
    }
}

#[cfg(test)]
mod tests;
