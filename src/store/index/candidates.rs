//! Candidates: the captures that the index names for a filter.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::words;
use crate::filter::{Expr, Pattern, Term};
use crate::store::condition::after_prefix;
use crate::store::error::{StoreError, doing};

/// Entries of ranges of values, from which on a walk through all captures is quicker than sorting them by their numbers.
const MOST_IN_RANGES: i64 = 32 << 10;

/// The candidates for a filter: every capture in the index that can match it is one of them.
#[derive(Clone, Debug)]
pub(in crate::store) struct Candidates {
    /// Selects the newest of them: at most `?2`, none above `?1`.
    sql: String,
    /// The values of `?3` on.
    values: Vec<Value>,
    /// Counts those in ranges, which do not come in the order of their numbers, up to [`MOST_IN_RANGES`] and one more.
    count: Option<String>,
}

impl Candidates {
    /// The candidates for an expression; `None` where the index is of no help.
    pub(in crate::store) fn of(expr: &Expr) -> Option<Self> {
        match (words::query(expr), ValueSelection::of(expr)) {
            // One user's or key's captures are few, those of a word may be many.
            (Some(query), selection) if selection.as_ref().is_none_or(|selection| selection.rank > Rank::Exact) => {
                Some(Self {
                    sql: "SELECT rowid FROM search WHERE search MATCH ?3 AND rowid <= ?1 ORDER BY rowid DESC LIMIT ?2"
                        .to_owned(),
                    values: vec![Value::Text(query)],
                    count: None,
                })
            }
            (_, selection) => selection.map(ValueSelection::into_candidates),
        }
    }

    /// Tells whether asking for them is quicker than looking at every capture.
    pub(in crate::store) fn are_few(&self, connection: &Connection) -> Result<bool, StoreError> {
        let Some(sql) = &self.count else { return Ok(true) };
        let values = [i64::MAX, MOST_IN_RANGES + 1].map(Value::Integer).into_iter().chain(self.values.iter().cloned());
        let count = connection.prepare_cached(sql).and_then(|mut statement| {
            // The values of the last parts may not be asked for.
            let values = values.take(statement.parameter_count());
            statement.query_row(params_from_iter(values), |row| row.get::<_, i64>(0))
        });
        Ok(count.map_err(doing(ASKING))? <= MOST_IN_RANGES)
    }

    /// The newest candidates: at most `limit`, none above `highest`.
    pub(in crate::store) fn newest(
        &self,
        connection: &Connection,
        highest: i64,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let values = [highest, limit].map(Value::Integer).into_iter().chain(self.values.iter().cloned());
        let found = connection.prepare_cached(&self.sql).and_then(|mut statement| {
            let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
            rows.collect::<Result<_, _>>()
        });
        found.map_err(doing(ASKING))
    }
}

/// The operation as errors name it.
const ASKING: &str = "asking the index";

/// The share of captures that a selection narrows to, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// One user, one key.
    Exact,
    /// Users or keys that begin alike.
    Prefix,
    Kind,
}

/// A selection of captures by the values of their columns, as the sum of its parts.
#[derive(Clone, Debug)]
struct ValueSelection {
    rank: Rank,
    parts: Vec<Part>,
}

/// The entries of one table for one value, or for a range of values.
#[derive(Clone, Debug)]
struct Part {
    table: &'static str,
    column: &'static str,
    /// The bounds of each value, as a sign and the other side.
    bounds: Vec<(&'static str, String)>,
}

impl Part {
    fn is_range(&self) -> bool {
        self.bounds.iter().any(|(sign, _)| *sign != "=")
    }
}

const USERS: (&str, &str) = ("indexed_openid", "openid");
const KEYS: (&str, &str) = ("indexed_key", "event_key");

impl ValueSelection {
    /// The selection that holds every capture that can match; `None` where columns are of no help.
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Term(term) => Self::of_term(term),
            Expr::And(items) => items.iter().filter_map(Self::of).min_by_key(|selection| selection.rank),
            Expr::Or(sides) => {
                let sides = sides.iter().map(Self::of).collect::<Option<Vec<_>>>()?;
                let rank = sides.iter().map(|side| side.rank).max()?;
                Some(Self { rank, parts: sides.into_iter().flat_map(|side| side.parts).collect() })
            }
            Expr::All | Expr::Not(_) => None,
        }
    }

    fn of_term(term: &Term) -> Option<Self> {
        match term {
            // Of nearly every capture, the MsgType is `event`.
            Term::Type(name) if name == "event" => None,
            Term::Event(name) | Term::Type(name) => {
                let bounds = vec![("=", name.clone())];
                Some(Self { rank: Rank::Kind, parts: vec![Part { table: "indexed_kind", column: "kind", bounds }] })
            }
            Term::Openid(pattern) => Self::of_pattern(USERS, pattern),
            Term::Key(pattern) => Self::of_key(pattern),
            _ => None,
        }
    }

    /// The values that are the pattern, or begin as it does.
    fn of_pattern((table, column): (&'static str, &'static str), pattern: &Pattern) -> Option<Self> {
        let prefix = pattern.parts().first().map_or("", |part| part.as_str());
        let (rank, bounds) = match pattern.as_exact() {
            Some(text) => (Rank::Exact, vec![("=", text.to_owned())]),
            None if prefix.is_empty() => return None,
            None => {
                let end = after_prefix(prefix).map(|end| ("<", end));
                (Rank::Prefix, [(">=", prefix.to_owned())].into_iter().chain(end).collect())
            }
        };
        Some(Self { rank, parts: vec![Part { table, column, bounds }] })
    }

    /// The keys of a pattern, and those that are of it but for white space around them, which comes before `!`.
    fn of_key(pattern: &Pattern) -> Option<Self> {
        let mut selection = Self::of_pattern(KEYS, pattern)?;
        let (table, column) = KEYS;
        let mut add = |after: &str, before: String| {
            let bounds = vec![(">", after.to_owned()), ("<", before)];
            selection.parts.push(Part { table, column, bounds });
        };
        // An empty key is no white space, and there are many.
        add("", "!".to_owned());
        if let Some(text) = pattern.as_exact() {
            add(text, format!("{text}!"));
        }
        Some(selection)
    }

    fn into_candidates(self) -> Candidates {
        let mut values = Vec::new();
        let (mut selects, mut ranges) = (Vec::new(), Vec::new());
        for part in &self.parts {
            let Part { table, column, bounds } = part;
            let mut select = format!("SELECT capture_id FROM {table} WHERE capture_id <= ?1");
            for (sign, value) in bounds {
                values.push(Value::Text(value.clone()));
                // After the two that come first.
                let number = values.len() + 2;
                select.extend([" AND ", column, " ", sign, " ?", &number.to_string()]);
            }
            if part.is_range() {
                ranges.push(select.clone());
            }
            selects.push(select);
        }
        let count = (!ranges.is_empty())
            .then(|| format!("SELECT COUNT(*) FROM (SELECT 1 FROM ({}) LIMIT ?2)", ranges.join(" UNION ALL ")));
        let sql = format!("{} ORDER BY capture_id DESC LIMIT ?2", selects.join(" UNION "));
        Candidates { sql, values, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use crate::store::schema;

    fn candidates(text: &str) -> Option<Candidates> {
        Candidates::of(&Filter::parse(text, &crate::clock::local_now()).unwrap().expr)
    }

    /// SQLite's plan for the candidates of a filter.
    fn plan(text: &str) -> String {
        let candidates = candidates(text).unwrap();
        let connection = schema::in_memory();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", candidates.sql)).unwrap();
        let values = params_from_iter(vec![Value::Null; statement.parameter_count()]);
        let rows = statement.query_map(values, |row| row.get::<_, String>("detail")).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_narrows_to_few_is_looked_up() {
        for (text, lookup) in [
            ("event:CLICK", "indexed_kind USING PRIMARY KEY (kind=? AND capture_id<?)"),
            ("type:text", "indexed_kind USING PRIMARY KEY (kind=? AND capture_id<?)"),
            ("key:6", "indexed_key USING PRIMARY KEY (event_key=? AND capture_id<?)"),
            ("key:menu_*", "indexed_key USING PRIMARY KEY (event_key>? AND event_key<?)"),
            ("key:menu_*1", "indexed_key USING PRIMARY KEY (event_key>? AND event_key<?)"),
            ("openid:o1", "indexed_openid USING PRIMARY KEY (openid=? AND capture_id<?)"),
            ("openid:o*", "indexed_openid USING PRIMARY KEY (openid>? AND openid<?)"),
            ("event:CLICK openid:o1 word", "indexed_openid USING PRIMARY KEY (openid=? AND capture_id<?)"),
            ("key:6 -event:VIEW status:200", "indexed_key USING PRIMARY KEY (event_key=? AND capture_id<?)"),
            ("key:6 OR openid:o1", "indexed_openid USING PRIMARY KEY (openid=? AND capture_id<?)"),
            ("event:CLICK word", "search VIRTUAL TABLE INDEX"),
        ] {
            let plan = plan(text);
            assert!(plan.contains(lookup), "{text}: {plan}");
        }
    }

    #[test]
    fn one_kind_comes_in_the_order_of_its_captures_without_sorting() {
        assert!(!plan("event:CLICK").contains("TEMP B-TREE"), "{}", plan("event:CLICK"));
    }

    #[test]
    fn where_the_index_is_of_no_help_it_is_not_asked() {
        for text in
            ["", "type:event", "-key:6", "key:*", "openid:*x", "key:6 OR status:200", "a", "id:7", "has:diagnosis"]
        {
            assert!(candidates(text).is_none(), "{text}");
        }
    }
}
