//! The open run: how it was sent, and the list of its replays with a filter.

use std::collections::BTreeSet;

use egui::{Button, Frame, Id, Label, Margin, RichText, Sides, Ui};

use crate::capture::{Against, CaptureId, ReplaySummary, RunId, StoredRun, Verdict};
use crate::engine::{Pace, ReplayHow, ReplayRequest, ReplayWhat, Selection};
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, SendAction};
use crate::ui::look::{Look, attempt_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::cell::CELL_CHARS;
use crate::ui::widgets::controls::{small_button, title, weak};
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::table::{Cell, Column, TableRow, table_ui};
use crate::ui::widgets::verdicts::{legal_words, outcome_words, verdict_color, verdict_words};

/// Minimum width for the column of legality, in points; below it, a mark before the status stands for it.
const WIDE: f32 = 600.0;

const COLUMNS: [Column; 7] = [
    Column::numbers("replays.column.event", 52.0),
    Column::texts("replays.column.kind", 0.0),
    Column::texts("replays.column.copy", 48.0),
    Column::numbers("replays.column.status", 44.0),
    Column::numbers("replays.column.elapsed", 76.0),
    Column::texts("replays.column.verdict", 104.0),
    Column::texts("replays.column.legal", 92.0),
];

/// Filter of the replays of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReplayFilter {
    #[default]
    All,
    /// Replays whose reply WeChat would reject.
    Failed,
    /// Replays that were legal before, and are not now.
    Regressed,
    /// Replays with another reply than before.
    Changed,
}

impl ReplayFilter {
    const ALL: [Self; 4] = [Self::All, Self::Failed, Self::Regressed, Self::Changed];

    fn key(self) -> &'static str {
        match self {
            Self::All => "replays.only.all",
            Self::Failed => "replays.only.failed",
            Self::Regressed => "replays.only.regressed",
            Self::Changed => "replays.only.changed",
        }
    }

    fn matches(self, row: &ReplaySummary) -> bool {
        match self {
            Self::All => true,
            Self::Failed => !row.is_legal,
            Self::Regressed => row.verdict == Verdict::Regressed,
            Self::Changed => !matches!(row.verdict, Verdict::New | Verdict::Same),
        }
    }
}

/// A run with its replays.
#[derive(Debug)]
pub(super) struct OpenRun {
    run: StoredRun,
    rows: Vec<ReplaySummary>,
    filter: ReplayFilter,
    /// Indices of the rows that match the filter.
    shown: Vec<usize>,
    /// Number of matching rows of each filter, in the order of [`ReplayFilter::ALL`].
    counts: [usize; ReplayFilter::ALL.len()],
    /// The row that was clicked last.
    selected: Option<usize>,
}

impl OpenRun {
    /// Opens a run with its replays and a filter.
    pub(super) fn new(run: StoredRun, rows: Vec<ReplaySummary>, filter: ReplayFilter) -> Self {
        let counts = ReplayFilter::ALL.map(|filter| rows.iter().filter(|row| filter.matches(row)).count());
        let mut opened = Self { run, rows, filter, shown: Vec::new(), counts, selected: None };
        opened.show(filter);
        opened
    }

    /// Id of the run.
    pub(super) fn id(&self) -> RunId {
        self.run.id
    }

    /// Filter that is active.
    pub(super) fn filter(&self) -> ReplayFilter {
        self.filter
    }

    fn show(&mut self, filter: ReplayFilter) {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| filter.matches(row));
        (self.filter, self.shown) = (filter, rows.map(|(at, _)| at).collect());
    }

    /// Builds a request that repeats some of the replays and compares them with this run.
    fn repeat_request(&self, matches: impl Fn(&ReplaySummary) -> bool) -> ReplayRequest {
        let Self { run, rows, .. } = self;
        // Removed events cannot be sent.
        let events = rows.iter().filter(|row| !row.kind.is_empty() && matches(row));
        let events: BTreeSet<CaptureId> = events.map(|row| row.event).collect();
        let copies = rows.iter().map(|row| row.copy).max().and_then(std::num::NonZeroU32::new);
        ReplayRequest {
            what: ReplayWhat::Stored(Selection::Ids(events.into_iter().collect())),
            target: run.run.target.clone(),
            account: None,
            how: ReplayHow {
                mode: run.run.mode,
                form: run.run.form,
                as_retry: rows.iter().any(|row| row.attempt > 1),
                burst: copies.unwrap_or(std::num::NonZeroU32::MIN),
                pace: Pace::Fast,
                against: Against::Run(run.id),
            },
        }
    }

    /// Draws the open run.
    pub(super) fn ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        Frame::new().inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP_SMALL;
            self.head_ui(ui, look, actions);
            ui.add_space(GAP_SMALL);
            self.filter_ui(ui, look);
        });
        if self.shown.is_empty() {
            ui.vertical_centered(|ui| {
                ui.add_space(GAP);
                ui.weak(look.text("replays.none_shown"));
            });
            return;
        }
        let Self { rows, shown, selected, .. } = self;
        // The last column repeats what the mark conveys.
        let is_wide = ui.available_width() >= WIDE;
        let columns = if is_wide { &COLUMNS[..] } else { &COLUMNS[..COLUMNS.len() - 1] };
        let clicked = table_ui(ui, "replays", columns, shown.len(), look, |index| {
            let row = &rows[shown[index]];
            TableRow {
                id: Id::unique(("replay", row.id.0)),
                cells: cells(row, is_wide, look),
                selected: *selected == Some(index),
            }
        });
        let clicked = clicked.filter(|index| shown.get(*index).is_some_and(|at| !rows[*at].kind.is_empty()));
        if let Some(row) = clicked.and_then(|index| rows.get(*shown.get(index)?)) {
            *selected = clicked;
            actions.push(Action::Send(SendAction::ShowReplay { event: row.event, replay: row.id }));
        }
    }

    fn head_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let run = &self.run.run;
        let words = look.filled("replays.run.title", &[("run", &self.run.id.to_string())]);
        let close = |ui: &mut Ui| ui.add(small_button(look.text("replays.run.close").into_owned())).clicked();
        let ((), closed) = Sides::new().show(ui, |ui| title(ui, look, &words), close);
        if closed {
            actions.push(Action::Send(SendAction::CloseRun));
        }
        ui.add(Label::new(RichText::new(safe_text(&run.target)).monospace().color(look.palette.strong)).wrap());
        let started = look.dated(run.started_at);
        let mode = look.text(&format!("replay.mode.{}.name", run.mode.as_str())).into_owned();
        let form = look.text(&format!("replay.form.{}", run.form.as_str())).into_owned();
        let against = match run.against {
            Against::Forward => look.text("replay.against.forward").into_owned(),
            Against::Last => look.text("replay.against.last").into_owned(),
            Against::Run(id) => look.filled("replay.against.run_alone", &[("run", &id.to_string())]),
        };
        let against = look.filled("replays.run.against", &[("against", &against)]);
        ui.add(Label::new(weak(look, format!("{started} · {mode} · {form} · {against}"))).wrap());
        let (outcome, color) = outcome_words(&self.run, false, look);
        let counts = [("sent", self.run.tally.sent.to_string()), ("planned", run.planned.to_string())];
        let [(_, sent), (_, planned)] = &counts;
        let sent = look.filled("replays.run.sent", &[("sent", sent), ("planned", planned)]);
        ui.add(Label::new(RichText::new(format!("{outcome} · {sent}")).color(color)).wrap());
        if let Some((listed, sent)) = self.truncation() {
            let words =
                look.filled("replays.run.first", &[("count", &listed.to_string()), ("sent", &sent.to_string())]);
            ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
        }
        self.repeat_ui(ui, look, actions);
    }

    /// Number of listed and of sent replays, if a finished run has more than can be listed.
    fn truncation(&self) -> Option<(u64, u64)> {
        let (listed, sent) = (self.rows.len() as u64, self.run.tally.sent);
        (self.run.end.is_some() && listed < sent).then_some((listed, sent))
    }

    fn repeat_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let can_send = !self.rows.is_empty() && self.run.end.is_some();
            let all = ui.add_enabled(can_send, Button::new(look.text("replays.run.again")));
            if all.on_hover_text(look.text("replays.run.again_hint")).clicked() {
                actions.push(Action::Send(SendAction::Again(Box::new(self.repeat_request(|_| true)))));
            }
            let failed = |row: &ReplaySummary| !row.is_legal;
            let [_, count, ..] = self.counts;
            let button = Button::new(look.text("replays.run.failed_again"));
            if ui.add_enabled(can_send && count > 0, button).clicked() {
                actions.push(Action::Send(SendAction::Again(Box::new(self.repeat_request(failed)))));
            }
        });
    }

    fn filter_ui(&mut self, ui: &mut Ui, look: &Look) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            for (filter, count) in ReplayFilter::ALL.into_iter().zip(self.counts) {
                let words = look.filled(filter.key(), &[("count", &count.to_string())]);
                if ui.selectable_label(filter == self.filter, words).clicked() {
                    self.show(filter);
                    self.selected = None;
                }
            }
        });
    }
}

fn cells(row: &ReplaySummary, is_wide: bool, look: &Look) -> Vec<Cell> {
    let palette = look.palette;
    let kind = if row.kind.is_empty() {
        Cell::words(look.text("replays.gone"), palette.weak)
    } else {
        let key = row.event_key.as_deref().filter(|key| !key.is_empty()).map(|key| format!(" · {}", safe_text(key)));
        Cell::words(format!("{}{}", look.kind(&row.kind, CELL_CHARS), key.unwrap_or_default()), palette.text)
    };
    let copy = if row.copy > 1 { format!("×{}", row.copy) } else { String::new() };
    let legal_color = if row.is_legal { palette.weak } else { palette.error };
    let status = row.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
    let mark = if row.is_legal { "✓" } else { "×" };
    let status =
        if is_wide { Cell::code(status, palette.text) } else { Cell::words(format!("{mark} {status}"), legal_color) };
    vec![
        Cell::code(row.event.to_string(), palette.weak),
        kind,
        Cell::words(format!("{}{copy}", attempt_mark(row.attempt)), palette.text),
        status,
        Cell::code(milliseconds(row.elapsed), palette.text),
        Cell::words(verdict_words(row.verdict, look), verdict_color(row.verdict, look)),
        Cell::words(legal_words(row.is_legal, look), legal_color),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{ReplayForm, ReplayId, ReplayMode, ReplayRun, RunEnd, VerdictCounts};

    fn row(id: i64, event: i64, verdict: Verdict, is_legal: bool) -> ReplaySummary {
        ReplaySummary {
            id: ReplayId(id),
            event: CaptureId(event),
            kind: "CLICK".to_owned(),
            event_key: None,
            attempt: 1,
            copy: 1,
            status: Some(200),
            elapsed: std::time::Duration::from_millis(3),
            verdict,
            is_legal,
        }
    }

    fn opened(rows: Vec<ReplaySummary>) -> OpenRun {
        let run = ReplayRun {
            started_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            target: "http://127.0.0.1:1/wx".to_owned(),
            mode: ReplayMode::Fresh,
            form: ReplayForm::Plain,
            planned: 4,
            against: Against::Last,
        };
        let run = StoredRun { id: RunId(9), run, end: Some(RunEnd::Finished), tally: VerdictCounts::default() };
        OpenRun::new(run, rows, ReplayFilter::All)
    }

    #[test]
    fn failed_and_regressed_replays_are_listed_alone() {
        let mut opened = opened(vec![
            row(1, 1, Verdict::Same, true),
            row(2, 2, Verdict::Regressed, false),
            row(3, 3, Verdict::Same, false),
            row(4, 4, Verdict::Fixed, true),
        ]);
        assert_eq!(opened.counts, [4, 2, 1, 2]);
        opened.show(ReplayFilter::Failed);
        assert_eq!(opened.shown, [1, 2]);
        opened.show(ReplayFilter::Regressed);
        assert_eq!(opened.shown, [1]);
    }

    #[test]
    fn a_run_that_is_listed_in_part_is_marked() {
        let mut opened = opened(vec![row(1, 1, Verdict::Same, true), row(2, 2, Verdict::Same, true)]);
        opened.run.tally.sent = 2;
        assert_eq!(opened.truncation(), None);
        opened.run.tally.sent = 5;
        assert_eq!(opened.truncation(), Some((2, 5)));
        // During the run, the list lags behind.
        opened.run.end = None;
        assert_eq!(opened.truncation(), None);
    }

    #[test]
    fn a_run_is_repeated_as_it_was_and_compared_with_itself() {
        let mut rows =
            vec![row(1, 7, Verdict::New, true), row(2, 7, Verdict::New, false), row(3, 5, Verdict::New, true)];
        (rows[1].copy, rows[2].attempt) = (2, 3);
        rows.push(ReplaySummary { kind: String::new(), ..row(4, 8, Verdict::New, true) });
        let opened = opened(rows);
        let all = opened.repeat_request(|_| true);
        assert!(matches!(&all.what, ReplayWhat::Stored(Selection::Ids(ids)) if *ids == [CaptureId(5), CaptureId(7)]));
        assert_eq!(all.how.against, Against::Run(RunId(9)));
        assert_eq!((all.how.burst.get(), all.how.as_retry, all.how.mode), (2, true, ReplayMode::Fresh));
        let failed = opened.repeat_request(|row| !row.is_legal);
        assert!(matches!(&failed.what, ReplayWhat::Stored(Selection::Ids(ids)) if *ids == [CaptureId(7)]));
    }
}
