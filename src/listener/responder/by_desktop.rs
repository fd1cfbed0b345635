//! Asks the desktop that has claimed the user, and makes a decision of its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::sync::oneshot;
use tokio::time::timeout_at;

use super::super::desktops::{DesktopAnswer, DesktopContent, DesktopQuestion};
use super::super::http_answer::Answer;
use super::encryption::encrypt_reply;
use super::forwarding::PASSED_ON;
use super::{ReplyContent, ReplyDecision, Responder, client_hung_up};
use crate::capture::ReplySource;
use crate::wechat::reply::PassiveReply;

/// The part of the budget that is kept for the relay's own rules where the desktop does not answer.
const OWN_SHARE: Duration = Duration::from_millis(200);

impl Responder {
    /// The decision of the desktop that has claimed the user. `None`: nobody has, or it does not answer in time.
    pub(super) async fn by_desktop(&mut self) -> Option<ReplyDecision> {
        // What comes from a relay is not handed on.
        self.origin.as_ref()?;
        let (desktop, questions) = self.policy.desktops.claimant(self.capture.envelope.openid.as_deref()?)?;
        self.store.record_claim(self.placement.id, desktop.clone());
        Arc::make_mut(&mut self.capture).team.claimed = Some(desktop.clone());
        let deadline = self.deadline.checked_sub(OWN_SHARE).filter(|deadline| *deadline > Instant::now())?;
        let (answer, answered) = oneshot::channel();
        let (capture, placement) = (Arc::clone(&self.capture), self.placement);
        let question = DesktopQuestion { desktop: desktop.clone(), capture, placement, deadline, answer };
        questions.try_send(question).ok()?;
        let mut stopping = self.stopping.clone();
        let answer = tokio::select! {
            answer = timeout_at(deadline.into(), answered) => answer.ok().and_then(Result::ok).flatten(),
            () = client_hung_up(self.origin.as_ref()) => return Some(self.hung_up()),
            // A dropped sender means the same.
            _ = stopping.wait_for(|stopping| *stopping) => None,
        }?;
        Some(self.of_desktop(desktop, answer).await)
    }

    async fn of_desktop(&mut self, desktop: String, answer: DesktopAnswer) -> ReplyDecision {
        let DesktopAnswer { content, status, fault } = answer;
        let content = match content {
            DesktopContent::Silent => return self.silence().await,
            DesktopContent::Reply(body) => {
                ReplyContent::Reply(PassiveReply::read(&body).unwrap_or_else(|| PassiveReply::Raw(body.to_vec())))
            }
            DesktopContent::Server { status, headers, body } => {
                let answer = Answer {
                    status: StatusCode::from_u16(status).ok(),
                    passed_on: PASSED_ON
                        .iter()
                        .filter_map(|name| Some((name.clone(), value(&headers, name)?)))
                        .collect(),
                    ..Answer::success()
                };
                let content_type =
                    value(&headers, &header::CONTENT_TYPE).unwrap_or_else(|| answer.content_type.clone());
                ReplyContent::ServerAnswer(self.encrypted_if_needed(Answer { body, content_type, ..answer }))
            }
        };
        let source = ReplySource::Desktop(desktop);
        ReplyDecision { status, fault, ..ReplyDecision::of(content, source) }
    }

    /// The answer with the envelope that it came in, or with one of ours around a message in plaintext: the desktop and its
    /// server have no key.
    fn encrypted_if_needed(&self, answer: Answer) -> Answer {
        if let Some(plaintext) = self.account().decrypt_reply(&answer.body) {
            return Answer { encrypted: Some(answer.body), body: plaintext.into(), ..answer };
        }
        let is_message = PassiveReply::read(&answer.body).is_some_and(|reply| reply.needs_address());
        let encryption = self.encryption.as_ref().filter(|_| is_message);
        let encrypted = encryption.and_then(|encryption| {
            encrypt_reply(&answer.body, self.account(), encryption, self.capture.format(), None)
        });
        Answer { encrypted: encrypted.map(Into::into), ..answer }
    }
}

fn value(headers: &[(String, String)], wanted: &HeaderName) -> Option<HeaderValue> {
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_str()))?;
    HeaderValue::from_str(value).ok()
}
