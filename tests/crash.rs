//! Sudden ends: what was answered 2xx is stored, whether the process is killed, told to go, or the power fails.
//!
//! `MENUSCOPE_CRASH_ROUNDS=100 cargo test --test crash` kills a hundred times; `MENUSCOPE_CRASH_SEED` repeats a run that
//! failed, as far as the machine's own timing allows.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/post.rs"]
mod post;

#[path = "crash/power_cut.rs"]
mod power_cut;

use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use command::{Listening, menuscope};
use post::{Client, Ledger, Message, write_config};

/// In the normal suite, which has to be quick.
const ROUNDS: u64 = 12;

/// How many clients post at the same time.
const CLIENTS: u64 = 6;

/// Some are answered by a rule, some wait for a person who never comes.
const RULES: &str = "[listener]\nreply_budget_ms = 400\n\
    [[rules]]\nname = \"by rule\"\nmatch = \"key:rule*\"\nreply = { MsgType = \"text\", Content = \"You tapped {{ EventKey }}\" }\n\
    [[rules]]\nname = \"held\"\nmatch = \"key:held*\"\nreply = \"hold\"\n";

/// Posts messages of every sort until the connection breaks or it is told to stop.
fn post_until_broken(
    address: &str,
    keys: &[&str],
    mut chance: fastrand::Rng,
    numbers: std::ops::Range<u64>,
    stop: &Receiver<()>,
) -> Ledger {
    let mut ledger = Ledger::default();
    let Ok(mut client) = Client::connect(address) else { return ledger };
    for number in numbers {
        if stop.try_recv().is_ok() {
            break;
        }
        let key = *chance.choice(keys).unwrap();
        let message = if chance.bool() { Message::plain(key, number) } else { Message::sealed(key, number) };
        // WeChat's retry is the same bytes once more.
        let attempts = if chance.u8(..10) == 0 { 3 } else { 1 };
        for _ in 0..attempts {
            if ledger.post(&mut client, &message).is_err() {
                return ledger;
            }
        }
    }
    ledger
}

/// All clients at once, on numbers of their own; what they did, once the listener is gone.
struct Load {
    clients: Vec<std::thread::JoinHandle<Ledger>>,
    stops: Vec<std::sync::mpsc::SyncSender<()>>,
}

impl Load {
    fn start(address: &str, chance: &mut fastrand::Rng, round: u64) -> Self {
        let mut load = Self { clients: Vec::new(), stops: Vec::new() };
        for client in 0..CLIENTS {
            let (address, chance) = (address.to_owned(), chance.fork());
            let first = (round * CLIENTS + client) * 1_000_000;
            let (stop, stopped) = sync_channel(1);
            // One waits for a person now and then, which takes its time.
            let keys: &[&str] = if client == 0 { &["tap", "rule", "held"] } else { &["tap", "tap", "rule"] };
            let work = move || post_until_broken(&address, keys, chance, first..first + 1_000_000, &stopped);
            load.clients.push(std::thread::Builder::new().name(format!("client {client}")).spawn(work).unwrap());
            load.stops.push(stop);
        }
        load
    }

    /// What became of all that was sent.
    fn join(self) -> Ledger {
        let mut all = Ledger::default();
        for client in self.clients {
            all.take_in(client.join().unwrap());
        }
        all
    }

    fn stop(self) -> Ledger {
        for stop in &self.stops {
            stop.try_send(()).ok();
        }
        self.join()
    }
}

fn rounds() -> u64 {
    std::env::var("MENUSCOPE_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

fn seed() -> u64 {
    std::env::var("MENUSCOPE_CRASH_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap())
}

/// Kills it while it starts: half a database must not be in the next one's way.
fn kill_at_the_start(data: &Path, after: Duration) {
    let mut starting = menuscope(data, &["listen", "--addr", "127.0.0.1:0"]).stdout(Stdio::null()).spawn().unwrap();
    std::thread::park_timeout(after);
    starting.kill().unwrap();
    starting.wait().unwrap();
}

#[test]
fn what_was_answered_survives_kill_9_with_its_exact_body() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), RULES);
    let database = data.path().join("menuscope.db");
    let (rounds, seed) = (rounds(), seed());
    let said = format!("MENUSCOPE_CRASH_SEED={seed} MENUSCOPE_CRASH_ROUNDS={rounds}");
    println!("{said}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut all = Ledger::default();
    for round in 0..rounds {
        if chance.u8(..4) == 0 {
            kill_at_the_start(data.path(), Duration::from_millis(chance.u64(0..120)));
        }
        let mut listening = Listening::start(data.path(), &[]);
        let load = Load::start(listening.url.strip_prefix("http://").unwrap(), &mut chance, round);
        std::thread::park_timeout(Duration::from_millis(chance.u64(5..500)));
        listening.child.kill().unwrap();
        listening.child.wait().unwrap();
        all.take_in(load.join());
    }
    // The last restart recovers the log.
    drop(Listening::start(data.path(), &[]));
    assert!(all.answered as u64 > rounds, "{said}: only {} were answered", all.answered);
    println!("{} answered over {rounds} rounds", all.answered);
    all.assert_kept(&database, &said);
}

#[test]
fn what_was_answered_before_a_signal_is_stored_and_the_rest_ends_in_order() {
    for signal in ["TERM", "INT"] {
        let data = tempfile::tempdir().unwrap();
        write_config(data.path(), RULES);
        let mut listening = Listening::start(data.path(), &[]);
        let address = listening.url.strip_prefix("http://").unwrap().to_owned();
        let load = Load::start(&address, &mut fastrand::Rng::new(), 0);
        // One that is held at that moment is answered with the default.
        let mut held = Client::connect(&address).unwrap();
        let message = Message::plain("held", 1 << 60);
        let holding = std::thread::Builder::new().spawn(move || (held.post(&message), message)).unwrap();
        std::thread::park_timeout(Duration::from_millis(300));
        listening.signal(signal);
        assert_eq!(listening.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut all = load.stop();
        let (status, message) = holding.join().unwrap();
        all.sending(&message);
        all.answered(&message, status.unwrap());
        assert!(all.answered > 1, "{signal}: nothing was answered");
        all.assert_kept(&data.path().join("menuscope.db"), signal);
    }
}
