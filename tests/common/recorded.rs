//! Events to import, captured at another time.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use menuscope::account::Accounts;
use menuscope::capture::{RawRequest, Reply, ReplyEnd, ReplySource};
use menuscope::inspect::inspect;
use menuscope::store::ImportEvent;

/// The event number `n` of a recording: a second after the one before.
pub(crate) fn recorded(n: i64, body: &[u8]) -> ImportEvent {
    let request = RawRequest {
        received_at: "2026-11-23T08:00:00.123456Z".parse::<Timestamp>().unwrap() + n.seconds(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: format!("/wx?nonce=%2B{n}"),
        headers: vec![("host".to_owned(), b"h".to_vec()), ("x-bytes".to_owned(), b"\xff a".to_vec())].into(),
        peer: "192.0.2.1".to_owned(),
        body_length: body.len() as u64,
        body: body.to_vec().into(),
    };
    let reply = Reply {
        status: Some(200),
        body: b"success".to_vec(),
        wire: None,
        source: ReplySource::Default,
        elapsed: Duration::from_micros(1900),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        fault: None,
        forwarded: None,
    };
    let capture = inspect(request, &Accounts::new(Vec::new(), None)).capture;
    ImportEvent { reply: Some(reply), ..ImportEvent::unanswered(capture) }
}
