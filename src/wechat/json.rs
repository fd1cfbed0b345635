//! Parses JSON payloads into a tree: members are elements, the items of an array are siblings of one name.
//!
//! The tokens come from jsonc-parser's scanner with every leniency off. The grammar is a loop with its own
//! stack, so that a megabyte of `[` runs into [`super::tree::MAX_DEPTH`] instead of overflowing the thread's
//! stack.

use std::borrow::Cow;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::tree::{Builder, MAX_DEPTH, Span, Strictness, Tag, TextForm, TreeError, is_white};

/// The name of the items of an array inside an array.
const ITEM: &str = "item";

const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Parses the JSON object that begins at `start`.
pub(super) fn read(payload: &str, start: usize, strictness: Strictness) -> Result<Builder<'_>, TreeError> {
    let mut parser = JsonParser {
        payload,
        strictness,
        tree: Builder::new(payload),
        containers: Vec::with_capacity(8),
        expected: NextToken::Value,
        member: None,
    };
    let text = payload.get(start..).unwrap_or_default();
    let mut scanner = Scanner::new(text, &STRICT);
    let mut last = start;
    loop {
        let token = match scanner.scan() {
            Ok(token) => token,
            Err(error) => {
                let reason = error.kind().to_string();
                let at = start + error.range().start;
                return Err(parser.tree.ill_formed(reason, at));
            }
        };
        let at = (start + scanner.token_start(), start + scanner.token_end());
        parser.check_gap(last, at.0)?;
        last = at.1;
        let Some(token) = token else { break };
        parser.take(token, at.0, at.1)?;
    }
    if parser.expected == NextToken::End {
        return Ok(parser.tree);
    }
    let reason = "the body ends before its object does";
    Err(parser.tree.ill_formed(reason, payload.len()))
}

/// The tokens that may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextToken {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    End,
}

/// The object or array around the next token.
enum Container<'a> {
    /// An object, which is an open element in the tree.
    Object,
    /// An array, whose values become elements of this name.
    Array {
        name: Cow<'a, str>,
        /// The offset of the member, or of the array itself in an array.
        start: usize,
        bracket: usize,
        empty: bool,
        /// An array in an array, which is an element of its own.
        wrapped: bool,
    },
}

struct JsonParser<'a> {
    payload: &'a str,
    strictness: Strictness,
    tree: Builder<'a>,
    containers: Vec<Container<'a>>,
    expected: NextToken,
    /// The name of the next value, and its offset.
    member: Option<(Cow<'a, str>, usize)>,
}

impl<'a> JsonParser<'a> {
    fn take(&mut self, token: Token<'a>, begins: usize, ends: usize) -> Result<(), TreeError> {
        let expected = self.expected;
        let value = matches!(expected, NextToken::Value | NextToken::ValueOrEnd);
        let name = matches!(expected, NextToken::Name | NextToken::NameOrEnd);
        match token {
            Token::String(text) if name => {
                self.check_string(begins, ends)?;
                self.member = Some((text, begins));
                self.expected = NextToken::Colon;
                Ok(())
            }
            Token::Colon if expected == NextToken::Colon => {
                self.expected = NextToken::Value;
                Ok(())
            }
            Token::Comma if expected == NextToken::CommaOrEnd => {
                self.expected = match self.containers.last() {
                    Some(Container::Array { .. }) => NextToken::Value,
                    _ => NextToken::Name,
                };
                Ok(())
            }
            Token::OpenBrace if value => self.open_object(begins),
            Token::OpenBracket if value && !self.containers.is_empty() => self.open_array(begins),
            Token::CloseBrace
                if matches!(expected, NextToken::NameOrEnd | NextToken::CommaOrEnd)
                    && matches!(self.containers.last(), Some(Container::Object)) =>
            {
                self.containers.pop();
                self.tree.close(ends, ends);
                self.value_ended();
                Ok(())
            }
            Token::CloseBracket
                if matches!(expected, NextToken::ValueOrEnd | NextToken::CommaOrEnd)
                    && matches!(self.containers.last(), Some(Container::Array { .. })) =>
            {
                self.close_array(ends)
            }
            Token::String(text) if value => {
                if self.strictness == Strictness::Strict {
                    self.check_string(begins, ends)?;
                }
                let at = Span::new(begins + 1, ends - 1);
                self.scalar(Some((text, TextForm::JsonString, at)), begins, ends)
            }
            Token::Number(_) | Token::Boolean(_) if value => {
                let text = self.payload.get(begins..ends).unwrap_or_default();
                let at = Span::new(begins, ends);
                let text = (Cow::Borrowed(text), TextForm::JsonLiteral, at);
                self.scalar(Some(text), begins, ends)
            }
            Token::Null if value => self.scalar(None, begins, ends),
            _ => Err(self.unexpected(begins)),
        }
    }

    fn open_object(&mut self, begins: usize) -> Result<(), TreeError> {
        self.check_depth(begins)?;
        let (name, start) = self.name_of_value(begins);
        self.tree.open(Tag { name, start, content: begins })?;
        self.containers.push(Container::Object);
        self.expected = NextToken::NameOrEnd;
        Ok(())
    }

    fn open_array(&mut self, begins: usize) -> Result<(), TreeError> {
        self.check_depth(begins)?;
        let wrapped = matches!(self.containers.last(), Some(Container::Array { .. }));
        let (mut name, start) = self.name_of_value(begins);
        if wrapped {
            self.tree.open(Tag { name, start, content: begins })?;
            name = Cow::Borrowed(ITEM);
        }
        self.containers.push(Container::Array { name, start, bracket: begins, empty: true, wrapped });
        self.expected = NextToken::ValueOrEnd;
        Ok(())
    }

    fn close_array(&mut self, ends: usize) -> Result<(), TreeError> {
        if let Some(Container::Array { name, start, bracket, empty, wrapped }) = self.containers.pop() {
            if wrapped {
                self.tree.close(ends, ends);
            } else if empty {
                self.leaf(name, start, bracket, ends, None)?;
            }
        }
        self.value_ended();
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Option<(Cow<'a, str>, TextForm, Span)>,
        begins: usize,
        ends: usize,
    ) -> Result<(), TreeError> {
        // A payload begins with `{`, so a value without a holder cannot come.
        let (name, start) = self.name_of_value(begins);
        self.leaf(name, start, begins, ends, text)?;
        self.value_ended();
        Ok(())
    }

    fn leaf(
        &mut self,
        name: Cow<'a, str>,
        start: usize,
        content: usize,
        ends: usize,
        text: Option<(Cow<'a, str>, TextForm, Span)>,
    ) -> Result<(), TreeError> {
        self.tree.open(Tag { name, start, content })?;
        if let Some((text, form, at)) = text {
            self.tree.text(text, form, at, false);
        }
        self.tree.close(ends, ends);
        Ok(())
    }

    /// The name of the value that begins here, and the offset of its element.
    fn name_of_value(&mut self, begins: usize) -> (Cow<'a, str>, usize) {
        if let Some(Container::Array { name, empty, .. }) = self.containers.last_mut() {
            *empty = false;
            return (name.clone(), begins);
        }
        self.member.take().unwrap_or((Cow::Borrowed(""), begins))
    }

    fn value_ended(&mut self) {
        self.expected = if self.containers.is_empty() { NextToken::End } else { NextToken::CommaOrEnd };
    }

    fn check_depth(&self, at: usize) -> Result<(), TreeError> {
        if self.containers.len() < MAX_DEPTH {
            return Ok(());
        }
        let place = self.tree.place(at);
        Err(TreeError::TooDeep { place })
    }

    /// The scanner also skips white space that JSON does not know.
    fn check_gap(&self, from: usize, to: usize) -> Result<(), TreeError> {
        let gap = self.payload.get(from..to).unwrap_or_default();
        match gap.bytes().position(|byte| !is_white(byte)) {
            Some(at) => Err(self.unexpected(from + at)),
            None => Ok(()),
        }
    }

    /// The scanner lets control characters pass, which JSON wants written as `\u0000`.
    fn check_string(&self, begins: usize, ends: usize) -> Result<(), TreeError> {
        let text = self.payload.get(begins..ends).unwrap_or_default();
        match text.bytes().position(|byte| byte < b' ') {
            Some(at) => {
                let reason = "a control character inside a string";
                Err(self.tree.ill_formed(reason, begins + at))
            }
            None => Ok(()),
        }
    }

    fn unexpected(&self, at: usize) -> TreeError {
        let wanted = match self.expected {
            NextToken::Value => "a value",
            NextToken::ValueOrEnd => "a value or `]`",
            NextToken::Name => "a name in double quotes",
            NextToken::NameOrEnd => "a name in double quotes or `}`",
            NextToken::Colon => "`:`",
            NextToken::CommaOrEnd => match self.containers.last() {
                Some(Container::Array { .. }) => "`,` or `]`",
                _ => "`,` or `}`",
            },
            NextToken::End => "nothing after the object",
        };
        self.tree.ill_formed(format!("expected {wanted}"), at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::tree::Tree;

    fn error(payload: &str) -> TreeError {
        Tree::parse(payload.as_bytes()).unwrap_err()
    }

    #[test]
    fn members_are_elements_and_literals_keep_their_text() {
        let payload = r#"{"a":"x\n\u4e2d","n":1.50E+2,"t":true,"z":null,"o":{"b":"c"}}"#;
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let root = tree.root();
        let of = |name: &str| {
            let element = root.child(name).unwrap();
            (element.text(), element.form())
        };
        assert_eq!(root.name(), "");
        assert_eq!(of("a"), ("x\n中", TextForm::JsonString));
        assert_eq!(of("n"), ("1.50E+2", TextForm::JsonLiteral));
        assert_eq!(of("t"), ("true", TextForm::JsonLiteral));
        assert_eq!(of("z"), ("", TextForm::Empty));
        assert_eq!(root.child("o").unwrap().text_of("b"), Some("c"));
    }

    #[test]
    fn an_array_is_siblings_and_an_empty_one_an_empty_element() {
        let payload = r#"{"l":[1,{"a":2},[3,[]]],"e":[]}"#;
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let paths: Vec<String> = tree.elements().map(|element| element.path()).collect();
        assert_eq!(paths, ["", "l[1]", "l[2]", "l[2]/a", "l[3]", "l[3]/item[1]", "l[3]/item[2]", "e"]);
    }

    #[test]
    fn spans_take_in_the_name_and_the_value() {
        let payload = r#"{"a": "x\"y", "l": [7, 8]}"#;
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let a = tree.root().child("a").unwrap();
        assert_eq!(&payload[a.span()], r#""a": "x\"y""#);
        assert_eq!(&payload[a.content_span()], r#""x\"y""#);
        assert_eq!(&payload[a.text_span()], r#"x\"y"#);
        let last = tree.root().children_named("l").last().unwrap();
        assert_eq!(&payload[last.span()], "8");
        assert_eq!(&payload[tree.root().content_span()], payload);
    }

    #[test]
    fn nothing_but_json_is_accepted() {
        for payload in [
            "{",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\" 1}",
            "{\"a\":}",
            "{} {}",
            "{}x",
            "{\"a\":1 \"b\":2}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":.5}",
            "{\"a\":5.}",
            "{\"a\":0x1}",
            "{\"a\":NaN}",
            "{\"a\":1}//",
            "{/**/}",
            "{\"a\":[}",
            "{\"a\":{]",
            "{\"a\":\"\u{1}\"}",
            "{\"a\":\"\\x41\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"",
            "{\u{A0}}",
            "{\u{B}}",
            "{\"a\":truex}",
            "{,}",
            "{\"a\":\"\\'\"}",
            "{\"a\":[1 2]}",
            "{}]",
        ] {
            assert!(matches!(error(payload), TreeError::NotWellFormed { .. }), "{payload}");
        }
        let place = error("{\n \"a\": 1,\n}").place().unwrap();
        assert_eq!((place.line, place.column), (3, 1));
    }

    #[test]
    fn depth_is_limited_without_using_the_stack() {
        let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(Tree::parse(deep(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert!(matches!(error(&deep(MAX_DEPTH)), TreeError::TooDeep { .. }));
        let megabyte = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert!(matches!(error(&megabyte), TreeError::TooDeep { .. }));
        let objects = "{\"a\":".repeat(100_000);
        assert!(matches!(error(&objects), TreeError::TooDeep { .. }));
        assert!(matches!(error(&"[".repeat(1_000_000)), TreeError::NotXmlOrJson { .. }));
    }
}
