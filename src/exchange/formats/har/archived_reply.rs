//! Reads the answer in an entry that another tool wrote, and inspects it as one of the developer's own server.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::archived_request::{BodyText, Header, header_bytes, parsed};
use crate::account::Account;
use crate::capture::{Capture, Reply, ReplyEnd, ReplySource, ServerAnswer};
use crate::exchange::import_problem::ImportReason;
use crate::inspect::reply::lint_server_answer;

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: Vec<Header>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    size: f64,
    #[serde(flatten)]
    text: BodyText,
}

impl Content {
    /// The bytes; `None` where they were not kept. Tools often leave out an empty text.
    fn bytes(self) -> Result<Option<Vec<u8>>, ImportReason> {
        Ok(self.text.bytes()?.or_else(|| (self.size <= 0.0).then(Vec::new)))
    }
}

/// Times in milliseconds; -1 where one does not apply.
#[derive(Default, Deserialize)]
pub(super) struct Timings {
    #[serde(default)]
    send: f64,
    #[serde(default)]
    wait: f64,
    #[serde(default)]
    receive: f64,
}

/// The body of an answer; `None` where none came, or it was not kept.
pub(super) fn body(value: Value) -> Result<Option<Vec<u8>>, ImportReason> {
    parsed::<Response>("response", value)?.content.map_or(Ok(None), Content::bytes)
}

/// The answer from that address; `None` where none came, or not all of it was kept.
pub(super) fn forwarded(url: &str, response: Value, timings: &Timings) -> Result<Option<ServerAnswer>, ImportReason> {
    let head: Response = parsed("response", response)?;
    let body = head.content.map_or(Ok(None), Content::bytes)?;
    let (Some(body), 100..) = (body, head.status) else { return Ok(None) };
    let mut headers = header_bytes(head.headers)?;
    // An archive holds the body as it was before it was compressed.
    headers.retain(|(name, _)| name != "content-encoding");
    let first_byte = milliseconds(timings.send) + milliseconds(timings.wait);
    Ok(Some(ServerAnswer {
        target: url.to_owned(),
        status: Some(head.status),
        headers,
        body: body.into(),
        first_byte: Some(first_byte),
        elapsed: first_byte + milliseconds(timings.receive),
        problem: None,
        passed_on: true,
        lint: Vec::new(),
    }))
}

fn milliseconds(count: f64) -> Duration {
    Duration::from_micros((count.max(0.0) * 1000.0).round() as u64)
}

/// The reply to an event as if it had been forwarded: the baseline of later answers.
pub(in crate::exchange) fn reply(mut forwarded: ServerAnswer, capture: &Capture, account: &Account) -> Reply {
    let elapsed = forwarded.elapsed;
    lint_server_answer(&mut forwarded, capture, Some(account), elapsed);
    let (body, wire) = match account.decrypt_reply(&forwarded.body) {
        Some(opened) => (opened, Some(forwarded.body.to_vec())),
        None => (forwarded.body.to_vec(), None),
    };
    Reply {
        status: forwarded.status,
        body,
        wire,
        source: ReplySource::Forward,
        elapsed,
        end: ReplyEnd::Answered,
        lint: forwarded.lint.clone(),
        fault: None,
        forwarded: Some(Box::new(forwarded)),
    }
}
