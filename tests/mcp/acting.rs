//! Tools that send and write: only where they were allowed, only to named targets, only into one folder.

use serde_json::{Value, json};

use crate::command::Listening;
use crate::common::{TestListener, sample};
use crate::session::Session;
use crate::target::TargetServer;
use crate::{OPENID, listener};

/// A listener with a CLICK, and a target "dev" that answers `success`.
fn with_target() -> (TestListener, TargetServer) {
    let target = TargetServer::start(|_| Some("success".to_owned()));
    let listener = TestListener::with(&format!("[targets.dev]\nurl = \"{}\"\n", target.url("/wx")), "");
    listener.post("/wx", &sample("CLICK"));
    listener.newest();
    (listener, target)
}

fn tools(session: &mut Session) -> Vec<Value> {
    session.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone()
}

#[test]
fn without_being_allowed_nothing_that_acts_is_offered() {
    let (listener, target) = with_target();
    let mut session = Session::start(listener.folder.path(), &[]);
    session.initialize("2025-11-25");
    let names: Vec<String> = tools(&mut session).iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    let looking = [
        "status",
        "list_events",
        "get_event",
        "wait_for_event",
        "explain_event",
        "lint_reply",
        "compare_events",
        "doctor",
    ];
    assert_eq!(names, looking);
    for tool in ["send_event", "replay", "export_fixture"] {
        let refused = session.request("tools/call", json!({ "name": tool, "arguments": { "to": "dev", "ids": [1] } }));
        assert!(refused["error"]["message"].as_str().unwrap().contains("--allow-send"), "{refused}");
    }
    assert_eq!(target.watch().lock().unwrap().len(), 0);
}

#[test]
fn every_tool_says_truly_what_it_does() {
    let (listener, _target) = with_target();
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    let tools = tools(&mut session);
    assert_eq!(tools.len(), 11);
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        let acts = ["send_event", "replay", "export_fixture"].contains(&name);
        let hints = &tool["annotations"];
        assert_eq!((&hints["readOnlyHint"], &hints["destructiveHint"]), (&json!(!acts), &json!(acts)), "{name}");
        assert_eq!(hints["openWorldHint"], json!(["send_event", "replay"].contains(&name)), "{name}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{name} {schema}");
        }
        for (argument, schema) in tool["inputSchema"]["properties"].as_object().into_iter().flatten() {
            assert!(schema["description"].is_string(), "{name}: {argument} has no description");
        }
        assert!(tool["description"].as_str().unwrap().len() > 40, "{name}");
    }
}

#[test]
fn an_event_is_sent_to_a_named_target_and_recorded_where_that_is_asked_for() {
    let (listener, target) = with_target();
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    let sent = session.call("send_event", json!({ "event": "CLICK", "to": "dev", "key": "MENU_7" }));
    assert_eq!((&sent["well"], &sent["answers"][0]["body"]), (&json!(true), &json!("success")));
    let seen = target.watch().lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&seen[0].body).contains("MENU_7"));
    assert_eq!(session.call("status", json!({}))["database"]["last_id"], 1);
    let recorded =
        session.call("send_event", json!({ "event": 1, "to": "dev", "record": true, "set": { "EventKey": "X" } }));
    assert_eq!(recorded["answers"][0]["id"], 2, "{recorded}");
    let event = session.call("get_event", json!({ "id": 2 }))["event"].clone();
    assert_eq!((&event["event_key"], &event["replay"]), (&json!("X"), &json!(true)));
    let unknown = session.failure("send_event", json!({ "event": "CLIK", "to": "dev" }));
    assert!(unknown.contains("CLIK"), "{unknown}");
    // A server that verifies refuses what nobody here can sign.
    let strict = tempfile::tempdir().unwrap();
    let verifying = Listening::start(strict.path(), &["--token", "tok12345"]);
    let config = listener.folder.config_file();
    let targets = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{targets}\n[targets.strict]\nurl = \"{}\"\n", verifying.url)).unwrap();
    let refused = session.call("send_event", json!({ "event": "CLICK", "to": "strict" }));
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("no token is known here")), "{refused}");
    assert_eq!(sent["hint"], Value::Null);
    // A file's contents would go to a server.
    let file = listener.folder.config_file();
    let refused = session.failure("send_event", json!({ "event": file, "to": "dev" }));
    assert!(!refused.contains("file that exists"), "{refused}");
    assert_eq!(target.watch().lock().unwrap().len(), 2);
}

#[test]
fn a_replay_compares_and_stops_at_too_many_events() {
    let (listener, target) = with_target();
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    let first = session.call("replay", json!({ "ids": [1, 1], "to": "dev", "mode": "resign", "against": "last" }));
    assert_eq!((&first["answers"][0]["verdict"], &first["run"]["sent"]), (&json!("new"), &json!(1)));
    let again = session.call("replay", json!({ "filter": "event:CLICK", "to": "dev", "against": "last" }));
    assert_eq!((&again["answers"][0]["verdict"], &again["well"]), (&json!("same"), &json!(true)));
    let against_run = session.call("replay", json!({ "ids": [1], "to": "dev", "against": first["run"]["run"] }));
    assert_eq!(against_run["answers"][0]["verdict"], "same");
    for (arguments, expected) in [
        (json!({ "ids": [1], "filter": "x", "to": "dev" }), "do not go together"),
        (json!({ "to": "dev" }), "ids, or a filter"),
        (json!({ "ids": [99], "to": "dev" }), "no event 99"),
        (json!({ "filter": "event:VIEW", "to": "dev" }), "no event matches"),
        (json!({ "ids": [1], "to": "dev", "against": "yesterday" }), "forward, last"),
        (json!({ "ids": [1], "to": "dev", "against": 99 }), "no run 99"),
        (json!({ "ids": [1], "to": target.url("/") }), "no target"),
    ] {
        let failure = session.failure("replay", arguments.clone());
        assert!(failure.contains(expected), "{arguments}: {failure}");
    }
    assert_eq!(target.watch().lock().unwrap().len(), 3);
}

#[test]
fn a_target_that_is_not_there_is_told() {
    let listener = TestListener::with("[targets.dev]\nurl = \"http://127.0.0.1:1/\"\n", "");
    listener.post("/", &sample("CLICK"));
    listener.newest();
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    assert!(session.failure("replay", json!({ "ids": [1], "to": "dev" })).contains("does not take connections"));
    assert!(session.failure("send_event", json!({ "event": "CLICK", "to": "dev" })).contains("127.0.0.1:1"));
}

#[test]
fn an_export_stays_in_its_folder_and_has_pseudonyms() {
    let listener = listener();
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("exports");
    let mut session =
        Session::start(listener.folder.path(), &["--allow-send", "--export-dir", folder.to_str().unwrap()]);
    session.initialize("2025-11-25");
    let arguments = |out: &str| json!({ "filter": "type:text", "format": "json", "out": out });
    for out in ["../x.jsonl", "/tmp/x.jsonl", "a/../../x", "", ".."] {
        let failure = session.failure("export_fixture", arguments(out));
        assert!(failure.contains("--export-dir"), "{failure}");
    }
    assert!(session.failure("export_fixture", json!({ "filter": "", "format": "exe", "out": "x" })).contains("pytest"));
    let written = session.call("export_fixture", arguments("some/clicks.jsonl"));
    assert_eq!((&written["events"], &written["pseudonymised"]), (&json!(1), &json!(true)));
    let text = std::fs::read_to_string(folder.join("some/clicks.jsonl")).unwrap();
    assert!(text.contains("\"text\"") && !text.contains(OPENID), "{text}");
    let mut plain = arguments("plain.jsonl");
    plain["pseudonymise"] = json!(false);
    session.call("export_fixture", plain);
    assert!(std::fs::read_to_string(folder.join("plain.jsonl")).unwrap().contains(OPENID));
    assert!(!directory.path().join("x.jsonl").exists());
}
