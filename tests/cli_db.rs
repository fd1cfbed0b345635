//! `menuscope db` through the real binary: exit status, stdout and stderr, which scripts lean on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::path::Path;

use command::{Listening, complaint, run, stdout};
use serde_json::Value;

/// A folder with made-up events.
fn generated(events: u32) -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let made = run(data.path(), &["db", "generate", &events.to_string(), "--until", "2026-11-23T08:00:00Z"]);
    assert_eq!(stdout(&made), format!("{events} stored\n"), "{made:?}");
    data
}

fn stats(data: &Path) -> Value {
    let counted = run(data, &["db", "stats", "--json"]);
    assert!(counted.status.success(), "{counted:?}");
    serde_json::from_slice(&counted.stdout).unwrap()
}

#[test]
fn what_is_in_it_is_counted_for_people_and_for_scripts() {
    let data = generated(500);
    let counted = stats(data.path());
    assert_eq!((&counted["events"], &counted["unindexed"], &counted["removed"]), (&500.into(), &0.into(), &0.into()));
    let kinds = counted["kinds"].as_object().unwrap();
    assert_eq!(kinds.values().filter_map(Value::as_u64).sum::<u64>(), 500);
    assert!(counted["last_received_at"].as_str().unwrap().starts_with("2026-11-2"));
    let told = run(data.path(), &["db", "stats"]);
    assert!(stdout(&told).contains("events       500\n") && stdout(&told).contains("  CLICK\n"), "{}", stdout(&told));
}

#[test]
fn the_same_seed_generates_the_same_events() {
    let [one, other] = [generated(200), generated(200)].map(|data| run(data.path(), &["events", "--json"]).stdout);
    assert!(!one.is_empty() && one == other);
}

#[test]
fn events_are_deleted_by_number_and_by_filter_and_brought_back() {
    let data = generated(300);
    let clicks = run(data.path(), &["events", "event:CLICK", "--limit", "999", "--json"]);
    let clicks = stdout(&clicks).lines().count() as u64;
    let deleted = run(data.path(), &["db", "delete", "--filter", "event:CLICK"]);
    assert_eq!(
        stdout(&deleted),
        format!("{clicks} removed; for ten minutes `menuscope db restore` brings them back\n")
    );
    assert_eq!(run(data.path(), &["events", "event:CLICK"]).status.code(), Some(1));
    assert_eq!(
        (stats(data.path())["events"].as_u64(), stats(data.path())["removed"].as_u64()),
        (Some(300 - clicks), Some(clicks))
    );
    let kinds = stats(data.path())["kinds"].clone();
    assert_eq!(kinds.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>(), 300 - clicks);
    assert!(kinds.get("CLICK").is_none(), "what was removed counts as removed alone: {kinds}");
    let again = run(data.path(), &["db", "delete", "--filter", "event:CLICK"]);
    assert_eq!(again.status.code(), Some(1), "nothing is left to be removed");
    assert_eq!(stdout(&run(data.path(), &["db", "restore"])), format!("{clicks} events are back\n"));
    assert_eq!(stats(data.path())["events"], 300);
    let nothing = run(data.path(), &["db", "restore"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(complaint(&nothing).contains("nothing was removed"));
    assert!(run(data.path(), &["db", "delete", "1", "2"]).status.success());
    assert_eq!(run(data.path(), &["show", "1"]).status.code(), Some(1));
    let unknown = run(data.path(), &["db", "delete", "1"]);
    assert_eq!(unknown.status.code(), Some(1));
    let all = run(data.path(), &["db", "delete"]);
    assert_eq!(all.status.code(), Some(2), "everything goes only where that is said");
    assert!(complaint(&all).contains("--all"));
    assert!(run(data.path(), &["db", "delete", "--all"]).status.success());
    assert_eq!(stats(data.path())["events"], 0);
}

#[test]
fn it_is_checked_compacted_and_copied_beside_a_listener_and_without_one() {
    let data = generated(400);
    assert_eq!(stdout(&run(data.path(), &["db", "check"])), "the database is sound\n");
    let compacted = run(data.path(), &["db", "compact"]);
    assert!(compacted.status.success() && stdout(&compacted).contains("MiB now"), "{compacted:?}");
    let listening = Listening::start(data.path(), &[]);
    let compacted = run(data.path(), &["db", "compact"]);
    assert!(stdout(&compacted).contains("a listener is using it"), "{compacted:?}");
    let copy = data.path().join("copy/menuscope.db");
    std::fs::create_dir(data.path().join("copy")).unwrap();
    assert!(run(data.path(), &["db", "backup", copy.to_str().unwrap()]).status.success());
    let twice = run(data.path(), &["db", "backup", copy.to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(complaint(&twice).contains("nothing is yet"));
    assert_eq!(stats(copy.parent().unwrap())["events"], 400);
    drop(listening);
}

#[test]
fn damage_is_found_and_said_with_what_to_do() {
    let data = generated(400);
    let path = data.path().join("menuscope.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // Pages of the middle, but for the first of them.
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 20 * 4096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let checked = run(data.path(), &["db", "check"]);
    assert_ne!(checked.status.code(), Some(0), "{checked:?}");
    assert!(complaint(&checked).contains(".recover"), "{checked:?}");
}

#[test]
fn without_a_database_there_is_nothing_to_look_after() {
    let data = tempfile::tempdir().unwrap();
    for job in [&["stats"][..], &["check"], &["compact"], &["restore"], &["delete", "--all"], &["backup", "copy.db"]] {
        let output = run(data.path(), &[&["db"], job].concat());
        assert_eq!(output.status.code(), Some(1), "{job:?}: {output:?}");
        assert!(complaint(&output).contains("there is no database yet"), "{output:?}");
    }
    assert!(!data.path().join("menuscope.db").exists());
}
