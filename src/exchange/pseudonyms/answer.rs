//! What was answered to an event, and what the developer's own server answered: replaced, sealed and judged anew.

use bytes::Bytes;

use super::elements::Role;
use super::pass::{Pass, Place};
use super::sealing::{Answered, Signer};
use crate::account::{Account, Accounts};
use crate::capture::diagnosis::Finding;
use crate::capture::{Capture, ForwardProblem, Reply, ReplySource, ServerAnswer};
use crate::inspect::reply::lint_reply;
use crate::wechat::lint;

/// What an answer is judged and sealed with.
pub(super) struct Answer<'a> {
    /// The push, replaced.
    pub(super) capture: &'a Capture,
    /// Whether the former key opened the push; `None` where that is not known.
    pub(super) push_key: Option<bool>,
    /// The AppID that the push is sealed for.
    pub(super) sealed_for: &'a str,
    pub(super) account: Option<&'a Account>,
    pub(super) accounts: &'a Accounts,
    pub(super) published: &'a Account,
}

impl<'a> Answer<'a> {
    /// `plain` is what it says, replaced, where that is known.
    fn sealed(&self, plain: Option<&'a [u8]>, lint: &'a [lint::LintFinding]) -> Answered<'a> {
        let Self { push_key, sealed_for: app_id, account, accounts, .. } = *self;
        Answered { plain, lint, push_key, app_id, account, accounts }
    }
}

impl Pass<'_> {
    pub(super) fn reply(&mut self, old: Reply, answer: &Answer<'_>) -> Reply {
        let body = match answer.capture.request.method.as_str() {
            // The echo, which stands in the query as well.
            "GET" => old.body,
            _ => self.document(&old.body, Role::Reply),
        };
        let wire = old.wire.map(|wire| self.sealed_answer(&wire, &answer.sealed(Some(&body), &old.lint)));
        let source = match old.source {
            ReplySource::Rule(name) => ReplySource::Rule(self.general(&name, Place::Document)),
            source => source,
        };
        let forwarded = old.forwarded.map(|forwarded| Box::new(self.forwarded(*forwarded, &body, answer)));
        let elapsed_ms = u64::try_from(old.elapsed.as_millis()).ok();
        let sent = wire.as_deref().unwrap_or(&body);
        let status = old.status.filter(|_| has_details(&old.lint));
        let judged = status.map(|status| judge_published(status, sent, elapsed_ms, answer)).unwrap_or_default();
        let lint = self.findings(old.lint, judged);
        Reply { body, wire, source, lint, forwarded, ..old }
    }

    /// `reply` is what was answered, which is what came from there where that was passed on.
    fn forwarded(&mut self, old: ServerAnswer, reply: &[u8], answer: &Answer<'_>) -> ServerAnswer {
        let body = if matches!(old.problem, Some(ForwardProblem::Compressed { .. })) {
            self.noise(&old.body)
        } else {
            self.sealed_answer(&old.body, &answer.sealed(Some(reply).filter(|_| old.passed_on), &old.lint))
        };
        let lengths = (old.body.len() as u64, body.len() as u64);
        let target = self.forwarded_target(&old.target, answer);
        let headers = old.headers.iter().map(|(name, value)| self.header(name, value, lengths)).collect();
        let elapsed_ms = u64::try_from(old.elapsed.as_millis()).ok();
        let status = old.status.filter(|_| has_details(&old.lint));
        let judged = status.map(|status| judge_published(status, &body, elapsed_ms, answer)).unwrap_or_default();
        let problem = old.problem.map(|problem| {
            let cause = self.general(problem.cause(), Place::Token);
            ForwardProblem::from_parts(problem.as_str(), &cause).unwrap_or(problem)
        });
        let lint = self.findings(old.lint, judged);
        ServerAnswer { target, headers, body: Bytes::from(body), problem, lint, ..old }
    }

    /// The URL that was asked carries the query of the request.
    fn forwarded_target(&mut self, target: &str, answer: &Answer<'_>) -> String {
        let (own, query) = target.split_once('?').unwrap_or((target, ""));
        let mut changed = self.address_of(own);
        if !query.is_empty() {
            let signatures: Vec<_> = answer.capture.request.query().split('&').collect();
            let pairs = query.split('&').map(|pair| {
                let name = pair.split_once('=').map_or(pair, |(name, _)| name);
                let signed = signatures.iter().find(|new| new.split_once('=').is_some_and(|(found, _)| found == name));
                match signed {
                    Some(signed) if Signer::is_signature(name) => (*signed).to_owned(),
                    _ if matches!(name, "timestamp" | "nonce" | "encrypt_type" | "echostr") => pair.to_owned(),
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

/// Whether there is anything in findings that may be another thing when they are found anew.
pub(super) fn has_details<C>(findings: &[Finding<C>]) -> bool {
    findings.iter().any(|finding| !finding.details.is_empty() || finding.place.is_some())
}

fn judge_published(status: u16, body: &[u8], elapsed_ms: Option<u64>, answer: &Answer<'_>) -> Vec<lint::LintFinding> {
    lint_reply(&lint::HttpResponse { status, body, elapsed_ms }, answer.capture, Some(answer.published)).findings
}
