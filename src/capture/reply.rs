//! What was answered: by whom, how the exchange ended, and what is not legal about it.

use std::borrow::Cow;
use std::time::Duration;

use super::diagnosis::{Severity, worst};
use super::server_answer::ServerAnswer;
use crate::wechat::lint;

/// Who decided what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplySource {
    /// The default: `success`, or the echo of a handshake.
    Default,
    /// The rule of this name.
    Rule(String),
    /// A person, while the push was held.
    Held,
    /// The developer's own server.
    Forward,
    /// Nobody: refused, or given up.
    None,
}

/// What stands before a rule's name where a source is written.
const RULE_PREFIX: &str = "rule:";

impl ReplySource {
    /// The spelling in the database, in JSON and in filters.
    pub fn spelling(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Default => "default",
            Self::Rule(name) => return Cow::Owned(format!("{RULE_PREFIX}{name}")),
            Self::Held => "held",
            Self::Forward => "forward",
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
            _ => text.strip_prefix(RULE_PREFIX).map(|name| Self::Rule(name.to_owned())),
        }
    }
}

spelled! {
    /// How the exchange ended.
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

/// What was answered, in plaintext.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status; `None` where nothing was answered.
    pub status: Option<u16>,
    /// The body before encryption.
    pub body: Vec<u8>,
    /// The body as it went over the wire, where that differs: encrypted, or cut in the middle.
    pub wire: Option<Vec<u8>>,
    /// Who decided it.
    pub source: ReplySource,
    /// From the first byte of the request until the answer was handed over, or the connection closed.
    pub elapsed: Duration,
    /// How the exchange ended.
    pub end: ReplyEnd,
    /// What is not legal about it, and what is worth knowing.
    pub lint: Vec<lint::LintFinding>,
    /// What the developer's own server made of it, where it was asked.
    pub forwarded: Option<Box<ServerAnswer>>,
}

impl Reply {
    /// What a row shows of it.
    pub fn summary(&self) -> ReplySummary {
        ReplySummary {
            status: self.status,
            source: self.source.clone(),
            elapsed: self.elapsed,
            end: self.end,
            severity: worst(&self.lint),
        }
    }

    /// The bytes that went over the wire.
    pub fn sent(&self) -> &[u8] {
        self.wire.as_deref().unwrap_or(&self.body)
    }
}

/// What a row shows of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplySummary {
    /// The HTTP status; `None` where nothing was answered.
    pub status: Option<u16>,
    /// Who decided it.
    pub source: ReplySource,
    /// How long it took.
    pub elapsed: Duration,
    /// How the exchange ended.
    pub end: ReplyEnd,
    /// How bad the worst finding about it is.
    pub severity: Option<Severity>,
}

impl ReplySummary {
    /// Whether WeChat takes it for an answer: in time, with nothing illegal about it.
    pub fn is_legal(&self) -> bool {
        self.end == ReplyEnd::Answered
            && self.status == Some(200)
            && self.severity != Some(Severity::Error)
            && self.elapsed.as_millis() <= u128::from(lint::WECHAT_LIMIT_MS)
    }
}
