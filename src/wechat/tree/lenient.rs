//! Reads payloads that break the rules of their format in a value alone, which most parsers refuse as a whole.

use super::{Format, Node, Span, Strictness, Tree, TreeError, start_of};
use crate::wechat::{json, xml};

impl<'a> Tree<'a> {
    /// Parses a payload past faults in single values: raw control characters in the strings of JSON, and bytes that are not
    /// UTF-8, which stand as `\xc4` in the text of their element. Spans are those of the payload itself.
    pub fn parse_lenient(payload: &'a [u8]) -> Result<Self, TreeError> {
        match Self::read(payload, Strictness::Lenient) {
            // A payload that cannot be read past its bad bytes is in another encoding, or no text at all.
            Err(error @ TreeError::NotUtf8 { .. }) => MarkedText::of(payload).and_then(MarkedText::tree).ok_or(error),
            result => result,
        }
    }
}

/// A payload with its bad bytes written out in characters.
struct MarkedText {
    text: String,
    format: Format,
    start: usize,
    /// The offsets of the marks in the text, each of which stands for one byte.
    marks: Vec<usize>,
    /// The length of a mark.
    width: usize,
    bom: bool,
}

impl MarkedText {
    fn of(payload: &[u8]) -> Option<Self> {
        let format = Format::of(payload)?;
        // A backslash in JSON is written twice.
        let slashes = match format {
            Format::Xml => "\\",
            Format::Json => "\\\\",
        };
        let (mut text, mut marks) = (String::with_capacity(payload.len()), Vec::new());
        for chunk in payload.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                marks.push(text.len());
                let mark = format!("{slashes}x{byte:02x}");
                text.push_str(&mark);
            }
        }
        let (start, bom) = (start_of(payload), super::bom_of(payload) > 0);
        Some(Self { text, format, start, marks, width: slashes.len() + "x00".len(), bom })
    }

    /// The tree of the text, with the spans of the payload; `None` where it is not well formed.
    fn tree(self) -> Option<Tree<'static>> {
        let builder = match self.format {
            Format::Xml => xml::read(&self.text, self.start),
            Format::Json => json::read(&self.text, self.start, Strictness::Lenient),
        };
        let nodes = builder.ok()?.finished().into_iter();
        let nodes = nodes.map(|node| {
            let [span, content, text_at] = [node.span, node.content, node.text_at].map(|span| self.original(span));
            Node { span, content, text_at, ..node.into_owned() }
        });
        Some(Tree { nodes: nodes.collect(), format: self.format, bom: self.bom })
    }

    /// The span in the payload that a span of the text stands for.
    fn original(&self, span: Span) -> Span {
        let offset = |at: usize| at - self.marks.partition_point(|mark| *mark < at) * (self.width - 1);
        let range = span.range();
        Span::new(offset(range.start), offset(range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_byte_spoils_only_its_own_value_and_no_span() {
        let payload = b"<xml>\n<a>\xC4\xE3x</a><b><![CDATA[\xE4\xBD\xA0\xFF]]></b><c>1</c></xml>";
        let tree = Tree::parse_lenient(payload).unwrap();
        let root = tree.root();
        assert_eq!(
            (root.text_of("a"), root.text_of("b"), root.text_of("c")),
            (Some(r"\xc4\xe3x"), Some(r"你\xff"), Some("1"))
        );
        let bytes = |name: &str| &payload[root.child(name).unwrap().text_span()];
        assert_eq!((bytes("a"), bytes("b"), bytes("c")), (&b"\xC4\xE3x"[..], &b"\xE4\xBD\xA0\xFF"[..], &b"1"[..]));
        assert_eq!(root.span().end, payload.len());
    }

    #[test]
    fn a_bad_byte_in_json_is_marked_alike() {
        let payload = b"{\"a\":\"x\xFF\",\"b\":\"\\u4f60\",\"c\":1}";
        let tree = Tree::parse_lenient(payload).unwrap();
        let root = tree.root();
        assert_eq!((root.text_of("a"), root.text_of("b")), (Some(r"x\xff"), Some("你")));
        assert_eq!(&payload[root.child("c").unwrap().span()], b"\"c\":1");
    }

    #[test]
    fn a_bad_byte_in_the_markup_is_still_an_error() {
        let bodies: [&[u8]; 4] = [b"<x\xFFml/>", b"\xFF<xml/>", b"{\xFF}", b"<xml/>\xFF"];
        for body in bodies {
            assert!(matches!(Tree::parse_lenient(body), Err(TreeError::NotUtf8 { .. })), "{body:?}");
        }
    }

    #[test]
    fn a_raw_control_character_in_a_string_of_json_is_read() {
        let payload = b"{\"Content\":\"one\ntwo\x01\"}";
        assert!(matches!(Tree::parse(payload), Err(TreeError::NotWellFormed { .. })));
        assert_eq!(Tree::parse_lenient(payload).unwrap().root().text_of("Content"), Some("one\ntwo\x01"));
        assert!(Tree::parse_lenient(b"{\"Con\ntent\":1}").is_err(), "a name is no value");
        assert!(Tree::parse_lenient(b"{\"a\":1\x01}").is_err());
    }
}
