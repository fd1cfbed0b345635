//! The accounts whose callbacks arrive here: their secrets, and the account that a request belongs to.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::capture::Mode;
use crate::wechat::envelope::{self, AesKey, KeyError, Plaintext};
use crate::wechat::tree::Tree;

mod own_mark;

pub use own_mark::OwnMark;

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

/// One account with its secrets, its keys decoded.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name in `config.toml`.
    pub name: String,
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
    pub secrets: Secrets,
    key: Option<Result<AesKey, KeyError>>,
    previous_key: Option<AesKey>,
}

impl Account {
    /// An account without anything configured.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            path: None,
            to_user: None,
            app_id: None,
            mode: None,
            api: None,
            secrets: Secrets::default(),
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

    fn owns_path(&self, path: &str) -> Option<usize> {
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

    /// The account a request belongs to: the longest path prefix's, else the ToUserName's,
    /// else the one for which `verifies` holds, else the default.
    pub fn claim(&self, path: &str, to_user: Option<&str>, verifies: impl Fn(&Account) -> bool) -> &Account {
        let by_path = self.list.iter().filter_map(|account| Some((account.owns_path(path)?, account)));
        if let Some((_, account)) = by_path.max_by_key(|(length, _)| *length) {
            return account;
        }
        let by_user =
            to_user.and_then(|to_user| self.list.iter().find(|account| account.to_user.as_deref() == Some(to_user)));
        by_user
            .or_else(|| (self.list.len() > 1).then(|| self.list.iter().find(|account| verifies(account))).flatten())
            .unwrap_or_else(|| self.default_account())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, path: Option<&str>, to_user: Option<&str>) -> Account {
        Account { path: path.map(str::to_owned), to_user: to_user.map(str::to_owned), ..Account::named(name) }
    }

    #[test]
    fn the_longest_path_comes_first_then_the_user_then_the_token_then_the_default() {
        let accounts = Accounts::new(
            vec![
                account("default", None, None),
                account("shop", Some("/shop"), None),
                account("test", Some("/shop/test/"), Some("gh_1")),
                account("token", None, None),
            ],
            None,
        );
        let none = |_: &Account| false;
        assert_eq!(accounts.claim("/shop/x", Some("gh_1"), none).name, "shop");
        assert_eq!(accounts.claim("/shop/test", None, none).name, "test");
        assert_eq!(accounts.claim("/shopping", Some("gh_1"), none).name, "test");
        assert_eq!(accounts.claim("/", None, |account| account.name == "token").name, "token");
        assert_eq!(accounts.claim("/", None, none).name, "default");
    }

    #[test]
    fn a_key_that_is_replaced_becomes_the_previous_one() {
        let key = |text: &str| Secrets { aes_key: Some(Secret::new(text)), ..Secrets::default() };
        let secrets = key("a").changed_by(key("b"));
        assert_eq!(secrets.aes_key, Some(Secret::new("b")));
        assert_eq!(secrets.previous_aes_key, Some(Secret::new("a")));
        assert_eq!(secrets.clone().changed_by(key("b")), secrets);
        assert_eq!(secrets.clone().changed_by(Secrets::default()), secrets);
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        let secrets = Secrets { token: Some(Secret::new("hunter2")), ..Secrets::default() };
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }
}
