//! Computes and compares `signature` and `msg_signature`: SHA-1 over the sorted parts.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

/// The `signature` of a query, as 40 lower-case hexadecimal digits.
///
/// It covers token, timestamp and nonce but not the body, so it does not authenticate the content.
pub fn signature(token: &str, timestamp: &str, nonce: &str) -> String {
    sha1_of_sorted([token, timestamp, nonce])
}

/// The `msg_signature` of an encrypted message, over the `Encrypt` text as well.
///
/// `encrypt` is the text of the element after unescaping, exactly as received.
pub fn msg_signature(token: &str, timestamp: &str, nonce: &str, encrypt: &str) -> String {
    sha1_of_sorted([token, timestamp, nonce, encrypt])
}

/// The parts in hashing order: by their bytes, in every locale.
pub fn sorted_parts<'a>(parts: &[&'a str]) -> Vec<&'a str> {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    sorted
}

/// Compares a received signature with the computed one in constant time.
pub fn same(computed: &str, received: &str) -> bool {
    computed.as_bytes().ct_eq(received.as_bytes()).into()
}

fn sha1_of_sorted<const N: usize>(mut parts: [&str; N]) -> String {
    // `str` orders by bytes, which is the ordinal order that the platform sorts in.
    parts.sort_unstable();
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Two lower-case digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_platforms_own_example_matches() {
        assert_eq!(signature("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696");
    }

    #[test]
    fn parts_are_sorted_by_bytes_and_not_as_a_dictionary_would() {
        assert_eq!(sorted_parts(&["b", "_", "B", "9", "+"]), ["+", "9", "B", "_", "b"]);
    }

    #[test]
    fn numbers_are_sorted_as_text() {
        assert_eq!(sorted_parts(&["9", "10"]), ["10", "9"]);
    }

    #[test]
    fn a_signature_is_the_hash_of_its_sorted_parts() {
        // SHA-1 of "abc", FIPS 180's own example.
        assert_eq!(signature("c", "a", "b"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn a_signature_that_is_longer_shorter_or_in_capitals_is_another_one() {
        let computed = signature("AAAAA", "1714036504", "1514711492");
        assert!(same(&computed, &computed.clone()));
        assert!(!same(&computed, &computed.to_uppercase()));
        assert!(!same(&computed, &computed[..39]));
        assert!(!same(&computed, &format!("{computed}0")));
        assert!(!same(&computed, ""));
    }

    proptest! {
        #[test]
        fn the_order_in_which_parts_arrive_does_not_matter(a in ".*", b in ".*", c in ".*", d in ".*") {
            prop_assert_eq!(msg_signature(&a, &b, &c, &d), msg_signature(&d, &c, &b, &a));
            prop_assert_eq!(signature(&a, &b, &c), signature(&b, &c, &a));
        }
    }
}
