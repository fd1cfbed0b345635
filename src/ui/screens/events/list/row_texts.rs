//! Texts of a row, cleaned and shortened once and not in each frame.

use std::cell::OnceCell;

use crate::capture::diagnosis::Severity;
use crate::capture::{CaptureSummary, ReplySummary};
use crate::texts::safe_text::{both_ends, shortened};
use crate::ui::look::{FAULT_MARK, Look, fault_hint, forward_hint};
use crate::ui::widgets::annotation;
use crate::ui::widgets::cell::CELL_CHARS;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::verdicts::{replayed_mark, replayed_words};

/// Number of characters shown of each end of an OpenID, which are enough to tell users apart.
const ENDS: usize = 4;

/// A row that was read, with the texts that are drawn of it.
#[derive(Debug)]
pub(crate) struct ReadRow {
    pub(crate) summary: CaptureSummary,
    texts: OnceCell<RowTexts>,
}

/// The texts of a row that do not change while it is in view.
#[derive(Debug)]
pub(crate) struct RowTexts {
    pub(super) clock: String,
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) openid: String,
    pub(super) signature: String,
    pub(super) mode: String,
    /// The answer, or that there is none yet.
    pub(super) answer: String,
    /// Facts about an answer that its status does not tell, each in words.
    pub(super) hints: Vec<String>,
    /// Accessible name of the row, but for its state in the list.
    pub(super) name: String,
}

impl ReadRow {
    pub(super) fn new(summary: CaptureSummary) -> Self {
        Self { summary, texts: OnceCell::new() }
    }

    /// The texts, made when they are first drawn.
    pub(super) fn texts(&self, look: &Look) -> &RowTexts {
        self.texts.get_or_init(|| RowTexts::of(&self.summary, look))
    }

    /// Forgets the texts: language or time zone are other ones now.
    pub(super) fn undress(&mut self) {
        self.texts.take();
    }
}

impl RowTexts {
    fn of(row: &CaptureSummary, look: &Look) -> Self {
        let kind = look.kind(&row.kind, CELL_CHARS);
        let mut texts = Self {
            clock: look.clock(row.received_at),
            key: shortened(row.event_key.as_deref().unwrap_or_default(), CELL_CHARS),
            openid: both_ends(row.openid.as_deref().unwrap_or_default(), ENDS),
            signature: look.text(&format!("window.signature.{}", row.signature.as_str())).into_owned(),
            mode: look.text(&format!("window.mode.{}", row.mode.as_str())).into_owned(),
            answer: answer(row, look),
            hints: hint_words(row, look),
            name: String::new(),
            kind: if row.replay { format!("{kind} · {}", look.text("window.list.own")) } else { kind },
        };
        texts.name = texts.name_with(row, None, look).join(", ");
        texts
    }

    /// The parts of the accessible name: all cells, in order. `held` takes the place of the answer.
    pub(super) fn name_with(&self, row: &CaptureSummary, held: Option<String>, look: &Look) -> Vec<String> {
        let mut parts = vec![self.clock.clone(), look.kind(&row.kind, CELL_CHARS)];
        let openid = row.openid.as_deref().map(|openid| shortened(openid, CELL_CHARS));
        parts.extend([Some(self.key.clone()), openid].into_iter().flatten().filter(|text| !text.is_empty()));
        parts.push(look.filled("window.row.attempt", &[("number", &row.placement.attempt.to_string())]));
        parts.push(look.filled("window.row.signature", &[("state", &self.signature)]));
        parts.push(self.mode.clone());
        let answer = held.unwrap_or_else(|| self.answer.clone());
        parts.push(match &row.reply {
            Some(_) => look.filled("window.row.answered", &[("answer", &answer)]),
            None => answer,
        });
        parts.extend(self.hints.iter().cloned());
        parts.extend(annotation::words(&row.annotation, look));
        if row.replay {
            parts.push(look.text("window.list.own").into_owned());
        }
        parts
    }
}

fn answer(row: &CaptureSummary, look: &Look) -> String {
    match &row.reply {
        Some(reply) => {
            let end = || look.text(&format!("detail.end.{}", reply.end.as_str())).into_owned();
            let mark = if reply.severity == Some(Severity::Error) { "⚠ " } else { "" };
            let marks: String = hints(Some(reply), look).into_iter().flat_map(|(mark, _)| [mark, " "]).collect();
            let status = reply.status.map_or_else(end, |status| status.to_string());
            let replayed = row.verdict.map(|verdict| format!("{} ", replayed_mark(verdict))).unwrap_or_default();
            format!("{replayed}{marks}{mark}{status} · {}", milliseconds(reply.elapsed))
        }
        // A message that never went to the listener gets no reply from it.
        None if row.replay => "–".to_owned(),
        None => look.text("window.list.open").into_owned(),
    }
}

/// Facts about a row that its status does not tell, in words.
fn hint_words(row: &CaptureSummary, look: &Look) -> Vec<String> {
    let replayed = row.verdict.map(|verdict| replayed_words(verdict, look));
    let hints = hints(row.reply.as_ref(), look).into_iter().map(|(_, words)| words);
    hints.chain(replayed).collect()
}

/// Facts about an answer, each with its mark: an injected fault, and the developer's own server late or failed.
fn hints(reply: Option<&ReplySummary>, look: &Look) -> Vec<(&'static str, String)> {
    let Some(reply) = reply else { return Vec::new() };
    let fault = reply.fault.map(|name| (FAULT_MARK, fault_hint(name, look)));
    fault.into_iter().chain(reply.forward.and_then(|state| forward_hint(state, look))).collect()
}
