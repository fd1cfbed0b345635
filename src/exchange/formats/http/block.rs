//! Reads one request of an `.http` file, line by line.

use super::approximate;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::formats::input::lines::{MOST, trimmed, utf_8};
use crate::exchange::formats::input::request_line::method_and_address;
use crate::exchange::formats::request_comments::percent::target_of;
use crate::exchange::formats::request_comments::request_importer::RequestImporter;
use crate::exchange::formats::request_comments::{RequestComments, TextRequest};
use crate::exchange::formats::variables::Variables;
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// Tells whether a line ends a request.
pub(super) fn separates(line: &[u8]) -> bool {
    line.starts_with(b"###")
}

/// Name and value of a line that defines a variable.
pub(super) fn definition(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().strip_prefix('@')?.split_once('=')?;
    let name = name.trim();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then(|| (name, value.trim()))
}

/// The part of a request that the next line belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum BlockPart {
    #[default]
    Before,
    /// The request line may go on.
    Address,
    Headers,
    Body,
    /// An answer among the requests.
    Answer,
}

/// The lines between two separators.
#[derive(Debug, Default)]
pub(super) struct Block {
    comments: RequestComments,
    part: BlockPart,
    /// Within a script of an editor.
    scripted: bool,
    /// The line on which the request begins.
    line: u64,
    request_line: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    size: usize,
    reason: Option<ImportReason>,
}

impl Block {
    /// Adds a line.
    pub(super) fn line(&mut self, number: u64, line: &[u8], variables: &mut Variables) {
        let line = trimmed(line);
        self.size += line.len() + 1;
        if self.line == 0 {
            self.line = number;
        }
        if self.size > MOST {
            self.body = Vec::new();
            self.reason = Some(ImportReason::TooLarge { limit: MOST as u64 });
            return;
        }
        match (self.part, std::str::from_utf8(line)) {
            (BlockPart::Answer, _) => {}
            (BlockPart::Body, _) => self.body_line(line),
            (BlockPart::Before, Ok(text)) => self.before(number, text, variables),
            (_, Ok(text)) => self.head_line(text),
            (_, Err(_)) => self.refuse(utf_8(line.to_vec()).err()),
        }
    }

    fn refuse(&mut self, reason: Option<ImportReason>) {
        if self.reason.is_none() {
            self.reason = reason;
        }
    }

    fn before(&mut self, number: u64, line: &str, variables: &mut Variables) {
        let text = line.trim();
        if self.scripted || text.starts_with("< ") {
            self.script(text);
        } else if let Some(comment) = text.strip_prefix('#') {
            self.comments.read(comment);
        } else if let Some((name, value)) = definition(text) {
            variables.define(name, value);
        } else if text.starts_with("HTTP/") {
            self.part = BlockPart::Answer;
        } else if !text.is_empty() && !text.starts_with("//") {
            self.line = number;
            text.clone_into(&mut self.request_line);
            self.part = BlockPart::Address;
        }
    }

    /// Skips a script, which ends with `%}`, or is a line that names a file.
    fn script(&mut self, text: &str) {
        self.scripted = (self.scripted || text.contains("{%")) && !text.contains("%}");
    }

    fn head_line(&mut self, line: &str) {
        let text = line.trim();
        if text.is_empty() {
            self.part = BlockPart::Body;
            return;
        }
        if text.starts_with('#') || text.starts_with("//") {
            return;
        }
        let indented = line.starts_with([' ', '\t']);
        let goes_on = text.starts_with(['?', '&']) || (indented && text.starts_with('/'));
        if self.part == BlockPart::Address && goes_on {
            self.request_line.push_str(text);
            return;
        }
        self.part = BlockPart::Headers;
        match text.split_once(':') {
            Some((name, value)) if !name.trim().contains([' ', '<']) => {
                self.headers.push((name.trim().to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
            }
            _ => self.refuse(Some(ImportReason::Malformed { cause: shortened(text, 40) })),
        }
    }

    fn body_line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let begins = text.trim_start();
        let file = begins.strip_prefix('<').is_some_and(|rest| rest.starts_with([' ', '\t', '@']));
        if self.scripted || begins.starts_with("> ") || begins.starts_with(">{%") {
            self.script(&text);
        } else if begins.starts_with(">>") || begins.starts_with("<>") {
            // Where an editor keeps the answer.
        } else if file {
            self.refuse(Some(ImportReason::NoBody));
        } else if self.reason.is_none() {
            self.body.extend_from_slice(line);
            self.body.push(b'\n');
        }
    }

    /// Hands on the request, if there is one.
    pub(super) fn finish(
        self,
        variables: &Variables,
        requests: &mut RequestImporter<'_, '_>,
    ) -> Result<(), FixtureError> {
        let line = self.line;
        let comments = self.comments.clone();
        if self.request_line.is_empty() && self.reason.is_none() {
            return Ok(());
        }
        let request = self.request(variables);
        requests.take(line, comments, request)
    }

    fn request(self, variables: &Variables) -> Result<TextRequest, ImportReason> {
        if let Some(reason) = self.reason {
            return Err(reason);
        }
        if self.scripted {
            return Err(ImportReason::Malformed { cause: "{%…".to_owned() });
        }
        let (method, address) = method_and_address(&self.request_line).unwrap_or(("GET", &self.request_line));
        let (address, version) = match address.rsplit_once(char::is_whitespace) {
            Some((address, version)) if version.starts_with("HTTP/") => (address, Some(version)),
            _ => (address, None),
        };
        let mut headers = Vec::with_capacity(self.headers.len());
        let mut size = 0;
        for (name, value) in self.headers {
            let value = variables.filled(&String::from_utf8_lossy(&value))?;
            size += value.len();
            if size > MOST {
                return Err(ImportReason::TooLarge { limit: MOST as u64 });
            }
            headers.push((name, value.into_bytes()));
        }
        Ok(TextRequest {
            method: method.to_ascii_uppercase(),
            target: target_of(&variables.filled(address.trim())?),
            version: version.map(str::to_owned),
            headers,
            body: body(self.body, &self.comments, variables)?,
        })
    }
}

/// The exact body from the comments, unless its approximation has been edited.
fn body(lines: Vec<u8>, comments: &RequestComments, variables: &Variables) -> Result<Vec<u8>, ImportReason> {
    let mut text = utf_8(lines)?;
    let written = text.trim_end().len();
    let end = text[written..].find('\n').filter(|_| written > 0);
    text.truncate(written + end.unwrap_or(0));
    match comments.body()? {
        Some(exact) if approximate(&exact) == text => Ok(exact),
        _ => variables.filled(&text).map(String::into_bytes),
    }
}
