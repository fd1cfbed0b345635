//! Builds the request for a stored event: as captured, signed again, or with a new time and id.

use std::collections::HashMap;

use bytes::Bytes;
use jiff::Timestamp;

use super::ReplayPlan;
use super::signed_query::{ParameterChange, rewritten};
use crate::account::{Account, Accounts, OwnMark};
use crate::capture::{
    Capture, HANDSHAKE, Mode, RawRequest, ReplayForm, ReplayMode, ReplayObstacle, SentRequest, StoredCapture,
};
use crate::delivery::sent_request;
use crate::inspect::inspect;
use crate::sample;
use crate::store::{Reader, StoreError};
use crate::wechat::compose::{self, Edit, edited};
use crate::wechat::envelope::{AesKey, encrypt};
use crate::wechat::signature::{msg_signature, signature};
use crate::wechat::tree::Tree;

/// The word that marks a request as a replay.
const MARK: &str = "replay";

/// The seconds from now within which a `CreateTime` on record counts: a fresh message of that user gets a later one, since
/// messages without a MsgId are told apart by it. One farther ahead came from a wrong clock.
const AHEAD: i64 = 86_400;

/// A request, and the capture that its answer is linted against.
#[derive(Clone, Debug)]
pub(super) struct BuiltRequest {
    pub(super) request: SentRequest,
    pub(super) sent_capture: Capture,
    /// The user and the new `CreateTime` of a fresh message.
    pub(super) created: Option<(String, i64)>,
}

/// Builds the requests of one run.
pub(super) struct RequestBuilder<'a> {
    reader: &'a Reader,
    own_mark: &'a OwnMark,
    /// The latest `CreateTime` by user.
    latest: HashMap<String, i64>,
}

/// The reasons why a request is not built.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The event does not allow it.
    Event(ReplayObstacle),
    Store(StoreError),
}

/// Path, query and body of a request before it goes to a target.
struct RequestDraft {
    query: String,
    body: Bytes,
    /// The plaintext of an encrypted message, as far as it is known.
    message: Option<Vec<u8>>,
    created: Option<(String, i64)>,
}

/// Time and nonce of a signature.
struct SignatureStamp {
    timestamp: String,
    nonce: String,
    /// True if they are new, so that captured signatures no longer match.
    is_new: bool,
}

impl<'a> RequestBuilder<'a> {
    pub(super) fn new(reader: &'a Reader, own_mark: &'a OwnMark) -> Self {
        Self { reader, own_mark, latest: HashMap::new() }
    }

    /// Builds the request for `event` at that time.
    pub(super) fn build(
        &mut self,
        event: &StoredCapture,
        plan: &ReplayPlan,
        account: &Account,
        now: Timestamp,
    ) -> Result<BuiltRequest, RequestError> {
        let capture = &event.capture;
        if capture.request.is_cut() && plan.edited.is_none() {
            return Err(ReplayObstacle::Cut.into());
        }
        let mut draft = self.draft(capture, plan, account, now)?;
        let mark = self.own_mark.value(MARK, &draft.body);
        let request = sent_request(&capture.request, &draft.query, draft.body.clone(), mark, &plan.target);
        let created = draft.created.take();
        let sent_capture = sent_capture(capture, draft, account, now);
        Ok(BuiltRequest { request, sent_capture, created })
    }

    fn draft(
        &mut self,
        capture: &Capture,
        plan: &ReplayPlan,
        account: &Account,
        now: Timestamp,
    ) -> Result<RequestDraft, RequestError> {
        let request = &capture.request;
        let is_handshake = capture.envelope.kind == HANDSHAKE;
        let mode = if is_handshake { Mode::Plain } else { travels(plan.form, capture.mode) };
        let is_verbatim = plan.mode == ReplayMode::Verbatim;
        if is_verbatim && plan.edited.is_none() && mode == capture.mode {
            let (query, body) = (request.query().to_owned(), request.body.clone());
            return Ok(RequestDraft { query, body, message: capture.message.clone(), created: None });
        }
        let stamp = SignatureStamp::of(request, is_verbatim, now);
        if is_handshake {
            let query = signed_query(capture, account, &stamp, SignedContent::Handshake, None);
            return Ok(RequestDraft { query, body: request.body.clone(), message: None, created: None });
        }
        let is_undecryptable = capture.mode != Mode::Plain && capture.message.is_none() && plan.edited.is_none();
        if is_undecryptable {
            return Ok(signed_again(capture, mode, plan, account, &stamp)?);
        }
        let (changes, created) = match plan.mode {
            ReplayMode::Fresh => {
                let (edits, created) = self.fresh(capture, plan, now)?;
                (edits, Some(created))
            }
            ReplayMode::Verbatim | ReplayMode::Resign => (Vec::new(), None),
        };
        let changed = |body: &[u8]| match &*changes {
            [] => Ok(body.to_vec()),
            changes => edited(body, changes).map_err(|_unreadable| ReplayObstacle::Unreadable),
        };
        let message = changed(plan.edited.as_deref().unwrap_or(capture.message()))?;
        let openid = plan.edited.is_some().then(|| openid(&message)).flatten();
        let (body, encrypt) = match mode {
            Mode::Plain => (message.clone(), None),
            Mode::Safe | Mode::Compat => {
                let encrypt = encrypted(capture, &message, account)?;
                // The plain elements beside it are the captured ones, to the byte.
                let outer = match (mode, &plan.edited, capture.mode) {
                    (Mode::Compat, None, Mode::Compat) => with_encrypt(&changed(&request.body)?, &encrypt)?,
                    (Mode::Compat, ..) => with_encrypt(&message, &encrypt)?,
                    _ => compose::encrypted_body(&message, &encrypt),
                };
                (outer, Some(encrypt))
            }
        };
        let signs = encrypt.as_deref().map_or(SignedContent::Plain, SignedContent::Encrypted);
        let query = signed_query(capture, account, &stamp, signs, openid);
        let message = (mode != Mode::Plain).then_some(message);
        Ok(RequestDraft { query, body: body.into(), message, created })
    }

    /// Edits with a CreateTime and, if the message has one, a MsgId that no receiver has seen yet.
    fn fresh(
        &mut self,
        capture: &Capture,
        plan: &ReplayPlan,
        now: Timestamp,
    ) -> Result<(Vec<Edit>, (String, i64)), RequestError> {
        let message = plan.edited.as_deref().unwrap_or(capture.message());
        let tree = Tree::parse(message).map_err(|_unreadable| ReplayObstacle::Unreadable)?;
        let user = tree.root().text_of("FromUserName").unwrap_or_default();
        let created = self.unused_second(user, now.as_second())?;
        Ok((sample::renewed(&tree, created), (user.to_owned(), created)))
    }

    /// Now, or the first later second that no message of that user has.
    fn unused_second(&mut self, user: &str, now: i64) -> Result<i64, StoreError> {
        let latest = match self.latest.get(user) {
            Some(latest) => Some(*latest),
            None => self.reader.latest_created(user, now, now + AHEAD)?,
        };
        let created = latest.map_or(now, |latest| now.max(latest + 1));
        self.latest.insert(user.to_owned(), created);
        Ok(created)
    }
}

impl From<ReplayObstacle> for RequestError {
    fn from(why: ReplayObstacle) -> Self {
        Self::Event(why)
    }
}

impl From<StoreError> for RequestError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl SignatureStamp {
    /// The captured time and nonce if `keep` is set and the query has both, else new ones.
    fn of(request: &RawRequest, keep: bool, now: Timestamp) -> Self {
        let captured = |wanted: &str| {
            let found = request.parameters().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        match (captured("timestamp"), captured("nonce")) {
            (Some(timestamp), Some(nonce)) if keep => Self { timestamp, nonce, is_new: false },
            _ => Self { timestamp: now.as_second().to_string(), nonce: sample::nonce(), is_new: true },
        }
    }
}

fn travels(form: ReplayForm, captured: Mode) -> Mode {
    match form {
        ReplayForm::AsCaptured => captured,
        ReplayForm::Plain => Mode::Plain,
        ReplayForm::Encrypted => Mode::Safe,
    }
}

/// The draft of a message that no key decrypts: only its signatures can be new.
fn signed_again(
    capture: &Capture,
    mode: Mode,
    plan: &ReplayPlan,
    account: &Account,
    stamp: &SignatureStamp,
) -> Result<RequestDraft, ReplayObstacle> {
    let body = &capture.request.body;
    let tree = Tree::parse(body).map_err(|_unreadable| ReplayObstacle::Unreadable)?;
    let encrypt = tree.root().text_of("Encrypt").filter(|_| plan.mode != ReplayMode::Fresh && mode == capture.mode);
    let query = signed_query(
        capture,
        account,
        stamp,
        SignedContent::Encrypted(encrypt.ok_or(ReplayObstacle::Encrypted)?),
        None,
    );
    Ok(RequestDraft { query, body: body.clone(), message: None, created: None })
}

/// The message encrypted with the account's key, for the AppID that the captured one was encrypted for.
fn encrypted(capture: &Capture, message: &[u8], account: &Account) -> Result<String, ReplayObstacle> {
    let key: &AesKey = account.key().and_then(|key| key.as_ref().ok()).ok_or(ReplayObstacle::NoKey)?;
    let captured = Tree::parse(&capture.request.body).ok();
    let decrypted = captured.as_ref().and_then(|tree| account.decrypt(tree.root().text_of("Encrypt")?));
    let app_id = decrypted.map(|(plaintext, _)| plaintext.receive_id);
    let app_id =
        app_id.or_else(|| sample::platform_app_id(message)).or_else(|| account.receive_id().map(str::to_owned));
    Ok(encrypt(key, &sample::random_prefix(), message, &app_id.ok_or(ReplayObstacle::NoAppId)?))
}

fn with_encrypt(body: &[u8], encrypt: &str) -> Result<Vec<u8>, ReplayObstacle> {
    let edit = Edit { name: "Encrypt".to_owned(), value: encrypt.to_owned() };
    edited(body, &[edit]).map_err(|_unreadable| ReplayObstacle::Unreadable)
}

fn openid(message: &[u8]) -> Option<String> {
    Tree::parse(message).ok()?.root().text_of("FromUserName").map(str::to_owned)
}

/// The content that a signature covers.
#[derive(Clone, Copy)]
enum SignedContent<'a> {
    /// A handshake, which has no message.
    Handshake,
    /// A plain message, which the signature does not cover.
    Plain,
    Encrypted(&'a str),
}

/// The captured query, signed for that account. `openid` is the user of a message that is not the captured one.
fn signed_query(
    capture: &Capture,
    account: &Account,
    stamp: &SignatureStamp,
    signs: SignedContent<'_>,
    openid: Option<String>,
) -> String {
    let request = &capture.request;
    let token = account.token().unwrap_or_default();
    let SignatureStamp { timestamp, nonce, is_new } = stamp;
    let has = |wanted: &str| request.parameters().any(|(name, _)| name == wanted);
    let mut changes = Vec::with_capacity(6);
    if *is_new || !has("signature") {
        changes.push(("signature", ParameterChange::Put(signature(token, timestamp, nonce))));
        changes.push(("timestamp", ParameterChange::Put(timestamp.clone())));
        changes.push(("nonce", ParameterChange::Put(nonce.clone())));
    }
    // A capture without a query has no openid to keep.
    let user = openid
        .filter(|_| has("openid"))
        .or_else(|| (!has("timestamp")).then(|| self::openid(capture.message())).flatten());
    changes.extend(user.map(|user| ("openid", ParameterChange::Put(user))));
    match signs {
        SignedContent::Encrypted(encrypt) => {
            changes.push(("encrypt_type", ParameterChange::Put("aes".to_owned())));
            let signature = msg_signature(token, timestamp, nonce, encrypt);
            changes.push(("msg_signature", ParameterChange::Put(signature)));
        }
        // It was encrypted, and no longer is.
        SignedContent::Plain if capture.mode != Mode::Plain => {
            changes.push(("encrypt_type", ParameterChange::Drop));
            changes.push(("msg_signature", ParameterChange::Drop));
        }
        SignedContent::Plain => {}
        SignedContent::Handshake => {
            let echostr = request.parameters().find(|(name, _)| name == "echostr").filter(|_| has("msg_signature"));
            changes.extend(echostr.map(|(_, echostr)| {
                ("msg_signature", ParameterChange::Put(msg_signature(token, timestamp, nonce, &echostr)))
            }));
        }
    }
    rewritten(request.query(), &changes)
}

/// The request as that account's server reads it.
fn sent_capture(capture: &Capture, draft: RequestDraft, account: &Account, now: Timestamp) -> Capture {
    let RequestDraft { query, body, message, .. } = draft;
    let path = capture.request.path();
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let body_length = body.len() as u64;
    let request = RawRequest { received_at: now, target, body, body_length, ..capture.request.clone() };
    let only = Accounts::new(vec![account.clone()], None);
    let mut sent = inspect(request, &only).capture;
    // The plaintext is known here, also if the signature keeps a receiver from decrypting it.
    sent.message = sent.message.or(message);
    sent
}
