//! Parses XML payloads into a tree, and escapes text for XML.
//!
//! quick-xml reports a reference such as `&amp;` as an event of its own; here they become text again.
//! Document types are refused, and no entities are resolved but the five of XML itself. Comments,
//! processing instructions and attributes are skipped.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::tree::{Builder, Span, Tag, TextForm, TreeError, is_all_white, is_white};

/// Parses the XML that begins at `start`.
pub(super) fn read(payload: &str, start: usize) -> Result<Builder<'_>, TreeError> {
    let text = payload.get(start..).unwrap_or_default();
    let mut parser = XmlParser { payload, base: start, tree: Builder::new(payload) };
    let mut reader = Reader::from_str(text);
    loop {
        let begins = start + reader.buffer_position() as usize;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = reader.error_position() as usize;
                return Err(parser.error(&error, at, begins));
            }
        };
        let ends = start + reader.buffer_position() as usize;
        if !parser.take(&event, begins, ends)? {
            return Ok(parser.tree);
        }
    }
}

/// The tree so far, and the payload of its spans.
struct XmlParser<'a> {
    payload: &'a str,
    base: usize,
    tree: Builder<'a>,
}

impl<'a> XmlParser<'a> {
    /// Handles one event; `false` at the end of the payload.
    fn take(&mut self, event: &Event<'a>, begins: usize, ends: usize) -> Result<bool, TreeError> {
        match event {
            Event::Start(tag) => self.open(tag, begins, ends)?,
            Event::Empty(tag) => {
                self.open(tag, begins, ends)?;
                self.tree.close(ends, ends);
            }
            Event::End(_) => self.tree.close(begins, ends),
            Event::Text(_) => self.bare(begins, ends)?,
            Event::CData(_) => {
                self.inside(begins)?;
                let (from, to) = (begins + CDATA_OPEN.len(), ends - CDATA_CLOSE.len());
                self.piece(from, to, TextForm::Cdata, false);
            }
            Event::GeneralRef(reference) => self.reference(reference, begins, ends)?,
            Event::DocType(_) => {
                let place = self.tree.place(begins);
                return Err(TreeError::Doctype { place });
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => {
                self.at_the_end(begins)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn open(&mut self, tag: &BytesStart<'a>, begins: usize, ends: usize) -> Result<(), TreeError> {
        if self.tree.has_root() && self.tree.depth() == 0 {
            return Err(self.tree.ill_formed(AFTER_ROOT, begins));
        }
        let length = tag.name().as_ref().len();
        let name = self.slice(begins + 1, begins + 1 + length);
        if !is_name(name) {
            let reason = "a tag without a proper name";
            return Err(self.tree.ill_formed(reason, begins));
        }
        if !is_all_white(tag.attributes_raw()) {
            self.check_attributes(tag, begins)?;
        }
        self.tree.open(Tag { name: Cow::Borrowed(name), start: begins, content: ends })
    }

    fn check_attributes(&self, tag: &BytesStart<'a>, begins: usize) -> Result<(), TreeError> {
        let sound = !tag.attributes_raw().contains('<') && tag.attributes().all(|attribute| attribute.is_ok());
        if sound {
            return Ok(());
        }
        let reason = "an attribute that cannot be read";
        Err(self.tree.ill_formed(reason, begins))
    }

    fn bare(&mut self, begins: usize, ends: usize) -> Result<(), TreeError> {
        let text = self.slice(begins, ends);
        let white = is_all_white(text);
        if self.tree.depth() == 0 && white {
            return Ok(());
        }
        let first = text.bytes().take_while(|byte| is_white(*byte)).count();
        self.inside(begins + first)?;
        if !text.is_empty() {
            self.piece(begins, ends, TextForm::Bare, white);
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'a>, begins: usize, ends: usize) -> Result<(), TreeError> {
        self.inside(begins)?;
        let name: &str = reference;
        let text = match name {
            "amp" => Cow::Borrowed("&"),
            "lt" => Cow::Borrowed("<"),
            "gt" => Cow::Borrowed(">"),
            "quot" => Cow::Borrowed("\""),
            "apos" => Cow::Borrowed("'"),
            _ => match reference.resolve_char_ref() {
                Ok(Some(character)) => Cow::Owned(character.to_string()),
                Ok(None) => {
                    return Err(TreeError::UnknownEntity { name: name.to_owned(), place: self.tree.place(begins) });
                }
                Err(_) => {
                    let reason = "a character reference that means no character";
                    return Err(self.tree.ill_formed(reason, begins));
                }
            },
        };
        let at = Span::new(begins, ends);
        self.tree.text(text, TextForm::Bare, at, false);
        Ok(())
    }

    fn piece(&mut self, from: usize, to: usize, form: TextForm, white: bool) {
        let text = Cow::Borrowed(self.slice(from, to));
        self.tree.text(text, form, Span::new(from, to), white);
    }

    /// Refuses character data outside the root.
    fn inside(&self, at: usize) -> Result<(), TreeError> {
        if self.tree.depth() > 0 {
            return Ok(());
        }
        let reason = if self.tree.has_root() { AFTER_ROOT } else { "text before the root element" };
        Err(self.tree.ill_formed(reason, at))
    }

    fn at_the_end(&self, end: usize) -> Result<(), TreeError> {
        match self.tree.open_name() {
            Some(name) => {
                let reason = format!("the body ends inside <{name}>");
                Err(self.tree.ill_formed(reason, end))
            }
            None if self.tree.has_root() => Ok(()),
            None => Err(self.tree.ill_formed("no root element", end)),
        }
    }

    fn error(&self, error: &Error, at: usize, begins: usize) -> TreeError {
        let at = (self.base + at).max(begins);
        match error {
            Error::Syntax(SyntaxError::UnclosedDoctype) | Error::IllFormed(IllFormedError::MissingDoctypeName) => {
                TreeError::Doctype { place: self.tree.place(begins) }
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                let reason = "`&` that begins no reference (it has to be written `&amp;`)";
                self.tree.ill_formed(reason, at)
            }
            Error::Syntax(error) => self.tree.ill_formed(error.to_string(), at),
            Error::IllFormed(error) => self.tree.ill_formed(error.to_string(), at),
            error => self.tree.ill_formed(error.to_string(), at),
        }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.payload.get(from..to).unwrap_or_default()
    }
}

const AFTER_ROOT: &str = "something follows the root element";
const CDATA_OPEN: &str = "<![CDATA[";
const CDATA_CLOSE: &str = "]]>";

/// Tells whether a name is valid: close to XML's rule, without its tables of alphabets.
fn is_name(name: &str) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte > 127;
    name.bytes().next().is_some_and(begins)
        && name.bytes().all(|byte| begins(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// Escapes text for the place between two tags.
pub fn escape_text(text: &str) -> Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

/// Writes text as CDATA. A `]]>` in it is split over two sections, because nothing can be escaped inside one.
pub fn cdata(text: &str) -> String {
    let inside = text.replace(CDATA_CLOSE, "]]]]><![CDATA[>");
    format!("{CDATA_OPEN}{inside}{CDATA_CLOSE}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::tree::{MAX_DEPTH, Tree};

    fn text_of(payload: &str) -> (String, TextForm) {
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        (tree.root().text().to_owned(), tree.root().form())
    }

    fn error(payload: &str) -> TreeError {
        Tree::parse(payload.as_bytes()).unwrap_err()
    }

    fn reason(payload: &str) -> String {
        match error(payload) {
            TreeError::NotWellFormed { reason, .. } => reason,
            other => panic!("{other:?} for {payload}"),
        }
    }

    #[test]
    fn references_are_text_like_any_other() {
        let (text, form) = text_of("<a>x&amp;y&lt;&gt;&quot;&apos;&#38;&#x4E2D;</a>");
        assert_eq!((text.as_str(), form), ("x&y<>\"'&中", TextForm::Bare));
    }

    #[test]
    fn cdata_and_bare_text_are_joined() {
        assert_eq!(text_of("<a><![CDATA[]]></a>"), (String::new(), TextForm::Cdata));
        assert_eq!(text_of("<a>b</a>"), ("b".to_owned(), TextForm::Bare));
        let split = "<a><![CDATA[x]]]]><![CDATA[>y]]></a>";
        assert_eq!(text_of(split), ("x]]>y".to_owned(), TextForm::Cdata));
        let mixed = "<a> <![CDATA[x]]>&amp;</a>";
        assert_eq!(text_of(mixed), (" x&".to_owned(), TextForm::Mixed));
        assert_eq!(text_of("<a>x<!-- no -->y<?no?>z</a>").0, "xyz");
    }

    #[test]
    fn references_inside_cdata_stay_as_they_are() {
        assert_eq!(text_of("<a><![CDATA[a&amp;b&#1;]]></a>").0, "a&amp;b&#1;");
    }

    #[test]
    fn white_space_is_text_only_without_elements_beside_it() {
        assert_eq!(text_of("<a> \r\n </a>").0, " \r\n ");
        assert_eq!(text_of("<a> <b/> <!-- --> \n<b/>\n</a>").0, "");
        assert_eq!(text_of("<a> <b/>\nstray <b/>\n</a>").0, "\nstray ");
        assert_eq!(text_of("<a>x<b/> <b/>y</a>").0, "xy");
        assert_eq!(text_of("<a><b/><![CDATA[ ]]></a>").0, " ");
    }

    #[test]
    fn the_span_of_text_is_inside_the_markers_where_it_is_one_piece() {
        let payload = "<xml><a><![CDATA[é]]></a><b>x&amp;y</b><c></c><d/></xml>";
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let stretch = |name: &str| {
            let element = tree.root().child(name).unwrap();
            (&payload[element.text_span()], &payload[element.content_span()])
        };
        assert_eq!(stretch("a"), ("é", "<![CDATA[é]]>"));
        assert_eq!(stretch("b"), ("x&amp;y", "x&amp;y"));
        assert_eq!(stretch("c"), ("", ""));
        assert_eq!(stretch("d"), ("", ""));
        let closing = |name: &str| tree.root().child(name).unwrap().is_self_closing();
        assert!(closing("d") && !closing("c"));
    }

    #[test]
    fn document_types_are_refused_before_anything_is_expanded() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        assert!(matches!(error(bomb), TreeError::Doctype { .. }));
        assert!(matches!(error("<!doctype a><a/>"), TreeError::Doctype { .. }));
        assert!(matches!(error("<!DOCTYPE a ["), TreeError::Doctype { .. }));
        assert!(matches!(error("<!DOCTYPE>"), TreeError::Doctype { .. }));
    }

    #[test]
    fn unknown_entities_are_named() {
        let TreeError::UnknownEntity { name, place } = error("<a>\n&xxe;</a>") else {
            panic!("an entity was resolved");
        };
        assert_eq!((name.as_str(), place.line, place.column), ("xxe", 2, 1));
    }

    #[test]
    fn what_is_not_well_formed_says_why_and_where() {
        assert_eq!(reason("<a/>x"), AFTER_ROOT);
        assert_eq!(reason("<a/><b/>"), AFTER_ROOT);
        assert_eq!(reason("<a/><![CDATA[]]>"), AFTER_ROOT);
        assert_eq!(reason("<!-- -->x<a/>"), "text before the root element");
        assert_eq!(reason("<!-- -->"), "no root element");
        assert_eq!(reason("<a><b></b>"), "the body ends inside <a>");
        assert_eq!(reason("< a></a>"), "a tag without a proper name");
        assert_eq!(reason("<a b></a>"), "an attribute that cannot be read");
        assert!(reason("<a>1 & 2</a>").starts_with("`&`"));
        assert!(reason("<a>&#0;</a>").starts_with("a character reference"));
        assert!(reason("<a></b>").contains("</a>"));
        assert_eq!(error("<a>\n</b>").place().map(|place| place.offset), Some(4));
    }

    #[test]
    fn attributes_and_prologues_are_tolerated() {
        let payload = "<?xml version=\"1.0\"?>\n<!-- x --><xml a='1'><b \n/></xml>\n";
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        assert!(tree.root().child("b").is_some());
    }

    #[test]
    fn depth_is_limited_without_using_the_stack() {
        let deep = |levels: usize| ["<a>", "</a>"].map(|tag| tag.repeat(levels)).concat();
        assert!(Tree::parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(matches!(error(&deep(MAX_DEPTH + 1)), TreeError::TooDeep { .. }));
        assert!(matches!(error(&"<a>".repeat(100_000)), TreeError::TooDeep { .. }));
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["", "]]>", "a]]>]]>b", "]]", "x & <y> ]]&gt;", "&amp;"] {
            assert_eq!(text_of(&format!("<a>{}</a>", cdata(text))).0, text);
            assert_eq!(text_of(&format!("<a>{}</a>", escape_text(text))).0, text);
        }
    }
}
