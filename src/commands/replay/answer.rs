//! One answer to a replay: as a row with what is wrong below it, and as JSON.

use serde_json::Value;

use crate::capture::{CaptureSummary, StoredReplay, Verdict};
use crate::commands::output::{finding_lines, quoted};
use crate::operations::AnsweredReplay;
use crate::replay::Change;
use crate::texts::Language;
use crate::texts::safe_text::shortened;
use crate::wechat::codes::Severity;

/// The titles above the rows.
pub(super) const HEADING: [&str; 7] = ["EVENT", "TRY", "STATUS", "MS", "VERDICT", "KIND", "KEY"];

/// The columns that have numbers or words of a known length; kind and key end the row.
const WIDTHS: [usize; 5] = [6, 4, 6, 8, 9];

/// Kinds, keys and texts that changed are cut to so many characters.
const CELL: usize = 60;

/// So many changed elements are named for one answer; the rest is counted.
const MOST_CHANGES: usize = 8;

/// One answer, with the event that was sent and what is different from before.
pub(super) struct Answer<'a> {
    pub(super) stored: &'a StoredReplay,
    pub(super) event: Option<&'a CaptureSummary>,
    /// `None` without anything to compare it with.
    pub(super) changes: Option<Vec<Change>>,
    pub(super) language: Language,
}

/// A row of the table; it is printed before the next is known, so that the columns have fixed widths.
pub(super) fn row(cells: [String; 7]) -> String {
    let [numbers @ .., kind, key] = cells;
    let numbers = numbers.iter().zip(WIDTHS).map(|(cell, width)| format!("{cell:>width$}"));
    let row = numbers.chain([format!("{kind:<20}"), key]).collect::<Vec<_>>().join("  ");
    row.trim_end().to_owned()
}

impl Answer<'_> {
    /// Its name in a test report.
    pub(super) fn name(&self) -> String {
        let key = self.key();
        let of = if self.tries() { format!(", {}", self.attempt()) } else { String::new() };
        format!(
            "{} {}{}{of}",
            self.stored.replayed.event,
            self.kind(),
            if key.is_empty() { key } else { format!(" {key}") }
        )
    }

    /// The kind of the event that was sent.
    pub(super) fn kind(&self) -> String {
        self.event.map_or_else(String::new, |event| shortened(&event.kind, CELL))
    }

    fn key(&self) -> String {
        shortened(self.event.and_then(|event| event.event_key.as_deref()).unwrap_or_default(), CELL)
    }

    fn tries(&self) -> bool {
        let replayed = &self.stored.replayed;
        (replayed.attempt, replayed.copy) != (1, 1)
    }

    /// Numbers of the attempt and of the copy.
    fn attempt(&self) -> String {
        let replayed = &self.stored.replayed;
        if replayed.copy == 1 {
            replayed.attempt.to_string()
        } else {
            format!("{}.{}", replayed.attempt, replayed.copy)
        }
    }

    /// The row, what is not legal, and what has changed.
    pub(super) fn lines(&self) -> Vec<String> {
        let replayed = &self.stored.replayed;
        let ms = replayed.answer.elapsed.as_secs_f64() * 1000.0;
        let mut lines = vec![row([
            replayed.event.to_string(),
            self.attempt(),
            replayed.answer.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
            format!("{ms:.1}"),
            replayed.verdict.as_str().to_owned(),
            self.kind(),
            self.key(),
        ])];
        lines.extend(self.what_is_wrong().into_iter().map(|line| format!("        {line}")));
        if replayed.verdict != Verdict::Same {
            lines.extend(self.changes().into_iter().map(|line| format!("        {line}")));
        }
        lines
    }

    /// The reasons why WeChat would refuse it, a line each.
    pub(super) fn what_is_wrong(&self) -> Vec<String> {
        let answer = &self.stored.replayed.answer;
        let problem = answer.problem.iter().map(|problem| quoted(&problem.words(self.language)));
        let errors = answer.lint.iter().filter(|finding| finding.code.severity() == Severity::Error);
        problem.chain(errors.flat_map(|finding| finding_lines(finding, self.language))).collect()
    }

    /// The differences from the baseline, an element a line.
    pub(super) fn changes(&self) -> Vec<String> {
        let changes = self.changes.as_deref().unwrap_or_default();
        let text = |text: &Option<String>| match text {
            Some(text) => format!("\"{}\"", shortened(text, CELL)),
            None => "—".to_owned(),
        };
        let line = |change: &Change| {
            let path = if change.path.is_empty() { "body" } else { &change.path };
            format!("{}: {} → {}", quoted(path), text(&change.before), text(&change.after))
        };
        let mut lines: Vec<String> = changes.iter().take(MOST_CHANGES).map(line).collect();
        let more = changes.len().saturating_sub(MOST_CHANGES);
        lines.extend((more > 0).then(|| format!("and {more} more")));
        lines
    }

    /// Everything, as one object.
    pub(super) fn json(&self) -> Value {
        let Self { stored, event, changes, language } = self;
        AnsweredReplay { stored, event: *event, changes: changes.as_deref() }.json(*language)
    }
}
