//! WeChat's query parameters: found by name in any order, doubled or misspelt ones reported.

use std::borrow::Cow;

use crate::capture::RawRequest;
use crate::capture::diagnosis::{Code, Diagnosis};

/// The names that WeChat sends.
const NAMES: [&str; 7] = ["signature", "timestamp", "nonce", "openid", "encrypt_type", "msg_signature", "echostr"];

/// The most edits by which a name counts as a misspelling of another.
const TYPO_DISTANCE: usize = 2;

/// The spellings of `&` that copying and escaping leave between parameters, the longer before those within them.
const SEPARATORS: [&str; 9] = ["&amp;amp;", "&amp%3B", "&amp;", "&#38;", "\\u0026", "%2526", "%26", ";", "?"];

/// Characters of which each of [`SEPARATORS`] has one.
const IN_SEPARATORS: [char; 4] = [';', '%', '\\', '?'];

/// The names without which nothing can be verified.
const NEEDED: [&str; 4] = ["signature", "timestamp", "nonce", "msg_signature"];

/// The parameters of a query, decoded.
#[derive(Debug, Default)]
pub(super) struct Query<'r> {
    raw: &'r str,
    pairs: Vec<(Cow<'r, str>, Cow<'r, str>)>,
}

/// The spelling that stands for `&` in a query, and WeChat's names that only become visible with `&` in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Separator {
    pub(super) spelling: &'static str,
    pub(super) names: Vec<&'static str>,
}

impl<'r> Query<'r> {
    pub(super) fn of(request: &'r RawRequest) -> Self {
        Self::parse(request.query())
    }

    pub(super) fn parse(raw: &'r str) -> Self {
        Self { raw, pairs: form_urlencoded::parse(raw.as_bytes()).collect() }
    }

    /// The wrong separator between the parameters, if one hides some of WeChat's.
    pub(super) fn separator(&self) -> Option<Separator> {
        // A genuine query holds none of these, and each push is looked at twice.
        if !self.raw.contains(IN_SEPARATORS) {
            return None;
        }
        SEPARATORS.into_iter().find_map(|spelling| {
            // A `?` that stands for `&` follows the query's own, and `%26` may have `%3D` beside it.
            let parted = replaced(self.raw, spelling, "&")?;
            let parted =
                if spelling.starts_with('%') { parted.replace("%3D", "=").replace("%3d", "=") } else { parted };
            let found = Query::parse(&parted);
            let hidden = |name: &&str| self.get(name).is_none() && found.get(name).is_some();
            let names: Vec<&str> = NAMES.into_iter().filter(hidden).collect();
            // Any other escaped `&` may belong to a value, such as an address.
            let hides = spelling.starts_with('&') || names.iter().any(|name| NEEDED.contains(name));
            (hides && !names.is_empty()).then_some(Separator { spelling, names })
        })
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// Tells whether it carries an `echostr`, if only behind a wrong separator.
    pub(super) fn has_echostr(&self) -> bool {
        self.get("echostr").is_some() || self.separator().is_some_and(|found| found.names.contains(&"echostr"))
    }

    pub(super) fn signature(&self) -> Option<&str> {
        self.get("signature")
    }

    pub(super) fn msg_signature(&self) -> Option<&str> {
        self.get("msg_signature")
    }

    /// Timestamp and nonce, which every check needs.
    pub(super) fn stamp(&self) -> Option<(&str, &str)> {
        Some((self.get("timestamp")?, self.get("nonce")?))
    }

    /// Reports parameters that occur twice, a wrong separator, and near misses of one that is missing.
    pub(super) fn diagnose(&self, diagnoses: &mut Vec<Diagnosis>) {
        let separator = self.separator();
        if let Some(Separator { spelling, names }) = &separator {
            let names = names.join(", ");
            diagnoses.push(Diagnosis::new(Code::QuerySeparator).with("separator", spelling).with("names", names));
        }
        for name in NAMES {
            if separator.as_ref().is_some_and(|separator| separator.names.contains(&name)) {
                continue;
            }
            let count = self.pairs.iter().filter(|(found, _)| found == name).count();
            if count > 1 {
                diagnoses.push(Diagnosis::new(Code::ParameterDoubled).with("name", name));
            }
            if count == 0
                && let Some(found) = self.misspelling_of(name)
            {
                diagnoses.push(Diagnosis::new(Code::ParameterMisspelt).with("found", found).with("name", name));
            }
        }
    }

    fn misspelling_of(&self, name: &str) -> Option<&str> {
        let near = |found: &str| {
            found.eq_ignore_ascii_case(name)
                || found.trim() == name
                // Short names are near to everything.
                || (found.len() > 2 * TYPO_DISTANCE && strsim::damerau_levenshtein(found, name) <= TYPO_DISTANCE)
        };
        self.pairs.iter().map(|(found, _)| &**found).find(|found| !NAMES.contains(found) && near(found))
    }
}

/// The text with a pattern replaced, letters of percent-escapes in either case; `None` where it does not occur.
fn replaced(text: &str, pattern: &str, by: &str) -> Option<String> {
    let lower = pattern.to_ascii_lowercase();
    let occurs = text.contains(pattern) || text.contains(&lower);
    occurs.then(|| text.replace(pattern, by).replace(&lower, by))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Vec<(Code, Vec<(String, String)>)> {
        let query = Query::parse(query);
        let mut diagnoses = Vec::new();
        query.diagnose(&mut diagnoses);
        diagnoses.into_iter().map(|diagnosis| (diagnosis.code, diagnosis.details)).collect()
    }

    #[test]
    fn a_doubled_name_is_reported_and_the_first_value_counts() {
        assert_eq!(found("nonce=1&nonce=2")[0].0, Code::ParameterDoubled);
        let query = Query::parse("nonce=1&nonce=2");
        assert_eq!(query.get("nonce"), Some("1"));
    }

    #[test]
    fn a_separator_that_is_no_ampersand_is_named_with_what_it_hides() {
        assert!(SEPARATORS.iter().all(|separator| separator.contains(IN_SEPARATORS)));
        for separator in SEPARATORS {
            let query = ["signature=s", "timestamp=1", "nonce=2"].join(separator);
            let [(code, details)] = &found(&query)[..] else { panic!("{query}: {:?}", found(&query)) };
            assert_eq!(*code, Code::QuerySeparator, "{query}");
            assert_eq!(
                details,
                &[("separator", separator), ("names", "timestamp, nonce")].map(|(a, b)| (a.to_owned(), b.to_owned()))
            );
        }
        assert_eq!(found("signature%3ds%26timestamp%3d1%26nonce%3d2")[0].0, Code::QuerySeparator);
        assert_eq!(found("id=3?signature=s&timestamp=1&nonce=2")[0].1[1].1, "signature");
        assert!(found("signature=s&timestamp=1&nonce=2&url=a%26b;c?d").is_empty());
    }

    #[test]
    fn a_misspelt_name_is_reported_with_the_right_one() {
        for wrong in ["Timestamp", "timestmap", "time_stamp"] {
            let found = found(&format!("{wrong}=1"));
            assert_eq!(found[0].0, Code::ParameterMisspelt, "{wrong}");
            assert_eq!(found[0].1[1].1, "timestamp");
        }
        assert!(found("from=menu&id=3&once=1").is_empty());
    }
}
