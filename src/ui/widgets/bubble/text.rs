//! Parser for WeChat's texts: lines of words and links.

use crate::texts::safe_text::safe_text;

/// A run of words or a link in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextPiece {
    /// Words, safe to display.
    Words(String),
    /// A link; its words and target are safe to display.
    Link { words: String, target: String },
}

/// Start and end of an anchor, and the attribute with its target, in lower case.
const ANCHOR: &str = "<a";
const ANCHOR_END: &str = "</a>";
const TARGET: &str = "href";
/// Prefixes that WeChat turns into links.
const WEB: [&str; 2] = ["http://", "https://"];

/// Splits a text into lines of words and links.
pub(super) fn lines(text: &str) -> Vec<Vec<TextPiece>> {
    let mut lines = vec![Vec::new()];
    for piece in pieces(text) {
        let (words, target) = match piece {
            RawPiece::Words(words) => (words, None),
            RawPiece::Link(words, target) => (words, Some(target)),
        };
        for (at, part) in words.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let (false, Some(line)) = (part.is_empty(), lines.last_mut()) {
                line.push(shown(part.trim_end_matches('\r'), target));
            }
        }
    }
    lines
}

fn shown(words: &str, target: Option<&str>) -> TextPiece {
    // Tabs become spaces; the other invisible characters are spelled out.
    let words = safe_text(&words.replace('\t', "    ")).into_owned();
    match target {
        None => TextPiece::Words(words),
        Some(target) => TextPiece::Link { words, target: safe_text(target).into_owned() },
    }
}

/// A piece as written; a link's words may contain line ends.
#[derive(Clone, Copy)]
enum RawPiece<'t> {
    Words(&'t str),
    Link(&'t str, &'t str),
}

fn pieces(text: &str) -> Vec<RawPiece<'_>> {
    // Keeps the length in bytes: only ASCII changes.
    let lower = text.to_ascii_lowercase();
    let mut pieces = Vec::new();
    let mut words = 0;
    let mut at = 0;
    while at < text.len() {
        let Some((link, end)) = link_at(text, &lower, at) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if words < at {
            pieces.push(RawPiece::Words(&text[words..at]));
        }
        pieces.push(link);
        (words, at) = (end, end);
    }
    if words < text.len() {
        pieces.push(RawPiece::Words(&text[words..]));
    }
    pieces
}

/// Parses the link at an offset, and returns it with its end.
fn link_at<'t>(text: &'t str, lower: &str, at: usize) -> Option<(RawPiece<'t>, usize)> {
    match lower.as_bytes()[at] {
        b'<' => anchor_at(&text[at..], &lower[at..], at),
        b'h' => address_at(&text[at..], &lower[at..], at),
        _ => None,
    }
}

/// Parses an anchor with a target and an end tag; an incomplete one is shown as written.
fn anchor_at<'t>(rest: &'t str, lower: &str, at: usize) -> Option<(RawPiece<'t>, usize)> {
    let behind = lower.strip_prefix(ANCHOR)?;
    behind.starts_with(char::is_whitespace).then_some(())?;
    let opened = lower.find('>')?;
    let closed = opened + lower[opened..].find(ANCHOR_END)?;
    let target = target(&rest[ANCHOR.len()..opened], &lower[ANCHOR.len()..opened])?;
    Some((RawPiece::Link(&rest[opened + 1..closed], target), at + closed + ANCHOR_END.len()))
}

/// Returns the value of `href`, quoted or bare.
fn target<'t>(attributes: &'t str, lower: &str) -> Option<&'t str> {
    let name = lower.find(TARGET)?;
    lower[..name].ends_with(char::is_whitespace).then_some(())?;
    let value = attributes[name + TARGET.len()..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next().filter(|mark| matches!(mark, '"' | '\'')) {
        Some(mark) => value[1..].split_once(mark).map(|(target, _)| target),
        None => value.split_whitespace().next(),
    }
}

/// Parses a bare web address, without the punctuation that follows it.
fn address_at<'t>(rest: &'t str, lower: &str, at: usize) -> Option<(RawPiece<'t>, usize)> {
    let scheme = WEB.iter().find(|scheme| lower.starts_with(**scheme))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let address = rest[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
    (address.len() > scheme.len()).then(|| (RawPiece::Link(address, address), at + address.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> TextPiece {
        TextPiece::Words(text.to_owned())
    }

    fn link(words: &str, target: &str) -> TextPiece {
        TextPiece::Link { words: words.to_owned(), target: target.to_owned() }
    }

    #[test]
    fn an_anchor_shows_its_words_and_keeps_its_target() {
        assert_eq!(
            lines("see <a href=\"https://a/?b=1&c=2\">here</a>!"),
            [vec![words("see "), link("here", "https://a/?b=1&c=2"), words("!")]]
        );
        assert_eq!(
            lines("<A data-x='1' HREF='weixin://x'>点</A>"),
            [vec![link("点", "weixin://x")]],
            "attributes in any order and case"
        );
    }

    #[test]
    fn an_address_among_the_words_is_a_link_up_to_its_end() {
        assert_eq!(
            lines("到 https://a.cn/b。好"),
            [vec![words("到 "), link("https://a.cn/b", "https://a.cn/b"), words("。好")]]
        );
        assert_eq!(lines("(http://a/b)."), [vec![words("("), link("http://a/b", "http://a/b"), words(").")]]);
    }

    #[test]
    fn an_incomplete_link_is_shown_as_written() {
        for text in [
            "<a>x</a>",
            "<a href=>",
            "<a href='x'>",
            "<abbr href='x'",
            "https://",
            "a < b",
            "<b>x</b>",
            "<a xhref='y'>z</a>",
        ] {
            assert_eq!(lines(text), [vec![words(text)]], "{text}");
        }
    }

    #[test]
    fn a_link_may_span_lines() {
        assert_eq!(lines("a\r\n\nb"), [vec![words("a")], vec![], vec![words("b")]]);
        assert_eq!(lines("<a href='u'>x\ny</a>"), [vec![link("x", "u")], vec![link("y", "u")]]);
    }

    #[test]
    fn spoofing_characters_are_spelled_out_in_words_and_targets() {
        assert_eq!(
            lines("a\u{202E}b <a href='u\u{200B}'>c\u{202E}</a>"),
            [vec![words("a‹U+202E›b "), link("c‹U+202E›", "u‹U+200B›")]]
        );
    }
}
