//! Text from outside made visible: what would steer a terminal or spoof the display is shown instead of obeyed.

use std::borrow::Cow;

/// Whether a character is shown by its number: controls, bidirectional overrides and what has no width.
/// Line ends and tabs count, too; where they may stand, take the text apart at them first.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        // Hangul fillers are letters, and as empty as a space.
        || matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}')
}

/// A character by its number, such as `‹U+202E›`.
pub fn spelled(c: char) -> String {
    format!("‹U+{:04X}›", u32::from(c))
}

/// The text with every hidden character as `‹U+202E›`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            shown.push_str(&spelled(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Cuts to so many characters, with a mark where something was cut; hidden characters are shown.
pub fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => visible(text).into_owned(),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_the_display_is_shown() {
        assert_eq!(visible("a\u{202E}b\u{1b}[31m"), "a‹U+202E›b‹U+001B›[31m");
        assert_eq!(visible("菜单 MENU_1"), "菜单 MENU_1");
    }

    #[test]
    fn what_is_too_long_is_cut_with_a_mark() {
        assert_eq!(shortened("一二三", 2), "一二…");
        assert_eq!(shortened("一二", 2), "一二");
    }
}
