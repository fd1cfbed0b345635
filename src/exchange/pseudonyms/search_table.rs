//! Searches bytes for many originals at once, in a time that does not grow with their number.
//!
//! An original is found by its last 8 bytes and then compared by hash: some 60 bytes of memory for each, however long it is.
//! An Aho-Corasick automaton of 100 000 originals holds 32 MB (79 MB without its compact form) and takes 135 MB to build.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;

use super::edge::Edge;

/// The bytes at the end of an original by which it is found before it is compared as a whole.
const ANCHOR: usize = 8;

/// Of a longer original, the last bytes that are compared: part of it in a file is bad enough.
pub(super) const MAX_COMPARED: usize = 63;

/// The size of the filter before the table of anchors, as a power of two of bits, most of which are not set.
const FILTER_BITS: u32 = 22;

/// The originals that are searched for.
#[derive(Debug, Default)]
pub(super) struct SearchTable {
    /// One bit for each anchor; empty while nothing is searched for.
    filter: Vec<u64>,
    /// By anchor: as bits, the lengths (as far as they are compared) of the originals that end so.
    anchors: HashMap<u64, u64>,
    /// By the hash of the bytes that are compared.
    origins: HashMap<u64, Origin>,
}

/// The event in which an original was learnt, and how it is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) what: &'static str,
    /// The event's number in the export; 0 for an account's.
    pub(super) number: u32,
    edge: Edge,
}

impl SearchTable {
    /// Adds an original, unless it is shorter than 8 bytes or known already.
    pub(super) fn add(&mut self, what: &'static str, original: &[u8], number: u64, edge: Edge) {
        let compared = &original[original.len().saturating_sub(MAX_COMPARED)..];
        let Some(anchor) = compared.last_chunk::<ANCHOR>().map(|bytes| u64::from_le_bytes(*bytes)) else { return };
        let origin = Origin { what, number: u32::try_from(number).unwrap_or(u32::MAX), edge };
        self.origins.entry(hash(compared)).or_insert(origin);
        *self.anchors.entry(anchor).or_default() |= 1 << compared.len();
        if self.filter.is_empty() {
            self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        }
        let (word, bit) = slot(anchor);
        self.filter[word] |= bit;
    }

    /// The first original whose end is within `ends`.
    pub(super) fn find(&self, bytes: &[u8], ends: Range<usize>) -> Option<(Origin, Range<usize>)> {
        if self.filter.is_empty() {
            return None;
        }
        let first = ends.start.saturating_sub(ANCHOR - 1).min(bytes.len());
        let windows = bytes[first..].array_windows::<ANCHOR>().zip(first + ANCHOR..=ends.end);
        for (window, end) in windows {
            let anchor = u64::from_le_bytes(*window);
            let (word, bit) = slot(anchor);
            if self.filter[word] & bit != 0
                && let Some(found) = self.compare(anchor, bytes, end)
            {
                return Some(found);
            }
        }
        None
    }

    fn compare(&self, anchor: u64, bytes: &[u8], end: usize) -> Option<(Origin, Range<usize>)> {
        let lengths = *self.anchors.get(&anchor)?;
        (ANCHOR..=MAX_COMPARED.min(end))
            .rev()
            .filter(|length| lengths & 1 << length != 0)
            .filter_map(|length| Some((*self.origins.get(&hash(&bytes[end - length..end]))?, end - length..end)))
            .find(|(origin, range)| origin.edge.allows(bytes, range.clone()))
    }
}

/// The bit of an anchor in the filter.
fn slot(anchor: u64) -> (usize, u64) {
    // Fibonacci hashing: the high bits of the product depend on all of the anchor's.
    let slot = anchor.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
    ((slot >> 6) as usize, 1 << (slot & 63))
}

/// A hash of 64 bits, which stands for what it was made of.
pub(super) fn hash(value: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
