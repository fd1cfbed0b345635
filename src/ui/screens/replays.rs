//! The screen of replays: the runs there were, the replays of one of them, and the targets.

use egui::{CentralPanel, Frame, Margin, Panel, Stroke, Ui};

use crate::capture::{ReplaySummary, RunId, StoredRun};
use crate::engine::{Command, Saved, Status};
use crate::ui::action::{Action, Move};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};

mod opened;
mod runs;
mod targets;

use opened::Opened;
use targets::Targets;

/// The opened run's width when it is first shown, and the least that it and the runs can have, in points.
const RUN_WIDTH: f32 = 620.0;
const RUN_SMALLEST: f32 = 500.0;
const RUNS_SMALLEST: f32 = 380.0;

/// What the screen shows beside an opened run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Runs,
    Targets,
}

/// What is known of replays, and what is typed and not yet saved.
#[derive(Debug, Default)]
pub(crate) struct Replays {
    page: Page,
    /// The newest first.
    runs: Vec<StoredRun>,
    /// Whether the runs were ever read.
    is_known: bool,
    /// The runs are to be read again, or on their way.
    wanted: bool,
    asked: bool,
    opened: Option<Opened>,
    to_open: Option<RunId>,
    /// The run that is under way.
    running: Option<RunId>,
    targets: Targets,
}

impl Replays {
    /// The runs are to be read again.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    /// Something was written to the store: while a run is under way, that may be replays of it.
    pub(crate) fn note_written(&mut self) {
        self.wanted |= self.running.is_some();
    }

    /// Asks for what is wanted. `false`: there was no room for a question.
    pub(crate) fn ask(&mut self, mut ask: impl FnMut(Command) -> bool) -> bool {
        if self.wanted && !self.asked {
            if !ask(Command::ListRuns) {
                return false;
            }
            (self.wanted, self.asked) = (false, true);
        }
        if let Some(id) = self.to_open {
            if !ask(Command::OpenRun { id }) {
                return false;
            }
            self.to_open = None;
        }
        true
    }

    /// A question may have come to nothing: it is not waited for any longer.
    pub(crate) fn failed(&mut self) {
        self.asked = false;
    }

    /// A run has begun.
    pub(crate) fn begun(&mut self, run: StoredRun) {
        self.running = Some(run.id);
        self.put(run);
    }

    /// A run is over, or more is known of it.
    pub(crate) fn ended(&mut self, run: StoredRun) {
        if run.end.is_some() {
            self.running = self.running.filter(|running| *running != run.id);
        }
        if self.opened.as_ref().is_some_and(|opened| opened.id() == run.id) {
            self.to_open = Some(run.id);
        }
        self.put(run);
    }

    /// No run is under way: one that failed in between is not waited for.
    pub(crate) fn note_idle(&mut self) {
        self.running = None;
    }

    fn put(&mut self, run: StoredRun) {
        match self.runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) => *known = run,
            None => self.runs.insert(0, run),
        }
    }

    /// Takes in the runs.
    pub(crate) fn listed(&mut self, runs: Vec<StoredRun>) {
        (self.asked, self.is_known, self.runs) = (false, true, runs);
    }

    /// Takes in a run's replays.
    pub(crate) fn read(&mut self, run: StoredRun, rows: Vec<ReplaySummary>) {
        let only = self.opened.as_ref().filter(|opened| opened.id() == run.id).map(Opened::only);
        self.put(run.clone());
        self.opened = Some(Opened::new(run, rows, only.unwrap_or_default()));
    }

    /// Opens that run with the next question.
    pub(crate) fn open(&mut self, id: RunId) {
        (self.page, self.to_open) = (Page::Runs, Some(id));
    }

    /// Opens a neighbour of the run that is open, or the first.
    pub(crate) fn move_selection(&mut self, movement: Move) {
        let Some(last) = self.runs.len().checked_sub(1) else { return };
        let opened = self.to_open.or_else(|| self.opened.as_ref().map(Opened::id));
        let at = opened.and_then(|id| self.runs.iter().position(|run| run.id == id));
        let to = match (movement, at) {
            (Move::First, _) | (Move::By(_) | Move::Pages(_), None) => 0,
            (Move::Last, _) => last,
            (Move::Pages(_), Some(_)) => return,
            (Move::By(runs), Some(at)) => at.saturating_add_signed(runs as isize).min(last),
        };
        self.open(self.runs[to].id);
    }

    /// Closes the run that is open. Whether one was.
    pub(crate) fn close(&mut self) -> bool {
        self.opened.take().is_some()
    }

    /// That has been saved.
    pub(crate) fn saved(&mut self, what: &Saved) {
        if *what == Saved::Targets {
            self.targets.saved();
        }
    }

    /// The runs, the newest first.
    pub(crate) fn runs(&self) -> &[StoredRun] {
        &self.runs
    }

    /// The run that is under way.
    pub(crate) fn running(&self) -> Option<&StoredRun> {
        self.runs.iter().find(|run| Some(run.id) == self.running)
    }

    /// Draws the screen.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        if self.page == Page::Runs
            && let Some(opened) = &mut self.opened
        {
            let room = ui.available_width();
            if room < RUN_SMALLEST + RUNS_SMALLEST {
                opened.ui(ui, look, actions);
                return;
            }
            let panel = Panel::right("run").resizable(true).default_size(RUN_WIDTH.min(room - RUNS_SMALLEST));
            let panel = panel.size_range(RUN_SMALLEST..=room - RUNS_SMALLEST);
            panel.frame(Frame::new().fill(look.palette.surface)).show(ui, |ui| opened.ui(ui, look, actions));
        }
        CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
            self.pages_ui(ui, look);
            match self.page {
                Page::Runs => self.runs_ui(ui, look, actions),
                Page::Targets => self.targets.ui(ui, status, look, actions),
            }
        });
    }

    fn pages_ui(&mut self, ui: &mut Ui, look: &Look) {
        let row = Frame::new().inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP_SMALL;
                for (page, key) in [(Page::Runs, "replays.page.runs"), (Page::Targets, "replays.page.targets")] {
                    ui.selectable_value(&mut self.page, page, look.text(key).into_owned());
                }
                ui.add_space(GAP);
            });
        });
        let rect = row.response.rect;
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.palette.line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Against, ReplayForm, ReplayMode, ReplayRun, RunEnd, Tally};

    fn run(id: i64, end: Option<RunEnd>) -> StoredRun {
        let run = ReplayRun {
            started_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            target: "http://127.0.0.1:1/wx".to_owned(),
            mode: ReplayMode::Resign,
            form: ReplayForm::AsCaptured,
            planned: 1,
            against: Against::Last,
        };
        StoredRun { id: RunId(id), run, end, tally: Tally::default() }
    }

    fn asked(replays: &mut Replays) -> Vec<String> {
        let mut asked = Vec::new();
        assert!(replays.ask(|command| {
            asked.push(format!("{command:?}"));
            true
        }));
        asked
    }

    #[test]
    fn the_runs_are_asked_for_once_until_they_come() {
        let mut replays = Replays::default();
        replays.want();
        assert!(!replays.ask(|_| false), "there was no room");
        assert_eq!(asked(&mut replays), ["ListRuns"]);
        replays.want();
        assert!(asked(&mut replays).is_empty(), "they are on their way");
        replays.listed(vec![run(1, Some(RunEnd::Finished))]);
        assert_eq!(asked(&mut replays), ["ListRuns"]);
        replays.failed();
        assert!(asked(&mut replays).is_empty());
    }

    #[test]
    fn while_a_run_is_under_way_what_is_written_may_be_of_it() {
        let mut replays = Replays::default();
        replays.note_written();
        assert!(asked(&mut replays).is_empty());
        replays.begun(run(2, None));
        assert_eq!(replays.running().map(|run| run.id), Some(RunId(2)));
        replays.note_written();
        assert_eq!(asked(&mut replays), ["ListRuns"]);
        replays.ended(run(2, Some(RunEnd::Dead)));
        assert!(replays.running().is_none());
        assert_eq!(replays.runs()[0].end, Some(RunEnd::Dead));
    }

    #[test]
    fn keys_go_from_run_to_run() {
        let mut replays = Replays::default();
        replays.move_selection(Move::By(1));
        assert!(asked(&mut replays).is_empty());
        replays.listed([3, 2, 1].map(|id| run(id, Some(RunEnd::Finished))).into());
        for (movement, expected) in
            [(Move::By(1), 3), (Move::By(1), 2), (Move::Last, 1), (Move::By(1), 1), (Move::First, 3)]
        {
            replays.move_selection(movement);
            assert_eq!(replays.to_open, Some(RunId(expected)));
        }
    }
}
