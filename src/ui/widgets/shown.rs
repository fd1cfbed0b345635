//! Untrusted text prepared for display: spoofing characters are spelled out, and long text is truncated.

use crate::texts::safe_text::{beginning, grouped, is_hidden, told};

/// Maximum number of characters shown of a value; the full value can be copied and is in the raw view.
const LONGEST: usize = 2_000;
/// Maximum number of characters shown of a name.
const LONGEST_NAME: usize = 200;

/// Text from outside that is safe to display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct DisplayText {
    pub(in crate::ui) text: String,
    /// Total number of characters, if the text was truncated.
    pub(in crate::ui) full_length: Option<usize>,
}

impl DisplayText {
    /// Escapes and truncates a text.
    pub(in crate::ui) fn of(text: &str) -> Self {
        let (seen, full_length) = beginning(text, LONGEST);
        Self { text: told(seen).into_owned(), full_length }
    }

    /// Escapes and truncates a name for a narrow column, on a single line.
    pub(in crate::ui) fn name(text: &str) -> String {
        crate::texts::safe_text::shortened(text, LONGEST_NAME)
    }

    /// The visible part; truncated text ends with its total number of characters.
    pub(in crate::ui) fn marked(self) -> String {
        match self.full_length {
            None => self.text,
            Some(all) => format!("{} … (Σ {})", self.text, grouped(all as u64)),
        }
    }
}

/// Returns true for characters that are invisible or move their neighbours; line ends and tabs are allowed.
pub(in crate::ui) fn is_spoofing(character: char) -> bool {
    !matches!(character, '\n' | '\t') && is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoofing_characters_are_spelled_out() {
        let shown = |text: &str| DisplayText::of(text).marked();
        assert_eq!(shown("gpj.\u{202E}exe"), "gpj.‹U+202E›exe");
        assert_eq!(shown("a\u{200B}b\u{7}c\r"), "a‹U+200B›b‹U+0007›c‹U+000D›");
        assert_eq!(shown("广州市 🎉\n\tx"), "广州市 🎉\n\tx");
        assert_eq!(DisplayText::name("a\nb"), "a‹U+000A›b");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_of_how_much() {
        let shown = DisplayText::of(&"广".repeat(LONGEST + 3));
        assert_eq!(shown.text.chars().count(), LONGEST);
        assert_eq!(shown.full_length, Some(LONGEST + 3));
        assert!(shown.marked().ends_with("… (Σ 2\u{a0}003)"));
        assert_eq!(DisplayText::of("").full_length, None);
    }
}
