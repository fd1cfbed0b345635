//! Settings page: the listener's address, the accounts, the appearance, and the data.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Id, Label, RichText, TextEdit, Ui};

use crate::account::SecretName;
use crate::config::Theme;
use crate::engine::{ListenerState, SavedSetting, SettingsCommand, Stats, Status, TunnelState};
use crate::texts::Language;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, Screen, SettingsSection};
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{copy_button, pair, primary_button, weak};

mod accounts;
mod checks;
mod data;
mod draft;
mod feed;
mod notifications;
mod secret;
mod section_index;
mod team;
mod tunnel_form;

use accounts::AccountForms;
use data::DatabaseSection;
use feed::FeedForm;
use notifications::NotificationSection;
use section_index::SettingsIndex;
use team::TeamSection;
use tunnel_form::TunnelForm;

/// State of the settings page, with unsaved input.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The address as typed; `None` if it is unchanged.
    address: Option<String>,
    accounts: AccountForms,
    data: DatabaseSection,
    feed: FeedForm,
    notifications: NotificationSection,
    tunnel: TunnelForm,
    team: TeamSection,
    folder: PathBuf,
    index: SettingsIndex,
}

impl Settings {
    /// Creates the page for a data folder.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// Opens the form of an account with the caret in the field of that secret.
    pub(crate) fn open_account(&mut self, name: &str, secret: SecretName) {
        self.accounts.open(name, secret);
    }

    /// Scrolls to a section.
    pub(crate) fn show(&mut self, section: SettingsSection) {
        self.index.show(section);
    }

    /// Discards the input that has been saved.
    pub(crate) fn saved(&mut self, what: &SavedSetting) {
        match what {
            SavedSetting::Account { name } => self.accounts.saved(name),
            // The address is discarded as soon as it equals the saved one; the appearance has no input to discard.
            SavedSetting::Retention => self.data.saved(),
            SavedSetting::Feed => self.feed.saved(),
            SavedSetting::Tunnel => self.tunnel.saved(),
            SavedSetting::Team => self.team.saved(),
            SavedSetting::Secret
            | SavedSetting::Address
            | SavedSetting::Look
            | SavedSetting::Hold
            | SavedSetting::Rules
            | SavedSetting::Forward
            | SavedSetting::Targets
            | SavedSetting::Filters
            | SavedSetting::Notify => {}
        }
    }

    /// Takes over the state of the tunnel.
    pub(crate) fn note_tunnel(&mut self, state: Arc<TunnelState>) {
        self.tunnel.state = state;
    }

    /// The state of the tunnel, as it was taken over last.
    pub(crate) fn tunnel(&self) -> &TunnelState {
        &self.tunnel.state
    }

    /// Writes a tunnel's command into its field, to be completed and saved there.
    pub(crate) fn propose_tunnel(&mut self, command: String) {
        self.tunnel.propose(command);
    }

    /// Takes over the statistics of the database.
    pub(crate) fn counted(&mut self, stats: Box<Stats>) {
        self.data.counted(stats);
    }

    /// Draws the settings page.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let has_folder = !self.folder.as_os_str().is_empty();
        let sections = SettingsSection::ALL.into_iter();
        let sections: Vec<_> = sections.filter(|section| has_folder || *section != SettingsSection::Folder).collect();
        let mut index = std::mem::take(&mut self.index);
        index.ui(ui, &sections, look, |ui, section| match section {
            SettingsSection::Listener => self.listener_ui(ui, status, look, actions),
            SettingsSection::Tunnel => self.tunnel.ui(ui, status, look, actions),
            SettingsSection::Accounts => self.accounts.ui(ui, status, look, actions),
            SettingsSection::Feed => self.feed.ui(ui, status, look, actions),
            SettingsSection::Look => look_ui(ui, status, look, actions),
            SettingsSection::Notifications => self.notifications.ui(ui, status, look, actions),
            SettingsSection::Team => self.team.ui(ui, status, look, actions),
            SettingsSection::Database => self.data.ui(ui, status, look, actions),
            SettingsSection::Folder => self.data_ui(ui, look, actions),
        });
        self.index = index;
    }

    fn listener_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = &status.config.listener.addr;
        let mut typed = self.address.clone().unwrap_or_else(|| saved.clone());
        let problem = checks::address(typed.trim());
        // What was given at the start gives way to what is saved, even where that is the same as before.
        let given = status.given_address.as_ref().filter(|given| *given != saved);
        labelled(ui, "settings.listener.address", look, |ui, label| {
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(&mut typed).font(egui::TextStyle::Monospace).desired_width(220.0);
                let response = ui.add(edit).labelled_by(label);
                let state = SaveState::changed(typed.trim() != saved || given.is_some()).if_sound(problem.is_none());
                let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                let is_saved = save_ui(ui, "settings.listener.apply", state, look);
                if is_saved || entered && state == SaveState::Ready {
                    actions.push(Action::Ask(SettingsCommand::SetAddress { address: typed.trim().to_owned() }.into()));
                }
            });
            problem_ui(ui, problem, look);
            if let Some(given) = given {
                let words = look.filled("settings.listener.given", &[("given", given), ("saved", saved)]);
                ui.add(Label::new(RichText::new(words).color(look.palette.note)).wrap());
            }
            ui.add(Label::new(weak(look, look.text("settings.listener.hint"))).wrap());
        });
        self.address = (typed != *saved).then_some(typed);
        labelled_text(ui, "settings.listener.state", look, |ui, _| state_ui(ui, &status.listener, look, actions));
        labelled(ui, "settings.listener.set_up", look, |ui, _| {
            if ui.button(look.text("first_run.set_up")).clicked() {
                actions.push(Action::ShowScreen(Screen::SetUp));
            }
        });
    }

    fn data_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let folder = self.folder.display().to_string();
        labelled_text(ui, "settings.data.folder", look, |ui, _| {
            ui.horizontal_wrapped(|ui| {
                ui.add(Label::new(RichText::new(safe_text(&folder)).monospace()).wrap());
                copy_button(ui, look, &look.text("settings.data.folder"), || folder.clone(), actions);
            });
        });
        ui.add(Label::new(weak(look, look.text("settings.data.hint"))).wrap());
    }
}

/// Draws a labelled control in two columns.
fn labelled(ui: &mut Ui, key: &str, look: &Look, control: impl FnOnce(&mut Ui, Id)) {
    let label = Cell::new(Id::NULL);
    let text = RichText::new(look.text(key)).color(look.palette.weak);
    pair(
        ui,
        |ui| {
            ui.add_space(GAP_SMALL);
            label.set(ui.add(Label::new(text).wrap()).id);
        },
        |ui| control(ui, label.get()),
    );
}

/// Draws a label beside words, on the same line as the first of them.
fn labelled_text(ui: &mut Ui, key: &str, look: &Look, words: impl FnOnce(&mut Ui, Id)) {
    labelled(ui, key, look, |ui, label| {
        ui.add_space(GAP_SMALL);
        words(ui, label);
    });
}

/// The state of a form, as the button that saves it shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SaveState {
    /// Nothing was changed.
    Unchanged,
    /// Something that was typed cannot be saved.
    Flawed,
    Ready,
}

impl SaveState {
    /// The state of a form that was changed, or was not.
    fn changed(is_changed: bool) -> Self {
        if is_changed { Self::Ready } else { Self::Unchanged }
    }

    /// The same where all that was typed can be saved, and where not.
    fn if_sound(self, is_sound: bool) -> Self {
        if is_sound { self } else { Self::Flawed }
    }
}

/// Draws the button that saves a form below its fields.
fn save_below_ui(ui: &mut Ui, key: &str, state: SaveState, look: &Look) -> bool {
    state != SaveState::Unchanged && pair(ui, |_| (), |ui| save_ui(ui, key, state, look))
}

/// Draws the button that saves a form while there is something to save; it says why where that cannot be saved.
fn save_ui(ui: &mut Ui, key: &str, state: SaveState, look: &Look) -> bool {
    if state == SaveState::Unchanged {
        return false;
    }
    let button = primary_button(ui, look, &look.text(key), state == SaveState::Ready);
    match state {
        SaveState::Flawed => button.on_disabled_hover_text(look.text("settings.save.flawed")).clicked(),
        SaveState::Unchanged | SaveState::Ready => button.clicked(),
    }
}

/// Draws the error of an input below it.
fn problem_ui(ui: &mut Ui, problem: Option<&'static str>, look: &Look) {
    if let Some(key) = problem {
        ui.add(Label::new(RichText::new(format!("× {}", look.text(key))).color(look.palette.error)).wrap());
    }
}

fn state_ui(ui: &mut Ui, listener: &ListenerState, look: &Look, actions: &mut Vec<Action>) {
    let (mark, words, color) = match listener {
        ListenerState::Starting => ("○", look.text("settings.listener.starting").into_owned(), look.palette.weak),
        ListenerState::Listening { address } => {
            ("●", look.filled("settings.listener.listening", &[("address", address)]), look.palette.ok)
        }
        ListenerState::Stopped => ("○", look.text("settings.listener.stopped").into_owned(), look.palette.weak),
        ListenerState::Elsewhere { trouble } | ListenerState::Failed { trouble } => {
            ("×", look.trouble(trouble), look.palette.error)
        }
    };
    ui.add(Label::new(RichText::new(format!("{mark} {words}")).color(color)).wrap());
    let is_listening = matches!(listener, ListenerState::Listening { .. });
    let (key, command) = if is_listening {
        ("settings.listener.stop", SettingsCommand::StopListening.into())
    } else {
        ("settings.listener.start", SettingsCommand::Retry.into())
    };
    if ui.button(look.text(key)).clicked() {
        actions.push(Action::Ask(command));
    }
}

fn look_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let saved = &status.config.look;
    let language = saved.language.as_deref().and_then(Language::from_tag);
    labelled(ui, "settings.look.language", look, |ui, _| {
        ui.horizontal(|ui| {
            let system = look.text("settings.look.system").into_owned();
            let named = Language::ALL.map(|language| (Some(language), language.name().to_owned()));
            for (one, name) in std::iter::once((None, system)).chain(named) {
                if ui.selectable_label(language == one, name).clicked() {
                    actions.push(Action::SetLanguage(one));
                }
            }
        });
    });
    labelled(ui, "settings.look.theme", look, |ui, _| {
        ui.horizontal(|ui| {
            let choices = [(None, "system"), (Some(Theme::Dark), "dark"), (Some(Theme::Light), "light")];
            for (one, word) in choices {
                if ui.selectable_label(saved.theme == one, look.text(&format!("settings.look.{word}"))).clicked() {
                    actions.push(Action::SetTheme(one));
                }
            }
        });
    });
    labelled(ui, "settings.look.reduce_motion", look, |ui, _| {
        ui.horizontal(|ui| {
            for (one, word) in [(None, "system"), (Some(true), "motion_reduced"), (Some(false), "motion_full")] {
                let chosen = saved.reduce_motion == one;
                if ui.selectable_label(chosen, look.text(&format!("settings.look.{word}"))).clicked() {
                    actions.push(Action::SetReducedMotion(one));
                }
            }
        });
    });
}

#[cfg(test)]
mod tests;
