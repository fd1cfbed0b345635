//! Which captures match a filter: newest first, in short steps that can be interrupted.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::condition::{Condition, condition};
use super::{StoreError, doing};
use crate::capture::CaptureId;
use crate::filter::Filter;

/// The first step looks at this many numbers, so that the first rows show at once.
const FIRST_STEP: i64 = 2_000;

/// No step looks at more than this many, so that the log can be checkpointed in between.
const LARGEST_STEP: i64 = 64_000;

/// A walk through all captures, from the newest down.
#[derive(Debug)]
pub struct Scan {
    condition: Condition,
    /// Numbers from here down have not been looked at.
    next: i64,
    step: i64,
}

/// What one step of a [`Scan`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanChunk {
    /// Newest first.
    pub ids: Vec<CaptureId>,
    /// Whether everything has been looked at.
    pub finished: bool,
}

impl Scan {
    /// Begins at `newest` and goes down.
    pub fn new(filter: &Filter, newest: CaptureId) -> Self {
        Self { condition: condition(&filter.expr), next: newest.0, step: FIRST_STEP }
    }

    /// Looks at the next numbers; a short read transaction of its own.
    pub(super) fn step(&mut self, connection: &Connection) -> Result<ScanChunk, StoreError> {
        let lowest = (self.next - self.step).max(0);
        let ids = matching(connection, &self.condition, lowest + 1, self.next, "DESC", i64::MAX)?;
        self.next = lowest;
        self.step = (self.step * 2).min(LARGEST_STEP);
        Ok(ScanChunk { ids, finished: lowest == 0 })
    }
}

/// Those of the numbers `from..=to` that match.
pub(super) fn matching(
    connection: &Connection,
    condition: &Condition,
    from: i64,
    to: i64,
    order: &str,
    limit: i64,
) -> Result<Vec<CaptureId>, StoreError> {
    let problem = doing("listing captures");
    let join = if condition.needs_reply { "LEFT JOIN reply AS r ON r.capture_id = c.id" } else { "" };
    let sql = format!(
        "SELECT c.id FROM capture AS c {join} WHERE c.id BETWEEN ? AND ? AND ({}) ORDER BY c.id {order} LIMIT ?",
        condition.sql
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let bounds = [Value::Integer(from), Value::Integer(to)];
    let parameters = bounds.iter().chain(&condition.params).cloned().chain([Value::Integer(limit)]);
    let rows = statement
        .query_map(rusqlite::params_from_iter(parameters), |row| row.get(0).map(CaptureId))
        .map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}
