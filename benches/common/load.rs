//! Clients that post as fast as answers come, and a service for them to post to.
#![allow(dead_code, clippy::allow_attributes, reason = "each bench uses a part of it")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use menuscope::config::{Config, DataFolder, Overrides};
use menuscope::engine::{Rulebook, Service};
use menuscope::store::StoreHead;
use menuscope::waker::Waker;
use menuscope::wechat::signature::signature;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// How many connections post at the same time.
pub(crate) const CONNECTIONS: usize = 64;

/// How long one round takes.
pub(crate) const ROUND: Duration = Duration::from_secs(3);

const TOKEN: &str = "pamtest";

/// How many requests were made, in all rounds.
static SENT: AtomicUsize = AtomicUsize::new(0);

/// What one round gave.
pub(crate) struct Round {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// The round in the middle.
pub(crate) fn median(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    rounds.swap_remove(rounds.len() / 2)
}

/// A service whose account has a token, with these rules, and what decides its answers.
pub(crate) fn service(runtime: Arc<tokio::runtime::Runtime>, directory: &Path, rules: &str) -> (Service, Rulebook) {
    announced(runtime, directory, rules, watch::Sender::default())
}

/// The same, with its commits announced.
pub(crate) fn announced(
    runtime: Arc<tokio::runtime::Runtime>,
    directory: &Path,
    rules: &str,
    head: watch::Sender<StoreHead>,
) -> (Service, Rulebook) {
    std::fs::write(directory.join("config.toml"), format!("[accounts.default]\nsecrets = \"file\"\n{rules}")).unwrap();
    std::fs::write(directory.join("secrets.toml"), format!("[default]\ntoken = \"{TOKEN}\"\n")).unwrap();
    let folder = DataFolder::locate(Some(directory)).unwrap();
    let config = Config::load(&folder.config_file()).unwrap();
    let accounts = config.accounts(&folder, &Overrides::default()).unwrap();
    let rulebook = Rulebook::new(folder.config_file(), None, Waker::silent());
    rulebook.apply(&config).unwrap();
    let crafting = rulebook.policy().clone();
    let service = Service::open(runtime, &folder, &config, accounts, crafting, head, Waker::silent()).unwrap();
    (service, rulebook)
}

/// Posts these bodies in turn as fast as answers come, over all connections, for one round.
pub(crate) fn load(address: SocketAddr, bodies: &'static [&'static str]) -> Round {
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut latencies = clients.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            tasks.spawn(client_loop(address, bodies));
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

/// Posts so many a second over all connections, whatever the answers take; latencies count from when each was due.
pub(crate) fn steady(
    address: SocketAddr,
    bodies: &'static [&'static str],
    per_second: usize,
    time: Duration,
) -> Vec<Duration> {
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let between = Duration::from_secs_f64(CONNECTIONS as f64 / per_second as f64);
    let mut latencies = clients.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        let began = tokio::time::Instant::now();
        for connection in 0..CONNECTIONS {
            // One after the other, not all at once.
            let first = began + between.mul_f64(connection as f64 / CONNECTIONS as f64);
            tasks.spawn(async move {
                let mut client = Client::connect(address).await;
                let mut latencies = Vec::new();
                for due in (0..).map(|number| first + between * number).take_while(|due| *due < began + time) {
                    tokio::time::sleep_until(due).await;
                    client.post(bodies).await;
                    latencies.push(due.elapsed());
                }
                latencies
            });
        }
        tasks.join_all().await.concat()
    });
    latencies.sort_unstable();
    latencies
}

/// A connection that posts and reads the answer.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, answer: vec![0; 2048] }
    }

    async fn post(&mut self, bodies: &[&str]) {
        let request = request(bodies);
        self.stream.write_all(&request).await.unwrap();
        let read = self.stream.read(&mut self.answer).await.unwrap();
        let answer = &self.answer[..read];
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(answer));
    }
}

async fn client_loop(address: SocketAddr, bodies: &[&str]) -> Vec<Duration> {
    let mut client = Client::connect(address).await;
    let mut latencies = Vec::new();
    let began = Instant::now();
    while began.elapsed() < ROUND {
        let sent = Instant::now();
        client.post(bodies).await;
        latencies.push(sent.elapsed());
    }
    latencies
}

/// A push of its own, signed now: no two have the same CreateTime, or they would be attempts of one event.
pub(crate) fn request(bodies: &[&str]) -> Vec<u8> {
    let number = SENT.fetch_add(1, Ordering::Relaxed);
    let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), "486452656");
    let body = bodies[number % bodies.len()];
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
