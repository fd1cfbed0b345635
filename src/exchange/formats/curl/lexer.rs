//! Splits shell text into commands, a line at a time: words without their quotes, operators, and comments.

use std::collections::HashMap;

use memchr::memchr;

use crate::exchange::formats::input::lines::{MOST, trimmed};

mod escapes;
mod expansion;

/// The variable that stands for the server in exported scripts; its value is no part of a request.
const SERVER: &[u8] = b"TO";

/// The value of that variable where the file does not set it.
const ANY_SERVER: &[u8] = b"http://server";

/// Values of more variables are not remembered.
const MOST_VARIABLES: usize = 1000;

/// A word, its quotes undone and its variables replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: Vec<u8>,
    /// The first part of it that only a shell could replace.
    pub(super) unknown: Option<String>,
}

/// A piece of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    /// `|`, `&&`, `>` and the like.
    Operator(&'static str),
}

/// The quotes around the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
    /// `$'…'`
    Ansi,
    /// `$(…)`: how many parentheses are open, and whether double quotes are around it.
    Substitution {
        open: usize,
        quoted: bool,
    },
}

/// Takes lines until a command is complete.
#[derive(Debug)]
pub(super) struct Lexer {
    within: Quotes,
    tokens: Vec<Token>,
    word: Option<Word>,
    comments: Vec<String>,
    document_end: Option<Vec<u8>>,
    variables: HashMap<Vec<u8>, Vec<u8>>,
    /// Bytes of the command so far; beyond [`MOST`] they are counted and not kept.
    size: usize,
    continued: bool,
    /// Set once a line is continued with `^`, as in Windows' cmd.exe.
    windows: bool,
}

const OPERATORS: [&str; 18] =
    ["<<<", "<<-", "&>>", "<<", "<&", "<", ">>", ">&", ">|", ">", "&&", "&>", "||", "|", ";", "&", "(", ")"];

impl Lexer {
    pub(super) fn new() -> Self {
        Self {
            within: Quotes::None,
            tokens: Vec::new(),
            word: None,
            comments: Vec::new(),
            document_end: None,
            variables: HashMap::new(),
            size: 0,
            continued: false,
            windows: false,
        }
    }

    /// Takes a line with its end. `true`: the command is complete.
    pub(super) fn line(&mut self, line: &[u8]) -> bool {
        self.continued = false;
        let mut rest = line;
        while !rest.is_empty() {
            rest = match self.within {
                Quotes::None => self.plain(rest),
                Quotes::Single => self.single(rest),
                Quotes::Double => self.double(rest),
                Quotes::Ansi => self.ansi(rest),
                Quotes::Substitution { open, quoted } => self.substitution(rest, open, quoted),
            };
        }
        let joined = matches!(self.tokens.last(), Some(Token::Operator("|" | "&&" | "||")));
        self.within == Quotes::None && !self.continued && !joined && self.word.is_none()
    }

    /// The command, at the end of its last line or of the file.
    pub(super) fn take(&mut self) -> Vec<Token> {
        self.end_word();
        self.within = Quotes::None;
        self.windows = false;
        self.size = 0;
        std::mem::take(&mut self.tokens)
    }

    /// The comments since the last call, without their `#`.
    pub(super) fn comments(&mut self) -> std::vec::Drain<'_, String> {
        self.comments.drain(..)
    }

    /// Tells whether no part of a command has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.word.is_none()
    }

    /// The quote that is not closed at the end of the file.
    pub(super) fn open(&self) -> Option<&'static str> {
        match self.within {
            Quotes::None => None,
            Quotes::Single => Some("'"),
            Quotes::Double => Some("\""),
            Quotes::Ansi => Some("$'"),
            Quotes::Substitution { .. } => Some("$("),
        }
    }

    /// Tells whether the command exceeds [`MOST`].
    pub(super) fn is_too_large(&self) -> bool {
        self.size > MOST
    }

    /// Tells whether the command is written for Windows' cmd.exe.
    pub(super) fn is_windows(&self) -> bool {
        self.windows
    }

    /// The word at the end of a here-document whose lines follow.
    pub(super) fn take_document_end(&mut self) -> Option<Vec<u8>> {
        self.document_end.take()
    }

    /// Remembers a variable for the commands after it.
    pub(super) fn assign(&mut self, name: &[u8], value: &[u8]) {
        if self.variables.len() < MOST_VARIABLES && value.len() <= 1 << 16 {
            self.variables.insert(name.to_vec(), value.to_vec());
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.size += bytes.len();
        let full = self.is_too_large();
        let word = self.word.get_or_insert_default();
        if !full {
            word.text.extend_from_slice(bytes);
        }
    }

    fn unknown(&mut self, what: impl Into<String>) {
        self.word.get_or_insert_default().unknown.get_or_insert(what.into());
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if matches!(self.tokens.last(), Some(Token::Operator("<<" | "<<-"))) {
            self.document_end = Some(word.text.clone());
        }
        self.push_token(Token::Word(word));
    }

    fn push_token(&mut self, token: Token) {
        // Each token costs more than its text.
        self.size += size_of::<Token>();
        if !self.is_too_large() {
            self.tokens.push(token);
        }
    }

    fn plain<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let (first, after) = (rest[0], &rest[1..]);
        match first {
            b'\r' if after == b"\n" => {}
            b' ' | b'\t' | b'\n' => self.end_word(),
            b'#' if self.word.is_none() => {
                self.comments.push(String::from_utf8_lossy(trimmed(after)).into_owned());
                return &[];
            }
            b'\\' | b'^' if matches!(after, b"" | b"\n" | b"\r\n") => {
                self.continued = true;
                self.windows |= first == b'^';
                return &[];
            }
            b'^' if after.starts_with(b"\"") => {
                self.windows = true;
                self.push(b"^");
            }
            b'\\' => {
                self.push(&after[..1]);
                return &after[1..];
            }
            b'\'' => self.quote(Quotes::Single),
            b'"' => self.quote(Quotes::Double),
            b'$' if after.starts_with(b"'") => {
                self.quote(Quotes::Ansi);
                return &after[1..];
            }
            b'$' => return self.dollar(after, false),
            b'`' => self.substitute("`…`", 0, false),
            b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' => return self.operator(rest),
            _ => self.push(&rest[..1]),
        }
        after
    }

    fn quote(&mut self, quotes: Quotes) {
        self.word.get_or_insert_default();
        self.within = quotes;
    }

    fn operator<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        if rest.starts_with(b"<(") || rest.starts_with(b">(") {
            self.substitute("<(…)", 1, false);
            return &rest[2..];
        }
        self.end_word();
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator.as_bytes())).unwrap_or(";");
        self.push_token(Token::Operator(operator));
        &rest[operator.len()..]
    }

    fn single<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let end = memchr(b'\'', rest);
        self.push(&rest[..end.unwrap_or(rest.len())]);
        self.closed(rest, end)
    }

    fn double<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let (first, after) = (rest[0], &rest[1..]);
        match (first, after.first()) {
            (b'"', _) => self.within = Quotes::None,
            (b'$', _) => return self.dollar(after, true),
            (b'`', _) => self.substitute("`…`", 0, true),
            (b'\\', Some(b'\n')) => return &after[1..],
            (b'\\', Some(b'$' | b'`' | b'"' | b'\\')) => {
                self.push(&after[..1]);
                return &after[1..];
            }
            _ => self.push(&rest[..1]),
        }
        after
    }

    fn ansi<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'\'' | b'\\')) else {
            self.push(rest);
            return &[];
        };
        self.push(&rest[..end]);
        if rest[end] == b'\'' {
            return self.closed(rest, Some(end));
        }
        let (bytes, after) = escapes::ansi(&rest[end + 1..]);
        self.push(&bytes);
        after
    }

    /// Goes on after the quote that ends at `end`, or with the next line.
    fn closed<'l>(&mut self, rest: &'l [u8], end: Option<usize>) -> &'l [u8] {
        let Some(end) = end else { return &[] };
        self.within = Quotes::None;
        &rest[end + 1..]
    }
}
