//! Tests of the listener's HTTP: methods, limits, chunks, slow and vanishing clients, stopping.

mod common;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use common::{Answer, TestListener, codes, sample, until};
use menuscope::capture::CaptureId;
use menuscope::filter::Filter;

#[test]
fn a_person_with_a_browser_sees_a_page_and_other_methods_are_refused_unrecorded() {
    let listener = TestListener::start();
    let page = listener.send(b"GET /wx HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(page.status == 200 && page.text().contains("listening"), "{page:?}");
    let mut stream = listener.connect();
    stream.write_all(b"HEAD /wx HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut head = String::new();
    stream.read_to_string(&mut head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        assert_eq!(
            listener.send(format!("{method} / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").as_bytes()).status,
            405
        );
    }
    assert_eq!(listener.reader().newest().unwrap(), CaptureId(0));
}

#[test]
fn a_body_over_the_limit_is_answered_413_and_its_first_megabyte_is_kept() {
    let listener = TestListener::start();
    let body = vec![b'x'; 2_000_000];
    assert_eq!(listener.post("/", &body).status, 413);
    let stored = listener.newest();
    assert_eq!((stored.capture.request.body.len(), stored.capture.request.body_length), (1 << 20, 2_000_000));
    assert_eq!(stored.reply.as_ref().unwrap().status, Some(413));
    assert!(codes(&stored).contains(&"body-too-large"));
    assert_eq!(listener.post("/", &sample("CLICK")).status, 200);
}

#[test]
fn chunks_and_http_1_0_are_understood() {
    let listener = TestListener::start();
    let body = sample("CLICK");
    let mut chunked = b"POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(7) {
        write!(chunked, "{:x}\r\n", piece.len()).unwrap();
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(listener.send(&chunked).text(), "success");
    assert_eq!(listener.newest().capture.request.body, body);
    let old = [format!("POST /o HTTP/1.0\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
    assert_eq!(listener.send(&old).text(), "success");
    assert_eq!(listener.newest().capture.request.version, "HTTP/1.0");
}

#[test]
fn what_is_no_http_gets_400_and_is_not_recorded() {
    let listener = TestListener::start();
    let bad: [&[u8]; 3] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"HELLO\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    ];
    for bytes in bad {
        assert_eq!(listener.send(bytes).status, 400, "{bytes:?}");
    }
    assert_eq!(listener.reader().newest().unwrap(), CaptureId(0));
}

#[test]
fn a_sender_that_stops_is_closed_and_what_came_is_kept() {
    let listener = TestListener::start();
    let mut half_body = listener.connect();
    half_body.write_all(b"POST /half HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n<xml>").unwrap();
    let mut half_head = listener.connect();
    half_head.write_all(b"POST /head HTTP/1.1\r\nhos").unwrap();
    let mut rest = Vec::new();
    half_body.read_to_end(&mut rest).unwrap();
    assert!(rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    rest.clear();
    half_head.read_to_end(&mut rest).unwrap();
    let stored = listener.newest();
    assert_eq!(&stored.capture.request.body[..], b"<xml>");
    assert!(codes(&stored).contains(&"body-incomplete"));
    assert_eq!(stored.placement.id, CaptureId(1));
}

#[test]
fn a_client_that_hangs_up_leaves_its_event_and_what_it_was_answered() {
    let listener = TestListener::start();
    let body = sample("CLICK");
    let mut stream = listener.connect();
    stream
        .write_all(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())
        .unwrap();
    stream.write_all(&body).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    until("the event is stored", || (listener.reader().newest().unwrap() == CaptureId(1)).then_some(()));
    assert_eq!(listener.newest().reply.unwrap().status, Some(200));
}

#[test]
fn whatever_is_received_is_kept_to_the_byte() {
    let listener = TestListener::start();
    let reader = listener.reader();
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config::with_cases(200));
    let request = (
        "(/[a-zA-Z0-9%._~!$&'()*+,;=:@-]{0,12}){1,3}",
        proptest::option::of("[a-zA-Z0-9%._~!$&'()*+,;=:@/?#{}|-]{0,40}"),
        proptest::collection::vec(("x-[a-z0-9-]{1,8}", proptest::collection::vec(0x80_u8..=0xff, 0..20)), 0..5),
        proptest::collection::vec(proptest::num::u8::ANY, 0..600),
    );
    let outcome = runner.run(&request, |(path, query, headers, body)| {
        let mut sent = format!(
            "POST {path}{} HTTP/1.1\r\nhost: x\r\n",
            query.map_or_else(String::new, |query| format!("?{query}"))
        )
        .into_bytes();
        // A name that comes twice is moved beside its first, which HTTP allows.
        let mut names = std::collections::HashSet::new();
        for (name, value) in headers.iter().filter(|(name, _)| names.insert(name.clone())) {
            sent.extend_from_slice(name.as_bytes());
            sent.extend_from_slice(b": ");
            sent.extend_from_slice(value);
            sent.extend_from_slice(b"\r\n");
        }
        sent.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        sent.extend_from_slice(&body);
        assert_eq!(listener.send(&sent).text(), "success");
        let stored = reader.capture(reader.newest().unwrap()).unwrap().unwrap();
        assert_eq!(stored.capture.request.to_http(), sent);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn one_connection_carries_many_requests() {
    let listener = TestListener::start();
    let body = sample("VIEW");
    let mut stream = listener.connect();
    for _ in 0..3 {
        stream
            .write_all(format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())
            .unwrap();
        stream.write_all(&body).unwrap();
        assert_eq!(Answer::read(&mut stream).text(), "success");
    }
    assert_eq!(listener.newest().placement.id, CaptureId(3));
}

#[test]
fn a_body_that_announces_too_much_is_413_even_where_it_never_comes() {
    let listener = TestListener::start();
    let answer = listener.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\nabc");
    assert_eq!(answer.status, 413);
    assert!(codes(&listener.newest()).contains(&"body-too-large"));
    let answer = listener.send(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    assert_eq!(answer.status, 400);
}

#[test]
fn a_stopped_listener_has_answered_what_it_took() {
    let mut listener = TestListener::start();
    let body = sample("CLICK");
    let mut half = listener.connect();
    half.write_all(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes()).unwrap();
    half.write_all(&body[..10]).unwrap();
    until("the request is being read", || (listener.post("/", &body).status == 200).then_some(()));
    let rest = body[10..].to_vec();
    let finishing = std::thread::Builder::new()
        .spawn(move || {
            std::thread::park_timeout(std::time::Duration::from_millis(100));
            half.write_all(&rest).unwrap();
            Answer::read(&mut half)
        })
        .unwrap();
    listener.service.as_mut().unwrap().stop_listening();
    assert_eq!(finishing.join().unwrap().text(), "success");
    assert!(std::net::TcpStream::connect(listener.address).is_err());
    listener.service = None;
    let reader = listener.reader();
    for id in reader.arrived(&Filter::default(), CaptureId(0), 10).unwrap() {
        assert!(reader.capture(id).unwrap().unwrap().reply.is_some(), "event {id} has no recorded answer");
    }
}
