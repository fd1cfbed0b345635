//! WeChat's query parameters: found by name in any order, doubled or misspelt ones reported.

use std::borrow::Cow;

use crate::capture::RawRequest;
use crate::capture::diagnosis::{Code, Diagnosis};

/// The names that WeChat sends.
const NAMES: [&str; 7] = ["signature", "timestamp", "nonce", "openid", "encrypt_type", "msg_signature", "echostr"];

/// The most edits by which a name counts as a misspelling of another.
const TYPO_DISTANCE: usize = 2;

/// The parameters of a query, decoded.
#[derive(Debug, Default)]
pub(super) struct Query<'r> {
    pairs: Vec<(Cow<'r, str>, Cow<'r, str>)>,
}

impl<'r> Query<'r> {
    pub(super) fn of(request: &'r RawRequest) -> Self {
        Self { pairs: request.parameters().collect() }
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
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

    /// Reports parameters that occur twice, and near misses of one that is missing.
    pub(super) fn diagnose(&self, diagnoses: &mut Vec<Diagnosis>) {
        for name in NAMES {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Vec<(Code, Vec<(String, String)>)> {
        let query = Query { pairs: form_urlencoded::parse(query.as_bytes()).collect() };
        let mut diagnoses = Vec::new();
        query.diagnose(&mut diagnoses);
        diagnoses.into_iter().map(|diagnosis| (diagnosis.code, diagnosis.details)).collect()
    }

    #[test]
    fn a_doubled_name_is_reported_and_the_first_value_counts() {
        assert_eq!(found("nonce=1&nonce=2")[0].0, Code::ParameterDoubled);
        let query = Query { pairs: form_urlencoded::parse(b"nonce=1&nonce=2").collect() };
        assert_eq!(query.get("nonce"), Some("1"));
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
