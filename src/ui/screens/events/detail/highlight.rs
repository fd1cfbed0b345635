//! XML and JSON cut into coloured pieces, whether well formed or not; each piece knows its bytes.

use std::ops::Range;

use crate::texts::safe_text::{hidden, spelled};

/// What a piece of the raw text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Brackets, quotes of names, `CDATA` marks, commas.
    Mark,
    /// The name of an element or member.
    Name,
    /// A value.
    Value,
    /// An attribute, a comment, a processing instruction.
    Aside,
    /// A number, `true`, `false`, `null`, an entity.
    Literal,
    /// White space between elements.
    Plain,
    /// A character that is spelled out because it would not be seen.
    Escaped,
}

/// A run of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it is in the payload.
    pub(super) bytes: Range<usize>,
    /// Where it is in [`Highlighted::text`].
    pub(super) shown: Range<usize>,
    /// What it is.
    pub(super) token: Token,
}

/// A payload as text to be shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Highlighted {
    /// What is seen: the payload, but for what had to be spelled out.
    pub(super) text: String,
    /// All of it, in order.
    pub(super) pieces: Vec<Piece>,
}

impl Highlighted {
    /// Colours a payload by what its first character says it is.
    pub(super) fn of(payload: &str) -> Self {
        let mut painter = Painter { rest: payload, at: 0, out: Self::default() };
        match payload.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).chars().next() {
            Some('<') => painter.xml(),
            Some('{') => painter.json(),
            _ => painter.take(payload.len(), Token::Plain),
        }
        painter.out
    }

    /// The byte of the payload that stands at this byte of the shown text.
    pub(super) fn byte_at(&self, shown: usize) -> Option<usize> {
        let piece = self.pieces.iter().find(|piece| piece.shown.contains(&shown))?;
        let within = if piece.token == Token::Escaped { 0 } else { shown - piece.shown.start };
        Some(piece.bytes.start + within)
    }

    /// The pieces, cut at both ends of `lit`; each with whether it lies inside.
    pub(super) fn cut_at<'p>(&'p self, lit: &'p Range<usize>) -> impl Iterator<Item = (&'p str, Token, bool)> {
        self.pieces.iter().flat_map(move |piece| {
            let length = piece.bytes.len();
            let within = |offset: usize| offset.saturating_sub(piece.bytes.start).min(length);
            let (start, end) = if piece.token == Token::Escaped {
                // Lit as a whole where its first byte is.
                if lit.contains(&piece.bytes.start) { (0, piece.shown.len()) } else { (0, 0) }
            } else {
                (within(lit.start), within(lit.end))
            };
            let text = &self.text[piece.shown.clone()];
            [(0..start, false), (start..end, true), (end..text.len(), false)]
                .into_iter()
                .filter(|(range, _)| !range.is_empty())
                .filter_map(move |(range, lit)| Some((text.get(range)?, piece.token, lit)))
        })
    }
}

struct Painter<'p> {
    rest: &'p str,
    at: usize,
    out: Highlighted,
}

impl Painter<'_> {
    /// The next `length` bytes are this token.
    fn take(&mut self, length: usize, token: Token) {
        let (taken, rest) = self.rest.split_at(length);
        let mut from = 0;
        for (at, character) in hidden(taken).filter(|(_, character)| !matches!(character, '\n' | '\t')) {
            // The carriage return of a line end is part of the line end.
            let line_end = character == '\r' && taken.as_bytes().get(at + 1) == Some(&b'\n');
            self.push(&taken[from..at], &taken[from..at], token);
            let bytes = &taken[at..at + character.len_utf8()];
            let shown = if line_end { String::new() } else { spelled(character) };
            self.push(bytes, &shown, Token::Escaped);
            from = at + character.len_utf8();
        }
        self.push(&taken[from..], &taken[from..], token);
        self.rest = rest;
    }

    fn push(&mut self, bytes: &str, shown: &str, token: Token) {
        let start = self.out.text.len();
        self.out.text.push_str(shown);
        let piece = Piece { bytes: self.at..self.at + bytes.len(), shown: start..self.out.text.len(), token };
        self.at += bytes.len();
        if !bytes.is_empty() {
            self.out.pieces.push(piece);
        }
    }

    /// Up to and including `end`, or all there is.
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

/// Where the string that the text begins with ends, its closing quote included.
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

    fn painted(payload: &str) -> Vec<(&str, Token)> {
        let pieces = Highlighted::of(payload).pieces;
        pieces.into_iter().map(|piece| (&payload[piece.bytes], piece.token)).collect()
    }

    #[test]
    fn names_marks_and_values_of_xml_are_told_apart() {
        use Token::{Aside, Literal, Mark, Name, Value};
        assert_eq!(
            painted(r#"<a x="1"><![CDATA[<b>]]>c&amp;</a>"#),
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
        let found = painted(r#"{"a\"":"b","c":1}"#);
        assert_eq!(found[1], (r#""a\"""#, Name));
        assert_eq!(found[3], (r#""b""#, Value));
        assert_eq!(found.last(), Some(&("}", Mark)));
        assert!(found.contains(&("1", Literal)));
    }

    #[test]
    fn what_is_broken_off_anywhere_is_painted_to_its_end() {
        for payload in ["<xml><a>广<![CDATA[b]]></a><!-- c --></xml>", r#"{"a":"广\"","b":[1,null]}"#] {
            for end in (0..=payload.len()).filter(|end| payload.is_char_boundary(*end)) {
                let part = &payload[..end];
                let found = Highlighted::of(part);
                assert_eq!(found.text, part);
                assert_eq!(found.pieces.last().map_or(0, |piece| piece.bytes.end), end);
            }
        }
    }

    #[test]
    fn spelled_out_characters_keep_their_place_in_the_bytes() {
        let found = Highlighted::of("<a>x\u{202E}y</a>\r\n");
        assert_eq!(found.text, "<a>x‹U+202E›y</a>\n");
        let y = found.text.find('y').unwrap();
        assert_eq!(found.byte_at(y), Some(7));
        let lit: String = found.cut_at(&(3..8)).filter(|(_, _, lit)| *lit).map(|(text, ..)| text).collect();
        assert_eq!(lit, "x‹U+202E›y");
    }
}
