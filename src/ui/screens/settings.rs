//! Settings page: the listener's address, the accounts, the appearance, and the data.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Button, Id, Label, RichText, ScrollArea, TextEdit, Ui};

use crate::account::SecretName;
use crate::config::Theme;
use crate::engine::{ListenerState, SavedSetting, SettingsCommand, Stats, Status, TunnelState};
use crate::texts::Language;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, Screen};
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{copy_button, page_ui, pair, section_ui, weak};

mod accounts;
mod checks;
mod data;
mod draft;
mod feed;
mod notifications;
mod secret;
mod team;
mod tunnel_form;

use accounts::AccountForms;
use data::DatabaseSection;
use feed::FeedForm;
use notifications::NotificationSection;
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

    /// Takes over the statistics of the database.
    pub(crate) fn counted(&mut self, stats: Box<Stats>) {
        self.data.counted(stats);
    }

    /// Draws the settings page.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
            page_ui(ui, |ui| {
                section_ui(ui, "settings.listener.title", look, |ui| self.listener_ui(ui, status, look, actions));
                section_ui(ui, "tunnel.title", look, |ui| self.tunnel.ui(ui, status, look, actions));
                self.accounts.ui(ui, status, look, actions);
                section_ui(ui, "feed.title", look, |ui| self.feed.ui(ui, status, look, actions));
                section_ui(ui, "settings.look.title", look, |ui| look_ui(ui, status, look, actions));
                section_ui(ui, "notify.title", look, |ui| self.notifications.ui(ui, status, look, actions));
                section_ui(ui, "team.title", look, |ui| self.team.ui(ui, status, look, actions));
                section_ui(ui, "removing.data.title", look, |ui| self.data.ui(ui, status, look, actions));
                if !self.folder.as_os_str().is_empty() {
                    section_ui(ui, "settings.data.title", look, |ui| self.data_ui(ui, look, actions));
                }
            });
        });
    }

    fn listener_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = &status.config.listener.addr;
        let mut typed = self.address.clone().unwrap_or_else(|| saved.clone());
        let problem = checks::address(typed.trim());
        labelled(ui, "settings.listener.address", look, |ui, label| {
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(&mut typed).font(egui::TextStyle::Monospace).desired_width(220.0);
                let response = ui.add(edit).labelled_by(label);
                let is_changed = typed.trim() != saved && problem.is_none();
                let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                let apply = ui.add_enabled(is_changed, Button::new(look.text("settings.listener.apply")));
                if apply.clicked() || entered && is_changed {
                    actions.push(Action::Ask(SettingsCommand::SetAddress { address: typed.trim().to_owned() }.into()));
                }
            });
            problem_ui(ui, problem, look);
            ui.add(Label::new(weak(look, look.text("settings.listener.hint"))).wrap());
        });
        self.address = (typed != *saved).then_some(typed);
        labelled(ui, "settings.listener.state", look, |ui, _| state_ui(ui, &status.listener, look, actions));
        labelled(ui, "settings.listener.set_up", look, |ui, _| {
            if ui.button(look.text("first_run.set_up")).clicked() {
                actions.push(Action::ShowScreen(Screen::SetUp));
            }
        });
    }

    fn data_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let folder = self.folder.display().to_string();
        labelled(ui, "settings.data.folder", look, |ui, _| {
            ui.add(Label::new(RichText::new(safe_text(&folder)).monospace()).wrap());
            copy_button(ui, look, &look.text("settings.data.folder"), || folder.clone(), actions);
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
