//! The feed with the clients that people use: curl, Python's httpx and websockets, Node's fetch, `EventSource` and `WebSocket`,
//! and its page in Chromium.
//!
//! tests/setup.sh installs what Python and Node need. Where Chromium is missing its test is left out, but not under `CI`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/post.rs"]
mod post;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use command::{Listening, menuscope, run, stdout};
use post::{Client, Message, write_config};
use serde_json::Value;

/// Events of each half: before the restart, and after it.
const HALF: usize = 150;

/// A key that would be a script, if anything took it for HTML.
const HOSTILE: &str = "<img src=x onerror=window.hacked=1></script><script>window.hacked=1</script>";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn installed() -> PathBuf {
    let installed = root("target/interop");
    assert!(
        installed.join("installed").exists(),
        "the libraries to talk to are not installed: run tests/setup.sh once"
    );
    installed
}

/// Two addresses that are free now.
fn free_addresses() -> [SocketAddr; 2] {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|held| held.local_addr().unwrap())
}

fn start(data: &Path, [listener, feed]: [SocketAddr; 2]) -> Listening {
    let arguments = ["listen", "--addr", &listener.to_string(), "--feed", &feed.to_string(), "--json"];
    Listening::of(menuscope(data, &arguments).stdout(Stdio::piped()).spawn().unwrap())
}

fn post(address: SocketAddr, keys: impl Iterator<Item = (String, u64)>) {
    let mut client = Client::connect(&address.to_string()).unwrap();
    for (key, number) in keys {
        assert_eq!(client.post(&Message::plain(&key, number)).unwrap(), 200);
    }
}

fn half(from: u64) -> impl Iterator<Item = (String, u64)> {
    (from..from + HALF as u64).map(|number| (if number % 2 == 0 { "even" } else { "odd" }.to_owned(), number))
}

/// What `menuscope events` finds, the oldest first.
fn listed(data: &Path, filter: &str) -> Vec<i64> {
    let listed = run(data, &["events", filter, "--json", "--limit", "100000"]);
    let lines = stdout(&listed).lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ids: Vec<i64> = lines.map(|event| event["id"].as_i64().unwrap()).collect();
    ids.reverse();
    ids
}

/// A client that prints the numbers of the events that it got.
fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn python(way: &str, url: &str, more: &[&str]) -> Child {
    let mut command = Command::new(installed().join("venv/bin/python"));
    command.arg(root("tests/feed_clients/follow.py")).args([way, url]).args(more);
    spawn(command)
}

fn node(way: &str, url: &str, more: &[&str]) -> Child {
    let mut command = Command::new("node");
    command.arg(root("tests/feed_clients/follow.js")).arg(installed().join("node")).args([way, url]).args(more);
    spawn(command)
}

fn printed(mut child: Child, name: &str) -> Vec<i64> {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{name}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
}

#[test]
fn python_and_node_follow_across_a_restart() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let addresses = free_addresses();
    let mut running = start(data.path(), addresses);
    let url = format!("http://{}", addresses[1]);
    let (all, even) = ((HALF * 2).to_string(), HALF.to_string());
    let begin = |more: &[&str]| {
        [
            ("httpx, long polling", python("long polling", &url, more)),
            ("httpx, server-sent events", python("stream", &url, more)),
            ("websockets", python("socket", &url, more)),
            ("fetch", node("polling", &url, more)),
            ("EventSource", node("stream", &url, more)),
            ("WebSocket", node("socket", &url, more)),
        ]
    };
    let clients = [(begin(&[&all]), ""), (begin(&[&even, "key:even"]), "key:even")];
    post(addresses[0], half(0));
    running.signal("TERM");
    assert!(running.child.wait().unwrap().success());
    running = start(data.path(), addresses);
    post(addresses[0], half(HALF as u64));
    for (clients, filter) in clients {
        for (name, client) in clients {
            assert_eq!(printed(client, name), listed(data.path(), filter), "{name}, {filter}");
        }
    }
    drop(running);
}

fn curl(arguments: &[&str]) -> String {
    let output =
        Command::new("curl").args(["--silent", "--show-error", "--noproxy", "*"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn curl_reads_every_way_that_is_http() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let addresses = free_addresses();
    let running = start(data.path(), addresses);
    post(addresses[0], half(0));
    let expected = listed(data.path(), "");
    let url = |rest: &str| format!("http://{}{rest}", addresses[1]);
    let ids = |text: &str, prefix: &str| -> Vec<i64> {
        let events = text.lines().filter_map(|line| line.strip_prefix(prefix));
        events.map(|event| serde_json::from_str::<Value>(event).unwrap()["id"].as_i64().unwrap()).collect()
    };
    let waited: Value =
        serde_json::from_str(&curl(&[&url(&format!("/events?after={}&wait=30s", expected.len() - 1))])).unwrap();
    assert_eq!(waited["events"].as_array().unwrap().len(), 1);
    let limit = expected.len();
    let polled: Value = serde_json::from_str(&curl(&[&url("/events?after=0")])).unwrap();
    assert_eq!(polled["events"].as_array().unwrap().len(), limit);
    let lines = curl(&["--no-buffer", &url(&format!("/events/stream?after=0&as=lines&limit={limit}"))]);
    assert_eq!(ids(&lines, ""), expected);
    let sse = curl(&[
        "--no-buffer",
        "--header",
        "Accept: text/event-stream",
        &url(&format!("/events/stream?after=0&limit={limit}")),
    ]);
    assert_eq!(ids(&sse, "data: "), expected);
    let mistake = curl(&["--write-out", "%{http_code}", &url("/events?limit=0")]);
    assert!(mistake.starts_with("{\"error\":") && mistake.ends_with("400"), "{mistake}");
    let foreign =
        curl(&["--header", "Origin: https://evil.example", "--write-out", "%{http_code}", &url("/events?after=0")]);
    assert!(foreign.starts_with("{\"error\":") && foreign.ends_with("403"), "{foreign}");
    let rebound = curl(&["--header", "Host: evil.example", "--write-out", "%{http_code}", &url("/events?after=0")]);
    assert!(rebound.ends_with("403"), "{rebound}");
    drop(running);
}

/// Tells whether a browser is missing where tests may be left out for want of one.
fn browser_is_missing() -> bool {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let is_missing = Command::new(browser).arg("--version").output().is_err();
    assert!(!is_missing || std::env::var_os("CI").is_none(), "chromium is missing: apt-get install chromium");
    is_missing
}

/// The events that the page is to show.
const COUNT: usize = 12;

#[test]
fn the_page_in_chromium_compares_all_five_ways() {
    if browser_is_missing() {
        eprintln!("left out: there is no chromium");
        return;
    }
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let addresses = free_addresses();
    let running = start(data.path(), addresses);
    let pictures = root("target/feed-page");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut command = Command::new("node");
    command.arg(root("tests/feed_clients/page.js")).arg(installed().join("node"));
    command.args([&format!("http://{}", addresses[1]), &COUNT.to_string()]).arg(&pictures);
    let mut child = spawn(command);
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    lines.read_line(&mut said).unwrap();
    assert_eq!(said, "ready\n");
    let keys = (0..COUNT as u64 - 2).map(|number| (format!("menu_{number}"), number));
    post(addresses[0], keys.chain([(HOSTILE.to_owned(), 1_000), ("last".to_owned(), 1_001)]));
    said.clear();
    lines.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success() && said == "done\n", "{said}");
    for picture in ["feed-page.png", "feed-page-phone.png"] {
        assert!(std::fs::metadata(pictures.join(picture)).unwrap().len() > 10_000, "{picture}");
    }
    drop(running);
}
