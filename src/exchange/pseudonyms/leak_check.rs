//! Searches the finished bytes of an export for originals, as they are written.

use super::originals::Originals;
use super::search_table::MAX_COMPARED;

/// Bytes behind an original that show whether it is part of something longer.
const BEHIND: usize = 2;

/// The kind of an original, and the number of the first event that had it; 0 for a secret of an account.
pub(in crate::exchange) type Leak = (&'static str, u64);

/// Searches one file that comes in parts.
#[derive(Debug, Default)]
pub(in crate::exchange) struct LeakCheck {
    /// The end of what came: an original may begin in it, or end in it where it shows only later whether it is a word.
    kept: Vec<u8>,
    /// So many bytes of that were searched.
    searched: usize,
    leak: Option<Leak>,
}

impl LeakCheck {
    /// Searches the next part.
    ///
    /// Identifiers are found wherever they stand, also inside of longer words; those under 12 bytes only as a word, and
    /// numbers (as addresses, too) only as a whole of at least 11 digits and points: shorter ones are also timestamps,
    /// nonces and versions.
    /// Not searched for are texts, which anybody may have written, coordinates, and what has fewer than 8 bytes.
    pub(in crate::exchange) fn update(&mut self, originals: &Originals, part: &[u8]) {
        self.kept.extend_from_slice(part);
        let ends = self.kept.len().saturating_sub(BEHIND);
        self.search(originals, ends);
        let gone = ends.saturating_sub(MAX_COMPARED + 1);
        self.kept.drain(..gone);
        self.searched = ends - gone;
    }

    /// Searches the end of the file: the first original in it, if there is one.
    pub(in crate::exchange) fn finish(mut self, originals: &Originals) -> Option<Leak> {
        self.search(originals, self.kept.len());
        self.leak
    }

    fn search(&mut self, originals: &Originals, ends: usize) {
        if self.leak.is_none() && self.searched < ends {
            self.leak = originals.leak_within(&self.kept, self.searched..ends);
        }
    }
}
