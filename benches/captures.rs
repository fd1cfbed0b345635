//! Captures a second over 64 connections, durable, verified and decoded, beside a bare axum handler in the same run.
//!
//! The two take turns, so that a machine whose speed drifts does not favour one of them.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/million.rs"]
mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::BODIES;
use menuscope::config::{Config, DataFolder, Overrides};
use menuscope::engine::{Service, runtime};
use menuscope::store::StoreHead;
use menuscope::waker::Waker;
use menuscope::wechat::signature::signature;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const TOKEN: &str = "pamtest";

/// How many requests were made, in all rounds.
static SENT: AtomicUsize = AtomicUsize::new(0);

/// What one round gave.
struct Round {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--test") { 0 } else { ROUNDS };
    let directory = tempfile::tempdir().unwrap();
    let runtime = Arc::new(runtime().unwrap());
    let mut service = service(Arc::clone(&runtime), directory.path());
    let ours = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let bare = runtime.block_on(bare_handler());
    let mut figures = (Vec::new(), Vec::new());
    for round in 0..rounds {
        figures.0.push(load(bare));
        figures.1.push(load(ours));
        println!(
            "round {}: bare axum handler {:>7.0}/s, menuscope {:>7.0}/s",
            round + 1,
            figures.0[round].per_second,
            figures.1[round].per_second
        );
    }
    if rounds > 0 {
        report(figures.0, figures.1);
    }
}

fn report(bare: Vec<Round>, ours: Vec<Round>) {
    let (bare, ours) = (median(bare), median(ours));
    println!("median of {ROUNDS} rounds of {ROUND:?}, {CONNECTIONS} connections, clients on the same machine");
    for (name, round) in [("bare axum handler", &bare), ("menuscope", &ours)] {
        println!("{name:<18} {:>8.0} requests/s, p50 {:>9.2?}, p99 {:>9.2?}", round.per_second, round.p50, round.p99);
    }
    println!(
        "menuscope / bare: {:.2} of the rate (budget: at least 0.5), {:.2} times the p99 (budget: at most 3)",
        ours.per_second / bare.per_second,
        ours.p99.as_secs_f64() / bare.p99.as_secs_f64()
    );
}

fn median(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    rounds.swap_remove(rounds.len() / 2)
}

fn service(runtime: Arc<tokio::runtime::Runtime>, directory: &std::path::Path) -> Service {
    std::fs::write(directory.join("config.toml"), "[accounts.default]\nsecrets = \"file\"\n").unwrap();
    std::fs::write(directory.join("secrets.toml"), format!("[default]\ntoken = \"{TOKEN}\"\n")).unwrap();
    let folder = DataFolder::locate(Some(directory)).unwrap();
    let config = Config::load(&folder.config_file()).unwrap();
    let accounts = config.accounts(&folder, &Overrides::default()).unwrap();
    Service::open(runtime, &folder, &config, accounts, watch::Sender::new(StoreHead::default()), Waker::silent())
        .unwrap()
}

async fn bare_handler() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Reads the body, as every server has to.
    let router = axum::Router::new().fallback(|_body: bytes::Bytes| async { "success" });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Posts as fast as answers come, over all connections, for one round.
fn load(address: SocketAddr) -> Round {
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut latencies = clients.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            tasks.spawn(client_loop(address));
        }
        tasks.join_all().await.concat()
    });
    latencies.sort_unstable();
    Round {
        per_second: latencies.len() as f64 / ROUND.as_secs_f64(),
        p50: latencies[latencies.len() / 2],
        p99: latencies[latencies.len() * 99 / 100],
    }
}

async fn client_loop(address: SocketAddr) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut answer = [0; 1024];
    let began = Instant::now();
    while began.elapsed() < ROUND {
        let request = request(SENT.fetch_add(1, Ordering::Relaxed));
        let sent = Instant::now();
        stream.write_all(&request).await.unwrap();
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
        latencies.push(sent.elapsed());
    }
    latencies
}

/// A push of its own, signed now: no two have the same CreateTime, or they would be attempts of one event.
fn request(number: usize) -> Vec<u8> {
    let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), "486452656");
    let body = BODIES[number % BODIES.len()];
    let created = body.find("<CreateTime>").unwrap() + "<CreateTime>".len();
    let end = body.find("</CreateTime>").unwrap();
    let body = format!("{}{}{}", &body[..created], 1_408_000_000 + number, &body[end..]);
    let signature = signature(TOKEN, &timestamp, nonce);
    let target = format!("/wx?signature={signature}&timestamp={timestamp}&nonce={nonce}");
    let head = format!(
        "POST {target} HTTP/1.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\nHost: example.test\r\nPragma: no-cache\r\n\
         Content-Length: {}\r\nContent-Type: text/xml\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
