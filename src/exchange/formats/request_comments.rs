//! What comment lines say of an event beside its request, in the forms of other tools: written, and read back.
//!
//! ```text
//! # menuscope 3 2026-11-23T08:00:00.123456Z 203.0.113.7 CLICK MENU_1     number, arrival, sender; kind and key for people
//! # menuscope header 0 host: wx.example                                 the first header, which is not sent again
//! # menuscope target /wx?a=%7B%7B                                       what the request line cannot carry
//! # menuscope body PHhtbD4=                                             the exact body, in as many lines as it takes
//! ```
//! Values from outside are percent-encoded or base64: none can end its comment. Where somebody has edited the request itself,
//! what stands there counts.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;

use super::input::callback::is_callback;
use super::input::lines::MOST;
use crate::capture::RawRequest;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::record::{FileEvent, Fixture};
use crate::texts::safe_text::shortened;

pub(super) mod percent;
pub(super) mod request_importer;

use percent::{escaped, sent_target, unescaped};

/// How every comment line of this program begins, after the `#` and a space.
const SIGN: &str = "menuscope ";

/// Headers that whoever sends the request makes anew.
const MADE_ANEW: [&str; 4] = ["host", "content-length", "transfer-encoding", "expect"];

/// No request has more headers than this.
const MOST_HEADERS: usize = 1000;

/// So many characters of base64 stand on a line.
const LINE: usize = 76;

/// What the version is unless something else is said.
const USUAL_VERSION: &str = "HTTP/1.1";

/// An event's request as a text says it, with comment lines for what that cannot carry.
pub(in crate::exchange) struct Spoken<'a> {
    /// Whole lines.
    pub(in crate::exchange) comments: String,
    /// The method, or `POST` where no platform sends it.
    pub(in crate::exchange) method: &'a str,
    /// Path and query: the target itself wherever a URL can end in it.
    pub(in crate::exchange) target: Cow<'a, str>,
    /// The headers that are sent.
    pub(in crate::exchange) headers: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Spoken<'a> {
    /// `carries` says whether the format can carry a header; `whole` whether it can say this target as it is.
    pub(in crate::exchange) fn of(event: &'a Fixture, carries: impl Fn(&str, &[u8]) -> bool, whole: bool) -> Self {
        let request = &event.stored.capture.request;
        let mut comments = heading(event);
        let mut note = |what: &str, value: &str| writeln!(comments, "# {SIGN}{what} {value}").unwrap_or_default();
        let usual = is_callback(&request.method, request.query());
        let method = if usual { &*request.method } else { "POST" };
        if !usual {
            note("method", &escaped(request.method.as_bytes()));
        }
        if request.version != USUAL_VERSION {
            note("version", &escaped(request.version.as_bytes()));
        }
        let target = if whole { Cow::Borrowed(&*request.target) } else { sent_target(&request.target) };
        if target != request.target {
            note("target", &escaped(request.target.as_bytes()));
        }
        let mut headers = Vec::with_capacity(request.headers.len());
        for (at, (name, value)) in request.headers.iter().enumerate() {
            if is_sendable(name, value) && carries(name, value) {
                headers.push((&**name, &**value));
            } else {
                note("header", &format!("{at} {}: {}", escaped(name.as_bytes()), escaped(value)));
            }
        }
        if request.is_cut() {
            note("body-length", &request.body_length.to_string());
        }
        Self { comments, method, target, headers }
    }

    /// Keeps the exact body beside an approximation.
    pub(in crate::exchange) fn keep_body(&mut self, body: &[u8]) {
        for line in base64_lines(body) {
            writeln!(self.comments, "# {SIGN}body {line}").unwrap_or_default();
        }
    }
}

/// Bytes as lines of base64; an empty one for no bytes.
pub(in crate::exchange) fn base64_lines(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    let parts = bytes.chunks(LINE / 4 * 3).map(|part| BASE64_STANDARD.encode(part));
    parts.chain(bytes.is_empty().then(String::new))
}

/// Bytes that stand as base64, whatever white space is between.
pub(in crate::exchange) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64_STANDARD.decode(text).ok()
}

fn heading(event: &Fixture) -> String {
    let placement = &event.stored.placement;
    let capture = &event.stored.capture;
    let request = &capture.request;
    let mut line = format!("# {SIGN}{} {:.6} {}", placement.id, request.received_at, escaped(request.peer.as_bytes()));
    for text in [Some(&*capture.envelope.kind), capture.envelope.event_key.as_deref()].into_iter().flatten() {
        if !text.is_empty() {
            write!(line, " {}", shortened(text, 80)).unwrap_or_default();
        }
    }
    line.push('\n');
    line
}

/// Whether a header goes out as it is, from any client.
fn is_sendable(name: &str, value: &[u8]) -> bool {
    let token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    let bare = value.trim_ascii() == value && !value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
    token && lower && bare && !MADE_ANEW.contains(&name)
}

/// A request as it stands in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::exchange) struct TextRequest {
    /// As it stands there.
    pub(in crate::exchange) method: String,
    /// Path and query.
    pub(in crate::exchange) target: String,
    /// Where the text says it.
    pub(in crate::exchange) version: Option<String>,
    /// Names in lower case.
    pub(in crate::exchange) headers: Vec<(String, Vec<u8>)>,
    /// As it would be sent.
    pub(in crate::exchange) body: Vec<u8>,
}

/// What the comment lines before a request say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::exchange) struct Notes {
    received_at: Option<Timestamp>,
    peer: String,
    method: Option<String>,
    version: Option<String>,
    target: Option<String>,
    headers: Vec<(usize, String, Vec<u8>)>,
    body: Option<String>,
    body_length: Option<u64>,
    /// The first line that cannot be understood.
    damaged: Option<String>,
}

impl Notes {
    /// Takes a comment without its `#`. People's comments are none of ours.
    pub(in crate::exchange) fn read(&mut self, comment: &str) {
        let Some((what, value)) = comment.trim().strip_prefix(SIGN).and_then(|rest| rest.split_once(' ')) else {
            // The last line of an empty body.
            if comment.trim() == format!("{SIGN}body") {
                self.body.get_or_insert_default();
            }
            return;
        };
        if self.take(what, value).is_none() {
            self.damaged.get_or_insert_with(|| shortened(comment.trim(), 60));
        }
    }

    fn take(&mut self, what: &str, value: &str) -> Option<()> {
        match what {
            "method" => self.method = Some(unescaped_text(value)?),
            "version" => self.version = Some(unescaped_text(value)?),
            "target" => self.target = Some(unescaped_text(value)?),
            "body-length" => self.body_length = Some(value.parse().ok()?),
            "body" => {
                let body = self.body.get_or_insert_default();
                // Beyond what is read of a request, one character is enough to know.
                if body.len() <= MOST {
                    body.push_str(value);
                }
            }
            "header" if self.headers.len() == MOST_HEADERS => return None,
            "header" => {
                let (at, header) = value.split_once(' ')?;
                let (name, value) = header.split_once(": ")?;
                self.headers.push((at.parse().ok()?, unescaped_text(name)?, unescaped(value)?));
            }
            number if number.bytes().all(|byte| byte.is_ascii_digit()) => self.begin(value)?,
            // A sentence that begins with the name.
            _ => {}
        }
        Some(())
    }

    /// Another event begins: what was said of the one before, whose request is gone, does not count.
    fn begin(&mut self, value: &str) -> Option<()> {
        let mut parts = value.split(' ');
        let received_at = parts.next()?.parse().ok()?;
        let peer = unescaped_text(parts.next()?)?;
        *self = Self { received_at: Some(received_at), peer, ..Self::default() };
        Some(())
    }

    /// The exact body, where it was kept.
    pub(in crate::exchange) fn body(&self) -> Result<Option<Vec<u8>>, ImportReason> {
        let Some(text) = &self.body else { return Ok(None) };
        let damaged = || ImportReason::Malformed { cause: format!("# {SIGN}body") };
        from_base64(text.as_bytes()).map(Some).ok_or_else(damaged)
    }

    /// The event that a request with these notes is; without a time of its own, it came at `undated`.
    pub(in crate::exchange) fn found(
        self,
        request: TextRequest,
        undated: Timestamp,
    ) -> Result<FileEvent, ImportReason> {
        let Self { received_at, peer, method, version, target, headers: kept, body: _, body_length, damaged } = self;
        if let Some(line) = damaged {
            return Err(ImportReason::Malformed { cause: line });
        }
        let TextRequest { method: said_method, target: said_target, version: said_version, mut headers, body } =
            request;
        let target = target.filter(|exact| sent_target(exact) == said_target).unwrap_or(said_target);
        let method = method.filter(|_| said_method == "POST").unwrap_or(said_method);
        for (at, name, value) in kept {
            headers.insert(at.min(headers.len()), (name, value));
        }
        let body_length = body_length.unwrap_or_default().max(body.len() as u64);
        let request = RawRequest {
            received_at: received_at.unwrap_or(undated),
            method,
            version: version.or(said_version).unwrap_or_else(|| USUAL_VERSION.to_owned()),
            target,
            headers,
            peer,
            body: Bytes::from(body),
            body_length,
        };
        Ok(FileEvent { request, record: None })
    }
}

fn unescaped_text(value: &str) -> Option<String> {
    String::from_utf8(unescaped(value)?).ok()
}

#[cfg(test)]
mod tests;
