//! Clocks that are set back by hours, or beyond all dates: order, attempts, filters and answers do not depend on them more than
//! they say.

use jiff::{SignedDuration, Timestamp, Zoned};
use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{Capture, CaptureId, Placement, RawRequest};
use menuscope::filter::Filter;
use menuscope::inspect::inspect;
use menuscope::store::{Reader, Scan, Store, StoreHead};
use menuscope::waker::Waker;
use tokio::sync::watch;

use crate::command::{menuscope, run, stdout};
use crate::post::{Message, TOKEN, post, write_config};
use crate::watched::Watched;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A push that arrived when the clock said so.
fn push(message: &Message, at: Timestamp) -> Capture {
    let request = message.request();
    let target = std::str::from_utf8(&request).unwrap().split(' ').nth(1).unwrap().to_owned();
    let raw = RawRequest {
        received_at: at,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target,
        headers: menuscope::capture::Headers::default(),
        peer: "127.0.0.1".to_owned(),
        body_length: message.body.len() as u64,
        body: message.body.clone().into(),
    };
    let mut account = Account::named("default");
    account.secrets = Secrets { token: Some(Secret::new(TOKEN)), ..Secrets::default() };
    inspect(raw, &Accounts::new(vec![account], None)).capture
}

/// Stores these in their order.
fn stored(path: &std::path::Path, captures: Vec<Capture>) -> Vec<Placement> {
    let store = Store::open(
        path,
        menuscope::store::Limits::default(),
        watch::Sender::new(StoreHead::default()),
        Waker::silent(),
    )
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let handle = store.handle();
    runtime.block_on(async {
        let mut placements = Vec::new();
        for capture in captures {
            placements.push(handle.insert(capture).await.unwrap());
        }
        placements
    })
}

#[test]
fn attempts_stay_together_and_the_order_is_that_of_arrival() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("menuscope.db");
    let now = Timestamp::now();
    let (tap, other) = (Message::plain("tap", 1), Message::plain("other", 2));
    // The clock goes back by three hours between the first and the second attempt.
    let before = stored(&path, vec![push(&tap, now), push(&other, now)]);
    let after = stored(
        &path,
        vec![push(&tap, now - HOUR * 3), push(&other, now - HOUR * 3), push(&tap, now - HOUR * 3), push(&tap, now)],
    );
    let attempts: Vec<_> =
        before.iter().chain(&after).map(|place| (place.id.0, place.group.0, place.attempt)).collect();
    // The last one comes three hours after the third, by the clock: another event.
    assert_eq!(attempts, [(1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 2, 2), (5, 1, 3), (6, 6, 1)]);
    let reader = Reader::open(&path).unwrap();
    let mut scan = Scan::new(&Filter::default(), reader.newest().unwrap());
    let newest_first: Vec<i64> = reader.step(&mut scan).unwrap().ids.iter().map(|id| id.0).collect();
    assert_eq!(newest_first, [6, 5, 4, 3, 2, 1]);
}

#[test]
fn times_in_filters_are_what_the_clock_said_and_waiting_goes_by_number() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("menuscope.db");
    let now = Timestamp::now();
    stored(
        &path,
        vec![push(&Message::plain("future", 1), now + HOUR * 5), push(&Message::plain("past", 2), now - HOUR * 5)],
    );
    let reader = Reader::open(&path).unwrap();
    let found = |text: &str| reader.matching(&Filter::parse(text, &Zoned::now()).unwrap()).unwrap();
    assert_eq!(found("after:1h"), [CaptureId(1)]);
    assert_eq!(found("before:1h"), [CaptureId(2)]);
    let since = run(data.path(), &["wait", "--since", "1h", "--timeout", "1s"]);
    assert!(stdout(&since).contains("future") && !stdout(&since).contains("past"), "{since:?}");
    let since = run(data.path(), &["wait", "--since", "1", "--timeout", "1s"]);
    assert!(stdout(&since).contains("past"), "{since:?}");
    // What arrives while somebody waits has arrived, whatever the clock says.
    let waiting = menuscope(data.path(), &["wait", "key:late", "--since", "2"]);
    let waiting = { waiting }.stdout(std::process::Stdio::piped()).spawn().unwrap();
    stored(&path, vec![push(&Message::plain("late", 3), now - HOUR * 24)]);
    assert!(waiting.wait_with_output().unwrap().status.success());
}

/// Gives a program the time of `SHIM_TIME`, in seconds since 1970, as its clock.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/time.h>
int clock_gettime(clockid_t clock, struct timespec *time) {
    if (clock != CLOCK_REALTIME) return syscall(SYS_clock_gettime, clock, time);
    time->tv_sec = atoll(getenv("SHIM_TIME"));
    time->tv_nsec = 123456789;
    return 0;
}
int gettimeofday(struct timeval *time, void *zone) {
    time->tv_sec = atoll(getenv("SHIM_TIME"));
    time->tv_usec = 123456;
    return 0;
}
"#;

#[test]
fn no_date_is_out_of_range() {
    let shim = tempfile::tempdir().unwrap();
    let (source, library) = (shim.path().join("shim.c"), shim.path().join("shim.so"));
    std::fs::write(&source, SHIM).unwrap();
    // A C compiler is there: SQLite was built with it.
    let built = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).output();
    assert!(built.as_ref().unwrap().status.success(), "{built:?}");
    // 1901, 1969, the last second of 9999, one beyond it, and one that no calendar has.
    for time in [-2_145_916_800_i64, -1, 253_402_300_799, 253_402_300_800, 99_000_000_000_000] {
        let data = tempfile::tempdir().unwrap();
        write_config(data.path(), "[retention]\ndays = 1\n");
        let at = |arguments: &[&str]| {
            let mut command = menuscope(data.path(), arguments);
            command.env("LD_PRELOAD", &library).env("SHIM_TIME", time.to_string());
            command
        };
        // HTTP can write no other dates, and hyper renders one for each connection, whether it is sent or not.
        let listen = ["listen", "--addr", "127.0.0.1:0", "--json"];
        let is_written_by_http = (0..=253_402_300_799).contains(&time);
        let listener = if is_written_by_http { at(&listen) } else { menuscope(data.path(), &listen) };
        let mut listener = Watched::start_as(listener);
        for number in 0..3 {
            assert_eq!(post(&listener.address, &Message::plain("tap", number)), 200, "{time}: {}", listener.said());
        }
        let url = format!("http://{}/wx", listener.address);
        for arguments in [
            &["send", "CLICK", "--to", &url][..],
            &["send", "VIEW", "--encrypt", "--to", &url],
            &["events"],
            &["events", "--json"],
            &["events", "before:10m"],
            &["show", "1"],
            &["show", "1", "--json"],
            &["wait", "--since", "0", "--timeout", "5s"],
            &["replay", "1", "--to", &url, "--mode", "fresh"],
            &["db", "stats"],
            &["db", "delete", "1"],
            &["db", "restore"],
        ] {
            let output = at(arguments).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("panicked") && output.status.code() != Some(101), "{time} {arguments:?}: {said}");
        }
        assert!(run(data.path(), &["show", "1"]).status.success());
        assert!(!listener.said().contains("panicked"), "{time}: {}", listener.said());
        listener.kill();
    }
}
