//! Shell text taken apart a line at a time: words with their quotes undone, operators, here-documents and comments.

use std::collections::HashMap;

use memchr::memchr;

use crate::exchange::formats::input::lines::{MOST, trimmed};

mod escapes;
mod expansion;

/// The variable that stands for the server in our own scripts; what it holds is no part of a request.
const SERVER: &[u8] = b"TO";

/// What the server is while nothing else is said.
const ANY_SERVER: &[u8] = b"http://server";

/// Values of more variables are not remembered.
const MOST_VARIABLES: usize = 1000;

/// A word, its quotes undone and its variables replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: Vec<u8>,
    /// What in it only a shell can tell.
    pub(super) unknown: Option<String>,
    /// Whether something of it was quoted.
    pub(super) quoted: bool,
}

/// A piece of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// `|`, `&&`, `>` and the like.
    Operator(&'static str),
    /// What a here-document holds.
    Document(Word),
}

/// Where in a command the end of a line fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Plain,
    Single,
    Double,
    /// `$'…'`
    Ansi,
    /// `$(…)`: how many parentheses are open, and whether quotes are around it.
    Substitution {
        open: usize,
        quoted: bool,
    },
    Document,
}

/// A here-document that is still to come.
#[derive(Debug)]
struct Awaited {
    /// Where its token belongs.
    at: usize,
    delimiter: Vec<u8>,
    /// `<<-`
    tabs: bool,
    /// Whether a shell takes the text as it stands.
    literal: bool,
    text: Vec<u8>,
}

/// Takes lines until a command is complete.
#[derive(Debug)]
pub(super) struct Lexer {
    within: Within,
    tokens: Vec<Token>,
    word: Option<Word>,
    awaited: Vec<Awaited>,
    comments: Vec<String>,
    variables: HashMap<Vec<u8>, Vec<u8>>,
    /// How many bytes the command holds so far; beyond [`MOST`] they are counted only.
    size: usize,
    continued: bool,
    /// Whether lines go on after `^`, as in Windows' own shell.
    windows: bool,
}

const OPERATORS: [&str; 18] =
    ["<<<", "<<-", "&>>", "<<", "<&", "<", ">>", ">&", ">|", ">", "&&", "&>", "||", "|", ";", "&", "(", ")"];

impl Lexer {
    pub(super) fn new() -> Self {
        Self {
            within: Within::Plain,
            tokens: Vec::new(),
            word: None,
            awaited: Vec::new(),
            comments: Vec::new(),
            variables: HashMap::from([(SERVER.to_vec(), ANY_SERVER.to_vec())]),
            size: 0,
            continued: false,
            windows: false,
        }
    }

    /// Takes a line with its end. `true`: the command is complete.
    pub(super) fn line(&mut self, line: &[u8]) -> bool {
        self.continued = false;
        if self.within == Within::Document {
            self.document(line);
        } else {
            let mut rest = line;
            while !rest.is_empty() {
                rest = match self.within {
                    Within::Single => self.single(rest),
                    Within::Double => self.double(rest),
                    Within::Ansi => self.ansi(rest),
                    Within::Substitution { open, quoted } => self.substitution(rest, open, quoted),
                    Within::Plain | Within::Document => self.plain(rest),
                };
            }
        }
        let joined = matches!(self.tokens.last(), Some(Token::Operator("|" | "&&" | "||")));
        self.within == Within::Plain && !self.continued && !joined && self.word.is_none()
    }

    /// The command, at the end of its last line or of the file.
    pub(super) fn take(&mut self) -> Vec<Token> {
        self.end_word();
        self.within = Within::Plain;
        self.awaited.clear();
        self.windows = false;
        self.size = 0;
        std::mem::take(&mut self.tokens)
    }

    /// The comments since the last time, without their signs.
    pub(super) fn comments(&mut self) -> std::vec::Drain<'_, String> {
        self.comments.drain(..)
    }

    /// Whether nothing of a command has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.word.is_none()
    }

    /// What is still open at the end of the file.
    pub(super) fn open(&self) -> Option<&'static str> {
        match self.within {
            Within::Plain => None,
            Within::Single => Some("'"),
            Within::Double => Some("\""),
            Within::Ansi => Some("$'"),
            Within::Substitution { .. } => Some("$("),
            Within::Document => Some("<<"),
        }
    }

    /// Whether the command is more than is read.
    pub(super) fn is_too_large(&self) -> bool {
        self.size > MOST
    }

    /// Whether the command is written for Windows' own shell.
    pub(super) fn is_windows(&self) -> bool {
        self.windows
    }

    /// Remembers a variable for what follows.
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
        if let Some(Token::Operator(operator @ ("<<" | "<<-"))) = self.tokens.last() {
            let tabs = *operator == "<<-";
            let at = self.tokens.len() - 1;
            self.tokens[at] = Token::Document(Word::default());
            self.awaited.push(Awaited { at, delimiter: word.text, tabs, literal: word.quoted, text: Vec::new() });
        } else {
            // Each token costs more than its text.
            self.size += size_of::<Token>();
            if !self.is_too_large() {
                self.tokens.push(Token::Word(word));
            }
        }
    }

    fn plain<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let (first, after) = (rest[0], &rest[1..]);
        match first {
            b'\n' => self.end_line(),
            b'\r' if after == b"\n" => {}
            b' ' | b'\t' => self.end_word(),
            b'#' if self.word.is_none() => {
                self.comments.push(String::from_utf8_lossy(trimmed(after)).into_owned());
                self.end_line();
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
            b'\'' => self.quote(Within::Single),
            b'"' => self.quote(Within::Double),
            b'$' if after.starts_with(b"'") => {
                self.quote(Within::Ansi);
                return &after[1..];
            }
            b'$' => return self.dollar(after, false),
            b'`' => self.substitute("`…`", 0, false),
            b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' => return self.operator(rest),
            _ => self.push(&rest[..1]),
        }
        after
    }

    fn quote(&mut self, within: Within) {
        self.word.get_or_insert_default().quoted = true;
        self.within = within;
    }

    fn end_line(&mut self) {
        self.end_word();
        if !self.awaited.is_empty() {
            self.within = Within::Document;
        }
    }

    fn operator<'l>(&mut self, rest: &'l [u8]) -> &'l [u8] {
        if rest.starts_with(b"<(") || rest.starts_with(b">(") {
            self.substitute("<(…)", 1, false);
            return &rest[2..];
        }
        self.end_word();
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator.as_bytes())).unwrap_or(";");
        self.size += size_of::<Token>();
        if !self.is_too_large() {
            self.tokens.push(Token::Operator(operator));
        }
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
            (b'"', _) => self.within = Within::Plain,
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

    /// Goes on after the quote that ends there, or with the next line.
    fn closed<'l>(&mut self, rest: &'l [u8], end: Option<usize>) -> &'l [u8] {
        let Some(end) = end else { return &[] };
        self.within = Within::Plain;
        &rest[end + 1..]
    }

    fn document(&mut self, line: &[u8]) {
        let full = self.is_too_large();
        let Some(awaited) = self.awaited.first_mut() else { return };
        let tabs = if awaited.tabs { line.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
        let line = &line[tabs..];
        if trimmed(line) == awaited.delimiter {
            let Awaited { at, text, literal, .. } = self.awaited.remove(0);
            let changed = !literal && text.iter().any(|byte| b"$`\\".contains(byte));
            let unknown = changed.then(|| "<<".to_owned());
            // Past the limit tokens are not kept, either.
            if let Some(token) = self.tokens.get_mut(at) {
                *token = Token::Document(Word { text, unknown, quoted: true });
            }
            if self.awaited.is_empty() {
                self.within = Within::Plain;
            }
        } else {
            if !full {
                awaited.text.extend_from_slice(line);
            }
            self.size += line.len();
        }
    }
}
