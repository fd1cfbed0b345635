//! Captures that match one filter, in the order in which the list shows them.

use crate::capture::{CaptureId, IdRuns};

/// Ids of all captures that match one filter, newest first when read by [`Self::at`].
///
/// ```text
/// row 0 ─► newer (ascending, read from its end; the last ones may be held back)
///          older (descending, as the listing brings them) ─► last row
/// ```
/// Both only grow at their ends, so a million rows cost nothing when one arrives.
#[derive(Debug)]
pub(crate) struct Matches {
    /// Generation, which comes back with every notice of the engine.
    pub(crate) generation: u64,
    older: IdRuns,
    newer: IdRuns,
    /// Number of `newer` that are shown; the others are only counted until the user asks for them.
    shown: usize,
    /// Number of captures that match; `None` until that is known.
    pub(crate) total: Option<u64>,
}

impl Matches {
    /// Creates an empty list, filled by notices of a generation.
    pub(crate) fn new(generation: u64) -> Self {
        Self { generation, older: IdRuns::descending(), newer: IdRuns::ascending(), shown: 0, total: None }
    }

    /// Number of rows shown.
    pub(crate) fn len(&self) -> usize {
        self.shown + self.older.len()
    }

    /// Number of captures that have arrived and are not shown yet.
    pub(crate) fn held_back(&self) -> usize {
        self.newer.len() - self.shown
    }

    /// The capture of a row; row 0 is the newest.
    pub(crate) fn at(&self, row: usize) -> Option<CaptureId> {
        match row.checked_sub(self.shown) {
            None => self.newer.get(self.shown - 1 - row),
            Some(row) => self.older.get(row),
        }
    }

    /// The row of a capture, if it is shown.
    pub(crate) fn row_of(&self, id: CaptureId) -> Option<usize> {
        match self.newer.index_of(id) {
            Ok(at) if at < self.shown => Some(self.shown - 1 - at),
            Ok(_) => None,
            Err(_) => Some(self.shown + self.older.index_of(id).ok()?),
        }
    }

    /// Takes a chunk of the running listing: newest first, older than all before.
    pub(crate) fn append(&mut self, mut ids: IdRuns) {
        let bound = self.older.last().or(self.newer.first());
        // An open capture that was looked at again may have come before the listing reached it.
        if let Some(bound) = bound.filter(|bound| ids.first().is_some_and(|first| first >= *bound)) {
            ids.retain(|id| id < bound);
        }
        self.older.append(&ids);
    }

    /// Replaces everything, newest first, as it was when `seen` was the newest; later arrivals stay.
    pub(crate) fn replace(&mut self, ids: IdRuns, seen: CaptureId, total: u64) {
        let before = self.newer.index_of(seen).map_or_else(|before| before, |at| at + 1);
        self.newer.retain(|id| id > seen);
        self.shown = self.shown.saturating_sub(before);
        self.older = ids;
        self.total = Some(total);
    }

    /// Leaves out captures that are being removed.
    pub(crate) fn forget(&mut self, gone: &[CaptureId]) {
        let stays = |id: CaptureId| gone.binary_search(&id).is_err();
        let shown = self.newer.iter().take(self.shown).filter(|id| stays(*id)).count();
        let before = self.len() + self.held_back();
        self.newer.retain(stays);
        self.older.retain(stays);
        self.shown = shown;
        let forgotten = before - self.len() - self.held_back();
        self.total = self.total.map(|total| total.saturating_sub(forgotten as u64));
    }

    /// Takes arrivals, oldest first; some may be known already.
    pub(crate) fn arrive(&mut self, ids: &[CaptureId]) {
        for id in ids {
            if self.newer.last().or(self.older.first()).is_none_or(|last| last < *id) {
                self.newer.push(*id);
            } else {
                self.arrive_late(*id);
            }
        }
    }

    /// Inserts a capture that matches only now that it is answered: rare, and near the newest, so little has to move.
    fn arrive_late(&mut self, id: CaptureId) {
        if self.older.first().is_none_or(|newest| newest < id) {
            if let Some(at) = self.newer.insert(id) {
                self.shown += usize::from(at < self.shown);
            }
            return;
        }
        // What is older than all that is listed so far, a running listing will bring.
        if self.older.last().is_some_and(|oldest| oldest < id) || self.total.is_some() {
            self.older.insert(id);
        }
    }

    /// The newest captures held back, up to a number.
    pub(crate) fn newest_held_back(&self, at_most: usize) -> impl Iterator<Item = CaptureId> {
        let from = self.newer.len().saturating_sub(at_most).max(self.shown);
        (from..self.newer.len()).filter_map(|at| self.newer.get(at))
    }

    /// Shows captures that were held back, up to the newest that `is_known`.
    pub(crate) fn show_known(&mut self, is_known: impl Fn(CaptureId) -> bool) {
        let known = (self.shown..self.newer.len()).rev().find(|at| self.newer.get(*at).is_some_and(&is_known));
        self.shown = known.map_or(self.shown, |at| at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(numbers: &[i64]) -> IdRuns {
        let mut runs = IdRuns::descending();
        runs.extend(ids(numbers));
        runs
    }

    fn ids(numbers: &[i64]) -> Vec<CaptureId> {
        numbers.iter().copied().map(CaptureId).collect()
    }

    fn rows(listing: &Matches) -> Vec<i64> {
        (0..listing.len()).filter_map(|row| listing.at(row)).map(|id| id.0).collect()
    }

    fn held_back(listing: &Matches, at_most: usize) -> Vec<CaptureId> {
        listing.newest_held_back(at_most).collect()
    }

    fn listing(older: &[i64]) -> Matches {
        let mut listing = Matches::new(1);
        listing.append(runs(older));
        listing.total = Some(older.len() as u64);
        listing
    }

    #[test]
    fn what_arrives_is_counted_until_it_is_asked_for() {
        let mut listing = listing(&[5, 3, 1]);
        listing.arrive(&ids(&[6, 8]));
        assert_eq!((rows(&listing), listing.held_back()), (vec![5, 3, 1], 2));
        listing.show_known(|_| true);
        assert_eq!((rows(&listing), listing.held_back()), (vec![8, 6, 5, 3, 1], 0));
        for row in 0..listing.len() {
            assert_eq!(listing.row_of(listing.at(row).unwrap()), Some(row));
        }
        assert_eq!(listing.row_of(CaptureId(4)), None);
    }

    #[test]
    fn what_is_not_known_yet_waits() {
        let mut listing = listing(&[1]);
        listing.arrive(&ids(&[2, 3, 4, 5]));
        assert_eq!(held_back(&listing, 2), ids(&[4, 5]));
        listing.show_known(|id| id.0 == 3);
        assert_eq!((rows(&listing), held_back(&listing, 9)), (vec![3, 2, 1], ids(&[4, 5])));
        listing.show_known(|_| false);
        assert_eq!(listing.held_back(), 2);
    }

    #[test]
    fn what_is_known_does_not_arrive_twice() {
        let mut listing = listing(&[5, 3]);
        listing.arrive(&ids(&[3, 5, 6]));
        listing.arrive(&ids(&[5, 6, 7]));
        listing.show_known(|_| true);
        assert_eq!(rows(&listing), [7, 6, 5, 3]);
    }

    #[test]
    fn what_is_removed_goes_from_both_ends_and_the_counts() {
        let mut listing = listing(&[5, 3, 1]);
        listing.arrive(&ids(&[6, 7, 8]));
        listing.show_known(|id| id.0 <= 7);
        listing.forget(&ids(&[1, 6, 8, 9]));
        assert_eq!((rows(&listing), listing.held_back(), listing.total), (vec![7, 5, 3], 0, Some(0)));
    }

    #[test]
    fn what_is_listed_anew_takes_the_place_of_all_but_what_came_later() {
        let mut listing = listing(&[5, 3]);
        listing.arrive(&ids(&[6, 7, 8, 9]));
        listing.show_known(|id| id.0 <= 8);
        let mut anew = IdRuns::descending();
        anew.extend(ids(&[7, 5, 4]));
        listing.replace(anew, CaptureId(7), 3);
        assert_eq!((rows(&listing), listing.held_back(), listing.total), (vec![8, 7, 5, 4], 1, Some(3)));
    }

    #[test]
    fn what_matches_late_takes_its_place() {
        let mut listing = listing(&[5, 3]);
        listing.arrive(&ids(&[7, 9]));
        listing.show_known(|_| true);
        listing.arrive(&ids(&[4, 8]));
        assert_eq!(rows(&listing), [9, 8, 7, 5, 4, 3]);
    }

    #[test]
    fn what_arrives_before_the_listing_is_there_is_listed_once() {
        let mut listing = Matches::new(1);
        listing.arrive(&ids(&[9]));
        listing.show_known(|_| true);
        listing.append(runs(&[9, 8]));
        listing.append(runs(&[7]));
        assert_eq!(rows(&listing), [9, 8, 7]);
    }
}
