//! One replay made ready to be drawn: what was sent, what came back, and how that differs from an earlier answer.

use super::answered::text;
use crate::capture::{Baseline, SentRequest, header_text};
use crate::engine::{Change, ComparedReplay};
use crate::texts::Language;
use crate::ui::widgets::findings::Finding;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::shown::Shown;

/// More lines of a diff are not shown; both answers can be copied whole.
const MOST_LINES: usize = 500;

/// More changes are not listed.
const MOST_CHANGES: usize = 200;

/// All that is shown of a replay.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) target: String,
    pub(super) status: Option<u16>,
    /// To the first byte of the answer, and to its end.
    pub(super) times: (Option<String>, String),
    pub(super) problem: Option<String>,
    pub(super) findings: Vec<Finding>,
    /// As it came over the wire.
    pub(super) body: String,
    /// Decrypted, where it came encrypted and could be opened.
    pub(super) message: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) sent: Sent,
    pub(super) difference: Option<Differing>,
}

/// The request as it was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// How the answer differs from an earlier one.
#[derive(Debug)]
pub(super) struct Differing {
    /// The earlier one came when the event was forwarded; else it is that of an earlier replay.
    pub(super) is_forward: bool,
    pub(super) changes: Vec<Changed>,
    pub(super) more_changes: usize,
    pub(super) lines: Vec<Line>,
    pub(super) more_lines: usize,
}

/// An element that differs.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// A line of the text diff.
#[derive(Debug)]
pub(super) struct Line {
    /// `+`, `-`, or a blank for what did not change.
    pub(super) mark: char,
    pub(super) text: String,
}

impl Replayed {
    pub(super) fn of(compared: &ComparedReplay, language: Language) -> Self {
        let replayed = &compared.stored.replayed;
        let answer = &replayed.answer;
        Self {
            target: Shown::of(&answer.target).marked(),
            status: answer.status,
            times: (answer.first_byte.map(milliseconds), milliseconds(answer.elapsed)),
            // Its cause is what the other side says.
            problem: answer.problem.as_ref().map(|problem| Shown::of(&problem.words(language)).marked()),
            findings: Finding::all(&answer.lint, language),
            body: text(&answer.body),
            message: replayed.message.as_deref().map(text),
            headers: shown_headers(&answer.headers),
            sent: Sent::of(&replayed.request),
            difference: Differing::of(compared),
        }
    }
}

impl Sent {
    fn of(request: &SentRequest) -> Self {
        Self {
            line: Shown::of(&format!("{} {}", request.method, request.target)).marked(),
            headers: shown_headers(&request.headers),
            body: text(&request.body),
        }
    }
}

impl Differing {
    fn of(compared: &ComparedReplay) -> Option<Self> {
        let difference = compared.difference.as_ref()?;
        let lines = difference.lines.iter().take(MOST_LINES).map(|line| Line {
            mark: match (line.before, line.after) {
                (true, false) => '-',
                (false, true) => '+',
                _ => ' ',
            },
            text: Shown::of(&line.text).marked(),
        });
        Some(Self {
            is_forward: compared.stored.replayed.baseline == Some(Baseline::Forward),
            changes: difference.changes.iter().take(MOST_CHANGES).map(Changed::of).collect(),
            more_changes: difference.changes.len().saturating_sub(MOST_CHANGES),
            lines: lines.collect(),
            more_lines: difference.lines.len().saturating_sub(MOST_LINES),
        })
    }

    /// Whether the text is the same, line by line.
    pub(super) fn has_same_lines(&self) -> bool {
        self.lines.iter().all(|line| line.mark == ' ') && self.more_lines == 0
    }
}

impl Changed {
    fn of(change: &Change) -> Self {
        let shown = |text: &Option<String>| text.as_deref().map(|text| Shown::of(text).marked());
        Self { path: Shown::of(&change.path).marked(), before: shown(&change.before), after: shown(&change.after) }
    }
}

fn shown_headers(headers: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    let shown = |text: &str| Shown::of(text).marked();
    headers.iter().map(|(name, value)| (shown(name), shown(&header_text(value)))).collect()
}
