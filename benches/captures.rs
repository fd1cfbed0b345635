//! Captures a second over 64 connections, durable, verified and decoded, beside a bare axum handler in the same run.
//!
//! The two take turns, so that a machine whose speed drifts does not favour one of them.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/load.rs"]
mod load;
#[path = "common/million.rs"]
mod million;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use load::{CONNECTIONS, ROUND, Round, load, median, service};
use menuscope::engine::runtime;
use menuscope::store::Reader;
use million::BODIES;

const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--test") { 0 } else { ROUNDS };
    let directory = tempfile::tempdir().unwrap();
    let runtime = Arc::new(runtime().unwrap());
    let (mut service, _rulebook) = service(Arc::clone(&runtime), directory.path(), "");
    let ours = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let bare = runtime.block_on(bare_handler());
    let mut figures = (Vec::new(), Vec::new());
    for round in 0..rounds {
        figures.0.push(load(bare, &BODIES));
        figures.1.push(load(ours, &BODIES));
        // What is done in idle time must not slow the other one's next round.
        settle(&directory.path().join("menuscope.db"));
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

/// Waits until everything is indexed.
fn settle(database: &Path) {
    let reader = Reader::open(database).unwrap();
    while reader.stats().unwrap().unindexed > 0 {
        std::thread::park_timeout(Duration::from_millis(200));
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

async fn bare_handler() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Reads the body, as every server has to.
    let router = axum::Router::new().fallback(|_body: bytes::Bytes| async { "success" });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
