//! The accounts: a list, and a form for the one that is chosen. Secrets go in and never come out.

use std::collections::BTreeMap;

use egui::{Button, RichText, TextEdit, Ui};

use super::checks;
use super::draft::Draft;
use super::secret::secret_fields_ui;
use super::{labelled, problem_ui, section_ui};
use crate::account::DEFAULT_ACCOUNT;
use crate::capture::Mode;
use crate::engine::Status;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};

/// What is typed into the forms of accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whose form is shown; `None` before anybody chose.
    chosen: Option<String>,
    /// By the account's name; the empty one is that of an account to be.
    drafts: BTreeMap<String, Draft>,
}

impl Accounts {
    /// Forgets the draft of that account, secrets first, if it was sent to be saved.
    pub(super) fn saved(&mut self, name: &str) {
        let is_saved = |draft: &Draft| draft.sent && draft.name.trim() == name;
        if self.chosen.as_deref() == Some("") && self.drafts.get("").is_some_and(is_saved) {
            // A new account is there now: go on with it under its name.
            self.chosen = Some(name.to_owned());
        }
        self.drafts.retain(|_, draft| !is_saved(draft));
    }

    /// Draws list and form.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        section_ui(ui, "settings.accounts.title", look, |ui| {
            let chosen = self.list_ui(ui, status, look);
            ui.separator();
            self.form_ui(ui, &chosen, status, look, actions);
        });
    }

    /// One label for each account, one to add another. Gives back whose form is to be shown.
    fn list_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look) -> String {
        let configured = status.config.accounts.keys().map(String::as_str);
        let names: Vec<&str> =
            if status.config.accounts.is_empty() { vec![DEFAULT_ACCOUNT] } else { configured.collect() };
        let known = |chosen: &&String| chosen.is_empty() || names.contains(&chosen.as_str());
        let mut chosen = self.chosen.as_ref().filter(known).cloned().unwrap_or_else(|| names[0].to_owned());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            for name in &names {
                let unsaved = self.drafts.get(*name).is_some_and(Draft::is_changed);
                let text = if unsaved { format!("{} ●", safe_text(name)) } else { safe_text(name).into_owned() };
                let response = ui.selectable_label(chosen == *name, text);
                if response.clicked() {
                    (*name).clone_into(&mut chosen);
                }
                if unsaved {
                    response.on_hover_text(look.text("settings.accounts.unsaved"));
                }
            }
            if ui.selectable_label(chosen.is_empty(), look.text("settings.accounts.add")).clicked() {
                chosen.clear();
            }
        });
        self.chosen = Some(chosen.clone());
        chosen
    }

    fn form_ui(&mut self, ui: &mut Ui, chosen: &str, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = status.config.accounts.get(chosen).cloned().unwrap_or_default();
        let draft = self.drafts.entry(chosen.to_owned()).or_insert_with(|| Draft::of(chosen, &saved));
        if draft.base != saved && !draft.is_changed() {
            *draft = Draft::of(chosen, &saved);
        }
        let is_new = chosen.is_empty();
        // Another account's caret and selection must not turn up here.
        ui.push_id(("account", chosen), |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            plain_fields_ui(ui, draft, is_new, status, look);
            let kept = status.accounts.iter().find(|account| account.name == chosen);
            secret_fields_ui(ui, draft, kept, look, actions);
        });
        let is_ready = draft.is_sound(is_new, status) && (is_new || draft.is_changed());
        ui.horizontal(|ui| {
            let text = RichText::new(look.text("settings.accounts.save"));
            if ui.add_enabled(is_ready, Button::new(text)).clicked() {
                actions.push(Action::Ask(draft.save()));
                draft.sent = true;
            }
            let is_changed = draft.is_changed();
            if is_changed && ui.button(look.text("settings.accounts.discard")).clicked() {
                *draft = Draft::of(chosen, &saved);
            }
        });
    }
}

fn plain_fields_ui(ui: &mut Ui, draft: &mut Draft, is_new: bool, status: &Status, look: &Look) {
    if is_new {
        let problem = draft.name_problem(is_new, status).filter(|_| !draft.name.is_empty());
        text_ui(ui, "settings.accounts.name", None, &mut draft.name, problem, look);
    }
    let problem = checks::to_user(draft.to_user.trim());
    text_ui(ui, "settings.accounts.to_user", Some("gh_…"), &mut draft.to_user, problem, look);
    let problem = checks::app_id(draft.app_id.trim());
    text_ui(ui, "settings.accounts.app_id", Some("wx…"), &mut draft.app_id, problem, look);
    let problem = checks::path(draft.path.trim());
    text_ui(ui, "settings.accounts.path", Some("/wx"), &mut draft.path, problem, look);
    labelled(ui, "settings.accounts.mode", look, |ui, _| {
        ui.horizontal_wrapped(|ui| {
            for mode in [None, Some(Mode::Plain), Some(Mode::Compat), Some(Mode::Safe)] {
                let key = format!("settings.mode.{}", mode.map_or("unset", Mode::as_str));
                if ui.selectable_label(draft.mode == mode, look.text(&key)).clicked() {
                    draft.mode = mode;
                }
            }
        });
    });
}

fn text_ui(
    ui: &mut Ui,
    key: &str,
    hint: Option<&'static str>,
    text: &mut String,
    problem: Option<&'static str>,
    look: &Look,
) {
    labelled(ui, key, look, |ui, label| {
        let edit = TextEdit::singleline(text).font(egui::TextStyle::Monospace).desired_width(f32::INFINITY);
        ui.add(edit.hint_text(hint.unwrap_or_default())).labelled_by(label);
        problem_ui(ui, problem, look);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Secret;
    use crate::config::AccountConfig;

    #[test]
    fn a_form_that_was_saved_forgets_its_secrets() {
        let mut accounts = Accounts::default();
        let mut draft = Draft::of("shop", &AccountConfig::default());
        draft.token.0.push_str("  secret1 ");
        assert_eq!(draft.secrets().token, Some(Secret::new("secret1")));
        accounts.drafts.insert("shop".to_owned(), draft);
        accounts.saved("shop");
        assert_eq!(accounts.drafts.len(), 1, "it was not sent to be saved");
        accounts.drafts.values_mut().for_each(|draft| draft.sent = true);
        accounts.saved("default");
        assert_eq!(accounts.drafts.len(), 1, "another one was saved");
        accounts.saved("shop");
        assert!(accounts.drafts.is_empty());
    }

    #[test]
    fn a_new_account_goes_on_under_its_name() {
        let mut accounts = Accounts { chosen: Some(String::new()), ..Accounts::default() };
        let draft = Draft { name: " shop ".to_owned(), sent: true, ..Draft::default() };
        accounts.drafts.insert(String::new(), draft);
        accounts.saved("shop");
        assert_eq!((accounts.chosen.as_deref(), accounts.drafts.len()), (Some("shop"), 0));
    }
}
