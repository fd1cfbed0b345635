//! An answer made ready to be drawn: what the user saw of it, what was wrong with it, and its bytes as text.

use super::forwarded::Forward;
use crate::capture::diagnosis::{Severity, worst};
use crate::capture::{HANDSHAKE, Reply, ReplyEnd, StoredCapture};
use crate::inspect::reply::judge_unsealed;
use crate::texts::Language;
use crate::ui::widgets::findings::Finding;
use crate::ui::widgets::shown::Shown;
use crate::wechat::lint::{self, Outcome, Question, Report};
use crate::wechat::message::Message;
use crate::wechat::reply::PassiveReply;
use crate::wechat::tree::Tree;

/// All that is shown of an answer.
#[derive(Debug)]
pub(super) struct Answered {
    /// What the user saw; `None` for a handshake, which no user sees.
    pub(super) seen: Option<Seen>,
    /// Whether WeChat takes it for an answer.
    pub(super) is_legal: bool,
    pub(super) findings: Vec<Finding>,
    /// The plaintext.
    pub(super) body: String,
    /// The bytes that went over the wire, where they were others.
    pub(super) wire: Option<String>,
    /// What the developer's own server made of the push, where it was asked.
    pub(super) forwarded: Option<Forward>,
}

/// What the user saw.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) sentence: String,
    pub(super) reply: Option<PassiveReply>,
}

impl Answered {
    /// Judges the answer once. `None`: there is none.
    pub(super) fn of(stored: &StoredCapture, language: Language) -> Option<Self> {
        let reply = stored.reply.as_ref()?;
        Some(Self {
            seen: (stored.capture.envelope.kind != HANDSHAKE).then(|| Seen::of(stored, reply, language)),
            is_legal: reply.summary().is_legal(),
            findings: Finding::all(&reply.lint, language),
            body: text(&reply.body),
            wire: reply.wire.as_deref().map(text),
            forwarded: reply.forwarded.as_deref().map(|forwarded| Forward::of(forwarded, language)),
        })
    }
}

impl Seen {
    fn of(stored: &StoredCapture, reply: &Reply, language: Language) -> Self {
        let Report { outcome, reply, .. } = judged(stored, reply);
        Self { outcome, sentence: Shown::of(&outcome.sentence(language)).marked(), reply }
    }
}

/// The plaintext judged; what was found when the answer left, as it was on the wire, counts for more.
fn judged(stored: &StoredCapture, reply: &Reply) -> Report {
    let capture = &stored.capture;
    let Some(status) = reply.status.filter(|_| reply.end == ReplyEnd::Answered) else {
        let tree = Tree::parse(capture.message()).ok();
        let message = tree.as_ref().map(Message::decode);
        return Report::unanswered(&Question { message: message.as_ref(), ..Question::UNKNOWN });
    };
    let elapsed_ms = u64::try_from(reply.elapsed.as_millis()).ok();
    let mut report = judge_unsealed(&lint::Answered { status, body: &reply.body, elapsed_ms }, capture);
    let was_illegal = worst(&reply.lint) == Some(Severity::Error);
    if was_illegal && !matches!(report.outcome, Outcome::Late | Outcome::NoConversation) {
        report.outcome = Outcome::Notice;
    }
    report
}

pub(super) fn text(bytes: &[u8]) -> String {
    Shown::of(&String::from_utf8_lossy(bytes)).marked()
}
