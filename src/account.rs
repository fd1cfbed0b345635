//! The accounts whose callbacks arrive here: their secrets, and the account that a request belongs to.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::capture::Mode;
use crate::wechat::envelope::{self, AesKey, KeyError, Plaintext};
use crate::wechat::tree::Tree;

mod account_kind;
mod app_id_path;
mod claiming;
mod own_mark;
mod trusted_proxy;

pub use account_kind::AccountKind;
pub use claiming::PathAppId;
pub use own_mark::OwnMark;
pub use trusted_proxy::TrustedProxy;

/// A secret text: wiped when dropped, masked when printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret of that text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the calculation that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Lets a command line argument become a secret at once.
impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The name of one of an account's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretName {
    /// 令牌 Token.
    Token,
    /// 消息加解密密钥 EncodingAESKey.
    AesKey,
    AppSecret,
}

/// The secrets that the developer and WeChat share about an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Secrets {
    /// 令牌 Token.
    pub token: Option<Secret>,
    /// The token before this one, to recognise requests still signed with it.
    pub previous_token: Option<Secret>,
    /// 消息加解密密钥 EncodingAESKey, 43 characters.
    pub aes_key: Option<Secret>,
    /// The key before this one: WeChat uses it for a while after a change.
    pub previous_aes_key: Option<Secret>,
    /// AppSecret, for calls of WeChat's API.
    pub app_secret: Option<Secret>,
}

impl Secrets {
    /// These secrets with those of `changed` in their place; a replaced token or key becomes the previous one.
    #[must_use]
    pub fn changed_by(self, changed: Self) -> Self {
        let previous = |old: Option<Secret>, new: &Option<Secret>, older: Option<Secret>| match new {
            Some(new) if old.as_ref().is_some_and(|old| old != new) => old,
            _ => older,
        };
        Self {
            previous_token: changed
                .previous_token
                .or_else(|| previous(self.token.clone(), &changed.token, self.previous_token)),
            previous_aes_key: changed
                .previous_aes_key
                .or_else(|| previous(self.aes_key.clone(), &changed.aes_key, self.previous_aes_key)),
            token: changed.token.or(self.token),
            aes_key: changed.aes_key.or(self.aes_key),
            app_secret: changed.app_secret.or(self.app_secret),
        }
    }

    /// These secrets without one of them and its predecessor.
    #[must_use]
    pub fn without(self, name: SecretName) -> Self {
        match name {
            SecretName::Token => Self { token: None, previous_token: None, ..self },
            SecretName::AesKey => Self { aes_key: None, previous_aes_key: None, ..self },
            SecretName::AppSecret => Self { app_secret: None, ..self },
        }
    }

    /// Tells whether there is no secret at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A platform by its name in `config.toml` and its AppID.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PlatformName {
    name: String,
    app_id: Option<String>,
}

/// One account with its secrets, its keys decoded.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name in `config.toml`.
    pub name: String,
    /// The kind of account that it is.
    pub kind: AccountKind,
    /// The path prefix of requests that belong to it.
    pub path: Option<String>,
    /// The original id, `gh_…`, which messages carry as ToUserName.
    pub to_user: Option<String>,
    /// `wx…`
    pub app_id: Option<String>,
    /// The mode set in WeChat's console, if the developer told it.
    pub mode: Option<Mode>,
    /// The address of WeChat's API, where it is not `https://api.weixin.qq.com`.
    pub api: Option<String>,
    /// The proxies from which unsigned pushes are taken, beside this computer; only of cloud hosting.
    pub trusted_proxies: Vec<TrustedProxy>,
    pub secrets: Secrets,
    /// The platform whose secrets these are.
    platform: Option<PlatformName>,
    key: Option<Result<AesKey, KeyError>>,
    previous_key: Option<AesKey>,
}

impl Account {
    /// An account without anything configured.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: AccountKind::default(),
            path: None,
            to_user: None,
            app_id: None,
            mode: None,
            api: None,
            trusted_proxies: Vec::new(),
            secrets: Secrets::default(),
            platform: None,
            key: None,
            previous_key: None,
        }
    }

    /// Sets the secrets and decodes the keys, once.
    #[must_use]
    pub fn with_secrets(mut self, secrets: Secrets) -> Self {
        self.key = secrets.aes_key.as_ref().map(|key| AesKey::parse(key.reveal()));
        self.previous_key = secrets.previous_aes_key.as_ref().and_then(|key| AesKey::parse(key.reveal()).ok());
        self.secrets = secrets;
        self
    }

    /// The key that messages are encrypted with, or the reason why it is unusable.
    pub fn key(&self) -> Option<&Result<AesKey, KeyError>> {
        self.key.as_ref()
    }

    /// The key before this one, if it is usable.
    pub fn previous_key(&self) -> Option<&AesKey> {
        self.previous_key.as_ref()
    }

    /// The key to encrypt a reply with, and the other one. The former comes first if it decrypted the message.
    pub fn keys(&self, former_key: bool) -> [Option<&AesKey>; 2] {
        let (current, former) = (self.key.as_ref().and_then(|key| key.as_ref().ok()), self.previous_key());
        if former_key && former.is_some() { [former, current] } else { [current, former] }
    }

    /// The plaintext of an `Encrypt`, and whether it took the former key.
    pub fn decrypt(&self, encrypt: &str) -> Option<(Plaintext, bool)> {
        let [current, former] = self.keys(false);
        let with = |key: Option<&AesKey>| envelope::decrypt(key?, encrypt).ok();
        with(current).map(|plaintext| (plaintext, false)).or_else(|| Some((with(former)?, true)))
    }

    /// The plaintext of an encrypted reply, if one of the keys decrypts it.
    pub fn decrypt_reply(&self, body: &[u8]) -> Option<Vec<u8>> {
        let tree = Tree::parse(body).ok()?;
        self.decrypt(tree.root().text_of("Encrypt")?).map(|(plaintext, _)| plaintext.message)
    }

    /// The token's text, for a signature.
    pub fn token(&self) -> Option<&str> {
        self.secrets.token.as_ref().map(Secret::reveal)
    }

    /// The AppID at the end of its encrypted messages: its own, or that of the platform that it has authorized.
    pub fn receive_id(&self) -> Option<&str> {
        match &self.platform {
            Some(platform) => platform.app_id.as_deref(),
            None => self.app_id.as_deref(),
        }
    }

    /// The mode of its pushes: as the developer told, else the only one that its kind has.
    pub fn expected_mode(&self) -> Option<Mode> {
        let only = match self.kind {
            AccountKind::Test => Some(Mode::Plain),
            AccountKind::Platform => Some(Mode::Safe),
            AccountKind::Official | AccountKind::MiniProgram | AccountKind::Cloud => None,
        };
        self.mode.or(only)
    }

    /// Tells whether the path of its requests holds the AppID of the account that each is about.
    fn takes_app_ids(&self) -> bool {
        self.path.as_deref().is_some_and(app_id_path::has_place)
    }

    /// The length of the beginning of a path that makes it this account's, if there is no place for an AppID in it.
    fn owns_path(&self, path: &str) -> Option<usize> {
        if self.takes_app_ids() {
            return None;
        }
        let prefix = self.path.as_deref()?.trim_end_matches('/');
        let rest = path.strip_prefix(prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(prefix.len())
    }
}

/// The name of the account that takes the requests that no other claims.
pub const DEFAULT_ACCOUNT: &str = "default";

/// All accounts, at least one.
#[derive(Clone, Debug)]
pub struct Accounts {
    list: Vec<Account>,
    default: usize,
    own_mark: OwnMark,
}

impl Accounts {
    /// The accounts in the order of the configuration. `preferred` names the one that takes the requests that no other claims;
    /// without it that is `default`, else the first.
    pub fn new(list: Vec<Account>, preferred: Option<&str>) -> Self {
        let list = if list.is_empty() { vec![Account::named(DEFAULT_ACCOUNT)] } else { list };
        let wanted = preferred.unwrap_or(DEFAULT_ACCOUNT);
        let default = list.iter().position(|account| account.name == wanted).unwrap_or(0);
        let list = claiming::with_platform(list);
        Self { list, default, own_mark: OwnMark::default() }
    }

    /// The same accounts with the mark of this installation's own requests.
    #[must_use]
    pub fn with_own_mark(self, own_mark: OwnMark) -> Self {
        Self { own_mark, ..self }
    }

    /// The mark of this installation's own requests.
    pub fn own_mark(&self) -> &OwnMark {
        &self.own_mark
    }

    /// All accounts, in the order of `config.toml`.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.list.iter()
    }

    /// The account that takes the requests that no other claims.
    pub fn default_account(&self) -> &Account {
        &self.list[self.default]
    }

    /// The account of that name, else the default one.
    pub fn owner(&self, name: &str) -> &Account {
        self.named(name).unwrap_or_else(|| self.default_account())
    }

    /// The account of that name.
    pub fn named(&self, name: &str) -> Option<&Account> {
        self.list.iter().find(|account| account.name == name)
    }
}

#[cfg(test)]
mod tests;
