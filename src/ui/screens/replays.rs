//! Screen of replays: the list of runs, the replays of the open run, and the targets.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::capture::{ReplaySummary, RunId, StoredRun};
use crate::engine::{QueryCommand, SavedSetting, Status};
use crate::ui::action::{Action, Move};
use crate::ui::look::Look;
use crate::ui::pane_stop::name_handle;
use crate::ui::theme::GAP_PAGE;
use crate::ui::widgets::tab_bar::{TabLabel, tab_bar_ui};

mod opened;
mod runs;
mod targets;

use opened::OpenRun;
use targets::Targets;

/// Initial and minimum width of the open run, initial and minimum width of the list of runs beside it, in points.
const RUN_WIDTH: f32 = 760.0;
const RUN_SMALLEST: f32 = 500.0;
const RUNS_WIDTH: f32 = 450.0;
const RUNS_SMALLEST: f32 = 380.0;

/// Page shown beside the open run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Runs,
    Targets,
}

/// State of the screen: the runs, and unsaved input.
#[derive(Debug, Default)]
pub(crate) struct ReplaysScreen {
    page: Page,
    runs: Vec<StoredRun>,
    /// Set once the runs have been read.
    is_known: bool,
    /// Set if the runs are to be read again.
    is_outdated: bool,
    is_requested: bool,
    opened: Option<OpenRun>,
    to_open: Option<RunId>,
    /// The run in progress.
    running: Option<RunId>,
    targets: Targets,
}

impl ReplaysScreen {
    /// Requests that the runs are read again.
    pub(crate) fn want(&mut self) {
        self.is_outdated = true;
    }

    /// Notes a write to the store: during a run, it may have added replays.
    pub(crate) fn note_written(&mut self) {
        self.is_outdated |= self.running.is_some();
    }

    /// Sends the pending requests; returns false if the queue is full.
    pub(crate) fn ask(&mut self, mut ask: impl FnMut(QueryCommand) -> bool) -> bool {
        if self.is_outdated && !self.is_requested {
            if !ask(QueryCommand::ListRuns) {
                return false;
            }
            (self.is_outdated, self.is_requested) = (false, true);
        }
        if let Some(id) = self.to_open {
            if !ask(QueryCommand::OpenRun { id }) {
                return false;
            }
            self.to_open = None;
        }
        true
    }

    /// Notes that a request may have failed: it is not awaited any longer.
    pub(crate) fn failed(&mut self) {
        self.is_requested = false;
    }

    /// Adds a run that has begun.
    pub(crate) fn begun(&mut self, run: StoredRun) {
        self.running = Some(run.id);
        self.put(run);
    }

    /// Updates a run that has ended or progressed.
    pub(crate) fn ended(&mut self, run: StoredRun) {
        if run.end.is_some() {
            self.running = self.running.filter(|running| *running != run.id);
        }
        if self.opened.as_ref().is_some_and(|opened| opened.id() == run.id) {
            self.to_open = Some(run.id);
        }
        self.put(run);
    }

    /// Notes that no run is in progress, even if one has failed without an end.
    pub(crate) fn note_idle(&mut self) {
        self.running = None;
    }

    fn put(&mut self, run: StoredRun) {
        match self.runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) => *known = run,
            None => self.runs.insert(0, run),
        }
    }

    /// Stores the runs that were read.
    pub(crate) fn listed(&mut self, runs: Vec<StoredRun>) {
        (self.is_requested, self.is_known, self.runs) = (false, true, runs);
    }

    /// Opens a run with the replays that were read.
    pub(crate) fn read(&mut self, run: StoredRun, rows: Vec<ReplaySummary>) {
        let filter = self.opened.as_ref().filter(|opened| opened.id() == run.id).map(OpenRun::filter);
        self.put(run.clone());
        self.opened = Some(OpenRun::new(run, rows, filter.unwrap_or_default()));
    }

    /// Turns to the targets.
    pub(crate) fn show_targets(&mut self) {
        self.page = Page::Targets;
    }

    /// Requests a run to be opened.
    pub(crate) fn open(&mut self, id: RunId) {
        (self.page, self.to_open) = (Page::Runs, Some(id));
    }

    /// Opens a neighbour of the open run, or the first run.
    pub(crate) fn move_selection(&mut self, movement: Move) {
        let Some(last) = self.runs.len().checked_sub(1) else { return };
        let opened = self.to_open.or_else(|| self.opened.as_ref().map(OpenRun::id));
        let at = opened.and_then(|id| self.runs.iter().position(|run| run.id == id));
        let to = match (movement, at) {
            (Move::First, _) | (Move::By(_) | Move::Pages(_), None) => 0,
            (Move::Last, _) => last,
            (Move::Pages(_), Some(_)) => return,
            (Move::By(runs), Some(at)) => at.saturating_add_signed(runs as isize).min(last),
        };
        self.open(self.runs[to].id);
    }

    /// Closes the open run; returns true if there was one.
    pub(crate) fn close(&mut self) -> bool {
        self.opened.take().is_some()
    }

    /// Notes that the engine has saved something.
    pub(crate) fn saved(&mut self, what: &SavedSetting) {
        if *what == SavedSetting::Targets {
            self.targets.saved();
        }
    }

    /// Runs that have been read, the newest first.
    pub(crate) fn runs(&self) -> &[StoredRun] {
        &self.runs
    }

    /// The run in progress.
    pub(crate) fn running(&self) -> Option<&StoredRun> {
        self.runs.iter().find(|run| Some(run.id) == self.running)
    }

    /// Draws the screen of replays.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        if self.page == Page::Runs
            && let Some(opened) = &mut self.opened
        {
            let room = ui.available_width();
            if room < RUN_SMALLEST + RUNS_SMALLEST {
                opened.ui(ui, look, actions);
                return;
            }
            let usual = RUN_WIDTH.min(room - RUNS_WIDTH).max(RUN_SMALLEST);
            let panel = Panel::right("run").resizable(true).default_size(usual);
            let panel = panel.size_range(RUN_SMALLEST..=room - RUNS_SMALLEST);
            panel.frame(Frame::new().fill(look.palette.surface)).show(ui, |ui| opened.ui(ui, look, actions));
            name_handle(ui, "run", "palette.handle.run", look);
        }
        CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
            self.pages_ui(ui, status, look);
            match self.page {
                Page::Runs => self.runs_ui(ui, look, actions),
                Page::Targets => self.targets.ui(ui, status, look, actions),
            }
        });
    }

    /// Draws the pages as tabs, as other screens have them.
    fn pages_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look) {
        let margin = Margin { left: GAP_PAGE as i8, right: GAP_PAGE as i8, top: GAP_PAGE as i8, bottom: 0 };
        Frame::new().inner_margin(margin).show(ui, |ui| {
            let count = |count: usize| if count > 0 { format!(" · {count}") } else { String::new() };
            let pages = [
                (Page::Runs, "replays.page.runs", count(self.runs.len())),
                (Page::Targets, "replays.page.targets", count(status.config.targets.len())),
            ];
            let tabs = pages.map(|(tab, key, state)| TabLabel { tab, name: look.text(key).into_owned(), state });
            tab_bar_ui(ui, &mut self.page, tabs.into_iter(), look);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Against, ReplayForm, ReplayMode, ReplayRun, RunEnd, VerdictCounts};

    fn run(id: i64, end: Option<RunEnd>) -> StoredRun {
        let run = ReplayRun {
            started_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            target: "http://127.0.0.1:1/wx".to_owned(),
            mode: ReplayMode::Resign,
            form: ReplayForm::AsCaptured,
            planned: 1,
            against: Against::Last,
        };
        StoredRun { id: RunId(id), run, end, tally: VerdictCounts::default() }
    }

    fn asked(replays: &mut ReplaysScreen) -> Vec<String> {
        let mut asked = Vec::new();
        assert!(replays.ask(|command| {
            asked.push(format!("{command:?}"));
            true
        }));
        asked
    }

    #[test]
    fn the_runs_are_requested_once_until_they_arrive() {
        let mut replays = ReplaysScreen::default();
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
    fn during_a_run_every_write_may_have_added_replays() {
        let mut replays = ReplaysScreen::default();
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
        let mut replays = ReplaysScreen::default();
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
