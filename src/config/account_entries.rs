//! Members of `[account.NAME]` that are not plain texts.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

use crate::account::{AccountKind, TrustedProxy};

/// Reads the kind of an account.
pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    AccountKind::from_spelling(&text).ok_or_else(|| {
        let known = AccountKind::ALL.map(AccountKind::as_str).join(", ");
        D::Error::custom(format!("kind: unknown \"{text}\"; write one of {known}"))
    })
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
        for wrong in ["kind = \"minigame\"", "trusted_proxies = [\"10.0.0\"]"] {
            let error = load(&format!("[account.a]\n{wrong}\n")).unwrap_err();
            assert!(matches!(error, ConfigError::Malformed { line: 2, .. }), "{wrong}: {error}");
        }
    }
}
