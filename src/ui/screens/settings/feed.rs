//! The feed's section of the settings page: its switch, address, token and state.

use egui::{Checkbox, Label, RichText, TextEdit, Ui};

use super::draft::{SECRET_ROOM, SecretInput};
use super::secret::clear_undo;
use super::{SaveState, checks, labelled, labelled_text, problem_ui, save_ui};
use crate::account::Secret;
use crate::engine::{FeedState, SettingsCommand, Status};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::controls::{copy_button, weak};

/// The address that the switch proposes: beside the listener's own.
const PROPOSED: &str = "127.0.0.1:8990";

/// The least length of a token, as the feed itself demands.
const SHORTEST_TOKEN: usize = crate::engine::SHORTEST_FEED_TOKEN;

/// Unsaved input of the section.
#[derive(Default)]
pub(super) struct FeedForm {
    /// The address as typed; `None` if it is unchanged.
    address: Option<String>,
    token: SecretInput,
}

impl std::fmt::Debug for FeedForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedForm").field("address", &self.address).finish_non_exhaustive()
    }
}

impl FeedForm {
    /// Discards the input that has been saved.
    pub(super) fn saved(&mut self) {
        *self = Self::default();
    }

    /// Draws the section.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = status.config.feed.addr.as_deref();
        self.switch_ui(ui, status, look, actions);
        let mut typed = self.address.clone().unwrap_or_else(|| saved.unwrap_or(PROPOSED).to_owned());
        let problem = checks::address(typed.trim());
        labelled(ui, "feed.address", look, |ui, label| {
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(&mut typed).font(egui::TextStyle::Monospace).desired_width(220.0);
                let response = ui.add(edit).labelled_by(label);
                let is_changed = saved.is_some_and(|saved| typed.trim() != saved);
                let state = SaveState::changed(is_changed).if_sound(problem.is_none());
                let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                if save_ui(ui, "feed.apply", state, look) || entered && state == SaveState::Ready {
                    actions.push(set(Some(typed.trim().to_owned())));
                }
            });
            problem_ui(ui, problem, look);
            ui.add(Label::new(weak(look, look.text("feed.hint"))).wrap());
        });
        self.address = (typed != saved.unwrap_or(PROPOSED)).then_some(typed);
        labelled(ui, "feed.token", look, |ui, label| self.token_ui(ui, label, look, actions));
        labelled_text(ui, "feed.state", look, |ui, _| state_ui(ui, &status.feed, look, actions));
    }

    fn switch_ui(&self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let mut is_on = status.config.feed.addr.is_some() || status.feed != FeedState::Off;
        let address = self.address.as_deref().unwrap_or(PROPOSED).trim();
        let can_switch = is_on || checks::address(address).is_none();
        if ui.add_enabled(can_switch, Checkbox::new(&mut is_on, look.text("feed.switch"))).changed() {
            actions.push(set(is_on.then(|| address.to_owned())));
        }
    }

    /// Draws the field of the token, which is never shown again, and the button that makes one.
    fn token_ui(&mut self, ui: &mut Ui, label: egui::Id, look: &Look, actions: &mut Vec<Action>) {
        let edit = TextEdit::singleline(&mut *self.token.0).password(true).char_limit(SECRET_ROOM / 2);
        let output = edit.desired_width(f32::INFINITY).show(ui);
        let response = output.response.response.labelled_by(label);
        clear_undo(ui, output.state, response.id);
        let typed = self.token.secret();
        let is_short = typed.as_ref().is_some_and(|typed| typed.reveal().len() < SHORTEST_TOKEN);
        problem_ui(ui, is_short.then_some("feed.token_short"), look);
        ui.horizontal_wrapped(|ui| {
            if save_ui(ui, "feed.save_token", SaveState::changed(typed.is_some()).if_sound(!is_short), look)
                && let Some(token) = typed
            {
                actions.push(Action::Ask(SettingsCommand::SaveFeedToken { token }.into()));
            }
            if ui.button(look.text("feed.new_token")).clicked()
                && let Some(token) = random_token()
            {
                actions.push(Action::Copy(token.reveal().to_owned()));
                actions.push(Action::Ask(SettingsCommand::SaveFeedToken { token }.into()));
            }
        });
        ui.add(Label::new(weak(look, look.text("feed.token_hint"))).wrap());
    }
}

/// A token that nobody guesses; `None` where the system gives no random bytes.
fn random_token() -> Option<Secret> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(Secret::new(format!("{:032x}", u128::from_le_bytes(bytes))))
}

fn set(address: Option<String>) -> Action {
    Action::Ask(SettingsCommand::SetFeed { address }.into())
}

fn state_ui(ui: &mut Ui, feed: &FeedState, look: &Look, actions: &mut Vec<Action>) {
    let (mark, words, color) = match feed {
        FeedState::Off => ("○", look.text("feed.off").into_owned(), look.palette.weak),
        FeedState::Open { address } => ("●", look.filled("feed.open", &[("address", address)]), look.palette.ok),
        FeedState::Failed { trouble } => ("×", look.trouble(trouble), look.palette.error),
    };
    ui.add(Label::new(RichText::new(format!("{mark} {words}")).color(color)).wrap());
    match feed {
        FeedState::Open { address } => {
            let url = format!("http://{address}/");
            ui.horizontal_wrapped(|ui| {
                if ui.button(look.text("feed.page")).clicked() {
                    ui.ctx().open_url(egui::OpenUrl::new_tab(&url));
                }
                copy_button(ui, look, &look.text("feed.address"), || url.clone(), actions);
            });
        }
        FeedState::Failed { .. } if ui.button(look.text("feed.retry")).clicked() => {
            actions.push(Action::Ask(SettingsCommand::RetryFeed.into()));
        }
        FeedState::Failed { .. } | FeedState::Off => {}
    }
}
