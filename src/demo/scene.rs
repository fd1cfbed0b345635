//! One event of the story: the request as it would have come, and the answer that it got.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::settings::{APP_ID, TO_USER, TOKEN};
use super::{DemoError, Plot};
use crate::account::{Account, Accounts};
use crate::capture::{Capture, ForwardProblem, OWN_HEADER, RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer};
use crate::inspect::inspect;
use crate::inspect::reply::{lint_reply, lint_server_answer};
use crate::wechat::compose::{self, Edit, Push, Signing};
use crate::wechat::envelope::{self, AesKey};
use crate::wechat::fault::Fault;
use crate::wechat::lint::HttpResponse;
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::signature::msg_signature;

/// The path that WeChat posts to in the story.
const PATH: &str = "/wx";
/// The address of WeChat's side of the tunnel, as the listener sees it.
const PEER: &str = "127.0.0.1";
/// The 16 bytes before an encrypted message: random with WeChat, and the same each time in a story.
const PREFIX: [u8; 16] = *b"0123456789abcdef";
/// A key that the account does not have.
const FOREIGN_KEY: &str = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba";
/// The share of a server's time that passes before the head of its answer.
const FIRST_BYTE: f64 = 0.9;

/// The form in which a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// Encrypted, in safe mode.
    Safe,
    /// The message beside its encrypted copy.
    Compat,
    /// Encrypted with a key that nobody here knows.
    WrongKey,
    /// Signed with another token.
    Forged,
    /// Made by the program itself.
    Own,
}

/// The answer of the story, before it becomes bytes.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) reply: PassiveReply,
    pub(super) source: ReplySource,
    /// Milliseconds until the answer, or until the end without one.
    pub(super) ms: f64,
    pub(super) fault: Option<Fault>,
}

impl Line {
    pub(super) fn success(ms: f64) -> Self {
        Self { reply: PassiveReply::Success, source: ReplySource::Default, ms, fault: None }
    }

    pub(super) fn by(source: ReplySource, reply: PassiveReply, ms: f64) -> Self {
        Self { reply, source, ms, fault: None }
    }
}

/// An element of a message with its text.
pub(super) fn set(name: &str, value: impl Into<String>) -> Edit {
    Edit { name: name.to_owned(), value: value.into() }
}

/// The stage on which scenes are played: the plot, and a count that makes each nonce and MsgId its own.
pub(super) struct Stage<'a> {
    pub(super) plot: &'a Plot,
    pub(super) accounts: &'a Accounts,
    count: u64,
}

impl<'a> Stage<'a> {
    pub(super) fn new(plot: &'a Plot, accounts: &'a Accounts) -> Self {
        Self { plot, accounts, count: 0 }
    }

    /// The time so many seconds before the end of the story, with a fraction that differs.
    fn time(&self, seconds_ago: i64) -> Timestamp {
        let fraction = SignedDuration::from_millis((self.count * 137 % 1_000).cast_signed());
        self.plot
            .now
            .saturating_sub(SignedDuration::from_secs(seconds_ago))
            .map_or(self.plot.now, |time| time.saturating_add(fraction).unwrap_or(time))
    }

    /// A message of a kind from a user at that time.
    pub(super) fn message(
        &self,
        kind: &str,
        seconds_ago: i64,
        openid: &str,
        edits: &[Edit],
    ) -> Result<Vec<u8>, DemoError> {
        let template = compose::template(kind).unwrap_or_default().as_bytes();
        let mut all = vec![
            set("ToUserName", TO_USER),
            set("FromUserName", openid),
            set("CreateTime", self.time(seconds_ago).as_second().to_string()),
        ];
        if memchr::memmem::find(template, b"<MsgId>").is_some() {
            all.push(set("MsgId", (24_500_000_000_000_000 + self.count * 7_919).to_string()));
        }
        all.extend_from_slice(edits);
        Ok(compose::edited(template, &all)?)
    }

    /// The capture of that message, sent in that form at that time.
    pub(super) fn push(&mut self, message: &[u8], form: Form, seconds_ago: i64, openid: &str) -> Capture {
        self.count += 1;
        let time = self.time(seconds_ago);
        let (timestamp, nonce) = (time.as_second().to_string(), (486_172_000 + self.count * 7_177).to_string());
        let foreign = AesKey::parse(FOREIGN_KEY).ok();
        let own = self.accounts.default_account().key().and_then(|key| key.as_ref().ok());
        let key = match form {
            Form::Safe | Form::Compat => own,
            Form::WrongKey => foreign.as_ref(),
            Form::Plain | Form::Forged | Form::Own => None,
        };
        let token = if form == Form::Forged { "guessed" } else { TOKEN };
        let signing = Signing {
            token,
            timestamp: &timestamp,
            nonce: &nonce,
            openid: Some(openid),
            encryption: key.map(|key| (key, APP_ID, PREFIX)),
        };
        let mut push = compose::push(message, &signing);
        if form == Form::Compat {
            push = compat(message, push);
        }
        if form == Form::Own {
            push.headers.push((OWN_HEADER, self.accounts.own_mark().value("sample", &push.body)));
        }
        self.received("POST", &format!("{PATH}?{}", push.query), &push, time)
    }

    /// The capture of any other request.
    pub(super) fn request(&mut self, method: &str, target: &str, push: &Push, seconds_ago: i64) -> Capture {
        self.count += 1;
        let time = self.time(seconds_ago);
        self.received(method, target, push, time)
    }

    fn received(&self, method: &str, target: &str, push: &Push, received_at: Timestamp) -> Capture {
        let headers = push.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone().into_bytes()));
        let host = ("host".to_owned(), b"halfday.example.com".to_vec());
        let request = RawRequest {
            received_at,
            method: method.to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: target.to_owned(),
            headers: headers.take(1).chain([host]).chain(rest(push)).collect(),
            peer: PEER.to_owned(),
            body_length: push.body.len() as u64,
            body: push.body.clone().into(),
        };
        inspect(request, self.accounts).capture
    }

    /// The record of a reply.
    pub(super) fn reply(&self, capture: &Capture, line: Line) -> Reply {
        let Line { reply, source, ms, fault } = line;
        let (format, created) = (capture.format(), capture.request.received_at.as_second());
        let address = capture.reply_address(created).unwrap_or_else(|| Address::nobody(created));
        let body = match fault {
            Some(fault) => fault.faulty_body(&reply, &address, format),
            None => reply.to_bytes(&address, format),
        };
        let wire = capture.message.is_some() && reply.needs_address();
        let wire = wire.then(|| encrypted(self.account(), capture, &body)).flatten();
        let mut record = Reply {
            status: Some(200),
            body,
            wire,
            source,
            elapsed: elapsed(ms),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: fault.map(Fault::name),
            forwarded: None,
        };
        let sent = HttpResponse { status: 200, body: record.sent(), elapsed_ms: Some(ms as u64) };
        record.lint = lint_reply(&sent, capture, Some(self.account())).findings;
        record
    }

    /// The record of a push that got no answer: the other side closed after `ms`.
    pub(super) fn unanswered(ms: f64, fault: Fault) -> Reply {
        Reply { end: ReplyEnd::HungUp, fault: Some(fault.name()), ..Self::refused(None, ms) }
    }

    /// The record of a refusal.
    pub(super) fn refused(status: Option<u16>, ms: f64) -> Reply {
        Reply {
            status,
            body: Vec::new(),
            wire: None,
            source: ReplySource::None,
            elapsed: elapsed(ms),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        }
    }

    /// The answer of the developer's own server to an event: these bytes, or nothing in time.
    pub(super) fn answer(&self, capture: &Capture, body: Option<Vec<u8>>, status: u16, ms: f64) -> ServerAnswer {
        let target = format!("{}?{}", self.plot.server, capture.request.query());
        let Some(body) = body else {
            return ServerAnswer { elapsed: elapsed(ms), ..ServerAnswer::unsent(target, ForwardProblem::TooLate) };
        };
        let mut answer = ServerAnswer {
            status: Some(status),
            headers: vec![
                ("content-type".to_owned(), b"text/xml; charset=utf-8".to_vec()),
                ("content-length".to_owned(), body.len().to_string().into_bytes()),
            ],
            body: Bytes::from(body),
            first_byte: Some(elapsed(ms * FIRST_BYTE)),
            elapsed: elapsed(ms),
            problem: None,
            ..ServerAnswer::unsent(target, ForwardProblem::NoTarget)
        };
        lint_server_answer(&mut answer, capture, Some(self.account()), elapsed(ms));
        answer
    }

    /// The record of an answer of the developer's own server that WeChat got as it was.
    pub(super) fn passed_on(&self, capture: &Capture, body: Vec<u8>, ms: f64) -> Reply {
        let answer = ServerAnswer { passed_on: true, ..self.answer(capture, Some(body.clone()), 200, ms) };
        let line = Line::by(ReplySource::Forward, PassiveReply::Raw(body), ms + 1.2);
        Reply { forwarded: Some(Box::new(answer)), ..self.reply(capture, line) }
    }

    fn account(&self) -> &Account {
        self.accounts.default_account()
    }

    /// The bytes of a text in reply to an event.
    pub(super) fn text(&self, capture: &Capture, key: &str) -> Vec<u8> {
        let created = capture.request.received_at.as_second();
        let address = capture.reply_address(created).unwrap_or_else(|| Address::nobody(created));
        PassiveReply::Text { content: self.plot.text(key) }.to_bytes(&address, capture.format())
    }
}

/// The headers after the first, behind which the HTTP client inserts `Host`.
fn rest(push: &Push) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    push.headers.iter().skip(1).map(|(name, value)| (name.to_ascii_lowercase(), value.clone().into_bytes()))
}

fn elapsed(ms: f64) -> Duration {
    Duration::from_secs_f64(ms / 1_000.0)
}

/// The body of compat mode: the message, and the `Encrypt` of its encrypted form beside its elements.
fn compat(message: &[u8], encrypted: Push) -> Push {
    let envelope = String::from_utf8_lossy(&encrypted.body);
    let encrypt = envelope.find("<Encrypt>").zip(envelope.find("</Encrypt>"));
    let encrypt = encrypt.map_or("", |(start, end)| &envelope[start..end + "</Encrypt>".len()]);
    let body = String::from_utf8_lossy(message).replace("</xml>", &format!("{encrypt}\n</xml>")).into_bytes();
    let length = |(name, value): (&'static str, String)| match name {
        "Content-Length" => (name, body.len().to_string()),
        _ => (name, value),
    };
    let headers = encrypted.headers.into_iter().map(length).collect();
    Push { headers, body, query: encrypted.query }
}

/// A reply encrypted with the key that decrypted the push.
fn encrypted(account: &Account, capture: &Capture, body: &[u8]) -> Option<Vec<u8>> {
    let key = account.key()?.as_ref().ok()?;
    let encrypt = envelope::encrypt(key, &PREFIX, body, APP_ID);
    let (timestamp, nonce) = (capture.request.received_at.as_second().to_string(), "730161925");
    let signature = msg_signature(account.token()?, &timestamp, nonce, &encrypt);
    Some(envelope::encrypted_reply(capture.format(), &encrypt, &signature, &timestamp, nonce))
}
