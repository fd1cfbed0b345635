//! Inspects one request: finds its account, verifies and decrypts it, reads its envelope, and says how to answer it.
//!
//! ```text
//! RawRequest ─► query ─► outer tree ─► account ─► signature ─► decrypt ─► message ─► Capture + Disposition
//! ```
//! Nothing here waits, reads a clock or fails: an unreadable request is kept, with the reason as a diagnosis.

use sha2::{Digest as _, Sha256};

use crate::account::{Account, Accounts};
pub use crate::capture::OWN_HEADER;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{Capture, Envelope, GroupKey, HANDSHAKE, Mode, RawRequest, Signature, UNREADABLE};
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

mod cross_site;
mod decrypt;
mod explain;
mod payload;
mod query;
pub mod reply;
mod verify;

pub use cross_site::is_cross_site;
pub use explain::{SignatureCheck, explain_signature};
use query::Query;

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
    /// The capture's message, parsed once for all that reads it later; `None` where it is not well formed.
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
    if request.method == "GET" { handshake(request, accounts) } else { callback(request, accounts) }
}

/// Tells whether a GET with this query is a handshake.
pub fn has_echostr(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "echostr")
}

fn handshake(request: RawRequest, accounts: &Accounts) -> Inspection {
    let mut diagnoses = Vec::new();
    let query = Query::of(&request);
    let echostr = query.get("echostr").unwrap_or_default().to_owned();
    let account = claim(&request, &query, None, None, accounts);
    let signature = verify::verify(&query, None, account, accounts, &mut diagnoses);
    verify::diagnose_time(&query, request.received_at.as_second(), &mut diagnoses);
    let disposition = if signature.is_refused() { Disposition::Refuse } else { Disposition::Echo(echostr) };
    let envelope = Envelope { kind: HANDSHAKE.to_owned(), ..Envelope::default() };
    let account = account.name.clone();
    let replay = request.header(OWN_HEADER).is_some();
    let capture = Capture {
        replay,
        request,
        account,
        envelope,
        mode: Mode::Plain,
        signature,
        message: None,
        group_key: None,
        diagnoses,
    };
    Inspection { capture, tree: None, disposition, encryption: None }
}

fn callback(request: RawRequest, accounts: &Accounts) -> Inspection {
    let mut diagnoses = Vec::new();
    let oversized = request.body_length > MAX_BODY as u64;
    let body = request.body.clone();
    let query = Query::of(&request);
    let outer = if oversized { None } else { payload::read(&body, &mut diagnoses) };
    let outer_message = outer.as_ref().map(Message::decode);
    let encrypt = outer.as_ref().and_then(encrypted);
    let mode = mode(encrypt, outer_message.as_ref());
    let to_user = outer_message.as_ref().and_then(|message| message.to_user);
    let account = claim(&request, &query, encrypt, to_user, accounts);
    let signature = verify::verify(&query, encrypt, account, accounts, &mut diagnoses);
    verify::diagnose_time(&query, request.received_at.as_second(), &mut diagnoses);
    diagnose_mode(&query, mode, account, &mut diagnoses);
    let decrypted = match encrypt {
        Some(encrypt) if !signature.is_refused() => decrypt::decrypt(encrypt, account, accounts, &mut diagnoses),
        _ => None,
    };
    let (message, encryption) = decrypted.unzip();
    let (envelope, tree) = match &message {
        Some(message) => inner_message(message, outer.as_ref().filter(|_| mode == Mode::Compat), &mut diagnoses),
        None => (outer_envelope(outer_message.as_ref(), mode, &body, &mut diagnoses), outer),
    };
    let tree = tree.map(Tree::into_owned);
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
    let replay = request.header(OWN_HEADER).is_some();
    let group_key = (!replay && envelope.kind != UNREADABLE)
        .then(|| group_key(&account, signature, &envelope, message.as_deref().unwrap_or(&body)))
        .flatten();
    let request = keep(request, signature, &mut diagnoses);
    let capture = Capture { request, account, envelope, mode, signature, message, group_key, replay, diagnoses };
    Inspection { capture, tree, disposition, encryption }
}

fn claim<'a>(
    request: &RawRequest,
    query: &Query<'_>,
    encrypt: Option<&str>,
    to_user: Option<&str>,
    accounts: &'a Accounts,
) -> &'a Account {
    accounts.claim(request.path(), to_user, |account| {
        account.token().is_some_and(|token| verify::verifies(query, encrypt, token))
    })
}

/// The text of `Encrypt`. Some tool chains leave an empty one in plain messages, which counts for nothing.
fn encrypted<'t>(outer: &'t Tree<'_>) -> Option<&'t str> {
    outer.root().child("Encrypt").map(|element| element.text()).filter(|text| !text.is_empty())
}

fn mode(encrypt: Option<&str>, outer: Option<&Message<'_>>) -> Mode {
    let readable = outer.is_some_and(|message| message.msg_type.is_some() || message.info_type.is_some());
    match encrypt {
        None => Mode::Plain,
        Some(_) if readable => Mode::Compat,
        Some(_) => Mode::Safe,
    }
}

fn diagnose_mode(query: &Query<'_>, mode: Mode, account: &Account, diagnoses: &mut Vec<Diagnosis>) {
    let declared = query.get("encrypt_type").unwrap_or("raw");
    if (declared == "aes") != (mode != Mode::Plain) {
        diagnoses
            .push(Diagnosis::new(Code::EncryptTypeDisagrees).with("declared", declared).with("found", mode.as_str()));
    }
    if let Some(expected) = account.mode.filter(|expected| *expected != mode) {
        diagnoses.push(
            Diagnosis::new(Code::ModeUnexpected).with("expected", expected.as_str()).with("found", mode.as_str()),
        );
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
        let tree = Tree::parse(bytes).ok();
        outer_envelope(tree.as_ref().map(Message::decode).as_ref(), mode, bytes, &mut Vec::new())
    };
    match message {
        Some(message) => read(message, Mode::Plain),
        None if request.body_length > MAX_BODY as u64 => unreadable(),
        None => read(&request.body, mode),
    }
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
