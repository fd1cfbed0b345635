//! Bad input: clear errors, and the server goes on.

use serde_json::{Value, json};

use crate::listener;
use crate::session::Session;

fn session(listener: &crate::TestListener) -> Session {
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    session
}

/// Tells whether the server still works.
fn assert_goes_on(session: &mut Session) {
    assert_eq!(session.call("status", json!({}))["database"]["last_id"], 3);
}

#[test]
fn lines_that_are_no_messages_end_nothing() {
    let listener = listener();
    let mut session = Session::start(listener.folder.path(), &[]);
    // Also before the first request.
    session.line("not JSON at all");
    session.notify("notifications/initialized", json!({}));
    session.initialize("2025-11-25");
    for line in [
        "",
        "{",
        "[]",
        "null",
        "\u{feff}{}",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
    ] {
        session.line(line);
        assert_goes_on(&mut session);
    }
    session.line(&format!("{{\"jsonrpc\":\"2.0\",\"method\":\"{}\"}}", "x".repeat(17 << 20)));
    assert_goes_on(&mut session);
}

#[test]
fn what_is_not_there_is_named() {
    let listener = listener();
    let mut session = session(&listener);
    let unknown = session.request("tools/call", json!({ "name": "drop_database", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    assert!(unknown["error"]["message"].as_str().unwrap().contains("wait_for_event"), "{unknown}");
    let method = session.request("no/such/method", json!({}));
    assert_eq!(method["error"]["code"], -32601, "{method}");
    let malformed = session.request("tools/call", json!({ "name": "status", "arguments": [1] }));
    assert!(malformed["error"].is_object(), "{malformed}");
    let nameless = session.request("tools/call", json!({}));
    assert!(nameless["error"].is_object(), "{nameless}");
    assert_goes_on(&mut session);
}

#[test]
fn arguments_that_cannot_be_are_told() {
    let listener = listener();
    let mut session = session(&listener);
    let cases: &[(&str, Value, &str)] = &[
        ("list_events", json!({ "limit": "many" }), "limit"),
        ("list_events", json!({ "limit": 0 }), "1 to 200"),
        ("list_events", json!({ "limit": 1_000_000_000 }), "1 to 200"),
        ("list_events", json!({ "limit": -1 }), "1 to 200"),
        ("list_events", json!({ "filter": 7 }), "expected a string"),
        ("list_events", json!({ "filter": "evnt:CLICK" }), "event:"),
        ("list_events", json!({ "filter": "(" }), "column"),
        ("list_events", json!({ "filter": "x".repeat(100_000) }), "filter"),
        ("list_events", json!({ "fliter": "x" }), "fliter"),
        ("get_event", json!({}), "id"),
        ("get_event", json!({ "id": "one" }), "expected i64"),
        ("get_event", json!({ "id": 99 }), "no event 99"),
        ("get_event", json!({ "id": 1, "part": "soul" }), "reply_decrypted"),
        ("list_events", json!({ "after": 4 }), "the newest event is 3"),
        ("wait_for_event", json!({ "after": 4 }), "the newest event is 3"),
        ("wait_for_event", json!({ "timeout_s": 61 }), "60"),
        ("wait_for_event", json!({ "timeout_s": -1 }), "60"),
        ("wait_for_event", json!({ "timeout_s": 1e300 }), "60"),
        ("explain_event", json!({ "id": -5 }), "no event -5"),
        ("lint_reply", json!({}), "body"),
        ("lint_reply", json!({ "body": "success", "for": 99 }), "no event 99"),
        ("lint_reply", json!({ "body": "success", "for": "no message" }), "no message"),
        ("lint_reply", json!({ "body": "success", "for": [1] }), "number of an event"),
        ("compare_events", json!({ "a": 1 }), "b"),
        ("compare_events", json!({ "a": 1, "b": 99 }), "no event 99"),
        ("replay", json!({ "to": "dev" }), "no target"),
        ("send_event", json!({ "event": "CLICK", "to": "http://127.0.0.1:1/" }), "no target"),
        ("send_event", json!({ "event": "/etc/passwd", "to": "dev" }), "no target"),
        ("export_fixture", json!({ "filter": "", "format": "pack", "out": "x" }), "--export-dir"),
    ];
    for (tool, arguments, expected) in cases {
        let failure = session.failure(tool, arguments.clone());
        assert!(failure.contains(expected), "{tool} {arguments:?}: {failure}");
        assert!(failure.len() < 2_000, "{failure}");
    }
    assert_goes_on(&mut session);
}

#[test]
fn a_database_that_is_none_is_told_and_ends_nothing() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("menuscope.db"), "this is no database, and long enough to be read as one")
        .unwrap();
    std::fs::write(directory.path().join("config.toml"), "[listener]\nadr = 1\n").unwrap();
    let mut session = Session::start(directory.path(), &[]);
    session.initialize("2025-11-25");
    assert!(session.failure("list_events", json!({})).contains("database"));
    assert!(session.failure("status", json!({})).contains("line 2"));
    let checks = session.call("doctor", json!({}))["checks"].clone();
    let code = |name: &str| {
        let found = checks.as_array().unwrap().iter().find(|check| check["check"] == name);
        found.map(|check| check["code"].clone()).unwrap()
    };
    assert_eq!((code("data-folder"), code("database")), (json!("config-unusable"), json!("database-unusable")));
}
