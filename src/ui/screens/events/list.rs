//! The list of captures: any number of rows, of which those in view are read and drawn.

use std::ops::Range;

use egui::Id;
use jiff::Timestamp;

use crate::capture::{CaptureId, CaptureSummary, HANDSHAKE};
use crate::engine::Marks;
use crate::ui::action::Move;
use matches::Listing;
use row_cache::{PAGE, Row, RowCache};

mod columns;
mod list_ui;
mod matches;
mod menu;
mod picks;
mod row;
mod row_cache;

pub(crate) use picks::Picks;

/// How many rows beyond the view are read in advance, on either side.
const AHEAD: usize = 48;

/// The list and what it remembers while filters come and go.
#[derive(Debug)]
pub(crate) struct List {
    /// What is shown.
    listing: Listing,
    /// What will be shown once its first answer is there; the last good list stays until then.
    coming: Option<Listing>,
    cache: RowCache,
    /// The selected capture, in view or not.
    pub(crate) selected: Option<CaptureId>,
    /// What is picked beside it.
    pub(crate) picks: Picks,
    /// Whether the selection goes with the newest.
    pub(crate) following: bool,
    /// The newest are shown as they come, but the selection stays: the person is answering it.
    pub(crate) stays: bool,
    /// To be brought into view as soon as it is listed.
    wanted: Option<CaptureId>,
    /// Goes up whenever the store may know more.
    revision: u64,
    view: View,
}

/// What the widget remembers from frame to frame.
#[derive(Debug, Default)]
struct View {
    rows: Range<usize>,
    scroll_to: Option<usize>,
    to_top: bool,
}

impl Default for List {
    fn default() -> Self {
        Self {
            listing: Listing::default(),
            coming: None,
            cache: RowCache::default(),
            selected: None,
            picks: Picks::default(),
            following: true,
            stays: false,
            wanted: None,
            revision: 1,
            view: View::default(),
        }
    }
}

impl List {
    /// Begins anew; what is shown stays until the first answer. Returns the generation to ask for.
    pub(crate) fn begin(&mut self) -> u64 {
        let generation = self.coming.as_ref().unwrap_or(&self.listing).generation + 1;
        self.coming = Some(Listing::new(generation));
        generation
    }

    /// Takes a chunk of the running listing.
    pub(crate) fn listed(&mut self, generation: u64, ids: Vec<CaptureId>, finished: Option<u64>) {
        self.turn_to(generation);
        if self.listing.generation == generation {
            self.listing.append(ids);
            self.listing.total = finished.or(self.listing.total);
            self.show_wanted();
            self.follow_if_wanted();
        }
    }

    /// Takes what has arrived.
    pub(crate) fn arrived(&mut self, generation: u64, ids: &[CaptureId], total: u64) {
        self.revision += 1;
        if !ids.is_empty() {
            self.turn_to(generation);
        }
        if self.listing.generation == generation {
            self.listing.arrive(ids);
            // Before the listing is finished, only what has arrived since is counted.
            self.listing.total = self.listing.total.map(|before| before.max(total));
            self.show_wanted();
            self.follow_if_wanted();
        }
    }

    /// Takes everything anew: some of it has gone or come back. The view stays where it is.
    pub(crate) fn relisted(&mut self, generation: u64, ids: Vec<CaptureId>, seen: CaptureId, total: u64) {
        self.revision += 1;
        if self.listing.generation == generation {
            self.listing.replace(ids, seen, total);
            self.follow_if_wanted();
        }
    }

    /// Leaves out what is being removed, in ascending order; the selection goes to the next row that stays.
    pub(crate) fn forget(&mut self, gone: &[CaptureId]) {
        let Self { listing, selected, picks, .. } = self;
        let goes = |id: &CaptureId| gone.binary_search(id).is_ok();
        if let Some(row) = selected.filter(goes).and_then(|id| listing.row_of(id)) {
            let stays = |row: &usize| listing.at(*row).is_some_and(|id| !goes(&id));
            let next = (row..listing.len()).find(stays).or_else(|| (0..row).rev().find(stays));
            *selected = next.and_then(|row| listing.at(row));
        }
        picks.clear();
        listing.forget(gone);
    }

    /// The capture of the first row.
    pub(crate) fn newest(&self) -> Option<CaptureId> {
        self.listing.at(0)
    }

    /// Takes rows that were asked for.
    pub(crate) fn fill(&mut self, rows: Vec<CaptureSummary>, marks: &Marks) {
        self.cache.fill(rows, marks);
        self.follow_if_wanted();
    }

    /// What was read belongs to another database.
    pub(crate) fn forget_rows(&mut self) {
        self.cache.forget_rows();
        self.selected = None;
        self.picks = Picks::default();
        (self.following, self.stays) = (true, false);
        self.revision += 1;
    }

    /// Something was written: open rows may have their answers.
    pub(crate) fn note_written(&mut self) {
        self.revision += 1;
    }

    fn turn_to(&mut self, generation: u64) {
        if let Some(coming) = self.coming.take_if(|coming| coming.generation == generation) {
            self.listing = coming;
            self.view.to_top = true;
        }
    }

    /// Goes with the newest, or stays where it is.
    pub(crate) fn follow(&mut self, following: bool) {
        self.following = following;
        self.stays = false;
        if following {
            self.view.to_top = true;
        }
        self.follow_if_wanted();
    }

    /// What arrives is shown as soon as it is read: under a flood, there would be nothing but `…` otherwise.
    fn follow_if_wanted(&mut self) {
        if self.following {
            let Self { listing, cache, .. } = self;
            listing.show_known(|id| !matches!(cache.row(id), Row::Unknown));
            if !self.stays {
                self.selected = self.listing.at(0).or(self.selected);
            }
        }
    }

    /// Selects a push that has just come, in order to answer it. The newest are followed on, if they were before.
    pub(crate) fn answer(&mut self, id: CaptureId) {
        self.selected = Some(id);
        self.stays = true;
        if !self.following {
            self.wanted = Some(id);
            self.show_wanted();
        }
    }

    /// Brings into view what was wanted; it may have been held back, or not be listed yet.
    fn show_wanted(&mut self) {
        let Some(id) = self.wanted else { return };
        self.listing.show_known(|other| other == id);
        if let Some(row) = self.listing.row_of(id) {
            self.view.scroll_to = Some(row);
            self.wanted = None;
        }
    }

    /// Selects that capture; from then on nothing else moves the selection.
    pub(crate) fn select(&mut self, id: CaptureId) {
        self.selected = Some(id);
        self.following = false;
        self.wanted = None;
        self.view.scroll_to = self.listing.row_of(id);
    }

    /// Picks that row beside the others, or leaves it out again.
    pub(crate) fn pick(&mut self, id: CaptureId) {
        self.picks.toggle(id, self.selected);
        self.following = false;
    }

    /// Picks everything from the selected row to that one, which is the selected one from then on.
    pub(crate) fn pick_to(&mut self, id: CaptureId) {
        self.picks.range(&self.listing, self.selected, id);
        self.select(id);
    }

    /// The captures that something is to be done with: the picked ones, else the selected one.
    pub(crate) fn chosen(&self) -> Vec<CaptureId> {
        let picked: Vec<CaptureId> = self.picks.ids().collect();
        if picked.is_empty() { self.selected.into_iter().collect() } else { picked }
    }

    /// Moves the selection.
    pub(crate) fn move_selection(&mut self, movement: Move) {
        if let Some(id) = self.moved(movement) {
            self.select(id);
        }
    }

    /// Moves the selection and picks what it passes.
    pub(crate) fn pick_moving(&mut self, movement: Move) {
        if let Some(id) = self.moved(movement) {
            self.pick_to(id);
        }
    }

    /// Where a movement leads.
    fn moved(&self, movement: Move) -> Option<CaptureId> {
        let last = self.listing.len().checked_sub(1)?;
        let current = self.selected.and_then(|id| self.listing.row_of(id));
        let row = match (movement, current) {
            (Move::First, _) => 0,
            (Move::Last, _) => last,
            (Move::By(rows), Some(current)) => current.saturating_add_signed(rows as isize).min(last),
            (Move::Pages(pages), Some(current)) => {
                current.saturating_add_signed(pages as isize * self.page() as isize).min(last)
            }
            (Move::By(_) | Move::Pages(_), None) => self.view.rows.start.min(last),
        };
        self.listing.at(row)
    }

    /// How many rows fit into the view.
    fn page(&self) -> i64 {
        i64::try_from(self.view.rows.len()).map_or(1, |rows| (rows - 2).max(1))
    }

    /// How many are shown, of how many there are; the second is not known until all have been looked at.
    pub(crate) fn counts(&self) -> (usize, Option<u64>) {
        (self.listing.len(), self.listing.total)
    }

    /// How many have arrived that are not shown yet.
    pub(crate) fn held_back(&self) -> usize {
        self.listing.held_back()
    }

    /// Whether the engine is still looking for what matches.
    pub(crate) fn is_searching(&self) -> bool {
        self.coming.is_some() || self.listing.total.is_none()
    }

    /// Whether there is nothing but handshakes; `None` where that is not known (yet).
    pub(crate) fn is_only_handshakes(&self) -> Option<bool> {
        let rows = self.listing.len();
        if self.listing.total? as usize > PAGE || rows > PAGE {
            return Some(false);
        }
        let mut known = true;
        for row in (0..rows).filter_map(|row| self.listing.at(row)) {
            match self.cache.row(row) {
                Row::Read(summary) if summary.kind != HANDSHAKE => return Some(false),
                Row::Unknown => known = false,
                Row::Read(_) | Row::Gone => {}
            }
        }
        known.then_some(true)
    }

    /// Asks for the rows in view that are not known well enough, and for those around them.
    /// `ask` says whether there was room for the question; where there was none, the next frame asks again.
    /// Returns whether all that was wanted could be asked for.
    pub(crate) fn ask_for_rows(&mut self, mut ask: impl FnMut(Vec<CaptureId>) -> bool) -> bool {
        let from = self.view.rows.start.saturating_sub(AHEAD);
        let to = (self.view.rows.end.max(AHEAD) + AHEAD).min(self.listing.len());
        let Self { listing, cache, revision, following, .. } = self;
        let next = if *following { listing.newest_held_back(AHEAD) } else { &[] };
        let in_view = (from..to).filter_map(|row| listing.at(row));
        let wanted = cache.wanted(next.iter().copied().chain(in_view), *revision, Timestamp::now());
        for ids in wanted.chunks(PAGE) {
            if !ask(ids.to_vec()) {
                return false;
            }
            cache.note_asked(ids.to_vec(), *revision);
        }
        true
    }
}

/// The id of a row: that of its capture, so that a press and its release mean the same row while others arrive.
fn row_id(id: CaptureId) -> Id {
    Id::unique(("row", id.0))
}
