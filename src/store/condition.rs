//! A filter as a condition in SQL, written so that SQLite can use its indexes.

use jiff::Timestamp;
use rusqlite::types::Value;

use crate::filter::{Comparison, Expr, Pattern, Source, State, Term};

/// What goes into `WHERE`, over `capture AS c` and, where it is needed, `LEFT JOIN reply AS r ON r.capture_id = c.id`.
/// The statement's first two parameters, before this, are the lowest and the highest id that it looks at.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// One expression; it may stand beside others without further parentheses.
    pub sql: String,
    /// What its `?` stand for, in order.
    pub params: Vec<Value>,
    /// Whether it names `r`.
    pub needs_reply: bool,
}

/// The condition that holds for the captures that match.
///
/// A comparison with NULL is NULL, which `WHERE` takes for "no". Under AND and OR it stays so; only NOT would turn "unknown"
/// into "unknown" where "yes" is meant, so it is settled there and nowhere else: `COALESCE` around a term costs it its index.
pub(super) fn condition(expr: &Expr) -> Condition {
    let mut condition = Condition { sql: String::new(), params: Vec::new(), needs_reply: false };
    condition.expr(expr);
    condition
}

/// A listener that was killed leaves its marks behind; they end with the time that was left.
const HELD: &str = "c.id IN (SELECT capture_id FROM held WHERE until > unixepoch('subsec') * 1000000)";

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
            Term::Event(name) => {
                // Kind and event are the same text here; the kind is what has an index.
                self.with_text("(c.kind = ? AND c.event = ?)", name);
                self.params.push(Value::Text(name.clone()));
            }
            Term::Type(name) if name == "event" => self.push("c.msg_type = 'event'"),
            Term::Type(name) => self.with_text("(c.kind = ? AND c.event IS NULL)", name),
            Term::Key(pattern) => self.pattern("c.event_key", pattern),
            Term::Openid(pattern) => self.pattern("c.openid", pattern),
            Term::Account(name) => self.with_text("c.account = ?", name),
            Term::Signature(signature) => self.with_text("c.signature = ?", signature.as_str()),
            Term::Mode(mode) => self.with_text("c.mode = ?", mode.as_str()),
            Term::Reply(source) => self.source(source),
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
            Term::After(time) => self.with("c.received_at >= ?", Value::Integer(first_microsecond(*time))),
            Term::Before(time) => self.with("c.received_at < ?", Value::Integer(first_microsecond(*time))),
            Term::Is(State::Replay) => self.push("c.replay = 1"),
            Term::Is(State::Held) => self.push(HELD),
            // Nothing can be pinned yet, so nothing is.
            Term::Is(State::Pinned) => self.push("FALSE"),
            // Within the bounds of the step: a code that every event has would be listed anew for each of them.
            Term::HasDiagnosis => {
                self.push("c.id IN (SELECT capture_id FROM diagnosis WHERE capture_id BETWEEN ?1 AND ?2)");
            }
            Term::Diagnosis(code) => self.with_text(
                "c.id IN (SELECT capture_id FROM diagnosis WHERE code = ? AND capture_id BETWEEN ?1 AND ?2)",
                code.as_str(),
            ),
        }
    }

    fn source(&mut self, source: &Source) {
        self.needs_reply = true;
        match source {
            Source::AnyRule => self.push("(r.source = 'rule' OR r.source GLOB 'rule:*')"),
            other => self.with_text("r.source = ?", &other.spelling()),
        }
    }

    /// A pattern: what stands before the first `*` as a range, for the index, and GLOB only where more follows.
    fn pattern(&mut self, column: &str, pattern: &Pattern) {
        if let Some(text) = pattern.as_exact() {
            return self.with_text(&format!("{column} = ?"), text);
        }
        let prefix = pattern.parts().first().map_or("", |part| part.as_str());
        let prefix_only = matches!(pattern.parts(), [_, rest] if rest.is_empty());
        self.push("(");
        match (prefix, prefix_only) {
            ("", true) => self.push(&format!("{column} IS NOT NULL")),
            ("", false) => {}
            (prefix, _) => {
                self.with_text(&format!("{column} >= ?"), prefix);
                if let Some(end) = after_prefix(prefix) {
                    self.with_text(&format!(" AND {column} < ?"), &end);
                }
                if !prefix_only {
                    self.push(" AND ");
                }
            }
        }
        if !prefix_only {
            self.with_text(&format!("{column} GLOB ?"), &glob(pattern));
        }
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

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn with(&mut self, sql: &str, value: Value) {
        self.push(sql);
        self.params.push(value);
    }

    fn with_text(&mut self, sql: &str, text: &str) {
        self.with(sql, Value::Text(text.to_owned()));
    }
}

/// The first microsecond that is not before this time: a clock may be finer than the database.
fn first_microsecond(time: Timestamp) -> i64 {
    let whole = time.as_microsecond();
    let finer = i128::from(whole) * 1_000 < time.as_nanosecond();
    whole + i64::from(finer)
}

/// The first text in SQLite's order that comes after every text with this prefix, if there is one.
fn after_prefix(prefix: &str) -> Option<String> {
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

/// The pattern as GLOB understands it, with GLOB's other signs made ordinary.
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
