//! The real binary given texts that try to spoof the terminal: they are shown escaped or cut, and stay exact elsewhere.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use command::{Listening, menuscope, run, stdout};
use menuscope::texts::safe_text::is_hidden;
use serde_json::Value;

/// Right-to-left, no width, a C1 control sequence, a line of its own, a tag, private use; allowed in XML, all of them.
const SPOOF: &str = "pay\u{202E}gpj.\u{2066}\u{200B}\u{FEFF}\u{9B}2J\u{2028}\u{E0041}\u{E001}\u{61C}end";

/// Whether a terminal shows this as it is: nothing hidden but its line ends.
fn assert_harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let hidden = text.chars().find(|c| *c != '\n' && is_hidden(*c));
    assert_eq!(hidden, None, "{what}: {}", text.escape_debug());
}

/// What a command printed, on either side, which must be harmless.
fn printed(data: &Path, arguments: &[&str]) -> Output {
    let output = run(data, arguments);
    assert_harmless(&format!("{arguments:?} on stdout"), &output.stdout);
    assert_harmless(&format!("{arguments:?} on stderr"), &output.stderr);
    output
}

fn tap(key: &str) -> Vec<u8> {
    format!(
        "<xml><ToUserName>{SPOOF}</ToUserName><FromUserName>{SPOOF}</FromUserName><CreateTime>1</CreateTime>\
         <MsgType>event</MsgType><Event>CLICK{SPOOF}</Event><EventKey>{key}</EventKey></xml>"
    )
    .into_bytes()
}

fn post(url: &str, header: &[u8], body: &[u8]) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let head = [
        b"POST /wx?nonce=%E2%80%AE HTTP/1.1\r\nhost: x\r\nx-spoof: ",
        header,
        format!("\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len()).as_bytes(),
    ]
    .concat();
    stream.write_all(&[&head, body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn no_command_lets_a_received_text_steer_the_terminal() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    post(&listening.url, SPOOF.as_bytes(), &tap(SPOOF));
    post(&listening.url, b"x", b"\x1b]0;title\x07\x1b[2J not XML \xe2\x80\xae");
    let target = "http://127.0.0.1:1/";
    let spelled = "pay‹U+202E›gpj.‹U+2066›‹U+200B›‹U+FEFF›‹U+009B›2J‹U+2028›‹U+E0041›‹U+E001›‹U+061C›end";
    let shown = printed(data.path(), &["show", "1"]);
    for line in [&format!("EventKey      {spelled}"), &format!("x-spoof: {spelled}")] {
        assert!(stdout(&shown).contains(line), "{}", stdout(&shown));
    }
    assert!(stdout(&printed(data.path(), &["show", "2"])).contains("‹U+001B›]0;title‹U+0007›‹U+001B›[2J not XML"));
    assert!(stdout(&printed(data.path(), &["events"])).contains("CLICKpay‹U+202E›"));
    assert!(stdout(&printed(data.path(), &["wait", "--since", "0", "--count", "2"])).contains("‹U+202E›"));
    assert!(stdout(&printed(data.path(), &["db", "stats"])).contains("‹U+202E›"));
    assert!(stdout(&printed(data.path(), &["replay", "1", "2", "--to", target])).contains("‹U+202E›"));
    printed(data.path(), &["events", &format!("evnt{SPOOF}:x")]);
    printed(data.path(), &["show", &format!("--{SPOOF}")]);
    printed(data.path(), &["wait", "--since", SPOOF]);
    printed(data.path(), &["send", SPOOF, "--to", target]);
    printed(data.path(), &["replay", "1", "--to", SPOOF]);
    printed(data.path(), &["export", "--all", "--pseudonymise", "--preview"]);
    let out = data.path().join(format!("out{SPOOF}"));
    printed(data.path(), &["export", "--all", "--format", "json", "--out", out.to_str().unwrap()]);
    let exact = run(data.path(), &["show", "1", "--body"]);
    assert_eq!(exact.stdout, tap(SPOOF));
    let json: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!(json["event_key"], SPOOF);
    assert!(
        std::fs::read_to_string(&out).unwrap().contains(SPOOF)
            || std::fs::read_to_string(&out).unwrap().contains("\\u202e")
    );
}

#[test]
fn neither_the_lines_of_a_listener_nor_its_log_steer_the_terminal() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["-vv", "listen", "--addr", "127.0.0.1:0", "--forward", "http://127.0.0.1:1/"];
    let mut child = menuscope(data.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    post(first.trim_end().strip_prefix("listening on ").unwrap(), SPOOF.as_bytes(), &tap(SPOOF));
    let mut second = String::new();
    lines.read_line(&mut second).unwrap();
    assert!(second.contains("‹U+202E›"), "{second:?}");
    assert_harmless("a line of the listener", second.as_bytes());
    child.kill().unwrap();
    let mut log = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut log).unwrap();
    child.wait().unwrap();
    assert!(!log.is_empty(), "it has something to say: its forwarding fails");
    assert_harmless("the log", &log);
}

#[test]
fn what_is_read_from_files_does_not_steer_the_terminal_either() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join(format!("in\u{1b}[2J{SPOOF}"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(format!("a{SPOOF}.curl")), format!("curl '{SPOOF}\u{1b}[2J' --{SPOOF}\u{7}")).unwrap();
    std::fs::write(
        folder.join("b.http"),
        format!("POST {SPOOF}\u{1b} HTTP/9\u{9b}\n{SPOOF}\u{1b}: \u{7}\n\n{SPOOF}\n"),
    )
    .unwrap();
    let imported = printed(data.path(), &["import", folder.to_str().unwrap()]);
    assert!(stdout(&imported).contains("‹U+202E›"), "{}", stdout(&imported));
    let reply = data.path().join("reply.xml");
    let text = format!("<xml><ToUserName>{SPOOF}</ToUserName><MsgType>{SPOOF}</MsgType><{SPOOF}\u{1b}>");
    std::fs::write(&reply, text).unwrap();
    assert!(!stdout(&printed(data.path(), &["lint", reply.to_str().unwrap()])).is_empty());
    std::fs::write(data.path().join("config.toml"), format!("[\"{SPOOF}\"]\n\"a\u{202E}\" = 1\n")).unwrap();
    assert_eq!(printed(data.path(), &["listen", "--addr", "127.0.0.1:0"]).status.code(), Some(2));
}

#[test]
fn a_megabyte_on_one_line_is_cut_with_a_mark_and_given_out_whole() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let key = "k".repeat((1 << 20) - 1_000);
    post(&listening.url, b"x", &tap(&key));
    let shown = printed(data.path(), &["show", "1"]);
    assert!(stdout(&shown).contains("k … 1\u{a0}047\u{a0}576 characters"), "{} bytes", shown.stdout.len());
    for arguments in [&["show", "1"][..], &["events"], &["wait", "--since", "0"]] {
        assert!(printed(data.path(), arguments).stdout.len() < 10_000, "{arguments:?}");
    }
    let body = run(data.path(), &["show", "1", "--body"]).stdout;
    assert!(body == tap(&key), "{} bytes", body.len());
    let json: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert!(json["event_key"] == key.as_str(), "not whole");
}
