//! Searches bytes for many originals at once, in a time that does not grow with their number.
//!
//! An original is found by its last 8 bytes and then compared by hash: some 60 bytes of memory for each, however long it is.
//! An Aho-Corasick automaton of 100 000 originals holds 32 MB (79 MB without its compact form) and takes 135 MB to build.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::{ControlFlow, Range};

use super::edge::Edge;
use super::substitutions::Certainty;

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
    pub(super) certainty: Certainty,
    /// In bytes; more are as many as this holds.
    length: u16,
}

impl Origin {
    pub(super) fn new(what: &'static str, number: u64, edge: Edge, certainty: Certainty) -> Self {
        Self { what, number: u32::try_from(number).unwrap_or(u32::MAX), edge, certainty, length: 0 }
    }
}

impl SearchTable {
    /// Adds an original, unless it is shorter than 8 bytes or known already; what is more certain comes first.
    pub(super) fn add(&mut self, original: &[u8], mut origin: Origin) {
        let compared = &original[original.len().saturating_sub(MAX_COMPARED)..];
        let Some(anchor) = compared.last_chunk::<ANCHOR>().map(|bytes| u64::from_le_bytes(*bytes)) else { return };
        origin.length = u16::try_from(original.len()).unwrap_or(u16::MAX);
        let known = self.origins.entry(hash(compared)).or_insert(origin);
        if known.certainty < origin.certainty {
            *known = Origin { number: known.number, ..origin };
        }
        *self.anchors.entry(anchor).or_default() |= 1 << compared.len();
        if self.filter.is_empty() {
            self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        }
        let (word, bit) = slot(anchor);
        self.filter[word] |= bit;
    }

    /// The first original whose end is within `ends`.
    pub(super) fn find(&self, bytes: &[u8], ends: Range<usize>) -> Option<(Origin, Range<usize>)> {
        let mut first = None;
        self.each(bytes, ends, |origin, range| {
            first = Some((origin, range));
            ControlFlow::Break(())
        });
        first
    }

    /// Calls `tell` for each original whose end is within `ends`, also where they overlap, until it breaks. Of one that is
    /// longer than what is compared, the range is as long as the original where so much is there.
    pub(super) fn each(
        &self,
        bytes: &[u8],
        ends: Range<usize>,
        mut tell: impl FnMut(Origin, Range<usize>) -> ControlFlow<()>,
    ) {
        if self.filter.is_empty() {
            return;
        }
        let first = ends.start.saturating_sub(ANCHOR - 1).min(bytes.len());
        let windows = bytes[first..].array_windows::<ANCHOR>().zip(first + ANCHOR..=ends.end);
        for (window, end) in windows {
            let anchor = u64::from_le_bytes(*window);
            let (word, bit) = slot(anchor);
            if self.filter[word] & bit != 0 && self.compare(anchor, bytes, end, &mut tell).is_break() {
                return;
            }
        }
    }

    fn compare(
        &self,
        anchor: u64,
        bytes: &[u8],
        end: usize,
        tell: &mut impl FnMut(Origin, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let lengths = self.anchors.get(&anchor).copied().unwrap_or_default();
        for length in (ANCHOR..=MAX_COMPARED.min(end)).rev().filter(|length| lengths & 1 << length != 0) {
            let Some(origin) = self.origins.get(&hash(&bytes[end - length..end])) else { continue };
            if origin.edge.allows(bytes, end - length..end) {
                let whole = usize::from(origin.length).max(length);
                tell(*origin, end.checked_sub(whole).unwrap_or(end - length)..end)?;
            }
        }
        ControlFlow::Continue(())
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
