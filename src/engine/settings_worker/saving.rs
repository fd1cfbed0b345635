//! Saves settings to `config.toml` and the secrets, and takes them into use.

use std::collections::BTreeMap;

use super::SettingsWorker;
use crate::account::{Secret, SecretName, Secrets};
use crate::config::{
    self, AccountConfig, Config, ConfigError, FilterConfig, HoldConfig, LookConfig, NotifyConfig, RetentionConfig,
    TargetConfig,
};
use crate::engine::notice::SavedSetting;
use crate::rules::{BadAnswer, Rule};

impl SettingsWorker {
    pub(super) fn set_feed(&mut self, address: Option<String>) -> Result<SavedSetting, ConfigError> {
        if let Some(address) = &address {
            config::parse_address(address)?;
        }
        config::save_feed_address(&self.setup.folder, &self.setup.config_file, address.as_deref())?;
        self.publish(|status| status.config.feed.addr = address);
        // From now on, what was saved outranks the flag.
        self.setup.overrides.feed = None;
        self.open_feed();
        Ok(SavedSetting::Feed)
    }

    pub(super) fn save_feed_token(&mut self, token: &Secret) -> Result<SavedSetting, ConfigError> {
        config::save_feed_token(&self.setup.folder, &self.setup.config_file, token)?;
        let config = Config::load(&self.setup.config_file)?;
        self.publish(|status| status.config.feed = config.feed);
        self.setup.overrides.feed_token = None;
        self.open_feed();
        Ok(SavedSetting::Feed)
    }

    pub(super) fn save_account(
        &mut self,
        name: String,
        account: &AccountConfig,
        changed: &Secrets,
    ) -> Result<SavedSetting, ConfigError> {
        let config = Config::load(&self.setup.config_file)?;
        // Secrets that cannot be read are replaced by those typed: the way out of a locked keyring.
        let kept = config.kept_secrets(&self.setup.folder, &name).unwrap_or_default();
        let secrets = kept.changed_by(changed.clone());
        config::save_account(&self.setup.folder, &self.setup.config_file, &name, account, &secrets)?;
        self.reload_accounts()?;
        Ok(SavedSetting::Account { name })
    }

    pub(super) fn forget_secret(&mut self, name: &str, which: SecretName) -> Result<SavedSetting, ConfigError> {
        config::forget_secret(&self.setup.folder, &self.setup.config_file, name, which)?;
        self.reload_accounts()?;
        Ok(SavedSetting::Secret)
    }

    /// Uses the accounts as they are saved now.
    fn reload_accounts(&mut self) -> Result<(), ConfigError> {
        let config = Config::load(&self.setup.config_file)?;
        let accounts = config.accounts(&self.setup.folder, &self.setup.overrides)?;
        self.publish_accounts(&accounts);
        self.publish(|status| status.config = config);
        match &self.service {
            Some(service) => service.set_accounts(accounts),
            None => self.open(),
        }
        Ok(())
    }

    pub(super) fn save_hold(&self, hold: HoldConfig) -> Result<SavedSetting, ConfigError> {
        config::save_hold(&self.setup.folder, &self.setup.config_file, hold)?;
        self.publish(|status| status.config.hold = hold);
        Ok(SavedSetting::Hold)
    }

    pub(super) fn save_look(&self, look: LookConfig) -> Result<SavedSetting, ConfigError> {
        config::save_look(&self.setup.folder, &self.setup.config_file, &look)?;
        if let Some(feed) = &self.feed {
            feed.set_language(look.language());
        }
        self.publish(|status| status.config.look = look);
        Ok(SavedSetting::Look)
    }

    pub(super) fn save_rules(&self, rules: &[Rule]) -> Result<SavedSetting, ConfigError> {
        config::save_rules(&self.setup.folder, &self.setup.config_file, rules)?;
        self.rulebook.reload();
        Ok(SavedSetting::Rules)
    }

    pub(super) fn save_forward(&self, url: Option<String>, bad_answer: BadAnswer) -> Result<SavedSetting, ConfigError> {
        config::save_forward(&self.setup.folder, &self.setup.config_file, url.as_deref(), bad_answer)?;
        self.publish(|status| {
            (status.config.listener.forward, status.config.listener.forward_bad_answer) = (url, bad_answer);
        });
        self.rulebook.reload();
        Ok(SavedSetting::Forward)
    }

    pub(super) fn save_targets(&self, targets: BTreeMap<String, TargetConfig>) -> Result<SavedSetting, ConfigError> {
        config::save_targets(&self.setup.folder, &self.setup.config_file, &targets)?;
        self.publish(|status| status.config.targets = targets);
        Ok(SavedSetting::Targets)
    }

    pub(super) fn save_filters(&self, filters: BTreeMap<String, FilterConfig>) -> Result<SavedSetting, ConfigError> {
        config::save_filters(&self.setup.folder, &self.setup.config_file, &filters)?;
        self.publish(|status| status.config.filters = filters);
        Ok(SavedSetting::Filters)
    }

    pub(super) fn save_retention(&self, retention: RetentionConfig) -> Result<SavedSetting, ConfigError> {
        config::save_retention(&self.setup.folder, &self.setup.config_file, &retention)?;
        self.publish(|status| status.config.retention = retention);
        if let Some(service) = &self.service {
            service.keep(&retention);
        }
        Ok(SavedSetting::Retention)
    }

    pub(super) fn save_notify(&self, notify: NotifyConfig) -> Result<SavedSetting, ConfigError> {
        config::save_notify(&self.setup.folder, &self.setup.config_file, &notify)?;
        self.publish(|status| status.config.notify = notify);
        Ok(SavedSetting::Notify)
    }
}
