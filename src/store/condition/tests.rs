//! Tests of conditions: they match as `filter/evaluate.rs` does, by themselves and with the index.

use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::{Connection, params_from_iter};

mod generated_rows;

use generated_rows::{Row, row};

use super::super::matching::Scan;
use super::super::replies::ReplyInsert;
use super::super::rows::CaptureInsert;
use super::super::{annotations, contains, index, schema};
use super::*;
use crate::capture::CaptureId;
use crate::filter::{Filter, MAX_DEPTH, MAX_TERMS};

/// An empty database of the latest schema.
fn database() -> Connection {
    let connection = schema::in_memory();
    contains::register(&connection).unwrap();
    connection
}

fn insert(connection: &mut Connection, rows: &[Row]) {
    let transaction = connection.transaction().unwrap();
    for (id, row) in (1..).zip(rows) {
        let placement = row.placement(id);
        CaptureInsert::prepare(&transaction).unwrap().insert(placement, &row.capture).unwrap();
        if let Some(reply) = &row.reply {
            ReplyInsert::prepare(&transaction).unwrap().insert(placement.id, reply).unwrap();
        }
        annotations::import(&transaction, placement.id, &row.annotation).unwrap();
        if row.held {
            transaction.execute("INSERT INTO held VALUES (?, unixepoch() * 1000000 + 3600000000)", [id]).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// The captures that the condition holds of, each looked at.
fn found(connection: &Connection, expr: &Expr) -> Vec<i64> {
    let found = condition(expr).matching_between(connection, 1, i64::MAX, i64::MAX).unwrap();
    found.into_iter().map(|id| id.0).collect()
}

/// The captures that a walk through all of them finds, which asks the index as far as it goes.
fn walked(connection: &Connection, expr: &Expr, newest: usize) -> Vec<i64> {
    let mut scan =
        Scan::new(&Filter { expr: expr.clone(), ..Filter::default() }, CaptureId((newest as u64).cast_signed()));
    let mut found = Vec::new();
    loop {
        let chunk = scan.step(connection, || None).unwrap();
        found.extend(chunk.ids.iter().map(|id| id.0));
        if chunk.finished {
            found.reverse();
            return found;
        }
    }
}

fn extend_index(connection: &mut Connection, upto: usize) {
    let transaction = connection.transaction().unwrap();
    index::extend(&transaction, (upto as u64).cast_signed(), index::BULK_BYTES).unwrap();
    transaction.commit().unwrap();
}

fn parsed(text: &str) -> Expr {
    let now: Zoned = "2026-11-23T08:30:00+08:00[+08:00]".parse().unwrap();
    Filter::parse(text, &now).unwrap().expr
}

/// Terms that some rows match and some do not.
const TERMS: &[&str] = &[
    "menu_1",
    "MENU",
    "\"a&b\"",
    "abcd",
    "点",
    "success",
    "Encrypt",
    "\"\"",
    "event:CLICK",
    "event:event",
    "event:\"\"",
    "type:event",
    "type:\"\"",
    "type:text",
    "type:CLICK",
    "type:handshake",
    "key:6",
    "key:\"\"",
    "key:*",
    "key:menu_*",
    "key:*_1",
    "key:m*1",
    "key:a\"*\"*",
    "key:a\"?[\"*",
    "key:点*",
    "key:\u{10ffff}*",
    "key:*u*",
    "openid:menu_1",
    "openid:Menu*",
    "account:shop",
    "sig:valid",
    "mode:safe",
    "reply:rule",
    "reply:rule:a",
    "reply:desktop",
    "reply:desktop:alice",
    "relay:hub",
    "relay:*2",
    "claimed:alice",
    "claimed:*",
    "claimed:\"a*\"",
    "reply:default",
    "reply:none",
    "reply:held",
    "forward:ok",
    "forward:late",
    "forward:failed",
    "fault:*",
    "fault:bom",
    "status:403",
    "status:>=400",
    "status:<300",
    "status:>0",
    "ms:1.5",
    "ms:>1",
    "ms:<=1000",
    "ms:1..2",
    "attempt:>1",
    "attempt:2..3",
    "id:7",
    "id:5..20",
    "id:..10",
    "id:>30",
    "is:replay",
    "is:held",
    "is:pinned",
    "has:note",
    "has:diagnosis",
    "diagnosis:doctype",
];

fn term() -> impl Strategy<Value = Expr> {
    let time = (0..10_000_i64, any::<bool>()).prop_map(|(nanosecond, after)| {
        let time = Timestamp::from_nanosecond(nanosecond.into()).unwrap();
        Expr::Term(if after { Term::After(time) } else { Term::Before(time) })
    });
    prop_oneof![9 => select(TERMS).prop_map(parsed), 1 => time]
}

fn expr() -> impl Strategy<Value = Expr> {
    term().prop_recursive(4, 16, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Expr::And),
            several().prop_map(Expr::Or),
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sql_finds_what_the_filter_means_in_memory(
        rows in prop::collection::vec(row(), 100..300),
        exprs in prop::collection::vec(expr(), 40),
    ) {
        let mut connection = database();
        insert(&mut connection, &rows);
        for indexed in [0, rows.len() / 2, rows.len()] {
            extend_index(&mut connection, indexed);
            for expr in &exprs {
                let holds = |(id, row): &(i64, &Row)| expr.holds(&row.subject(*id));
                let meant: Vec<i64> = (1..).zip(&rows).filter(holds).map(|(id, _)| id).collect();
                prop_assert_eq!(walked(&connection, expr, rows.len()), meant.as_slice(), "{}, of {}", expr, indexed);
                if indexed == 0 {
                    prop_assert_eq!(found(&connection, expr), meant, "{}", expr);
                }
            }
        }
    }

    #[test]
    fn what_is_deleted_leaves_nothing_in_the_index(
        rows in prop::collection::vec(row(), 1..40), deleted in prop::collection::vec(1..40_i64, 0..20), indexed in 0..40_usize,
    ) {
        let mut connection = database();
        insert(&mut connection, &rows);
        extend_index(&mut connection, indexed.min(rows.len()));
        let transaction = connection.transaction().unwrap();
        super::super::removal::delete(&transaction, &deleted).unwrap();
        for (table, column) in [("indexed_kind", "kind"), ("indexed_openid", "openid"), ("indexed_key", "event_key"),
            ("indexed_received", "received_at"), ("indexed_created", "create_time")]
        {
            let entries = format!("SELECT COUNT(*), COUNT(DISTINCT capture_id) FROM {table}");
            let captures = format!("SELECT COUNT({column}), COUNT({column}) FROM capture WHERE id <= {indexed}");
            let [entries, captures] = [entries, captures].map(|sql| {
                transaction.query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap()
            });
            prop_assert_eq!(entries, captures, "{}", table);
        }
    }
}

#[test]
fn a_range_of_numbers_is_read_and_nothing_beside_it() {
    for (text, lookup) in [
        ("id:17", "USING INTEGER PRIMARY KEY (rowid=?)"),
        ("diagnosis:doctype", "SEARCH diagnosis USING PRIMARY KEY (code=? AND capture_id>? AND capture_id<?)"),
        ("event:CLICK", "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("key:6 OR openid:o1", "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
    ] {
        let connection = database();
        let sql = format!("EXPLAIN QUERY PLAN {}", condition(&parsed(text)).statement("ORDER BY c.id"));
        let mut explain = connection.prepare(&sql).unwrap();
        let values = params_from_iter(vec![Value::Null; explain.parameter_count()]);
        let rows = explain.query_map(values, |row| row.get::<_, String>("detail")).unwrap();
        let plan = rows.map(Result::unwrap).collect::<Vec<_>>().join("\n");
        assert!(plan.contains(lookup) && !plan.contains("SCAN c"), "{text}: {plan}");
    }
}

#[test]
fn captures_that_are_named_are_looked_up_by_their_numbers_whatever_else_is_asked() {
    let connection = database();
    for text in ["event:CLICK", "key:6", "openid:o*", "word", "has:diagnosis", "after:10m status:200 -type:text"] {
        let filter = Filter::parse(text, &crate::clock::local_now()).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", condition(&filter.expr).among_statement());
        let mut explain = connection.prepare(&sql).unwrap();
        let values = params_from_iter(vec![Value::Null; explain.parameter_count()]);
        let plan: String = explain.query_row(values, |row| row.get("detail")).unwrap();
        assert_eq!(plan, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)", "{text}");
    }
}

#[test]
fn only_what_asks_about_the_reply_joins_it() {
    for text in ["", "event:CLICK", "-key:6", "is:held", "is:pinned", "has:note", "diagnosis:doctype"] {
        assert!(!condition(&parsed(text)).needs_reply, "{text}");
    }
    for text in ["word", "reply:rule", "forward:late", "fault:*", "-status:200", "id:1 (a OR ms:>1)"] {
        assert!(condition(&parsed(text)).needs_reply, "{text}");
    }
}

#[test]
fn the_longest_and_the_deepest_filter_are_not_too_much_for_sqlite() {
    let connection = database();
    let deep = format!("{}a{}", "-(b OR ".repeat(MAX_DEPTH / 2), ")".repeat(MAX_DEPTH / 2));
    for text in [
        "-key:a*b*c ".repeat(MAX_TERMS),
        format!("a{}", " OR a".repeat(MAX_TERMS - 1)),
        format!("{}{}", deep, " -c".repeat(MAX_TERMS - MAX_DEPTH)),
        format!("{deep} {deep} {deep}"),
    ] {
        assert_eq!(found(&connection, &parsed(&text)), Vec::<i64>::new());
    }
}
