//! Fields of an account's secrets: each can be entered or forgotten, and none is ever shown.

use egui::accesskit::Role;
use egui::{Id, Label, Response, TextEdit, Ui};

use super::checks;
use super::draft::{AccountDraft, SECRET_ROOM};
use super::{labelled, problem_ui, weak};
use crate::account::SecretName;
use crate::engine::{AccountStatus, SettingsCommand};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{named, small_button};

/// Draws the fields of all three secrets.
pub(super) fn secret_fields_ui(
    ui: &mut Ui,
    draft: &mut AccountDraft,
    (kept, to_focus): (Option<&AccountStatus>, Option<SecretName>),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    for which in [SecretName::Token, SecretName::AesKey, SecretName::AppSecret] {
        let is_set = kept.is_some_and(|kept| match which {
            SecretName::Token => kept.has_token,
            SecretName::AesKey => kept.has_aes_key,
            SecretName::AppSecret => kept.has_app_secret,
        });
        labelled(ui, key(which), look, |ui, label| {
            let field = secret_ui(ui, draft, which, (is_set, label), look);
            if to_focus == Some(which) {
                field.request_focus();
                field.scroll_to_me(Some(egui::Align::Center));
            }
            if is_set {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP;
                    ui.label(weak(look, format!("✓ {}", look.text("settings.secret.set"))));
                    forget_ui(ui, draft, which, look, actions);
                });
            }
        });
    }
    ui.add(Label::new(weak(look, look.text("settings.accounts.secrets_hint"))).wrap());
}

fn key(which: SecretName) -> &'static str {
    match which {
        SecretName::Token => "settings.accounts.token",
        SecretName::AesKey => "settings.accounts.aes_key",
        SecretName::AppSecret => "settings.accounts.app_secret",
    }
}

/// Draws a field that shows whether a secret is set, but never its value.
fn secret_ui(
    ui: &mut Ui,
    draft: &mut AccountDraft,
    which: SecretName,
    (is_set, label): (bool, Id),
    look: &Look,
) -> Response {
    let (typed, check): (_, fn(&str) -> Option<&'static str>) = match which {
        SecretName::Token => (&mut draft.token, checks::token),
        SecretName::AesKey => (&mut draft.aes_key, checks::aes_key),
        SecretName::AppSecret => (&mut draft.app_secret, |_| None),
    };
    let problem = check(typed.0.trim());
    let state = look.text(if is_set { "settings.secret.replace" } else { "settings.secret.not_set" }).into_owned();
    let edit = TextEdit::singleline(&mut *typed.0).password(true).char_limit(SECRET_ROOM / 2);
    let output = edit.desired_width(f32::INFINITY).hint_text(state).show(ui);
    let response = output.response.response.labelled_by(label);
    clear_undo(ui, output.state, response.id);
    problem_ui(ui, problem, look);
    response
}

/// Draws a button that deletes a saved secret after confirmation, since this cannot be undone.
fn forget_ui(ui: &mut Ui, draft: &mut AccountDraft, which: SecretName, look: &Look, actions: &mut Vec<Action>) {
    let what = look.text(key(which));
    let button = |ui: &mut Ui, text: &str, name: &str| {
        let response = ui.add(small_button(&*look.text(text)));
        named(response, Role::Button, &look.filled(name, &[("what", &what)]))
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        if draft.forgetting != Some(which) {
            let response = button(ui, "forgetting.forget", "forgetting.name");
            if response.on_hover_text(look.text("forgetting.hint")).clicked() {
                draft.forgetting = Some(which);
            }
            return;
        }
        if button(ui, "forgetting.sure", "forgetting.sure_name").clicked() {
            draft.forgetting = None;
            actions.push(Action::Ask(SettingsCommand::ForgetSecret { name: draft.name.clone(), which }.into()));
        }
        if button(ui, "forgetting.keep", "forgetting.keep_name").clicked() {
            draft.forgetting = None;
        }
    });
}

/// Clears the undo history, which would keep every stage of a secret in egui's memory.
pub(super) fn clear_undo(ui: &Ui, mut state: egui::text_edit::TextEditState, id: Id) {
    state.clear_undoer();
    state.store(ui.ctx(), id);
}
