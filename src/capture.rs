//! One recorded request: what arrived, what was read from it, and what was answered.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;

use crate::capture::diagnosis::{Diagnosis, Severity};
use crate::wechat::lint::{Encryption, PushInfo};
use crate::wechat::reply::Address;
use crate::wechat::tree::Format;

/// Gives an enum of states the one spelling that the database, JSON and the filter language share.
macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The spelling in the database, in JSON and in filters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The state of that spelling, if there is one.
            pub fn from_spelling(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

pub mod diagnosis;
mod finding_record;
mod json;
mod replay_run;
mod reply;
mod server_answer;

pub use finding_record::{FindingRecord, read_findings, write_findings};
pub use json::{EventView, event_json, finding_json, header_text, message_view, replay_json};
pub use replay_run::{
    Against, Baseline, Replay, ReplayForm, ReplayId, ReplayMode, ReplayRun, ReplaySummary, RunEnd, RunId, SentRequest,
    StoredReplay, StoredRun, Verdict, VerdictCounts,
};
pub use reply::{Reply, ReplyEnd, ReplySource, ReplySummary};
pub use server_answer::{ForwardProblem, ReplayObstacle, ServerAnswer};

/// Requests with this header were sent by this program, and are never taken for a tap.
pub const OWN_HEADER: &str = "x-menuscope";

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

/// A request as it came off the wire; the record that everything else is derived from.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// When its head had been read.
    pub received_at: Timestamp,
    /// The method, as sent.
    pub method: String,
    /// `HTTP/1.0` or `HTTP/1.1`.
    pub version: String,
    /// The request target to the byte: path and query.
    pub target: String,
    /// Names in lower case and values to the byte, in the order in which they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The address that the connection came from.
    pub peer: String,
    /// The body, chunking undone; cut where [`Self::body_length`] says so.
    pub body: Bytes,
    /// How many bytes of body arrived; more than `body` holds where it was cut.
    pub body_length: u64,
}

impl RawRequest {
    /// The target up to the query.
    pub fn path(&self) -> &str {
        let path = self.target.split_once('?').map_or(&*self.target, |(path, _)| path);
        // Some proxies send the whole address.
        match path.strip_prefix("http://").or_else(|| path.strip_prefix("https://")) {
            Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
            None => path,
        }
    }

    /// The target's query, undecoded.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The query's parameters, decoded, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)> {
        form_urlencoded::parse(self.query().as_bytes())
    }

    /// The first value of the header of that name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// Whether less of the body is kept than arrived.
    pub fn is_cut(&self) -> bool {
        (self.body.len() as u64) < self.body_length
    }

    /// Request line, headers and body as one text, the way `show --raw` and the raw view give it.
    pub fn to_http(&self) -> Vec<u8> {
        let mut http = format!("{} {} {}\r\n", self.method, self.target, self.version).into_bytes();
        for (name, value) in &self.headers {
            http.extend_from_slice(name.as_bytes());
            http.extend_from_slice(b": ");
            http.extend_from_slice(value);
            http.extend_from_slice(b"\r\n");
        }
        http.extend_from_slice(b"\r\n");
        http.extend_from_slice(&self.body);
        http
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
    use super::*;

    fn raw() -> RawRequest {
        RawRequest {
            received_at: Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx?a=1&a=2".to_owned(),
            headers: vec![("x-bytes".to_owned(), vec![0xff, b'a'])],
            peer: "127.0.0.1".to_owned(),
            body: Bytes::from_static(b"<xml>\xff</xml>"),
            body_length: 13,
        }
    }

    #[test]
    fn the_raw_view_gives_back_what_was_received() {
        let request = raw();
        assert_eq!(request.to_http(), b"POST /wx?a=1&a=2 HTTP/1.1\r\nx-bytes: \xffa\r\n\r\n<xml>\xff</xml>");
        assert_eq!((request.path(), request.query()), ("/wx", "a=1&a=2"));
    }

    #[test]
    fn a_whole_address_has_a_path_too() {
        let path = |target: &str| {
            let target = target.to_owned();
            RawRequest { target, ..raw() }.path().to_owned()
        };
        assert_eq!(path("http://h/wx?a=b"), "/wx");
        assert_eq!(path("http://h?a=b"), "/");
    }

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
