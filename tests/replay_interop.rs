//! Replays at servers of somebody else's making, through the real binary: wechatpy under Python, co-wechat under Node.
//!
//! tests/setup.sh installs them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "interop/client.rs"]
mod client;
#[path = "interop/co_wechat.rs"]
mod co_wechat;
#[path = "common/command.rs"]
mod command;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use client::{APP_ID, Client, KEY, TOKEN, account};
use co_wechat::CoWechat;
use command::{Listening, complaint, run, stdout};
use menuscope::wechat::kind::MENU_EVENTS;
use menuscope::wechat::signature::signature;
use serde_json::Value;

/// A server with wechatpy; dropping it ends it.
struct Wechatpy {
    child: Child,
    port: u16,
}

impl Wechatpy {
    fn start() -> Self {
        let mut command = Client::Python.script("wechatpy_server.py");
        command.arg(account().to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { port: port.trim().parse().unwrap(), child }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Wechatpy {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn secrets() -> [&'static str; 6] {
    ["--token", TOKEN, "--aes-key", KEY, "--app-id", APP_ID]
}

fn with_secrets(data: &Path, arguments: &[&str]) -> Output {
    run(data, &[arguments, &secrets()].concat())
}

/// A folder with the nine menu events in plain and in safe mode.
fn captured() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &secrets());
    let url = format!("{}/wx", listening.url);
    for form in [&[][..], &["--encrypt"]] {
        let sent = with_secrets(data.path(), &[&["send"], &MENU_EVENTS[..], &["--to", &url], form].concat());
        assert!(sent.status.success(), "{sent:?}");
    }
    data
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn wechatpy_takes_every_menu_event_in_every_form_and_its_regression_is_found() {
    let (data, server) = (captured(), Wechatpy::start());
    let replay = |path: &str, more: &[&str]| {
        let url = server.url(path);
        with_secrets(data.path(), &[&["replay", "--filter", "", "--to", &url, "--mode", "fresh"], more].concat())
    };
    for form in ["as-captured", "plain", "encrypted"] {
        let replayed = replay("/", &["--form", form, "--json"]);
        assert!(replayed.status.success(), "{form}: {replayed:?}");
        let lines = lines(&replayed);
        assert_eq!(lines.len(), 18, "{form}");
        for line in &lines {
            assert_eq!((&line["legal"], &line["status"], &line["verdict"]), (&true.into(), &200.into(), &"new".into()));
            let key = line["event_key"].as_str().filter(|_| line["kind"] == "CLICK").unwrap_or_default();
            let body = line["body"].as_str().unwrap();
            assert!(body.contains("收到") && body.contains(key), "{form}: {line}");
        }
    }
    let same = replay("/", &["--against", "last"]);
    assert!(same.status.success(), "{same:?}");
    assert!(stdout(&same).contains("18 same; 0 not legal"), "{}", stdout(&same));
    let report = data.path().join("report.xml");
    let broken = replay("/broken", &["--against", "last", "--junit", report.to_str().unwrap()]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    assert!(stdout(&broken).contains("18 regressed; 18 not legal"), "{}", stdout(&broken));
    assert!(stdout(&broken).contains("somebody else"), "{}", stdout(&broken));
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("tests=\"18\"") && report.contains("failures=\"18\""), "{report}");
    let fixed = replay("/", &["--against", "last", "--json"]);
    assert!(fixed.status.success(), "{fixed:?}");
    assert!(lines(&fixed).iter().all(|line| line["verdict"] == "fixed"));
}

#[test]
fn a_duplicate_is_one_unless_it_is_made_fresh() {
    let (data, server) = (captured(), Wechatpy::start());
    let url = server.url("/");
    let bodies = |mode: &str, more: &[&str]| -> Vec<String> {
        let arguments = [&["replay", "1", "--to", &url, "--mode", mode, "--json"], more].concat();
        let replayed = with_secrets(data.path(), &arguments);
        lines(&replayed).iter().map(|line| line["body"].as_str().unwrap().to_owned()).collect()
    };
    let answered = |mode: &str, more: &[&str]| bodies(mode, more).iter().filter(|body| !body.is_empty()).count();
    assert_eq!(answered("resign", &["--as-retry"]), 1);
    assert_eq!(answered("verbatim", &[]), 0);
    assert_eq!(answered("fresh", &[]), 1);
    assert_eq!(answered("fresh", &["--burst", "5"]), 1, "five copies of one event are one event");
}

#[test]
fn a_stale_event_passes_once_it_is_signed_anew() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &secrets());
    let (timestamp, nonce) = ("1409735668", "1320562132");
    let signature = signature(TOKEN, timestamp, nonce);
    let body = std::fs::read(format!("{}/tests/fixtures/samples/CLICK.xml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut stream = TcpStream::connect(listening.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "POST /wx?signature={signature}&timestamp={timestamp}&nonce={nonce} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let server = Wechatpy::start();
    let replay = |mode: &str| with_secrets(data.path(), &["replay", "1", "--to", &server.url("/"), "--mode", mode]);
    let stale = replay("verbatim");
    assert_eq!(stale.status.code(), Some(1));
    assert!(stdout(&stale).contains("403"), "{}", stdout(&stale));
    assert!(replay("resign").status.success());
}

#[test]
fn co_wechat_takes_what_is_signed_anew_in_both_forms() {
    let (data, server) = (captured(), CoWechat::start());
    let url = server.url("/wx");
    for form in ["plain", "encrypted"] {
        let arguments =
            ["replay", "--filter", "event:CLICK", "--to", &url, "--mode", "resign", "--form", form, "--json"];
        let replayed = with_secrets(data.path(), &arguments);
        assert!(replayed.status.success(), "{form}: {replayed:?}");
        for line in lines(&replayed) {
            assert!(line["body"].as_str().unwrap().contains("收到"), "{line}");
        }
    }
    let page = with_secrets(data.path(), &["replay", "1", "--to", &server.url("/html"), "--against", "last"]);
    assert_eq!(page.status.code(), Some(1));
    assert!(stdout(&page).contains("regressed"), "{}", stdout(&page));
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let data = captured();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{gone}/");
    let refused = |arguments: &[&str], status: i32, words: &str| {
        let output = with_secrets(data.path(), &[&["replay", "--to", &url], arguments].concat());
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(complaint(&output).contains(words), "{output:?}");
    };
    refused(&["99"], 1, "there is no event 99");
    refused(&["--filter", "event:NOPE"], 1, "no event matches");
    refused(&["--filter", "evnt:CLICK"], 2, "evnt");
    refused(&[], 2, "--filter");
    refused(&["1", "--against", "77"], 1, "there is no run 77");
    refused(&["1"], 2, "does not take connections");
    refused(&["1", "--pace", "quick"], 2, "20/s");
}

#[test]
fn what_is_sent_can_be_kept_and_sent_again() {
    let (data, server) = (tempfile::tempdir().unwrap(), Wechatpy::start());
    let picture = data.path().join("picture.jpg");
    std::fs::write(&picture, b"not really a picture").unwrap();
    let config = format!("[targets.dev]\nurl = \"{}\"\n", server.url("/"));
    std::fs::write(data.path().join("config.toml"), config).unwrap();
    let picture = picture.to_str().unwrap();
    let arguments =
        ["send", "pic_weixin", "--image", picture, "--image", picture, "--follow", "--record", "--to", "dev"];
    let sent = with_secrets(data.path(), &arguments);
    assert!(sent.status.success(), "{sent:?}");
    let listed = run(data.path(), &["events", "is:replay", "--json"]);
    let kinds: Vec<Value> = lines(&listed).iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["image", "image", "pic_weixin"]);
    let md5 = &lines(&listed)[2]["decoded"]["pictures"][1]["md5"];
    assert_eq!(md5, &Value::from(menuscope::wechat::compose::picture_md5(b"not really a picture")));
    let again = with_secrets(data.path(), &["replay", "1", "--to", "dev", "--mode", "fresh", "--against", "last"]);
    assert!(again.status.success() && stdout(&again).contains("same"), "{again:?}");
    let refused = with_secrets(data.path(), &["send", "CLICK", "--image", picture, "--to", "dev"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(complaint(&refused).contains("no event with pictures"), "{refused:?}");
    assert_eq!(with_secrets(data.path(), &["send", "99", "--to", "dev"]).status.code(), Some(1));
    let stranger = with_secrets(data.path(), &["send", "CLICK", "--to", "prod"]);
    assert!(complaint(&stranger).contains("neither a URL nor a target"), "{stranger:?}");
    let as_json = with_secrets(data.path(), &["send", "1", "--body", "json", "--record", "--to", "dev"]);
    // wechatpy does not read JSON.
    assert_eq!(as_json.status.code(), Some(1), "{as_json:?}");
    let stored = run(data.path(), &["show", "4", "--body"]);
    let json: Value = serde_json::from_slice(&stored.stdout).unwrap();
    assert_eq!(json["Event"], "pic_weixin");
}
