//! Exports and imports through the real binary: exit status, stdout and stderr, which scripts lean on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use command::{Listening, captured, complaint, menuscope, run, stdout};
use menuscope::exchange::Format;
use serde_json::{Value, json};

const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

fn path(data: &Path, name: &str) -> String {
    data.join(name).to_str().unwrap().to_owned()
}

#[test]
fn every_format_is_written_and_what_carries_requests_comes_in_once() {
    let data = captured();
    for format in Format::ALL {
        let out = path(data.path(), &format!("out-{}", format.as_str()));
        let exported = run(data.path(), &["export", "--all", "--format", format.as_str(), "--out", &out]);
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
    assert_eq!(exported(&["--all"]), 2);
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
    refused(&["--format", "json", "--out", &taken], 2, "their numbers, --filter FILTER, or --all");
    let all = ["--all", "--pseudonymise", "--format"];
    refused(&[&all[..], &["json", "--out", &taken]].concat(), 2, "notes.txt");
    refused(&[&all[..], &["pack", "--out", &taken]].concat(), 2, "notes.txt");
    let inside = path(data.path(), "notes.txt/deep/pack");
    refused(&[&all[..], &["pack", "--out", &inside]].concat(), 2, "cannot make the folder for the export");
    refused(&[&all[..], &["pack", "--out", "-"]].concat(), 2, "stdout takes one file");
    refused(&[&all[..], &["har", "--out", "-", "--to", "http://h/wx"]].concat(), 2, "--to is for curl, http and hurl");
    refused(&["--all", "1", "--format", "json", "--out", &taken], 2, "--all");
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
    let export = ["export", "--all", "--format", "pack", "--out", &out, "--pseudonymise"];
    let previewed = run(data.path(), &["export", "--all", "--pseudonymise", "--preview"]);
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
    let exported = run(data.path(), &["export", "--all", "--format", "json", "--out", &out, "--pseudonymise"]);
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

#[test]
fn folders_are_made_and_one_line_says_that_nothing_is_replaced() {
    let data = captured();
    let out = path(data.path(), "a/b/c");
    let exported = run(data.path(), &["export", "--all", "--format", "pack", "--out", &out]);
    assert!(exported.status.success() && Path::new(&out).join("manifest.json").exists(), "{exported:?}");
    assert!(complaint(&exported).contains("--pseudonymise"), "{exported:?}");
    let replaced = path(data.path(), "d/e.jsonl");
    let exported = run(data.path(), &["export", "--all", "--format", "json", "--out", &replaced, "--pseudonymise"]);
    assert!(exported.status.success() && exported.stderr.is_empty(), "{exported:?}");
}

#[test]
fn an_export_goes_to_stdout_and_an_import_comes_from_stdin() {
    let data = captured();
    for format in ["json", "har", "curl", "http", "hurl"] {
        for out in ["-", "/dev/stdout"] {
            let exported = run(data.path(), &["export", "--all", "--format", format, "--out", out]);
            assert!(exported.status.success(), "{format}: {exported:?}");
            assert!(String::from_utf8_lossy(&exported.stderr).contains("2 events in 1 file"), "{exported:?}");
            for source in ["-", "/dev/stdin"] {
                let fresh = tempfile::tempdir().unwrap();
                let imported = fed(fresh.path(), &["import", source], &exported.stdout);
                assert_eq!(stdout(&imported), "2 added, 0 known already, 0 not read\n", "{format} {source}");
            }
        }
    }
    let fresh = tempfile::tempdir().unwrap();
    let imported = fed(fresh.path(), &["import", "-"], b"<xml><ToUserName>");
    assert_eq!(imported.status.code(), Some(1), "{imported:?}");
    assert!(stdout(&imported).starts_with("stdin: "), "{imported:?}");
    let zip = path(data.path(), "pack.zip");
    assert!(run(data.path(), &["export", "--all", "--format", "pack", "--out", &zip]).status.success());
    let imported = fed(fresh.path(), &["import", "-"], &fs::read(zip).unwrap());
    assert_eq!(stdout(&imported), "2 added, 0 known already, 0 not read\n");
}

/// The outcome of a command with that on its stdin.
fn fed(data: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = menuscope(data, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_server_of_its_own_stands_in_the_files_of_other_clients() {
    let data = captured();
    for (format, wanted) in [
        ("curl", "TO=${TO:-http://127.0.0.1:3000/hook}"),
        ("http", "@to = http://127.0.0.1:3000/hook"),
        ("hurl", "POST http://127.0.0.1:3000/hook?signature="),
    ] {
        let to = "http://127.0.0.1:3000/hook";
        let exported = run(data.path(), &["export", "--all", "--format", format, "--out", "-", "--to", to]);
        assert!(stdout(&exported).contains(wanted), "{}", stdout(&exported));
        let fresh = tempfile::tempdir().unwrap();
        assert!(fed(fresh.path(), &["import", "-"], &exported.stdout).status.success(), "{format}");
        let shown = run(fresh.path(), &["show", "1", "--json"]);
        let event: Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(event["request"]["path"], "/wx", "{format}");
    }
}

#[test]
fn other_requests_are_listed_and_are_no_fault_and_a_missing_path_keeps_nobody_out() {
    let data = tempfile::tempdir().unwrap();
    let fixture = |name: &str| format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let click = fs::read_to_string(fixture("samples/CLICK.xml")).unwrap();
    let callback = json!({"method": "POST", "url": "http://h/wx", "postData": {"text": click}});
    let page = json!({"method": "GET", "url": "http://h/page"});
    let archive = |requests: &[Value]| {
        let entries: Vec<Value> = requests.iter().map(|request| json!({ "request": request })).collect();
        json!({"log": {"entries": entries}}).to_string()
    };
    let mixed = fed(data.path(), &["import", "-"], archive(&[callback, page.clone()]).as_bytes());
    assert!(mixed.status.success(), "{mixed:?}");
    assert!(stdout(&mixed).contains("GET http://h/page"), "{mixed:?}");
    assert!(stdout(&mixed).ends_with("1 added, 0 known already, 1 not read (1 of other kinds)\n"), "{mixed:?}");
    let nothing = fed(data.path(), &["import", "-"], archive(&[page]).as_bytes());
    assert_eq!(nothing.status.code(), Some(1), "{nothing:?}");
    let partly = run(data.path(), &["import", "/no/such/file", &fixture("samples/VIEW.xml")]);
    assert_eq!(partly.status.code(), Some(1), "{partly:?}");
    assert!(stdout(&partly).contains("/no/such/file") && stdout(&partly).contains("1 added"), "{partly:?}");
    let missing = run(data.path(), &["import", "/no/such/file"]);
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
}
