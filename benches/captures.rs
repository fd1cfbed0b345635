//! Captures a second over 64 connections, durable, verified and decoded, beside a bare axum handler in the same run, and the
//! CPU time that each takes a request, by thread.
//!
//! The two take turns, so that a machine whose speed drifts does not favour one of them; CPU time drifts less than rates do.
//! A closed loop of connections waits for the disk in each commit, and the bare handler never does: how long the disk takes
//! stands beside the rates. `TMPDIR=/dev/shm` measures without one.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/cpu.rs"]
mod cpu;
#[path = "common/load.rs"]
mod load;
#[path = "common/million.rs"]
mod million;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu::{CpuTimes, GROUPS, PerRequest, medians};
use load::{CONNECTIONS, ROUND, Round, load, median, service, steady};
use menuscope::engine::runtime;
use menuscope::store::Reader;
use million::BODIES;

const ROUNDS: usize = 5;

/// The budgets: the share of the bare handler's rate, at least; its p99, at most so many times; CPU time a capture, at most.
const RATE_BUDGET: f64 = 0.42;
const P99_BUDGET: f64 = 2.0;
const CPU_BUDGET: f64 = 36.0;

/// The share of the rate that is left while indexes catch up, at least.
const CATCHING_UP_BUDGET: f64 = 0.8;

/// A flood that has to be served and not queued: so many a second, for so long, with this p99 at most.
const FLOOD: usize = 10_000;
const FLOOD_FOR: Duration = Duration::from_mins(1);
const FLOOD_P99_BUDGET: Duration = Duration::from_millis(50);

/// The bytes that a commit of thirty captures writes, and how often the disk is asked to keep so many.
const COMMIT_BYTES: usize = 64 << 10;
const DISK_TRIES: usize = 200;

/// The rounds of one server, with their CPU time.
#[derive(Default)]
struct Rounds {
    rates: Vec<Round>,
    cpu: Vec<PerRequest>,
}

impl Rounds {
    fn run(&mut self, address: SocketAddr) {
        let before = CpuTimes::now();
        let round = load(address, &BODIES);
        let requests = round.per_second * ROUND.as_secs_f64();
        let spent = before.and_then(|before| Some(CpuTimes::now()?.per_request(&before, requests)));
        self.cpu.extend(spent);
        self.rates.push(round);
    }

    fn latest(&self) -> String {
        let all = self.cpu.last().map_or_else(String::new, |cpu| format!(" ({:.1} µs)", cpu[GROUPS.len()]));
        format!("{:>7.0}/s{all}", self.rates.last().map_or(0.0, |round| round.per_second))
    }
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--test") { 0 } else { ROUNDS };
    // `cargo bench --bench captures -- quick`: rates and CPU time alone, to compare two builds in turns.
    let is_quick = std::env::args().any(|argument| argument == "quick");
    let directory = tempfile::tempdir().unwrap();
    let runtime = Arc::new(runtime().unwrap());
    let (mut service, _rulebook) = service(Arc::clone(&runtime), directory.path(), "");
    let ours_address = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let bare_address = runtime.block_on(bare_handler());
    let database = directory.path().join("menuscope.db");
    let (mut bare, mut ours, mut catching_up) = (Rounds::default(), Rounds::default(), Rounds::default());
    if rounds > 0 {
        let (middle, slow) = disk_times(directory.path());
        println!("the disk keeps {COMMIT_BYTES} bytes in {middle:.2?}, p95 {slow:.2?}");
    }
    for round in 1..=rounds {
        bare.run(bare_address);
        ours.run(ours_address);
        if is_quick {
            println!("round {round}: bare axum handler {}, menuscope {}", bare.latest(), ours.latest());
            continue;
        }
        catch_up(&database, 1);
        catching_up.run(ours_address);
        // What is done in idle time must not slow the other one's next round.
        settle(&database);
        println!(
            "round {round}: bare axum handler {}, menuscope {}, while indexes catch up {}",
            bare.latest(),
            ours.latest(),
            catching_up.latest()
        );
    }
    if rounds > 0 && !is_quick {
        report(bare, ours, catching_up);
        flood(ours_address, &database);
    }
}

/// The time that the disk takes to keep as much as a commit writes, in the middle and in the slowest twentieth of the tries.
fn disk_times(directory: &Path) -> (Duration, Duration) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(directory.join("disk")).unwrap();
    let block = vec![1; COMMIT_BYTES];
    let mut times: Vec<Duration> = (0..DISK_TRIES)
        .map(|_| {
            file.write_all(&block).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[DISK_TRIES / 2], times[DISK_TRIES * 19 / 20])
}

/// Waits until this many steps of indexing were seen: the writer is in the middle of it.
fn catch_up(database: &Path, steps: usize) {
    let reader = Reader::open(database).unwrap();
    let mut left = reader.stats().unwrap().unindexed;
    for _ in 0..steps {
        while left > 0 && reader.stats().unwrap().unindexed >= left {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        left = reader.stats().unwrap().unindexed;
    }
}

/// Posts at a fixed rate for a minute, and counts what is stored.
fn flood(address: SocketAddr, database: &Path) {
    let reader = Reader::open(database).unwrap();
    let before = reader.count().unwrap();
    let latencies = steady(address, &BODIES, FLOOD, FLOOD_FOR);
    let stored = reader.count().unwrap() - before;
    let answered = latencies.len() as u64;
    println!(
        "{FLOOD} a second for {FLOOD_FOR:?}: {answered} answered, {} lost, p50 {:.2?}, p99 {:.2?} (budget: {FLOOD_P99_BUDGET:?})",
        answered.saturating_sub(stored),
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
    );
}

/// Waits until everything is indexed.
fn settle(database: &Path) {
    let reader = Reader::open(database).unwrap();
    while reader.stats().unwrap().unindexed > 0 {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

fn report(bare: Rounds, ours: Rounds, catching_up: Rounds) {
    let cpu = [("bare axum handler", medians(&bare.cpu)), ("menuscope", medians(&ours.cpu))];
    let (bare, ours, catching_up) = (median(bare.rates), median(ours.rates), median(catching_up.rates));
    println!("median of {ROUNDS} rounds of {ROUND:?}, {CONNECTIONS} connections, clients on the same machine");
    for (name, round) in [("bare axum handler", &bare), ("menuscope", &ours)] {
        println!("{name:<18} {:>8.0} requests/s, p50 {:>9.2?}, p99 {:>9.2?}", round.per_second, round.p50, round.p99);
    }
    println!(
        "menuscope / bare: {:.2} of the rate (budget: at least {RATE_BUDGET}), {:.2} times the p99 (budget: at most {P99_BUDGET})",
        ours.per_second / bare.per_second,
        ours.p99.as_secs_f64() / bare.p99.as_secs_f64()
    );
    println!(
        "while indexes catch up: {:.2} of menuscope's rate (budget: at least {CATCHING_UP_BUDGET})",
        catching_up.per_second / ours.per_second
    );
    let [_, (_, Some(_))] = cpu else {
        println!("CPU time by thread is not available on this system");
        return;
    };
    println!("CPU time a request, µs, by thread: {}, all (budget: at most {CPU_BUDGET} in all)", GROUPS.join(", "));
    for (name, columns) in cpu {
        let columns = columns.unwrap_or_default().map(|column| format!("{column:>7.1}"));
        println!("{name:<18} {}", columns.join(" "));
    }
}

async fn bare_handler() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Reads the body, as every server has to.
    let router = axum::Router::new().fallback(|_body: bytes::Bytes| async { "success" });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
