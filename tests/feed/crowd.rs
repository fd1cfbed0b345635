//! Crowds: followers who do not read, a thousand who do, and connections beyond the limit. Captures go on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::client::{Endless, PATIENCE, frame, get, ids_of_lines, poll, request, socket};
use super::{Fed, ids};
use crate::common::until;

/// Messages this long fill every buffer on the way soon.
const PADDING: usize = 60_000;

fn followers(fed: &Fed) -> i64 {
    get(fed.address(), "/health").json()["followers"].as_i64().unwrap()
}

#[test]
fn a_follower_that_does_not_read_is_closed_and_goes_on_by_its_cursor() {
    let fed = Fed::start();
    let mut idle = Endless::open(fed.address(), "/events/stream?as=lines&after=0", &[]);
    let mut dozing = socket(fed.address(), "after=0");
    until("both follow", || (followers(&fed) == 2).then_some(()));
    let padded = "x".repeat(PADDING);
    let mut stream = fed.listener.connect();
    let mut sent = 0;
    let body = String::from_utf8(super::tap("k")).unwrap().replace("</xml>", &format!("<P>{padded}</P></xml>"));
    // Until more waits than may, whatever the buffers take.
    while sent < 1_100 || (followers(&fed) > 0 && sent < 6_000) {
        let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
        assert_eq!(crate::common::Answer::read(&mut stream).status, 200);
        sent += 1;
    }
    until("both are closed", || (followers(&fed) == 0).then_some(()));
    // What was underway still comes, then the connection ends without an end of the answer.
    let (read, last) = ids_of_lines(&mut idle);
    assert!(read < sent && last == read, "{read} of {sent}, the last was {last}");
    let (events, _) = poll(fed.address(), &format!("after={last}&limit=1"));
    assert_eq!(ids(&events), [last + 1], "nothing is lost");
    let mut seen = 0;
    while let Ok(Some(event)) = frame(&mut dozing) {
        seen += 1;
        assert_eq!(event["id"], seen);
    }
    assert!(seen < sent);
}

#[test]
fn who_catches_up_is_not_taken_for_slow() {
    let fed = Fed::start();
    let mut stream = fed.listener.connect();
    for _ in 0..3_000 {
        let body = super::tap("k");
        let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        crate::common::Answer::read(&mut stream);
    }
    fed.listener.answered(menuscope::capture::CaptureId(3_000));
    let mut sse = Endless::open(fed.address(), "/events/stream?after=0", &[]);
    for id in 1..=3_000 {
        assert_eq!(sse.server_sent().unwrap().unwrap()["id"], id);
    }
}

#[test]
fn a_thousand_followers_get_every_event() {
    let fed = Fed::start();
    let mut streams: Vec<Endless> =
        (0..1_000).map(|_| Endless::open(fed.address(), "/events/stream?after=0&as=lines", &[])).collect();
    until("a thousand follow", || (followers(&fed) == 1_000).then_some(()));
    let sent: Vec<i64> = (0..5).map(|number| fed.tap(&number.to_string()).0).collect();
    for stream in &mut streams {
        let got: Vec<i64> = sent.iter().map(|_| stream.json_line().unwrap().unwrap()["id"].as_i64().unwrap()).collect();
        assert_eq!(got, sent);
    }
    drop(streams);
    until("all are gone", || (followers(&fed) == 0).then_some(()));
}

#[test]
fn connections_beyond_the_limit_are_told_so_and_captures_go_on() {
    let fed = Fed::start();
    let mut open = Vec::new();
    let mut refused = None;
    for _ in 0..2_300 {
        let Ok(mut stream) = TcpStream::connect(fed.address()) else { break };
        stream.write_all(request("/events?wait=60s&filter=key:none", &[]).as_bytes()).ok();
        stream.set_nonblocking(true).unwrap();
        let mut first = [0; 512];
        open.push(stream);
        if open.len() % 100 == 0 {
            fed.tap("meanwhile");
        }
        // Those at the end are refused at once; all others wait for an event.
        if open.len() > 2_048 {
            std::thread::park_timeout(std::time::Duration::from_millis(20));
            if let Some(Ok(read)) = open.last_mut().map(|stream| stream.read(&mut first))
                && read > 0
                && first.starts_with(b"HTTP/1.1 503")
            {
                refused = Some(String::from_utf8_lossy(&first[..read]).into_owned());
                break;
            }
        }
    }
    let refused = refused.expect("nobody was refused");
    assert!(refused.contains("{\"error\":\"the feed has as many connections"), "{refused}");
    fed.tap("captures go on");
    drop(open);
    until("there is room again", || {
        let mut stream = TcpStream::connect(fed.address()).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(request("/health", &[]).as_bytes()).ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).ok()?;
        (&answer == b"HTTP/1.1 200").then_some(())
    });
}
