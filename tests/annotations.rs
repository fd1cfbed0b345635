//! Pins and notes through the real binary: found by filters, kept by removals, exports and imports.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::path::Path;

use command::{captured, complaint, run, stdout};
use serde_json::Value;

const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

fn done(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    stdout(&output).to_owned()
}

/// The numbers of the events that a filter finds.
fn found(data: &Path, filter: &str) -> Vec<i64> {
    let output = run(data, &["events", filter, "--json"]);
    let lines = stdout(&output);
    lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap()).collect()
}

#[test]
fn pins_and_notes_are_found_and_shown_only_where_they_are_set() {
    let data = captured();
    let data = data.path();
    done(data, &["pin", "1", "2"]);
    done(data, &["pin", "2", "--remove"]);
    done(data, &["note", "2", " 客服之后再试 "]);
    assert_eq!(
        (found(data, "is:pinned"), found(data, "has:note"), found(data, "id:>0 -is:pinned -has:note")),
        (vec![1], vec![2], vec![])
    );
    let event = |id: &str| serde_json::from_str::<Value>(&done(data, &["show", id, "--json"])).unwrap();
    let (pinned, noted) = (event("1"), event("2"));
    assert_eq!((&pinned["pinned"], pinned.get("note")), (&Value::Bool(true), None));
    assert_eq!((noted.get("pinned"), &noted["note"]), (None, &"客服之后再试".into()));
    assert!(done(data, &["show", "2"]).contains("note       客服之后再试"));
    done(data, &["note", "2", ""]);
    assert_eq!(found(data, "has:note"), [0; 0]);
    let missing = run(data, &["pin", "1", "9"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(complaint(&missing).contains("there is no event 9"), "{missing:?}");
}

#[test]
fn a_removal_and_its_undo_keep_them() {
    let data = captured();
    let data = data.path();
    done(data, &["pin", "1"]);
    done(data, &["note", "1", "twice"]);
    done(data, &["db", "delete", "1"]);
    assert_eq!(found(data, "is:pinned"), [0; 0]);
    done(data, &["db", "restore"]);
    assert_eq!(found(data, "is:pinned has:note"), [1]);
}

#[test]
fn exports_carry_them_and_an_import_keeps_what_is_there() {
    let data = captured();
    let data = data.path();
    done(data, &["pin", "1"]);
    done(data, &["note", "1", "twice"]);
    for (format, name) in [("pack", "pack"), ("json", "events.jsonl")] {
        let out = data.join(name);
        done(data, &["export", "--all", "--format", format, "--out", out.to_str().unwrap()]);
        let other = tempfile::tempdir().unwrap();
        done(other.path(), &["import", out.to_str().unwrap()]);
        assert_eq!(found(other.path(), "is:pinned has:note"), [1], "{format}");
        done(other.path(), &["note", "1", "mine"]);
        done(other.path(), &["import", out.to_str().unwrap()]);
        let event: Value = serde_json::from_str(&done(other.path(), &["show", "1", "--json"])).unwrap();
        assert_eq!(event["note"], "mine", "{format}");
    }
}

#[test]
fn an_identifier_in_a_note_gets_the_same_pseudonym_as_elsewhere() {
    let data = captured();
    let data = data.path();
    done(data, &["note", "1", &format!("{OPENID} tapped, phone 13812345678")]);
    let out = data.join("out.jsonl");
    done(data, &["export", "1", "--format", "json", "--out", out.to_str().unwrap(), "--pseudonymise"]);
    let text = fs::read_to_string(out).unwrap();
    assert!(!text.contains(OPENID) && !text.contains("13812345678"), "{text}");
    let event: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let stand_in = event["openid"].as_str().unwrap();
    assert!(event["note"].as_str().unwrap().starts_with(&format!("{stand_in} tapped, phone ")), "{text}");
}
