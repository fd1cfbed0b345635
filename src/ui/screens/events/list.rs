//! List of captures: any number of rows, of which only those in view are read and drawn.

use std::ops::Range;

use egui::Id;

use crate::capture::{CaptureId, CaptureSummary, HANDSHAKE, IdRuns};
use crate::engine::Marks;
use crate::ui::action::Move;
use arrivals::Arrivals;
use matches::Matches;
use row_cache::{CachedRow, PAGE, RowCache};

mod arrivals;
mod cell_hover;
mod columns;
mod header;
mod hits;
mod layout;
mod list_ui;
mod matches;
mod menu;
mod newest;
mod picks;
mod row;
mod row_cache;
mod row_state;
mod row_texts;

pub(crate) use layout::ListLayout;
pub(crate) use picks::Picks;

/// Number of rows read in advance above and below the view.
const AHEAD: usize = 48;

/// The list of captures, with its selection and its scroll position.
#[derive(Debug)]
pub(crate) struct List {
    /// The ids that are shown.
    listing: Matches,
    /// The next listing, shown as soon as its first chunk arrives; the last one stays until then.
    coming: Option<Matches>,
    cache: RowCache,
    /// The selected capture, which may be out of view.
    pub(crate) selected: Option<CaptureId>,
    pub(crate) picks: Picks,
    /// Set while the selection follows the newest capture.
    pub(crate) following: bool,
    /// Keeps the selection while following: the user is replying to it.
    pub(crate) stays: bool,
    /// The capture to scroll to as soon as it is listed.
    to_reveal: Option<CaptureId>,
    /// Goes up whenever the store may have changed.
    revision: u64,
    view: View,
    /// Rows that are new since the last look.
    arrivals: Arrivals,
    /// Columns and height of rows.
    pub(crate) layout: ListLayout,
}

/// State of the widget between frames.
#[derive(Debug, Default)]
struct View {
    rows: Range<usize>,
    scroll_to: Option<usize>,
    to_top: bool,
}

impl Default for List {
    fn default() -> Self {
        Self {
            listing: Matches::new(0),
            coming: None,
            cache: RowCache::default(),
            selected: None,
            picks: Picks::default(),
            following: true,
            stays: false,
            to_reveal: None,
            revision: 1,
            view: View::default(),
            arrivals: Arrivals::default(),
            layout: ListLayout::default(),
        }
    }
}

impl List {
    /// Begins a new listing and returns its generation; the rows shown stay until its first chunk.
    pub(crate) fn begin(&mut self) -> u64 {
        let generation = self.coming.as_ref().unwrap_or(&self.listing).generation + 1;
        self.coming = Some(Matches::new(generation));
        generation
    }

    /// Adds a chunk of the running listing.
    pub(crate) fn listed(&mut self, generation: u64, ids: IdRuns, finished: Option<u64>) {
        self.turn_to(generation);
        if self.listing.generation == generation {
            self.listing.append(ids);
            self.listing.total = finished.or(self.listing.total);
            self.reveal_requested();
            self.follow_newest();
        }
    }

    /// Adds captures that have arrived.
    pub(crate) fn arrived(&mut self, generation: u64, ids: &[CaptureId], total: u64) {
        self.revision += 1;
        if !ids.is_empty() {
            self.turn_to(generation);
        }
        if self.listing.generation == generation {
            self.listing.arrive(ids);
            self.arrivals.add(ids);
            // Until the listing is finished, `total` counts only new arrivals.
            self.listing.total = self.listing.total.map(|before| before.max(total));
            self.reveal_requested();
            self.follow_newest();
        }
    }

    /// Replaces all ids after a removal or its undo. The scroll position stays.
    pub(crate) fn relisted(&mut self, generation: u64, ids: IdRuns, seen: CaptureId, total: u64) {
        self.revision += 1;
        if self.listing.generation == generation {
            self.listing.replace(ids, seen, total);
            self.follow_newest();
        }
    }

    /// Removes captures, given in ascending order; the selection moves to the next row that stays.
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

    /// Id of the first row.
    pub(crate) fn newest(&self) -> Option<CaptureId> {
        self.listing.at(0)
    }

    /// Stores rows that were requested.
    pub(crate) fn fill(&mut self, rows: Vec<CaptureSummary>, marks: &Marks) {
        self.cache.fill(rows, marks);
        self.follow_newest();
    }

    /// Takes note of changed pins, notes or verdicts: rows in view are read again.
    pub(crate) fn outdate(&mut self) {
        self.cache.note_annotated();
    }

    /// The row of a capture, where it has been read.
    pub(crate) fn row(&self, id: CaptureId) -> Option<&CaptureSummary> {
        match self.cache.row(id) {
            CachedRow::Read(row) => Some(&row.summary),
            CachedRow::Unknown | CachedRow::Gone => None,
        }
    }

    /// Discards all rows when another database is opened.
    pub(crate) fn forget_rows(&mut self) {
        self.cache.forget_rows();
        self.selected = None;
        self.picks = Picks::default();
        (self.following, self.stays) = (true, false);
        self.revision += 1;
    }

    /// Notes a write to the store: unanswered captures may now have their reply.
    pub(crate) fn note_written(&mut self) {
        self.revision += 1;
    }

    fn turn_to(&mut self, generation: u64) {
        if let Some(coming) = self.coming.take_if(|coming| coming.generation == generation) {
            self.listing = coming;
            self.view.to_top = true;
        }
    }

    /// Starts or stops following the newest capture.
    pub(crate) fn follow(&mut self, following: bool) {
        self.following = following;
        self.stays = false;
        self.to_reveal = None;
        if following {
            self.view.to_top = true;
        }
        self.follow_newest();
    }

    /// Shows arrivals only once their rows are read: in a flood, there would be nothing but `…` otherwise.
    fn follow_newest(&mut self) {
        if self.following {
            let Self { listing, cache, .. } = self;
            listing.show_known(|id| !matches!(cache.row(id), CachedRow::Unknown));
            if !self.stays {
                self.selected = self.listing.at(0).or(self.selected);
            }
        }
    }

    /// Selects a push that has just been held, to reply to it. The list keeps following the newest, if it did before.
    pub(crate) fn select_to_reply(&mut self, id: CaptureId) {
        self.selected = Some(id);
        self.stays = true;
        if !self.following {
            self.to_reveal = Some(id);
            self.reveal_requested();
        }
    }

    /// Scrolls to the requested capture, unless it is not listed yet.
    fn reveal_requested(&mut self) {
        let Some(id) = self.to_reveal else { return };
        self.listing.show_known(|other| other == id);
        if let Some(row) = self.listing.row_of(id) {
            (self.view.scroll_to, self.view.to_top) = (Some(row), false);
            self.to_reveal = None;
        }
    }

    /// Selects a capture and stops following the newest.
    pub(crate) fn select(&mut self, id: CaptureId) {
        self.selected = Some(id);
        self.arrivals.look_at(id);
        self.following = false;
        self.to_reveal = Some(id);
        self.reveal_requested();
    }

    /// Returns true if a capture has a row.
    pub(crate) fn lists(&self, id: CaptureId) -> bool {
        self.listing.row_of(id).is_some()
    }

    /// Toggles a row in the multi-selection.
    pub(crate) fn pick(&mut self, id: CaptureId) {
        self.picks.toggle(id, self.selected);
        self.following = false;
    }

    /// Extends the multi-selection from the selected row to another, and selects that one.
    pub(crate) fn pick_to(&mut self, id: CaptureId) {
        self.picks.range(&self.listing, self.selected, id);
        self.select(id);
    }

    /// The captures that an action applies to: the multi-selection, or else the selected one.
    pub(crate) fn chosen(&self) -> Vec<CaptureId> {
        let picked: Vec<CaptureId> = self.picks.ids().collect();
        if picked.is_empty() { self.selected.into_iter().collect() } else { picked }
    }

    /// Moves the selection by keyboard.
    pub(crate) fn move_selection(&mut self, movement: Move) {
        self.show_newest(movement);
        if let Some(id) = self.destination(movement) {
            self.select(id);
        }
    }

    /// Moves the selection and extends the multi-selection.
    pub(crate) fn pick_moving(&mut self, movement: Move) {
        self.show_newest(movement);
        if let Some(id) = self.destination(movement) {
            self.pick_to(id);
        }
    }

    /// Shows what has arrived meanwhile, where a movement leads to the newest row.
    fn show_newest(&mut self, movement: Move) {
        if movement == Move::First {
            self.listing.show_known(|_| true);
        }
    }

    /// The capture that a movement leads to.
    fn destination(&self, movement: Move) -> Option<CaptureId> {
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

    /// Number of rows of a page movement.
    fn page(&self) -> i64 {
        i64::try_from(self.view.rows.len()).map_or(1, |rows| (rows - 2).max(1))
    }

    /// Number of rows shown and in total; the total is unknown until the search is finished.
    pub(crate) fn counts(&self) -> (usize, Option<u64>) {
        (self.listing.len(), self.listing.total)
    }

    /// Number of arrivals that are not shown yet.
    pub(crate) fn held_back(&self) -> usize {
        self.listing.held_back()
    }

    /// Returns true while the search for matches is running.
    pub(crate) fn is_searching(&self) -> bool {
        self.coming.is_some() || self.listing.total.is_none()
    }

    /// Returns true if all captures are handshakes; `None` if that is not known yet.
    pub(crate) fn is_only_handshakes(&self) -> Option<bool> {
        let rows = self.listing.len();
        if self.listing.total? as usize > PAGE || rows > PAGE {
            return Some(false);
        }
        let mut known = true;
        for row in (0..rows).filter_map(|row| self.listing.at(row)) {
            match self.cache.row(row) {
                CachedRow::Read(row) if row.summary.kind != HANDSHAKE => return Some(false),
                CachedRow::Unknown => known = false,
                CachedRow::Read(_) | CachedRow::Gone => {}
            }
        }
        known.then_some(true)
    }

    /// Requests the missing and outdated rows in view and around it. `ask` returns false if its queue is full; the next
    /// frame asks again.
    /// Returns true if everything was requested.
    pub(crate) fn ask_for_rows(&mut self, mut ask: impl FnMut(Vec<CaptureId>) -> bool) -> bool {
        let from = self.view.rows.start.saturating_sub(AHEAD);
        let to = (self.view.rows.end.max(AHEAD) + AHEAD).min(self.listing.len());
        let Self { listing, cache, revision, following, .. } = self;
        let next = listing.newest_held_back(if *following { AHEAD } else { 0 });
        let in_view = (from..to).filter_map(|row| listing.at(row));
        let wanted = cache.wanted(next.chain(in_view), *revision, crate::clock::now());
        for ids in wanted.chunks(PAGE) {
            if !ask(ids.to_vec()) {
                return false;
            }
            cache.note_asked(ids.to_vec(), *revision);
        }
        true
    }
}

/// Widget id of a row. It depends on the capture, so that press and release hit the same row while others arrive.
fn row_id(id: CaptureId) -> Id {
    Id::unique(("row", id.0))
}
