//! Writes and reads hurl files.
//!
//! Each event is an entry that expects `HTTP 200`. Bodies are written between fences wherever hurl takes them unchanged,
//! else as base64.

use std::io::BufRead;

use jiff::Timestamp;

use super::input::lines::{Lines, head_text};
use super::input::request_line::is_request_line;
use super::request_comments::percent::is_control;
use super::request_comments::request_importer::RequestImporter;
use super::request_comments::{CommentedRequest, RequestComments, SentPath, base64_lines};
use super::server_url::{ServerUrl, path_of};
use super::text_writer::{TextFormat, TextWriter};
use super::variables::Variables;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::importer::Importer;
use crate::exchange::record::Fixture;

mod entry;
mod strings;

use entry::{HurlEntry, Step};

/// The first line of every file, also of earlier versions.
pub(super) const HEADING: &str = "\
# Callbacks exported by menuscope for hurl: each is sent again as it was captured.
";

/// The delimiter of a body of several lines.
const FENCE: &str = "```";

/// Writes a file of all events, which sends them to that server; without one, its variable says where to.
pub(super) fn writer(to: Option<ServerUrl>) -> TextWriter {
    TextWriter::new(HurlFile { to, first_path: None })
}

struct HurlFile {
    to: Option<ServerUrl>,
    /// The path that the variable has: that of the first event.
    first_path: Option<String>,
}

impl TextFormat for HurlFile {
    fn heading(&mut self, first: Option<&Fixture>) -> String {
        if self.to.is_some() {
            return HEADING.to_owned();
        }
        self.first_path = first.map(path_of);
        let (server, path) = (ServerUrl::default(), self.first_path.as_deref().unwrap_or("/wx"));
        let server = server.origin();
        format!(
            "{HEADING}# Where to: hurl --variable to={server}{path} THIS-FILE\n\
             # Requests to other paths, if there are any, need --variable host={server} besides.\n"
        )
    }

    fn part(&self, event: &Fixture) -> Vec<u8> {
        let is_first = self.first_path.as_ref().is_some_and(|first| *first == path_of(event));
        let (server, sent_path) = match &self.to {
            Some(to) => (to.text(), to.fixed_path().unwrap_or(SentPath::Captured)),
            None if is_first => ("{{to}}".to_owned(), SentPath::Other { query: "" }),
            None => ("{{host}}".to_owned(), SentPath::Captured),
        };
        entry(event, &server, sent_path).into_bytes()
    }
}

/// The lines of one event.
fn entry(event: &Fixture, server: &str, sent_path: SentPath<'_>) -> String {
    let body = &event.stored.capture.request.body;
    let carries = |_: &str, value: &[u8]| std::str::from_utf8(value).is_ok_and(|text| !text.contains(is_control));
    let CommentedRequest { comments, method, target, headers } = CommentedRequest::of(event, carries, false, sent_path);
    let mut text = format!("\n{comments}{method} {server}{target}\n");
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(if value.is_empty() { ":" } else { ": " });
        text.push_str(&strings::escaped(&String::from_utf8_lossy(value)));
        text.push('\n');
    }
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(body) if is_literal(body) => {
            for part in [FENCE, "\n", body, FENCE, "\n"] {
                text.push_str(part);
            }
        }
        _ => {
            // No white space is allowed before the semicolon.
            text.push_str("base64,");
            for line in base64_lines(body) {
                text.push('\n');
                text.push_str(&line);
            }
            text.push_str(";\n");
        }
    }
    text.push_str("HTTP 200\n");
    text
}

/// Tells whether hurl takes a body between fences as written: older versions know escapes there, all of them templates.
fn is_literal(body: &str) -> bool {
    let fenced = body.contains(FENCE) || body.ends_with(['`', '{']);
    !fenced && !body.contains(is_control) && !body.contains('\\') && !body.contains("{{")
}

/// Tells by its first bytes whether a file is in this format.
pub(super) fn recognises(head: &[u8]) -> bool {
    let Some(text) = head_text(head) else { return false };
    if text.starts_with(HEADING) {
        return true;
    }
    let mut lines = text.lines().map(str::trim_end).skip_while(|line| line.is_empty() || line.starts_with('#'));
    let request = lines.next().is_some_and(is_request_line);
    if !request {
        return false;
    }
    // What only hurl has: a body without an empty line before it, sections, and answers without a reason.
    let body = |line: &str| ["`", "<", "{", "base64,", "hex,", "file,"].iter().any(|begin| line.starts_with(begin));
    let mut head = true;
    lines.any(|line| {
        head &= !line.is_empty();
        (head && body(line)) || entry::section(line).is_some() || entry::is_answer(line)
    })
}

/// Reads a file to its end. `place` names it in problems; `modified` dates requests without a time of their own.
pub(super) fn read(
    input: &mut dyn BufRead,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    let mut requests = RequestImporter::new(place, modified, importer)?;
    let mut lines = Lines::new(input);
    let mut variables = Variables::default();
    let mut comments = RequestComments::default();
    let mut entry: Option<HurlEntry> = None;
    // Lines after an answer are about the answer.
    let mut answered = false;
    let mut fenced = false;
    loop {
        let (number, line) = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(reason) => {
                requests.refuse_rest(reason);
                return Ok(());
            }
        };
        if let Some(open) = &mut entry {
            match open.line(line, &mut variables) {
                Step::Within => continue,
                Step::Over => {
                    finish(&mut entry, &variables, &mut requests)?;
                    answered = entry::is_answer_bytes(line);
                }
            }
        }
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if let Some(comment) = text.strip_prefix('#') {
            comments.read(comment);
        } else if !fenced && is_request_line(text) {
            entry = Some(HurlEntry::new(number, text, std::mem::take(&mut comments)));
        } else if answered {
            fenced ^= text.matches(FENCE).count() % 2 == 1;
        } else if !text.is_empty() {
            requests.refuse(number, entry::malformed(text));
            // Once for all that follows.
            answered = true;
        }
    }
    finish(&mut entry, &variables, &mut requests)
}

/// Hands on the entry, if there is one.
fn finish(
    entry: &mut Option<HurlEntry>,
    variables: &Variables,
    requests: &mut RequestImporter<'_, '_>,
) -> Result<(), FixtureError> {
    let Some(mut entry) = entry.take() else { return Ok(()) };
    let (line, comments) = (entry.begins(), entry.take_comments());
    requests.take(line, comments, entry.request(variables))
}

#[cfg(test)]
mod tests;
