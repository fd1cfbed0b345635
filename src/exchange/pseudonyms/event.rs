//! One event: its request, its message, its reply, and what was found about them.

use bytes::Bytes;

use super::answer::{AnswerContext, has_details};
use super::elements::Role;
use super::link::is_secret;
use super::originals::Originals;
use super::pass::{Context, Pass};
use super::reencryption::{EncryptedBody, KeyChoice, Signer};
use super::{Identifier, Pseudonyms, published};
use crate::account::{Account, Accounts, Secret, Secrets};
use crate::capture::diagnosis::{Code, Coded, Diagnosis, Finding};
use crate::capture::{Annotation, Capture, RawRequest, Reply, ServerAnswer, StoredCapture, TeamMark};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::inspect::{inspect, read_envelope};
use crate::wechat::compose::{Edit, edited};
use crate::wechat::tree::Tree;

/// The name of a file, in an error about an event that was not written yet.
const IN_MEMORY: &str = "its request, message or reply";

/// The AppID that a message is encrypted for where its own is not known any more.
const NO_APP_ID: &str = "wx0000000000000000";

/// Details of findings about a signature: what it is made of, so that the token could be guessed.
const SIGNATURE_DETAILS: [&str; 4] = ["parts", "joined", "computed", "received"];

/// Learns the identifiers of an event.
pub(super) fn learn(
    pseudonyms: &Pseudonyms,
    event: &Fixture,
    accounts: &Accounts,
    originals: &mut Originals,
) -> Result<(), FixtureError> {
    let StoredCapture { placement, capture, reply, annotation } = &event.stored;
    let account = accounts.named(&capture.account);
    let open_id = open_id(capture);
    let number = u64::try_from(placement.id.0).unwrap_or_default();
    let mut pass = Pass::learning(&pseudonyms.key, pseudonyms.texts, originals, accounts, number, &open_id);
    let tree = Tree::parse(&capture.request.body).ok();
    let encrypted = tree.as_ref().and_then(|tree| EncryptedBody::of(tree, account, accounts));
    let push = Push { capture, tree: tree.as_ref(), encrypted: encrypted.as_ref() };
    if !push.is_readable() {
        return Err(FixtureError::Sealed { id: placement.id.0 });
    }
    pass.identifier(Identifier::OpenId, &open_id);
    pass.request(push, account);
    published_account(&mut pass, &capture.account, account);
    pass.learn_details(&capture.diagnoses);
    if let Some(note) = &annotation.note {
        pass.general(note, Context::Element);
    }
    if let Some(reply) = reply {
        pass.learn_reply(reply, capture.request.method == "GET", account, accounts);
    }
    Ok(())
}

/// The event with everything replaced.
pub(super) fn replaced(
    pseudonyms: &Pseudonyms,
    event: Fixture,
    accounts: &Accounts,
    originals: &Originals,
) -> Result<Fixture, FixtureError> {
    let StoredCapture { placement, capture, reply, annotation } = event.stored;
    let account = accounts.named(&capture.account);
    let number = u64::try_from(placement.id.0).unwrap_or_default();
    let open_id = open_id(&capture);
    let mut pass = Pass::replacing(&pseudonyms.key, pseudonyms.texts, originals, number, &open_id);
    // A copy of the handle, since the capture itself is used up.
    let body = capture.request.body.clone();
    let tree = Tree::parse(&body).ok();
    let encrypted = tree.as_ref().and_then(|tree| EncryptedBody::of(tree, account, accounts));
    let push = Push { capture: &capture, tree: tree.as_ref(), encrypted: encrypted.as_ref() };
    meet(&mut pass, push, reply.as_ref(), &open_id);
    let (request, message, app_id) = pass.request(push, account);
    let published = published_account(&mut pass, &capture.account, account);
    let push_key = encrypted.and_then(|body| body.plaintext).map(|plaintext| plaintext.former_key);
    let capture = pass.capture(capture, request, message, &published);
    let encrypted_for = app_id.as_deref().unwrap_or_default();
    let answer = AnswerContext { capture: &capture, push_key, encrypted_for, account, accounts, published: &published };
    let reply = reply.map(|reply| pass.reply(reply, &answer));
    let note = annotation.note.map(|note| pass.general(&note, Context::Element));
    let annotation = Annotation { note, ..annotation };
    let stored = StoredCapture { placement, capture, reply, annotation };
    let fixture = Fixture { stored, images: event.images, app_id };
    match leak(&fixture, originals) {
        Some(what) => Err(FixtureError::Leak { what, number, file: IN_MEMORY.to_owned() }),
        None => Ok(fixture),
    }
}

/// The user of the event: by the message, else by the query.
fn open_id(capture: &Capture) -> String {
    let of_query =
        || capture.request.parameters().find(|(name, _)| name == "openid").map(|(_, value)| value.into_owned());
    capture.envelope.openid.clone().or_else(of_query).unwrap_or_default()
}

/// The AppID behind the message, as it was found on arrival.
fn found_app_id(capture: &Capture) -> Option<&str> {
    let is_about_it = |finding: &&Diagnosis| {
        matches!(finding.code, Code::AppIdMissing | Code::AppIdForeign | Code::AppIdOtherAccount)
    };
    let finding = capture.diagnoses.iter().find(is_about_it)?;
    finding.details.iter().find(|(name, _)| name == "found").map(|(_, found)| &**found)
}

/// Meets what is named anywhere in the event before anything in it is replaced.
fn meet(pass: &mut Pass<'_>, Push { capture, tree, encrypted }: Push<'_>, reply: Option<&Reply>, open_id: &str) {
    pass.identifier(Identifier::OpenId, open_id);
    if let Some(tree) = tree {
        pass.meet_tree(tree, Role::Push);
    }
    if let Some(message) = &capture.message {
        pass.meet(message, Role::Push);
    }
    if let Some(plaintext) = encrypted.and_then(|body| body.plaintext.as_ref()) {
        pass.identifier(Identifier::AppId, &plaintext.receive_id);
        if capture.message.as_ref() != Some(&plaintext.message) {
            pass.meet(&plaintext.message, Role::Push);
        }
    }
    if let Some(reply) = reply {
        pass.meet(&reply.body, Role::Reply);
    }
}

/// The account as it is published with the files.
fn published_account(pass: &mut Pass<'_>, name: &str, account: Option<&Account>) -> Account {
    let secrets = Secrets {
        token: Some(Secret::new(published::TOKEN)),
        aes_key: Some(Secret::new(published::AES_KEY)),
        ..Secrets::default()
    };
    let mut of = |what: Identifier, text: Option<&String>| text.map(|text| pass.identifier(what, text));
    let app_id = of(Identifier::AppId, account.and_then(|account| account.app_id.as_ref()));
    let to_user = of(Identifier::ToUser, account.and_then(|account| account.to_user.as_ref()));
    let mode = account.and_then(|account| account.mode);
    let mut published = Account::named(pass.general(name, Context::Document)).with_secrets(secrets);
    (published.app_id, published.to_user, published.mode) = (app_id, to_user, mode);
    published
}

/// A push as it was received.
#[derive(Clone, Copy)]
struct Push<'a> {
    capture: &'a Capture,
    /// Its body, where that could be parsed.
    tree: Option<&'a Tree<'a>>,
    encrypted: Option<&'a EncryptedBody>,
}

impl Push<'_> {
    /// Tells whether everything in it that matters can be replaced: a ciphertext that was refused matters to nobody.
    fn is_readable(self) -> bool {
        let opened = self.encrypted.is_none_or(|body| body.plaintext.is_some());
        opened || self.capture.message.is_some() || self.capture.signature.is_refused()
    }
}

impl Pass<'_> {
    /// The request, the message in it where that was recorded, and the AppID that it is encrypted for.
    fn request(
        &mut self,
        Push { capture, tree, encrypted }: Push<'_>,
        account: Option<&Account>,
    ) -> (RawRequest, Option<Vec<u8>>, Option<String>) {
        let plaintext = encrypted.and_then(|body| body.plaintext.as_ref());
        let message = capture.message.as_deref().or(plaintext.map(|plaintext| &*plaintext.message));
        let message = message.map(|message| self.document(message, Role::Push));
        let app_id = message.is_some().then(|| {
            let configured = account.and_then(|account| account.app_id.as_deref());
            let original =
                plaintext.map(|plaintext| &*plaintext.receive_id).or_else(|| found_app_id(capture)).or(configured);
            original.map_or_else(|| NO_APP_ID.to_owned(), |original| self.identifier(Identifier::AppId, original))
        });
        let encrypt = encrypted.map(|body| {
            let encrypt = message.as_deref().zip(app_id.as_deref());
            let encrypt = encrypt.and_then(|(message, app_id)| self.encrypted(message, app_id, KeyChoice::Published));
            (&*body.encrypt, encrypt.unwrap_or_else(|| self.random_ciphertext(&body.encrypt)))
        });
        let old = &capture.request;
        let body = self.body(old, tree, encrypt.as_ref().map(|(_, new)| &**new));
        let signer = Signer::of(capture, account, encrypt.as_ref().map(|(old, new)| (*old, &**new)));
        let target = self.request_target(&old.target, &signer);
        let cut = old.body_length.saturating_sub(old.body.len() as u64);
        let lengths = (old.body_length, body.len() as u64 + cut);
        let request = RawRequest {
            received_at: old.received_at,
            method: old.method.clone(),
            version: old.version.clone(),
            target,
            headers: old.headers.iter().map(|(name, value)| self.header(name, value, lengths)).collect(),
            peer: self.general(&old.peer, Context::Token),
            body: Bytes::from(body),
            body_length: lengths.1,
        };
        (request, message.filter(|_| capture.message.is_some()), app_id.filter(|_| encrypted.is_some()))
    }

    fn body(&mut self, request: &RawRequest, tree: Option<&Tree<'_>>, encrypt: Option<&str>) -> Vec<u8> {
        if request.header("content-encoding").is_some() {
            return self.noise(&request.body);
        }
        let body = self.parsed_document(&request.body, tree, Role::Push);
        let Some(encrypt) = encrypt.filter(|_| !self.is_learning()) else { return body };
        let edit = Edit { name: "Encrypt".to_owned(), value: encrypt.to_owned() };
        edited(&body, &[edit]).unwrap_or(body)
    }

    /// Path and query, signed anew; also those that were forwarded.
    fn request_target(&mut self, target: &str, signer: &Signer) -> String {
        let Some((path, query)) = target.split_once('?') else { return self.address_of(target) };
        let pairs: Vec<String> = query.split('&').map(|pair| self.request_pair(pair, signer)).collect();
        format!("{}?{}", self.address_of(path), pairs.join("&"))
    }

    pub(super) fn address_of(&mut self, path: &str) -> String {
        if path.contains("://") { self.link(path, false) } else { self.path(path, false) }
    }

    fn request_pair(&mut self, pair: &str, signer: &Signer) -> String {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            name if is_protocol(name) => pair.to_owned(),
            name if Signer::is_signature(name) => {
                let value = super::link::decoded(value);
                match signer.signed(name, &value) {
                    Some(signed) => {
                        self.stand_in(Identifier::Signature, &value, || signed.to_owned());
                        format!("{name}={signed}")
                    }
                    None => self.pair(pair),
                }
            }
            _ => self.pair(pair),
        }
    }

    /// A header; `lengths` are the body's before and after.
    pub(super) fn header(&mut self, name: &str, value: &[u8], lengths: (u64, u64)) -> (String, Vec<u8>) {
        let value = match std::str::from_utf8(value) {
            Ok(text) if name == "content-length" && text.trim().parse() == Ok(lengths.0) => {
                lengths.1.to_string().into_bytes()
            }
            Ok(text) if is_secret(name) => self.credential(name, text).into_bytes(),
            Ok(_) | Err(_) => self.bytes(value, Context::Token),
        };
        (name.to_owned(), value)
    }

    /// The value of a header that is a credential: the scheme and the names of cookies stay.
    fn credential(&mut self, name: &str, value: &str) -> String {
        if name.contains("cookie") {
            let parts = value.split(';').map(|pair| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", self.secret(value)),
                None => pair.to_owned(),
            });
            return parts.collect::<Vec<_>>().join(";");
        }
        match value.split_once(' ') {
            Some((scheme, rest)) => format!("{scheme} {}", self.secret(rest)),
            None => self.secret(value),
        }
    }

    fn capture(&mut self, old: Capture, request: RawRequest, message: Option<Vec<u8>>, published: &Account) -> Capture {
        // It is inspected anew for the details of its findings.
        let found = has_details(&old.diagnoses)
            .then(|| inspect(request.clone(), &Accounts::new(vec![published.clone()], None)).capture.diagnoses);
        let mut envelope = old.envelope;
        if request.is_cut() {
            // The envelope was read while the body was whole.
            let mut of = |what, text: &mut Option<String>| {
                *text = text.take().map(|text| self.identifier(what, &text));
            };
            of(Identifier::OpenId, &mut envelope.openid);
            of(Identifier::ToUser, &mut envelope.to_user);
            of(Identifier::MsgId, &mut envelope.msg_id);
            envelope.event_key = envelope.event_key.map(|key| self.general(&key, Context::Element));
        } else {
            envelope = read_envelope(&request, old.mode, message.as_deref());
        }
        let diagnoses = self.findings(old.diagnoses, found.unwrap_or_default());
        let account = published.name.clone();
        // Names of computers and people.
        let team = TeamMark::default();
        Capture { request, account, envelope, message, diagnoses, group_key: None, team, ..old }
    }

    /// Findings about what is replaced: as they are found anew, else with their details replaced.
    pub(super) fn findings<C: Coded + PartialEq>(
        &mut self,
        old: Vec<Finding<C>>,
        mut new: Vec<Finding<C>>,
    ) -> Vec<Finding<C>> {
        let mut replaced = |old: Finding<C>| {
            if let Some(at) = new.iter().position(|new| new.code == old.code) {
                return new.remove(at);
            }
            let details = old.details.into_iter().map(|(name, text)| {
                let text = self.detail(&name, &text);
                (name, text)
            });
            Finding { details: details.collect(), ..old }
        };
        old.into_iter().map(&mut replaced).collect()
    }

    /// Learns from the details of findings.
    pub(super) fn learn_details<C>(&mut self, findings: &[Finding<C>]) {
        for (name, text) in findings.iter().flat_map(|finding| &finding.details) {
            // Signatures and their parts are learnt from the request.
            if !SIGNATURE_DETAILS.contains(&&**name) {
                self.general(text, Context::Token);
            }
        }
    }

    fn detail(&mut self, name: &str, text: &str) -> String {
        if SIGNATURE_DETAILS.contains(&name) {
            return self.identifier(Identifier::Secret, text);
        }
        self.general(text, Context::Token)
    }
}

/// Tells whether a parameter of that name is WeChat's own: it identifies nobody, and is signed.
pub(super) fn is_protocol(name: &str) -> bool {
    matches!(name, "timestamp" | "nonce" | "encrypt_type" | "echostr")
}

/// The kind of an original that is left anywhere in an event.
fn leak(fixture: &Fixture, originals: &Originals) -> Option<&'static str> {
    let StoredCapture { capture, reply, annotation, .. } = &fixture.stored;
    let request = &capture.request;
    let texts = [capture.account.as_bytes(), request.target.as_bytes(), request.peer.as_bytes(), &request.body];
    let headers = request.headers.iter().map(|(_, value)| value);
    let details = capture.diagnoses.iter().flat_map(|finding| &finding.details).map(|(_, text)| text.as_bytes());
    let of_request = texts.into_iter().chain(capture.message.as_deref()).chain(headers).chain(details);
    let of_reply = reply.iter().flat_map(|reply| {
        let details = reply.lint.iter().flat_map(|finding| &finding.details).map(|(_, text)| text.as_bytes());
        let bodies = [&*reply.body].into_iter().chain(reply.wire.as_deref());
        bodies.chain(details).chain(reply.forwarded.iter().flat_map(|forwarded| of_forwarded(forwarded)))
    });
    let note = annotation.note.as_deref().map(str::as_bytes);
    of_request.chain(note).chain(of_reply).find_map(|bytes| originals.leak(bytes)).map(|(what, _)| what)
}

fn of_forwarded(forwarded: &ServerAnswer) -> impl Iterator<Item = &[u8]> {
    let headers = forwarded.headers.iter().map(|(_, value)| &**value);
    let details = forwarded.lint.iter().flat_map(|finding| &finding.details).map(|(_, text)| text.as_bytes());
    let cause = forwarded.problem.as_ref().map(|problem| problem.cause().as_bytes());
    [forwarded.target.as_bytes(), &forwarded.body].into_iter().chain(headers).chain(details).chain(cause)
}
