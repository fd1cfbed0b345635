//! The query of a push that is signed again: its own parameters and their order stay.

use form_urlencoded::{byte_serialize, parse};

/// A change of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParameterChange {
    /// Sets the value, or adds the parameter.
    Put(String),
    Drop,
}

/// The query with these changes. Missing parameters are added in the order of the changes; a repeated one keeps its first
/// place.
pub(super) fn rewritten(query: &str, changes: &[(&str, ParameterChange)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut done = vec![false; changes.len()];
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let name = parse(part.as_bytes()).next().map(|(name, _)| name).unwrap_or_default();
        match changes.iter().position(|(changed, _)| *changed == name) {
            None => parts.push(part.to_owned()),
            Some(index) => {
                if let (ParameterChange::Put(value), false) = (&changes[index].1, done[index]) {
                    parts.push(pair(&name, value));
                }
                done[index] = true;
            }
        }
    }
    for ((name, change), _) in changes.iter().zip(done).filter(|(_, done)| !done) {
        if let ParameterChange::Put(value) = change {
            parts.push(pair(name, value));
        }
    }
    parts.join("&")
}

fn pair(name: &str, value: &str) -> String {
    format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(value: &str) -> ParameterChange {
        ParameterChange::Put(value.to_owned())
    }

    #[test]
    fn what_is_not_changed_stays_to_the_byte_and_in_its_place() {
        let query = "mine=%2f+a&signature=1&&timestamp=2&nonce=3&openid=o%2B";
        let changed = rewritten(query, &[("signature", put("9")), ("timestamp", put("8")), ("nonce", put("a&b"))]);
        assert_eq!(changed, "mine=%2f+a&signature=9&timestamp=8&nonce=a%26b&openid=o%2B");
    }

    #[test]
    fn what_is_missing_is_added_and_what_goes_is_gone() {
        let changes = [
            ("signature", put("1")),
            ("encrypt_type", ParameterChange::Drop),
            ("msg_signature", ParameterChange::Drop),
        ];
        assert_eq!(rewritten("", &changes), "signature=1");
        assert_eq!(rewritten("encrypt_type=aes&a=b&msg_signature=2", &changes), "a=b&signature=1");
    }

    #[test]
    fn a_name_that_is_there_twice_is_there_once_afterwards() {
        assert_eq!(rewritten("nonce=1&a=2&nonce=3", &[("nonce", put("4"))]), "nonce=4&a=2");
    }

    #[test]
    fn a_name_in_another_spelling_is_the_same_name() {
        assert_eq!(rewritten("%6eonce=1", &[("nonce", put("4"))]), "nonce=4");
    }
}
