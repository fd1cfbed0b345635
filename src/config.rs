//! `config.toml` and secrets: defaults < file < environment < flags.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::account::{Account, AccountKind, Accounts, DEFAULT_ACCOUNT, OwnMark, Secret, Secrets, TrustedProxy};
use crate::capture::Mode;
use crate::rules::{BadAnswer, Rule};
use crate::texts::Language;

mod account_entries;
mod account_spellings;
mod bounds;
mod edit;
mod edit_rules;
mod error;
mod feed_config;
mod filters;
mod folder;
mod hold;
mod kept_menus;
mod misplaced;
mod notify_config;
mod privacy;
mod retention;
mod rule_entries;
mod run_records;
mod secrets;
mod team_config;
mod team_url;
mod tunnel_config;
mod watch;

pub use edit::{
    forget_secret, remove_account, save_account, save_address, save_filters, save_forward, save_hold, save_look,
    save_notify, save_retention, save_targets,
};
pub use edit_rules::save_rules;
pub use error::ConfigError;
pub use feed_config::{FeedConfig, save_feed_address, save_feed_token};
pub use filters::{FilterConfig, Hue};
pub use folder::{DataFolder, ListenerLock};
pub use hold::HoldConfig;
pub use kept_menus::KeptMenu;
pub use misplaced::move_misplaced_secrets;
pub use notify_config::NotifyConfig;
pub use retention::RetentionConfig;
pub use rule_entries::line_of_rule;
pub use run_records::{ListenerRecord, TeamRecord};
pub use secrets::SecretsPlace;
pub use team_config::{TeamConfig, is_team_name, save_team, save_team_url};
pub use team_url::TeamUrl;
pub use tunnel_config::{ClientRecord, TunnelConfig, TunnelRecord, has_credentials, public_url, save_tunnel};
pub use watch::ConfigWatch;

/// Default address of the listener; loopback, since nobody asked for more.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:8989";

/// The contents of `config.toml`, with defaults for members that it leaves out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub listener: ListenerConfig,
    /// `[account.NAME]`, with those of `[accounts.NAME]`.
    #[serde(rename = "account")]
    pub accounts: BTreeMap<String, AccountConfig>,
    /// `[accounts.NAME]`, until they stand among the others.
    #[serde(rename = "accounts")]
    other_spelling: BTreeMap<String, AccountConfig>,
    pub look: LookConfig,
    pub feed: FeedConfig,
    pub hold: HoldConfig,
    pub targets: BTreeMap<String, TargetConfig>,
    pub replay: ReplayConfig,
    pub filters: BTreeMap<String, FilterConfig>,
    pub retention: RetentionConfig,
    pub notify: NotifyConfig,
    pub tunnel: TunnelConfig,
    pub team: TeamConfig,
    /// `[[rules]]`, in their order.
    #[serde(deserialize_with = "rule_entries::read")]
    pub rules: Vec<Rule>,
}

/// The `[listener]` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerConfig {
    /// Address as HOST:PORT.
    pub addr: String,
    /// Reply budget in milliseconds from the request's first byte.
    #[serde(deserialize_with = "bounds::reply_budget")]
    pub reply_budget_ms: u64,
    /// Most MiB that are kept of requests that fail verification.
    #[serde(deserialize_with = "bounds::positive")]
    pub unverified_limit_mib: u64,
    /// The developer's own server, which a rule may pass events on to; without a rule that decides, every event goes there.
    #[serde(deserialize_with = "rule_entries::target")]
    pub forward: Option<String>,
    /// Treatment of a bad answer of that server.
    #[serde(deserialize_with = "rule_entries::bad_answer")]
    pub forward_bad_answer: BadAnswer,
}

impl Default for ListenerConfig {
    fn default() -> Self {
        Self {
            addr: DEFAULT_ADDRESS.to_owned(),
            // WeChat's limit is 5 s, and the tunnel takes its share.
            reply_budget_ms: 4_000,
            unverified_limit_mib: 100,
            forward: None,
            forward_bad_answer: BadAnswer::Pass,
        }
    }
}

impl ListenerConfig {
    /// The budget of an answer.
    pub fn reply_budget(&self) -> Duration {
        Duration::from_millis(self.reply_budget_ms)
    }

    /// The total of what is kept of unverified requests, in bytes.
    pub fn unverified_limit(&self) -> u64 {
        self.unverified_limit_mib.saturating_mul(1 << 20)
    }
}

/// Reads an address to listen at; a name such as `localhost` is looked up.
pub fn parse_address(text: &str) -> Result<SocketAddr, ConfigError> {
    use std::net::ToSocketAddrs as _;
    text.to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next())
        .ok_or_else(|| ConfigError::Address { text: text.to_owned() })
}

/// An account without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountConfig {
    /// Its kind: `official`, `test`, `mini-program`, `platform` or `cloud`.
    #[serde(deserialize_with = "account_entries::kind")]
    pub kind: AccountKind,
    /// Requests below this path belong to it.
    #[serde(deserialize_with = "account_entries::path")]
    pub path: Option<String>,
    /// Its original id, `gh_…`.
    pub to_user: Option<String>,
    /// Its AppID, `wx` and 16 hexadecimal digits.
    pub app_id: Option<String>,
    /// The mode set in WeChat's console: `plain`, `compat` or `safe`.
    #[serde(deserialize_with = "mode")]
    pub mode: Option<Mode>,
    /// The address of WeChat's API for it; `None` for `https://api.weixin.qq.com`.
    #[serde(deserialize_with = "account_entries::api")]
    pub api: Option<String>,
    /// The proxies from which unsigned pushes are taken; only of cloud hosting.
    #[serde(deserialize_with = "account_entries::trusted_proxies")]
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The place of its secrets; `None` where it has none.
    pub secrets: Option<SecretsPlace>,
}

fn mode<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Mode>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| {
        Mode::from_spelling(&text)
            .ok_or_else(|| serde::de::Error::invalid_value(serde::de::Unexpected::Str(&text), &"plain, compat or safe"))
    })
    .transpose()
}

/// A server that events are replayed at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// The URL that is posted to.
    #[serde(deserialize_with = "rule_entries::url")]
    pub url: String,
    /// For which account messages are signed and sealed; the one that an event belongs to where it is left out.
    #[serde(default)]
    pub account: Option<String>,
}

/// The comparison of answers to replays.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayConfig {
    /// Elements of a reply that do not count, by name; an encrypted reply is compared by what is in it.
    pub ignore: Vec<String>,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        // An encrypted reply that no key opens has a time and a nonce of its own beside what is in it.
        Self { ignore: ["CreateTime", "TimeStamp", "Nonce", "MsgSignature"].map(str::to_owned).to_vec() }
    }
}

/// The look of the window.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookConfig {
    /// `en` or `zh-CN`; the system's where it is left out.
    pub language: Option<String>,
    /// `dark` or `light`; the system's where it is left out.
    pub theme: Option<Theme>,
    /// `true` for a window in which nothing moves; the system's choice where it is left out.
    pub reduce_motion: Option<bool>,
}

impl LookConfig {
    /// The language to speak.
    pub fn language(&self) -> Language {
        self.language.as_deref().and_then(Language::from_tag).unwrap_or_else(Language::of_system)
    }
}

/// A choice of brightness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    Dark,
    Light,
}

impl Theme {
    /// The spelling in `config.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// Settings of the default account from the environment and from flags.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--account`: the account that is the default for this run.
    pub account: Option<String>,
    /// `--addr`: the address to listen at, as HOST:PORT.
    pub addr: Option<String>,
    /// `--feed`: the address of the feed, as HOST:PORT.
    pub feed: Option<String>,
    /// `--tunnel`: the tunnel is started with the listener.
    pub tunnel: bool,
    /// The feed's token from the environment.
    pub feed_token: Option<Secret>,
    /// The value of `--app-id`.
    pub app_id: Option<String>,
    /// The values of `--token`, `--aes-key` and `--app-secret`.
    pub secrets: Secrets,
}

impl Config {
    /// Reads the file; where there is none, everything is at its default.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ConfigError::Read { source, path: path.to_owned() }),
        };
        let read: Self = toml_edit::de::from_str(&text).map_err(|error| malformed(&text, &error, path))?;
        account_spellings::join(read, &text, path)
    }

    /// Reads the file for what needs no rules: a mistake in one of them does not count.
    pub fn load_without_rules(path: &Path) -> Result<Self, ConfigError> {
        let whole = Self::load(path);
        let without = || {
            let mut document: toml_edit::DocumentMut = std::fs::read_to_string(path).ok()?.parse().ok()?;
            document.remove("rules")?;
            let rest = document.to_string();
            account_spellings::join(toml_edit::de::from_str(&rest).ok()?, &rest, path).ok()
        };
        whole.or_else(|error| without().ok_or(error))
    }

    /// Returns an account's stored secrets, without those of flags and environment.
    pub fn kept_secrets(&self, folder: &DataFolder, account: &str) -> Result<Secrets, ConfigError> {
        match self.accounts.get(account).and_then(|config| config.secrets) {
            Some(place) => secrets::read(folder, account, place),
            None => Ok(Secrets::default()),
        }
    }

    /// Refuses an account that is not there; without any, there is the default one.
    pub fn check_account(&self, name: &str) -> Result<(), ConfigError> {
        let is_known =
            if self.accounts.is_empty() { name == DEFAULT_ACCOUNT } else { self.accounts.contains_key(name) };
        if is_known {
            return Ok(());
        }
        let known = self.accounts.keys().cloned().collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { DEFAULT_ACCOUNT.to_owned() } else { known };
        Err(ConfigError::UnknownAccount { name: name.to_owned(), known })
    }

    /// The name of the default account: the one that flags name, else `default`, else the first.
    pub fn default_account(&self, overrides: &Overrides) -> String {
        let names = || self.accounts.keys();
        let known = names().find(|name| *name == DEFAULT_ACCOUNT).or_else(|| names().next());
        overrides.account.clone().or_else(|| known.cloned()).unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned())
    }

    /// The accounts with their secrets, as this run is to see them.
    pub fn accounts(&self, folder: &DataFolder, overrides: &Overrides) -> Result<Accounts, ConfigError> {
        let mut configs = self.accounts.clone();
        if configs.is_empty() {
            configs.insert(DEFAULT_ACCOUNT.to_owned(), AccountConfig::default());
        }
        if let Some(name) = &overrides.account {
            self.check_account(name)?;
        }
        let preferred = Some(self.default_account(overrides));
        let list = configs
            .into_iter()
            .map(|(name, config)| {
                let overriding = (Some(&name) == preferred.as_ref()).then_some(overrides);
                account(folder, name, config, overriding)
            })
            .collect::<Result<_, _>>()?;
        let own_mark = OwnMark::kept_in(folder.own_mark_file());
        Ok(Accounts::new(list, preferred.as_deref()).with_own_mark(own_mark))
    }
}

fn account(
    folder: &DataFolder,
    name: String,
    config: AccountConfig,
    overrides: Option<&Overrides>,
) -> Result<Account, ConfigError> {
    let overriding = overrides.map(|overrides| overrides.secrets.clone()).unwrap_or_default();
    let kept = match config.secrets {
        // What flags and environment give in full need not be asked of a keyring that may be locked.
        Some(_) if overriding.token.is_some() && overriding.aes_key.is_some() => Secrets::default(),
        Some(place) => secrets::read(folder, &name, place)?,
        None => Secrets::default(),
    };
    let secrets = Secrets {
        token: overriding.token.or(kept.token),
        previous_token: kept.previous_token,
        aes_key: overriding.aes_key.or(kept.aes_key),
        previous_aes_key: kept.previous_aes_key,
        app_secret: overriding.app_secret.or(kept.app_secret),
    };
    let app_id = overrides.and_then(|overrides| overrides.app_id.clone()).or(config.app_id);
    let mut account = Account::named(name).with_secrets(secrets);
    account.kind = config.kind;
    account.trusted_proxies = config.trusted_proxies;
    account.path = config.path;
    account.to_user = config.to_user;
    account.app_id = app_id;
    account.mode = config.mode;
    account.api = config.api;
    Ok(account)
}

fn malformed(text: &str, error: &toml_edit::de::Error, path: &Path) -> ConfigError {
    let span = error.span().unwrap_or_default();
    let before = &text[..span.start.min(text.len())];
    let at_fault = text.get(span).unwrap_or_default();
    let mut reason = error.message().replace('\n', ", ");
    // A secret may have been put there; line and column say well enough which value it is.
    if at_fault.starts_with(['"', '\'']) && before.rfind("account") > before.rfind("\n[") {
        reason = reason.replace(at_fault.trim_matches(['"', '\'']), "…");
    }
    ConfigError::Malformed {
        line: before.matches('\n').count() + 1,
        column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
        reason,
        path: path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
