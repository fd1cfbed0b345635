//! Inspects one request: finds its account, verifies and decrypts it, reads its envelope, and says how to answer it.
//!
//! ```text
//! RawRequest ─► query ─► outer tree ─► account ─► signature ─► decrypt ─► message ─► Capture + Disposition
//! ```
//! Nothing here waits, reads a clock or fails: an unreadable request is kept, with the reason as a diagnosis.
//!
//! # Map
//! - `query`, `payload`, `compressed`: the request taken apart. `cross_site`, `wecom`: requests of web pages and of `WeCom`.
//!   `cloud`: unsigned pushes of cloud hosting. `platform_path`: the AppID in the path of a platform.
//! - `verify`: the signature, with common mistakes in it; `explain`: its calculation step by step.
//! - `ciphertext`, `decrypt`: the message out of `Encrypt`, with the current key or the former one.
//! - `characters`: values that other parsers refuse. [`reply`]: the lint of a reply.

use sha2::{Digest as _, Sha256};

use crate::account::{Account, Accounts};
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{Capture, Envelope, GroupKey, HANDSHAKE, Mode, RawRequest, Signature, TeamMark, UNREADABLE};
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

mod characters;
mod ciphertext;
mod cloud;
mod compressed;
mod cross_site;
mod decrypt;
mod explain;
mod layers;
mod payload;
mod platform_path;
mod query;
pub mod reply;
mod seen_reply;
mod verify;
mod wecom;

use ciphertext::Ciphertext;
use compressed::ReadableBody;
pub use cross_site::is_cross_site;
pub use explain::{SignatureCheck, explain_signature};
pub use layers::{CiphertextLayers, PlaintextFigures, explain_ciphertext};
use query::Query;
pub use seen_reply::recorded_report;

/// The largest body that is read as a callback, in bytes; WeChat's own are a few kilobytes.
pub const MAX_BODY: usize = 1 << 20;

/// The part of a body that is kept of a request that fails verification, in bytes: enough to see what it was.
pub const MAX_UNVERIFIED_BODY: usize = 64 << 10;

/// The answer that the protocol prescribes for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// A genuine handshake: its `echostr`, exactly.
    Echo(String),
    /// A callback, readable or not: 200 `success`.
    Accept,
    /// The signature is wrong or missing, or a web page made the request: 403.
    Refuse,
    /// A body over [`MAX_BODY`]: 413.
    TooLarge,
    /// A sender that takes too long: 408, and the connection is closed.
    TooSlow,
    /// A request that this program forwarded and that came back: 508.
    Loop,
    /// A body that breaks off, or whose chunks are malformed: 400, and the connection is closed.
    Broken,
}

/// The result of inspecting a request.
#[derive(Debug)]
pub struct Inspection {
    /// The request as it is recorded.
    pub capture: Capture,
    /// The capture's message, parsed once for all that reads it later; `None` where it is not well formed or not asked for.
    pub tree: Option<Tree<'static>>,
    pub disposition: Disposition,
    /// The encryption of a reply; `None` if the message came in plain, or could not be decrypted.
    pub encryption: Option<ReplyEncryption>,
}

/// The key and AppID that a message was decrypted with, and that its reply has to be encrypted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyEncryption {
    /// True if the former key decrypted the message.
    pub former_key: bool,
    /// The AppID at the end of the plaintext.
    pub receive_id: String,
}

impl Inspection {
    /// Refuses a request that this listener forwarded itself: accepted, it would run in circles.
    pub fn refuse_loop(&mut self) {
        self.capture.diagnoses.push(Diagnosis::new(Code::ForwardLoop));
        self.disposition = Disposition::Loop;
    }

    /// Refuses a request of a web page of somebody else's: without a token nothing else tells it from WeChat's.
    pub fn refuse_cross_site(&mut self) {
        self.capture.diagnoses.push(Diagnosis::new(Code::CrossSite));
        self.capture.group_key = None;
        self.disposition = Disposition::Refuse;
    }

    /// Refuses a request whose body stopped before its end, and takes it for no attempt at an event.
    pub fn refuse_incomplete(&mut self, is_too_slow: bool) {
        let diagnosis = Diagnosis::new(Code::BodyIncomplete);
        self.capture.diagnoses.push(diagnosis.with("received", self.capture.request.body_length));
        self.capture.group_key = None;
        self.disposition = if is_too_slow { Disposition::TooSlow } else { Disposition::Broken };
    }
}

/// Inspects a request. A GET counts as a handshake: the caller has seen its `echostr`.
pub fn inspect(request: RawRequest, accounts: &Accounts) -> Inspection {
    if request.method == "GET" { handshake(request, accounts) } else { callback(request, accounts, true) }
}

/// Inspects a callback whose parsed message nobody is going to read: [`Inspection::tree`] is `None`.
pub fn inspect_to_store(request: RawRequest, accounts: &Accounts) -> Inspection {
    callback(request, accounts, false)
}

/// Tells whether a GET with this query is a handshake.
pub fn has_echostr(query: &str) -> bool {
    Query::parse(query).has_echostr()
}

fn handshake(request: RawRequest, accounts: &Accounts) -> Inspection {
    let mut diagnoses = Vec::new();
    let query = Query::of(&request);
    let echostr = query.get("echostr").unwrap_or_default().to_owned();
    let account = claim(&request, &query, None, None, accounts);
    let signature = verify::verify(&query, None, account, accounts, &mut diagnoses);
    if wecom::is_handshake(&query) {
        diagnoses.push(Diagnosis::new(Code::WeCom).with("sign", "msg_signature"));
    }
    verify::diagnose_time(&query, request.received_at.as_second(), &mut diagnoses);
    let disposition = if signature.is_refused() { Disposition::Refuse } else { Disposition::Echo(echostr) };
    let envelope = Envelope { kind: HANDSHAKE.to_owned(), ..Envelope::default() };
    let account = account.name.clone();
    let capture = Capture {
        replay: accounts.own_mark().is_on(&request),
        request,
        account,
        envelope,
        mode: Mode::Plain,
        signature,
        message: None,
        group_key: None,
        diagnoses,
        team: TeamMark::default(),
    };
    Inspection { capture, tree: None, disposition, encryption: None }
}

fn callback(request: RawRequest, accounts: &Accounts, keeps_tree: bool) -> Inspection {
    let mut diagnoses = Vec::new();
    let oversized = request.body_length > MAX_BODY as u64;
    let readable = if oversized { ReadableBody::Unread } else { ReadableBody::of(&request, &mut diagnoses) };
    let body = readable.bytes().unwrap_or_default();
    let query = Query::of(&request);
    let outer = readable.bytes().and_then(|body| payload::read(body, &mut diagnoses));
    let outer_message = outer.as_ref().map(Message::decode);
    let ciphertext = outer.as_ref().and_then(Ciphertext::of);
    let mode = mode(ciphertext.is_some(), outer_message.as_ref());
    let addressee = outer_message.as_ref().and_then(|message| message.to_user.or(message.app_id));
    let account = claim(&request, &query, ciphertext.as_ref(), addressee, accounts);
    let reading = ciphertext.as_ref().and_then(|ciphertext| ciphertext.reading(&query, account.token()));
    let signed = reading.map(|reading| reading.signed);
    let signature = match cloud::unsigned(&request, &query, account, &mut diagnoses) {
        Some(signature) => signature,
        None => verify::verify(&query, signed, account, accounts, &mut diagnoses),
    };
    verify::diagnose_time(&query, request.received_at.as_second(), &mut diagnoses);
    if let Some(ciphertext) = &ciphertext {
        ciphertext.diagnose(&mut diagnoses);
    }
    let wecom = outer.as_ref().and_then(wecom::sign);
    diagnose_mode(&query, mode, account, wecom.is_some(), &mut diagnoses);
    let reading = reading.filter(|_| !signature.is_refused());
    let decrypted = reading.and_then(|reading| decrypt::decrypt(reading.base64, account, accounts, &mut diagnoses));
    let (message, encryption) = decrypted.unzip();
    let (envelope, tree) = match &message {
        Some(message) => inner_message(message, outer.as_ref().filter(|_| mode == Mode::Compat), &mut diagnoses),
        None => (outer_envelope(outer_message.as_ref(), mode, body, &mut diagnoses), outer),
    };
    platform_path::diagnose(&request, account, accounts, tree.as_ref(), &mut diagnoses);
    diagnose_message(tree.as_ref(), message.as_deref().unwrap_or(body), wecom, encryption.as_ref(), &mut diagnoses);
    let tree = tree.filter(|_| keeps_tree).map(Tree::into_owned);
    let message = message.or_else(|| readable.unpacked_message(mode, signature));
    if oversized {
        let details = Diagnosis::new(Code::BodyTooLarge).with("bytes", request.body_length).with("limit", MAX_BODY);
        diagnoses.push(details);
    }
    let disposition = match () {
        () if oversized => Disposition::TooLarge,
        () if signature.is_refused() => Disposition::Refuse,
        () => Disposition::Accept,
    };
    let account = account.name.clone();
    let replay = accounts.own_mark().is_on(&request);
    let group_key = (!replay && envelope.kind != UNREADABLE)
        .then(|| group_key(&account, signature, &envelope, message.as_deref().unwrap_or(&request.body)))
        .flatten();
    let request = keep(request, signature, &mut diagnoses);
    let team = TeamMark::default();
    let capture = Capture { request, account, envelope, mode, signature, message, group_key, replay, diagnoses, team };
    Inspection { capture, tree, disposition, encryption }
}

fn claim<'a>(
    request: &RawRequest,
    query: &Query<'_>,
    ciphertext: Option<&Ciphertext<'_>>,
    addressee: Option<&str>,
    accounts: &'a Accounts,
) -> &'a Account {
    accounts.claim(request.path(), addressee, |account| {
        account.token().is_some_and(|token| match ciphertext {
            Some(ciphertext) => ciphertext.verifies(query, token),
            None => verify::verifies(query, None, token),
        })
    })
}

fn mode(is_encrypted: bool, outer: Option<&Message<'_>>) -> Mode {
    let readable = outer.is_some_and(|message| message.msg_type.is_some() || message.info_type.is_some());
    match is_encrypted {
        false => Mode::Plain,
        true if readable => Mode::Compat,
        true => Mode::Safe,
    }
}

/// Compares the mode with the query, which `WeCom`'s pushes leave open, and with the account.
fn diagnose_mode(query: &Query<'_>, mode: Mode, account: &Account, is_wecom: bool, diagnoses: &mut Vec<Diagnosis>) {
    let declared = query.get("encrypt_type").unwrap_or("raw");
    if !is_wecom && (declared == "aes") != (mode != Mode::Plain) {
        diagnoses
            .push(Diagnosis::new(Code::EncryptTypeDisagrees).with("declared", declared).with("found", mode.as_str()));
    }
    if let Some(expected) = account.expected_mode().filter(|expected| *expected != mode) {
        diagnoses.push(
            Diagnosis::new(Code::ModeUnexpected).with("expected", expected.as_str()).with("found", mode.as_str()),
        );
    }
}

/// Reports padded values, and another product's message.
fn diagnose_message(
    tree: Option<&Tree<'_>>,
    message: &[u8],
    wecom: Option<String>,
    encryption: Option<&ReplyEncryption>,
    diagnoses: &mut Vec<Diagnosis>,
) {
    if let Some(tree) = tree {
        characters::diagnose_padding(tree, message, diagnoses);
    }
    let by_id = || encryption.map(|encryption| encryption.receive_id.clone()).filter(|id| wecom::is_id(id));
    if let Some(sign) = wecom.or_else(|| tree.and_then(wecom::sign)).or_else(by_id) {
        diagnoses.push(Diagnosis::new(Code::WeCom).with("sign", sign));
    }
}

/// Envelope and tree of the decrypted message; in compat mode it is compared with the plain elements.
fn inner_message<'m>(
    message: &'m [u8],
    compat: Option<&Tree<'_>>,
    diagnoses: &mut Vec<Diagnosis>,
) -> (Envelope, Option<Tree<'m>>) {
    let Some(tree) = payload::read(message, diagnoses) else { return (unreadable(), None) };
    let decoded = Message::decode(&tree);
    payload::diagnose(&decoded, message, diagnoses);
    if let Some(outer) = compat {
        payload::compare(outer, &tree, diagnoses);
    }
    let envelope = envelope(&decoded);
    (envelope, Some(tree))
}

/// Envelope of the body itself: the whole message in plain mode, its plain elements in compat mode, only ToUserName in safe mode.
fn outer_envelope(outer: Option<&Message<'_>>, mode: Mode, body: &[u8], diagnoses: &mut Vec<Diagnosis>) -> Envelope {
    match outer {
        None => unreadable(),
        Some(message) if mode == Mode::Safe => Envelope { to_user: message.to_user.map(str::to_owned), ..unreadable() },
        Some(message) => {
            payload::diagnose(message, body, diagnoses);
            envelope(message)
        }
    }
}

/// Envelope of a request that was inspected before, read again from the decrypted message or, in plain mode, from the body.
pub fn read_envelope(request: &RawRequest, mode: Mode, message: Option<&[u8]>) -> Envelope {
    if request.method == "GET" {
        return Envelope { kind: HANDSHAKE.to_owned(), ..Envelope::default() };
    }
    let read = |bytes: &[u8], mode| {
        let tree = Tree::parse_lenient(bytes).ok();
        outer_envelope(tree.as_ref().map(Message::decode).as_ref(), mode, bytes, &mut Vec::new())
    };
    match message {
        Some(message) => read(message, Mode::Plain),
        None if request.body_length > MAX_BODY as u64 => unreadable(),
        None => match ReadableBody::of(request, &mut Vec::new()).bytes() {
            Some(body) => read(body, mode),
            None => unreadable(),
        },
    }
}

/// The message of a push whose body is compressed, as [`inspect`] records it beside the body.
pub fn unpacked_message(request: &RawRequest, mode: Mode, signature: Signature) -> Option<Vec<u8>> {
    let is_whole = request.body_length <= MAX_BODY as u64;
    is_whole.then(|| ReadableBody::of(request, &mut Vec::new()).unpacked_message(mode, signature)).flatten()
}

fn unreadable() -> Envelope {
    Envelope { kind: UNREADABLE.to_owned(), ..Envelope::default() }
}

fn envelope(message: &Message<'_>) -> Envelope {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let kind = message.kind();
    Envelope {
        kind: if kind.is_empty() { UNREADABLE.to_owned() } else { kind.to_owned() },
        msg_type: owned(message.msg_type),
        event: owned(message.event),
        event_key: owned(message.event_key),
        openid: owned(message.from_user),
        to_user: owned(message.to_user),
        create_time: message.create_time,
        msg_id: owned(message.msg_id),
    }
}

/// Digest that the attempts of one event share: over account, user and MsgId; without a MsgId, over the message itself,
/// with its CreateTime, Event and EventKey. A request that failed verification belongs to no event, and an unchecked one
/// only to an event of unchecked requests.
fn group_key(account: &str, signature: Signature, envelope: &Envelope, message: &[u8]) -> Option<GroupKey> {
    if signature.is_refused() {
        return None;
    }
    let mut hash = Sha256::new();
    for part in [account, signature.as_str(), envelope.openid.as_deref().unwrap_or_default()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    match &envelope.msg_id {
        Some(msg_id) => hash.update(msg_id),
        None => hash.update(message),
    }
    hash.finalize().first_chunk().copied()
}

/// Cuts the body of an unverified request: a public address draws scanners, and they must not fill the disk.
fn keep(mut request: RawRequest, signature: Signature, diagnoses: &mut Vec<Diagnosis>) -> RawRequest {
    if signature.is_refused() && request.body.len() > MAX_UNVERIFIED_BODY {
        // A copy: a slice would keep the whole body in memory.
        request.body = bytes::Bytes::copy_from_slice(&request.body[..MAX_UNVERIFIED_BODY]);
        let details =
            Diagnosis::new(Code::BodyCut).with("kept", MAX_UNVERIFIED_BODY).with("bytes", request.body_length);
        diagnoses.push(details);
    }
    request
}

#[cfg(test)]
mod tests;
