//! The real binary where it decides and judges answers: `lint`, `send`, and `listen` with rules and a forward target.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use command::{Listening, complaint, menuscope, run, stdout};
use serde_json::{Value, json};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/samples/CLICK.xml");

/// Hands the reply to `menuscope lint -`.
fn lint(data: &std::path::Path, reply: &[u8], arguments: &[&str]) -> std::process::Output {
    let mut command = menuscope(data, &[&["lint", "-"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(reply).unwrap();
    child.wait_with_output().unwrap()
}

fn codes(output: &std::process::Output) -> Vec<String> {
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    object["findings"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_legal_reply_is_0_and_an_illegal_one_1() {
    let data = tempfile::tempdir().unwrap();
    let good = lint(data.path(), b"success", &["--json"]);
    assert_eq!((good.status.code(), codes(&good)), (Some(0), Vec::new()));
    let bad = lint(data.path(), b"\"success\"", &["--json"]);
    assert_eq!((bad.status.code(), codes(&bad)), (Some(1), vec!["success-quoted".to_owned()]));
    let object: Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!((&object["legal"], &object["outcome"]["code"]), (&json!(false), &json!("notice")));
    let told = lint(data.path(), b"<xml>", &[]);
    assert!(stdout(&told).starts_with("Error [not-well-formed] line 1, column "), "{}", stdout(&told));
}

#[test]
fn a_reply_is_judged_for_the_event_that_it_answers() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--to", &listening.url, "--openid", "oUser"]).status.success());
    let reply = |to: &str| {
        format!(
            "<xml><ToUserName>{to}</ToUserName><FromUserName>gh_e136c6e50636</FromUserName><CreateTime>1</CreateTime>\
             <MsgType>text</MsgType><Content>hi</Content></xml>"
        )
    };
    let for_event = lint(data.path(), reply("oUser").as_bytes(), &["--for", "1", "--json"]);
    assert_eq!((for_event.status.code(), codes(&for_event)), (Some(0), Vec::new()), "{}", stdout(&for_event));
    let for_file = lint(data.path(), reply("oUser").as_bytes(), &["--for", SAMPLE, "--json"]);
    assert_eq!(for_file.status.code(), Some(1));
    assert!(codes(&for_file).contains(&"to-foreign".to_owned()), "{}", stdout(&for_file));
}

#[test]
fn what_cannot_be_judged_is_2_and_an_event_that_is_not_there_1() {
    let data = tempfile::tempdir().unwrap();
    let absent = run(data.path(), &["lint", "/nowhere/reply.xml"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(complaint(&absent).contains("/nowhere/reply.xml"));
    let no_event = lint(data.path(), b"success", &["--for", "17"]);
    assert_eq!(no_event.status.code(), Some(1));
    complaint(&no_event);
    assert_eq!(lint(data.path(), b"success", &["--for", "no such thing"]).status.code(), Some(2));
}

#[test]
fn an_illegal_answer_makes_send_say_no() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("config.toml"), "[[rules]]\nname = \"bad\"\nreply = { raw = \"Success\" }\n")
        .unwrap();
    let listening = Listening::start(data.path(), &[]);
    let sent = run(data.path(), &["send", "CLICK", "--to", &listening.url, "--json"]);
    assert_eq!(sent.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!((&line["status"], &line["lint"][0]["code"]), (&json!(200), &json!("success-case")));
    let stored: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!(
        (&stored["reply"]["source"], &stored["reply"]["lint"][0]["code"]),
        (&json!("rule:bad"), &json!("success-case"))
    );
}

#[test]
fn a_listener_forwards_to_another_and_gives_back_its_answer() {
    let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    std::fs::write(
        second.path().join("config.toml"),
        "[[rules]]\nname = \"own\"\nreply = { raw = \"success\" }\nstatus = 202\n",
    )
    .unwrap();
    let server = Listening::start(second.path(), &[]);
    let target = format!("{}/own?mine=1", server.url);
    let listening = Listening::start(first.path(), &["--forward", &target]);
    let sent = run(first.path(), &["send", "CLICK", "--to", &format!("{}/wx", listening.url), "--json"]);
    let line: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!(line["status"], 202);
    let event: Value = serde_json::from_slice(&run(first.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!((&event["reply"]["source"], &event["reply"]["forward"]["status"]), (&json!("forward"), &json!(202)));
    let seen: Value = serde_json::from_slice(&run(second.path(), &["show", "1", "--json"]).stdout).unwrap();
    let (asked, forwarded) =
        (event["request"]["target"].as_str().unwrap(), seen["request"]["target"].as_str().unwrap());
    assert_eq!(forwarded, format!("/own?mine=1&{}", asked.split_once('?').unwrap().1));
    assert_eq!(seen["request"]["body"], event["request"]["body"]);
}

#[test]
fn rules_and_targets_that_are_none_stop_the_listener_with_the_reason() {
    let data = tempfile::tempdir().unwrap();
    let target = run(data.path(), &["listen", "--addr", "127.0.0.1:0", "--forward", "localhost:80"]);
    assert_eq!(target.status.code(), Some(2));
    assert!(complaint(&target).contains("localhost:80"));
    let config = data.path().join("config.toml");
    for (rules, named) in [
        ("[[rules]]\nname = \"a\"\nmatch = \"evnt:CLICK\"\n", "evnt"),
        ("\n[[rules]]\nname = \"a\"\nreply = { MsgType = \"text\", Content = \"{{ open\" }\n", "line 4"),
        ("[[rules]]\nname = \"a\"\nreply = \"succes\"\n", "line 3"),
        ("[[rules]]\nname = \"a\"\n[[rules]]\nname = \"a\"\n", "line 4"),
    ] {
        std::fs::write(&config, rules).unwrap();
        let refused = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(refused.status.code(), Some(2), "{rules}");
        assert!(complaint(&refused).contains(named), "{}", complaint(&refused));
    }
}

#[test]
fn a_signal_releases_what_is_held_with_the_default() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("config.toml"), "[[rules]]\nname = \"wait\"\nreply = \"hold\"\n").unwrap();
    let mut listening = Listening::start(data.path(), &[]);
    let mut stream = TcpStream::connect(listening.url.trim_start_matches("http://")).unwrap();
    let body = std::fs::read(SAMPLE).unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    while run(data.path(), &["events", "is:held"]).status.code() != Some(0) {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    listening.signal("TERM");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("success"), "{answer}");
    assert!(listening.child.wait().unwrap().success());
}
