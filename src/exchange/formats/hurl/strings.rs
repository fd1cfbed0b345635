//! Reads and writes strings of hurl: escapes, templates, and the comments after them.

use crate::exchange::formats::input::lines::MOST;
use crate::exchange::formats::variables::Variables;
use crate::exchange::import_problem::ImportReason;

/// Bytes in which the end of a character's number is looked for, so that no line is searched again and again.
const LONGEST_NUMBER: usize = 64;

/// Escapes the value of a header.
pub(super) fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '#' => text.push_str("\\#"),
            '\t' => text.push_str("\\t"),
            // Two of them would begin a template.
            '{' => text.push_str("\\u{7b}"),
            c => text.push(c),
        }
    }
    text
}

/// Splits the value up to `end` from the text after it. Without an end, all of the text is the value.
pub(super) fn value<'t>(
    text: &'t str,
    end: char,
    variables: &Variables,
) -> Result<(String, Option<&'t str>), ImportReason> {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == end {
            return Ok((value, Some(after)));
        }
        if rest.starts_with("{{") {
            let length = rest.find("}}").map_or(rest.len(), |at| at + 2);
            value.push_str(&variables.filled(&rest[..length])?);
            if value.len() > MOST {
                return Err(ImportReason::TooLarge { limit: MOST as u64 });
            }
            rest = &rest[length..];
        } else if c == '\\' {
            rest = unescape(after, &mut value);
        } else {
            value.push(c);
            rest = after;
        }
    }
    Ok((value, None))
}

/// Adds the character of an escape, and returns the text after it.
fn unescape<'t>(rest: &'t str, value: &mut String) -> &'t str {
    let Some(c) = rest.chars().next() else {
        value.push('\\');
        return rest;
    };
    let after = &rest[c.len_utf8()..];
    if let Some((digits, after)) = numbered(after).filter(|_| c == 'u') {
        let number = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        value.push(number.unwrap_or(char::REPLACEMENT_CHARACTER));
        return after;
    }
    value.push(match c {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c => c,
    });
    after
}

/// Splits `{…}` from the text after it.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.bytes().take(LONGEST_NUMBER).position(|byte| byte == b'}')?;
    Some((&inner[..end], &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_number_is_looked_for_nearby_only() {
        let value =
            |zeros: usize| value(&format!("\\u{{{}41}}", "0".repeat(zeros)), '"', &Variables::default()).unwrap().0;
        assert_eq!(value(4), "A");
        assert_eq!(value(100), format!("u{{{}41}}", "0".repeat(100)));
    }
}
