//! Names at the broker: the stream, its subjects, the bucket and its keys, and consumers, with everything escaped that may not stand there.

use std::fmt::Write as _;

use super::team_error::TeamError;
use crate::config::is_team_name;

/// The longest part of a subject, in bytes: the broker closes the connection over a line of 4 KiB.
const LONGEST_TOKEN: usize = 256;

/// The part of a subject that stands for no user.
const NOBODY: &str = "-";

/// A team's name, which stands in names of streams and buckets as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TeamName(String);

impl TeamName {
    /// The name of a team that was given none.
    pub const DEFAULT: &'static str = "default";

    /// Takes letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, TeamError> {
        if is_team_name(text) { Ok(Self(text.to_owned())) } else { Err(TeamError::Name { name: text.to_owned() }) }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stream of events.
    pub fn stream(&self) -> String {
        format!("MENUSCOPE_{}", self.0)
    }

    /// The key-value bucket of claims.
    pub fn bucket(&self) -> String {
        format!("MENUSCOPE_{}_claims", self.0)
    }

    /// The subjects of the stream.
    pub fn captured_all(&self) -> String {
        format!("menuscope.{}.captured.>", self.0)
    }

    /// The subject of an event.
    pub fn captured(&self, account: &str, openid: Option<&str>) -> String {
        let user = openid.filter(|openid| !openid.is_empty()).map_or_else(|| NOBODY.to_owned(), token);
        format!("menuscope.{}.captured.{}.{user}", self.0, token(account))
    }

    /// The subject of questions to a desktop.
    pub fn answer(&self, desktop: &str) -> String {
        format!("menuscope.{}.answer.{}", self.0, token(desktop))
    }

    /// The subject on which members say that they are there.
    pub fn here(&self) -> String {
        format!("menuscope.{}.here", self.0)
    }

    /// The subject on which a new member asks who is there.
    pub fn hello(&self) -> String {
        format!("menuscope.{}.hello", self.0)
    }
}

/// A part of a subject: what subjects forbid is %-escaped. One that is too long ends in a digest.
fn token(text: &str) -> String {
    let is_forbidden = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '.' | '*' | '>' | '%');
    let escaped = escaped(text, '%', is_forbidden);
    if escaped.is_empty() {
        return NOBODY.to_owned();
    }
    if escaped.len() <= LONGEST_TOKEN { escaped } else { shortened(&escaped, text) }
}

/// The beginning, and a digest of the whole.
fn shortened(escaped: &str, whole: &str) -> String {
    use sha1::{Digest as _, Sha1};
    let mut end = LONGEST_TOKEN / 2;
    while !escaped.is_char_boundary(end) {
        end -= 1;
    }
    let digest = Sha1::digest(whole);
    digest.iter().fold(format!("{}~", &escaped[..end]), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

/// The key of an OpenID in the bucket, whose keys forbid more than subjects do.
#[cfg(feature = "team")]
pub(super) fn claim_key(openid: &str) -> String {
    escaped(openid, '=', |c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
}

/// The OpenID of a key; `None` for a key that is none.
#[cfg(feature = "team")]
pub(super) fn openid_of(key: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key;
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok().filter(|openid| !openid.is_empty() && claim_key(openid) == key)
}

/// The durable consumer of a desktop's database: one of the same name that begins anew gets everything again.
#[cfg(feature = "team")]
pub(super) fn consumer(desktop: &str, database: &str) -> String {
    let name = escaped(desktop, '=', |c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let name = if name.len() <= LONGEST_TOKEN / 2 { name } else { shortened(&name, desktop) };
    format!("{name}-{database}")
}

fn escaped(text: &str, mark: char, is_forbidden: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_forbidden(character) {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                write!(escaped, "{mark}{byte:02X}").ok();
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn team() -> TeamName {
        TeamName::parse("shop").unwrap()
    }

    #[test]
    fn names_are_those_of_the_contract() {
        assert_eq!((team().stream(), team().bucket()), ("MENUSCOPE_shop".into(), "MENUSCOPE_shop_claims".into()));
        assert_eq!(team().captured("default", Some("oMgHV-j_1")), "menuscope.shop.captured.default.oMgHV-j_1");
        assert_eq!(team().captured("my shop", None), "menuscope.shop.captured.my%20shop.-");
        assert_eq!(team().captured("a", Some("x.y*z>%\n点")), "menuscope.shop.captured.a.x%2Ey%2Az%3E%25%0A点");
        assert_eq!(team().answer("mac.local"), "menuscope.shop.answer.mac%2Elocal");
        for name in ["", "a b", "a.b", "a*", "点", &"a".repeat(65)] {
            TeamName::parse(name).unwrap_err();
        }
    }

    #[test]
    fn a_subject_is_never_longer_than_the_broker_takes() {
        let long = team().captured(&"点.".repeat(9_000), Some(&"o".repeat(9_000)));
        assert!(long.len() < 1_000, "{}", long.len());
        assert_ne!(team().answer(&"a".repeat(300)), team().answer(&"a".repeat(301)));
    }

    proptest! {
        #[test]
        fn an_openid_comes_back_from_its_key(openid in "\\PC{1,30}|[a-z=.* ]{1,9}") {
            let key = claim_key(&openid);
            prop_assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte)));
            prop_assert_eq!(openid_of(&key), Some(openid));
        }

        #[test]
        fn a_foreign_key_is_no_openid_and_no_panic(key in "[a-z=/\u{e9}A-F0-9]{0,9}") {
            if let Some(openid) = openid_of(&key) {
                prop_assert_eq!(claim_key(&openid), key);
            }
        }

        #[test]
        fn a_part_of_a_subject_has_nothing_that_parts_it(text in ".{0,300}") {
            let token = token(&text);
            prop_assert!(!token.is_empty() && !token.contains(['.', '*', '>', ' ', '\r', '\n', '\t']));
        }
    }
}
