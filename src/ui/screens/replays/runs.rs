//! List of the runs: time, target, mode, and outcome of each.

use egui::{Frame, Id, Margin, RichText, Ui};

use super::{OpenRun, ReplaysScreen};
use crate::capture::{RunId, StoredRun};
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, Screen};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_MEDIUM, GAP_PAGE};
use crate::ui::widgets::table::{Cell, Column, TableRow, table_ui};
use crate::ui::widgets::verdicts::outcome_words;

/// Minimum width for all columns, in points; below it, those in the middle are dropped, which the open run repeats.
const WIDE: f32 = 1_100.0;

/// Minimum width for the target beside time and outcome, in points.
const ROOM_FOR_TARGET: f32 = 640.0;

/// Width of a date with its time, in points.
const TIME_WIDTH: f32 = 116.0;

const RUN: Column = Column::numbers("replays.column.run", 44.0);
const TIME: Column = Column::texts("replays.column.time", TIME_WIDTH);
const TARGET: Column = Column::texts("replays.column.target", 0.0);
const OUTCOME: Column = Column::texts("replays.column.outcome", 0.0);

const COLUMNS: [Column; 6] = [
    RUN,
    TIME,
    TARGET,
    Column::texts("replays.column.mode", 196.0),
    Column::numbers("replays.column.sent", 84.0),
    OUTCOME,
];

/// Columns of a narrow list; the outcome has room for all that is counted in it.
const NARROW: [Column; 4] = [RUN, TIME, TARGET, Column::texts("replays.column.outcome", 340.0)];

/// Columns of a list beside an open run in a narrow window: the run names its target.
const NARROWEST: [Column; 3] = [RUN, TIME, OUTCOME];

impl ReplaysScreen {
    /// Draws the list of runs.
    pub(super) fn runs_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if self.runs.is_empty() {
            self.empty_ui(ui, look, actions);
            return;
        }
        let columns: &[Column] = match ui.available_width() {
            WIDE.. => &COLUMNS,
            ROOM_FOR_TARGET.. => &NARROW,
            _ => &NARROWEST,
        };
        let Self { runs, opened, running, .. } = self;
        let opened = opened.as_ref().map(OpenRun::id);
        // The cells begin below the tabs.
        let frame = Frame::new().inner_margin(Margin::symmetric((GAP_PAGE - GAP_MEDIUM) as i8, 0));
        let clicked = frame.show(ui, |ui| {
            table_ui(ui, "runs", columns, runs.len(), look, |index| {
                let run = &runs[index];
                let cells = cells(run, *running, columns.len(), look);
                TableRow { id: Id::unique(("run", run.id.0)), cells, selected: opened == Some(run.id) }
            })
        });
        let clicked = clicked.inner;
        if let Some(run) = clicked.and_then(|index| self.runs.get(index)) {
            self.to_open = Some(run.id);
        }
    }

    fn empty_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.3);
            ui.spacing_mut().item_spacing.y = GAP;
            if !self.is_known {
                ui.weak(look.text("replays.reading"));
                return;
            }
            ui.label(RichText::new(look.text("replays.nothing")).color(look.palette.strong).size(15.0));
            ui.weak(look.filled("replays.nothing_hint", &[("key", &keys::REPLAY.hint())]));
            if ui.button(look.text("replays.to_events")).clicked() {
                actions.push(Action::ShowScreen(Screen::Events));
            }
        });
    }
}

fn cells(run: &StoredRun, running: Option<RunId>, columns: usize, look: &Look) -> Vec<Cell> {
    let palette = look.palette;
    let (outcome, color) = outcome_words(run, running == Some(run.id), look);
    let number = Cell::code(run.id.to_string(), palette.weak);
    let time = Cell::words(look.dated(run.run.started_at), palette.weak);
    let target = Cell::code(safe_text(&run.run.target), palette.strong);
    let outcome = Cell::words(outcome, color);
    if columns == NARROWEST.len() {
        return vec![number, time, outcome];
    }
    if columns == NARROW.len() {
        return vec![number, time, target, outcome];
    }
    let mode = look.text(&format!("replay.mode.{}.name", run.run.mode.as_str())).into_owned();
    let sent = format!("{} / {}", run.tally.sent, run.run.planned);
    vec![number, time, target, Cell::words(mode, palette.text), Cell::code(sent, palette.text), outcome]
}
