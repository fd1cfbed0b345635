//! Bad input: each mistake is said in JSON, and captures go on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::Fed;
use super::client::{PATIENCE, exchange, get, get_with};

#[test]
fn a_mistake_in_a_parameter_is_400_with_what_is_wrong() {
    let fed = Fed::start();
    fed.tap("one");
    for (target, said) in [
        ("/events?aftr=1", "aftr"),
        ("/events?after=two", "number of an event"),
        ("/events?after=-1", "number of an event"),
        ("/events?after=2", "from the future"),
        ("/events?after=99999999999999999999999", "number of an event"),
        ("/events?limit=0", "1 to 1000"),
        ("/events?limit=1001", "1 to 1000"),
        ("/events?limit=18446744073709551616", "1 to 1000"),
        ("/events?filter=evnt%3ACLICK", "event:"),
        ("/events?filter=%28", "filter"),
        ("/events?wait=61s", "60s at most"),
        ("/events?wait=soon", "60s at most"),
        ("/events?early=maybe", "true or false"),
        ("/events?after=0&after=1", "twice"),
        ("/events/stream?as=xml", "lines or iframe"),
        ("/events/stream?wait=1s", "wait"),
        ("/events/stream?after=2", "from the future"),
        ("/events/socket?as=lines", "as"),
        ("/events/stream?early=true&filter=status%3A200", "before their answers"),
        ("/health?x=1", "no parameter"),
        ("/?x=1", "no parameter"),
        ("/events/1?after=1", "no parameter"),
    ] {
        let answer = get(fed.address(), target);
        assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/json")), "{target}");
        assert!(answer.error().contains(said), "{target}: {answer:?}");
    }
}

#[test]
fn other_paths_methods_and_bodies_are_refused() {
    let fed = Fed::start();
    fed.tap("one");
    for target in ["/nothing", "/events/", "/events/2", "/events/0", "/events/x", "/events/99999999999999999999"] {
        assert_eq!(get(fed.address(), target).status, 404, "{target}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let head = format!("{method} /events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\n\r\nhello");
        let answer = exchange(fed.address(), &head).unwrap();
        assert_eq!((answer.status, answer.header("allow")), (405, Some("get, head")), "{method}");
        assert!(!answer.error().is_empty());
    }
    for body in ["content-length: 5\r\n\r\nhello", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"] {
        let answer = exchange(fed.address(), &format!("GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n{body}")).unwrap();
        assert_eq!(answer.status, 400);
        assert!(answer.error().contains("body"), "{answer:?}");
    }
    let empty = "GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(exchange(fed.address(), empty).unwrap().status, 200, "an empty body is none");
    let plain = get(fed.address(), "/events/socket");
    assert_eq!(plain.status, 426);
    assert!(plain.error().contains("WebSocket"), "{plain:?}");
    let mut stream = TcpStream::connect(fed.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"HEAD /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn what_is_no_http_disturbs_nobody() {
    let fed = Fed::start();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\r\n\r\n\r\n",
        b"GET /events HTTP/9.9\r\n\r\n",
        &vec![0xff; 100_000],
    ] {
        let mut stream = TcpStream::connect(fed.address()).unwrap();
        stream.write_all(bytes).ok();
        drop(stream);
    }
    let huge = format!("/events?filter={}", "x".repeat(200_000));
    let refused = exchange(fed.address(), &super::client::request(&huge, &[]));
    assert!(refused.is_err() || refused.unwrap().status >= 400);
    let id = fed.tap("still here");
    assert_eq!(get_with(fed.address(), "/events?after=0", &[]).json()["next"], id.0);
}
