//! Reads the request of a hurl file's entry, line by line.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{FENCE, strings};
use crate::exchange::formats::input::lines::{MOST, trimmed, utf_8};
use crate::exchange::formats::input::request_line::is_request_line;
use crate::exchange::formats::request_comments::percent::{form_encoded, target_of};
use crate::exchange::formats::request_comments::{RequestComments, TextRequest, from_base64};
use crate::exchange::formats::variables::Variables;
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// The result of a line: it belongs to the request, or the request is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Within,
    Over,
}

/// A section before the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Query,
    Form,
    Cookies,
    Authorization,
    Options,
    Multipart,
}

/// The section that the line begins.
pub(super) fn section(line: &str) -> Option<Section> {
    let name = line.trim().strip_prefix('[')?.split_once(']')?.0;
    Some(match name {
        "Query" | "QueryStringParams" => Section::Query,
        "Form" | "FormParams" => Section::Form,
        "Cookies" => Section::Cookies,
        "BasicAuth" => Section::Authorization,
        "Options" => Section::Options,
        "Multipart" | "MultipartFormData" => Section::Multipart,
        _ => return None,
    })
}

/// Tells whether the line begins the expected answer.
pub(super) fn is_answer(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split_ascii_whitespace();
    let version = words.next().is_some_and(|word| word == "HTTP" || word.starts_with("HTTP/"));
    let status = words.next().is_some_and(|word| word == "*" || word.bytes().all(|byte| byte.is_ascii_digit()));
    version && status && words.next().is_none()
}

/// The same for the bytes of a line.
pub(super) fn is_answer_bytes(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(is_answer)
}

/// The reason for a text that cannot be understood.
pub(super) fn malformed(text: &str) -> ImportReason {
    ImportReason::Malformed { cause: shortened(text, 40) }
}

/// The notation of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyNotation {
    /// Between fences; whether templates are replaced.
    Fenced(bool),
    Base64,
    Hex,
    /// JSON or XML until the answer begins; whether templates are replaced.
    Inline(bool),
}

/// The part of an entry that the next line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryPart {
    Headers,
    Section(Section),
    Body(BodyNotation),
    /// The body is over.
    Closed,
}

/// The lines of a request.
#[derive(Debug)]
pub(super) struct HurlEntry {
    comments: RequestComments,
    line: u64,
    request_line: String,
    headers: Vec<(String, String)>,
    queries: Vec<String>,
    form: Vec<String>,
    cookies: Vec<String>,
    part: EntryPart,
    /// The lines of the body, as written.
    written: Vec<u8>,
    /// The body, as sent.
    body: Vec<u8>,
    size: usize,
    reason: Option<ImportReason>,
}

impl HurlEntry {
    /// Begins with the request line.
    pub(super) fn new(line: u64, request_line: &str, comments: RequestComments) -> Self {
        Self {
            comments,
            line,
            request_line: request_line.to_owned(),
            headers: Vec::new(),
            queries: Vec::new(),
            form: Vec::new(),
            cookies: Vec::new(),
            part: EntryPart::Headers,
            written: Vec::new(),
            body: Vec::new(),
            size: 0,
            reason: None,
        }
    }

    pub(super) fn begins(&self) -> u64 {
        self.line
    }

    pub(super) fn take_comments(&mut self) -> RequestComments {
        std::mem::take(&mut self.comments)
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: &[u8], variables: &mut Variables) -> Step {
        self.size += line.len();
        if self.size > MOST {
            self.written = Vec::new();
            self.headers.clear();
            for pairs in [&mut self.queries, &mut self.form, &mut self.cookies] {
                pairs.clear();
            }
            self.refuse(ImportReason::TooLarge { limit: MOST as u64 });
        }
        if let EntryPart::Body(body @ (BodyNotation::Fenced(_) | BodyNotation::Base64 | BodyNotation::Hex)) = self.part
        {
            self.body_line(body, line, variables);
            return Step::Within;
        }
        let text = match utf_8(trimmed(line).to_vec()) {
            Ok(text) => text,
            Err(reason) => {
                self.refuse(reason);
                return Step::Within;
            }
        };
        if is_answer(&text) || is_request_line(&text) {
            return Step::Over;
        }
        match self.part {
            EntryPart::Body(_) => self.write(line),
            _ if text.trim().is_empty() || text.trim_start().starts_with('#') => {}
            EntryPart::Closed => self.refuse(malformed(&text)),
            EntryPart::Headers | EntryPart::Section(_) => {
                if let Err(reason) = self.head_line(text.trim(), variables) {
                    self.refuse(reason);
                }
            }
        }
        Step::Within
    }

    fn refuse(&mut self, reason: ImportReason) {
        self.reason.get_or_insert(reason);
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.reason.is_none() {
            self.written.extend_from_slice(bytes);
        }
    }

    /// A header, a line of a section, or the beginning of the body.
    fn head_line(&mut self, text: &str, variables: &mut Variables) -> Result<(), ImportReason> {
        if let Some(section) = section(text) {
            self.part = EntryPart::Section(section);
            return if section == Section::Multipart { Err(unresolved(text)) } else { Ok(()) };
        }
        if self.begins_body(text, variables)? {
            return Ok(());
        }
        let (name, value) = text.split_once(':').ok_or_else(|| malformed(text))?;
        if self.part == EntryPart::Section(Section::Options) {
            // Other options are about sending.
            if let Some((name, value)) = value.split_once('=').filter(|_| name.trim() == "variable") {
                variables.define(name.trim(), value.trim().trim_matches('"'));
            }
            return Ok(());
        }
        let (name, _) = strings::value(name.trim_end(), '\n', variables)?;
        let (value, _) = strings::value(value.trim_start(), '#', variables)?;
        let value = value.trim_end();
        self.size += name.len() + value.len();
        let pair = || format!("{}={}", form_encoded(name.as_bytes()), form_encoded(value.as_bytes()));
        match self.part {
            EntryPart::Section(Section::Query) => self.queries.push(pair()),
            EntryPart::Section(Section::Form) => self.form.push(pair()),
            EntryPart::Section(Section::Cookies) => self.cookies.push(format!("{name}={value}")),
            EntryPart::Section(Section::Authorization) => {
                let value = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{value}")));
                self.headers.push(("authorization".to_owned(), value));
            }
            _ => self.headers.push((name.to_ascii_lowercase(), value.to_owned())),
        }
        Ok(())
    }

    /// Begins the body if this line does; the rest of the line is its first part.
    fn begins_body(&mut self, text: &str, variables: &Variables) -> Result<bool, ImportReason> {
        if let Some(rest) = text.strip_prefix(FENCE) {
            self.begin_fence(rest, variables)?;
        } else if let Some(rest) = text.strip_prefix('`') {
            let (value, after) = strings::value(rest, '`', variables)?;
            after.ok_or_else(|| malformed("`…"))?;
            self.body = value.into_bytes();
            self.part = EntryPart::Closed;
        } else if let Some(rest) = text.strip_prefix("base64,") {
            self.begin_coded(BodyNotation::Base64, rest, variables);
        } else if let Some(rest) = text.strip_prefix("hex,") {
            self.begin_coded(BodyNotation::Hex, rest, variables);
        } else if text.starts_with("file,") {
            self.part = EntryPart::Closed;
            return Err(ImportReason::NoBody);
        } else if text.starts_with(['<', '{', '[', '"']) {
            self.part = EntryPart::Body(BodyNotation::Inline(!text.starts_with('<')));
            self.write(text.as_bytes());
            self.write(b"\n");
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn begin_coded(&mut self, body: BodyNotation, rest: &str, variables: &Variables) {
        self.part = EntryPart::Body(body);
        self.body_line(body, rest.as_bytes(), variables);
    }

    fn begin_fence(&mut self, rest: &str, variables: &Variables) -> Result<(), ImportReason> {
        let hint = rest.split(',').next().unwrap_or_default().trim();
        let body = BodyNotation::Fenced(hint != "raw");
        self.part = EntryPart::Body(body);
        if hint == "graphql" {
            return Err(unresolved("```graphql"));
        }
        // Text on the line of the fence was allowed once.
        if rest.contains(FENCE) {
            self.body_line(body, rest.as_bytes(), variables);
        }
        Ok(())
    }

    /// Takes a line of a body that has an end of its own.
    fn body_line(&mut self, body: BodyNotation, line: &[u8], variables: &Variables) {
        let end = if matches!(body, BodyNotation::Fenced(_)) { FENCE.as_bytes() } else { b";" };
        let Some(at) = memchr::memmem::find(line, end) else {
            self.write(line);
            return;
        };
        self.write(&line[..at]);
        self.part = EntryPart::Closed;
        let written = std::mem::take(&mut self.written);
        match decoded(body, written, variables) {
            Ok(decoded) => self.body = decoded,
            Err(reason) => self.refuse(reason),
        }
    }

    /// The request that would be sent.
    pub(super) fn request(mut self, variables: &Variables) -> Result<TextRequest, ImportReason> {
        if let Some(reason) = self.reason {
            return Err(reason);
        }
        match self.part {
            EntryPart::Body(BodyNotation::Inline(_)) if self.written.is_empty() => {}
            EntryPart::Body(body @ BodyNotation::Inline(_)) => self.body = decoded(body, self.written, variables)?,
            EntryPart::Body(BodyNotation::Fenced(_)) => return Err(malformed("```…")),
            EntryPart::Body(_) => return Err(malformed("base64,…")),
            EntryPart::Headers | EntryPart::Section(_) | EntryPart::Closed => {}
        }
        let (method, url) = self.request_line.split_once([' ', '\t']).ok_or_else(|| malformed(&self.request_line))?;
        let (url, _) = strings::value(url.trim(), '#', variables)?;
        let mut target = target_of(url.trim());
        for query in &self.queries {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(query);
        }
        let mut headers = self.headers;
        if !self.cookies.is_empty() {
            headers.push(("cookie".to_owned(), self.cookies.join("; ")));
        }
        if !self.form.is_empty() {
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            self.body = self.form.join("&").into_bytes();
        }
        Ok(TextRequest {
            method: method.to_owned(),
            target,
            version: None,
            headers: headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect(),
            body: self.body,
        })
    }
}

fn unresolved(what: &str) -> ImportReason {
    ImportReason::Unresolved { what: what.to_owned() }
}

/// Decodes a body into its bytes.
fn decoded(body: BodyNotation, written: Vec<u8>, variables: &Variables) -> Result<Vec<u8>, ImportReason> {
    let filled = |text: String| variables.filled(&text).map(String::into_bytes);
    match body {
        BodyNotation::Fenced(true) => filled(utf_8(written)?),
        BodyNotation::Fenced(false) => Ok(written),
        BodyNotation::Base64 => from_base64(&written).ok_or_else(|| malformed("base64,…")),
        BodyNotation::Hex => from_hex(&written).ok_or_else(|| malformed("hex,…")),
        BodyNotation::Inline(templates) => {
            let text = utf_8(written)?.trim_end().to_owned();
            if templates { filled(text) } else { Ok(text.into_bytes()) }
        }
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Option<Vec<u32>> = text.iter().filter(|byte| !byte.is_ascii_whitespace()).map(digit).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}
