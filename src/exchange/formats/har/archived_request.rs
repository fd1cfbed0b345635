//! Reads the request of an archive's entry, of any tool, and tells whether it is a callback.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::BASE64;
use crate::capture::RawRequest;
use crate::exchange::formats::input::callback::{is_callback, is_posted_callback, is_signed, refusal};
use crate::exchange::formats::request_comments::percent::target_of;
use crate::exchange::import_problem::ImportReason;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    http_version: String,
    #[serde(default)]
    headers: Vec<Header>,
    post_data: Option<PostData>,
    /// The body, where some tools put it.
    #[serde(rename = "_content")]
    content: Option<LooseBody>,
}

/// A header of a request or an answer.
#[derive(Deserialize)]
pub(super) struct Header {
    name: String,
    #[serde(default)]
    value: String,
    /// The bytes of a value that is not UTF-8, in archives of this program.
    #[serde(rename = "_base64")]
    base64: Option<String>,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(flatten)]
    text: BodyText,
    #[serde(default)]
    params: Option<Vec<Param>>,
    /// The body, where some tools put it.
    #[serde(rename = "_content")]
    content: Option<LooseBody>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    value: Option<String>,
}

/// A body in a member that no specification has.
#[derive(Deserialize)]
#[serde(untagged)]
enum LooseBody {
    Text(String),
    Body(BodyText),
}

impl LooseBody {
    fn bytes(self) -> Result<Option<Vec<u8>>, ImportReason> {
        match self {
            Self::Text(text) => Ok(Some(text.into_bytes())),
            Self::Body(body) => body.bytes(),
        }
    }
}

/// A body as an archive has it.
#[derive(Deserialize)]
pub(super) struct BodyText {
    text: Option<String>,
    /// The encoding of the text. That of a request's body is an extension of some tools, under either name.
    #[serde(alias = "_encoding")]
    encoding: Option<String>,
}

impl BodyText {
    /// The bytes; `None` where they were not kept.
    pub(super) fn bytes(self) -> Result<Option<Vec<u8>>, ImportReason> {
        match (self.text, self.encoding.as_deref()) {
            (None, _) => Ok(None),
            (Some(text), Some(BASE64)) => decoded(&text).map(Some),
            (Some(text), _) => Ok(Some(text.into_bytes())),
        }
    }
}

/// The request of an entry.
pub(super) struct ArchivedRequest {
    /// The request without its time, which the entry has.
    pub(super) request: RawRequest,
    /// The complete address.
    pub(super) url: String,
    /// Set where the archive has the body.
    has_body: bool,
}

/// Reads a member of an entry.
pub(super) fn parsed<T: for<'de> Deserialize<'de>>(member: &str, value: Value) -> Result<T, ImportReason> {
    serde_json::from_value(value).map_err(|error| ImportReason::Malformed { cause: format!("{member}: {error}") })
}

/// The request of an entry.
pub(super) fn read(value: Value) -> Result<ArchivedRequest, ImportReason> {
    let Request { method, url, http_version, headers, post_data, content } = parsed("request", value)?;
    let mut body = post_data.map(body).transpose()?.flatten();
    if body.as_ref().is_none_or(Vec::is_empty)
        && let Some(content) = content
    {
        body = content.bytes()?.or(body);
    }
    let has_body = body.is_some();
    let body = body.unwrap_or_default();
    let version = if http_version == "HTTP/1.0" { http_version } else { "HTTP/1.1".to_owned() };
    let request = RawRequest {
        received_at: Timestamp::UNIX_EPOCH,
        method,
        version,
        target: target_of(&url),
        headers: header_bytes(headers)?.into(),
        peer: String::new(),
        body_length: body.len() as u64,
        body: body.into(),
    };
    Ok(ArchivedRequest { request, url, has_body })
}

/// A body: its text, else the member of some tools, else put together from the fields of a form.
fn body(data: PostData) -> Result<Option<Vec<u8>>, ImportReason> {
    let PostData { text, params, content } = data;
    let text = text.bytes()?;
    if text.as_ref().is_some_and(|text| !text.is_empty()) {
        return Ok(text);
    }
    if let Some(content) = content.map(LooseBody::bytes).transpose()?.flatten() {
        return Ok(Some(content));
    }
    let params = params.unwrap_or_default();
    match params.as_slice() {
        [] => Ok(text),
        // A message that was taken for a form: each `=` in it ended a name, and each `&` a value.
        [first, ..] if first.name.trim_start().starts_with(['<', '{']) => Ok(Some(unformed(&params).into_bytes())),
        params => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(params.iter().map(|param| (&param.name, param.value.as_deref().unwrap_or_default())));
            Ok(Some(form.finish().into_bytes()))
        }
    }
}

/// The text whose parts were taken for fields.
fn unformed(params: &[Param]) -> String {
    let field = |param: &Param| match &param.value {
        Some(value) if !value.is_empty() => format!("{}={value}", param.name),
        _ => param.name.clone(),
    };
    params.iter().map(field).collect::<Vec<_>>().join("&")
}

/// Headers with names in lower case, and without the pseudo-headers of HTTP/2.
pub(super) fn header_bytes(headers: Vec<Header>) -> Result<Vec<(String, Vec<u8>)>, ImportReason> {
    let bytes = |header: Header| {
        let value = match header.base64 {
            Some(base64) => decoded(&base64)?,
            None => header.value.into_bytes(),
        };
        Ok((header.name.to_ascii_lowercase(), value))
    };
    headers.into_iter().filter(|header| !header.name.starts_with(':')).map(bytes).collect()
}

fn decoded(base64: &str) -> Result<Vec<u8>, ImportReason> {
    STANDARD.decode(base64).map_err(|error| ImportReason::Malformed { cause: format!("base64: {error}") })
}

impl ArchivedRequest {
    /// The reason not to import it, unless it is a callback: archives of browsers and proxies are full of other requests.
    pub(super) fn refusal(&self) -> Option<ImportReason> {
        let request = &self.request;
        let is_post = request.method == "POST";
        if is_post && !self.has_body && is_signed(request) {
            return Some(ImportReason::NoBody);
        }
        let is_callback = is_callback(&request.method, request.query()) && (!is_post || is_posted_callback(request));
        (!is_callback).then(|| refusal(&request.method, &self.url))
    }
}
