//! A filter as a SQL condition on one event after the other, which `index` narrows down; `filter/evaluate.rs` is its twin for one event in memory.

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::columns::{mode_to_number, signature_to_number};
use super::error::{StoreError, doing};
use super::message_form::{EVENT_IS_KIND, HAS_EVENT, IS_PUSH};
use crate::capture::{CaptureId, IdRuns};
use crate::filter::{Comparison, Expr, Pattern, State, Term};

/// A condition for `WHERE`, over `capture AS c` and, where it is needed, `LEFT JOIN reply AS r ON r.capture_id = c.id`.
/// The statement's first two parameters, before those of the condition, are the lowest and the highest id.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// One expression, which needs no further parentheses beside others.
    sql: String,
    /// The values of its `?`, in order.
    params: Vec<Value>,
    /// The condition names `r`.
    needs_reply: bool,
}

/// The condition that a capture `c` is not removed.
pub(super) const PRESENT: &str = "NOT EXISTS (SELECT 1 FROM removed WHERE capture_id = c.id)";

/// The condition of the captures that match an expression.
///
/// A comparison with NULL is NULL, which `WHERE` takes for "no". Under AND and OR it stays so; only NOT would make NULL of it
/// where "yes" is meant. `COALESCE` stands there.
pub(super) fn condition(expr: &Expr) -> Condition {
    let mut condition = Condition { sql: String::new(), params: Vec::new(), needs_reply: false };
    condition.expr(expr);
    condition
}

/// The condition of held captures. A listener that was killed leaves rows behind, which expire with the reply's deadline.
const HELD: &str = "c.id IN (SELECT capture_id FROM held WHERE until > unixepoch('subsec') * 1000000)";

/// The conditions of annotated captures, which are few.
const PINNED: &str = "c.id IN (SELECT capture_id FROM annotation WHERE pinned = 1)";
const NOTED: &str = "c.id IN (SELECT capture_id FROM annotation WHERE note IS NOT NULL)";

/// The key without the white space that `filter/evaluate.rs` looks past.
const TRIMMED_KEY: &str = "trim(c.event_key, ' ' || char(9, 10, 13))";

impl Condition {
    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::All => self.push("TRUE"),
            Expr::And(items) => self.joined(items, " AND "),
            Expr::Or(sides) => self.joined(sides, " OR "),
            Expr::Not(inner) => {
                self.push("(NOT COALESCE(");
                self.expr(inner);
                self.push(", FALSE))");
            }
            Expr::Term(term) => self.term(term),
        }
    }

    fn joined(&mut self, parts: &[Expr], between: &str) {
        self.push("(");
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.push(between);
            }
            self.expr(part);
        }
        self.push(")");
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Word(word) => {
                self.needs_reply = true;
                self.with_text("event_contains(?, c.body, c.message, r.body)", word);
            }
            Term::Event(name) => self.with_text(&format!("(c.kind = ? AND c.form & {EVENT_IS_KIND} <> 0)"), name),
            Term::Type(name) if name == "event" => self.push(&format!("c.form & {IS_PUSH} <> 0")),
            Term::Type(name) => self.with_text(&format!("(c.kind = ? AND c.form & {HAS_EVENT} = 0)"), name),
            Term::Key(pattern) => self.key(pattern),
            Term::Openid(pattern) => self.pattern("c.openid", pattern),
            Term::Account(name) => self.with_text("c.account = ?", name),
            Term::Relay(pattern) => self.team("relay", pattern),
            Term::Claimed(pattern) => self.team("claimed", pattern),
            Term::Signature(signature) => self.with_number("c.signature = ?", signature_to_number(*signature)),
            Term::Mode(mode) => self.with_number("c.mode = ?", mode_to_number(*mode)),
            Term::Reply(source) => {
                self.needs_reply = true;
                self.with_text("r.source = ?", &source.spelling());
            }
            Term::ReplyByRule => {
                self.needs_reply = true;
                self.push("(r.source = 'rule' OR r.source GLOB 'rule:*')");
            }
            Term::ReplyByDesktop => {
                self.needs_reply = true;
                self.push("r.source GLOB 'desktop:*'");
            }
            Term::Forward(state) => {
                self.needs_reply = true;
                self.with_text("r.forward = ?", state.as_str());
            }
            Term::Fault(Some(name)) => {
                self.needs_reply = true;
                self.with_text("r.fault = ?", name);
            }
            Term::Fault(None) => {
                self.needs_reply = true;
                self.push("r.fault IS NOT NULL");
            }
            Term::Status(comparison) => {
                self.needs_reply = true;
                self.comparison("NULLIF(r.status, 0)", comparison, |status| Value::Integer((*status).into()));
            }
            Term::Ms(comparison) => {
                self.needs_reply = true;
                self.comparison("(r.elapsed_us / 1000.0)", comparison, |ms| Value::Real(*ms));
            }
            Term::Attempt(comparison) => {
                self.comparison("c.attempt", comparison, |attempt| Value::Integer((*attempt).into()));
            }
            Term::Id(comparison) => self.comparison("c.id", comparison, |id| Value::Integer(*id)),
            Term::After(time) => self.with_number("c.received_at >= ?", first_microsecond(*time)),
            Term::Before(time) => self.with_number("c.received_at < ?", first_microsecond(*time)),
            Term::Is(State::Replay) => self.push("c.replay = 1"),
            Term::Is(State::Held) => self.push(HELD),
            Term::Is(State::Pinned) => self.push(PINNED),
            Term::HasNote => self.push(NOTED),
            // Within the bounds of the step, or every step would list all events that have the code.
            Term::HasDiagnosis => {
                self.push("c.id IN (SELECT capture_id FROM diagnosis WHERE capture_id BETWEEN ?1 AND ?2)");
            }
            Term::Diagnosis(code) => self.with_text(
                "c.id IN (SELECT capture_id FROM diagnosis WHERE code = ? AND capture_id BETWEEN ?1 AND ?2)",
                code.as_str(),
            ),
        }
    }

    fn pattern(&mut self, column: &str, pattern: &Pattern) {
        match pattern.as_exact() {
            Some(text) => self.with_text(&format!("{column} = ?"), text),
            None => self.with_text(&format!("{column} GLOB ?"), &glob(pattern)),
        }
    }

    /// The pattern of one of the team's marks, which few events have.
    fn team(&mut self, column: &str, pattern: &Pattern) {
        self.push("c.id IN (SELECT capture_id FROM team_event WHERE ");
        self.pattern(column, pattern);
        self.push(" AND capture_id BETWEEN ?1 AND ?2)");
    }

    /// The pattern of a key, which white space around the key does not keep from matching.
    fn key(&mut self, pattern: &Pattern) {
        self.push("(");
        self.pattern("c.event_key", pattern);
        self.push(" OR ");
        self.pattern(TRIMMED_KEY, pattern);
        self.push(")");
    }

    fn comparison<T>(&mut self, column: &str, comparison: &Comparison<T>, value: impl Fn(&T) -> Value) {
        let (sign, bound) = match comparison {
            Comparison::Equal(bound) => ("=", bound),
            Comparison::Below(bound) => ("<", bound),
            Comparison::AtMost(bound) => ("<=", bound),
            Comparison::Above(bound) => (">", bound),
            Comparison::AtLeast(bound) => (">=", bound),
            Comparison::Between(low, high) => {
                self.with(&format!("({column} BETWEEN ? AND ?)"), value(low));
                return self.params.push(value(high));
            }
        };
        self.with(&format!("{column} {sign} ?"), value(bound));
    }

    /// The captures of the ids `from..=to` that match, the oldest first.
    pub(super) fn matching_between(
        &self,
        connection: &Connection,
        from: i64,
        to: i64,
        limit: i64,
    ) -> Result<Vec<CaptureId>, StoreError> {
        let sql = self.statement("ORDER BY c.id LIMIT ?");
        self.select(connection, &sql, (from, to), Value::Integer(limit), Vec::new())
    }

    /// All of them, the newest first: of a long range, what follows one another takes no room.
    pub(super) fn all_between(&self, connection: &Connection, from: i64, to: i64) -> Result<IdRuns, StoreError> {
        let sql = self.statement("ORDER BY c.id DESC LIMIT ?");
        self.select(connection, &sql, (from, to), Value::Integer(i64::MAX), IdRuns::descending())
    }

    /// The captures among `ids`, which are in descending order, that match.
    pub(super) fn matching_among(&self, connection: &Connection, ids: &[i64]) -> Result<IdRuns, StoreError> {
        let none = IdRuns::descending();
        let (Some(highest), Some(lowest)) = (ids.first(), ids.last()) else { return Ok(none) };
        let listed = serde_json::to_string(ids).unwrap_or_default();
        self.select(connection, &self.among_statement(), (*lowest, *highest), Value::Text(listed), none)
    }

    fn among_statement(&self) -> String {
        self.statement("AND c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id DESC")
    }

    /// By id and by no other index: with one of those, SQLite would read everything between the lowest id and the highest.
    fn statement(&self, tail: &str) -> String {
        let join = if self.needs_reply { "LEFT JOIN reply AS r ON r.capture_id = c.id" } else { "" };
        let condition = &self.sql;
        format!(
            "SELECT c.id FROM capture AS c NOT INDEXED {join} WHERE c.id BETWEEN ? AND ? AND ({condition}) AND {PRESENT} {tail}"
        )
    }

    /// Adds the captures to `found`.
    fn select<C: Extend<CaptureId>>(
        &self,
        connection: &Connection,
        sql: &str,
        (from, to): (i64, i64),
        last: Value,
        mut found: C,
    ) -> Result<C, StoreError> {
        let problem = doing("listing captures");
        let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
        let bounds = [Value::Integer(from), Value::Integer(to)];
        let parameters = bounds.iter().chain(&self.params).cloned().chain([last]);
        let rows = statement
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get(0).map(CaptureId))
            .map_err(&problem)?;
        for row in rows {
            found.extend([row.map_err(&problem)?]);
        }
        Ok(found)
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn with(&mut self, sql: &str, value: Value) {
        self.push(sql);
        self.params.push(value);
    }

    fn with_number(&mut self, sql: &str, number: i64) {
        self.with(sql, Value::Integer(number));
    }

    fn with_text(&mut self, sql: &str, text: &str) {
        self.with(sql, Value::Text(text.to_owned()));
    }
}

/// The first microsecond that is not before a time, which may be finer than the database.
fn first_microsecond(time: Timestamp) -> i64 {
    let whole = time.as_microsecond();
    let finer = i128::from(whole) * 1_000 < time.as_nanosecond();
    whole + i64::from(finer)
}

/// The first text in SQLite's order after all texts with this prefix; `None` where there is none.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // UTF-8 sorts by bytes as its characters do by number.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

/// The pattern in the syntax of GLOB, whose other special characters are escaped.
fn glob(pattern: &Pattern) -> String {
    let escaped = pattern.parts().iter().map(|part| {
        let mut text = String::with_capacity(part.len());
        for character in part.chars() {
            if matches!(character, '*' | '?' | '[') {
                text.extend(['[', character, ']']);
            } else {
                text.push(character);
            }
        }
        text
    });
    escaped.collect::<Vec<_>>().join("*")
}

#[cfg(test)]
mod tests;
