//! A reply prepared for drawing: what the user saw, the lint's findings, and its bytes as text.

use super::forwarded::ForwardView;
use super::reply_bytes::text;
use crate::capture::diagnosis::Code;
use crate::capture::{HANDSHAKE, Reply, ReplySummary, Signature, StoredCapture};
use crate::engine::EventDetail;
use crate::inspect::recorded_report;
use crate::texts::Language;
use crate::ui::widgets::findings::FindingView;
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::lint::{Outcome, Report};
use crate::wechat::reply::PassiveReply;

/// A reply as it is displayed.
#[derive(Debug)]
pub(super) struct ReplyView {
    /// `None` for a handshake, which no user sees.
    pub(super) user_outcome: Option<UserOutcome>,
    pub(super) findings: Vec<FindingView>,
    /// The body before encryption.
    pub(super) body: String,
    /// The bytes sent, if they differ from the body.
    pub(super) wire: Option<String>,
    /// The exchange with the developer's own server, if the push was forwarded.
    pub(super) forwarded: Option<ForwardView>,
}

/// The effect of the reply in the user's chat.
#[derive(Debug)]
pub(super) struct UserOutcome {
    pub(super) outcome: Outcome,
    pub(super) sentence: String,
    pub(super) reply: Option<PassiveReply>,
    pub(super) standing: ReplyStanding,
}

/// The weight of what the user saw of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplyStanding {
    /// The user saw it as it is.
    Taken,
    /// The user saw an error, or nothing.
    Failed,
    /// Nobody vouches for the request, so that no user may be waiting.
    Refused,
    /// A later attempt of the same event was answered, and that answer is what the user saw.
    Superseded,
}

impl ReplyView {
    /// Lints the stored reply and prepares it for display; `None` if there is no reply.
    pub(super) fn of(opened: &EventDetail, language: Language) -> Option<Self> {
        let stored = &opened.stored;
        let reply = stored.reply.as_ref()?;
        Some(Self {
            user_outcome: (stored.capture.envelope.kind != HANDSHAKE).then(|| UserOutcome::of(opened, reply, language)),
            findings: FindingView::all(&reply.lint, language),
            body: text(&reply.body),
            wire: reply.wire.as_deref().map(text),
            forwarded: reply.forwarded.as_deref().map(|forwarded| ForwardView::of(forwarded, reply.fault, language)),
        })
    }
}

impl UserOutcome {
    /// Returns true if it is certain what the chat shows of this reply.
    pub(super) fn has_chat(&self) -> bool {
        matches!(self.standing, ReplyStanding::Taken | ReplyStanding::Failed)
    }

    fn of(opened: &EventDetail, recorded: &Reply, language: Language) -> Self {
        let stored = &opened.stored;
        let Report { outcome, reply, .. } = recorded_report(&stored.capture, recorded);
        let is_legal = recorded.summary().is_legal();
        let (standing, sentence) = if let Some(key) = refusal(stored) {
            (ReplyStanding::Refused, language.text(key).into_owned())
        } else if let Some(later) = answered_later(opened).filter(|_| !is_legal) {
            let details = [("number", later.to_string())];
            (ReplyStanding::Superseded, language.filled("detail.answer.superseded", &details))
        } else {
            let standing = if is_legal { ReplyStanding::Taken } else { ReplyStanding::Failed };
            (standing, DisplayText::of(&outcome.sentence(language)).marked())
        };
        Self { outcome, sentence, reply, standing }
    }
}

/// Locale key of the words for a request that nobody vouches for.
fn refusal(stored: &StoredCapture) -> Option<&'static str> {
    let is_foreign = stored.capture.diagnoses.iter().any(|diagnosis| diagnosis.code == Code::CrossSite);
    match stored.capture.signature {
        Signature::Missing => Some("detail.answer.unsigned"),
        Signature::Invalid => Some("detail.answer.refused"),
        Signature::Valid | Signature::Unchecked => is_foreign.then_some("detail.answer.foreign"),
    }
}

/// The number of a later attempt of the event whose answer WeChat took.
fn answered_later(opened: &EventDetail) -> Option<u32> {
    let this = opened.stored.placement.attempt;
    let later = opened.attempts.iter().filter(|attempt| attempt.placement.attempt > this);
    let mut taken = later.filter(|attempt| attempt.reply.as_ref().is_some_and(ReplySummary::is_legal));
    taken.next().map(|attempt| attempt.placement.attempt)
}
