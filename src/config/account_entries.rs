//! Members of `[account.NAME]` that are not plain texts.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

use crate::account::{AccountKind, TrustedProxy};
use crate::rules::is_web_address;

/// Reads the kind of an account.
pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    AccountKind::from_spelling(&text).ok_or_else(|| {
        let known = AccountKind::ALL.map(AccountKind::as_str).join(", ");
        D::Error::custom(format!("kind: unknown \"{text}\"; write one of {known}"))
    })
}

/// Reads the beginning of the paths of an account's requests; one without a slash would never be theirs.
pub(super) fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match String::deserialize(deserializer)? {
        text if text.is_empty() => Ok(None),
        text if text.starts_with('/') => Ok(Some(text)),
        text => Err(D::Error::custom(format!(
            "path: \"{text}\" begins with no slash; write it as in a URL, such as \"/shop\""
        ))),
    }
}

/// Reads the address of WeChat's API.
pub(super) fn api<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match String::deserialize(deserializer)? {
        text if text.is_empty() => Ok(None),
        text if is_web_address(&text) => Ok(Some(text)),
        text => Err(D::Error::custom(format!(
            "api: \"{text}\" is no URL; write the address of an API host in quotes, such as \"https://api.weixin.qq.com\""
        ))),
    }
}

/// Reads the addresses of trusted proxies.
pub(super) fn trusted_proxies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TrustedProxy>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        TrustedProxy::parse(text).ok_or_else(|| {
            D::Error::custom(format!(
                "trusted_proxies: \"{text}\" is no address; write addresses or networks, such as [\"10.0.0.0/8\"]"
            ))
        })
    };
    texts.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use crate::account::AccountKind;
    use crate::config::{Config, ConfigError};

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    #[test]
    fn every_kind_is_read_and_another_is_refused_with_its_line() {
        for kind in AccountKind::ALL {
            let config = load(&format!("[account.a]\nkind = \"{}\"\n", kind.as_str())).unwrap();
            assert_eq!(config.accounts["a"].kind, kind);
        }
        assert_eq!(load("[account.a]\n").unwrap().accounts["a"].kind, AccountKind::Official);
        for wrong in [
            "kind = \"minigame\"",
            "trusted_proxies = [\"10.0.0\"]",
            "api = \"not a url\"",
            "api = \"api.weixin.qq.com\"",
            "path = \"shop\"",
        ] {
            let error = load(&format!("[account.a]\n{wrong}\n")).unwrap_err();
            assert!(matches!(error, ConfigError::Malformed { line: 2, .. }), "{wrong}: {error}");
            assert!(error.to_string().contains(wrong.split(' ').next().unwrap()), "it names the member: {error}");
        }
        let account =
            load("[account.a]\napi = \"https://api.example\"\npath = \"/a\"\n").unwrap().accounts["a"].clone();
        assert_eq!((account.api.as_deref(), account.path.as_deref()), (Some("https://api.example"), Some("/a")));
    }
}
