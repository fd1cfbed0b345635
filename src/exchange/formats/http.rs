//! Writes and reads `.http` files for the HTTP clients of editors.
//!
//! Those clients take some lines of a body for comments, files, scripts and variables, and know no bytes but text. Such a
//! body is kept to the byte in comments, and an editor sends an approximation of it.

use std::io::BufRead;

use jiff::Timestamp;

use super::hurl;
use super::input::lines::{Lines, head_text};
use super::input::request_line::is_request_line;
use super::request_comments::percent::is_control;
use super::request_comments::request_importer::RequestImporter;
use super::request_comments::{CommentedRequest, SentPath};
use super::server_url::{ServerUrl, is_plain_path, path_of};
use super::text_writer::{TextFormat, TextWriter};
use super::variables::Variables;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::importer::Importer;
use crate::exchange::record::Fixture;

mod block;

use block::{Block, definition, separates};

/// The heading of every file.
pub(super) const HEADING: &str = "\
# Callbacks exported by menuscope for the HTTP clients of editors: each can be sent again as it was captured.
# A body that this form cannot carry is kept to the byte in comments before its request, and sent as near to it as can be.
";

/// Writes a file of all events, which sends them to that server.
pub(super) fn writer(to: Option<ServerUrl>) -> TextWriter {
    TextWriter::new(HttpFile { to: to.unwrap_or_default(), first_path: None })
}

struct HttpFile {
    to: ServerUrl,
    /// The path that the variable has: that of the first event, where the server's URL has none.
    first_path: Option<String>,
}

impl TextFormat for HttpFile {
    fn heading(&mut self, first: Option<&Fixture>) -> String {
        if self.to.fixed_path().is_some() {
            return format!("{HEADING}@to = {}\n", self.to.text());
        }
        self.first_path = first.map(path_of).filter(|path| is_plain_path(path));
        let path = self.first_path.as_deref().unwrap_or_default();
        format!("{HEADING}@host = {}\n@to = {{{{host}}}}{path}\n", self.to.origin())
    }

    fn part(&self, event: &Fixture) -> Vec<u8> {
        let path = path_of(event);
        let is_first = self.first_path.as_ref().is_some_and(|first| *first == path);
        let first = is_first.then_some(SentPath::Other { query: "" });
        block(event, self.to.fixed_path().or(first).unwrap_or(SentPath::Captured)).into_bytes()
    }
}

/// The lines of one event.
fn block(event: &Fixture, sent_path: SentPath<'_>) -> String {
    let exact = &event.stored.capture.request.body;
    let mut request = CommentedRequest::of(event, |_, value| carries(value), false, sent_path);
    let body = approximate(exact);
    if body.as_bytes() != &exact[..] {
        request.keep_body(exact);
    }
    let CommentedRequest { comments, method, target, headers } = request;
    let server = if sent_path == SentPath::Captured { "host" } else { "to" };
    let mut text = format!("\n###\n{comments}{method} {{{{{server}}}}}{target} HTTP/1.1\n");
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(if value.is_empty() { ":" } else { ": " });
        text.push_str(&String::from_utf8_lossy(value));
        text.push('\n');
    }
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&body);
        text.push('\n');
    }
    text
}

/// Tells whether a header's value can be expressed in such a file.
fn carries(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| !text.contains("{{") && !text.contains(is_control))
}

/// The body as such a file can express it: unchanged, where an editor takes nothing in it for something else.
fn approximate(body: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(body) else { return String::new() };
    let mut text: String = text.chars().filter(|c| !is_control(*c)).collect();
    while text.contains("{{") {
        text = text.replace("{{", "{ {");
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').map(str::trim_end) {
        if !is_special(line) {
            // An empty line before the body would belong to the head.
            if !(lines.is_empty() && line.is_empty()) {
                lines.push(line.to_owned());
            }
            continue;
        }
        // At the end of the line before it is nothing special.
        drop_empty(&mut lines);
        let Some(last) = lines.last_mut() else { return String::new() };
        last.push(' ');
        last.push_str(line.trim_start());
    }
    drop_empty(&mut lines);
    lines.join("\n")
}

fn drop_empty(lines: &mut Vec<String>) {
    while lines.pop_if(|line| line.is_empty()).is_some() {}
}

/// Tells whether an editor takes the line for something other than a part of the body.
fn is_special(line: &str) -> bool {
    let begins = line.trim_start();
    let file = begins.strip_prefix('<').is_some_and(|rest| rest.starts_with(['@', '>', ' ', '\t']) || rest.is_empty());
    file || begins.starts_with(['#', '>']) || begins.starts_with("//") || begins.starts_with("```")
}

/// Tells by its first bytes whether a file is in this format.
pub(super) fn recognises(head: &[u8]) -> bool {
    let Some(text) = head_text(head) else { return false };
    if text.starts_with(HEADING) {
        return true;
    }
    let mut separated = false;
    let mut scripted = false;
    for line in text.lines().map(str::trim) {
        separated |= separates(line.as_bytes()) || definition(line).is_some();
        if scripted || line.starts_with("< ") {
            scripted = (scripted || line.contains("{%")) && !line.contains("%}");
        } else if !(line.is_empty() || line.starts_with(['#', '@']) || line.starts_with("//")) {
            let address = ["http://", "https://", "{{"].iter().any(|begin| line.starts_with(begin));
            return (is_request_line(line) || (separated && address)) && !hurl::recognises(head);
        }
    }
    false
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
    let mut block = Block::default();
    loop {
        match lines.next() {
            Ok(Some((_, line))) if separates(line) => std::mem::take(&mut block).finish(&variables, &mut requests)?,
            Ok(Some((number, line))) => block.line(number, line, &mut variables),
            Ok(None) => return block.finish(&variables, &mut requests),
            Err(reason) => {
                requests.refuse_rest(reason);
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
