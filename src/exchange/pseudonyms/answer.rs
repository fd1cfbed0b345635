//! The answer to an event, and that of the developer's own server: replaced, encrypted and linted anew.

use bytes::Bytes;

use super::elements::Role;
use super::event::is_protocol;
use super::pass::{Context, Pass};
use super::reencryption::{EncryptionContext, Signer};
use crate::account::{Account, Accounts};
use crate::capture::diagnosis::Finding;
use crate::capture::{Capture, ForwardProblem, Reply, ReplySource, ServerAnswer};
use crate::inspect::reply::lint_reply;
use crate::wechat::lint;

/// The name of every desktop of a team in an export with pseudonyms.
const DESKTOP: &str = "desktop";

/// The push and the accounts that an answer is linted and encrypted for.
pub(super) struct AnswerContext<'a> {
    /// The push with pseudonyms.
    pub(super) capture: &'a Capture,
    /// `true` if the former key opened the push; `None` where that is not known.
    pub(super) push_key: Option<bool>,
    /// The AppID that the push is encrypted for.
    pub(super) encrypted_for: &'a str,
    pub(super) account: Option<&'a Account>,
    pub(super) accounts: &'a Accounts,
    pub(super) published: &'a Account,
}

impl<'a> AnswerContext<'a> {
    /// `plain` is the answer in plaintext with pseudonyms, where that is known.
    fn encryption(&self, plain: Option<&'a [u8]>, lint: &'a [lint::LintFinding]) -> EncryptionContext<'a> {
        let Self { push_key, encrypted_for: app_id, account, accounts, .. } = *self;
        EncryptionContext { plain, lint, push_key, app_id, account, accounts }
    }
}

impl Pass<'_> {
    /// Learns from an answer.
    pub(super) fn learn_reply(&mut self, reply: &Reply, is_echo: bool, account: Option<&Account>, accounts: &Accounts) {
        let of = EncryptionContext { plain: None, lint: &[], push_key: None, app_id: "", account, accounts };
        if !is_echo {
            self.document(&reply.body, Role::Reply);
        }
        if let Some(wire) = &reply.wire {
            self.encrypted_answer(wire, &of);
        }
        if let ReplySource::Rule(name) = &reply.source {
            self.general(name, Context::Document);
        }
        self.learn_details(&reply.lint);
        let Some(forwarded) = &reply.forwarded else { return };
        if !matches!(forwarded.problem, Some(ForwardProblem::Compressed { .. })) {
            self.encrypted_answer(&forwarded.body, &of);
        }
        let (own, query) = forwarded.target.split_once('?').unwrap_or((&forwarded.target, ""));
        self.address_of(own);
        for pair in query.split('&').filter(|pair| !is_of_request(pair)) {
            self.pair(pair);
        }
        for (name, value) in &forwarded.headers {
            self.header(name, value, (0, 0));
        }
        if let Some(problem) = &forwarded.problem {
            self.general(problem.cause(), Context::Token);
        }
        self.learn_details(&forwarded.lint);
    }

    pub(super) fn reply(&mut self, old: Reply, answer: &AnswerContext<'_>) -> Reply {
        let body = match answer.capture.request.method.as_str() {
            // The echo, which stands in the query as well.
            "GET" => old.body,
            _ => self.document(&old.body, Role::Reply),
        };
        let wire = old.wire.map(|wire| self.encrypted_answer(&wire, &answer.encryption(Some(&body), &old.lint)));
        let source = match old.source {
            ReplySource::Rule(name) => ReplySource::Rule(self.general(&name, Context::Document)),
            // The name of a computer or a person.
            ReplySource::Desktop(_) => ReplySource::Desktop(DESKTOP.to_owned()),
            source => source,
        };
        let forwarded = old.forwarded.map(|forwarded| Box::new(self.forwarded(*forwarded, &body, answer)));
        let elapsed_ms = u64::try_from(old.elapsed.as_millis()).ok();
        let sent = wire.as_deref().unwrap_or(&body);
        let status = old.status.filter(|_| has_details(&old.lint));
        let new = status.map(|status| lint_published(status, sent, elapsed_ms, answer)).unwrap_or_default();
        let lint = self.findings(old.lint, new);
        Reply { body, wire, source, lint, forwarded, ..old }
    }

    /// The answer of the developer's own server; `reply` is the answer to WeChat, the same where it was passed on.
    fn forwarded(&mut self, old: ServerAnswer, reply: &[u8], answer: &AnswerContext<'_>) -> ServerAnswer {
        let body = if matches!(old.problem, Some(ForwardProblem::Compressed { .. })) {
            self.noise(&old.body)
        } else {
            self.encrypted_answer(&old.body, &answer.encryption(Some(reply).filter(|_| old.passed_on), &old.lint))
        };
        let lengths = (old.body.len() as u64, body.len() as u64);
        let target = self.forwarded_target(&old.target, answer);
        let headers = old.headers.iter().map(|(name, value)| self.header(name, value, lengths)).collect();
        let elapsed_ms = u64::try_from(old.elapsed.as_millis()).ok();
        let status = old.status.filter(|_| has_details(&old.lint));
        let new = status.map(|status| lint_published(status, &body, elapsed_ms, answer)).unwrap_or_default();
        let problem = old.problem.map(|problem| {
            let cause = self.general(problem.cause(), Context::Token);
            ForwardProblem::from_parts(problem.as_str(), &cause).unwrap_or(problem)
        });
        let lint = self.findings(old.lint, new);
        ServerAnswer { target, headers, body: Bytes::from(body), problem, lint, ..old }
    }

    /// The URL of a forwarded request, which carries the query of the original one.
    fn forwarded_target(&mut self, target: &str, answer: &AnswerContext<'_>) -> String {
        let (own, query) = target.split_once('?').unwrap_or((target, ""));
        let mut changed = self.address_of(own);
        if !query.is_empty() {
            let signatures: Vec<_> = answer.capture.request.query().split('&').collect();
            let pairs = query.split('&').map(|pair| {
                let name = pair.split_once('=').map_or(pair, |(name, _)| name);
                let signed = signatures.iter().find(|new| new.split_once('=').is_some_and(|(found, _)| found == name));
                match signed {
                    Some(signed) if Signer::is_signature(name) => (*signed).to_owned(),
                    _ if is_protocol(name) => pair.to_owned(),
                    _ => self.pair(pair),
                }
            });
            let pairs: Vec<String> = pairs.collect();
            changed.push('?');
            changed.push_str(&pairs.join("&"));
        }
        changed
    }
}

/// Tells whether a parameter is learnt from the request, or stays.
fn is_of_request(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    is_protocol(name) || Signer::is_signature(name)
}

/// Tells whether findings hold anything that may differ when they are found anew.
pub(super) fn has_details<C>(findings: &[Finding<C>]) -> bool {
    findings.iter().any(|finding| !finding.details.is_empty() || finding.place.is_some())
}

fn lint_published(
    status: u16,
    body: &[u8],
    elapsed_ms: Option<u64>,
    answer: &AnswerContext<'_>,
) -> Vec<lint::LintFinding> {
    lint_reply(&lint::HttpResponse { status, body, elapsed_ms }, answer.capture, Some(answer.published)).findings
}
