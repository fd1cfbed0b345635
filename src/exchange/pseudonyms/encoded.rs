//! Stretches of a text in percent-encoding or Base64, which may hold identifiers.

use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The shortest Base64, in letters: that of the shortest identifier is longer.
const MIN_BASE64: usize = 12;

/// A stretch of a text and what it says.
pub(super) struct EncodedText {
    pub(super) range: Range<usize>,
    pub(super) decoded: String,
    encoding: Encoding,
}

#[derive(Clone, Copy)]
enum Encoding {
    /// `all`: also of letters and digits.
    Percent {
        all: bool,
    },
    Base64 {
        url_safe: bool,
        padded: bool,
    },
}

impl EncodedText {
    /// The text around it with another one in the same encoding; the same text where nothing changes.
    pub(super) fn replaced_in(&self, text: &str, inside: &str) -> String {
        let encoded = &text.trim()[self.range.clone()];
        if inside == self.decoded { text.to_owned() } else { text.replacen(encoded, &self.encode(inside), 1) }
    }

    /// Another text in the same encoding.
    pub(super) fn encode(&self, text: &str) -> String {
        match self.encoding {
            Encoding::Percent { all } => {
                let mut encoded = String::with_capacity(3 * text.len());
                for byte in text.bytes() {
                    if all || !is_unreserved(byte) {
                        write!(encoded, "%{byte:02X}").ok();
                    } else {
                        encoded.push(char::from(byte));
                    }
                }
                encoded
            }
            Encoding::Base64 { url_safe: false, padded: true } => STANDARD.encode(text),
            Encoding::Base64 { url_safe: false, padded: false } => STANDARD_NO_PAD.encode(text),
            Encoding::Base64 { url_safe: true, padded: true } => URL_SAFE.encode(text),
            Encoding::Base64 { url_safe: true, padded: false } => URL_SAFE_NO_PAD.encode(text),
        }
    }
}

/// The text as a whole, where all of it is in one encoding; in Base64 only `with_base64`.
pub(super) fn wholly_encoded(text: &str, with_base64: bool) -> Option<EncodedText> {
    let found = encoded_in(text).into_iter().next().filter(|found| found.range == (0..text.len()))?;
    let is_allowed = with_base64 || matches!(found.encoding, Encoding::Percent { .. });
    (is_allowed && !found.decoded.chars().any(char::is_control)).then_some(found)
}

/// The encoded stretches of a text, in order.
pub(super) fn encoded_in(text: &str) -> Vec<EncodedText> {
    let bytes = text.as_bytes();
    let (mut all, mut at) = (Vec::new(), MIN_BASE64 - 1);
    if memchr::memchr(b'%', bytes).is_some() {
        all = percent_in(text);
    }
    // Every stretch that is long enough has a letter at one of these places.
    while at < bytes.len() {
        if !is_base64(bytes[at]) {
            at += MIN_BASE64;
            continue;
        }
        let start = at - bytes[..at].iter().rev().take_while(|byte| is_base64(**byte)).count();
        let end = at + bytes[at..].iter().take_while(|byte| is_base64(**byte)).count();
        let padding = bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
        if end - start >= MIN_BASE64
            && let Some(found) = base64_at(text, start..end, padding)
            && !all.iter().any(|other| other.range.start < found.range.end && found.range.start < other.range.end)
        {
            all.push(found);
        }
        at = end + MIN_BASE64;
    }
    all.sort_by_key(|found| found.range.start);
    all
}

fn percent_in(text: &str) -> Vec<EncodedText> {
    let bytes = text.as_bytes();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let (start, mut decoded, mut escaped) = (at, Vec::new(), 0);
        while let Some(byte) = bytes.get(at) {
            if let Some(value) = escape(&bytes[at..]) {
                decoded.push(value);
                escaped += 1;
                at += 3;
            } else if is_unreserved(*byte) {
                decoded.push(*byte);
                at += 1;
            } else {
                break;
            }
        }
        if escaped > 0
            && let Ok(decoded) = String::from_utf8(decoded)
        {
            let encoding = Encoding::Percent { all: escaped == decoded.len() };
            all.push(EncodedText { range: start..at, decoded, encoding });
        }
        at += 1;
    }
    all
}

/// The byte of an escape, `%41`.
fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(*high)? << 4 | digit(*low)?) as u8)
}

fn base64_at(text: &str, letters: Range<usize>, padding: usize) -> Option<EncodedText> {
    let encoded = text.get(letters.clone())?;
    let url_safe = encoded.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE_NO_PAD } else { STANDARD_NO_PAD };
    let decoded = String::from_utf8(engine.decode(encoded).ok()?).ok()?;
    let is_text = !decoded.chars().any(|c| c.is_control() && !c.is_whitespace());
    // An `=` after Base64 that needs none belongs to something else.
    let padded = padding > 0 && (encoded.len() + padding).is_multiple_of(4);
    let end = letters.end + if padded { padding } else { 0 };
    let encoding = Encoding::Base64 { url_safe, padded };
    is_text.then_some(EncodedText { range: letters.start..end, decoded, encoding })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(&str, String)> {
        encoded_in(text).into_iter().map(|found| (&text[found.range], found.decoded)).collect()
    }

    #[test]
    fn encoded_texts_are_found_among_others_and_encoded_the_same() {
        for (text, encoded, decoded) in [
            ("a %6F%31 b", "%6F%31", "o1"),
            ("x=a%3Db.c&", "a%3Db.c", "a=b.c"),
            ("<a>MTM4MDAxMzgwMDA=</a>", "MTM4MDAxMzgwMDA=", "13800138000"),
            ("\"eyJ1c2VyIjoib01nSCJ9\"", "eyJ1c2VyIjoib01nSCJ9", "{\"user\":\"oMgH\"}"),
        ] {
            assert_eq!(all(text), [(encoded, decoded.to_owned())], "{text}");
            assert_eq!(encoded_in(text)[0].encode(decoded), encoded);
        }
        for text in ["100 %", "%zz %4", "oMgHVjngRipVsoxg6TuX3vz6glDg", "internationalisation", ""] {
            assert_eq!(all(text), [], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_found_in_both(text in "[ -~\u{4e00}-\u{4eff}]{9,40}", before in "[ .<>]{0,20}") {
            let encoded = STANDARD.encode(&text);
            let found = format!("{before}{encoded}<");
            proptest::prop_assert_eq!(all(&found), [(&*encoded, text.clone())]);
            let encoded = text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"));
            let found = format!("{before} {encoded}");
            proptest::prop_assert!(all(&found).iter().any(|(_, decoded)| *decoded == text));
        }
    }
}
