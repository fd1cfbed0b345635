//! Percent-encodes values in comments, and targets for clients that take proper URLs only.

use std::borrow::Cow;

/// Percent-encodes what `keeps` does not keep.
fn encoded(bytes: &[u8], keeps: impl Fn(u8) -> bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii() && keeps(*byte) {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    text
}

/// Percent-encodes a value of a form or a query; a space, too.
pub(in crate::exchange) fn form_encoded(bytes: &[u8]) -> String {
    encoded(bytes, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// A value as one word of a comment; `-` stands for nothing.
pub(in crate::exchange) fn escaped(bytes: &[u8]) -> String {
    match bytes {
        b"" => "-".to_owned(),
        b"-" => "%2D".to_owned(),
        _ => encoded(bytes, |byte| byte.is_ascii_graphic() && byte != b'%'),
    }
}

/// Reverses [`escaped`]; `None` for a text that it cannot have made.
pub(in crate::exchange) fn unescaped(text: &str) -> Option<Vec<u8>> {
    if text == "-" {
        return Some(Vec::new());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let value = |digit: u8| char::from(digit).to_digit(16);
        bytes.push((value(digits[0])? * 16 + value(digits[1])?) as u8);
        rest = after;
    }
    Some(bytes)
}

/// Tells whether every client sends a URL that ends in it as it is.
pub(in crate::exchange) fn plain_target(target: &str) -> bool {
    target.starts_with('/') && !target.contains("/.") && target.bytes().all(is_proper)
}

/// The target as a part of a URL.
pub(in crate::exchange) fn sent_target(target: &str) -> Cow<'_, str> {
    let scheme = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"));
    let path = scheme.map_or(target, |rest| rest.find(['/', '?']).map_or("", |at| &rest[at..]));
    let slash = if path.starts_with('/') { "" } else { "/" };
    if slash.is_empty() && path.bytes().all(is_proper) {
        return Cow::Borrowed(path);
    }
    Cow::Owned(format!("{slash}{}", encoded(path.as_bytes(), is_proper)))
}

/// Path and query of a URL, with or without its scheme.
pub(in crate::exchange) fn target_of(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => url,
    };
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => rest[at..].to_owned(),
        Some(at) => format!("/{}", &rest[at..]),
        None => "/".to_owned(),
    }
}

/// A URL, or a part of one, that a shell takes for one word and no template takes for something else.
pub(in crate::exchange) fn proper_url(url: &str) -> String {
    encoded(url.as_bytes(), |byte| (is_proper(byte) && !b"$'()".contains(&byte)) || b"[]".contains(&byte))
}

/// Tells whether no shell, template or URL parser takes it for something else.
fn is_proper(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte)
}

/// Tells whether text with it is better kept as base64: editors would lose it, or it misleads the eye.
pub(in crate::exchange) fn is_control(c: char) -> bool {
    let steers = matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || steers
}
