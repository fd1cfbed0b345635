//! What in a message is not as WeChat documents it, and where it stands.

use std::ops::Range;

/// One thing that is not as documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Where in the payload it stands.
    pub span: Option<Range<usize>>,
}

impl Problem {
    pub(super) const fn new(kind: ProblemKind, span: Range<usize>) -> Self {
        Self { kind, span: Some(span) }
    }
}

/// What can be wrong with a message that could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// `CreateTime` is no whole number of seconds.
    #[error("CreateTime is not a whole number: {text}")]
    CreateTimeNotInteger {
        /// What it is instead.
        text: String,
    },
    /// `Count` is no number.
    #[error("Count is not a number: {text}")]
    CountNotNumber {
        /// What it is instead.
        text: String,
    },
    /// `Count` and the pictures listed differ.
    #[error("Count says {count}, the list holds {found}")]
    CountUnlikeList {
        /// What `Count` says.
        count: i64,
        /// How many there are.
        found: usize,
    },
    /// A latitude or longitude is no number.
    #[error("{name} is not a number: {text}")]
    CoordinateNotNumber {
        /// Which element.
        name: &'static str,
        /// What it is instead.
        text: String,
    },
    /// `Scale` is no number.
    #[error("Scale is not a number: {text}")]
    ScaleNotNumber {
        /// What it is instead.
        text: String,
    },
    /// There is no `MsgType` and no `InfoType`.
    #[error("MsgType is missing")]
    MsgTypeMissing,
    /// `MsgType` is `event`, and there is no `Event`.
    #[error("Event is missing")]
    EventMissing,
    /// A kind that no documentation lists; it is kept all the same.
    #[error("unknown kind: {kind}")]
    KindUnknown {
        /// As received.
        kind: String,
    },
    /// The outermost element is not `<xml>`.
    #[error("the root element is <{name}>, not <xml>")]
    RootNotXml {
        /// What it is instead.
        name: String,
    },
    /// An element of the envelope occurs again; the first one counts.
    #[error("{name} occurs more than once")]
    ElementRepeated {
        /// Which element.
        name: String,
    },
    /// An element that belongs to this kind is not there.
    #[error("{name} is missing")]
    ElementMissing {
        /// Which element.
        name: &'static str,
    },
}
