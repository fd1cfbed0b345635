//! Processes killed at random under load: what was answered is nowhere lost, and nowhere doubled.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::broker::{TestBroker, program};
use super::members::{Member, free_address, stored, until};
use super::post::write_config;
use super::taps::{tap, try_post};

/// The time for which processes are killed in the normal suite.
const SECONDS: u64 = 12;

/// Clients that post at the same time.
const CLIENTS: u64 = 4;

/// Users, of whom each desktop has claimed one.
const USERS: [&str; 3] = ["o_alice", "o_bob", "o_nobody"];

fn seconds() -> u64 {
    std::env::var("MENUSCOPE_TEAM_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap())
}

#[test]
fn what_was_answered_survives_random_kills_of_every_process() {
    let Some(program) = program() else { return };
    let mut broker = TestBroker::started(program);
    let (hub, address) = (tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let folders = [tempdir().unwrap(), tempdir().unwrap()];
    let url = broker.url();
    let relay = || Member::relay(hub.path(), address, &url, &[]);
    let names = ["alice", "bob"];
    let desktop = |i: usize| Member::desktop(folders[i].path(), names[i], &url, &["--claim", USERS[i]]);
    let mut members = [Some(relay()), Some(desktop(0)), Some(desktop(1))];
    let (over, number) = (AtomicBool::new(false), AtomicU64::new(0));
    let answered = Mutex::new(BTreeSet::new());
    let late = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let number = number.fetch_add(1, Ordering::Relaxed) + 1;
                    let openid = USERS[(number % 3) as usize];
                    let began = Instant::now();
                    let Ok((200, _)) = try_post(address, &tap(openid, "K", number, number % 2 == 0)) else {
                        std::thread::park_timeout(Duration::from_millis(10));
                        continue;
                    };
                    answered.lock().unwrap().insert(1_700_000_000 + i64::try_from(number).unwrap());
                    // WeChat hangs up after five seconds.
                    if began.elapsed() > Duration::from_secs(5) {
                        late.lock().unwrap().push((number, began.elapsed()));
                    }
                }
            });
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(seconds()) {
            std::thread::park_timeout(Duration::from_millis(fastrand::u64(100..900)));
            match fastrand::usize(0..4) {
                0 => {
                    broker.kill();
                    std::thread::park_timeout(Duration::from_millis(fastrand::u64(0..600)));
                    broker.start();
                }
                1 => {
                    members[0] = None;
                    members[0] = Some(relay());
                }
                which => {
                    members[which - 1] = None;
                    members[which - 1] = Some(desktop(which - 2));
                }
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() > 20, "too little was answered to show anything: {}", answered.len());
    assert_eq!(late.into_inner().unwrap(), [], "answers that came too late");
    let of = |folder: &std::path::Path| -> Vec<(i64, Option<i64>)> {
        let created = |stored: menuscope::capture::StoredCapture| {
            (stored.capture.envelope.create_time.unwrap(), stored.capture.team.origin.map(|origin| origin.id))
        };
        stored(folder).into_iter().map(created).collect()
    };
    let captured = of(hub.path());
    let kept: BTreeSet<i64> = captured.iter().map(|(created, _)| *created).collect();
    assert_eq!(answered.difference(&kept).count(), 0, "answered, and not in the relay's database");
    for folder in &folders {
        until("everything on every desktop", || {
            let found = of(folder.path());
            let numbers: BTreeSet<_> = found.iter().map(|(_, origin)| origin.unwrap()).collect();
            assert_eq!(numbers.len(), found.len(), "something came twice");
            assert!(found.len() <= captured.len());
            (found.len() == captured.len()).then_some(())
        });
        let found: BTreeSet<i64> = of(folder.path()).iter().map(|(created, _)| *created).collect();
        assert_eq!(found, kept);
    }
}
