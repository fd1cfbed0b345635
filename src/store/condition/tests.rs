//! Whether the SQL means what the filter says, and uses the indexes.

use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::{Connection, params, params_from_iter};

use super::super::{contains, schema};
use super::*;
use crate::filter::{Code, Filter, MAX_DEPTH, MAX_TERMS};

/// A payload, and the text in it that its bytes do not show.
const PAYLOADS: &[(&str, &str)] = &[
    ("<xml><EventKey><![CDATA[menu_1]]></EventKey></xml>", ""),
    ("<xml><EventKey>A&amp;B</EventKey></xml>", "A&B"),
    ("<xml><a>ab<![CDATA[cd]]></a></xml>", "abcd"),
    ("{\"Label\":\"\\u70b9\"}", "点"),
    ("not even XML", ""),
    ("", ""),
];

const KEYS: &[&str] = &["", "6", "menu_1", "menu_2", "Menu_1", "a*b", "a?[b]", "点击", "\u{10ffff}x"];

/// A capture with its reply, as far as filters ask.
#[derive(Clone, Debug)]
struct Row {
    received_at: i64,
    account: &'static str,
    kind: &'static str,
    msg_type: Option<&'static str>,
    event: Option<&'static str>,
    event_key: Option<&'static str>,
    openid: Option<&'static str>,
    attempt: u32,
    mode: &'static str,
    signature: &'static str,
    replay: bool,
    payload: (&'static str, &'static str),
    decrypted: bool,
    diagnosis: Option<Code>,
    reply: Option<(u32, &'static str, i64, &'static str)>,
}

fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(texts))
}

fn row() -> impl Strategy<Value = Row> {
    let kinds = vec![
        ("CLICK", Some("event"), Some("CLICK")),
        ("VIEW", Some("event"), Some("VIEW")),
        ("event", Some("event"), None),
        ("text", Some("text"), None),
        ("handshake", None, None),
    ];
    let reply = (
        select(vec![200_u32, 403, 503]),
        select(vec!["default", "rule", "rule:a", "rule:A", "none", "ruler"]),
        select(vec![0_i64, 1_500, 1_000_000]),
        select(vec!["success", "", "menu_2"]),
    );
    let stamps = (0..10_i64, select(vec!["default", "shop"]), select(kinds), maybe(KEYS), maybe(KEYS), 1..4_u32);
    let states = (
        select(vec!["plain", "safe"]),
        select(vec!["valid", "missing"]),
        any::<bool>(),
        select(PAYLOADS),
        any::<bool>(),
        prop::option::of(select(vec![Code::TokenMissing, Code::Doctype])),
        prop::option::of(reply),
    );
    (stamps, states).prop_map(
        |((received_at, account, (kind, msg_type, event), event_key, openid, attempt), states)| {
            let (mode, signature, replay, payload, decrypted, diagnosis, reply) = states;
            Row {
                received_at,
                account,
                kind,
                msg_type,
                event,
                event_key,
                openid,
                attempt,
                mode,
                signature,
                replay,
                payload,
                decrypted,
                diagnosis,
                reply,
            }
        },
    )
}

/// An empty database of today's shape.
fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrations().to_latest(&mut connection).unwrap();
    contains::register(&connection).unwrap();
    connection
}

fn insert(connection: &Connection, id: i64, row: &Row) {
    let payload = row.payload.0.as_bytes();
    let (body, message) = if row.decrypted { (&b"<Encrypt/>"[..], Some(payload)) } else { (payload, None) };
    connection
        .prepare_cached(
            "INSERT INTO capture (id, received_at, account, kind, msg_type, event, event_key, openid, group_id, attempt, mode,
                signature, replay, kept_bytes, group_key, method, version, peer, target, headers, body_length, body, message)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 0, x'', '', '', '', '', x'', 0, ?, ?)",
        )
        .unwrap()
        .execute(params![
            id,
            row.received_at,
            row.account,
            row.kind,
            row.msg_type,
            row.event,
            row.event_key,
            row.openid,
            row.attempt,
            row.mode,
            row.signature,
            row.replay,
            body,
            message
        ])
        .unwrap();
    if let Some((status, source, elapsed, body)) = row.reply {
        let sql = "INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (?, ?, ?, ?, ?)";
        let reply = params![id, status, source, elapsed, body.as_bytes()];
        connection.prepare_cached(sql).unwrap().execute(reply).unwrap();
    }
    if let Some(code) = row.diagnosis {
        let sql = "INSERT INTO diagnosis (code, capture_id) VALUES (?, ?)";
        connection.prepare_cached(sql).unwrap().execute(params![code.as_str(), id]).unwrap();
    }
}

/// A query for the ids that match, with its parameters.
fn query(expr: &Expr) -> (String, Vec<Value>) {
    let Condition { sql, params, needs_reply } = condition(expr);
    let join = if needs_reply { "LEFT JOIN reply AS r ON r.capture_id = c.id" } else { "" };
    // The plus keeps the bounds from being the index that is chosen.
    let sql = format!("SELECT c.id FROM capture AS c {join} WHERE +c.id BETWEEN ? AND ? AND {sql} ORDER BY c.id");
    let bounds = [Value::Integer(1), Value::Integer(i64::MAX)];
    (sql, bounds.into_iter().chain(params).collect())
}

fn found(connection: &Connection, expr: &Expr) -> Vec<i64> {
    let (sql, params) = query(expr);
    let mut statement = connection.prepare(&sql).unwrap();
    let rows = statement.query_map(params_from_iter(params), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// What the contract says, row by row.
fn matches(expr: &Expr, id: i64, row: &Row) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(items) => items.iter().all(|item| matches(item, id, row)),
        Expr::Or(sides) => sides.iter().any(|side| matches(side, id, row)),
        Expr::Not(inner) => !matches(inner, id, row),
        Expr::Term(term) => holds(term, id, row),
    }
}

fn holds(term: &Term, id: i64, row: &Row) -> bool {
    let reply = row.reply.as_ref();
    match term {
        Term::Word(word) => {
            let word = word.to_ascii_lowercase();
            let places = [Some(row.payload.0), Some(row.payload.1), reply.map(|reply| reply.3)];
            places.into_iter().flatten().any(|place| place.to_ascii_lowercase().contains(&word))
        }
        Term::Event(name) => row.event == Some(name),
        Term::Type(name) if name == "event" => row.msg_type == Some("event"),
        Term::Type(name) => row.event.is_none() && row.kind == name,
        Term::Key(pattern) => row.event_key.is_some_and(|key| pattern.matches(key)),
        Term::Openid(pattern) => row.openid.is_some_and(|openid| pattern.matches(openid)),
        Term::Account(name) => row.account == name,
        Term::Signature(signature) => row.signature == signature.as_str(),
        Term::Mode(mode) => row.mode == mode.as_str(),
        Term::Reply(Source::AnyRule) => reply.is_some_and(|reply| reply.1 == "rule" || reply.1.starts_with("rule:")),
        Term::Reply(source) => reply.is_some_and(|reply| reply.1 == source.spelling()),
        Term::Status(comparison) => reply.is_some_and(|reply| comparison.holds(&reply.0)),
        Term::Ms(comparison) => reply.is_some_and(|reply| comparison.holds(&(reply.2 as f64 / 1000.0))),
        Term::Attempt(comparison) => comparison.holds(&row.attempt),
        Term::Id(comparison) => comparison.holds(&id),
        Term::After(time) => i128::from(row.received_at) * 1_000 >= time.as_nanosecond(),
        Term::Before(time) => i128::from(row.received_at) * 1_000 < time.as_nanosecond(),
        Term::Is(State::Replay) => row.replay,
        Term::Is(State::Pinned | State::Held) => false,
        Term::HasDiagnosis => row.diagnosis.is_some(),
        Term::Diagnosis(code) => row.diagnosis == Some(*code),
    }
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
    "type:event",
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
    "reply:none",
    "reply:held",
    "status:403",
    "status:>=400",
    "status:<300",
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
    "is:pinned",
    "is:held",
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
    fn sql_finds_what_the_filter_means(
        rows in prop::collection::vec(row(), 100..300),
        exprs in prop::collection::vec(expr(), 40),
    ) {
        let connection = database();
        for (id, row) in (1..).zip(&rows) {
            insert(&connection, id, row);
        }
        for expr in exprs {
            let meant: Vec<i64> = (1..).zip(&rows).filter(|(id, row)| matches(&expr, *id, row)).map(|(id, _)| id).collect();
            prop_assert_eq!(found(&connection, &expr), meant, "{}", expr);
        }
    }
}

/// What SQLite says it will do.
fn plan(text: &str) -> String {
    let connection = database();
    let (sql, params) = query(&parsed(text));
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let rows = statement.query_map(params_from_iter(params), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_narrows_to_few_uses_an_index() {
    for (text, index) in [
        ("event:CLICK", "USING INDEX capture_kind (kind=?"),
        ("type:text", "USING INDEX capture_kind (kind=?"),
        ("key:6", "INDEX capture_event_key (event_key=?"),
        ("key:menu_*", "INDEX capture_event_key (event_key>? AND event_key<?)"),
        ("key:menu_*1", "INDEX capture_event_key (event_key>? AND event_key<?)"),
        ("openid:o1", "INDEX capture_openid (openid=?"),
        ("openid:o*", "INDEX capture_openid (openid>? AND openid<?)"),
        ("id:17", "USING INTEGER PRIMARY KEY (rowid=?)"),
        ("id:10..20", "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("diagnosis:doctype", "SEARCH diagnosis USING PRIMARY KEY (code=? AND capture_id>? AND capture_id<?)"),
        ("key:6 -event:VIEW status:200", "INDEX capture_event_key (event_key=?"),
        ("key:6 OR openid:o1", "MULTI-INDEX OR"),
    ] {
        let plan = plan(text);
        assert!(plan.contains(index), "{text}: {plan}");
        assert!(!plan.contains("SCAN c"), "{text}: {plan}");
    }
}

#[test]
fn only_what_asks_about_the_reply_joins_it() {
    for text in ["", "event:CLICK", "-key:6", "is:held", "diagnosis:doctype"] {
        assert!(!condition(&parsed(text)).needs_reply, "{text}");
    }
    for text in ["word", "reply:rule", "-status:200", "id:1 (a OR ms:>1)"] {
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
