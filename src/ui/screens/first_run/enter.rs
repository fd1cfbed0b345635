//! Second step: the values to enter in WeChat's console, with a generated token.

use egui::{Id, Label, RichText, Ui};

use super::token::random_token;
use crate::account::{DEFAULT_ACCOUNT, Secret, Secrets};
use crate::capture::diagnosis::Severity;
use crate::engine::{Command, SettingsCommand, Status};
use crate::ui::action::{Action, SettingsSection};
use crate::ui::look::{Look, severity_mark};
use crate::ui::widgets::controls::{copy_button, open_button, weak};
use crate::ui::widgets::nothing_arrives::{CONSOLE_PAGE, TEST_ACCOUNT_PAGE};

/// Draws the second step.
pub(super) fn enter_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    for (key, page) in [("first_run.enter.test_account", TEST_ACCOUNT_PAGE), ("first_run.enter.console", CONSOLE_PAGE)]
    {
        ui.horizontal_wrapped(|ui| {
            ui.label(look.text(key));
            open_button(ui, look, page);
            if page == CONSOLE_PAGE {
                ui.label(weak(look, look.text("first_run.enter.moved")));
            }
        });
    }
    let replaces = format!("{} {}", severity_mark(Severity::Warning), look.text("first_run.enter.replaces"));
    ui.add(Label::new(RichText::new(replaces).color(look.palette.warning)).wrap());
    ui.add(Label::new(look.text("first_run.enter.url")).wrap());
    token_ui(ui, status, look, actions);
    ui.add(Label::new(weak(look, look.text("first_run.enter.key"))).wrap());
}

/// The account that takes unassigned requests: `default`, or else the first.
fn default_account(status: &Status) -> &str {
    let names = &status.config.accounts;
    names.get_key_value(DEFAULT_ACCOUNT).or_else(|| names.first_key_value()).map_or(DEFAULT_ACCOUNT, |(name, _)| name)
}

fn token_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let account = default_account(status);
    let has_token = status.accounts.iter().any(|one| one.name == account && one.has_token);
    // Kept until the window closes, so that it can be pasted again; wiped with egui's memory.
    let id = Id::unique("generated token");
    let generated: Option<Secret> = ui.data(|data| data.get_temp(id));
    ui.horizontal_wrapped(|ui| {
        let (mark, key, color) = if has_token {
            ("✓", "first_run.enter.token_set", look.palette.ok)
        } else {
            ("○", "first_run.enter.token_not_set", look.palette.warning)
        };
        ui.label(RichText::new(format!("{mark} {}", look.filled(key, &[("account", account)]))).color(color));
        if let Some(token) = &generated {
            ui.label(RichText::new(token.reveal()).monospace().color(look.palette.strong));
            copy_button(ui, look, &look.text("first_run.enter.token"), || token.reveal().to_owned(), actions);
        }
        let key = if has_token { "first_run.enter.generate_another" } else { "first_run.enter.generate" };
        if ui.button(look.text(key)).clicked()
            && let Some(token) = random_token()
        {
            ui.data_mut(|data| data.insert_temp(id, token.clone()));
            actions.push(Action::Ask(save_token(status, account, token)));
        }
        if ui.button(look.text("first_run.enter.own_token")).clicked() {
            actions.push(Action::ShowSettings(SettingsSection::Accounts));
        }
    });
}

fn save_token(status: &Status, account: &str, token: Secret) -> Command {
    let config = status.config.accounts.get(account).cloned().unwrap_or_default();
    let secrets = Secrets { token: Some(token), ..Secrets::default() };
    SettingsCommand::SaveAccount { name: account.to_owned(), account: Box::new(config), secrets: Box::new(secrets) }
        .into()
}
