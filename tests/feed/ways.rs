//! Every way to follow gives the same events, by the same cursor and filter.

use std::time::Instant;

use serde_json::{Value, json};
use tungstenite::Message;

use super::client::{Endless, PATIENCE, Socket, frame, get, get_with, poll, socket};
use super::{Fed, ids};
use crate::common::{sample, until};

/// So many events from each of the ways that do not end.
fn from_every_stream(fed: &Fed, parameters: &str, count: usize) -> Vec<Vec<Value>> {
    let target = |more: &str| format!("/events/stream?{parameters}{more}");
    let sse = &[("accept", "text/event-stream")][..];
    let mut streams = [
        Endless::open(fed.address(), &target(""), sse),
        Endless::open(fed.address(), &target("&as=lines"), &[]),
        Endless::open(fed.address(), &target("&as=iframe"), &[]),
    ];
    let mut socket = socket(fed.address(), parameters);
    let [sse, lines, iframe] = &mut streams;
    vec![
        (0..count).map(|_| sse.server_sent().unwrap().unwrap()).collect(),
        (0..count).map(|_| lines.json_line().unwrap().unwrap()).collect(),
        (0..count).map(|_| iframe.call().unwrap().unwrap()).collect(),
        (0..count).map(|_| frame(&mut socket).unwrap().unwrap()).collect(),
    ]
}

#[test]
fn all_ways_give_the_same_objects_in_order() {
    let fed = Fed::start();
    for kind in ["CLICK", "scancode_waitmsg", "pic_weixin", "location_select"] {
        fed.listener.post("/", &sample(kind));
    }
    let last = fed.tap("</script><script>alert(1)</script>");
    fed.listener.post("/", b"no xml at all");
    let last = fed.listener.newest().placement.id.max(last);
    let expected: Vec<Value> = (1..=last.0).map(|id| fed.stored(menuscope::capture::CaptureId(id))).collect();
    assert_eq!(expected.len(), 6);
    assert_eq!(poll(fed.address(), "after=0"), (expected.clone(), last.0));
    assert_eq!(poll(fed.address(), "after=0&wait=30s"), (expected.clone(), last.0));
    for events in from_every_stream(&fed, "after=0", expected.len()) {
        assert_eq!(events, expected);
    }
    for event in &expected {
        let answer = get(fed.address(), &format!("/events/{}", event["id"]));
        assert_eq!((answer.status, answer.json()), (200, event.clone()));
    }
}

#[test]
fn a_cursor_a_filter_and_a_limit_mean_the_same_everywhere() {
    let fed = Fed::start();
    let all: Vec<i64> = (0..30).map(|number| fed.tap(&format!("key{}", number % 3)).0).collect();
    for filter in
        ["key:key1", "-key:key1", "status:200 (key:key0 OR key:key2)", "oKEY2", "id:5..20 key:key*", "has:diagnosis"]
    {
        let found = fed.found(filter);
        let query = form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>();
        let (events, next) = poll(fed.address(), &format!("after=0&filter={query}"));
        assert_eq!((ids(&events), next), (found.clone(), 30), "{filter}");
        let after: Vec<i64> = found.into_iter().filter(|id| *id > 7).collect();
        let parameters = format!("after=7&filter={query}");
        for events in from_every_stream(&fed, &parameters, after.len()) {
            assert_eq!(ids(&events), after, "{filter}");
        }
    }
    let (events, next) = poll(fed.address(), "after=3&limit=4");
    assert_eq!((ids(&events), next), (all[3..7].to_vec(), 7));
    assert_eq!(poll(fed.address(), "filter=key:none&after=3"), (Vec::new(), 30), "the cursor moves on all the same");
    assert_eq!(poll(fed.address(), ""), (Vec::new(), 30), "from now on");
    let mut lines = Endless::open(fed.address(), "/events/stream?as=lines&after=28&limit=1", &[]);
    assert_eq!(lines.json_line().unwrap().unwrap()["id"], 29);
    assert_eq!(lines.json_line().unwrap(), None, "a stream ends at its limit");
}

#[test]
fn who_waits_gets_the_next_event_and_nothing_before_it() {
    let fed = Fed::start();
    fed.tap("before");
    let address = fed.address();
    let waiting = std::thread::scope(|scope| {
        let polling =
            std::thread::Builder::new().spawn_scoped(scope, || poll(address, "wait=30s&filter=key:next")).unwrap();
        let mut sse = Endless::open(address, "/events/stream", &[("accept", "text/event-stream")]);
        let mut socket = socket(address, "");
        until("three follow", || (get(address, "/health").json()["followers"] == 3).then_some(()));
        let other = fed.tap("other");
        let next = fed.tap("next");
        assert_eq!(ids(&[sse.server_sent().unwrap().unwrap(), sse.server_sent().unwrap().unwrap()]), [other.0, next.0]);
        assert_eq!(ids(&[frame(&mut socket).unwrap().unwrap()]), [other.0]);
        (polling.join().unwrap(), next.0)
    });
    let ((events, cursor), next) = waiting;
    assert_eq!((ids(&events), cursor), (vec![next], next));
    let began = Instant::now();
    assert_eq!(poll(fed.address(), "wait=200ms"), (Vec::new(), next));
    assert!(began.elapsed() < PATIENCE);
    until("nobody follows any more", || {
        (get(address, "/health").json() == json!({"last_id": next, "followers": 0})).then_some(())
    });
}

#[test]
fn a_browser_that_connects_anew_goes_on_where_it_was() {
    let fed = Fed::start();
    for key in ["a", "b", "c"] {
        fed.tap(key);
    }
    let headers = &[("accept", "text/event-stream"), ("last-event-id", "2")];
    let mut sse = Endless::open(fed.address(), "/events/stream?after=0", headers);
    assert!(
        sse.head.contains("content-type: text/event-stream") && sse.head.contains("cache-control: no-store"),
        "{}",
        sse.head
    );
    assert_eq!(sse.server_sent().unwrap().unwrap()["id"], 3);
    let wrong = get_with(fed.address(), "/events/stream", &[("last-event-id", "x")]);
    assert_eq!(wrong.status, 400);
    assert!(wrong.error().contains("Last-Event-ID"), "{wrong:?}");
}

#[test]
fn a_socket_begins_anew_by_message_and_says_mistakes() {
    let fed = Fed::start();
    for key in ["a", "b", "a"] {
        fed.tap(key);
    }
    let mut socket = socket(fed.address(), "after=0");
    let next = |socket: &mut Socket| frame(socket).unwrap().unwrap();
    assert_eq!(ids(&[next(&mut socket), next(&mut socket), next(&mut socket)]), [1, 2, 3]);
    socket.send(Message::text(r#"{"after": 0, "filter": "key:a"}"#)).unwrap();
    assert_eq!(ids(&[next(&mut socket), next(&mut socket)]), [1, 3]);
    for (message, said) in [
        ("hello", "cannot read the message"),
        (r#"{"aftr": 1}"#, "aftr"),
        (r#"{"after": -1}"#, "number of an event"),
        (r#"{"after": 4}"#, "from the future"),
        (r#"{"filter": "evnt:x"}"#, "event:"),
        (r#"{"after": "1"}"#, "cannot read the message"),
        ("[0]", "cannot read the message"),
    ] {
        socket.send(Message::text(message)).unwrap();
        let error = next(&mut socket);
        assert!(error["error"].as_str().unwrap().contains(said), "{message}: {error}");
    }
    // It goes on as before, with the filter of before.
    fed.tap("b");
    let last = fed.tap("a");
    assert_eq!(next(&mut socket)["id"], last.0);
    socket.send(Message::Ping("here".into())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong("here".into()));
    socket.send(Message::binary(vec![1, 2])).unwrap();
    let Message::Close(Some(close)) = socket.read().unwrap() else { panic!("not closed") };
    assert_eq!(u16::from(close.code), 1003, "{close}");
}

#[test]
fn a_message_that_is_too_long_ends_its_socket_with_the_reason() {
    let fed = Fed::start();
    let mut socket = socket(fed.address(), "after=0");
    socket.send(Message::text(format!(r#"{{"filter": "{}"}}"#, "a".repeat(200_000)))).unwrap();
    let Message::Close(Some(close)) = socket.read().unwrap() else { panic!("not closed") };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1009, "the message is longer than 64 KiB"));
}

#[test]
fn the_end_of_the_feed_is_the_end_of_its_answers_after_the_last_event() {
    let mut fed = Fed::start();
    let mut sse = Endless::open(fed.address(), "/events/stream?after=0", &[]);
    let mut socket = socket(fed.address(), "after=0");
    let last = fed.tap("last");
    fed.feed = None;
    assert_eq!(sse.server_sent().unwrap().unwrap()["id"], last.0);
    assert_eq!(sse.server_sent().unwrap(), None);
    assert_eq!(frame(&mut socket).unwrap().unwrap()["id"], last.0);
    assert_eq!(frame(&mut socket).unwrap(), None);
}
