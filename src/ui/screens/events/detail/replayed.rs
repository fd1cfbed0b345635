//! One replay prepared for drawing: the request sent, the reply received, and its difference from an earlier reply.

use super::reply_bytes::text;
use crate::capture::{Baseline, Capture, Replay, SentRequest, header_text};
use crate::engine::{Change, ComparedReplay};
use crate::inspect::reply::lint_plain_reply;
use crate::texts::Language;
use crate::ui::widgets::findings::FindingView;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::lint::{HttpResponse, Outcome, Report};
use crate::wechat::reply::PassiveReply;

/// Maximum number of diff lines shown; both replies can be copied in full.
const MOST_LINES: usize = 500;

/// Maximum number of changes listed.
const MOST_CHANGES: usize = 200;

/// A replay as it is displayed.
#[derive(Debug)]
pub(super) struct ReplayView {
    pub(super) target: String,
    pub(super) status: Option<u16>,
    /// Time to the first byte of the reply, and to its end.
    pub(super) times: (Option<String>, String),
    pub(super) problem: Option<String>,
    pub(super) findings: Vec<FindingView>,
    /// The effect in the user's chat; `None` where no answer came.
    pub(super) seen: Option<SeenAnswer>,
    /// The body as it was received.
    pub(super) body: String,
    /// The decrypted body, if the reply was encrypted and could be decrypted.
    pub(super) message: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) sent: SentRequestView,
    pub(super) difference: Option<DifferenceView>,
}

/// The effect of an answer in the user's chat.
#[derive(Debug)]
pub(super) struct SeenAnswer {
    pub(super) outcome: Outcome,
    pub(super) reply: Option<PassiveReply>,
    pub(super) sentence: String,
}

/// The request as it was sent, for display.
#[derive(Debug)]
pub(super) struct SentRequestView {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Difference between the reply and an earlier one.
#[derive(Debug)]
pub(super) struct DifferenceView {
    /// Set if the earlier reply came from forwarding the event, not from a replay.
    pub(super) is_forward: bool,
    pub(super) changes: Vec<ChangeView>,
    pub(super) more_changes: usize,
    pub(super) lines: Vec<DiffLine>,
    pub(super) more_lines: usize,
}

/// An element that differs, with both values.
#[derive(Debug)]
pub(super) struct ChangeView {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// One line of the text diff.
#[derive(Debug)]
pub(super) struct DiffLine {
    /// `+`, `-`, or a space for an unchanged line.
    pub(super) mark: char,
    pub(super) text: String,
}

impl ReplayView {
    /// Prepares a replay for display in the given language.
    pub(super) fn of(compared: &ComparedReplay, event: &Capture, language: Language) -> Self {
        let replayed = &compared.stored.replayed;
        let answer = &replayed.answer;
        Self {
            target: DisplayText::of(&answer.target).marked(),
            status: answer.status,
            times: (answer.first_byte.map(milliseconds), milliseconds(answer.elapsed)),
            // The cause may quote the other side.
            problem: answer.problem.as_ref().map(|problem| DisplayText::of(&problem.words(language)).marked()),
            findings: FindingView::all(&answer.lint, language),
            seen: SeenAnswer::of(replayed, event, language),
            body: text(&answer.body),
            message: replayed.message.as_deref().map(text),
            headers: shown_headers(&answer.headers),
            sent: SentRequestView::of(&replayed.request),
            difference: DifferenceView::of(compared),
        }
    }
}

impl SeenAnswer {
    fn of(replayed: &Replay, event: &Capture, language: Language) -> Option<Self> {
        let elapsed_ms = Some(replayed.answer.elapsed.as_millis() as u64);
        let response = HttpResponse { status: replayed.answer.status?, body: replayed.reply(), elapsed_ms };
        let Report { outcome, reply, .. } = lint_plain_reply(&response, event);
        let sentence = DisplayText::of(&outcome.sentence(language)).marked();
        Some(Self { outcome, reply, sentence })
    }
}

impl SentRequestView {
    fn of(request: &SentRequest) -> Self {
        Self {
            line: DisplayText::of(&format!("{} {}", request.method, request.target)).marked(),
            headers: shown_headers(&request.headers),
            body: text(&request.body),
        }
    }
}

impl DifferenceView {
    fn of(compared: &ComparedReplay) -> Option<Self> {
        let difference = compared.difference.as_ref()?;
        let lines = difference.lines.iter().take(MOST_LINES).map(|line| DiffLine {
            mark: match (line.before, line.after) {
                (true, false) => '-',
                (false, true) => '+',
                _ => ' ',
            },
            text: DisplayText::of(&line.text).marked(),
        });
        Some(Self {
            is_forward: compared.stored.replayed.baseline == Some(Baseline::Forward),
            changes: difference.changes.iter().take(MOST_CHANGES).map(ChangeView::of).collect(),
            more_changes: difference.changes.len().saturating_sub(MOST_CHANGES),
            lines: lines.collect(),
            more_lines: difference.lines.len().saturating_sub(MOST_LINES),
        })
    }

    /// Returns true if both texts have the same lines.
    pub(super) fn has_same_lines(&self) -> bool {
        self.lines.iter().all(|line| line.mark == ' ') && self.more_lines == 0
    }
}

impl ChangeView {
    fn of(change: &Change) -> Self {
        let shown = |text: &Option<String>| text.as_deref().map(|text| DisplayText::of(text).marked());
        Self {
            path: DisplayText::of(&change.path).marked(),
            before: shown(&change.before),
            after: shown(&change.after),
        }
    }
}

fn shown_headers(headers: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    let shown = |text: &str| DisplayText::of(text).marked();
    headers.iter().map(|(name, value)| (shown(name), shown(&header_text(value)))).collect()
}
