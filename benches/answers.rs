//! How fast answers leave while rules decide and 200 pushes are held, beside `success` alone in the same run.
//!
//! The three take turns, so that a machine whose speed drifts does not favour one of them. The held pushes are left to
//! their deadline: how far beyond the budget the last of them leaves is the figure that WeChat would notice.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/load.rs"]
mod load;
#[path = "common/million.rs"]
mod million;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use load::{CONNECTIONS, ROUND, Round, load, median, request, service};
use menuscope::engine::runtime;
use menuscope::filter::Filter;

const ROUNDS: usize = 5;

/// How many pushes are held at the same time.
const HELD: usize = 200;

/// What the load posts: no rule of the hold matches it.
const POSTED: [&str; 2] = [
    include_str!("../tests/fixtures/samples/CLICK.xml"),
    include_str!("../tests/fixtures/samples/scancode_waitmsg.xml"),
];

/// What is held.
const HELD_BODY: [&str; 1] = [include_str!("../tests/fixtures/samples/location_select.xml")];

/// The budget of an answer, unless configured.
const BUDGET: Duration = Duration::from_secs(4);

/// Twenty rules, of which the last two match, with templates.
fn rules() -> String {
    let mut rules = String::new();
    for number in 0..18 {
        let rule = format!("name = \"other {number}\"\nmatch = \"event:VIEW key:{number}\"\nreply = \"empty\"\n");
        rules.extend(["[[rules]]\n", &rule]);
    }
    rules.push_str(
        r#"
        [[rules]]
        name = "click"
        match = "event:CLICK"
        reply = { MsgType = "text", Content = "You tapped {{ EventKey }}" }
        [[rules]]
        name = "scan"
        match = "event:scancode_waitmsg"
        reply = { MsgType = "text", Content = "You scanned {{ decoded.scan.content }}" }
        "#,
    );
    rules
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--test") { 0 } else { ROUNDS };
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let runtime = Arc::new(runtime().unwrap());
    let anywhere = || "127.0.0.1:0".parse().unwrap();
    let (mut plain, _rulebook) = service(Arc::clone(&runtime), directories[0].path(), "");
    let (mut ruled, rulebook) = service(Arc::clone(&runtime), directories[1].path(), &rules());
    let (plain, ruled) = (plain.listen(anywhere()).unwrap(), ruled.listen(anywhere()).unwrap());
    let held = &rulebook.policy().held;
    held.switch(Some(Filter::parse("event:location_select", &jiff::Zoned::now()).unwrap()));
    let mut figures = (Vec::new(), Vec::new(), Vec::new());
    let mut lateness = Vec::new();
    for _ in 0..rounds {
        figures.0.push(load(plain, &POSTED));
        figures.1.push(load(ruled, &POSTED));
        let waiting = hold(ruled);
        while held.view().borrow().waiting.len() < HELD {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        figures.2.push(load(ruled, &POSTED));
        lateness.extend(waiting.join().unwrap());
    }
    if rounds > 0 {
        report(figures.0, figures.1, figures.2, lateness);
    }
}

/// Posts what is held, and waits for the answers: how long each took.
fn hold(address: SocketAddr) -> std::thread::JoinHandle<Vec<Duration>> {
    std::thread::Builder::new()
        .name("held".to_owned())
        .spawn(move || {
            let begun = (0..HELD).map(|_| {
                let mut stream = TcpStream::connect(address).unwrap();
                let sent = Instant::now();
                stream.write_all(&request(&HELD_BODY)).unwrap();
                (stream, sent)
            });
            let begun: Vec<_> = begun.collect();
            let mut answer = [0; 1024];
            let answered = begun.into_iter().map(|(mut stream, sent)| {
                let read = stream.read(&mut answer).unwrap();
                assert!(answer[..read].ends_with(b"success"));
                sent.elapsed()
            });
            answered.collect()
        })
        .unwrap()
}

fn report(plain: Vec<Round>, ruled: Vec<Round>, holding: Vec<Round>, mut lateness: Vec<Duration>) {
    let (plain, ruled, holding) = (median(plain), median(ruled), median(holding));
    println!("median of {ROUNDS} rounds of {ROUND:?}, {CONNECTIONS} connections, clients on the same machine");
    for (name, round) in [("success alone", &plain), ("20 rules", &ruled), ("20 rules, 200 held", &holding)] {
        println!("{name:<19} {:>8.0} requests/s, p50 {:>9.2?}, p99 {:>9.2?}", round.per_second, round.p50, round.p99);
    }
    println!("rules / success alone: {:.2} times the p99", ruled.p99.as_secs_f64() / plain.p99.as_secs_f64());
    lateness.sort_unstable();
    let beyond = |latency: &Duration| latency.saturating_sub(BUDGET);
    println!(
        "held to the deadline: {} answers, beyond the budget of {BUDGET:?} by p50 {:.2?}, p99 {:.2?}, at most {:.2?}",
        lateness.len(),
        beyond(&lateness[lateness.len() / 2]),
        beyond(&lateness[lateness.len() * 99 / 100]),
        beyond(lateness.last().unwrap()),
    );
}
