//! Events followed by every way while the listener is restarted and killed: none is lost, and none comes twice.
//!
//! `MENUSCOPE_FEED_EVENTS=10000 cargo test --test feed_restarts` follows as many events; the normal suite has to be quicker.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "feed/client.rs"]
#[expect(dead_code, reason = "the tests of the feed use the rest")]
mod client;
#[path = "common/command.rs"]
mod command;
#[path = "common/post.rs"]
mod post;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use client::{Endless, exchange, frame, request, try_socket};
use command::{Listening, menuscope, run, stdout};
use post::{Client, Message, write_config};
use serde_json::Value;

/// In the normal suite.
const EVENTS: i64 = 3_000;

/// Clients that post at the same time.
const CLIENTS: u64 = 4;

/// Pause before connecting again to a listener that is being started.
const AGAIN: Duration = Duration::from_millis(20);

/// Longer than all of it takes on any machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// Half of the taps: what a filter finds.
const FILTER: &str = "key:even";

fn events() -> i64 {
    std::env::var("MENUSCOPE_FEED_EVENTS").map_or(EVENTS, |events| events.parse().unwrap())
}

/// An address that is free now, for the listener and for all that come after it.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn start(data: &Path, listener: SocketAddr, feed: SocketAddr) -> Listening {
    let arguments = ["listen", "--addr", &listener.to_string(), "--feed", &feed.to_string(), "--json"];
    let command = || menuscope(data, &arguments).stdout(Stdio::piped()).spawn().unwrap();
    Listening::of(command())
}

/// Follows by one way from the beginning, connecting anew whenever that is needed, until the last event is there.
struct Followed<'a> {
    feed: SocketAddr,
    filter: &'a str,
    /// 0 until all events are posted.
    last: &'a AtomicI64,
    ids: Vec<i64>,
    began: Instant,
}

impl<'a> Followed<'a> {
    fn new(feed: SocketAddr, filter: &'a str, last: &'a AtomicI64) -> Self {
        Self { feed, filter, last, ids: Vec::new(), began: Instant::now() }
    }

    fn query(&self) -> String {
        format!("after={}&filter={}", self.ids.last().unwrap_or(&0), self.filter)
    }

    fn take(&mut self, event: &Value) {
        self.ids.push(event["id"].as_i64().unwrap());
    }

    fn is_over(&self) -> bool {
        assert!(self.began.elapsed() < PATIENCE, "{} events, and no more came", self.ids.len());
        let last = self.last.load(Ordering::Acquire);
        last > 0 && self.ids.last() == Some(&last)
    }

    fn by_polling(mut self, more: &str) -> Vec<i64> {
        let mut after = 0;
        while !self.is_over() {
            let target = format!("/events?after={after}&filter={}{more}", self.filter);
            let Ok(answer) = exchange(self.feed, &request(&target, &[])) else {
                std::thread::park_timeout(AGAIN);
                continue;
            };
            assert_eq!(answer.status, 200, "{answer:?}");
            let told = answer.json();
            told["events"].as_array().unwrap().iter().for_each(|event| self.take(event));
            after = told["next"].as_i64().unwrap();
        }
        self.ids
    }

    fn by_stream(mut self, more: &str, next: fn(&mut Endless) -> std::io::Result<Option<Value>>) -> Vec<i64> {
        while !self.is_over() {
            let target = format!("/events/stream?{}{more}", self.query());
            let Ok(mut stream) = Endless::try_open(self.feed, &target, &[]) else {
                std::thread::park_timeout(AGAIN);
                continue;
            };
            stream.reader.get_ref().set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            while let Ok(Some(event)) = next(&mut stream) {
                self.take(&event);
            }
        }
        self.ids
    }

    fn by_socket(mut self) -> Vec<i64> {
        while !self.is_over() {
            let Ok(mut socket) = try_socket(self.feed, &self.query()) else {
                std::thread::park_timeout(AGAIN);
                continue;
            };
            socket.get_ref().set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            while let Ok(Some(event)) = frame(&mut socket) {
                self.take(&event);
            }
        }
        self.ids
    }
}

/// Posts taps of two keys in turn, through restarts, each until it is answered.
fn post_all(address: &str, numbers: std::ops::Range<u64>, posted: &AtomicI64) {
    let mut client = None;
    for number in numbers {
        let message = Message::plain(if number % 2 == 0 { "even" } else { "odd" }, number);
        loop {
            if client.is_none() {
                client = Client::connect(address).ok();
            }
            match client.as_mut().map(|client| client.post(&message)) {
                Some(Ok(200)) => break,
                // It may be stored all the same: then it is there twice, as WeChat's retry is.
                _ => client = None,
            }
            std::thread::park_timeout(AGAIN);
        }
        posted.fetch_add(1, Ordering::Relaxed);
    }
}

fn wait_for(posted: &AtomicI64, count: i64) {
    let began = Instant::now();
    while posted.load(Ordering::Relaxed) < count {
        assert!(began.elapsed() < PATIENCE, "posting stands still at {}", posted.load(Ordering::Relaxed));
        std::thread::park_timeout(AGAIN);
    }
}

/// What `menuscope events` finds, the oldest first.
fn listed(data: &Path, filter: &str) -> Vec<i64> {
    let listed = run(data, &["events", filter, "--json", "--limit", "1000000"]);
    let mut ids: Vec<i64> = stdout(&listed)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap())
        .collect();
    ids.reverse();
    ids
}

#[test]
fn none_is_lost_and_none_comes_twice_across_a_restart_and_a_kill() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let (listener, feed) = (free_address(), free_address());
    let (posted, last, last_even) = (AtomicI64::new(0), AtomicI64::new(0), AtomicI64::new(0));
    let events = events();
    let mut running = start(data.path(), listener, feed);
    let (all, even) = std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (address, posted, share) = (listener.to_string(), &posted, events.unsigned_abs() / CLIENTS);
            let work = move || post_all(&address, client * 1_000_000..client * 1_000_000 + share, posted);
            std::thread::Builder::new().spawn_scoped(scope, work).unwrap();
        }
        let ways: Vec<_> = [("", &last), (FILTER, &last_even)]
            .into_iter()
            .map(|(filter, last)| {
                let follow = move || Followed::new(feed, filter, last);
                let spawn = |work: Box<dyn FnOnce() -> Vec<i64> + Send>| {
                    std::thread::Builder::new().spawn_scoped(scope, work).unwrap()
                };
                [
                    ("polling", spawn(Box::new(move || follow().by_polling("")))),
                    ("long polling", spawn(Box::new(move || follow().by_polling("&wait=5s")))),
                    ("server-sent events", spawn(Box::new(move || follow().by_stream("", Endless::server_sent)))),
                    ("JSON Lines", spawn(Box::new(move || follow().by_stream("&as=lines", Endless::json_line)))),
                    ("iframe", spawn(Box::new(move || follow().by_stream("&as=iframe", Endless::call)))),
                    ("WebSocket", spawn(Box::new(move || follow().by_socket()))),
                ]
            })
            .collect();
        wait_for(&posted, events / 3);
        running.signal("TERM");
        assert!(running.child.wait().unwrap().success());
        running = start(data.path(), listener, feed);
        wait_for(&posted, events * 2 / 3);
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        running = start(data.path(), listener, feed);
        wait_for(&posted, events / i64::try_from(CLIENTS).unwrap() * i64::try_from(CLIENTS).unwrap());
        let (all, even) = (listed(data.path(), ""), listed(data.path(), FILTER));
        last.store(*all.last().unwrap(), Ordering::Release);
        last_even.store(*even.last().unwrap(), Ordering::Release);
        for (ways, expected) in ways.into_iter().zip([&all, &even]) {
            for (name, thread) in ways {
                let ids = thread.join().unwrap();
                assert_eq!(ids.len(), expected.len(), "{name}");
                assert!(ids == *expected, "{name}: others than those that are stored, or in another order");
            }
        }
        (all, even)
    });
    assert!(all.len() >= usize::try_from(events).unwrap() - 4 && even.len() < all.len());
    drop(running);
}

#[test]
fn the_first_lines_say_where_the_feed_is() {
    let data = tempfile::tempdir().unwrap();
    let mut child = menuscope(data.path(), &["listen", "--addr", "127.0.0.1:0", "--feed", "localhost:0", "--json"]);
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    let first = first_line(&mut child);
    let first: Value = serde_json::from_str(&first).unwrap();
    let members: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["listening", "feed"]);
    let feed: SocketAddr = first["feed"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
    assert_eq!(exchange(feed, &request("/health", &[])).unwrap().json()["last_id"], 0);
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::write(data.path().join("config.toml"), "[feed]\naddr = \"127.0.0.1:0\"\n").unwrap();
    let mut child =
        menuscope(data.path(), &["listen", "--addr", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
        line
    };
    assert!(line().starts_with("listening on http://127.0.0.1:"));
    assert!(line().starts_with("feed on http://127.0.0.1:"));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn first_line(child: &mut std::process::Child) -> String {
    let mut line = String::new();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
    line
}

#[test]
fn a_feed_that_cannot_be_is_an_error_at_start() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    for (feed, token, said) in [
        (&*port, "", "taken"),
        ("0.0.0.0:0", "", "needs a token"),
        ("0.0.0.0:0", "short", "32 or more"),
        ("nowhere", "", "HOST:PORT"),
    ] {
        let mut command = menuscope(data.path(), &["listen", "--addr", "127.0.0.1:0", "--feed", feed]);
        let output = command.env("MENUSCOPE_FEED_TOKEN", token).output().unwrap();
        let complaint = command::complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{feed}: {complaint}");
        assert!(complaint.contains(said) && output.stdout.is_empty(), "{feed}: {complaint}");
    }
    let wrong = run(data.path(), &["--feed", "127.0.0.1:0", "events"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(command::complaint(&wrong).contains("--feed"));
}

#[test]
fn the_token_stands_in_no_log_and_no_answer() {
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("secrets.toml"), format!("[feed]\ntoken = \"{TOKEN}\"\n")).unwrap();
    let arguments = ["listen", "--addr", "127.0.0.1:0", "--feed", "0.0.0.0:0", "--json", "-v", "-v"];
    let log = std::fs::File::create(data.path().join("log")).unwrap();
    let mut child = menuscope(data.path(), &arguments).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let first: Value = serde_json::from_str(&first_line(&mut child)).unwrap();
    let port = first["feed"].as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
    let feed = SocketAddr::from(([127, 0, 0, 1], port));
    for (target, status) in [
        (format!("/events?after=0&token={TOKEN}"), 200),
        (format!("/events?after=x&token={TOKEN}"), 400),
        (format!("/nothing?token={TOKEN}"), 404),
        (format!("/events?tokn={TOKEN}"), 401),
    ] {
        let answer = exchange(feed, &request(&target, &[])).unwrap();
        assert_eq!(answer.status, status, "{target}");
        assert!(!answer.body.contains(TOKEN) && !answer.head.contains(TOKEN), "{answer:?}");
    }
    command::signal(&child, "TERM");
    assert!(child.wait().unwrap().success());
    assert!(!std::fs::read_to_string(data.path().join("log")).unwrap().contains(TOKEN));
}
