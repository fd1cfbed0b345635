//! Senders that take their time, close half of the connection, send ahead, or send nonsense in chunks.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::common::{Answer, TestListener, rest, sample, until};
use menuscope::capture::CaptureId;

/// One byte at a time, until the other side has had enough. Gives what it said.
fn trickle(mut stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut said = Vec::new();
    for byte in bytes {
        if stream.write_all(&[*byte]).is_err() {
            break;
        }
        match stream.read_to_end(&mut said) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            _ => break,
        }
    }
    said
}

fn head(length: usize) -> Vec<u8> {
    format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n").into_bytes()
}

#[test]
fn one_byte_at_a_time_is_closed_after_its_time_and_hinders_nobody() {
    let listener = TestListener::start();
    let slow_heads: Vec<_> = (0..20)
        .map(|_| {
            let stream = listener.connect();
            std::thread::Builder::new().spawn(move || trickle(stream, &head(100))).unwrap()
        })
        .collect();
    let mut slow_body = listener.connect();
    slow_body.write_all(&head(1_000)).unwrap();
    let slow_body = std::thread::Builder::new().spawn(move || trickle(slow_body, &[b'x'; 1_000])).unwrap();
    for _ in 0..50 {
        assert_eq!(listener.post("/wx", &sample("CLICK")).status, 200);
    }
    for slow in slow_heads {
        let said = slow.join().unwrap();
        assert!(!said.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&said));
    }
    let said = slow_body.join().unwrap();
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
    // What came of the body is kept, and no head is.
    let kept = until("the slow one is recorded", || {
        let stored = listener.reader().capture(CaptureId(51)).unwrap()?;
        stored.reply.is_some().then_some(stored)
    });
    assert!(kept.capture.request.body.iter().all(|byte| *byte == b'x'));
    assert_eq!(kept.reply.unwrap().status, Some(408));
}

#[test]
fn a_half_closed_connection_still_gets_its_answer() {
    let listener = TestListener::start();
    let body = sample("CLICK");
    let mut stream = listener.connect();
    stream.write_all(&[head(body.len()), body].concat()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Answer::read(&mut stream).text(), "success");
    assert_eq!(rest(&mut stream).unwrap(), b"");
}

#[test]
fn what_is_sent_ahead_is_answered_in_order_each_once() {
    let listener = TestListener::start();
    let mut ahead = Vec::new();
    for at in 0..40 {
        let body = format!("<xml><MsgType>text</MsgType><MsgId>{at}</MsgId></xml>").into_bytes();
        ahead.extend([head(body.len()), body].concat());
    }
    let mut stream = listener.connect();
    stream.write_all(&ahead).unwrap();
    // The last one is cut off in its head.
    stream.write_all(b"POST /wx HTTP/1.1\r\nhos").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let all = rest(&mut stream).unwrap();
    assert_eq!(String::from_utf8(all).unwrap().matches("HTTP/1.1 200").count(), 40);
    let reader = listener.reader();
    let ids: Vec<_> = (0..40)
        .map(|at| reader.capture(CaptureId(at + 1)).unwrap().unwrap().capture.envelope.msg_id.unwrap())
        .collect();
    assert_eq!(ids, (0..40).map(|at| at.to_string()).collect::<Vec<_>>());
    assert_eq!(reader.newest().unwrap(), CaptureId(40));
}

#[test]
fn nonsense_in_chunks_is_refused_and_whatever_else_arrives_is_answered() {
    let listener = TestListener::start();
    let start = "POST /wx HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    for nonsense in [
        "zz\r\n",
        "-5\r\nabc\r\n",
        "ffffffffffffffffff\r\nabc\r\n",
        "3\r\nabcdef\r\n0\r\n\r\n",
        "3;\u{1}=x\r\nabcxx0\r\n\r\n",
        "\r\n\r\n",
    ] {
        let mut stream = listener.connect();
        stream.write_all(format!("{start}{nonsense}").as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let said = rest(&mut stream).unwrap_or_default();
        assert!(!said.starts_with(b"HTTP/1.1 2"), "{nonsense:?}: {}", String::from_utf8_lossy(&said));
        assert_eq!(listener.post("/wx", &sample("VIEW")).status, 200, "{nonsense:?}");
    }
    // Both a length and chunks, which two programs may read differently.
    let mut stream = listener.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nX")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(&mut stream).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config::with_cases(150));
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..200);
    let framed = (proptest::bool::ANY, bytes);
    let outcome = runner.run(&framed, |(is_chunked, bytes)| {
        let mut stream = listener.connect();
        let before = if is_chunked { start.as_bytes() } else { b"" };
        stream.write_all(&[before, &bytes].concat()).ok();
        stream.shutdown(Shutdown::Write).ok();
        rest(&mut stream).ok();
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(listener.post("/wx", &sample("VIEW")).status, 200);
}
