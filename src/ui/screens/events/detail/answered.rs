//! A reply prepared for drawing: what the user saw, the lint's findings, and its bytes as text.

use super::forwarded::ForwardView;
use super::reply_bytes::text;
use crate::capture::{HANDSHAKE, Reply, StoredCapture};
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
    /// Set if WeChat accepts it as a reply.
    pub(super) is_legal: bool,
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
    /// False where somebody else than WeChat may have sent the push, so that no chat is to be shown.
    pub(super) is_certain: bool,
}

impl ReplyView {
    /// Lints the stored reply and prepares it for display; `None` if there is no reply.
    pub(super) fn of(stored: &StoredCapture, language: Language) -> Option<Self> {
        let reply = stored.reply.as_ref()?;
        Some(Self {
            user_outcome: (stored.capture.envelope.kind != HANDSHAKE).then(|| UserOutcome::of(stored, reply, language)),
            is_legal: reply.summary().is_legal(),
            findings: FindingView::all(&reply.lint, language),
            body: text(&reply.body),
            wire: reply.wire.as_deref().map(text),
            forwarded: reply.forwarded.as_deref().map(|forwarded| ForwardView::of(forwarded, reply.fault, language)),
        })
    }
}

impl UserOutcome {
    fn of(stored: &StoredCapture, reply: &Reply, language: Language) -> Self {
        let Report { outcome, reply, .. } = recorded_report(&stored.capture, reply);
        let is_certain = !stored.capture.signature.is_refused();
        let sentence = if is_certain {
            DisplayText::of(&outcome.sentence(language)).marked()
        } else {
            language.text("detail.answer.refused").into_owned()
        };
        Self { outcome, sentence, reply, is_certain }
    }
}
