//! A payload as a tree of elements with their byte spans.
//!
//! Nodes lie in one arena in document order. Names and text borrow from the payload wherever it holds
//! them literally, so that an element costs no allocation. Nothing here recurses.

use std::borrow::Cow;
use std::ops::Range;

use super::{json, xml};

mod build;
mod element;
mod lenient;
mod owned;
#[cfg(test)]
pub(crate) mod parse_count;
mod tree_error;

pub(super) use build::{Builder, Tag};
pub use element::Element;
pub use tree_error::{Place, TreeError};

/// The maximum depth of elements (and of JSON arrays); genuine pushes have five levels.
pub const MAX_DEPTH: usize = 32;

/// The maximum number of elements; genuine pushes have fewer than a hundred.
pub const MAX_ELEMENTS: usize = 10_000;

/// The maximum length of a payload in bytes; the listener keeps no more of a body.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The byte order mark that some proxies and editors add before UTF-8 text.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The index of no node, for links in the arena.
const NONE: u32 = u32::MAX;

/// The notation of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Elements, as Official Accounts send them.
    Xml,
    /// An object, as mini programs may choose it.
    Json,
}

impl Format {
    /// The format by the first byte after white space; `None` if it is neither.
    pub fn of(payload: &[u8]) -> Option<Self> {
        match payload.get(start_of(payload))? {
            b'<' => Some(Self::Xml),
            b'{' => Some(Self::Json),
            _ => None,
        }
    }

    /// The file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Json => "json",
        }
    }
}

/// The length of the byte order mark before a payload, 0 if there is none.
pub(in crate::wechat) fn bom_of(payload: &[u8]) -> usize {
    if payload.starts_with(BOM) { BOM.len() } else { 0 }
}

/// The offset of a payload behind a byte order mark and white space.
fn start_of(payload: &[u8]) -> usize {
    let lead = bom_of(payload);
    lead + payload[lead..].iter().take_while(|byte| is_white(**byte)).count()
}

/// The notation of an element's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextForm {
    /// Nothing between the tags, JSON `null`, or only child elements.
    #[default]
    Empty,
    /// Characters and references between the tags.
    Bare,
    /// Only CDATA sections.
    Cdata,
    /// CDATA sections with characters or references beside them.
    Mixed,
    /// A string of JSON.
    JsonString,
    /// A JSON number, `true` or `false`.
    JsonLiteral,
}

/// Strictness of reading a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// The rules of the format, as most parsers keep them.
    Strict,
    /// Raw control characters in the strings of JSON are read.
    Lenient,
}

/// A range of bytes in the payload. A payload is at most [`MAX_BYTES`] long, so `u32` is enough.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// A span between two offsets.
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A node of the arena: one element.
#[derive(Debug)]
struct Node<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    span: Span,
    content: Span,
    /// The span of the character data if it is one piece; otherwise see [`Element::text_span`].
    text_at: Span,
    parent: u32,
    next: u32,
    depth: u8,
    /// The number of pieces that the text was joined from; counted up to 2.
    pieces: u8,
    form: TextForm,
    children: bool,
}

/// A parsed payload: its elements in document order.
#[derive(Debug)]
pub struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    format: Format,
    bom: bool,
}

impl<'a> Tree<'a> {
    /// Parses a payload. Its first byte after white space, not a header, decides between XML and JSON.
    pub fn parse(payload: &'a [u8]) -> Result<Self, TreeError> {
        Self::read(payload, Strictness::Strict)
    }

    fn read(payload: &'a [u8], strictness: Strictness) -> Result<Self, TreeError> {
        #[cfg(test)]
        parse_count::add(payload);
        if payload.len() > MAX_BYTES {
            return Err(TreeError::TooLarge { bytes: payload.len() });
        }
        let text = std::str::from_utf8(payload)
            .map_err(|error| TreeError::NotUtf8 { place: Place::at(payload, error.valid_up_to()) })?;
        let start = start_of(payload);
        let format = match Format::of(payload) {
            Some(format) => format,
            None if start == payload.len() => return Err(TreeError::Empty),
            None => return Err(TreeError::NotXmlOrJson { place: Place::at(payload, start) }),
        };
        let nodes = match format {
            Format::Xml => xml::read(text, start)?,
            Format::Json => json::read(text, start, strictness)?,
        };
        Ok(Self { nodes: nodes.finished(), format, bom: bom_of(payload) > 0 })
    }

    /// The notation of the payload.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Tells whether the payload begins with a byte order mark.
    pub const fn has_bom(&self) -> bool {
        self.bom
    }

    /// The outermost element: `<xml>`, or the object itself, which has no name.
    pub const fn root(&self) -> Element<'_, 'a> {
        Element::new(self, 0)
    }

    /// Every element in document order, the root first.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_, 'a>> {
        (0..self.nodes.len() as u32).map(|index| Element::new(self, index))
    }
}

/// White space in XML and JSON.
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Tells whether a text consists of white space only.
pub(super) fn is_all_white(text: &str) -> bool {
    text.bytes().all(is_white)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_decides_the_format_not_a_header() {
        assert_eq!(Tree::parse(b"<xml/>").unwrap().format(), Format::Xml);
        assert_eq!(Tree::parse(b" {}").unwrap().format(), Format::Json);
        let error = Tree::parse(b"hello").unwrap_err();
        assert!(matches!(error, TreeError::NotXmlOrJson { .. }));
        assert_eq!(Tree::parse(b" \n\t").unwrap_err(), TreeError::Empty);
        assert_eq!(Tree::parse(b"").unwrap_err(), TreeError::Empty);
        assert_eq!(Tree::parse(BOM).unwrap_err(), TreeError::Empty);
    }

    #[test]
    fn a_byte_order_mark_counts_in_spans_but_in_no_text() {
        let payload = b"\xEF\xBB\xBF<xml><a>1</a></xml>";
        let tree = Tree::parse(payload).unwrap();
        assert!(tree.has_bom());
        let a = tree.root().child("a").unwrap();
        assert_eq!(&payload[a.span()], b"<a>1</a>");
        assert_eq!(&payload[a.text_span()], b"1");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_reported_where_they_stand() {
        let error = Tree::parse(b"<xml>\n<a>\xE4\xBD\xA0\xC4\xE3</a></xml>").unwrap_err();
        let place = error.place().unwrap();
        assert_eq!((place.offset, place.line, place.column), (12, 2, 5));
    }

    #[test]
    fn a_payload_beyond_the_limit_is_not_read() {
        let payload = vec![b' '; MAX_BYTES + 1];
        let error = Tree::parse(&payload).unwrap_err();
        assert_eq!(error, TreeError::TooLarge { bytes: MAX_BYTES + 1 });
        assert_eq!(error.place(), None);
    }

    #[test]
    fn more_elements_than_the_limit_are_refused() {
        let payload = format!("<xml>{}</xml>", "<a/>".repeat(MAX_ELEMENTS));
        let error = Tree::parse(payload.as_bytes()).unwrap_err();
        assert!(matches!(error, TreeError::TooManyElements { .. }));
        let payload = format!("<xml>{}</xml>", "<a/>".repeat(MAX_ELEMENTS - 1));
        assert_eq!(Tree::parse(payload.as_bytes()).unwrap().elements().count(), MAX_ELEMENTS);
    }
}
