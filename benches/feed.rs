//! The feed: from a commit to a hundred followers at 1 000 events a second, and captures a second beside them.
//!
//! Rounds with and without followers take turns, so that a machine whose speed drifts does not favour one of them.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/load.rs"]
mod load;
#[path = "common/million.rs"]
mod million;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use load::{CONNECTIONS, ROUND, announced, load, median, request};
use menuscope::engine::runtime;
use menuscope::feed::{Feed, FeedSetup};
use menuscope::store::{Reader, StoreHead};
use menuscope::texts::Language;
use million::BODIES;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

const FOLLOWERS: usize = 100;
const ROUNDS: usize = 5;

/// Events a second while the latency is measured, and for how long.
const RATE: u64 = 1_000;
const SECONDS: u64 = 5;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("menuscope.db");
    let runtime = Arc::new(runtime().unwrap());
    let head = watch::Sender::new(StoreHead::default());
    let (mut service, _rulebook) = announced(Arc::clone(&runtime), directory.path(), "", head.clone());
    let listener = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let setup =
        FeedSetup { database: database.clone(), head: head.subscribe(), language: Language::English, token: None };
    let feed = Feed::open("127.0.0.1:0".parse().unwrap(), setup).unwrap();
    let seconds = if is_test { 0 } else { SECONDS };
    latency(listener, feed.address(), &head, seconds);
    let mut figures = (Vec::new(), Vec::new());
    for round in 0..if is_test { 0 } else { ROUNDS } {
        figures.0.push(load(listener, &BODIES));
        settle(&database);
        let followers = Followers::start(feed.address(), None);
        figures.1.push(load(listener, &BODIES));
        let got = followers.stop();
        settle(&database);
        println!(
            "round {}: alone {:>7.0}/s, beside {FOLLOWERS} followers {:>7.0}/s, who got {got} events in all",
            round + 1,
            figures.0[round].per_second,
            figures.1[round].per_second
        );
    }
    if !is_test {
        let (alone, beside) = (median(figures.0), median(figures.1));
        println!(
            "median of {ROUNDS} rounds of {ROUND:?}, {CONNECTIONS} connections, clients and followers on the same machine"
        );
        println!(
            "captures beside {FOLLOWERS} followers / alone: {:.3} of the rate (budget: at least 0.95), p99 {:.2?} / {:.2?}",
            beside.per_second / alone.per_second,
            beside.p99,
            alone.p99
        );
    }
}

/// Waits until everything is indexed.
fn settle(database: &Path) {
    let reader = Reader::open(database).unwrap();
    while reader.stats().unwrap().unindexed > 0 {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

/// The time of each event's commit, by its number from the first one on.
#[derive(Debug, Default)]
struct Commits {
    first: AtomicI64,
    at: Mutex<Vec<Instant>>,
}

fn latency(listener: SocketAddr, feed: SocketAddr, head: &watch::Sender<StoreHead>, seconds: u64) {
    let commits = Arc::new(Commits::default());
    let followers = Followers::start(feed, Some(Arc::clone(&commits)));
    let over = Arc::new(AtomicBool::new(false));
    let watching = {
        let (commits, over, mut head) = (Arc::clone(&commits), Arc::clone(&over), head.subscribe());
        let mut last = head.borrow().last_id;
        commits.first.store(last + 1, Ordering::Release);
        std::thread::Builder::new()
            .name("commits".to_owned())
            .spawn(move || {
                let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                while !over.load(Ordering::Relaxed) {
                    clock
                        .block_on(async { tokio::time::timeout(Duration::from_millis(50), head.changed()).await.ok() });
                    let (now, newest) = (Instant::now(), head.borrow_and_update().last_id);
                    let mut at = commits.at.lock().unwrap();
                    at.extend((last..newest).map(|_| now));
                    last = newest;
                }
            })
            .unwrap()
    };
    post_paced(listener, seconds);
    // What is on its way arrives.
    std::thread::park_timeout(Duration::from_millis(500));
    over.store(true, Ordering::Relaxed);
    watching.join().unwrap();
    let mut latencies = followers.latencies();
    let posted = commits.at.lock().unwrap().len();
    let got = followers.stop();
    if seconds == 0 {
        return;
    }
    latencies.sort_unstable();
    println!("{posted} events at {RATE}/s to {FOLLOWERS} followers: {got} of {} arrived", posted * FOLLOWERS);
    println!(
        "from commit to follower: p50 {:.2?}, p99 {:.2?} (budget: under 20 ms), worst {:.2?}",
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
        latencies[latencies.len() - 1]
    );
}

/// Posts at the rate, over a few connections.
fn post_paced(listener: SocketAddr, seconds: u64) {
    const POSTERS: u64 = 8;
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    clients.block_on(async {
        let mut tasks = JoinSet::new();
        for poster in 0..POSTERS {
            tasks.spawn(async move {
                let mut stream = TcpStream::connect(listener).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut pace = tokio::time::interval_at(
                    tokio::time::Instant::now() + Duration::from_micros(poster * 1_000),
                    Duration::from_micros(1_000_000 * POSTERS / RATE),
                );
                let mut answer = [0; 2048];
                for _ in 0..RATE * seconds / POSTERS {
                    pace.tick().await;
                    stream.write_all(&request(&BODIES)).await.unwrap();
                    assert!(stream.read(&mut answer).await.unwrap() > 0);
                }
            });
        }
        tasks.join_all().await;
    });
}

/// Followers on a thread of their own.
struct Followers {
    stop: watch::Sender<bool>,
    got: Arc<AtomicUsize>,
    latencies: Arc<Mutex<Vec<Duration>>>,
    thread: std::thread::JoinHandle<()>,
}

impl Followers {
    fn start(feed: SocketAddr, commits: Option<Arc<Commits>>) -> Self {
        let (stop, stopping) = watch::channel(false);
        let (got, latencies) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let connected = Arc::new(AtomicUsize::new(0));
        let thread = {
            let (got, latencies, connected) = (Arc::clone(&got), Arc::clone(&latencies), Arc::clone(&connected));
            let run = move || {
                give_way();
                let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                clients.block_on(async {
                    let mut tasks = JoinSet::new();
                    for _ in 0..FOLLOWERS {
                        let connected = Arc::clone(&connected);
                        tasks.spawn(follow(feed, Arc::clone(&got), commits.clone(), connected, stopping.clone()));
                    }
                    *latencies.lock().unwrap() = tasks.join_all().await.concat();
                });
            };
            std::thread::Builder::new().name("followers".to_owned()).spawn(run).unwrap()
        };
        while connected.load(Ordering::Relaxed) < FOLLOWERS {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Self { stop, got, latencies, thread }
    }

    /// Ends the followers; returns the latencies of all events.
    fn latencies(&self) -> Vec<Duration> {
        self.stop.send_replace(true);
        while !self.thread.is_finished() {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        std::mem::take(&mut self.latencies.lock().unwrap())
    }

    /// Ends the followers; returns the number of events that they got.
    fn stop(self) -> usize {
        self.stop.send_replace(true);
        self.thread.join().unwrap();
        self.got.load(Ordering::Relaxed)
    }
}

/// Followers sit on other machines: here they take only what the listener leaves, as the feed's own threads do.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle).unwrap();
    }
}

/// Follows as JSON Lines from now on; one that was too slow goes on by its cursor.
async fn follow(
    feed: SocketAddr,
    got: Arc<AtomicUsize>,
    commits: Option<Arc<Commits>>,
    connected: Arc<AtomicUsize>,
    mut stopping: watch::Receiver<bool>,
) -> Vec<Duration> {
    let mut latencies = Vec::new();
    let mut after = String::new();
    let mut line = Vec::new();
    loop {
        let mut stream = TcpStream::connect(feed).await.unwrap();
        let head = format!("GET /events/stream?as=lines{after} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut reader = BufReader::with_capacity(64 << 10, stream);
        line.clear();
        reader.read_until(b'\n', &mut line).await.unwrap();
        connected.fetch_add(1, Ordering::Relaxed);
        loop {
            line.clear();
            tokio::select! {
                read = reader.read_until(b'\n', &mut line) => if !matches!(read, Ok(1..)) { break },
                _ = stopping.wait_for(|stopping| *stopping) => return latencies,
            }
            // Lines of the head, and sizes of chunks, are no events.
            let Some(id) = line.strip_prefix(b"{\"id\":").and_then(|rest| rest.split(|byte| *byte == b',').next())
            else {
                continue;
            };
            let id: i64 = std::str::from_utf8(id).unwrap().parse().unwrap();
            got.fetch_add(1, Ordering::Relaxed);
            after = format!("&after={id}");
            if let Some(commits) = &commits {
                let index = usize::try_from(id - commits.first.load(Ordering::Acquire)).unwrap();
                if let Some(at) = commits.at.lock().unwrap().get(index) {
                    latencies.push(at.elapsed());
                }
            }
        }
    }
}
