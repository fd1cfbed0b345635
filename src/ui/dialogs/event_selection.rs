//! Events that a dialog can export or replay: the chosen rows, or everything that the list shows.

use crate::capture::CaptureId;

/// The rows and the filter of the list when a dialog is drawn or opened.
#[derive(Debug)]
pub(crate) struct EventSelection<'a> {
    /// The picked rows, or the selected one.
    pub(crate) chosen: Vec<CaptureId>,
    /// Number of rows that the list shows.
    pub(crate) listed: usize,
    /// The filter of the list, as written.
    pub(crate) filter: &'a str,
}
