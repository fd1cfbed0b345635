//! What a text of WeChat's is made of: lines, and in them words and links.

use crate::texts::safe_text::safe_text;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words, made safe to show.
    Words(String),
    /// A link: what is read, and where it leads, both made safe to show.
    Link {
        /// The words.
        words: String,
        /// The target.
        target: String,
    },
}

/// How an anchor begins and ends, and the attribute with its target; in any case.
const ANCHOR: &str = "<a";
const ANCHOR_END: &str = "</a>";
const TARGET: &str = "href";
/// What WeChat turns into links by itself.
const WEB: [&str; 2] = ["http://", "https://"];

/// The text line by line.
pub(super) fn lines(text: &str) -> Vec<Vec<Piece>> {
    let mut lines = vec![Vec::new()];
    for piece in pieces(text) {
        let (words, target) = match piece {
            Raw::Words(words) => (words, None),
            Raw::Link(words, target) => (words, Some(target)),
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

fn shown(words: &str, target: Option<&str>) -> Piece {
    // A tab is as good as some blanks; the other hidden characters are spelled out.
    let words = safe_text(&words.replace('\t', "    ")).into_owned();
    match target {
        None => Piece::Words(words),
        Some(target) => Piece::Link { words, target: safe_text(target).into_owned() },
    }
}

/// A piece as it was written; a link's words may hold line ends.
#[derive(Clone, Copy)]
enum Raw<'t> {
    Words(&'t str),
    Link(&'t str, &'t str),
}

fn pieces(text: &str) -> Vec<Raw<'_>> {
    // As long as the text: only ASCII changes.
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
            pieces.push(Raw::Words(&text[words..at]));
        }
        pieces.push(link);
        (words, at) = (end, end);
    }
    if words < text.len() {
        pieces.push(Raw::Words(&text[words..]));
    }
    pieces
}

/// The link that begins there, and where it ends.
fn link_at<'t>(text: &'t str, lower: &str, at: usize) -> Option<(Raw<'t>, usize)> {
    match lower.as_bytes()[at] {
        b'<' => anchor_at(&text[at..], &lower[at..], at),
        b'h' => address_at(&text[at..], &lower[at..], at),
        _ => None,
    }
}

/// An anchor with a target and an end; anything less is shown as it is written.
fn anchor_at<'t>(rest: &'t str, lower: &str, at: usize) -> Option<(Raw<'t>, usize)> {
    let behind = lower.strip_prefix(ANCHOR)?;
    behind.starts_with(char::is_whitespace).then_some(())?;
    let opened = lower.find('>')?;
    let closed = opened + lower[opened..].find(ANCHOR_END)?;
    let target = target(&rest[ANCHOR.len()..opened], &lower[ANCHOR.len()..opened])?;
    Some((Raw::Link(&rest[opened + 1..closed], target), at + closed + ANCHOR_END.len()))
}

/// The value of `href`, quoted or bare.
fn target<'t>(attributes: &'t str, lower: &str) -> Option<&'t str> {
    let name = lower.find(TARGET)?;
    lower[..name].ends_with(char::is_whitespace).then_some(())?;
    let value = attributes[name + TARGET.len()..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next().filter(|mark| matches!(mark, '"' | '\'')) {
        Some(mark) => value[1..].split_once(mark).map(|(target, _)| target),
        None => value.split_whitespace().next(),
    }
}

/// An address among the words: as far as such an address goes.
fn address_at<'t>(rest: &'t str, lower: &str, at: usize) -> Option<(Raw<'t>, usize)> {
    let scheme = WEB.iter().find(|scheme| lower.starts_with(**scheme))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let address = rest[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
    (address.len() > scheme.len()).then(|| (Raw::Link(address, address), at + address.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    fn link(words: &str, target: &str) -> Piece {
        Piece::Link { words: words.to_owned(), target: target.to_owned() }
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
    fn what_only_looks_like_a_link_is_shown_as_it_is_written() {
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
    fn lines_end_where_they_end_even_in_a_link() {
        assert_eq!(lines("a\r\n\nb"), [vec![words("a")], vec![], vec![words("b")]]);
        assert_eq!(lines("<a href='u'>x\ny</a>"), [vec![link("x", "u")], vec![link("y", "u")]]);
    }

    #[test]
    fn what_would_spoof_is_spelled_out_in_words_and_targets() {
        assert_eq!(
            lines("a\u{202E}b <a href='u\u{200B}'>c\u{202E}</a>"),
            [vec![words("a‹U+202E›b "), link("c‹U+202E›", "u‹U+200B›")]]
        );
    }
}
