//! Text from outside, made safe to show: what would spoof the display is spelled out, what is very long is cut.

use std::borrow::Cow;

use crate::visible::{is_hidden, spelled};

/// How many characters of one value are shown; the rest can be copied, and stands in the raw view.
const LONGEST: usize = 2_000;

/// A text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// What is seen.
    pub(super) text: String,
    /// How many characters were left out at the end.
    pub(super) left_out: usize,
}

impl Shown {
    /// The text, escaped and cut.
    pub(super) fn of(text: &str) -> Self {
        let cut = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        let left_out = text[cut..].chars().count();
        Self { text: escaped(&text[..cut]).into_owned(), left_out }
    }

    /// What is seen, with a mark at the end that says how much was left out.
    pub(super) fn marked(self) -> String {
        if self.left_out == 0 { self.text } else { format!("{} … (+{})", self.text, self.left_out) }
    }
}

/// The text with every spoofing character spelled out.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_spoofing) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_spoofing(character) { shown.push_str(&spelled(character)) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Whether a character would be invisible or move its neighbours about. Line ends and tabs are welcome here.
pub(super) fn is_spoofing(character: char) -> bool {
    !matches!(character, '\n' | '\t') && is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_spoof_the_display_is_spelled_out() {
        assert_eq!(escaped("gpj.\u{202E}exe"), "gpj.‹U+202E›exe");
        assert_eq!(escaped("a\u{200B}b\u{7}c\r"), "a‹U+200B›b‹U+0007›c‹U+000D›");
        assert!(matches!(escaped("广州市 🎉\n\tx"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_by_how_much() {
        let shown = Shown::of(&"广".repeat(LONGEST + 3));
        assert_eq!(shown.text.chars().count(), LONGEST);
        assert_eq!(shown.left_out, 3);
        assert_eq!(Shown::of("").left_out, 0);
    }
}
