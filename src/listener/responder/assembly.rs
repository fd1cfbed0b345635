//! Assembles the answer from a decision: address, fault, encryption if the push was encrypted, then lint of what arrives.

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;

use super::super::http_answer::Answer;
use super::encryption::encrypt_reply;
use super::{ReplyContent, ReplyDecision, Responder};
use crate::capture::{ReplyEnd, ReplySource, ServerAnswer};
use crate::inspect::reply::lint_reply;
use crate::wechat::fault::Fault;
use crate::wechat::lint::{HttpResponse, LintCode, LintFinding, WECHAT_LIMIT_MS};
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::Format;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

impl Responder {
    /// The answer to a decision, linted as it arrives.
    pub(in crate::listener) fn assemble(&self, decision: ReplyDecision) -> Answer {
        let ReplyDecision { content, source, status, fault, forwarded, mut findings } = decision;
        // A fault of the encryption has no effect on a plain reply.
        let idle = fault.filter(|fault| fault.needs_encryption() && self.encryption.is_none());
        findings.extend(idle.map(|fault| LintFinding::new(LintCode::FaultIdle).with("fault", fault.name())));
        let fault = fault.filter(|_| idle.is_none());
        let name = fault.map(Fault::name);
        let mut answer = match content {
            ReplyContent::Nothing(end) => {
                let forwarded = forwarded.map(|forwarded| not_passed_on(*forwarded));
                return Answer { source, fault: name, forwarded, ..Answer::none(end) };
            }
            ReplyContent::ServerAnswer(answer) => match fault.filter(|fault| !keeps(*fault, &answer)) {
                Some(fault) => Answer { status: answer.status, ..self.encode(&decode(&answer.body), Some(fault)) },
                None => answer,
            },
            ReplyContent::Reply(reply) => self.encode(&reply, fault),
        };
        answer.status = status.and_then(|status| StatusCode::from_u16(status).ok()).or(answer.status);
        if answer.status.is_some_and(is_without_body) {
            (answer.body, answer.encrypted) = (Bytes::new(), None);
        }
        if fault == Some(Fault::Cut) {
            answer.end = ReplyEnd::Cut;
        }
        (answer.source, answer.fault) = (source, name);
        answer.forwarded =
            forwarded.map(|forwarded| if is_sent(&forwarded, &answer) { forwarded } else { not_passed_on(*forwarded) });
        answer.lint.extend(findings);
        self.lint(&mut answer);
        answer
    }

    /// The reply in bytes: addressed, with its fault, and encrypted if the push was.
    fn encode(&self, reply: &PassiveReply, fault: Option<Fault>) -> Answer {
        let format = self.capture.format();
        let now = crate::clock::now().as_second();
        let address = self.capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
        let is_message = fault.map_or(reply.needs_address(), |fault| fault.carrier(reply).needs_address());
        let encryption = self.encryption.as_ref().filter(|_| is_message);
        let body = match fault {
            // The byte order mark of an encrypted reply goes before its envelope.
            Some(Fault::Bom) if encryption.is_some() => reply.to_bytes(&address, format),
            Some(fault) => fault.faulty_body(reply, &address, format),
            None => reply.to_bytes(&address, format),
        };
        let encrypted =
            encryption.and_then(|encryption| encrypt_reply(&body, self.account(), encryption, format, fault));
        let content_type = match format {
            _ if !is_message => TEXT,
            Format::Xml => XML,
            Format::Json => JSON,
        };
        Answer { body: body.into(), encrypted: encrypted.map(Bytes::from), content_type, ..Answer::success() }
    }

    /// Adds the findings about the answer as it arrives. The default is known to be legal, unless a fault was injected.
    fn lint(&self, answer: &mut Answer) {
        let Some(status) = answer.status else { return };
        let elapsed_ms = self.began.elapsed().as_millis() as u64;
        let is_plain_default =
            answer.source == ReplySource::Default && answer.fault.is_none() && answer.end == ReplyEnd::Answered;
        if is_plain_default && elapsed_ms <= WECHAT_LIMIT_MS {
            return;
        }
        let arriving = answer.arriving();
        let response = HttpResponse { status: status.as_u16(), body: &arriving, elapsed_ms: Some(elapsed_ms) };
        let report = lint_reply(&response, &self.capture, Some(self.account()));
        answer.lint.splice(0..0, report.findings);
    }
}

/// Tells whether HTTP allows no body with this status.
fn is_without_body(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Tells whether the server's answer keeps its bytes under that fault. An empty body cannot be cut.
fn keeps(fault: Fault, answer: &Answer) -> bool {
    fault.keeps_bytes() && !(fault == Fault::Cut && answer.body.is_empty())
}

/// Tells whether WeChat gets the server's answer as it is.
fn is_sent(forwarded: &ServerAnswer, answer: &Answer) -> bool {
    forwarded.status == answer.status.map(|status| status.as_u16()) && forwarded.body == answer.arriving()
}

/// The server's answer, as one that WeChat did not get.
fn not_passed_on(forwarded: ServerAnswer) -> Box<ServerAnswer> {
    Box::new(ServerAnswer { passed_on: false, ..forwarded })
}

fn decode(body: &Bytes) -> PassiveReply {
    PassiveReply::read(body).unwrap_or_else(|| PassiveReply::Raw(body.to_vec()))
}
