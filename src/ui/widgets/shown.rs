//! Text from outside, made safe to show: what would spoof the display is spelled out, what is very long is cut.

use crate::texts::safe_text::{beginning, grouped, is_hidden, told};

/// How many characters of one value are shown; the rest can be copied, and stands in the raw view.
const LONGEST: usize = 2_000;
/// The same for a name.
const LONGEST_NAME: usize = 200;

/// A text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Shown {
    /// What is seen.
    pub(in crate::ui) text: String,
    /// How many characters there are in all, where not all are seen.
    pub(in crate::ui) of: Option<usize>,
}

impl Shown {
    /// The text, escaped and cut.
    pub(in crate::ui) fn of(text: &str) -> Self {
        let (seen, of) = beginning(text, LONGEST);
        Self { text: told(seen).into_owned(), of }
    }

    /// The same for a name, which stands on its own in a narrow column.
    pub(in crate::ui) fn name(text: &str) -> String {
        crate::texts::safe_text::shortened(text, LONGEST_NAME)
    }

    /// What is seen, with a mark at the end that says of how many characters it is the beginning.
    pub(in crate::ui) fn marked(self) -> String {
        match self.of {
            None => self.text,
            Some(all) => format!("{} … (Σ {})", self.text, grouped(all as u64)),
        }
    }
}

/// Whether a character would be invisible or move its neighbours about. Line ends and tabs are welcome here.
pub(in crate::ui) fn is_spoofing(character: char) -> bool {
    !matches!(character, '\n' | '\t') && is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_spoof_the_display_is_spelled_out() {
        let shown = |text: &str| Shown::of(text).marked();
        assert_eq!(shown("gpj.\u{202E}exe"), "gpj.‹U+202E›exe");
        assert_eq!(shown("a\u{200B}b\u{7}c\r"), "a‹U+200B›b‹U+0007›c‹U+000D›");
        assert_eq!(shown("广州市 🎉\n\tx"), "广州市 🎉\n\tx");
        assert_eq!(Shown::name("a\nb"), "a‹U+000A›b");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_of_how_much() {
        let shown = Shown::of(&"广".repeat(LONGEST + 3));
        assert_eq!(shown.text.chars().count(), LONGEST);
        assert_eq!(shown.of, Some(LONGEST + 3));
        assert!(shown.marked().ends_with("… (Σ 2\u{a0}003)"));
        assert_eq!(Shown::of("").of, None);
    }
}
