//! Deviations of a message from WeChat's documentation, with their spans.

use std::ops::Range;

/// A deviation from the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// The span in the payload.
    pub span: Option<Range<usize>>,
}

impl Problem {
    pub(super) const fn new(kind: ProblemKind, span: Range<usize>) -> Self {
        Self { kind, span: Some(span) }
    }
}

/// The kinds of deviations, each with its message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// `CreateTime` is not a whole number of seconds.
    #[error("CreateTime is not a whole number: {text}")]
    CreateTimeNotInteger { text: String },
    /// `Count` is not a number.
    #[error("Count is not a number: {text}")]
    CountNotNumber { text: String },
    /// `Count` and the pictures listed differ.
    #[error("Count says {count}, the list holds {found}")]
    CountUnlikeList {
        /// The value of `Count`.
        count: i64,
        /// The number of pictures.
        found: usize,
    },
    /// A latitude or longitude is not a number.
    #[error("{name} is not a number: {text}")]
    CoordinateNotNumber { name: &'static str, text: String },
    /// `Scale` is not a number.
    #[error("Scale is not a number: {text}")]
    ScaleNotNumber { text: String },
    /// Both `MsgType` and `InfoType` are missing.
    #[error("MsgType is missing")]
    MsgTypeMissing,
    /// `MsgType` is `event`, and `Event` is missing.
    #[error("Event is missing")]
    EventMissing,
    /// An undocumented kind.
    #[error("unknown kind: {kind}")]
    KindUnknown { kind: String },
    /// The outermost element is not `<xml>`.
    #[error("the root element is <{name}>, not <xml>")]
    RootNotXml { name: String },
    /// An element of the envelope is repeated; the first one counts.
    #[error("{name} occurs more than once")]
    ElementRepeated { name: String },
    /// An element of this kind is missing.
    #[error("{name} is missing")]
    ElementMissing { name: &'static str },
}
