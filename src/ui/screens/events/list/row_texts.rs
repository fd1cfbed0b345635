//! Texts of a row, cleaned and shortened once and not in each frame.

use std::cell::OnceCell;

use jiff::civil::Date;

use crate::capture::{CaptureSummary, ReplyMeaning, content_words, reply_words, summary_words};
use crate::texts::safe_text::{both_ends, shortened};
use crate::ui::look::{Look, fault_hint, forward_hint};
use crate::ui::widgets::annotation;
use crate::ui::widgets::cell::CELL_CHARS;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::team_badge::badge_words;
use crate::ui::widgets::verdicts::replayed_words;

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
    /// The time of arrival alone, and with the date.
    pub(super) clock: String,
    pub(super) dated: String,
    /// The local day of arrival.
    pub(super) day: Date,
    pub(super) kind: String,
    /// Key and content.
    pub(super) summary: String,
    pub(super) openid: String,
    pub(super) signature: String,
    pub(super) mode: String,
    pub(super) meaning: ReplyMeaning,
    /// The reply by its meaning, or that there is none yet.
    pub(super) reply: String,
    /// Milliseconds until the reply.
    pub(super) elapsed: String,
    /// Facts about a reply that its status does not tell, each in words.
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

/// Key and content, after the name of whose tap it is.
fn summary(row: &CaptureSummary, look: &Look) -> String {
    let words = shortened(&summary_words(row, look.language), CELL_CHARS);
    match &row.team.claimed {
        Some(name) => look.filled("team.summary", &[("name", &shortened(name, CELL_CHARS)), ("summary", &words)]),
        None => words,
    }
}

impl RowTexts {
    fn of(row: &CaptureSummary, look: &Look) -> Self {
        let mut texts = Self {
            clock: look.clock(row.received_at),
            dated: look.dated(row.received_at),
            day: look.local(row.received_at).date(),
            kind: look.kind(&row.kind, CELL_CHARS),
            summary: summary(row, look),
            openid: both_ends(row.openid.as_deref().unwrap_or_default(), ENDS),
            signature: look.text(&format!("window.signature.{}", row.signature.as_str())).into_owned(),
            mode: look.text(&format!("window.mode.{}", row.mode.as_str())).into_owned(),
            meaning: ReplyMeaning::of(row),
            reply: shortened(&reply_words(row, look.language), CELL_CHARS),
            elapsed: row.reply.as_ref().map(|reply| milliseconds(reply.elapsed)).unwrap_or_default(),
            hints: hints(row, look),
            name: String::new(),
        };
        texts.name = texts.name_with(row, None, look).join(", ");
        texts
    }

    /// The parts of the accessible name: all cells, in order. `held` takes the place of the reply.
    pub(super) fn name_with(&self, row: &CaptureSummary, held: Option<String>, look: &Look) -> Vec<String> {
        let mut parts = vec![self.clock.clone(), self.kind.clone()];
        let named = [&row.event_key, &row.openid].into_iter().flatten().filter(|text| !text.is_empty());
        parts.extend(named.map(|text| shortened(text, CELL_CHARS)));
        parts.extend(content_words(row, look.language));
        parts.push(look.filled("window.row.attempt", &[("number", &row.placement.attempt.to_string())]));
        parts.push(look.filled("window.row.signature", &[("state", &self.signature)]));
        parts.push(self.mode.clone());
        parts.push(match (held, &row.reply) {
            (Some(held), _) => held,
            (None, Some(reply)) => {
                let status = reply.status.map(|status| status.to_string()).unwrap_or_default();
                let answer = format!("{status} {} · {}", self.reply, self.elapsed);
                look.filled("window.row.answered", &[("answer", answer.trim())])
            }
            (None, None) => self.reply.clone(),
        });
        parts.extend(self.hints.iter().cloned());
        parts.extend(badge_words(&row.team, look));
        parts.extend(annotation::words(&row.annotation, look));
        if row.replay {
            parts.push(look.text("window.list.own").into_owned());
        }
        parts
    }
}

/// Facts about a row: an injected fault, the developer's own server late or failed, and the verdict on its last replay.
fn hints(row: &CaptureSummary, look: &Look) -> Vec<String> {
    let Some(reply) = &row.reply else { return Vec::new() };
    let fault = reply.fault.map(|name| fault_hint(name, look));
    let forward = reply.forward.and_then(|state| forward_hint(state, look)).map(|(_, words)| words);
    let replayed = row.verdict.map(|verdict| replayed_words(verdict, look));
    [fault, forward, replayed].into_iter().flatten().collect()
}
