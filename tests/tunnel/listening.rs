//! `menuscope listen --tunnel`: the URL among its lines, and the client's end with the program's.

use std::io::BufRead as _;
use std::path::Path;
use std::process::Stdio;

use menuscope::config::Config;
use serde_json::json;

use crate::command::{Listening, complaint, menuscope, run, stdout};
use crate::ending::{is_alive, until_gone};

/// Writes a tunnel's section whose client is this script.
fn configure(data: &Path, script: &str) {
    let path = data.join("client");
    std::fs::write(&path, script).unwrap();
    let config = format!("[tunnel]\ncommand = \"sh {} {{addr}}\"\n", path.display());
    std::fs::write(data.join("config.toml"), config).unwrap();
    Config::load(&data.join("config.toml")).unwrap();
}

/// The numbers of the processes that the script wrote to a file.
fn numbers(data: &Path) -> Vec<u32> {
    let text = std::fs::read_to_string(data.join("numbers")).unwrap();
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn script(data: &Path) -> String {
    format!("sleep 600 & echo $$ $! > {}; echo https://wx.tunnel.example; wait", data.join("numbers").display())
}

#[test]
fn the_url_is_a_line_of_its_own_and_the_client_ends_with_the_program() {
    let data = tempfile::tempdir().unwrap();
    configure(data.path(), &script(data.path()));
    let mut listening = Listening::start(data.path(), &["--tunnel"]);
    assert_eq!(listening.next(), json!({ "tunnel": "https://wx.tunnel.example" }));
    let status = stdout(&run(data.path(), &["status", "--json"])).parse::<serde_json::Value>().unwrap();
    assert_eq!(status["public_url"], "https://wx.tunnel.example");
    // Events follow as ever.
    let sent = run(data.path(), &["send", "CLICK", "--to", &format!("{}/wx", listening.url)]);
    assert!(sent.status.success());
    assert_eq!(listening.next()["kind"], "CLICK");
    let numbers = numbers(data.path());
    assert!(numbers.iter().all(|number| is_alive(*number)));
    listening.signal("TERM");
    assert_eq!(listening.child.wait().unwrap().code(), Some(0));
    until_gone(&numbers);
    let status = stdout(&run(data.path(), &["status", "--json"])).parse::<serde_json::Value>().unwrap();
    assert_eq!(status["public_url"], serde_json::Value::Null);
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_a_killed_program_left_behind_is_ended_by_the_next_one() {
    let data = tempfile::tempdir().unwrap();
    configure(data.path(), &script(data.path()));
    let mut listening = Listening::start(data.path(), &["--tunnel"]);
    assert_eq!(listening.next()["tunnel"], "https://wx.tunnel.example");
    listening.child.kill().unwrap();
    listening.child.wait().unwrap();
    let numbers = numbers(data.path());
    assert!(numbers.iter().all(|number| is_alive(*number)), "nobody was left to end it");
    let status = stdout(&run(data.path(), &["status", "--json"])).parse::<serde_json::Value>().unwrap();
    assert_eq!(status["public_url"], serde_json::Value::Null, "and nobody listens behind it");
    let next = Listening::start(data.path(), &[]);
    until_gone(&numbers);
    next.signal("TERM");
}

#[test]
fn in_text_the_url_follows_the_first_line() {
    let data = tempfile::tempdir().unwrap();
    configure(data.path(), &script(data.path()));
    let arguments = ["listen", "--addr", "127.0.0.1:0", "--tunnel"];
    let mut child = menuscope(data.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("listening on http://127.0.0.1:"));
    assert_eq!(lines.next().unwrap().unwrap(), "tunnel at https://wx.tunnel.example");
    crate::command::signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    until_gone(&numbers(data.path()));
}

#[test]
fn a_tunnel_that_cannot_be_started_ends_the_command() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["listen", "--addr", "127.0.0.1:0", "--tunnel"];
    let unset = run(data.path(), &arguments);
    assert_eq!(unset.status.code(), Some(2));
    assert!(complaint(&unset).contains("there is no command"), "{}", complaint(&unset));
    std::fs::write(data.path().join("config.toml"), "[tunnel]\ncommand = \"/nowhere/ngrok http {addr}\"\n").unwrap();
    let absent = run(data.path(), &arguments);
    assert_eq!(absent.status.code(), Some(2));
    assert!(complaint(&absent).contains("no program /nowhere/ngrok"), "{}", complaint(&absent));
    let elsewhere = run(data.path(), &["--tunnel", "events"]);
    assert_eq!(elsewhere.status.code(), Some(2));
}

#[test]
fn nothing_runs_unasked() {
    let data = tempfile::tempdir().unwrap();
    configure(data.path(), &script(data.path()));
    let mut listening = Listening::start(data.path(), &[]);
    let sent = run(data.path(), &["send", "CLICK", "--to", &format!("{}/wx", listening.url)]);
    assert!(sent.status.success());
    assert_eq!(listening.next()["kind"], "CLICK", "no line about a tunnel");
    assert!(!data.path().join("numbers").exists());
    listening.signal("TERM");
    listening.child.wait().unwrap();
}

#[test]
fn the_last_lines_of_a_client_that_has_ended_are_logged() {
    for (script, lines) in [
        ("echo old >&2; echo dying of thirst >&2; exit 3", vec!["said: old", "said: dying of thirst"]),
        ("exit 3", Vec::new()),
    ] {
        let data = tempfile::tempdir().unwrap();
        configure(data.path(), script);
        let arguments = ["listen", "--addr", "127.0.0.1:0", "--json", "--tunnel"];
        let mut child =
            menuscope(data.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = std::io::BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let listening = Listening::of(child);
        let end = told.next().unwrap();
        assert!(end.contains("has ended (exit status: 3)"), "{end}");
        assert_eq!(end.contains("last lines say why"), !lines.is_empty(), "{end}");
        assert_eq!(end.contains("without a word"), lines.is_empty(), "{end}");
        for expected in lines {
            let line = told.next().unwrap();
            assert!(line.ends_with(expected), "{line}");
        }
        drop(listening);
    }
}
