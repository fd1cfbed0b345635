//! Substring search over one event: the meaning of a word in a filter, in memory and in the database.

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3, memrchr};

use crate::wechat::tree::Tree;

/// The bytes of the sample pushes in lower case, the commonest first: one that comes late, or not at all, is a better one to look for.
const COMMON: &[u8] = b"et<>amcrnsdoi[]/gu6vpl!01xf3yhb5_489z2jkw7q.@-:=?&|()";

/// A text to look for, ASCII letters in any case.
pub(crate) struct Needle {
    bytes: Vec<u8>,
    /// Position of the rarest byte of the needle, which is looked for first.
    rarest: usize,
}

impl Needle {
    /// Prepares a search for this text.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let rank = |byte: &u8| {
            let byte = byte.to_ascii_lowercase();
            COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len())
        };
        let rarest = (0..bytes.len()).max_by_key(|index| bytes.get(*index).map(rank));
        Self { bytes: bytes.to_owned(), rarest: rarest.unwrap_or(0) }
    }

    /// Tells whether an event has it: in its payload as it stands or as it reads, or in the plaintext that was answered.
    pub(crate) fn is_in_event(&self, payload: &[u8], reply: Option<&[u8]>) -> bool {
        self.is_in_parsed_event(payload, None, reply)
    }

    /// The same for a payload whose tree may be at hand, so that it is not parsed again.
    pub(super) fn is_in_parsed_event(&self, payload: &[u8], tree: Option<&Tree<'_>>, reply: Option<&[u8]>) -> bool {
        self.is_in(payload) || reply.is_some_and(|reply| self.is_in(reply)) || self.is_in_text_of(payload, tree)
    }

    /// Tells whether the bytes contain the needle as they are.
    fn is_in(&self, haystack: &[u8]) -> bool {
        let length = self.bytes.len();
        let Some(rarest) = self.bytes.get(self.rarest) else {
            return true;
        };
        // The rarest byte can stand only where the whole needle fits around it.
        let Some(end) = haystack.len().checked_sub(length - self.rarest - 1) else {
            return false;
        };
        let Some(places) = haystack.get(self.rarest..end) else {
            return false;
        };
        let fits = |start: usize| {
            let window = haystack.get(start..start + length);
            window.is_some_and(|window| window.eq_ignore_ascii_case(&self.bytes))
        };
        let (lower, upper) = (rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase());
        if lower == upper { memchr_iter(lower, places).any(fits) } else { memchr2_iter(lower, upper, places).any(fits) }
    }

    /// Tells whether the payload's decoded text contains the needle where the payload itself does not.
    fn is_in_text_of(&self, payload: &[u8], tree: Option<&Tree<'_>>) -> bool {
        let is_in_tree = |tree: &Tree<'_>| tree.elements().any(|element| self.is_in(element.text().as_bytes()));
        is_written_otherwise(payload)
            && match tree {
                Some(tree) => is_in_tree(tree),
                None => Tree::parse_lenient(payload).is_ok_and(|tree| is_in_tree(&tree)),
            }
    }
}

/// All text of an event in which a word is looked for, as an index wants it: what it does not hold, [`Needle::is_in_event`]
/// does not find, apart from bytes of 0.
pub(crate) fn searched_text(payload: &[u8], reply: Option<&[u8]>) -> String {
    let mut text = String::from_utf8_lossy(payload).into_owned();
    if is_written_otherwise(payload)
        && let Ok(tree) = Tree::parse_lenient(payload)
    {
        for element in tree.elements() {
            text.push('\n');
            text.push_str(element.text());
        }
    }
    if let Some(reply) = reply {
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(reply));
    }
    text
}

/// Tells whether the text of some element may differ from its bytes: most payloads need no decoding.
fn is_written_otherwise(payload: &[u8]) -> bool {
    let json = payload.iter().find(|byte| matches!(byte, b'<' | b'{')) == Some(&b'{');
    if json {
        return memchr(b'\\', payload).is_some();
    }
    let mut at = 0;
    while let Some(next) = payload.get(at..).and_then(|rest| memchr3(b'&', b'!', b'?', rest)) {
        at += next;
        let (before, from) = payload.split_at(at);
        let in_tag = before.ends_with(b"<");
        match from.first() {
            Some(b'&') if is_reference(from) => return true,
            // A processing instruction splits the text around it, unless it opens the payload.
            Some(b'?') if in_tag && before.len() > 1 => return true,
            Some(b'!') if in_tag => match cdata_alone(before, from) {
                Some(length) => at += length,
                None => return true,
            },
            _ => at += 1,
        }
    }
    false
}

/// Tells whether `&` begins one of the references that XML has without a document type.
fn is_reference(text: &[u8]) -> bool {
    let names: [&[u8]; 6] = [b"&#", b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;"];
    names.iter().any(|name| text.starts_with(name))
}

/// Returns the length of the CDATA section that begins after `before<`; `None` where it may not be the whole text of its element.
fn cdata_alone(before: &[u8], from: &[u8]) -> Option<usize> {
    const OPENING: &[u8] = b"![CDATA[";
    const CLOSING: &[u8] = b"]]>";
    let content = from.strip_prefix(OPENING)?;
    let before = before.strip_suffix(b"<")?;
    let tag = before.get(memrchr(b'<', before)?..)?;
    // Before it a tag and nothing else: neither text nor the end of another section.
    let after_tag = memchr(b'>', tag)? + 1 == tag.len() && !tag.ends_with(CLOSING);
    let closes = |at: &usize| content.get(*at..).is_some_and(|rest| rest.starts_with(CLOSING));
    let length = memchr_iter(b']', content).find(closes)?;
    let ends_element = content.get(length + CLOSING.len()..)?.starts_with(b"</");
    (after_tag && ends_element).then_some(OPENING.len() + length + CLOSING.len())
}

#[cfg(test)]
mod tests {
    use memchr::memmem;
    use proptest::prelude::*;

    use super::*;

    fn in_payload(needle: &str, payload: &str) -> bool {
        Needle::new(needle.as_bytes()).is_in_event(payload.as_bytes(), None)
    }

    #[test]
    fn ascii_letters_match_in_any_case_and_other_bytes_as_they_are() {
        assert!(in_payload("today_music", "<EventKey><![CDATA[V1001_TODAY_MUSIC]]></EventKey>"));
        assert!(in_payload("点击", "<Label>请点击</Label>"));
        assert!(!in_payload("é", "<Label>É</Label>"));
        assert!(!in_payload("musics", "<EventKey>MUSIC</EventKey>"));
        assert!(in_payload("", ""));
    }

    #[test]
    fn text_is_found_however_it_is_written() {
        assert!(in_payload("a&b", "<xml><Url>http://x/?a&amp;b</Url></xml>"));
        assert!(in_payload("AB", "<xml><a>&#65;&#x42;</a></xml>"));
        assert!(in_payload("x]]>y", "<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>"));
        assert!(in_payload("xyz", "<xml><a>x<![CDATA[y]]>z</a></xml>"));
        assert!(in_payload("xy", "<xml><a>x<!-- -->y</a></xml>"));
        assert!(in_payload("点击", r#"{"EventKey":"\u70b9\u51fb"}"#));
        assert!(in_payload("http://a/b", r#"{"EventKey":"http:\/\/a\/b"}"#));
    }

    #[test]
    fn what_cannot_be_read_is_searched_as_bytes() {
        assert!(in_payload("a&amp;", "<xml>a&amp;"));
        assert!(!in_payload("a&b", "<xml>a&amp;b"));
        assert!(Needle::new(b"needle").is_in_event(b"\xff needle", None));
    }

    #[test]
    fn a_genuine_push_needs_no_decoding() {
        let push = b"<xml><ToUserName><![CDATA[gh]]></ToUserName>\n<CreateTime>1</CreateTime><EventKey><![CDATA[http://x/?a=1&amp;b!]]></EventKey></xml>";
        assert!(!is_written_otherwise(push));
        assert!(is_written_otherwise(b"<xml><a>&lt;</a></xml>"));
        assert!(is_written_otherwise(br#"{"a":"\n"}"#));
        assert!(!is_written_otherwise(br#"{"a":"&amp;"}"#));
    }

    proptest! {
        #[test]
        fn what_is_found_in_an_event_stands_in_its_searched_text(
            payload in "(<a>|</a>|<!\\[CDATA\\[|\\]\\]>|&amp;|&#65;|x|点击|\\{\"a\":\"|\\\\u0041|\"\\})*",
            needle in "[aAx&点击<]{1,3}",
            reply in proptest::option::of("[aAx点击]{0,6}"),
        ) {
            let payload = format!("<xml>{payload}</xml>").into_bytes();
            let reply = reply.as_deref().map(str::as_bytes);
            if Needle::new(needle.as_bytes()).is_in_event(&payload, reply) {
                let text = searched_text(&payload, reply).to_ascii_lowercase();
                prop_assert!(text.contains(&needle.to_ascii_lowercase()));
            }
        }

        #[test]
        fn a_needle_is_found_where_a_plain_search_finds_it(needle in "[abAB1点]{0,4}", haystack in "[abAB1点]{0,24}") {
            let plain = haystack.to_ascii_lowercase().contains(&needle.to_ascii_lowercase());
            prop_assert_eq!(Needle::new(needle.as_bytes()).is_in(haystack.as_bytes()), plain);
        }

        #[test]
        fn what_needs_no_decoding_has_the_text_of_every_element_in_its_bytes(
            payload in "(<a>|</a>|<!\\[CDATA\\[|\\]\\]>|&amp;|<!--|-->|x|<b/>|\\{\"a\":\"|\\\\u0041|\"\\})*",
        ) {
            let payload = format!("<xml>{payload}</xml>").into_bytes();
            if let Ok(tree) = Tree::parse(&payload)
                && !is_written_otherwise(&payload)
            {
                for element in tree.elements().filter(|element| element.children().next().is_none()) {
                    prop_assert!(memmem::find(&payload, element.text().as_bytes()).is_some());
                }
            }
        }
    }
}
