//! The base64 of `Encrypt`, read past the white space that editors and gateways put around or into it.

use std::borrow::Cow;

use super::query::Query;
use super::verify;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::tree::Tree;

/// The characters of base64 that stand for one group of bytes.
const GROUP: usize = 4;

/// The text of an `Encrypt`, with the ways to read it.
#[derive(Debug)]
pub(super) struct Ciphertext<'t> {
    sent: &'t str,
    /// The base64 itself, likeliest first.
    readings: Vec<Cow<'t, str>>,
}

/// One way to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'c> {
    /// The text that the signature covers.
    pub(super) signed: &'c str,
    /// The text to decrypt.
    pub(super) base64: &'c str,
}

impl<'t> Ciphertext<'t> {
    /// The text of `Encrypt`. Some tool chains leave an empty one in plain messages, which counts for nothing.
    pub(super) fn of(outer: &'t Tree<'_>) -> Option<Self> {
        let sent = outer.root().text_of("Encrypt")?;
        let trimmed = sent.trim();
        if trimmed.is_empty() {
            return None;
        }
        if !sent.contains(char::is_whitespace) {
            return Some(Self { sent, readings: vec![Cow::Borrowed(sent)] });
        }
        let bare: String = trimmed.split_whitespace().collect();
        // A form decoder turns `+` into a blank.
        let plus = [trimmed, sent].map(|text| text.replace(' ', "+").split_whitespace().collect::<String>());
        let mut readings: Vec<Cow<'_, str>> = std::iter::once(bare).chain(plus).map(Cow::Owned).collect();
        readings.dedup();
        readings.sort_by_key(|reading| reading.len() % GROUP != 0);
        Some(Self { sent, readings })
    }

    fn all(&self) -> impl Iterator<Item = Reading<'_>> {
        let first = self.readings.first().map_or(self.sent, |base64| base64);
        let bare = self.readings.iter().map(|base64| Reading { signed: base64, base64 });
        // Somebody may have signed it with its line breaks.
        bare.chain(std::iter::once(Reading { signed: self.sent, base64: first }))
    }

    /// Tells whether some reading matches the signature with that token.
    pub(super) fn verifies(&self, query: &Query<'_>, token: &str) -> bool {
        self.all().any(|reading| verify::verifies(query, Some(reading.signed), token))
    }

    /// The reading that matches the signature, else the likeliest.
    pub(super) fn reading(&self, query: &Query<'_>, token: Option<&str>) -> Option<Reading<'_>> {
        let verifies =
            |reading: &Reading<'_>| token.is_some_and(|token| verify::verifies(query, Some(reading.signed), token));
        self.all().find(verifies).or_else(|| self.all().next())
    }

    /// Reports the white space that was in the way.
    pub(super) fn diagnose(&self, diagnoses: &mut Vec<Diagnosis>) {
        let count = self.sent.chars().filter(|character| character.is_whitespace()).count();
        if count > 0 {
            diagnoses.push(Diagnosis::new(Code::CiphertextWhiteSpace).with("count", count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(sent: &str) -> Vec<String> {
        let body = format!("<xml><Encrypt>{sent}</Encrypt></xml>");
        let tree = Tree::parse(body.as_bytes()).unwrap();
        Ciphertext::of(&tree).map_or_else(Vec::new, |found| found.readings.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn white_space_around_and_within_is_no_part_of_it() {
        assert_eq!(readings("abcd"), ["abcd"]);
        assert_eq!(readings("\n\tabcd\n"), ["abcd"]);
        assert_eq!(readings("\n   abcd\n")[0], "abcd");
        assert_eq!(readings("abcd\r\n\tefgh"), ["abcdefgh"]);
        assert_eq!(readings(" \n "), Vec::<String>::new());
    }

    #[test]
    fn a_blank_may_have_been_a_plus() {
        assert_eq!(readings("ab d")[0], "ab+d");
        assert_eq!(readings(" bcd")[0], "+bcd");
        assert_eq!(readings("abcd efgh")[0], "abcdefgh");
    }
}
