//! Text from outside made visible: what would steer a terminal or spoof the display is shown instead of obeyed.

use std::borrow::Cow;
use std::str::CharIndices;

use unicode_properties::{GeneralCategory as Category, UnicodeEmoji as _, UnicodeGeneralCategory as _};

/// Marks that one letter may carry; more of them pile up over the lines above and below.
const MARKS: usize = 4;

/// Tells whether a character is shown by its number wherever it stands.
///
/// Such are controls, bidirectional overrides, what has no width, and what every font draws as it likes. Line ends and
/// tabs count, too; where they may stand, use [`told`].
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E00FF}'
            | '\u{E01F0}'..='\u{E0FFF}')
        // Hangul fillers are letters, Braille's blank a symbol, and all of them as empty as a space.
        || matches!(c, '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
        || is_private(c)
}

/// For private use, or no character at all.
fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{F0000}'..) || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Finds the characters that are to be shown by their numbers. Beside [`is_hidden`], these are marks beyond what a
/// letter carries and selectors where there is nothing to select; the joiner within an emoji is welcome.
pub(crate) fn hidden(text: &str) -> Hidden<'_> {
    Hidden { rest: text.char_indices(), base: None, marks: 0 }
}

/// The iterator behind [`hidden`].
#[derive(Clone, Debug)]
pub(crate) struct Hidden<'t> {
    rest: CharIndices<'t>,
    /// The character that carries the marks.
    base: Option<char>,
    /// Number of marks on it.
    marks: usize,
}

impl Iterator for Hidden<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, c) = self.rest.next()?;
            if self.hides(c) {
                return Some((at, c));
            }
        }
    }
}

impl Hidden<'_> {
    fn hides(&mut self, c: char) -> bool {
        if c.is_ascii_graphic() || c == ' ' {
            (self.base, self.marks) = (Some(c), 0);
            return false;
        }
        if c == '\u{200D}' && self.joins() {
            return false;
        }
        if is_hidden(c) {
            self.base = None;
            return true;
        }
        if !matches!(c.general_category(), Category::NonspacingMark | Category::EnclosingMark) {
            // The tone of a skin belongs to the emoji before it.
            if !matches!(c, '\u{1F3FB}'..='\u{1F3FF}') || self.base.is_none() {
                self.base = Some(c);
            }
            self.marks = 0;
            return false;
        }
        self.marks += 1;
        self.marks > MARKS || !self.base.is_some_and(|base| carries(base, c))
    }

    /// Tells whether a joiner here makes one picture of two.
    fn joins(&self) -> bool {
        let next = self.rest.clone().next().map(|(_, next)| next);
        self.base.is_some_and(is_picture) && next.is_some_and(is_picture)
    }
}

fn is_picture(c: char) -> bool {
    c.is_emoji_char() && !c.is_ascii()
}

/// Tells whether a mark or selector has an effect behind that character.
fn carries(base: char, mark: char) -> bool {
    match mark {
        '\u{FE0E}' | '\u{FE0F}' => base.is_emoji_char(),
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => base.general_category() == Category::OtherLetter,
        _ => true,
    }
}

/// A character by its number, such as `‹U+202E›`.
pub fn spelled(c: char) -> String {
    format!("‹U+{:04X}›", u32::from(c))
}

/// The text with every hidden character as `‹U+202E›`.
pub fn safe_text(text: &str) -> Cow<'_, str> {
    spell(text, |_| false)
}

/// The same for text that may have lines: line ends and tabs stay.
pub fn told(text: &str) -> Cow<'_, str> {
    spell(text, |c| matches!(c, '\n' | '\t'))
}

fn spell(text: &str, welcome: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut from = 0;
    for (at, c) in hidden(text).filter(|(_, c)| !welcome(*c)) {
        shown.push_str(&text[from..at]);
        shown.push_str(&spelled(c));
        from = at + c.len_utf8();
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[from..]);
    Cow::Owned(shown)
}

/// Cuts to so many characters, with a mark where something was cut; hidden characters are shown.
pub fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => safe_text(text).into_owned(),
        Some((end, _)) => format!("{}…", safe_text(&text[..end])),
    }
}

/// Cuts out the middle, so that so many characters are left at either end; hidden characters are shown.
pub fn both_ends(text: &str, characters: usize) -> String {
    if text.chars().nth(2 * characters + 1).is_none() {
        return safe_text(text).into_owned();
    }
    let start = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let end = text.char_indices().rev().take(characters).last().map_or(text.len(), |(at, _)| at);
    format!("{}…{}", safe_text(&text[..start]), safe_text(&text[end..]))
}

/// The beginning of a text, cut between characters, and how many characters it has in all if that is not all of it.
pub fn beginning(text: &str, characters: usize) -> (&str, Option<usize>) {
    match text.char_indices().nth(characters) {
        None => (text, None),
        Some((end, _)) => (&text[..end], Some(characters + text[end..].chars().count())),
    }
}

/// Thousands apart, the way both languages read: `1 204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            // A space that does not break.
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_steer_the_display_is_shown() {
        assert_eq!(safe_text("a\u{202E}b\u{1b}[31m"), "a‹U+202E›b‹U+001B›[31m");
        assert_eq!(safe_text("\u{9b}2J\u{2028}\u{E0041}\u{E001}"), "‹U+009B›2J‹U+2028›‹U+E0041›‹U+E001›");
        assert_eq!(safe_text("菜单 MENU_1"), "菜单 MENU_1");
        assert_eq!(told("a\n\tb\r"), "a\n\tb‹U+000D›");
    }

    #[test]
    fn emoji_and_letters_with_their_marks_stay_as_they_are() {
        for text in ["👨‍👩‍👧", "🏳️‍🌈", "👩🏽‍⚕️", "❤️‍🔥", "1️⃣", "e\u{301}", "ế", "ที่", "葛\u{E0100}", "🇨🇳"]
        {
            assert_eq!(safe_text(text), text, "{}", text.escape_unicode());
        }
    }

    #[test]
    fn joiners_selectors_and_marks_that_do_nothing_there_are_shown() {
        assert_eq!(safe_text("pay\u{200D}pal"), "pay‹U+200D›pal");
        assert_eq!(safe_text("👨\u{200D}x"), "👨‹U+200D›x");
        assert_eq!(safe_text("a\u{FE0F}b\u{E0101}"), "a‹U+FE0F›b‹U+E0101›");
        assert_eq!(safe_text("\u{301}x"), "‹U+0301›x");
        let tower = format!("a{}", "\u{301}".repeat(6));
        assert_eq!(safe_text(&tower), format!("a{}‹U+0301›‹U+0301›", "\u{301}".repeat(4)));
    }

    #[test]
    fn what_is_too_long_is_cut_with_a_mark() {
        assert_eq!(shortened("一二三", 2), "一二…");
        assert_eq!(shortened("一二", 2), "一二");
        assert_eq!(beginning("一二三", 2), ("一二", Some(3)));
        assert_eq!(beginning("一二", 2), ("一二", None));
        assert_eq!([grouped(7), grouped(1_000), grouped(1 << 20)], ["7", "1\u{a0}000", "1\u{a0}048\u{a0}576"]);
    }

    #[test]
    fn a_long_openid_is_cut_in_the_middle() {
        assert_eq!(both_ends("oMgHVjngRipVsoxg6TuX3vz6glDg", 4), "oMgH…glDg");
        assert_eq!(both_ends("FromUser1", 4), "FromUser1");
        assert_eq!(both_ends("用户用户用户用户用户", 4), "用户用户…用户用户");
        assert_eq!(both_ends("ab\u{202E}defghijk", 4), "ab‹U+202E›d…hijk");
    }

    proptest! {
        #[test]
        fn what_was_made_visible_once_stays_as_it_is(text in "\\PC*|.*") {
            let once = safe_text(&text).into_owned();
            prop_assert_eq!(safe_text(&once), once.as_str());
        }
    }
}
