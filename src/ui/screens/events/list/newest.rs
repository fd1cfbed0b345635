//! Newest rows of the list, for the palette.

use super::List;
use super::row_cache::CachedRow;
use crate::capture::CaptureSummary;

impl List {
    /// The newest rows that are listed and have been read, newest first.
    pub(crate) fn newest_rows(&self, count: usize) -> impl Iterator<Item = &CaptureSummary> {
        let ids = (0..self.listing.len().min(count)).filter_map(|at| self.listing.at(at));
        ids.filter_map(|id| match self.cache.row(id) {
            CachedRow::Read(row) => Some(&row.summary),
            CachedRow::Unknown | CachedRow::Gone => None,
        })
    }
}
