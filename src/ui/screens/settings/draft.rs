//! What is typed into an account's form, and what becomes of it.

use zeroize::Zeroizing;

use super::checks;
use crate::account::{Secret, SecretName, Secrets};
use crate::capture::Mode;
use crate::config::AccountConfig;
use crate::engine::{Command, Status};

/// Longer than any secret: a text that grows past its room leaves a copy of itself behind.
pub(super) const SECRET_ROOM: usize = 256;

/// One form.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) to_user: String,
    pub(super) app_id: String,
    pub(super) mode: Option<Mode>,
    pub(super) token: Typed,
    pub(super) aes_key: Typed,
    pub(super) app_secret: Typed,
    /// The secret that is about to be forgotten, until that is confirmed.
    pub(super) forgetting: Option<SecretName>,
    /// Whether it has been sent to be saved.
    pub(super) sent: bool,
    /// What was saved when the form was opened.
    pub(super) base: AccountConfig,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A secret while it is typed: wiped when dropped.
pub(super) struct Typed(pub(super) Zeroizing<String>);

impl Default for Typed {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(SECRET_ROOM)))
    }
}

impl Typed {
    fn secret(&self) -> Option<Secret> {
        let text = self.0.trim();
        (!text.is_empty()).then(|| Secret::new(text))
    }
}

impl Draft {
    pub(super) fn of(name: &str, config: &AccountConfig) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: name.to_owned(),
            path: text(&config.path),
            to_user: text(&config.to_user),
            app_id: text(&config.app_id),
            mode: config.mode,
            base: config.clone(),
            ..Self::default()
        }
    }

    /// All but the secrets, as it would be saved.
    pub(super) fn config(&self) -> AccountConfig {
        let text = |value: &str| Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
        AccountConfig {
            path: text(&self.path),
            to_user: text(&self.to_user),
            app_id: text(&self.app_id),
            mode: self.mode,
            secrets: self.base.secrets,
        }
    }

    pub(super) fn secrets(&self) -> Secrets {
        Secrets {
            token: self.token.secret(),
            aes_key: self.aes_key.secret(),
            app_secret: self.app_secret.secret(),
            ..Secrets::default()
        }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.config() != self.base || !self.secrets().is_empty()
    }

    /// Whether it may be saved as it is.
    pub(super) fn is_sound(&self, is_new: bool, status: &Status) -> bool {
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

    pub(super) fn name_problem(&self, is_new: bool, status: &Status) -> Option<&'static str> {
        let taken = status.config.accounts.keys().map(String::as_str);
        if is_new { checks::name(self.name.trim(), taken) } else { None }
    }

    /// The command that keeps it.
    pub(super) fn save(&self) -> Command {
        Command::SaveAccount {
            name: self.name.trim().to_owned(),
            account: Box::new(self.config()),
            secrets: Box::new(self.secrets()),
        }
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
    fn only_a_sound_form_can_be_saved() {
        let status = status();
        let mut draft = Draft::of("shop", &status.config.accounts["shop"]);
        assert!(!draft.is_changed() && draft.is_sound(false, &status));
        assert!(!draft.is_sound(true, &status), "the name is taken");
        draft.aes_key.0.push_str("too short");
        assert!(draft.is_changed() && !draft.is_sound(false, &status));
    }

    #[test]
    fn debug_of_a_form_says_no_secret() {
        let mut draft = Draft::of("shop", &AccountConfig::default());
        draft.token.0.push_str("hunter2");
        draft.app_secret.0.push_str("hunter2");
        let text = format!("{draft:?}{:?}", draft.save());
        assert!(text.contains("shop") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn an_empty_field_is_left_out_of_the_file() {
        let mut draft = Draft::of("a", &AccountConfig::default());
        draft.app_id = " wx1 ".to_owned();
        let config = draft.config();
        assert_eq!((config.path, config.app_id.as_deref()), (None, Some("wx1")));
    }
}
