//! The filter language: text → expression. Pure: the caller says what time it is.
//!
//! ```text
//! filter  = [ either ]
//! either  = every { "OR" every }            OR binds weaker than standing side by side
//! every   = item { item }
//! item    = "-" item | "(" either ")" | '"' text '"' | name ":" value | word
//! value   = { '"' text '"' | characters up to white space, a parenthesis or a quote }
//! ```
//! # Map
//! - `parse`: text to expression; `display`: expression to text; `mistake`, `nearest`: what is wrong, and the spelling meant.
//! - `names`: the names before a colon; `value`, `comparison`, `pattern`, `time`: what may stand after one.
//! - `evaluate`, `needle`: the meaning in memory; `store/condition.rs` is the same in SQL.
//! - `caret`, `terms`, `by_value`: the text that is being typed, and terms added to it or taken away.
//!
//! [`NAMES`] lists what may stand before a colon. [`Expr`]'s `Display` writes a filter that reads back as the same
//! expression.

use std::fmt;

use jiff::{Timestamp, Zoned};

use crate::capture::ReplySource;
pub use crate::capture::diagnosis::Code;
pub use crate::capture::{ForwardState, Mode, Signature};

mod by_value;
mod caret;
mod comparison;
mod display;
mod evaluate;
mod mistake;
mod names;
mod nearest;
mod needle;
mod parse;
mod pattern;
mod terms;
mod time;
mod value;

pub use by_value::by_value;
pub use caret::{Caret, Typing, at_caret};
pub use comparison::Comparison;
pub use evaluate::Subject;
pub use mistake::{FilterError, FilterErrorKind};
pub use names::{NAMES, Name, SeenField};
pub(crate) use needle::{Needle, searched_text};
pub use pattern::Pattern;
pub use terms::{is_term, terms, turned, without};

/// Longest filter in characters; a person types a hundredth of that.
pub const MAX_LENGTH: usize = 4_096;

/// Most terms of a filter: SQLite refuses expressions that are 1000 levels deep, and a chain is as deep as it is long.
pub const MAX_TERMS: usize = 256;

/// Deepest nesting of parentheses and `-`.
pub const MAX_DEPTH: usize = 32;

/// A filter as it was typed, and what it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// The text as it was typed.
    pub text: String,
    /// The expression that it stands for.
    pub expr: Expr,
}

impl Filter {
    /// Reads a filter; `now` is what times of day and ages are counted from, in the zone of the person who typed them.
    pub fn parse(text: &str, now: &Zoned) -> Result<Self, FilterError> {
        let expr = parse::parse(text, now, parse::Moment::Recorded)?;
        Ok(Self { text: text.to_owned(), expr })
    }

    /// Reads a filter over what has only just arrived: a term that asks what becomes of it is a mistake, since it would
    /// never hold.
    pub fn parse_for_arrivals(text: &str, now: &Zoned) -> Result<Self, FilterError> {
        let expr = parse::parse(text, now, parse::Moment::Arrival)?;
        Ok(Self { text: text.to_owned(), expr })
    }
}

impl From<Expr> for Filter {
    fn from(expr: Expr) -> Self {
        Self { text: expr.to_string(), expr }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// An expression over captures.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Expr {
    /// Every one: the empty filter.
    #[default]
    All,
    /// Those that match each of these, which are two or more.
    And(Vec<Self>),
    /// Those that match any of these, which are two or more.
    Or(Vec<Self>),
    /// Those that do not match this.
    Not(Box<Self>),
    /// Those for which this holds.
    Term(Term),
}

/// One condition. Where a capture lacks what it asks about, it does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// The payload, its decoded text or the reply contains this, ASCII letters in any case.
    Word(String),
    /// It is the event of this name.
    Event(String),
    /// `MsgType`, `InfoType` or our own kind is this; `event` is any event.
    Type(String),
    /// `EventKey` matches this pattern.
    Key(Pattern),
    /// The user's OpenID matches this pattern.
    Openid(Pattern),
    Account(String),
    /// The relay that captured it matches this pattern.
    Relay(Pattern),
    /// The desktop whose tap it is matches this pattern.
    Claimed(Pattern),
    Signature(Signature),
    Mode(Mode),
    /// The source of the reply is this one.
    Reply(ReplySource),
    /// The source of the reply is any rule.
    ReplyByRule,
    /// The source of the reply is any desktop of the team.
    ReplyByDesktop,
    /// The developer's own server was asked, with this result.
    Forward(ForwardState),
    /// The fault of this name was injected into the reply; `None`: any fault.
    Fault(Option<&'static str>),
    /// The reply's HTTP status.
    Status(Comparison<u32>),
    /// The milliseconds until the reply.
    Ms(Comparison<f64>),
    /// The number of the attempt.
    Attempt(Comparison<u32>),
    /// The number of the event.
    Id(Comparison<i64>),
    /// It arrived at this time or later.
    After(Timestamp),
    /// It arrived before this time.
    Before(Timestamp),
    /// It is in this state.
    Is(State),
    /// A person has left a note on it.
    HasNote,
    /// Something is wrong with it.
    HasDiagnosis,
    /// This is wrong with it.
    Diagnosis(Code),
}

impl Term {
    /// Tells whether the term depends on data that an event lacks when it arrives.
    fn is_of_later(&self) -> bool {
        match self {
            Self::Reply(_)
            | Self::ReplyByRule
            | Self::ReplyByDesktop
            | Self::Forward(_)
            | Self::Fault(_)
            | Self::Status(_)
            | Self::Ms(_)
            | Self::Is(State::Held | State::Pinned)
            | Self::HasNote => true,
            Self::Word(_)
            | Self::Event(_)
            | Self::Type(_)
            | Self::Key(_)
            | Self::Openid(_)
            | Self::Account(_)
            | Self::Relay(_)
            | Self::Claimed(_)
            | Self::Signature(_)
            | Self::Mode(_)
            | Self::Attempt(_)
            | Self::Id(_)
            | Self::After(_)
            | Self::Before(_)
            | Self::Is(State::Replay)
            | Self::HasDiagnosis
            | Self::Diagnosis(_) => false,
        }
    }
}

/// A state, as `is:` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its reply is being held.
    Held,
    /// This program sent it.
    Replay,
    /// A person has pinned it.
    Pinned,
}

impl Expr {
    /// Tells whether a change to pins or notes can change what matches.
    pub fn asks_about_annotations(&self) -> bool {
        match self {
            Self::All => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::asks_about_annotations),
            Self::Not(inner) => inner.asks_about_annotations(),
            Self::Term(term) => matches!(term, Term::HasNote | Term::Is(State::Pinned)),
        }
    }
}

impl State {
    /// Every state, in the order of their help.
    pub const ALL: [Self; 3] = [Self::Held, Self::Replay, Self::Pinned];

    /// The spelling in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Replay => "replay",
            Self::Pinned => "pinned",
        }
    }
}
