//! Long connections: server-sent events, JSON Lines, or a page for a hidden iframe, each an answer without an end.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio::sync::mpsc;

use super::connection_hold::ConnectionHold;
use super::follower::{Follower, TooSlow};
use super::item::Item;
use super::response;

/// Interval of a comment where nothing else is sent.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Pieces that wait between a follower and its connection.
const PIECES: usize = 16;

/// Browsers look at so many bytes of a page before they run the first script in it.
const FIRST_BYTES: usize = 1_024;

/// The type of JSON Lines.
pub(super) const JSON_LINES: &str = "application/x-ndjson";

/// Pieces of a body, as they come from the follower's task.
struct Pieces<T>(mpsc::Receiver<T>);

impl<T> Stream for Pieces<T> {
    type Item = Result<T, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|piece| piece.map(Ok))
    }
}

/// Answers with server-sent events.
pub(super) fn server_sent_events(follower: Follower, hold: ConnectionHold) -> Response<Body> {
    let (pieces, body) = mpsc::channel(PIECES);
    tokio::spawn(feed(follower, hold, pieces, None, |items, early| {
        items.iter().map(|item| event(item, early)).collect()
    }));
    let mut response = Sse::new(Pieces(body)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response::guard(response.headers_mut());
    response
}

fn event(item: &Item, early: bool) -> Event {
    let json = item.json(early);
    let event = Event::default().id(item.id().to_string()).event("captured");
    // JSON is UTF-8 on one line.
    event.data(String::from_utf8_lossy(&json))
}

/// Answers with a line an event.
pub(super) fn lines(follower: Follower, hold: ConnectionHold) -> Response<Body> {
    let (pieces, body) = mpsc::channel(PIECES);
    tokio::spawn(feed(follower, hold, pieces, None, |items, early| {
        let mut lines = BytesMut::new();
        for item in items {
            lines.extend_from_slice(&item.line(early));
        }
        vec![lines.freeze()]
    }));
    response::whole(StatusCode::OK, JSON_LINES, Body::from_stream(Pieces(body)))
}

/// Answers with a page that calls `parent.captured(event)` for each event.
pub(super) fn iframe(follower: Follower, hold: ConnectionHold) -> Response<Body> {
    let (pieces, body) = mpsc::channel(PIECES);
    // Scripts with this word alone run in the page: none that came with an event.
    let nonce = format!("{:032x}", fastrand::u128(..));
    let head =
        format!("<!doctype html><meta charset=\"utf-8\"><title>menuscope</title><!--{}-->\n", " ".repeat(FIRST_BYTES));
    let policy = format!("default-src 'none'; script-src 'nonce-{nonce}'; frame-ancestors 'self'");
    pieces.try_send(Bytes::from(head)).ok();
    tokio::spawn(feed(follower, hold, pieces, Some(Bytes::from_static(b"<!-- -->\n")), move |items, early| {
        let calls = items.iter().map(|item| {
            let event = in_script(&String::from_utf8_lossy(&item.json(early)));
            format!("<script nonce=\"{nonce}\">parent.captured({event})</script>\n")
        });
        vec![Bytes::from(calls.collect::<String>())]
    }));
    let mut response = response::whole(StatusCode::OK, "text/html; charset=utf-8", Body::from_stream(Pieces(body)));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// JSON that stands in a script of a page: no text in it can end the script.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Carries events from the log to a body, until either ends. `idle`: a piece to send where nothing else was sent.
async fn feed<T: Clone>(
    mut follower: Follower,
    hold: ConnectionHold,
    pieces: mpsc::Sender<T>,
    idle: Option<T>,
    encode: impl Fn(&[std::sync::Arc<Item>], bool) -> Vec<T>,
) {
    let early = follower.is_early();
    loop {
        let items = tokio::select! {
            () = pieces.closed() => return,
            items = follower.next() => Some(items),
            () = tokio::time::sleep(KEEP_ALIVE), if idle.is_some() => None,
        };
        let next = match items {
            Some(items) if items.is_empty() => return,
            Some(items) => encode(&items, early),
            None => idle.iter().cloned().collect(),
        };
        for piece in next {
            match follower.write(pieces.send(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(_closed)) => return,
                Err(TooSlow) => return hold.abort(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script_that_it_stands_in() {
        let json = in_script(r#"{"a":"</script><script>alert(1)</script><!--\u2028"}"#);
        assert!(!json.contains(['<', '>']), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["a"], "</script><script>alert(1)</script><!--\u{2028}");
    }
}
