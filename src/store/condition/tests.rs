//! Tests of conditions: they match as `filter/evaluate.rs` does, and use the indexes.

use std::time::Duration;

use bytes::Bytes;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::{Connection, params_from_iter};

use super::super::rows::insert_capture;
use super::super::{annotations, contains, replies, schema};
use super::*;
use crate::capture::diagnosis::Diagnosis;
use crate::capture::{
    Annotation, Capture, CaptureId, Envelope, ForwardProblem, Placement, RawRequest, Reply, ReplyEnd, ReplySource,
    ServerAnswer,
};
use crate::filter::{Code, Filter, MAX_DEPTH, MAX_TERMS, Mode, Signature, Subject};

/// Payloads: of some, the decoded text differs from the bytes.
const PAYLOADS: &[&str] = &[
    "<xml><EventKey><![CDATA[menu_1]]></EventKey></xml>",
    "<xml><EventKey>A&amp;B</EventKey></xml>",
    "<xml><a>ab<![CDATA[cd]]></a></xml>",
    "{\"Label\":\"\\u70b9\"}",
    "not even XML",
    "",
];

const KEYS: &[&str] = &[
    "",
    "6",
    "menu_1",
    "menu_2",
    "Menu_1",
    "a*b",
    "a?[b]",
    "点击",
    "\u{10ffff}x",
    " 6",
    "\n\t6 \r\n",
    "menu_1 ",
    " ",
    "菜",
];

/// A capture, its reply, whether it is held, and its pin and note.
#[derive(Clone, Debug)]
struct Row {
    capture: Capture,
    attempt: u32,
    reply: Option<Reply>,
    held: bool,
    annotation: Annotation,
}

impl Row {
    fn placement(&self, id: i64) -> Placement {
        Placement { id: CaptureId(id), group: CaptureId(1), attempt: self.attempt }
    }

    fn subject(&self, id: i64) -> Subject<'_> {
        let arriving = Subject::arriving(&self.capture, self.placement(id));
        Subject { reply: self.reply.as_ref(), held: self.held, annotation: Some(&self.annotation), ..arriving }
    }
}

fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(select(texts).prop_map(str::to_owned))
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let kinds = vec![
        ("CLICK", Some("event"), Some("CLICK")),
        ("VIEW", Some("event"), Some("VIEW")),
        ("event", Some("event"), None),
        ("event", Some("event"), Some("")),
        ("text", Some("text"), None),
        ("handshake", None, None),
    ];
    (select(kinds), maybe(KEYS), maybe(KEYS)).prop_map(|((kind, msg_type, event), event_key, openid)| Envelope {
        kind: kind.to_owned(),
        msg_type: msg_type.map(str::to_owned),
        event: event.map(str::to_owned),
        event_key,
        openid,
        ..Envelope::default()
    })
}

/// A request that came at one of the first nanoseconds of 1970.
fn request(nanosecond: i64, body: &'static [u8]) -> RawRequest {
    RawRequest {
        received_at: Timestamp::from_nanosecond(nanosecond.into()).unwrap(),
        method: String::new(),
        version: String::new(),
        target: String::new(),
        headers: crate::capture::Headers::default(),
        peer: String::new(),
        body: Bytes::from_static(body),
        body_length: body.len() as u64,
    }
}

fn capture() -> impl Strategy<Value = Capture> {
    let states = (
        select(vec!["default", "shop"]),
        select(vec![Mode::Plain, Mode::Safe]),
        select(vec![Signature::Valid, Signature::Missing]),
        any::<bool>(),
        prop::option::of(select(vec![Code::TokenMissing, Code::Doctype])),
    );
    (0..10_000_i64, select(PAYLOADS), any::<bool>(), envelope(), states).prop_map(
        |(received_at, payload, encrypted, envelope, (account, mode, signature, replay, diagnosis))| {
            let body = if encrypted { b"<Encrypt/>" } else { payload.as_bytes() };
            Capture {
                request: request(received_at, body),
                account: account.to_owned(),
                envelope,
                mode,
                signature,
                message: encrypted.then(|| payload.as_bytes().to_vec()),
                group_key: None,
                replay,
                diagnoses: diagnosis.map(Diagnosis::new).into_iter().collect(),
            }
        },
    )
}

fn reply() -> impl Strategy<Value = Reply> {
    let rule = |name: &str| ReplySource::Rule(name.to_owned());
    let sources = vec![ReplySource::Default, rule("a"), rule("A"), ReplySource::Held, ReplySource::None];
    (
        select(vec![Some(200), Some(403), Some(503), None]),
        select(sources),
        select(vec![0, 1_500, 1_000_000]),
        select(vec!["success", "", "menu_2"]),
        select(vec![None, Some("bom"), Some("late")]),
        prop::option::of(select(vec![None, Some(ForwardProblem::TooLate), Some(ForwardProblem::Status)])),
    )
        .prop_map(|(status, source, elapsed, body, fault, forward)| Reply {
            status,
            body: body.as_bytes().to_vec(),
            wire: None,
            source,
            elapsed: Duration::from_micros(elapsed),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault,
            forwarded: forward.map(|problem| {
                let unsent = ServerAnswer::unsent(String::new(), ForwardProblem::NoTarget);
                Box::new(ServerAnswer { problem, ..unsent })
            }),
        })
}

fn row() -> impl Strategy<Value = Row> {
    let annotation = (any::<bool>(), prop::option::of(select(vec!["", "twice"])))
        .prop_map(|(pinned, note)| Annotation::of(pinned, note));
    (capture(), 1..4_u32, prop::option::of(reply()), any::<bool>(), annotation)
        .prop_map(|(capture, attempt, reply, held, annotation)| Row { capture, attempt, reply, held, annotation })
}

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
        insert_capture(&transaction, placement, &row.capture).unwrap();
        if let Some(reply) = &row.reply {
            replies::insert(&transaction, placement.id, reply).unwrap();
        }
        annotations::import(&transaction, placement.id, &row.annotation).unwrap();
        if row.held {
            transaction.execute("INSERT INTO held VALUES (?, unixepoch() * 1000000 + 3600000000)", [id]).unwrap();
        }
    }
    transaction.commit().unwrap();
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
        for expr in exprs {
            let holds = |(id, row): &(i64, &Row)| expr.holds(&row.subject(*id));
            let meant: Vec<i64> = (1..).zip(&rows).filter(holds).map(|(id, _)| id).collect();
            prop_assert_eq!(found(&connection, &expr), meant, "{}", expr);
        }
    }
}

/// SQLite's query plan for a filter.
fn plan(text: &str) -> String {
    let connection = database();
    let (sql, params) = query(&parsed(text));
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let rows = statement.query_map(params_from_iter(params), |row| row.get::<_, String>("detail")).unwrap();
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
