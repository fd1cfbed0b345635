//! The answer to a request: its source, the end of the exchange, and the findings about it.

use std::borrow::Cow;
use std::time::Duration;

use super::diagnosis::{Severity, worst};
use super::server_answer::{ForwardState, ServerAnswer};
use crate::wechat::lint;

/// The source of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplySource {
    /// The default: `success`, or the echo of a handshake.
    Default,
    /// The rule of that name.
    Rule(String),
    /// A person, while the push was held.
    Held,
    /// The developer's own server.
    Forward,
    /// The desktop of that name, which has claimed the user.
    Desktop(String),
    /// None: the request was refused, or the exchange ended without a reply.
    None,
}

/// The prefix of a rule's name in a source's spelling.
const RULE_PREFIX: &str = "rule:";

/// The prefix of a desktop's name.
const DESKTOP_PREFIX: &str = "desktop:";

impl ReplySource {
    /// The spelling in the database, in JSON and in filters.
    pub fn spelling(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Default => "default",
            Self::Rule(name) => return Cow::Owned(format!("{RULE_PREFIX}{name}")),
            Self::Held => "held",
            Self::Forward => "forward",
            Self::Desktop(name) => return Cow::Owned(format!("{DESKTOP_PREFIX}{name}")),
            Self::None => "none",
        })
    }

    /// The source of that spelling, if there is one.
    pub fn from_spelling(text: &str) -> Option<Self> {
        match text {
            "default" => Some(Self::Default),
            "held" => Some(Self::Held),
            "forward" => Some(Self::Forward),
            "none" => Some(Self::None),
            _ => text
                .strip_prefix(RULE_PREFIX)
                .map(|name| Self::Rule(name.to_owned()))
                .or_else(|| text.strip_prefix(DESKTOP_PREFIX).map(|name| Self::Desktop(name.to_owned()))),
        }
    }
}

spelled! {
    /// The end of an exchange.
    ReplyEnd {
        /// The answer was handed over in full.
        Answered = "answered",
        /// The other side closed before there was an answer.
        HungUp = "hung-up",
        /// We closed without an answer, on purpose.
        Silent = "silent",
        /// We closed in the middle of the answer, on purpose.
        Cut = "cut",
        /// We reset the connection, on purpose.
        Reset = "reset",
    }
}

/// The answer to a request, with its plaintext.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// `None` if nothing was answered.
    pub status: Option<u16>,
    /// The body before encryption.
    pub body: Vec<u8>,
    /// The body on the wire, if it differs: encrypted, or cut in the middle.
    pub wire: Option<Vec<u8>>,
    pub source: ReplySource,
    /// The time from the request's first byte until the answer was handed over, or the connection closed.
    pub elapsed: Duration,
    pub end: ReplyEnd,
    /// The findings of the lint.
    pub lint: Vec<lint::LintFinding>,
    /// The name of the fault that was injected, one of [`Fault::name`](crate::wechat::fault::Fault::name).
    pub fault: Option<&'static str>,
    /// The answer of the developer's own server, if the request was forwarded.
    pub forwarded: Option<Box<ServerAnswer>>,
}

impl Reply {
    /// The columns of its row.
    pub fn summary(&self) -> ReplySummary {
        ReplySummary {
            status: self.status,
            source: self.source.clone(),
            elapsed: self.elapsed,
            end: self.end,
            severity: worst(&self.lint),
            fault: self.fault,
            forward: self.forward(),
        }
    }

    /// The state of the forward, if the request was forwarded.
    pub fn forward(&self) -> Option<ForwardState> {
        self.forwarded.as_deref().map(ServerAnswer::state)
    }

    /// The bytes that went over the wire.
    pub fn sent(&self) -> &[u8] {
        self.wire.as_deref().unwrap_or(&self.body)
    }
}

/// The columns of an answer's row.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplySummary {
    /// `None` if nothing was answered.
    pub status: Option<u16>,
    pub source: ReplySource,
    pub elapsed: Duration,
    pub end: ReplyEnd,
    /// The severity of the worst finding.
    pub severity: Option<Severity>,
    /// The name of the fault that was injected.
    pub fault: Option<&'static str>,
    /// The state of the forward, if the request was forwarded.
    pub forward: Option<ForwardState>,
}

#[cfg(test)]
impl ReplySummary {
    /// The default answer, in time and legal, for tests.
    pub(crate) fn answered() -> Self {
        Self {
            status: Some(200),
            source: ReplySource::Default,
            elapsed: Duration::from_millis(2),
            end: ReplyEnd::Answered,
            severity: None,
            fault: None,
            forward: None,
        }
    }
}

impl ReplySummary {
    /// Tells whether WeChat accepts the answer: in time, with nothing illegal about it.
    pub fn is_legal(&self) -> bool {
        self.end == ReplyEnd::Answered
            && self.status == Some(200)
            && self.severity != Some(Severity::Error)
            && self.elapsed.as_millis() <= u128::from(lint::WECHAT_LIMIT_MS)
    }
}
