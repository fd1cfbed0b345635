//! Which captures match a filter: newest first, in short steps that can be interrupted.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::condition::{Condition, condition};
use super::tally::Tally;
use super::{StoreError, doing, search};
use crate::capture::CaptureId;
use crate::filter::Filter;

/// The first step looks at this many numbers, so that the first rows show at once.
const FIRST_STEP: i64 = 2_000;

/// No step looks at more than this many, so that the log can be checkpointed in between.
const LARGEST_STEP: i64 = 64_000;

/// A step looks into this many captures that the index names, at first and at most: each is read from where it lies.
const FIRST_CANDIDATES: i64 = 256;
const MOST_CANDIDATES: i64 = 8_192;

/// Where the index names one of so many captures or more, looking into each of them is quicker.
const DENSE: i64 = 4;

/// A walk through all captures, from the newest down.
#[derive(Debug)]
pub struct Scan {
    condition: Condition,
    /// What the index is asked, where it can say what may match.
    query: Option<String>,
    /// Numbers from here down have not been looked at.
    next: i64,
    step: i64,
    candidates: i64,
    /// Down to here the index is not asked: just above, it named nearly everything, and looking at all is quicker then.
    dense_to: i64,
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
        Self {
            condition: condition(&filter.expr),
            query: search::query(&filter.expr),
            next: newest.0,
            step: FIRST_STEP,
            candidates: FIRST_CANDIDATES,
            dense_to: i64::MAX,
        }
    }

    /// Looks at the next numbers; a short read transaction of its own.
    pub(super) fn step(&mut self, connection: &Connection) -> Result<ScanChunk, StoreError> {
        let indexed = if self.query.is_some() { Tally::IndexedUpto.read(connection)? } else { 0 };
        if let (Some(query), true) = (&self.query, self.next <= indexed.min(self.dense_to)) {
            let named = search::candidates(connection, query, self.next, self.candidates)?;
            let is_last = named.len() < self.candidates as usize;
            let ids = self.condition.holding(connection, &named)?;
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
        let ids = self.condition.within(connection, lowest + 1, self.next, Order::NewestFirst, i64::MAX)?;
        self.next = lowest;
        self.step = (self.step * 2).min(LARGEST_STEP);
        Ok(ScanChunk { ids, finished: lowest == 0 })
    }
}

/// In which order captures are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    NewestFirst,
    OldestFirst,
}

impl Condition {
    /// Those of the numbers `from..=to` for which it holds.
    pub(super) fn within(
        &self,
        connection: &Connection,
        from: i64,
        to: i64,
        order: Order,
        limit: i64,
    ) -> Result<Vec<CaptureId>, StoreError> {
        let order = if order == Order::NewestFirst { "DESC" } else { "ASC" };
        let sql = self.statement("", &format!("ORDER BY c.id {order} LIMIT ?"));
        self.select(connection, &sql, (from, to), Value::Integer(limit))
    }

    /// Those of these, which come newest first, for which it holds.
    pub(super) fn holding(&self, connection: &Connection, ids: &[i64]) -> Result<Vec<CaptureId>, StoreError> {
        let (Some(highest), Some(lowest)) = (ids.first(), ids.last()) else { return Ok(Vec::new()) };
        let listed = serde_json::to_string(ids).unwrap_or_default();
        self.select(connection, &self.holding_statement(), (*lowest, *highest), Value::Text(listed))
    }

    /// By number and by no other index: one of those would have SQLite go through all that lies between the lowest and the
    /// highest.
    fn holding_statement(&self) -> String {
        self.statement("NOT INDEXED", "AND c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id DESC")
    }

    fn statement(&self, indexes: &str, tail: &str) -> String {
        let join = if self.needs_reply { "LEFT JOIN reply AS r ON r.capture_id = c.id" } else { "" };
        let condition = &self.sql;
        format!(
            "SELECT c.id FROM capture AS c {indexes} {join} WHERE c.id BETWEEN ? AND ? AND ({condition}) AND {PRESENT} {tail}"
        )
    }

    fn select(
        &self,
        connection: &Connection,
        sql: &str,
        (from, to): (i64, i64),
        last: Value,
    ) -> Result<Vec<CaptureId>, StoreError> {
        let problem = doing("listing captures");
        let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
        let bounds = [Value::Integer(from), Value::Integer(to)];
        let parameters = bounds.iter().chain(&self.params).cloned().chain([last]);
        let rows = statement
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get(0).map(CaptureId))
            .map_err(&problem)?;
        rows.collect::<Result<_, _>>().map_err(&problem)
    }
}

/// What holds for a capture `c` that nobody has removed.
pub(super) const PRESENT: &str = "NOT EXISTS (SELECT 1 FROM removed WHERE capture_id = c.id)";

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;
    use crate::store::{contains, schema};

    #[test]
    fn captures_that_are_named_are_looked_up_by_their_numbers_whatever_else_is_asked() {
        let connection = schema::in_memory();
        contains::register(&connection).unwrap();
        for text in ["event:CLICK", "key:6", "openid:o*", "word", "has:diagnosis", "after:10m status:200 -type:text"] {
            let filter = Filter::parse(text, &Zoned::now()).unwrap();
            let sql = format!("EXPLAIN QUERY PLAN {}", condition(&filter.expr).holding_statement());
            let mut explain = connection.prepare(&sql).unwrap();
            let values = rusqlite::params_from_iter(vec![Value::Null; explain.parameter_count()]);
            let plan: String = explain.query_row(values, |row| row.get(3)).unwrap();
            assert_eq!(plan, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)", "{text}");
        }
    }
}
