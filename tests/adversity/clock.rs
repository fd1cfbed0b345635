//! A clock that is set back by hours: order, attempts, filters and answers do not depend on it more than they say.

use jiff::{SignedDuration, Timestamp, Zoned};
use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{Capture, CaptureId, Placement, RawRequest};
use menuscope::filter::Filter;
use menuscope::inspect::inspect;
use menuscope::store::{Reader, Scan, Store, StoreHead};
use menuscope::waker::Waker;
use tokio::sync::watch;

use crate::command::{menuscope, run, stdout};
use crate::post::{Message, TOKEN};

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
        headers: Vec::new(),
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
    let newest_first: Vec<i64> = reader.step(&mut scan).unwrap().ids.into_iter().map(|id| id.0).collect();
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
