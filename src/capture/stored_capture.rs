//! One recorded request with its envelope and diagnoses, and its place among the attempts of its event.

use std::fmt;

use jiff::Timestamp;

use super::diagnosis::{Diagnosis, Severity};
use super::raw_request::RawRequest;
use super::reply::{Reply, ReplySummary};
use crate::wechat::lint::{Encryption, PushInfo};
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
    /// How the message travels, judged by the body alone: headers and query are known to lie.
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
    /// What the signature that decides says.
    Signature {
        /// It was made with the account's token.
        Valid = "valid",
        /// It was not.
        Invalid = "invalid",
        /// A parameter that it needs is not there.
        Missing = "missing",
        /// The account has no token, so nothing could be checked.
        Unchecked = "unchecked",
    }
}

impl Signature {
    /// Whether the request failed the check, as those of scanners do.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Invalid | Self::Missing)
    }
}

/// What was read from the message: the columns of the list and of the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The Event, else the MsgType, else the InfoType; `handshake`, or `unreadable`.
    pub kind: String,
    /// MsgType.
    pub msg_type: Option<String>,
    /// Event.
    pub event: Option<String>,
    /// EventKey; `None` where the element is missing, empty where it is empty.
    pub event_key: Option<String>,
    /// FromUserName, from the message and never from the query.
    pub openid: Option<String>,
    /// ToUserName.
    pub to_user: Option<String>,
    /// CreateTime, in seconds since 1970.
    pub create_time: Option<i64>,
    /// MsgId, as text: it exceeds what a double holds.
    pub msg_id: Option<String>,
}

/// The kind of a verification request (GET with `echostr`).
pub const HANDSHAKE: &str = "handshake";

/// The kind of what could not be parsed or decrypted.
pub const UNREADABLE: &str = "unreadable";

/// A request with all that is known of it before it has a number.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What arrived.
    pub request: RawRequest,
    /// The name of the account it belongs to.
    pub account: String,
    /// What was read from the message.
    pub envelope: Envelope,
    /// How the message travelled.
    pub mode: Mode,
    /// What the signature says.
    pub signature: Signature,
    /// The decrypted message, where it came encrypted and could be opened.
    pub message: Option<Vec<u8>>,
    /// What attempts of one event have in common; `None` where it must not be taken for one.
    pub group_key: Option<GroupKey>,
    /// Whether this program sent it.
    pub replay: bool,
    /// What is not perfect about it.
    pub diagnoses: Vec<Diagnosis>,
}

/// A digest over account, user and message: equal for the attempts of one event.
pub type GroupKey = [u8; 16];

impl Capture {
    /// The way it travelled as JSON or as XML: a reply has to come in the same form.
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
        }
    }

    /// Whether image messages follow it: one of the three events with pictures.
    pub fn has_pictures(&self) -> bool {
        self.envelope.kind.starts_with("pic_")
    }

    /// The message's bytes: decrypted in safe and compat mode, the body in plain.
    pub fn message(&self) -> &[u8] {
        self.message.as_deref().unwrap_or(&self.request.body)
    }
}

/// Where a capture stands among the attempts of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its own number.
    pub id: CaptureId,
    /// The number of the first attempt.
    pub group: CaptureId,
    /// Which attempt it is, from 1.
    pub attempt: u32,
}

/// A capture as it stands in the database.
#[derive(Clone, Debug)]
pub struct StoredCapture {
    /// Its number and its place among the attempts.
    pub placement: Placement,
    /// The request and what was read from it.
    pub capture: Capture,
    /// What was answered; `None` while it is open, or where the process ended in between.
    pub reply: Option<Reply>,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct CaptureSummary {
    /// Its number and its place among the attempts.
    pub placement: Placement,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The account's name.
    pub account: String,
    /// The kind.
    pub kind: String,
    /// EventKey.
    pub event_key: Option<String>,
    /// FromUserName.
    pub openid: Option<String>,
    /// How the message travelled.
    pub mode: Mode,
    /// What the signature says.
    pub signature: Signature,
    /// Whether this program sent it.
    pub replay: bool,
    /// How bad the worst diagnosis is.
    pub severity: Option<Severity>,
    /// Status, source and time of the answer.
    pub reply: Option<ReplySummary>,
}

#[cfg(test)]
mod tests {
    use super::super::reply::ReplySource;
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
