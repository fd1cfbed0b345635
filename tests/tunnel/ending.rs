//! The end of a client: with the tunnel, with a panic, and with the program, and everything that it started with it.

use std::time::{Duration, Instant};

use crate::PATIENCE;
use crate::stand_in::Stage;

/// A script that starts another process and tells the numbers of both.
const FAMILY: &str = "sleep 600 & echo \"numbers $$ $!\"; echo https://family.tunnel.example; wait";

/// Tells whether a process is there, and no remains of one.
pub(crate) fn is_alive(number: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat"));
    match stat {
        Ok(stat) => !stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')),
        // Without /proc, a signal that does nothing tells it.
        Err(_) if std::path::Path::new("/proc/self").exists() => false,
        Err(_) => {
            let process = rustix::process::Pid::from_raw(i32::try_from(number).unwrap()).unwrap();
            rustix::process::test_kill_process(process).is_ok()
        }
    }
}

/// The numbers in a line of [`FAMILY`].
pub(crate) fn numbers(line: &str) -> Vec<u32> {
    line.split(' ').skip(1).map(|number| number.parse().unwrap()).collect()
}

pub(crate) fn until_gone(numbers: &[u32]) {
    let began = Instant::now();
    while numbers.iter().any(|number| is_alive(*number)) {
        assert!(began.elapsed() < PATIENCE, "still there: {numbers:?}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn started(stage: &Stage, script: &str) -> (crate::stand_in::Running, Vec<u32>) {
    let running = stage.run("client", script, "{addr}");
    let is_told = |line: &&String| line.starts_with("numbers ");
    let state = running.until("the numbers", |state| state.lines.iter().any(|line| is_told(&line)));
    let numbers = numbers(state.lines.iter().find(is_told).unwrap());
    assert!(numbers.iter().all(|number| is_alive(*number)), "{numbers:?}");
    (running, numbers)
}

#[test]
fn the_whole_group_ends_with_the_tunnel() {
    let stage = Stage::new();
    let (running, numbers) = started(&stage, FAMILY);
    drop(running);
    until_gone(&numbers);
}

#[test]
fn a_client_that_will_not_end_is_ended() {
    let stage = Stage::new();
    let (running, numbers) =
        started(&stage, &format!("trap '' TERM; {}", FAMILY.replace("wait", "wait; wait; sleep 600")));
    drop(running);
    until_gone(&numbers);
}

#[test]
fn what_a_client_left_behind_ends_when_it_dies() {
    let stage = Stage::new();
    let script = "sleep 600 & echo \"numbers $!\"; while [ ! -e \"$GO\" ]; do sleep 0.05; done; exit 1";
    let go = stage.path("go");
    let (running, numbers) = started(&stage, &script.replace("$GO", &go));
    stage.file("go", "");
    until_gone(&numbers);
    drop(running);
}

#[test]
fn a_panic_ends_it_as_well() {
    let stage = Stage::new();
    let (running, numbers) = started(&stage, FAMILY);
    let panicking = std::thread::Builder::new().name("panicking".to_owned()).spawn(move || {
        let _running = running;
        panic!("as a thread may");
    });
    assert!(panicking.unwrap().join().is_err());
    until_gone(&numbers);
}

#[test]
fn a_runtime_that_ends_first_ends_it_as_well() {
    let stage = Stage::new();
    let (running, numbers) = started(&stage, FAMILY);
    drop(stage);
    until_gone(&numbers);
    drop(running);
}
