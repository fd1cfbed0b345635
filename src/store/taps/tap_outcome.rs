//! The outcome of a tap, from its reply: in SQL, and its twin in memory.

use crate::capture::diagnosis::Severity;
use crate::capture::{ForwardState, ReplyEnd, ReplySummary};

/// The outcome of a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TapOutcome {
    /// The reply is legal.
    Legal,
    /// The reply is illegal, and the user sees the notice.
    Illegal,
    /// The developer's own server was late or failed, and the default went out.
    ServerFailed,
    /// Refused, or without a reply.
    Unanswered,
}

/// The number of the outcome of a capture `c` with its reply `r`, which is NULL where there is none.
pub(super) const OUTCOME: &str = "CASE
    WHEN r.capture_id IS NULL THEN 3
    WHEN r.forward IN ('late', 'failed') THEN 2
    WHEN r.ending <> 'answered' OR r.status NOT BETWEEN 200 AND 299 THEN 3
    WHEN r.severity = 3 THEN 1
    ELSE 0 END";

impl TapOutcome {
    /// Every outcome, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Legal, Self::Illegal, Self::ServerFailed, Self::Unanswered];

    /// The outcome of a capture with that reply.
    pub fn of(reply: Option<&ReplySummary>) -> Self {
        let Some(reply) = reply else { return Self::Unanswered };
        let is_whole =
            reply.end == ReplyEnd::Answered && reply.status.is_some_and(|status| (200..300).contains(&status));
        match (reply.forward, is_whole, reply.severity) {
            (Some(ForwardState::Late | ForwardState::Failed), ..) => Self::ServerFailed,
            (_, false, _) => Self::Unanswered,
            (_, true, Some(Severity::Error)) => Self::Illegal,
            (_, true, _) => Self::Legal,
        }
    }

    /// The spelling in JSON, and the end of its locale key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Legal => "legal",
            Self::Illegal => "illegal",
            Self::ServerFailed => "server_failed",
            Self::Unanswered => "unanswered",
        }
    }

    pub(super) fn from_number(number: i64) -> Self {
        usize::try_from(number).ok().and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Self::Unanswered)
    }
}
