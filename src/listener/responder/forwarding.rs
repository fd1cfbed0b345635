//! Forwards a push to the developer's own server, lints its answer, and passes it on or answers with the default.

use std::time::Instant;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};

use super::super::http_answer::Answer;
use super::{ReplyContent, ReplyDecision, Responder};
use crate::capture::{ForwardProblem, ReplySource, ServerAnswer};
use crate::delivery::Target;
use crate::inspect::reply::lint_server_answer;
use crate::rules::{BadAnswer, ForwardTo};
use crate::texts::Language;

/// Headers that are passed on with a body, beside its type.
pub(super) const PASSED_ON: [HeaderName; 2] = [header::CONTENT_ENCODING, header::LOCATION];

impl Responder {
    /// Forwards to the listener's own target, if it has one.
    pub(super) async fn forward_by_default(&self) -> ReplyDecision {
        if self.policy.forward.borrow().is_none() {
            return ReplyDecision::default_answer();
        }
        self.forward(None).await
    }

    /// Forwards as a rule says, or to the listener's own target.
    pub(super) async fn forward(&self, to: Option<&ForwardTo>) -> ReplyDecision {
        let setup = self.policy.forward.borrow().clone();
        let bad_answer = to
            .and_then(|to| to.bad_answer)
            .or_else(|| setup.as_ref().map(|setup| setup.bad_answer))
            .unwrap_or(BadAnswer::Pass);
        let target = match to.and_then(|to| to.url.as_deref()) {
            Some(url) => Target::parse(url).ok(),
            None => setup.map(|setup| setup.target.clone()),
        };
        let mut forwarded = match target {
            Some(target) if target.is_at(self.own_address) => {
                ServerAnswer::unsent(target.as_str().to_owned(), ForwardProblem::Loop)
            }
            Some(target) => {
                let within = self.deadline.saturating_duration_since(Instant::now());
                let forwarding =
                    self.policy.http_client.forward(&self.capture.request, &target, &self.policy.instance, within);
                forwarding.await
            }
            None => match to.and_then(|to| to.url.as_deref()) {
                Some(url) => ServerAnswer::unsent(url.to_owned(), ForwardProblem::Target),
                None => ServerAnswer::unsent(String::new(), ForwardProblem::NoTarget),
            },
        };
        lint_server_answer(&mut forwarded, &self.capture, Some(self.account()), self.began.elapsed());
        if let Some(problem) = &forwarded.problem {
            let words = problem.words(Language::English);
            tracing::warn!("forwarding event {} to \"{}\": {words}", self.placement.id, forwarded.target);
        }
        let answer = (forwarded.problem.is_none() || bad_answer == BadAnswer::Pass)
            .then(|| self.passed_on(&forwarded))
            .flatten();
        forwarded.passed_on = answer.is_some();
        let decision = match answer {
            Some(answer) => ReplyDecision::of(ReplyContent::ServerAnswer(answer), ReplySource::Forward),
            None => ReplyDecision::default_answer(),
        };
        ReplyDecision { forwarded: Some(Box::new(forwarded)), ..decision }
    }

    /// The answer to the byte, if it is complete and HTTP can carry it.
    fn passed_on(&self, forwarded: &ServerAnswer) -> Option<Answer> {
        let is_whole = !forwarded.problem.as_ref().is_some_and(ForwardProblem::is_incomplete);
        let status = StatusCode::from_u16(forwarded.status.filter(|_| is_whole)?).ok()?;
        let header = |wanted: &str| {
            let found = forwarded.headers.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| HeaderValue::from_bytes(value).ok())
        };
        let success = Answer::success();
        let (body, encrypted) = match self.account().decrypt_reply(&forwarded.body) {
            Some(plaintext) => (plaintext.into(), Some(forwarded.body.clone())),
            None => (forwarded.body.clone(), None),
        };
        Some(Answer {
            status: Some(status),
            body,
            encrypted,
            content_type: header("content-type").unwrap_or(success.content_type),
            passed_on: PASSED_ON.into_iter().filter_map(|name| Some((name.clone(), header(name.as_str())?))).collect(),
            ..Answer::success()
        })
    }
}
