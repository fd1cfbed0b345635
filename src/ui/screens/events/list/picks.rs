//! Multi-selection of rows, to replay, export or remove together.

use std::collections::BTreeSet;

use super::matches::Matches;
use crate::capture::CaptureId;

/// Maximum number of rows of a range; the filter serves for more.
const LONGEST_RANGE: usize = 10_000;

/// The multi-selection; empty while a single row is selected.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    ids: BTreeSet<CaptureId>,
}

impl Picks {
    /// Toggles a row. The first one adds the selected row as well.
    pub(super) fn toggle(&mut self, id: CaptureId, selected: Option<CaptureId>) {
        if self.ids.is_empty() {
            self.ids.extend(selected.filter(|selected| *selected != id));
        }
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
    }

    /// Adds the rows between two, both included.
    pub(super) fn range(&mut self, listing: &Matches, from: Option<CaptureId>, to: CaptureId) {
        let row_of = |id| listing.row_of(id);
        let (Some(from), Some(to)) = (from.and_then(row_of).or_else(|| row_of(to)), row_of(to)) else { return };
        let rows = from.min(to)..=from.max(to);
        self.ids.extend(rows.take(LONGEST_RANGE).filter_map(|row| listing.at(row)));
    }

    /// Clears the multi-selection; returns true if there was any.
    pub(crate) fn clear(&mut self) -> bool {
        let any = !self.ids.is_empty();
        self.ids.clear();
        any
    }

    /// Returns true if a row is part of it.
    pub(super) fn holds(&self, id: CaptureId) -> bool {
        self.ids.contains(&id)
    }

    /// Ids in order of arrival.
    pub(crate) fn ids(&self) -> impl ExactSizeIterator<Item = CaptureId> {
        self.ids.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::IdRuns;

    fn ids(picks: &Picks) -> Vec<i64> {
        picks.ids().map(|id| id.0).collect()
    }

    #[test]
    fn the_first_toggled_row_adds_the_selected_one() {
        let mut picks = Picks::default();
        picks.toggle(CaptureId(3), Some(CaptureId(5)));
        assert_eq!(ids(&picks), [3, 5]);
        picks.toggle(CaptureId(5), Some(CaptureId(5)));
        assert_eq!(ids(&picks), [3]);
        assert!(picks.clear() && !picks.clear());
    }

    #[test]
    fn a_range_holds_both_ends_in_either_direction() {
        let mut listing = Matches::new(1);
        let mut listed = IdRuns::descending();
        listed.extend([9, 7, 5, 3].map(CaptureId));
        listing.append(listed);
        for (from, to) in [(7, 3), (3, 7)] {
            let mut picks = Picks::default();
            picks.range(&listing, Some(CaptureId(from)), CaptureId(to));
            assert_eq!(ids(&picks), [3, 5, 7]);
        }
        let mut picks = Picks::default();
        picks.range(&listing, None, CaptureId(5));
        assert_eq!(ids(&picks), [5]);
        picks.range(&listing, Some(CaptureId(5)), CaptureId(4));
        assert_eq!(ids(&picks), [5]);
    }
}
