//! Mends of diagnoses: a setting of an account is changed and saved, or its form is opened where a secret has to be typed.

use crate::account::Secrets;
use crate::config::AccountConfig;
use crate::engine::SettingsCommand;
use crate::ui::App;
use crate::ui::action::{Mend, Screen};

impl App {
    /// Mends what a diagnosis is about.
    pub(super) fn mend(&mut self, mend: Mend) {
        match mend {
            Mend::EnterSecret { account, secret } => {
                self.state.settings.open_account(&account, secret);
                self.show_screen(Screen::Settings);
            }
            Mend::ClaimPath { account, path } => self.save_account(account, |config| config.path = Some(path)),
            Mend::SetAppId { account, app_id } => self.save_account(account, |config| config.app_id = Some(app_id)),
            Mend::SetMode { account, mode } => self.save_account(account, |config| config.mode = Some(mode)),
        }
    }

    /// Saves an account with a change; its secrets stay as they are.
    fn save_account(&mut self, name: String, change: impl FnOnce(&mut AccountConfig)) {
        let mut account = self.engine.status().config.accounts.get(&name).cloned().unwrap_or_default();
        change(&mut account);
        self.ask(SettingsCommand::SaveAccount {
            name,
            account: Box::new(account),
            secrets: Box::new(Secrets::default()),
        });
    }
}
