//! Syntax highlighting of XML and JSON, well formed or not; each span knows its bytes in the payload.

use std::ops::Range;

use super::long_text::space_mark;
use crate::texts::safe_text::{hidden, spelled};

/// Syntactic class of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Brackets, quotes of names, `CDATA` marks, commas.
    Mark,
    /// The name of an element or member.
    Name,
    Value,
    /// An attribute, a comment, a processing instruction.
    Aside,
    /// A number, `true`, `false`, `null`, an entity.
    Literal,
    /// White space between elements.
    Plain,
    /// An invisible character that is spelled out.
    Escaped,
    /// White space made visible by a mark.
    Space,
}

impl Token {
    /// Returns true if the visible text has other characters than the payload.
    fn is_replaced(self) -> bool {
        matches!(self, Self::Escaped | Self::Space)
    }
}

/// A run of text of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Byte range in the payload.
    pub(super) bytes: Range<usize>,
    /// Byte range in [`HighlightedText::text`].
    pub(super) shown: Range<usize>,
    pub(super) token: Token,
}

/// Syntax of a payload, as far as its first character says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Xml,
    Json,
    Other,
}

impl Syntax {
    /// The syntax of a payload.
    pub(super) fn of(payload: &str) -> Self {
        match payload.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).chars().next() {
            Some('<') => Self::Xml,
            Some('{') => Self::Json,
            _ => Self::Other,
        }
    }
}

/// A payload as highlighted text.
#[derive(Clone, Debug, Default)]
pub(super) struct HighlightedText {
    /// The visible text: the payload with invisible characters spelled out.
    pub(super) text: String,
    /// Spans of the whole text, in order.
    pub(super) spans: Vec<Span>,
}

impl HighlightedText {
    /// Highlights a payload in its syntax; `shows_space` makes white space visible.
    pub(super) fn of(payload: &str, shows_space: bool) -> Self {
        Self::part(payload, 0, Syntax::of(payload), shows_space)
    }

    /// Highlights a part of a payload that begins at the byte `at`. It may begin within a value.
    pub(super) fn part(part: &str, at: usize, syntax: Syntax, shows_space: bool) -> Self {
        let mut highlighter = Highlighter { rest: part, at, shows_space, out: Self::default() };
        match syntax {
            Syntax::Xml => highlighter.xml(),
            Syntax::Json => highlighter.json(),
            Syntax::Other => highlighter.take(part.len(), Token::Plain),
        }
        highlighter.out
    }

    /// Maps a byte offset in the visible text to one in the payload.
    pub(super) fn byte_at(&self, shown: usize) -> Option<usize> {
        let span = self.spans.iter().find(|span| span.shown.contains(&shown))?;
        let within = if span.token.is_replaced() { 0 } else { shown - span.shown.start };
        Some(span.bytes.start + within)
    }

    /// The spans split at both ends of `lit`, each with a flag that says whether it lies inside.
    pub(super) fn cut_at<'p>(&'p self, lit: &'p Range<usize>) -> impl Iterator<Item = (&'p str, Token, bool)> {
        self.spans.iter().flat_map(move |span| {
            let length = span.bytes.len();
            let within = |offset: usize| offset.saturating_sub(span.bytes.start).min(length);
            let (start, end) = if span.token.is_replaced() {
                // Lit as a whole if its first byte is.
                if lit.contains(&span.bytes.start) { (0, span.shown.len()) } else { (0, 0) }
            } else {
                (within(lit.start), within(lit.end))
            };
            let text = &self.text[span.shown.clone()];
            [(0..start, false), (start..end, true), (end..text.len(), false)]
                .into_iter()
                .filter(|(range, _)| !range.is_empty())
                .filter_map(move |(range, lit)| Some((text.get(range)?, span.token, lit)))
        })
    }
}

/// Scanner that appends the spans of a payload.
struct Highlighter<'p> {
    rest: &'p str,
    at: usize,
    shows_space: bool,
    out: HighlightedText,
}

impl Highlighter<'_> {
    /// Consumes the next `length` bytes as one token.
    fn take(&mut self, length: usize, token: Token) {
        let (taken, rest) = self.rest.split_at(length);
        let mut from = 0;
        for (at, character) in self.replaced(taken) {
            // A carriage return before a line feed belongs to the line end and stays invisible.
            let line_end = character == '\r' && taken.as_bytes().get(at + 1) == Some(&b'\n');
            self.push(&taken[from..at], &taken[from..at], token);
            let bytes = &taken[at..at + character.len_utf8()];
            match space_mark(character).filter(|_| self.shows_space) {
                // The line still ends.
                Some(mark) if character == '\n' => self.push(bytes, &format!("{mark}\n"), Token::Space),
                Some(mark) => self.push(bytes, mark, Token::Space),
                None if line_end => self.push(bytes, "", Token::Escaped),
                None => self.push(bytes, &spelled(character), Token::Escaped),
            }
            from = at + character.len_utf8();
        }
        self.push(&taken[from..], &taken[from..], token);
        self.rest = rest;
    }

    /// The characters that are shown by something else, with their places.
    fn replaced(&self, text: &str) -> Vec<(usize, char)> {
        let is_hidden = |(_, character): &(usize, char)| !matches!(character, '\n' | '\t');
        let mut found: Vec<(usize, char)> = hidden(text).filter(is_hidden).collect();
        if self.shows_space {
            let spaces = text.char_indices().filter(|(_, character)| space_mark(*character).is_some());
            found.extend(spaces.filter(|place| !is_listed(&found, *place)).collect::<Vec<_>>());
            found.sort_unstable_by_key(|(at, _)| *at);
        }
        found
    }

    fn push(&mut self, bytes: &str, shown: &str, token: Token) {
        let start = self.out.text.len();
        self.out.text.push_str(shown);
        let span = Span { bytes: self.at..self.at + bytes.len(), shown: start..self.out.text.len(), token };
        self.at += bytes.len();
        if !bytes.is_empty() {
            self.out.spans.push(span);
        }
    }

    /// Length up to and including `end`, or to the end of the text.
    fn through(&self, end: &str) -> usize {
        self.rest.find(end).map_or(self.rest.len(), |at| at + end.len())
    }

    fn up_to(&self, stop: impl Fn(char) -> bool) -> usize {
        self.rest.find(stop).unwrap_or(self.rest.len())
    }

    fn xml(&mut self) {
        while !self.rest.is_empty() {
            if self.rest.starts_with("<![CDATA[") {
                self.take("<![CDATA[".len(), Token::Mark);
                self.take(self.rest.find("]]>").unwrap_or(self.rest.len()), Token::Value);
                self.take("]]>".len().min(self.rest.len()), Token::Mark);
            } else if self.rest.starts_with("<!--") {
                self.take(self.through("-->"), Token::Aside);
            } else if self.rest.starts_with("<?") || self.rest.starts_with("<!") {
                self.take(self.through(">"), Token::Aside);
            } else if self.rest.starts_with('<') {
                self.tag();
            } else if self.rest.starts_with('&') {
                let end = self.up_to(|c| c == ';' || c == '<');
                self.take((end + 1).min(self.rest.len()), Token::Literal);
            } else {
                let end = self.up_to(|c| c == '<' || c == '&');
                let token = if self.rest[..end].trim().is_empty() { Token::Plain } else { Token::Value };
                self.take(end, token);
            }
        }
    }

    fn tag(&mut self) {
        self.take(if self.rest.starts_with("</") { 2 } else { 1 }, Token::Mark);
        self.take(self.up_to(|c| c.is_whitespace() || matches!(c, '>' | '/' | '<')), Token::Name);
        self.take(self.up_to(|c| c == '>' || c == '<').min(self.rest.find("/>").unwrap_or(usize::MAX)), Token::Aside);
        if self.rest.starts_with("/>") {
            self.take(2, Token::Mark);
        } else if self.rest.starts_with('>') {
            self.take(1, Token::Mark);
        }
    }

    fn json(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            match first {
                '"' => {
                    let end = string_end(self.rest);
                    let is_name = self.rest[end..].trim_start().starts_with(':');
                    self.take(end, if is_name { Token::Name } else { Token::Value });
                }
                '{' | '}' | '[' | ']' | ':' | ',' => self.take(1, Token::Mark),
                c if c.is_whitespace() => self.take(self.up_to(|c| !c.is_whitespace()), Token::Plain),
                c => {
                    let end = self.up_to(|c| c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"'));
                    self.take(end.max(c.len_utf8()), Token::Literal);
                }
            }
        }
    }
}

fn is_listed(found: &[(usize, char)], (at, _): (usize, char)) -> bool {
    found.binary_search_by_key(&at, |(other, _)| *other).is_ok()
}

/// Length of the string literal at the beginning of the text, including its closing quote.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn highlighted(payload: &str) -> Vec<(&str, Token)> {
        let spans = HighlightedText::of(payload, false).spans;
        spans.into_iter().map(|span| (&payload[span.bytes], span.token)).collect()
    }

    #[test]
    fn names_marks_and_values_of_xml_are_told_apart() {
        use Token::{Aside, Literal, Mark, Name, Value};
        assert_eq!(
            highlighted(r#"<a x="1"><![CDATA[<b>]]>c&amp;</a>"#),
            [
                ("<", Mark),
                ("a", Name),
                (r#" x="1""#, Aside),
                (">", Mark),
                ("<![CDATA[", Mark),
                ("<b>", Value),
                ("]]>", Mark),
                ("c", Value),
                ("&amp;", Literal),
                ("</", Mark),
                ("a", Name),
                (">", Mark),
            ]
        );
    }

    #[test]
    fn names_and_values_of_json_are_told_apart() {
        use Token::{Literal, Mark, Name, Value};
        let found = highlighted(r#"{"a\"":"b","c":1}"#);
        assert_eq!(found[1], (r#""a\"""#, Name));
        assert_eq!(found[3], (r#""b""#, Value));
        assert_eq!(found.last(), Some(&("}", Mark)));
        assert!(found.contains(&("1", Literal)));
    }

    #[test]
    fn a_payload_broken_off_anywhere_is_highlighted_to_its_end() {
        for payload in ["<xml><a>广<![CDATA[b]]></a><!-- c --></xml>", r#"{"a":"广\"","b":[1,null]}"#] {
            for end in (0..=payload.len()).filter(|end| payload.is_char_boundary(*end)) {
                let part = &payload[..end];
                let found = HighlightedText::of(part, false);
                assert_eq!(found.text, part);
                assert_eq!(found.spans.last().map_or(0, |span| span.bytes.end), end);
            }
        }
    }

    #[test]
    fn spelled_out_characters_keep_their_place_in_the_bytes() {
        let found = HighlightedText::of("<a>x\u{202E}y</a>\r\n", false);
        assert_eq!(found.text, "<a>x‹U+202E›y</a>\n");
        let y = found.text.find('y').unwrap();
        assert_eq!(found.byte_at(y), Some(7));
        let lit: String = found.cut_at(&(3..8)).filter(|(_, _, lit)| *lit).map(|(text, ..)| text).collect();
        assert_eq!(lit, "x‹U+202E›y");
    }

    #[test]
    fn white_space_is_marked_and_keeps_its_place() {
        let found = HighlightedText::of("<a> x\t\r\n</a>", true);
        assert_eq!(found.text, "<a>·x→←↵\n</a>");
        assert_eq!(found.byte_at(found.text.find('x').unwrap()), Some(4));
        assert_eq!(found.byte_at(found.text.find('↵').unwrap()), Some(7));
    }
}
