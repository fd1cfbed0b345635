//! Finds XML that this program's parser accepts, because WeChat may send it, but conforming parsers refuse.

use std::ops::Range;

use memchr::memmem;

use super::{LintCode, LintFinding};

const SECTION: &[u8] = b"<![CDATA[";
const SECTION_END: &[u8] = b"]]>";
const COMMENT: &[u8] = b"<!--";
const COMMENT_END: &[u8] = b"-->";

/// The first error of a conforming parser, and its place.
pub(super) fn refused(payload: &str) -> Option<(LintFinding, Range<usize>)> {
    let ill_formed = [section_end(payload.as_bytes()), comment(payload.as_bytes()), encoding(payload)];
    let ill_formed = ill_formed.into_iter().flatten().map(|(reason, bytes)| {
        let finding = LintFinding::new(LintCode::NotWellFormed).with("reason", reason);
        (finding, bytes)
    });
    ill_formed.chain(character(payload)).min_by_key(|(_, bytes)| bytes.start)
}

/// Finds a control character other than tab and line ends, literal or as a reference: XML 1.0 has none.
pub(super) fn character(payload: &str) -> Option<(LintFinding, Range<usize>)> {
    let written = payload.char_indices().find(|(_, character)| is_refused(*character));
    let written = written.map(|(at, character)| (character, at..at + character.len_utf8()));
    let referred = memmem::find_iter(payload.as_bytes(), b"&#").find_map(|at| {
        let length = payload[at..].find(';')?;
        let number = &payload[at + 2..at + length];
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        let character = code.ok().and_then(char::from_u32).filter(|character| is_refused(*character))?;
        Some((character, at..at + length + 1))
    });
    let (character, bytes) = [written, referred].into_iter().flatten().min_by_key(|(_, bytes)| bytes.start)?;
    let name = format!("U+{:04X}", u32::from(character));
    Some((LintFinding::new(LintCode::CharacterForbidden).with("character", name), bytes))
}

fn is_refused(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Finds a `]]>` outside a CDATA section.
fn section_end(payload: &[u8]) -> Option<(&'static str, Range<usize>)> {
    let mut at = 0;
    loop {
        let end = at + memmem::find(&payload[at..], SECTION_END)?;
        if memmem::find(&payload[at..end], SECTION).is_none() {
            let reason = "`]]>` where no CDATA section is open; a text that holds it has to be split over two sections";
            return Some((reason, end..end + SECTION_END.len()));
        }
        at = end + SECTION_END.len();
    }
}

/// Finds two hyphens in a comment.
fn comment(payload: &[u8]) -> Option<(&'static str, Range<usize>)> {
    let mut at = 0;
    loop {
        let begin = at + memmem::find(&payload[at..], COMMENT)? + COMMENT.len();
        let end = begin + memmem::find(&payload[begin..], COMMENT_END)?;
        // In a CDATA section it is not a comment.
        let in_section = memmem::rfind(&payload[..begin], SECTION)
            .is_some_and(|section| memmem::find(&payload[section..begin], SECTION_END).is_none());
        if let Some(hyphens) = memmem::find(&payload[begin..end], b"--").filter(|_| !in_section) {
            return Some(("`--` within a comment", begin + hyphens..begin + hyphens + 2));
        }
        at = end + COMMENT_END.len();
    }
}

/// Finds a declared encoding other than UTF-8, in which parsers would misread the bytes.
fn encoding(payload: &str) -> Option<(&'static str, Range<usize>)> {
    let payload = payload.trim_start_matches('\u{feff}');
    let declaration = payload.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next())?;
    let at = declaration.find("encoding")?;
    let quoted = declaration[at..].find(['"', '\''])? + at + 1;
    let name = declaration[quoted..].split(['"', '\'']).next()?;
    let is_utf8 = ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| name.eq_ignore_ascii_case(known));
    // Most encodings agree with UTF-8 in ASCII.
    let agrees = payload.is_ascii() && !name.to_ascii_lowercase().starts_with("utf-16");
    let start = "<?xml".len() + quoted;
    (!is_utf8 && !agrees)
        .then_some(("the declared encoding, which the bytes are not in: they are UTF-8", start..start + name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_readers_refuse_is_found_where_it_stands() {
        for (payload, there) in [
            ("<xml><a><![CDATA[x]]>y]]></a></xml>", "]]>"),
            ("<xml><a>x]]>y</a></xml>", "]]>"),
            ("<xml><a>\u{1}</a></xml>", "\u{1}"),
            ("<xml><a>&#1;</a></xml>", "&#1;"),
            ("<xml><a>&#x1F;</a></xml>", "&#x1F;"),
            ("<xml><a>\u{fffe}</a></xml>", "\u{fffe}"),
            ("<xml><!-- a -- b --></xml>", "--"),
            ("<?xml version=\"1.0\" encoding=\"GBK\"?><xml>中</xml>", "GBK"),
            ("<?xml version='1.0' encoding='UTF-16'?><xml/>", "UTF-16"),
        ] {
            let (_, bytes) = refused(payload).unwrap_or_else(|| panic!("{payload}"));
            assert_eq!(&payload[bytes], there, "{payload}");
        }
    }

    #[test]
    fn what_all_readers_take_is_not() {
        for payload in [
            "<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>",
            "<xml><a><![CDATA[<!-- a -- b -->]]></a></xml>",
            "<xml><!-- a - b --><a>\t\r\n&#10;&#x4E2D;</a></xml>",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml>中</xml>",
            "<?xml version=\"1.0\" encoding=\"GBK\"?><xml>plain</xml>",
        ] {
            assert_eq!(refused(payload), None, "{payload}");
        }
    }
}
