//! Comment lines before a request, in the texts of other tools: what the request itself cannot carry, and the event's
//! record.
//!
//! ```text
//! # menuscope 3 2026-11-23T08:00:00.123456Z 203.0.113.7 CLICK MENU_1     number, arrival, sender; kind and key for people
//! # menuscope header 0 host: wx.example                                 the first header, which a client makes anew
//! # menuscope target /wx?a=%7B%7B                                       the exact target, where a URL cannot have it
//! # menuscope path /wx a=b                                              the captured path, where it is sent to another
//!                                                                       one; the query that this brings along
//! # menuscope record {"number":3,"account":"default",…}                 everything else on record, as in a HAR file
//! # menuscope body PHhtbD4=                                             the exact body, in as many lines as it takes
//! ```
//! [`CommentedRequest::of`] decides which headers are exported as headers and which as comments, for curl, `.http` and
//! hurl alike. Values from outside are percent-encoded, JSON or base64, so that none can end its comment. An edited
//! request wins over its record: the record has the SHA-256 of the request that it belongs to.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::input::callback::is_callback;
use super::input::lines::MOST;
use crate::capture::RawRequest;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::record::{FileEvent, Fixture, object};
use crate::texts::safe_text::shortened;

pub(super) mod percent;
pub(super) mod request_importer;

use percent::{escaped, is_control, sent_target, unescaped};

/// The beginning of every comment line of this program, after the `#` and a space.
const SIGN: &str = "menuscope ";

/// Headers that the client makes anew when it sends the request.
const MADE_ANEW: [&str; 4] = ["host", "content-length", "transfer-encoding", "expect"];

/// More headers are not read from comments.
const MOST_HEADERS: usize = 1000;

/// Characters of base64 on a line.
const LINE: usize = 76;

/// The version where no comment names another.
const USUAL_VERSION: &str = "HTTP/1.1";

/// The member of the record with the SHA-256 of its request.
const REQUEST: &str = "request";

/// The path that a request is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SentPath<'a> {
    Captured,
    /// That of the server's URL, which may have a query of its own.
    Other {
        query: &'a str,
    },
}

/// A request as other tools can send it, and comment lines for the rest of the event.
pub(super) struct CommentedRequest<'a> {
    /// Complete lines.
    pub(super) comments: String,
    /// `POST` where it is a method that no platform uses.
    pub(super) method: &'a str,
    /// Path and query, percent-encoded where a URL demands it. Without the path, where it is sent to another one.
    pub(super) target: Cow<'a, str>,
    /// The exported headers: those that any client sends as they are, and that the format can express.
    pub(super) headers: Vec<(&'a str, &'a [u8])>,
}

impl<'a> CommentedRequest<'a> {
    /// `carries` says whether the format can express a header; `whole` whether it can express the target as it is.
    pub(super) fn of(
        event: &'a Fixture,
        carries: impl Fn(&str, &[u8]) -> bool,
        whole: bool,
        sent_path: SentPath<'_>,
    ) -> Self {
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
        let target = match sent_path {
            SentPath::Captured => target,
            SentPath::Other { query } => {
                let (path, rest) = target.split_at(target.find('?').unwrap_or(target.len()));
                let brought = if query.is_empty() { String::new() } else { format!(" {}", escaped(query.as_bytes())) };
                note("path", &format!("{}{brought}", escaped(path.as_bytes())));
                Cow::Owned(with_query(query, rest))
            }
        };
        let mut headers = Vec::with_capacity(request.headers.len());
        for (at, (name, value)) in request.headers.iter().enumerate() {
            if is_sendable(name, value) && carries(name, value) {
                headers.push((name, value));
            } else {
                note("header", &format!("{at} {}: {}", escaped(name.as_bytes()), escaped(value)));
            }
        }
        if request.is_cut() {
            note("body-length", &request.body_length.to_string());
        }
        note("record", &record(event));
        Self { comments, method, target, headers }
    }

    /// Keeps the exact body beside an approximation.
    pub(super) fn keep_body(&mut self, body: &[u8]) {
        for line in base64_lines(body) {
            writeln!(self.comments, "# {SIGN}body {line}").unwrap_or_default();
        }
    }
}

/// The query of a request behind that of the server's URL. Both it and `rest` begin with the question mark, unless there is
/// nothing.
fn with_query(query: &str, rest: &str) -> String {
    match (query, rest.strip_prefix('?')) {
        ("", _) => rest.to_owned(),
        (query, None) => format!("?{query}"),
        (query, Some(rest)) => format!("?{query}&{rest}"),
    }
}

/// Reverses [`with_query`].
fn without_query<'t>(query: &str, whole: &'t str) -> Cow<'t, str> {
    let after = whole.strip_prefix('?').and_then(|whole| whole.strip_prefix(query)).filter(|_| !query.is_empty());
    match after.map(|after| (after, after.strip_prefix('&'))) {
        Some(("", _)) => Cow::Borrowed(""),
        Some((_, Some(rest))) => Cow::Owned(format!("?{rest}")),
        _ => Cow::Borrowed(whole),
    }
}

/// Bytes as lines of base64; an empty one for no bytes.
pub(super) fn base64_lines(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    let parts = bytes.chunks(LINE / 4 * 3).map(|part| BASE64_STANDARD.encode(part));
    parts.chain(bytes.is_empty().then(String::new))
}

/// The bytes of base64 text, white space ignored.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64_STANDARD.decode(text).ok()
}

/// The event's record, on one line and without characters that mislead the eye.
fn record(event: &Fixture) -> String {
    let mut object = object::write(event, false);
    object[REQUEST] = json!(digest(&event.stored.capture.request));
    let mut line = String::new();
    for c in object.to_string().chars() {
        if is_control(c) {
            write!(line, "\\u{:04x}", u32::from(c)).unwrap_or_default();
        } else {
            line.push(c);
        }
    }
    line
}

/// The SHA-256 of a request, in hexadecimal digits.
fn digest(request: &RawRequest) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(request.to_http()) {
        write!(digits, "{byte:02x}").unwrap_or_default();
    }
    digits
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

/// Tells whether every client sends the header as it is; if not, it is exported as a comment.
fn is_sendable(name: &str, value: &[u8]) -> bool {
    let token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    let bare = value.trim_ascii() == value && !value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
    token && lower && bare && !MADE_ANEW.contains(&name)
}

/// A request as a text has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TextRequest {
    pub(super) method: String,
    pub(super) target: String,
    /// `None` where the text does not name it.
    pub(super) version: Option<String>,
    /// With names in lower case.
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

/// The contents of the comment lines before a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestComments {
    received_at: Option<Timestamp>,
    peer: String,
    method: Option<String>,
    version: Option<String>,
    target: Option<String>,
    /// The captured path, and the query of the server's URL.
    path: Option<(String, String)>,
    headers: Vec<(usize, String, Vec<u8>)>,
    body: Option<String>,
    body_length: Option<u64>,
    record: Option<String>,
    /// The first comment that cannot be understood.
    damaged: Option<String>,
}

impl RequestComments {
    /// Takes a comment without its `#`. Comments that people wrote are ignored.
    pub(super) fn read(&mut self, comment: &str) {
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
            "path" => {
                let (path, query) = value.split_once(' ').map_or((value, None), |(path, query)| (path, Some(query)));
                let query = query.map_or(Some(String::new()), unescaped_text)?;
                self.path = Some((unescaped_text(path)?, query));
            }
            "body-length" => self.body_length = Some(value.parse().ok()?),
            "record" => self.record = Some(value.to_owned()),
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

    /// Begins another event: comments of one whose request was removed do not count.
    fn begin(&mut self, value: &str) -> Option<()> {
        let mut parts = value.split(' ');
        let received_at = parts.next()?.parse().ok()?;
        let peer = unescaped_text(parts.next()?)?;
        *self = Self { received_at: Some(received_at), peer, ..Self::default() };
        Some(())
    }

    /// The exact body, where it was kept.
    pub(super) fn body(&self) -> Result<Option<Vec<u8>>, ImportReason> {
        let Some(text) = &self.body else { return Ok(None) };
        let damaged = || ImportReason::Malformed { cause: format!("# {SIGN}body") };
        from_base64(text.as_bytes()).map(Some).ok_or_else(damaged)
    }

    /// The event of a request with these comments; `undated` is its time where they have none.
    pub(super) fn event(self, request: TextRequest, undated: Timestamp) -> Result<FileEvent, ImportReason> {
        let Self {
            received_at, peer, method, version, target, path, headers: kept, body_length, record, damaged, ..
        } = self;
        if let Some(line) = damaged {
            return Err(ImportReason::Malformed { cause: line });
        }
        let TextRequest { method: said_method, target: said_target, version: said_version, mut headers, body } =
            request;
        let said_target = match path {
            Some((path, query)) => {
                let rest = &said_target[said_target.find('?').unwrap_or(said_target.len())..];
                format!("{path}{}", without_query(&query, rest))
            }
            None => said_target,
        };
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
            headers: headers.into(),
            peer,
            body: Bytes::from(body),
            body_length,
        };
        match record.map(|text| recorded(&text, &request)).transpose()?.flatten() {
            Some(object) => object::read(object, request, None),
            None => Ok(FileEvent { request, record: None }),
        }
    }
}

/// The record of this request; `None` where the request has been edited.
fn recorded(text: &str, request: &RawRequest) -> Result<Option<Value>, ImportReason> {
    let damaged = || ImportReason::Malformed { cause: format!("# {SIGN}record") };
    let mut object: Value = serde_json::from_str(text).ok().ok_or_else(damaged)?;
    let of = object.as_object_mut().and_then(|members| members.shift_remove(REQUEST)).ok_or_else(damaged)?;
    Ok((of.as_str() == Some(&*digest(request))).then_some(object))
}

fn unescaped_text(value: &str) -> Option<String> {
    String::from_utf8(unescaped(value)?).ok()
}

#[cfg(test)]
mod tests;
