//! Section of the accounts: a list, and a form for the chosen one. Saved secrets are never shown.

use std::collections::BTreeMap;

use egui::{Label, TextEdit, Ui};

use super::checks;
use super::draft::AccountDraft;
use super::secret::secret_fields_ui;
use super::{SaveState, labelled, problem_ui, save_ui};
use crate::account::{AccountKind, DEFAULT_ACCOUNT, SecretName};
use crate::capture::Mode;
use crate::engine::Status;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{pair, weak};

/// Unsaved input of the accounts' forms.
#[derive(Debug, Default)]
pub(super) struct AccountForms {
    /// Name of the account whose form is shown; `None` before the first choice.
    chosen: Option<String>,
    /// Drafts by account name; the empty name is that of a new account.
    drafts: BTreeMap<String, AccountDraft>,
    /// The secret whose field takes the caret when it is drawn.
    to_focus: Option<SecretName>,
}

impl AccountForms {
    /// Opens the form of an account with the caret in the field of that secret.
    pub(super) fn open(&mut self, name: &str, secret: SecretName) {
        self.chosen = Some(name.to_owned());
        self.to_focus = Some(secret);
    }

    /// Discards the draft of an account, with its secrets, if it was submitted to be saved.
    pub(super) fn saved(&mut self, name: &str) {
        let is_saved = |draft: &AccountDraft| draft.is_submitted && draft.name.trim() == name;
        if self.chosen.as_deref() == Some("") && self.drafts.get("").is_some_and(is_saved) {
            // A new account was saved: continue under its name.
            self.chosen = Some(name.to_owned());
        }
        self.drafts.retain(|_, draft| !is_saved(draft));
    }

    /// Draws the list and the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let chosen = self.list_ui(ui, status, look);
        ui.separator();
        self.form_ui(ui, &chosen, status, look, actions);
    }

    /// Draws the accounts and an entry to add one; returns the name of the chosen one.
    fn list_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look) -> String {
        let configured = status.config.accounts.keys().map(String::as_str);
        let names: Vec<&str> =
            if status.config.accounts.is_empty() { vec![DEFAULT_ACCOUNT] } else { configured.collect() };
        let known = |chosen: &&String| chosen.is_empty() || names.contains(&chosen.as_str());
        let mut chosen = self.chosen.as_ref().filter(known).cloned().unwrap_or_else(|| names[0].to_owned());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            for name in &names {
                let unsaved = self.drafts.get(*name).is_some_and(AccountDraft::is_changed);
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
        let draft = self.drafts.entry(chosen.to_owned()).or_insert_with(|| AccountDraft::of(chosen, &saved));
        if draft.base != saved && !draft.is_changed() {
            *draft = AccountDraft::of(chosen, &saved);
        }
        let is_new = chosen.is_empty();
        // Caret and selection of another account must not carry over.
        ui.push_id(("account", chosen), |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            plain_fields_ui(ui, draft, is_new, status, look);
            let kept = status.accounts.iter().find(|account| account.name == chosen);
            secret_fields_ui(ui, draft, (kept, self.to_focus.take()), look, actions);
        });
        let state = SaveState::changed(is_new || draft.is_changed()).if_sound(draft.is_valid(is_new, status));
        let buttons = |ui: &mut Ui| {
            if save_ui(ui, "settings.accounts.save", state, look) {
                actions.push(Action::Ask(draft.save()));
                draft.is_submitted = true;
            }
            let is_changed = draft.is_changed();
            if is_changed && ui.button(look.text("settings.accounts.discard")).clicked() {
                *draft = AccountDraft::of(chosen, &saved);
            }
        };
        if state != SaveState::Unchanged {
            pair(ui, |_| (), |ui| ui.horizontal(buttons));
        }
    }
}

fn plain_fields_ui(ui: &mut Ui, draft: &mut AccountDraft, is_new: bool, status: &Status, look: &Look) {
    if is_new {
        let problem = draft.name_problem(is_new, status).filter(|_| !draft.name.is_empty());
        text_ui(ui, "settings.accounts.name", None, &mut draft.name, problem, look);
    }
    labelled(ui, "settings.accounts.kind", look, |ui, _| kind_ui(ui, &mut draft.kind, look));
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

/// Draws the kinds of accounts, and what is to be known about the chosen one.
fn kind_ui(ui: &mut Ui, chosen: &mut AccountKind, look: &Look) {
    ui.horizontal_wrapped(|ui| {
        for kind in AccountKind::ALL {
            let name = look.text(&format!("settings.kind.{}.name", kind.as_str())).into_owned();
            if ui.selectable_label(*chosen == kind, name).clicked() {
                *chosen = kind;
            }
        }
    });
    let hint = look.text(&format!("settings.kind.{}.hint", chosen.as_str())).into_owned();
    ui.add(Label::new(weak(look, hint)).wrap());
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
        let hint = hint.map(|example| look.filled("window.example", &[("example", example)]));
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
    fn a_saved_form_discards_its_secrets() {
        let mut accounts = AccountForms::default();
        let mut draft = AccountDraft::of("shop", &AccountConfig::default());
        draft.token.0.push_str("  secret1 ");
        assert_eq!(draft.secrets().token, Some(Secret::new("secret1")));
        accounts.drafts.insert("shop".to_owned(), draft);
        accounts.saved("shop");
        assert_eq!(accounts.drafts.len(), 1, "it was not sent to be saved");
        accounts.drafts.values_mut().for_each(|draft| draft.is_submitted = true);
        accounts.saved("default");
        assert_eq!(accounts.drafts.len(), 1, "another one was saved");
        accounts.saved("shop");
        assert!(accounts.drafts.is_empty());
    }

    #[test]
    fn a_new_account_continues_under_its_name() {
        let mut accounts = AccountForms { chosen: Some(String::new()), ..AccountForms::default() };
        let draft = AccountDraft { name: " shop ".to_owned(), is_submitted: true, ..AccountDraft::default() };
        accounts.drafts.insert(String::new(), draft);
        accounts.saved("shop");
        assert_eq!((accounts.chosen.as_deref(), accounts.drafts.len()), (Some("shop"), 0));
    }
}
