//! Captures that match a filter: a walk from the newest down, in short steps that can be interrupted.

use rusqlite::Connection;

use super::condition::{Condition, condition};
use super::error::StoreError;
use super::index::{self, Candidates};
use super::walkers::Walkers;
use crate::capture::{CaptureId, IdRuns};
use crate::filter::Filter;

/// Ids in the range of the first step, a few screens of rows: they show at once.
const FIRST_STEP: i64 = 256;

/// The largest range of a step, some milliseconds: in between, what arrives is listed and the log can be checkpointed.
const LARGEST_STEP: i64 = 16_000;

/// Candidates of the index in the first step, and the most in any: each is read from another place of the file.
const FIRST_CANDIDATES: i64 = 256;
const MOST_CANDIDATES: i64 = 8_192;

/// The share of captures, one of this many, from which on reading all of them is quicker than asking the index.
const DENSE: i64 = 4;

/// A walk through all captures, from the newest down.
#[derive(Debug)]
pub struct Scan {
    condition: Condition,
    /// The captures that the index names, where it can narrow the filter down.
    candidates: Option<Candidates>,
    /// They are known to be few enough.
    are_few: bool,
    /// The highest id that has not been read yet.
    next: i64,
    step: i64,
    candidates_at_once: i64,
    /// The index is not asked above this id: it named nearly every capture there, and reading all is quicker.
    dense_to: i64,
    walkers: Walkers,
}

/// The captures that one step of a [`Scan`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanChunk {
    /// The captures in descending order.
    pub ids: IdRuns,
    /// The walk is at its end.
    pub finished: bool,
}

impl Scan {
    /// A walk that begins at `newest`.
    pub fn new(filter: &Filter, newest: CaptureId) -> Self {
        Self {
            condition: condition(&filter.expr),
            candidates: Candidates::of(&filter.expr),
            are_few: false,
            next: newest.0,
            step: FIRST_STEP,
            candidates_at_once: FIRST_CANDIDATES,
            dense_to: i64::MAX,
            walkers: Walkers::default(),
        }
    }

    /// Takes the next step, in a short read transaction of its own; `open` makes another connection that can read.
    pub(super) fn step(
        &mut self,
        connection: &Connection,
        open: impl Fn() -> Option<Connection>,
    ) -> Result<ScanChunk, StoreError> {
        let indexed = if self.candidates.is_some() { index::upto(connection)? } else { 0 };
        if self.next <= indexed.min(self.dense_to) && self.has_few_candidates(connection)? {
            return self.step_by_index(connection);
        }
        let bottom = if self.next > indexed { indexed } else { self.dense_to.clamp(0, self.next) };
        let lowest = (self.next - self.step).max(bottom);
        let ids = self.walkers.matching_between(connection, open, &self.condition, (lowest + 1, self.next))?;
        self.next = lowest;
        self.step = (self.step * 2).min(LARGEST_STEP);
        Ok(ScanChunk { ids, finished: lowest == 0 })
    }

    /// Tells whether the index is asked; where it would name too many captures, it is not from here on.
    fn has_few_candidates(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let Some(candidates) = &self.candidates else { return Ok(false) };
        self.are_few = self.are_few || candidates.are_few(connection)?;
        if !self.are_few {
            (self.candidates, self.dense_to) = (None, 0);
        }
        Ok(self.are_few)
    }

    /// Looks at the captures that the index names next.
    fn step_by_index(&mut self, connection: &Connection) -> Result<ScanChunk, StoreError> {
        let at_once = self.candidates_at_once;
        let named = match &self.candidates {
            Some(candidates) => candidates.newest(connection, self.next, at_once)?,
            None => Vec::new(),
        };
        let is_last = named.len() < at_once as usize;
        let ids = self.condition.matching_among(connection, &named)?;
        let lowest = if is_last { 0 } else { named.last().map_or(0, |lowest| lowest - 1) };
        if self.next - lowest < at_once * DENSE {
            self.dense_to = lowest - LARGEST_STEP;
        }
        self.next = lowest;
        self.candidates_at_once = (at_once * 2).min(MOST_CANDIDATES);
        Ok(ScanChunk { ids, finished: self.next == 0 })
    }
}
