//! Writes shell scripts of curl commands, and reads such commands, also those that browsers copy.
//!
//! The script sends each request as it was captured, to the server in `$TO`, and exits with 1 where an answer is an error.
//! Bodies are written as text wherever shell and editor leave text alone, else as base64. The choice between headers and
//! comments is made in `request_comments.rs`.

use std::io::BufRead;

use jiff::Timestamp;

use super::input::lines::{Lines, MOST, head_text, trimmed};
use super::request_comments::percent::{is_control, plain_target};
use super::request_comments::request_importer::RequestImporter;
use super::request_comments::{CommentedRequest, RequestComments, SentPath, base64_lines, from_base64};
use super::server_url::{ServerUrl, is_plain_path, path_of};
use super::text_writer::{TextFormat, TextWriter};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::Fixture;

mod assembly;
mod command;
mod lexer;
mod options;

use assembly::Input;
use lexer::{Lexer, Token};

/// The first lines of every exported script, also of earlier versions.
pub(super) const HEADING: &str = "\
#!/usr/bin/env bash
# Callbacks exported by menuscope: each is sent again as it was captured, and its answer printed.
";

/// The lines after them, up to the server.
const USAGE: &str = "\
# Where to: TO=http://127.0.0.1:3000/wx bash THIS-FILE; without a path in it, the captured one stays.
# The exit status is 1 where an answer is an error, or none comes. Needs curl 7.76 or later.
set -uo pipefail
FAILED=0
";

/// The lines after the server: a path in it takes the place of the captured ones.
const PATH: &str = "\
case ${TO#*://} in */?*) declare AT= ;; *) TO=${TO%/} ;; esac
";

/// The last lines.
const END: &str = "
exit \"$FAILED\"
";

/// Bytes of an argument: Linux allows 128 KiB, and quotes and names need some of it.
const LONGEST: usize = 100 << 10;

/// Named for a command in the syntax of Windows' cmd.exe, with the browsers' words for the other one.
const WINDOWS: &str = "^: cmd.exe; Copy as cURL (bash)";

/// The line before a body in base64, which goes to the command after it.
const ENCODED: &str = "base64 --decode <<'BODY' |";

/// The line after such a body.
const DOCUMENT_END: &str = "BODY";

/// Headers that curl makes up where none is given.
const MADE_UP: [&str; 3] = ["accept", "content-type", "user-agent"];

/// Writes a script of all events, which sends them to that server.
pub(super) fn writer(to: Option<ServerUrl>) -> TextWriter {
    TextWriter::new(Script { to: to.unwrap_or_default() })
}

struct Script {
    to: ServerUrl,
}

impl TextFormat for Script {
    fn heading(&mut self, _: Option<&Fixture>) -> String {
        format!("{HEADING}{USAGE}TO=${{TO:-{}}}\n{PATH}", self.to.text())
    }

    fn part(&self, event: &Fixture) -> Vec<u8> {
        script(event, &self.to)
    }

    fn end(&self) -> &'static str {
        END
    }
}

/// The lines of one event.
fn script(event: &Fixture, to: &ServerUrl) -> Vec<u8> {
    let request = &event.stored.capture.request;
    let plain = plain_target(&request.target);
    // Sent to the byte, but for what would end the request line.
    let sent_path = to.fixed_path().unwrap_or(SentPath::Captured);
    let exact = sent_path == SentPath::Captured
        && !plain
        && request.target.len() < LONGEST
        && request.target.bytes().all(|byte| byte.is_ascii_graphic());
    let sent = CommentedRequest::of(event, |_, value| value.len() < LONGEST, plain || exact, sent_path);
    let mut script = format!("\n{}", sent.comments).into_bytes();
    let data = data(&request.body, sent.method, &mut script);
    script.extend_from_slice(b"curl --silent --show-error --fail-with-body --write-out '\\n' --request ");
    script.extend(sent.method.bytes());
    if exact {
        script.extend_from_slice(b" --request-target ");
        script.extend(quoted(request.target.as_bytes()));
        script.extend_from_slice(b" \"$TO\"");
    } else {
        // curl would remove dots from a path.
        let as_is: &[u8] = if sent.target.contains("/.") { b" --path-as-is" } else { b"" };
        script.extend_from_slice(as_is);
        let path = path_of(event);
        let rest = match sent_path {
            SentPath::Captured => sent.target.strip_prefix(&*path),
            SentPath::Other { .. } => Some(&*sent.target),
        };
        if let Some(rest) = rest.filter(|_| is_plain_path(&path)) {
            script.extend(format!(" \"$TO${{AT-{path}}}\"").into_bytes());
            script.extend(quoted(rest.as_bytes()));
        } else {
            script.extend_from_slice(b" \"$TO\"");
            script.extend(quoted(sent.target.as_bytes()));
        }
    }
    script.extend(headers(&sent));
    if !data.is_empty() {
        script.extend_from_slice(b" \\\n ");
        script.extend(data);
    }
    script.extend_from_slice(b" || FAILED=1\n");
    script
}

/// One command that sends the event to that server, without the record around it: for a person's terminal.
pub(super) fn command_line(event: &Fixture, to: &ServerUrl) -> String {
    let request = &event.stored.capture.request;
    let sent_path = to.fixed_path().unwrap_or(SentPath::Captured);
    let plain = plain_target(&request.target);
    let sent = CommentedRequest::of(event, |_, value| value.len() < LONGEST, plain, sent_path);
    let mut command = Vec::new();
    let data = data(&request.body, sent.method, &mut command);
    command.extend_from_slice(b"curl --request ");
    command.extend(sent.method.bytes());
    // curl would remove dots from a path.
    let as_is: &[u8] = if sent.target.contains("/.") { b" --path-as-is " } else { b" " };
    command.extend_from_slice(as_is);
    command.extend(quoted(format!("{}{}", to.text(), sent.target).as_bytes()));
    command.extend(headers(&sent));
    if !data.is_empty() {
        command.extend_from_slice(b" \\\n ");
        command.extend(data);
    }
    command.push(b'\n');
    String::from_utf8_lossy(&command).into_owned()
}

/// The options that send a body; what has to come before the command goes to `script`.
fn data(bytes: &[u8], method: &str, script: &mut Vec<u8>) -> Vec<u8> {
    match body(bytes, method) {
        BodyTransfer::None => Vec::new(),
        BodyTransfer::Argument => [&b" --data-raw "[..], &quoted(bytes)].concat(),
        BodyTransfer::Printed => {
            script.extend_from_slice(b"printf '%s' ");
            script.extend(quoted(bytes));
            script.extend_from_slice(b" |\n");
            b" --data-binary @-".to_vec()
        }
        BodyTransfer::Encoded => {
            script.extend(format!("{ENCODED}\n").into_bytes());
            script.extend(base64_lines(bytes).flat_map(|line| format!("{line}\n").into_bytes()));
            script.extend(format!("{DOCUMENT_END}\n").into_bytes());
            b" --data-binary @-".to_vec()
        }
    }
}

/// The way by which a body gets to curl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyTransfer {
    None,
    Argument,
    Printed,
    Encoded,
}

fn body(body: &[u8], method: &str) -> BodyTransfer {
    match std::str::from_utf8(body) {
        Ok("") if method == "GET" => BodyTransfer::None,
        Ok(text) if text.contains(is_control) => BodyTransfer::Encoded,
        Ok(text) if text.len() < LONGEST => BodyTransfer::Argument,
        Ok(_) => BodyTransfer::Printed,
        Err(_) => BodyTransfer::Encoded,
    }
}

fn headers(sent: &CommentedRequest<'_>) -> Vec<u8> {
    let mut script = Vec::new();
    let mut option = |header: &[u8]| {
        script.extend_from_slice(b" \\\n  --header ");
        script.extend(quoted(header));
    };
    for (name, value) in &sent.headers {
        if value.is_empty() {
            option(format!("{name};").as_bytes());
        } else {
            option(&[name.as_bytes(), b": ", value].concat());
        }
    }
    for name in MADE_UP.into_iter().filter(|name| !sent.headers.iter().any(|(said, _)| said == name)) {
        option(format!("{name}:").as_bytes());
    }
    // A server that does not answer `Expect` makes curl wait for a second.
    option(b"expect:");
    script
}

/// Quotes bytes as one word of a shell.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(is_control));
    let mut word = Vec::with_capacity(bytes.len() + 2);
    if is_text {
        word.push(b'\'');
        for byte in bytes {
            match byte {
                b'\'' => word.extend_from_slice(b"'\\''"),
                _ => word.push(*byte),
            }
        }
    } else {
        word.extend_from_slice(b"$'");
        for byte in bytes {
            match byte {
                b'\'' | b'\\' => word.extend_from_slice(&[b'\\', *byte]),
                b' '..=b'~' => word.push(*byte),
                _ => word.extend(format!("\\x{byte:02x}").into_bytes()),
            }
        }
    }
    word.push(b'\'');
    word
}

/// Tells by its first bytes whether a file is in this format.
pub(super) fn recognises(head: &[u8]) -> bool {
    let Some(text) = head_text(head) else { return false };
    if text.starts_with(HEADING) {
        return true;
    }
    let script = text.starts_with("#!");
    let passing = |word: &&str| word.contains('=') || command::BEFORE.contains(word);
    let mut commands = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        words.find(|word| !passing(word)).filter(|word| !word.starts_with('#'))
    });
    let is_curl = |word: &str| command::is_curl_name(word.as_bytes());
    // In a script other commands may come first.
    if script { commands.any(is_curl) } else { commands.next().is_some_and(is_curl) }
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
    let mut script = Commands { lexer: Lexer::new(), comments: RequestComments::default(), begins: 1, body: None };
    let mut document: Option<Document> = None;
    loop {
        let (number, line) = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) if document.is_some() => {
                requests.refuse(script.begins, ImportReason::Malformed { cause: "<<…".to_owned() });
                return Ok(());
            }
            Ok(None) => return script.end_command(&mut requests),
            Err(reason) => {
                requests.refuse_rest(reason);
                return Ok(());
            }
        };
        if let Some(open) = &mut document {
            if open.ends_with(line) {
                script.body = document.take().and_then(Document::body);
            }
            continue;
        }
        if script.lexer.is_empty() && script.body.is_none() {
            script.begins = number;
            if trimmed(line) == ENCODED.as_bytes() {
                document = Some(Document { end: DOCUMENT_END.into(), base64: Some(Vec::new()) });
                continue;
            }
        }
        script.line(line, &mut requests)?;
        document = script.lexer.take_document_end().map(|end| Document { end, base64: None });
    }
}

/// A here-document. Its lines are skipped, unless it is the encoded body of an exported script.
struct Document {
    end: Vec<u8>,
    base64: Option<Vec<u8>>,
}

impl Document {
    /// Adds a line; `true` for the last one.
    fn ends_with(&mut self, line: &[u8]) -> bool {
        let is_end = trimmed(line).trim_ascii_start() == self.end;
        if let Some(base64) = self.base64.as_mut().filter(|base64| !is_end && base64.len() <= MOST) {
            base64.extend_from_slice(line);
        }
        is_end
    }

    /// The body for the command after it.
    fn body(self) -> Option<Input> {
        let text = self.base64?;
        if text.len() > MOST {
            return Some(Err(ImportReason::TooLarge { limit: MOST as u64 }));
        }
        Some(from_base64(&text).ok_or_else(|| ImportReason::Malformed { cause: "base64".to_owned() }))
    }
}

/// The commands of a file on their way to the store.
struct Commands {
    lexer: Lexer,
    comments: RequestComments,
    /// The line on which the command begins.
    begins: u64,
    /// The standard input of the next command.
    body: Option<Input>,
}

impl Commands {
    fn line(&mut self, line: &[u8], requests: &mut RequestImporter<'_, '_>) -> Result<(), FixtureError> {
        let is_complete = self.lexer.line(line);
        for comment in self.lexer.comments() {
            self.comments.read(&comment);
        }
        if is_complete && !self.lexer.is_empty() { self.end_command(requests) } else { Ok(()) }
    }

    /// Hands on the requests of a command that is complete, or at the end of the file.
    fn end_command(&mut self, requests: &mut RequestImporter<'_, '_>) -> Result<(), FixtureError> {
        let Self { lexer, comments, begins, body } = self;
        let open = lexer.open().map(|open| ImportReason::Malformed { cause: format!("{open}…") });
        let large = lexer.is_too_large().then_some(ImportReason::TooLarge { limit: MOST as u64 });
        let windows = lexer.is_windows().then(|| ImportReason::Malformed { cause: WINDOWS.to_owned() });
        let tokens = lexer.take();
        let input = body.take();
        if let Some(reason) = open.or(large).or_else(|| windows.filter(|_| has_curl(&tokens))) {
            *comments = RequestComments::default();
            requests.refuse(*begins, reason);
            return Ok(());
        }
        for request in command::requests(tokens, input, lexer) {
            requests.take(*begins, std::mem::take(comments), request)?;
        }
        Ok(())
    }
}

fn has_curl(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token, Token::Word(word) if command::is_curl(Some(word))))
}

#[cfg(test)]
mod tests;
