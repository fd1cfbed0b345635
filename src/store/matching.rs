//! Captures that match a filter: a walk from the newest down, in short steps that can be interrupted.

use rusqlite::Connection;

use super::condition::{Condition, Order, condition};
use super::counters::Counter;
use super::error::StoreError;
use super::search;
use crate::capture::CaptureId;
use crate::filter::Filter;

/// Ids in the range of the first step, so that the first rows show at once.
const FIRST_STEP: i64 = 2_000;

/// The largest range of a step, so that the log can be checkpointed in between.
const LARGEST_STEP: i64 = 64_000;

/// Candidates of the index in the first step, and the most in any: each is read from another place of the file.
const FIRST_CANDIDATES: i64 = 256;
const MOST_CANDIDATES: i64 = 8_192;

/// The share of captures, one of this many, from which on reading all of them is quicker than asking the index.
const DENSE: i64 = 4;

/// A walk through all captures, from the newest down.
#[derive(Debug)]
pub struct Scan {
    condition: Condition,
    /// The query of the search index, where the index can narrow the filter down.
    query: Option<String>,
    /// The highest id that has not been read yet.
    next: i64,
    step: i64,
    candidates: i64,
    /// The index is not asked above this id: it named nearly every capture there, and reading all is quicker.
    dense_to: i64,
}

/// The captures that one step of a [`Scan`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanChunk {
    /// The captures in descending order.
    pub ids: Vec<CaptureId>,
    /// The walk is at its end.
    pub finished: bool,
}

impl Scan {
    /// A walk that begins at `newest`.
    pub fn new(filter: &Filter, newest: CaptureId) -> Self {
        Self {
            condition: condition(&filter.expr),
            query: search::query(&filter.expr),
            next: newest.0,
            step: FIRST_STEP,
            candidates: FIRST_CANDIDATES,
            dense_to: i64::MAX,
        }
    }

    /// Takes the next step, in a short read transaction of its own.
    pub(super) fn step(&mut self, connection: &Connection) -> Result<ScanChunk, StoreError> {
        let indexed = if self.query.is_some() { Counter::IndexedUpto.read(connection)? } else { 0 };
        if let (Some(query), true) = (&self.query, self.next <= indexed.min(self.dense_to)) {
            let named = search::candidates(connection, query, self.next, self.candidates)?;
            let is_last = named.len() < self.candidates as usize;
            let ids = self.condition.matching_among(connection, &named)?;
            let lowest = if is_last { 0 } else { named.last().map_or(0, |lowest| lowest - 1) };
            if self.next - lowest < self.candidates * DENSE {
                self.dense_to = lowest - LARGEST_STEP;
            }
            self.next = lowest;
            self.candidates = (self.candidates * 2).min(MOST_CANDIDATES);
            return Ok(ScanChunk { ids, finished: self.next == 0 });
        }
        let bottom = if self.next > indexed { indexed } else { self.dense_to.clamp(0, self.next) };
        let lowest = (self.next - self.step).max(bottom);
        let ids = self.condition.matching_between(connection, lowest + 1, self.next, Order::NewestFirst, i64::MAX)?;
        self.next = lowest;
        self.step = (self.step * 2).min(LARGEST_STEP);
        Ok(ScanChunk { ids, finished: lowest == 0 })
    }
}
