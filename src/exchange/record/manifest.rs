//! The entries of a pack's `manifest.json`, one for each event: the part of the record that the files beside it do not
//! have.
//!
//! ```text
//! manifest.json
//! 000001-CLICK/request.http    request line, headers and body, to the byte
//!              body.xml        the message, decrypted; body.json where it is JSON, body.bin where it is neither
//!              decoded.json    fields and meaning, for people and for tests
//!              reply.xml       what was answered, in plaintext; reply.json where the message is JSON
//!              reply.sent      what went over the wire, where that differs
//!              forward.body    what the developer's own server answered, where that is not what went over the wire
//! ```

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capture::{EventOrigin, FindingRecord, ReplyEnd};
use crate::exchange::published;
use crate::wechat::tree::BOM;

/// The name of the manifest's file.
pub(in crate::exchange) const MANIFEST: &str = "manifest.json";

/// Goes up when an earlier version could not read what is written.
pub(in crate::exchange) const VERSION: u32 = 1;

/// The request line, headers and body of an event, in its folder.
pub(in crate::exchange) const REQUEST: &str = "request.http";

/// Fields and meaning of an event, in its folder.
pub(in crate::exchange) const DECODED: &str = "decoded.json";

/// The reply as it went over the wire, in an event's folder, where that is not the plaintext.
pub(in crate::exchange) const SENT: &str = "reply.sent";

/// The body of what the developer's own server answered, in an event's folder, where that is not what went over the wire.
pub(in crate::exchange) const FORWARD: &str = "forward.body";

/// Names of the first members, in their order; [`EVENTS`] comes last.
pub(in crate::exchange) const MENUSCOPE: &str = "menuscope";
pub(in crate::exchange) const PUBLISHED: &str = "published";
pub(in crate::exchange) const IGNORED: &str = "ignored";
pub(in crate::exchange) const EVENTS: &str = "events";

/// The keys that sign and encrypt a pack with pseudonyms: public, so that anybody can verify and decrypt its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::exchange) struct PublishedKeys {
    pub(in crate::exchange) token: Cow<'static, str>,
    pub(in crate::exchange) encoding_aes_key: Cow<'static, str>,
}

impl PublishedKeys {
    /// The keys of every export with pseudonyms.
    pub(in crate::exchange) fn ours() -> Self {
        Self { token: published::TOKEN.into(), encoding_aes_key: published::AES_KEY.into() }
    }
}

/// The entry of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::exchange) struct Entry {
    /// From 1, by arrival.
    pub(in crate::exchange) number: u64,
    /// Its folder beside the manifest.
    pub(in crate::exchange) folder: String,
    /// For people: the columns are read from the message.
    pub(in crate::exchange) kind: String,
    pub(in crate::exchange) received_at: Timestamp,
    pub(in crate::exchange) account: String,
    pub(in crate::exchange) mode: String,
    pub(in crate::exchange) signature: String,
    pub(in crate::exchange) peer: String,
    pub(in crate::exchange) attempt: u32,
    /// The number of the first attempt; `null` where that is not in the pack, or this is it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) first: Option<u64>,
    /// The AppID that a message was encrypted for, where [`PublishedKeys`] encrypts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) app_id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::exchange) replay: bool,
    /// A person has pinned it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::exchange) pinned: bool,
    /// A person's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) note: Option<String>,
    /// The relay that captured it, and its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) origin: Option<EventOrigin>,
    /// The desktop whose tap it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) claimed: Option<String>,
    /// The number of bytes that arrived, where not all of them were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) body_length: Option<u64>,
    /// The file with the message; none where it was not decrypted, or there was no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) message: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::exchange) diagnoses: Vec<FindingRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) reply: Option<EntryReply>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::exchange) struct EntryReply {
    /// `null` where nothing was answered.
    pub(in crate::exchange) status: Option<u16>,
    pub(in crate::exchange) source: String,
    /// The name of the fault that was injected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) fault: Option<String>,
    pub(in crate::exchange) elapsed_us: u64,
    #[serde(default = "answered", skip_serializing_if = "is_answered")]
    pub(in crate::exchange) end: String,
    /// The file with the body.
    pub(in crate::exchange) body: String,
    /// The file with what went over the wire, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) sent: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::exchange) lint: Vec<FindingRecord>,
    /// The answer of the developer's own server, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) forward: Option<EntryForward>,
}

/// The answer of the developer's own server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::exchange) struct EntryForward {
    pub(in crate::exchange) target: String,
    /// `null` where no head of an answer came.
    pub(in crate::exchange) status: Option<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::exchange) headers: Vec<(String, HeaderValue)>,
    /// The file with the body; none where it is what went over the wire as the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) first_byte_us: Option<u64>,
    pub(in crate::exchange) elapsed_us: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::exchange) problem: Option<EntryProblem>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::exchange) passed_on: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::exchange) lint: Vec<FindingRecord>,
}

/// A header's value: text, or bytes that are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::exchange) enum HeaderValue {
    Text(String),
    Bytes { base64: String },
}

/// The problem with the answer of the developer's own server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::exchange) struct EntryProblem {
    pub(in crate::exchange) code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::exchange) cause: String,
}

fn answered() -> String {
    ReplyEnd::Answered.as_str().to_owned()
}

fn is_answered(end: &str) -> bool {
    end == ReplyEnd::Answered.as_str()
}

/// Tells whether a `manifest.json` that begins like this is that of a pack.
pub(in crate::exchange) fn is_manifest(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(BOM).unwrap_or(head);
    for expected in ["{", "\"", MENUSCOPE, "\"", ":"] {
        let Some(after) = rest.trim_ascii_start().strip_prefix(expected.as_bytes()) else { return false };
        rest = after;
    }
    true
}
