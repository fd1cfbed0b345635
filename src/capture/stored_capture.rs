//! One recorded request with its envelope and diagnoses, and its place among the attempts of its event.

use std::fmt;

use jiff::Timestamp;

use super::annotation::Annotation;
use super::diagnosis::{Diagnosis, Severity};
use super::raw_request::RawRequest;
use super::replay_run::Verdict;
use super::reply_record::{Reply, ReplySummary};
use super::row_content::{EventContent, ReplyContent};
use super::team_mark::TeamMark;
use crate::wechat::lint::{Encryption, LintCode, PushInfo};
use crate::wechat::reply::Address;
use crate::wechat::tree::Format;

/// The number of a capture in its database; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(pub i64);

impl fmt::Display for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

spelled! {
    /// The mode of a message, read from the body alone: headers and query are known to be wrong at times.
    Mode {
        /// 明文: the message itself.
        Plain = "plain",
        /// 兼容: the message and, beside its elements, an encrypted copy.
        Compat = "compat",
        /// 安全: the encrypted message only.
        Safe = "safe",
    }
}

spelled! {
    /// The result of verifying the deciding signature.
    Signature {
        /// Made with the account's token.
        Valid = "valid",
        Invalid = "invalid",
        /// A parameter that verification needs is missing.
        Missing = "missing",
        /// The account has no token to verify with.
        Unchecked = "unchecked",
    }
}

impl Signature {
    /// Tells whether verification failed, as it does for scanners.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Invalid | Self::Missing)
    }
}

/// The fields of a message that the list and the filters use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The Event, else the MsgType, else the InfoType; `handshake`, or `unreadable`.
    pub kind: String,
    pub msg_type: Option<String>,
    pub event: Option<String>,
    /// `None` if the element is missing, empty if it is empty.
    pub event_key: Option<String>,
    /// FromUserName, from the message and never from the query.
    pub openid: Option<String>,
    pub to_user: Option<String>,
    /// CreateTime, in seconds since 1970.
    pub create_time: Option<i64>,
    /// MsgId, as text: it exceeds what a double holds.
    pub msg_id: Option<String>,
}

/// The kind of a verification request (GET with `echostr`).
pub const HANDSHAKE: &str = "handshake";

/// The kind of a request that could not be parsed or decrypted.
pub const UNREADABLE: &str = "unreadable";

/// A request with its envelope and diagnoses, before it is stored under a number.
#[derive(Clone, Debug)]
pub struct Capture {
    pub request: RawRequest,
    /// The name of the account it belongs to.
    pub account: String,
    pub envelope: Envelope,
    pub mode: Mode,
    pub signature: Signature,
    /// The decrypted message, if it came encrypted and a key decrypts it.
    pub message: Option<Vec<u8>>,
    /// The digest that the attempts of one event share; `None` if it must not be taken for an attempt.
    pub group_key: Option<GroupKey>,
    /// True if this program sent it.
    pub replay: bool,
    pub diagnoses: Vec<Diagnosis>,
    /// The relay it came from, and the desktop whose tap it is.
    pub team: TeamMark,
}

/// A digest over account, user and message: equal for the attempts of one event.
pub type GroupKey = [u8; 16];

impl Capture {
    /// The format of the message, which its reply has to share.
    pub fn format(&self) -> Format {
        Format::of(self.message()).unwrap_or(Format::Xml)
    }

    /// The address of a reply made at that time, if the message names both sides.
    pub fn reply_address(&self, now_seconds: i64) -> Option<Address> {
        let Envelope { openid, to_user, .. } = &self.envelope;
        Address::answering(openid.as_deref(), to_user.as_deref(), now_seconds)
    }

    /// The facts that a reply is checked against.
    pub fn push_info<'a>(&'a self, encryption: Encryption<'a>) -> PushInfo<'a> {
        let Envelope { kind, msg_type, openid, to_user, .. } = &self.envelope;
        PushInfo {
            kind: (kind != UNREADABLE).then_some(kind),
            msg_type: msg_type.as_deref(),
            from_user: openid.as_deref(),
            to_user: to_user.as_deref(),
            format: Some(self.format()),
            encryption,
            is_mini_program: false,
        }
    }

    /// Tells whether image messages follow it: it is one of the three events with pictures.
    pub fn has_pictures(&self) -> bool {
        self.envelope.kind.starts_with("pic_")
    }

    /// The message's bytes: decrypted in safe and compat mode, the body in plain.
    pub fn message(&self) -> &[u8] {
        self.message.as_deref().unwrap_or(&self.request.body)
    }
}

/// The place of a capture among the attempts of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    pub id: CaptureId,
    /// The number of the first attempt.
    pub group: CaptureId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

/// A capture in the database.
#[derive(Clone, Debug)]
pub struct StoredCapture {
    pub placement: Placement,
    /// The request as inspected.
    pub capture: Capture,
    /// `None` while there is no answer, or if the process ended before it.
    pub reply: Option<Reply>,
    /// A person's pin and note.
    pub annotation: Annotation,
}

/// The columns of a row in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct CaptureSummary {
    pub placement: Placement,
    pub received_at: Timestamp,
    pub account: String,
    pub kind: String,
    pub event_key: Option<String>,
    pub openid: Option<String>,
    pub mode: Mode,
    pub signature: Signature,
    /// True if this program sent it.
    pub replay: bool,
    /// The severity of the worst diagnosis; in a row of the list, of those that are not about the whole account.
    pub severity: Option<Severity>,
    /// `None` while there is no answer.
    pub reply: Option<ReplySummary>,
    /// A person's pin and note.
    pub annotation: Annotation,
    /// The relay it came from, and the desktop whose tap it is.
    pub team: TeamMark,
    /// The content beside the key; only rows of the list have it, as the two that follow.
    pub content: Option<EventContent>,
    /// The content of the reply.
    pub answer: Option<ReplyContent>,
    /// The finding that makes the reply illegal.
    pub illegality: Option<LintCode>,
    /// The verdict on its latest replay.
    pub verdict: Option<Verdict>,
}

#[cfg(test)]
impl CaptureSummary {
    /// A first attempt of this kind that nobody has answered yet, for tests.
    pub(crate) fn unanswered(id: i64, kind: &str) -> Self {
        let id = super::CaptureId(id);
        Self {
            placement: Placement { id, group: id, attempt: 1 },
            received_at: Timestamp::UNIX_EPOCH,
            account: "default".to_owned(),
            kind: kind.to_owned(),
            event_key: None,
            openid: None,
            mode: Mode::Plain,
            signature: Signature::Valid,
            replay: false,
            severity: None,
            reply: None,
            annotation: Annotation::default(),
            team: TeamMark::default(),
            content: None,
            answer: None,
            illegality: None,
            verdict: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reply_record::ReplySource;
    use super::*;

    #[test]
    fn every_state_is_found_by_its_spelling() {
        for mode in [Mode::Plain, Mode::Compat, Mode::Safe] {
            assert_eq!(Mode::from_spelling(mode.as_str()), Some(mode));
        }
        assert_eq!(Signature::from_spelling("vaild"), None);
        for source in [ReplySource::Default, ReplySource::Rule("a: b".to_owned()), ReplySource::Held, ReplySource::None]
        {
            assert_eq!(ReplySource::from_spelling(&source.spelling()), Some(source));
        }
    }
}
