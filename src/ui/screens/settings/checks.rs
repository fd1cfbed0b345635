//! Checks of the settings' inputs, made on every keystroke; each returns the locale key of an error.

use crate::wechat::envelope::{AesKey, KeyError};

/// Checks for `HOST:PORT`; only listening shows whether the host exists.
pub(super) fn address(text: &str) -> Option<&'static str> {
    let well_formed = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    (!well_formed).then_some("settings.check.address")
}

/// Checks for 3 to 32 letters and digits, as WeChat's console does.
pub(super) fn token(text: &str) -> Option<&'static str> {
    let well_formed = (3..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!text.is_empty() && !well_formed).then_some("settings.check.token")
}

/// Checks for an `EncodingAESKey` of 43 letters and digits.
pub(super) fn aes_key(text: &str) -> Option<&'static str> {
    match AesKey::parse(text) {
        _ if text.is_empty() => None,
        Ok(_) => None,
        Err(KeyError::Length { .. }) => Some("settings.check.key_length"),
        Err(KeyError::Character { .. }) => Some("settings.check.key_character"),
    }
}

/// Checks that an original id begins with `gh_`.
pub(super) fn to_user(text: &str) -> Option<&'static str> {
    (!text.is_empty() && !text.starts_with("gh_")).then_some("settings.check.to_user")
}

/// Checks that an `AppID` begins with `wx`.
pub(super) fn app_id(text: &str) -> Option<&'static str> {
    (!text.is_empty() && !text.starts_with("wx")).then_some("settings.check.app_id")
}

/// Checks that a path prefix begins with a slash.
pub(super) fn path(text: &str) -> Option<&'static str> {
    (!text.is_empty() && !text.starts_with('/')).then_some("settings.check.path")
}

/// Checks that a name is not empty and not taken.
pub(super) fn name<'n>(text: &str, mut taken: impl Iterator<Item = &'n str>) -> Option<&'static str> {
    match () {
        () if text.is_empty() => Some("settings.check.name_empty"),
        () if taken.any(|other| other == text) => Some("settings.check.name_taken"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_checked_as_the_console_does() {
        let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
        assert_eq!((token("ab1"), token(""), aes_key(key), aes_key("")), (None, None, None, None));
        for wrong in ["ab", "a b c", "令牌令牌", &"x".repeat(33)] {
            assert_eq!(token(wrong), Some("settings.check.token"), "{wrong}");
        }
        assert_eq!(aes_key(&key[1..]), Some("settings.check.key_length"));
        assert_eq!(aes_key(&key.replace('a', "=")), Some("settings.check.key_character"));
        assert_eq!((address("localhost:0"), address("[::1]:8989")), (None, None));
        assert!(address("127.0.0.1").is_some() && address(":80").is_some() && address("a:99999").is_some());
    }

    #[test]
    fn a_name_is_neither_empty_nor_taken() {
        assert_eq!(name("shop", ["default"].into_iter()), None);
        assert_eq!(name("default", ["default"].into_iter()), Some("settings.check.name_taken"));
        assert_eq!(name("", ["default"].into_iter()), Some("settings.check.name_empty"));
    }
}
