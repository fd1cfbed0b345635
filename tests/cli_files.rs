//! Exports and imports through the real binary: exit status, stdout and stderr, which scripts lean on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::path::Path;

use command::{Listening, complaint, menuscope, run, stdout};
use menuscope::exchange::Format;
use serde_json::Value;

const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

/// A folder with a scan and a text.
fn captured() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let url = format!("{}/wx", listening.url);
    for event in ["scancode_waitmsg", "text"] {
        assert!(run(data.path(), &["send", event, "--to", &url]).status.success());
    }
    data
}

fn path(data: &Path, name: &str) -> String {
    data.join(name).to_str().unwrap().to_owned()
}

#[test]
fn every_format_is_written_and_what_carries_requests_comes_in_once() {
    let data = captured();
    for format in Format::ALL {
        let out = path(data.path(), &format!("out-{}", format.as_str()));
        let exported = run(data.path(), &["export", "--format", format.as_str(), "--out", &out]);
        assert!(exported.status.success(), "{format:?}: {exported:?}");
        assert!(stdout(&exported).starts_with("2 events in "), "{}", stdout(&exported));
        let empty = tempfile::tempdir().unwrap();
        let imported = run(empty.path(), &["import", &out]);
        assert!(imported.status.success(), "{format:?}: {imported:?}");
        assert_eq!(stdout(&imported), "2 added, 0 known already, 0 not read\n", "{format:?}");
        let again = run(empty.path(), &["import", &out, "--json"]);
        let report: Value = serde_json::from_slice(&again.stdout).unwrap();
        assert_eq!((&report["added"], &report["known"]), (&0.into(), &2.into()), "{format:?}");
    }
}

#[test]
fn what_somebody_wrote_into_exported_test_code_stays() {
    let data = captured();
    let out = path(data.path(), "tests");
    let export = |which: &str| {
        let exported = run(data.path(), &["export", which, "--format", "pytest", "--out", &out]);
        assert!(exported.status.success(), "{exported:?}");
    };
    export("1");
    let code = Path::new(&out).join("test_callbacks.py");
    let mine = format!("{}\n# mine\n", fs::read_to_string(&code).unwrap());
    fs::write(&code, &mine).unwrap();
    export("2");
    assert_eq!(fs::read_to_string(&code).unwrap(), mine);
    let manifest = fs::read_to_string(Path::new(&out).join("callbacks/manifest.json")).unwrap();
    assert!(manifest.contains("000001-text") && !manifest.contains("scancode"), "{manifest}");
    assert!(!Path::new(&out).join("callbacks/000001-scancode_waitmsg").exists());
}

#[test]
fn a_selection_is_exported_by_number_or_by_filter() {
    let data = captured();
    let exported = |which: &[&str]| {
        let out = path(data.path(), "events.jsonl");
        let output = run(data.path(), &[&["export", "--format", "json", "--out", &out], which].concat());
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(out).unwrap().lines().count()
    };
    assert_eq!(exported(&["2"]), 1);
    assert_eq!(exported(&["--filter", "type:text"]), 1);
    assert_eq!(exported(&[]), 2);
}

#[test]
fn an_export_that_cannot_be_says_so_and_leaves_what_is_there() {
    let data = captured();
    let taken = path(data.path(), "notes.txt");
    fs::write(&taken, "mine").unwrap();
    let refused = |arguments: &[&str], status: i32, words: &str| {
        let output = run(data.path(), &[&["export"], arguments].concat());
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(complaint(&output).contains(words), "{output:?}");
    };
    refused(&["--format", "json", "--out", &taken], 2, "notes.txt");
    refused(&["--format", "pack", "--out", &taken], 2, "notes.txt");
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    let nowhere = path(data.path(), "nowhere/deep/pack");
    refused(&["99", "--format", "pack", "--out", &nowhere], 1, "there is no event 99");
    refused(&["--filter", "event:NOPE", "--format", "pack", "--out", &nowhere], 1, "no event matches");
    refused(&["--format", "tar", "--out", &nowhere], 2, "pytest");
}

#[test]
fn with_pseudonyms_nobody_is_in_it_and_a_preview_writes_nothing() {
    let data = captured();
    let out = path(data.path(), "pack");
    let export = ["export", "--format", "pack", "--out", &out, "--pseudonymise"];
    let previewed = run(data.path(), &["export", "--pseudonymise", "--preview"]);
    assert!(previewed.status.success() && stdout(&previewed).contains(OPENID), "{previewed:?}");
    assert!(!Path::new(&out).exists());
    assert!(run(data.path(), &export).status.success());
    let request = fs::read_to_string(format!("{out}/000001-scancode_waitmsg/request.http")).unwrap();
    assert!(!request.contains(OPENID), "{request}");
    let verified = tempfile::tempdir().unwrap();
    let import = menuscope(verified.path(), &["import", &out, "--token", "menuscope"]).output().unwrap();
    assert!(import.status.success(), "{import:?}");
    assert!(!stdout(&run(verified.path(), &["events", "type:text", "--json"])).contains("你好"));
}

#[test]
fn what_a_later_event_shows_to_be_a_password_is_replaced_in_earlier_ones_too() {
    const PASSWORD: &str = "correcthorse77";
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let url = format!("{}/wx", listening.url);
    let scan = format!("ScanResult=WIFI:T:WPA;S:home;P:{PASSWORD};;");
    let send = |arguments: &[&str]| {
        assert!(run(data.path(), &[&["send", "--to", &url], arguments].concat()).status.success());
    };
    send(&["CLICK", "--key", PASSWORD]);
    send(&["scancode_waitmsg", "--set", &scan]);
    let out = path(data.path(), "events.jsonl");
    let exported = run(data.path(), &["export", "--format", "json", "--out", &out, "--pseudonymise"]);
    assert!(exported.status.success(), "{exported:?}");
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!((text.lines().count(), text.contains(PASSWORD)), (2, false), "{text}");
}

#[test]
fn what_cannot_be_read_is_listed_and_the_rest_comes_in() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("files");
    fs::create_dir(&folder).unwrap();
    let sample = |kind: &str| format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"));
    for kind in ["CLICK", "VIEW"] {
        fs::copy(sample(kind), folder.join(format!("{kind}.xml"))).unwrap();
    }
    fs::write(folder.join("broken.xml"), "<xml><ToUserName>").unwrap();
    fs::write(folder.join("empty.har"), "{\"log\":{\"entries\":[").unwrap();
    fs::write(folder.join("notes.txt"), "nothing to see").unwrap();
    let imported = run(data.path(), &["import", folder.to_str().unwrap()]);
    assert_eq!(imported.status.code(), Some(1), "{imported:?}");
    let told = stdout(&imported);
    assert!(told.ends_with("2 added, 0 known already, 3 not read\n"), "{told}");
    for name in ["broken.xml", "empty.har", "notes.txt"] {
        assert!(told.lines().any(|line| line.contains(name)), "{name}: {told}");
    }
    let fresh = data.path().join("made/anew");
    let sample = sample("CLICK");
    assert!(run(&fresh, &["import", &sample]).status.success(), "the data folder is made");
    let missing = run(data.path(), &["import", "/no/such/file"]);
    assert_ne!(missing.status.code(), Some(0), "{missing:?}");
}
