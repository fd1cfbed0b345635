//! Input of an account's form, and its conversion into a configuration.

use zeroize::Zeroizing;

use super::checks;
use crate::account::{AccountKind, Secret, SecretName, Secrets};
use crate::capture::Mode;
use crate::config::AccountConfig;
use crate::engine::{Command, SettingsCommand, Status};

/// Capacity of a secret's buffer, beyond any secret: a buffer that grows would leave a copy behind.
pub(super) const SECRET_ROOM: usize = 256;

/// Input of one account's form.
#[derive(Default)]
pub(super) struct AccountDraft {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) to_user: String,
    pub(super) app_id: String,
    pub(super) mode: Option<Mode>,
    pub(super) kind: AccountKind,
    pub(super) token: SecretInput,
    pub(super) aes_key: SecretInput,
    pub(super) app_secret: SecretInput,
    /// The secret whose deletion awaits confirmation.
    pub(super) forgetting: Option<SecretName>,
    /// Set once the form was submitted to be saved.
    pub(super) is_submitted: bool,
    /// The configuration that the form was opened with.
    pub(super) base: AccountConfig,
}

impl std::fmt::Debug for AccountDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Input of a secret, wiped when dropped.
pub(super) struct SecretInput(pub(super) Zeroizing<String>);

impl Default for SecretInput {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(SECRET_ROOM)))
    }
}

impl SecretInput {
    pub(super) fn secret(&self) -> Option<Secret> {
        let text = self.0.trim();
        (!text.is_empty()).then(|| Secret::new(text))
    }
}

impl AccountDraft {
    /// Fills the form from a configuration.
    pub(super) fn of(name: &str, config: &AccountConfig) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: name.to_owned(),
            path: text(&config.path),
            to_user: text(&config.to_user),
            app_id: text(&config.app_id),
            mode: config.mode,
            kind: config.kind,
            base: config.clone(),
            ..Self::default()
        }
    }

    /// The configuration to save, without the secrets.
    pub(super) fn config(&self) -> AccountConfig {
        let text = |value: &str| Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
        AccountConfig {
            kind: self.kind,
            trusted_proxies: self.base.trusted_proxies.clone(),
            path: text(&self.path),
            to_user: text(&self.to_user),
            app_id: text(&self.app_id),
            mode: self.mode,
            api: self.base.api.clone(),
            secrets: self.base.secrets,
        }
    }

    /// The secrets that were typed.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets {
            token: self.token.secret(),
            aes_key: self.aes_key.secret(),
            app_secret: self.app_secret.secret(),
            ..Secrets::default()
        }
    }

    /// Returns true if the input differs from the saved configuration.
    pub(super) fn is_changed(&self) -> bool {
        self.config() != self.base || !self.secrets().is_empty()
    }

    /// Returns true if all inputs are valid.
    pub(super) fn is_valid(&self, is_new: bool, status: &Status) -> bool {
        let problems = [
            self.name_problem(is_new, status),
            checks::path(self.path.trim()),
            checks::to_user(self.to_user.trim()),
            checks::app_id(self.app_id.trim()),
            checks::token(self.token.0.trim()),
            checks::aes_key(self.aes_key.0.trim()),
        ];
        problems.iter().all(Option::is_none)
    }

    /// Locale key of an error in a new account's name.
    pub(super) fn name_problem(&self, is_new: bool, status: &Status) -> Option<&'static str> {
        let taken = status.config.accounts.keys().map(String::as_str);
        if is_new { checks::name(self.name.trim(), taken) } else { None }
    }

    /// Builds the command that saves the account.
    pub(super) fn save(&self) -> Command {
        SettingsCommand::SaveAccount {
            name: self.name.trim().to_owned(),
            account: Box::new(self.config()),
            secrets: Box::new(self.secrets()),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        let mut status = Status::default();
        status
            .config
            .accounts
            .insert("shop".to_owned(), AccountConfig { path: Some("/shop".to_owned()), ..AccountConfig::default() });
        status
    }

    #[test]
    fn only_a_valid_form_can_be_saved() {
        let status = status();
        let mut draft = AccountDraft::of("shop", &status.config.accounts["shop"]);
        assert!(!draft.is_changed() && draft.is_valid(false, &status));
        assert!(!draft.is_valid(true, &status), "the name is taken");
        draft.aes_key.0.push_str("too short");
        assert!(draft.is_changed() && !draft.is_valid(false, &status));
    }

    #[test]
    fn debug_of_a_form_says_no_secret() {
        let mut draft = AccountDraft::of("shop", &AccountConfig::default());
        draft.token.0.push_str("hunter2");
        draft.app_secret.0.push_str("hunter2");
        let text = format!("{draft:?}{:?}", draft.save());
        assert!(text.contains("shop") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn an_empty_field_is_left_out_of_the_file() {
        let mut draft = AccountDraft::of("a", &AccountConfig::default());
        draft.app_id = " wx1 ".to_owned();
        let config = draft.config();
        assert_eq!((config.path, config.app_id.as_deref()), (None, Some("wx1")));
    }
}
