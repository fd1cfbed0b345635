//! Reads raw HTTP as proxies save it: a request to the byte, perhaps its answer, perhaps more of them.
//!
//! ```text
//! POST http://wx.example/wx?signature=… HTTP/1.1    the body is as long as Content-Length says
//! …
//! HTTP/1.1 200 OK                                   the answer of the developer's own server
//! …
//! ------------------------------------------------  Fiddler's line between two sessions
//! ```

use std::io::{BufRead, Read as _};
use std::time::Duration;

use jiff::Timestamp;

use super::har::archived_reply;
use super::input::callback::{is_callback, refusal};
use super::input::lines::MOST;
use super::input::request_line::is_request_line;
use super::input::undated::UndatedTimes;
use super::request_comments::percent::target_of;
use crate::account::Account;
use crate::capture::{Capture, RawRequest, ServerAnswer};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::FileEvent;
use crate::exchange::record::http_text::{head, parse};

/// A request and what came back, and the text after them.
struct Dialogue<'t> {
    request: &'t [u8],
    /// Complete, with its head.
    answer: Option<&'t [u8]>,
    rest: &'t [u8],
}

/// Tells by its first bytes whether a file is raw HTTP: its lines and lengths show what is body and what is not.
pub(super) fn recognises(head: &[u8]) -> bool {
    // Files of editors separate their requests.
    memchr::memmem::find(head, b"\n###").is_none() && dialogue(head).is_some()
}

/// Reads a file to its end. `place` names it in problems; `modified` dates requests, which have no time of their own.
pub(super) fn read(
    input: &mut dyn BufRead,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    importer.begin_file()?;
    let mut text = Vec::new();
    match input.take(MOST as u64 + 1).read_to_end(&mut text) {
        Ok(_) if text.len() <= MOST => {}
        Ok(_) => {
            importer.refuse(place.to_owned(), ImportReason::TooLarge { limit: MOST as u64 });
            return Ok(());
        }
        Err(error) => {
            importer.refuse(place.to_owned(), ImportReason::Unreadable { cause: error.to_string() });
            return Ok(());
        }
    }
    let mut undated = UndatedTimes::since(modified);
    let (mut rest, mut number) = (&*text, 0);
    while !rest.is_empty() {
        number += 1;
        let place = || format!("{place}, request {number}");
        let Some(dialogue) = dialogue(rest) else {
            importer.refuse(place(), ImportReason::Malformed { cause: "HTTP".to_owned() });
            return Ok(());
        };
        take(&dialogue, undated.next(), place, importer)?;
        rest = after_separator(dialogue.rest);
    }
    Ok(())
}

fn take(
    dialogue: &Dialogue<'_>,
    received_at: Timestamp,
    place: impl Fn() -> String,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    let request = match parse(dialogue.request.to_vec()) {
        Ok(request) => request,
        Err(cause) => {
            importer.refuse(place(), ImportReason::Malformed { cause: cause.to_owned() });
            return Ok(());
        }
    };
    let url = request.target.clone();
    let target = if url.starts_with('/') { url.clone() } else { target_of(&url) };
    let request = RawRequest { received_at, target, ..request };
    if !is_callback(&request.method, request.query()) {
        importer.refuse(place(), refusal(&request.method, &url));
        return Ok(());
    }
    match dialogue.answer.and_then(|answer| server_answer(answer, &url)) {
        Some(answer) => {
            let reply = |capture: &Capture, account: &Account| archived_reply::reply(answer, capture, account);
            importer.take_answered(request, reply, place)
        }
        None => importer.take(FileEvent { request, record: None }, place),
    }
}

/// The first dialogue of a text; `None` where its parts cannot be told apart.
fn dialogue(text: &[u8]) -> Option<Dialogue<'_>> {
    let first = std::str::from_utf8(line(text)).ok()?;
    let is_whole = [" HTTP/1.1", " HTTP/1.0"].iter().any(|version| first.ends_with(version));
    if !is_whole || !is_request_line(first) {
        return None;
    }
    let body = text.len() - body_of(text)?.len();
    let (end, answered) = end_of_request(text, body)?;
    let (request, rest) = text.split_at(end);
    if !answered {
        return Some(Dialogue { request, answer: None, rest });
    }
    let rest = rest.trim_ascii_start();
    let body = rest.len() - body_of(rest)?.len();
    let length = content_length(rest).filter(|length| rest.len() - body >= *length);
    let end = body + length.unwrap_or_else(|| next_request(&rest[body..]));
    Some(Dialogue { request, answer: Some(&rest[..end]), rest: &rest[end..] })
}

/// The end of the request whose body begins at `body`, and whether its answer follows.
fn end_of_request(text: &[u8], body: usize) -> Option<(usize, bool)> {
    // Where the line ends have changed since it was sent, its length is wrong, too.
    let is_exact = text[..memchr::memchr(b'\n', text)?].ends_with(b"\r");
    let length = content_length(text).filter(|_| is_exact);
    let by_length = length.map(|length| body + length).filter(|end| *end <= text.len());
    if let Some(end) = by_length {
        let after = text[end..].trim_ascii_start();
        if is_answer(after) {
            return Some((end, true));
        }
        if after.is_empty() || is_separator(line(after)) {
            return Some((end, false));
        }
    }
    let answer = memchr::memmem::find_iter(&text[body..], b"\nHTTP/")
        .map(|at| body + at)
        .find(|at| is_answer(&text[at + 1..]))?;
    let request = text[..answer].trim_ascii_end();
    Some((request.len().max(body), true))
}

/// The number of bytes up to the next separator of an answer without a length.
fn next_request(body: &[u8]) -> usize {
    let separators = memchr::memmem::find_iter(body, b"\n---");
    separators.map(|at| at + 1).find(|at| is_separator(line(&body[*at..]))).unwrap_or(body.len())
}

/// The text after the line between two sessions.
fn after_separator(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let first = line(text);
    if is_separator(first) { text[first.len()..].trim_ascii_start() } else { text }
}

fn is_separator(line: &[u8]) -> bool {
    line.len() >= 8 && line.iter().all(|byte| *byte == b'-')
}

/// Tells whether an answer begins here.
fn is_answer(text: &[u8]) -> bool {
    status(line(text)).is_some()
}

/// The status of the first line of an answer.
fn status(line: &[u8]) -> Option<u16> {
    let rest = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/")?;
    let (version, rest) = rest.split_once(' ')?;
    let digits = rest.get(..3)?;
    let is_version = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    digits.parse().ok().filter(|_| is_version && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The first line without its end.
fn line(text: &[u8]) -> &[u8] {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The text after a head.
fn body_of(text: &[u8]) -> Option<&[u8]> {
    let start = memchr::memchr(b'\n', text)? + 1;
    head(&text[start..]).ok().map(|(_, body)| body)
}

fn content_length(text: &[u8]) -> Option<usize> {
    let start = memchr::memchr(b'\n', text)? + 1;
    let (headers, _) = head(&text[start..]).ok()?;
    value(&headers, "content-length")?.trim().parse().ok()
}

fn value<'h>(headers: &'h [(String, Vec<u8>)], wanted: &str) -> Option<&'h str> {
    let (_, value) = headers.iter().find(|(name, _)| name == wanted)?;
    std::str::from_utf8(value).ok()
}

fn server_answer(text: &[u8], url: &str) -> Option<ServerAnswer> {
    let status = status(line(text))?;
    let start = memchr::memchr(b'\n', text)? + 1;
    let (headers, body) = head(&text[start..]).ok()?;
    let is_chunked = value(&headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let has_length = value(&headers, "content-length").is_some();
    let body = match is_chunked.then(|| joined(body)).flatten() {
        Some(body) => body,
        None if has_length => body.to_vec(),
        None => body.trim_ascii_end().to_vec(),
    };
    Some(ServerAnswer {
        target: url.to_owned(),
        status: Some(status),
        headers,
        body: body.into(),
        first_byte: None,
        elapsed: Duration::ZERO,
        problem: None,
        passed_on: true,
        lint: Vec::new(),
    })
}

/// The body of an answer in chunks; `None` where it is none.
fn joined(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(text);
        let digits = std::str::from_utf8(size).ok()?.split(';').next()?.trim();
        let length = usize::from_str_radix(digits, 16).ok()?;
        let start = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(text.get(start..start.checked_add(length)?)?);
        let after = &text[start + length..];
        text = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"))?;
    }
}

#[cfg(test)]
mod tests {
    use super::super::round_trip::read_back;
    use super::*;

    const HEAD: &str = "POST http://wx.example/wx?signature=a&timestamp=1&nonce=2 HTTP/1.1\r\nHost: wx.example\r\n";
    const BODY: &str = "<xml>\r\n<MsgType>text</MsgType>\n<Content>a</Content></xml>";

    fn session(answer: &str) -> String {
        format!("{HEAD}Content-Length: {}\r\n\r\n{BODY}\r\n{answer}", BODY.len())
    }

    fn answer_of(text: &str) -> Option<Vec<u8>> {
        let answer = dialogue(text.as_bytes()).unwrap().answer?;
        Some(server_answer(answer, "").unwrap().body.to_vec())
    }

    #[test]
    fn the_body_ends_where_its_length_says_and_the_answer_is_kept() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess";
        for text in [session(""), session("\r\n"), session(answer)] {
            let (requests, imported) = read_back(read, text.as_bytes());
            assert_eq!((imported.problems, requests.len()), (Vec::new(), 1), "{text}");
            assert_eq!(requests[0].body, BODY);
            assert_eq!(requests[0].target, "/wx?signature=a&timestamp=1&nonce=2");
        }
        assert_eq!(answer_of(&session(answer)).unwrap(), b"success");
        assert_eq!(
            answer_of(&session(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsuc\r\n4\r\ncess\r\n0\r\n\r\n"
            ))
            .unwrap(),
            b"success"
        );
        assert_eq!(answer_of(&session("HTTP/1.1 204 No Content\r\n\r\n\r\n")).unwrap(), b"");
        assert_eq!(answer_of(&session("")), None);
    }

    #[test]
    fn a_length_that_an_editor_made_wrong_does_not_count() {
        let text = session("HTTP/1.1 200 OK\n\nsuccess\n").replace("\r\n", "\n");
        let (requests, imported) = read_back(read, text.as_bytes());
        assert_eq!(imported.problems, []);
        assert_eq!(requests[0].body, BODY.replace("\r\n", "\n"));
        assert_eq!(answer_of(&text).unwrap(), b"success");
    }

    #[test]
    fn sessions_stand_one_after_the_other() {
        let lines = "-".repeat(66);
        let answer = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nsuccess";
        let other = "GET http://other.example/ HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
        let text = [session(answer), other.to_owned(), session("")].join(&format!("\r\n{lines}\r\n\r\n"));
        let (requests, imported) = read_back(read, text.as_bytes());
        assert_eq!((requests.len(), imported.unread, imported.others), (2, 1, 1), "{:?}", imported.problems);
        assert_eq!(answer_of(&text).unwrap(), b"success");
    }

    #[test]
    fn files_of_editors_and_raw_requests_without_a_body_are_for_their_own_readers() {
        for text in [
            "POST http://h/wx HTTP/1.1\nContent-Type: text/xml\n\n<xml/>\n",
            "POST http://h/wx\n\n<xml/>",
            "curl h",
            "",
        ] {
            assert!(!recognises(text.as_bytes()), "{text}");
        }
        assert!(recognises(session("").as_bytes()));
    }
}
