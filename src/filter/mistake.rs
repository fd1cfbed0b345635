//! Mistakes in a filter, each with its place.

use std::ops::Range;

use super::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS};

/// A mistake in a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at column {column}{}", hint(.kind, .suggestion.as_deref()))]
pub struct FilterError {
    /// First character, counted from 1.
    pub column: usize,
    /// Length in characters.
    pub length: usize,
    pub kind: FilterErrorKind,
    /// A replacement, where one can be guessed.
    pub suggestion: Option<String>,
}

/// The kinds of mistakes in a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterErrorKind {
    /// Nothing is called that.
    #[error("unknown name \"{name}:\"")]
    UnknownName {
        /// As typed, without the colon.
        name: String,
    },
    /// The name does not take that value.
    #[error("unknown value \"{value}\" for \"{name}:\"")]
    UnknownValue { name: &'static str, value: String },
    /// Nothing stands after the colon.
    #[error("no value after \"{name}:\"")]
    NoValue { name: &'static str },
    /// The name takes a number or a range.
    #[error("\"{value}\" is not a number for \"{name}:\"")]
    NotNumber { name: &'static str, value: String },
    /// The name takes a time or an age.
    #[error("\"{value}\" is not a time for \"{name}:\"")]
    NotTime { name: &'static str, value: String },
    /// The number is too large, or the time too far away.
    #[error("\"{value}\" is out of range for \"{name}:\"")]
    OutOfRange { name: &'static str, value: String },
    /// The range holds nothing.
    #[error("backwards range \"{value}\"")]
    BackwardsRange { value: String },
    /// It asks about what an event does not have when it arrives.
    #[error("\"{term}\" asks what becomes of an event, and nothing has when it arrives")]
    OfLater { term: String },
    /// A quote is opened and not closed.
    #[error("unclosed quote")]
    UnclosedQuote,
    /// A parenthesis is opened and not closed.
    #[error("unclosed \"(\"")]
    UnclosedParenthesis,
    /// A parenthesis is closed that was not opened.
    #[error("\")\" without its \"(\"")]
    StrayParenthesis,
    /// Nothing stands between the parentheses.
    #[error("empty parentheses")]
    EmptyParentheses,
    /// Nothing stands after the minus.
    #[error("nothing to exclude after \"-\"")]
    LonelyMinus,
    /// Something is missing on one side of `OR`.
    #[error("nothing on one side of \"OR\"")]
    LonelyOr,
    /// It has more than [`MAX_LENGTH`] characters.
    #[error("more than {MAX_LENGTH} characters")]
    TooLong,
    /// It nests more than [`MAX_DEPTH`] deep.
    #[error("more than {MAX_DEPTH} levels of parentheses and \"-\"")]
    TooDeep,
    /// It has more than [`MAX_TERMS`] terms.
    #[error("more than {MAX_TERMS} terms")]
    TooManyTerms,
    #[error("unreadable text")]
    Unreadable,
}

/// The hint of a mistake: the nearest valid spelling, else the values that are allowed in that place.
fn hint(kind: &FilterErrorKind, suggestion: Option<&str>) -> String {
    use FilterErrorKind as Kind;
    if let Some(suggestion) = suggestion {
        return format!("; did you mean \"{suggestion}\"?");
    }
    match kind {
        Kind::UnknownName { name } => {
            format!("; to search for the text, write \"{name}:…\" in quotes")
        }
        Kind::UnknownValue { name, .. } => super::Name::find(name).map_or_else(String::new, |known| {
            let takes = if known.closed { "it takes" } else { "it takes such as" };
            format!("; {takes} {}", known.values.join(", "))
        }),
        Kind::NotNumber { .. } => "; write 403, >=400 or 10..20".to_owned(),
        Kind::NotTime { .. } => "; write 2026-11-23, \"2026-11-23 10:00\", 10:00 or 10m".to_owned(),
        Kind::NoValue { name } => format!("; write {name}:\"\" for an empty one"),
        Kind::OfLater { .. } => "; leave it out: it could never hold".to_owned(),
        Kind::LonelyMinus | Kind::LonelyOr | Kind::EmptyParentheses => {
            "; to search for the text, put it in quotes".to_owned()
        }
        _ => String::new(),
    }
}

/// A mistake as the parser meets it: in bytes of the text.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) span: Range<usize>,
    pub(super) kind: FilterErrorKind,
    pub(super) suggestion: Option<String>,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, kind: FilterErrorKind) -> Self {
        Self { span, kind, suggestion: None }
    }

    pub(super) fn suggesting(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// The same with its place counted in characters.
    pub(super) fn in_text(self, text: &str) -> FilterError {
        let characters = |range: Range<usize>| text.get(range).map_or(0, |part| part.chars().count());
        FilterError {
            column: characters(0..self.span.start) + 1,
            length: characters(self.span),
            kind: self.kind,
            suggestion: self.suggestion,
        }
    }
}
