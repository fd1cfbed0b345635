//! The order of events: by number, each once its answer is recorded; what is open makes the others wait.

use menuscope::capture::CaptureId;
use menuscope::store::{BulkWriter, Reader};
use serde_json::Value;

use super::client::{Endless, frame, get, poll, socket};
use super::{Fed, ids, tap};
use crate::common::{begin, until};

#[test]
fn an_open_answer_makes_later_events_wait_and_early_does_not() {
    let fed = Fed::start();
    fed.hold_all();
    let mut pushed = begin(&fed.listener, "/", &tap("held"));
    #[expect(clippy::let_and_return, reason = "the guard of the borrow ends before the view does")]
    let held = until("the push is held", || {
        let view = fed.listener.rulebook.policy().held.view();
        let id = view.borrow().waiting.first().map(|push| push.placement.id);
        id
    });
    let mut early = Endless::open(fed.address(), "/events/stream?after=0&early=true", &[]);
    let mut late = socket(fed.address(), "after=0");
    let event = early.server_sent().unwrap().unwrap();
    assert_eq!((event["id"].as_i64(), &event["reply"]), (Some(held.0), &Value::Null));
    // An import of another process, which is complete when it is committed.
    let stored = fed.listener.reader().capture(held).unwrap().unwrap();
    let mut other = stored.capture;
    other.request.received_at += jiff::SignedDuration::from_millis(1);
    let import = menuscope::store::ImportEvent {
        capture: other,
        reply: Some(reply()),
        attempt: 1,
        first: None,
        annotation: menuscope::capture::Annotation::default(),
    };
    BulkWriter::open(&fed.listener.database()).unwrap().import(&[import]).unwrap();
    assert_eq!(early.server_sent().unwrap().unwrap()["id"], held.0 + 1);
    assert_eq!(poll(fed.address(), "after=0"), (Vec::new(), held.0 - 1));
    let (events, next) = poll(fed.address(), "after=0&early=true");
    assert_eq!((ids(&events), next), (vec![held.0, held.0 + 1], held.0 + 1));
    assert!(events.iter().all(|event| event["reply"].is_null()));
    assert_eq!(get(fed.address(), "/health").json()["last_id"], held.0 + 1);
    fed.release_all();
    crate::common::Answer::read(&mut pushed);
    let (first, second) = (frame(&mut late).unwrap().unwrap(), frame(&mut late).unwrap().unwrap());
    assert_eq!(ids(&[first.clone(), second]), [held.0, held.0 + 1]);
    assert_eq!(first["reply"]["status"], 200);
    // What came early does not come again.
    let last = fed.tap("last");
    assert_eq!(early.server_sent().unwrap().unwrap()["id"], last.0);
}

fn reply() -> menuscope::capture::Reply {
    menuscope::capture::Reply {
        status: Some(200),
        body: b"success".to_vec(),
        wire: None,
        source: menuscope::capture::ReplySource::Default,
        elapsed: std::time::Duration::from_millis(1),
        end: menuscope::capture::ReplyEnd::Answered,
        lint: Vec::new(),
        fault: None,
        forwarded: None,
    }
}

#[test]
fn removed_events_are_passed_over_and_the_cursor_moves_on() {
    let fed = Fed::start();
    let all: Vec<CaptureId> = (0..6).map(|number| fed.tap(&number.to_string())).collect();
    assert_eq!(poll(fed.address(), "after=0").0.len(), 6);
    let mut writer = BulkWriter::open(&fed.listener.database()).unwrap();
    writer.remove(&[all[1], all[4], all[5]], &menuscope::progress::Progress::new()).unwrap();
    let (events, next) = poll(fed.address(), "after=0");
    assert_eq!((ids(&events), next), (vec![1, 3, 4], 6));
    assert_eq!(get(fed.address(), "/events/2").status, 404);
    for (after, expected) in [(0, vec![1, 3, 4]), (2, vec![3, 4]), (5, vec![])] {
        assert_eq!(ids(&poll(fed.address(), &format!("after={after}")).0), expected);
    }
    let next = fed.tap("next");
    assert_eq!(ids(&poll(fed.address(), "after=6").0), [next.0]);
}

#[test]
fn events_that_are_older_than_memory_come_from_the_database() {
    let fed = Fed::start();
    for number in 0..50 {
        fed.tap(&format!("k{}", number % 5));
    }
    // Another feed begins after what is there: all of it is history.
    let other = super::open(&fed.listener, "127.0.0.1:0");
    let mut lines = Endless::open(other.address(), "/events/stream?as=lines&after=0&filter=key:k3", &[]);
    let found = fed.found("key:k3");
    let streamed: Vec<Value> = found.iter().map(|_| lines.json_line().unwrap().unwrap()).collect();
    assert_eq!(ids(&streamed), found);
    let next = fed.tap("k3");
    assert_eq!(lines.json_line().unwrap().unwrap()["id"], next.0, "and from there on it is live");
    let mut early = Endless::open(other.address(), "/events/stream?as=lines&after=0&early=true&filter=key:k3", &[]);
    let first = early.json_line().unwrap().unwrap();
    assert_eq!((first["id"].as_i64(), &first["reply"]), (Some(found[0]), &Value::Null));
    let (events, cursor) = poll(other.address(), "after=0&limit=1000");
    assert_eq!((events.len(), cursor), (51, 51));
}

#[test]
fn what_an_earlier_run_left_open_keeps_nobody_waiting() {
    let mut fed = Fed::start();
    fed.tap("answered");
    let reader: Reader = fed.listener.reader();
    let database = fed.listener.database();
    fed.feed = None;
    fed.listener.service = None;
    rusqlite::Connection::open(database).unwrap().execute("DELETE FROM reply", []).unwrap();
    assert!(reader.capture(CaptureId(1)).unwrap().unwrap().reply.is_none());
    fed.listener.restart();
    fed.feed = Some(super::open(&fed.listener, "127.0.0.1:0"));
    let (events, next) = poll(fed.address(), "after=0");
    assert_eq!((ids(&events), next, &events[0]["reply"]), (vec![1], 1, &Value::Null));
    let second = fed.tap("after");
    assert_eq!(ids(&poll(fed.address(), "after=1").0), [second.0]);
}
