//! A flood: requests at a fixed rate, whether answers come or not. Each is answered, and what is answered 2xx is stored.
//!
//! The suite has a short one. The real one, ten thousand a second for a minute, wants optimized programs:
//! `cargo test --release --test adversity -- --ignored --nocapture a_minute`, or with `MENUSCOPE_BIN` for the listener alone.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use menuscope::wechat::signature::signature;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Watched;
use crate::post::{TOKEN, assert_sound, write_config};

/// Over so many connections.
const CONNECTIONS: u64 = 64;

/// What became of one request.
#[derive(Clone, Copy)]
struct Answered {
    number: u64,
    status: u16,
    /// Since it was due, so that waiting for a slow server counts.
    after: Duration,
}

#[derive(Clone, Copy)]
struct Flood {
    per_second: u64,
    seconds: u64,
}

impl Flood {
    fn due(self, at: u64) -> Duration {
        Duration::from_nanos(at * CONNECTIONS * 1_000_000_000 / self.per_second)
    }

    fn per_connection(self) -> u64 {
        self.per_second * self.seconds / CONNECTIONS
    }

    /// All of it; what became of each.
    fn run(self, address: &str) -> Vec<Answered> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let began = Instant::now() + Duration::from_millis(50);
            let mut readers = tokio::task::JoinSet::new();
            for connection in 0..CONNECTIONS {
                let stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let (read, write) = stream.into_split();
                tokio::spawn(self.send(write, connection, began));
                readers.spawn(self.receive(read, connection, began));
            }
            readers.join_all().await.concat()
        })
    }

    async fn send(self, mut stream: OwnedWriteHalf, connection: u64, began: Instant) {
        let timestamp = jiff::Timestamp::now().as_second().to_string();
        let query = format!("signature={}&timestamp={timestamp}&nonce=1", signature(TOKEN, &timestamp, "1"));
        for at in 0..self.per_connection() {
            tokio::time::sleep_until((began + self.due(at)).into()).await;
            stream.write_all(&request(&query, connection << 32 | at)).await.unwrap();
        }
        // Kept open by its other half until the last answer is there.
        stream.forget();
    }

    async fn receive(self, mut stream: OwnedReadHalf, connection: u64, began: Instant) -> Vec<Answered> {
        let mut answered = Vec::new();
        let mut bytes = Vec::new();
        while (answered.len() as u64) < self.per_connection() {
            let read = stream.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "closed after {} of {}", answered.len(), self.per_connection());
            while let Some((status, length)) = whole_answer(&bytes) {
                bytes.drain(..length);
                let at = answered.len() as u64;
                let after = began.elapsed().saturating_sub(self.due(at));
                answered.push(Answered { number: connection << 32 | at, status, after });
            }
        }
        answered
    }
}

fn request(query: &str, number: u64) -> Vec<u8> {
    let body = format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{number}]]></FromUserName>\
         <CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>\
         <EventKey><![CDATA[flood]]></EventKey></xml>"
    );
    format!("POST /wx?{query} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The status of the answer that these bytes begin with, and its length, once all of it is there.
fn whole_answer(bytes: &[u8]) -> Option<(u16, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (bytes.len() >= end + length).then_some((status, end + length))
}

/// The most memory that this process has had, in MiB.
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

/// Floods a listener, kills it, and compares what was answered with what is stored. Gives the figures.
fn flood(flood: Flood, most_mib: u64) -> String {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let mut listener = Watched::start(data.path());
    let answered = flood.run(&listener.address);
    let memory = most_memory(listener.listening.child.id());
    let said = listener.said();
    listener.kill();
    let figures = figures(flood, &answered, memory);
    assert_eq!(answered.len() as u64, flood.per_connection() * CONNECTIONS);
    assert!(answered.iter().all(|one| matches!(one.status, 200 | 503)), "neither stored nor refused");
    let database = data.path().join("menuscope.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let mut statement = connection.prepare("SELECT openid FROM capture").unwrap();
    let stored: Vec<u64> = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|id| id.unwrap().parse().unwrap())
        .collect();
    let distinct: HashSet<u64> = stored.iter().copied().collect();
    assert_eq!(distinct.len(), stored.len(), "something is stored twice");
    let lost = answered.iter().filter(|one| one.status == 200 && !distinct.contains(&one.number)).count();
    assert_eq!(lost, 0, "answered 200, and not stored");
    assert!(memory < most_mib, "{memory} MiB");
    assert!(said.lines().count() < 30, "{said}");
    drop(statement);
    assert_sound(&database, "after the flood");
    figures
}

fn figures(flood: Flood, answered: &[Answered], memory: u64) -> String {
    let mut after: Vec<Duration> = answered.iter().map(|one| one.after).collect();
    after.sort_unstable();
    let at = |part: usize| after[(after.len() - 1) * part / 1000];
    let refused = answered.iter().filter(|one| one.status != 200).count();
    format!(
        "{} a second for {} s over {CONNECTIONS} connections: {} answered, {refused} of them 503; \
         p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, at most {:.2?}; {memory} MiB at most",
        flood.per_second,
        flood.seconds,
        answered.len(),
        at(500),
        at(990),
        at(999),
        at(1000),
    )
}

#[test]
fn every_request_of_a_flood_is_answered_and_what_is_answered_2xx_is_stored() {
    println!("{}", flood(Flood { per_second: 1_280, seconds: 3 }, 400));
}

#[test]
#[ignore = "takes a minute, and wants optimized programs: see above"]
fn a_minute_of_ten_thousand_requests_a_second() {
    let seconds = std::env::var("MENUSCOPE_FLOOD_SECONDS").map_or(60, |seconds| seconds.parse().unwrap());
    let per_second = std::env::var("MENUSCOPE_FLOOD_RATE").map_or(10_000, |rate| rate.parse().unwrap());
    println!("{}", flood(Flood { per_second, seconds }, 400));
}
