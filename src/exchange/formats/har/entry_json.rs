//! Writes an event as an entry of an archive.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{BASE64, RECORD};
use crate::capture::{RawRequest, Reply, header_text};
use crate::exchange::formats::request_comments::percent::target_of;
use crate::exchange::record::{Fixture, object};

/// The host of a request without one.
const NOWHERE: &str = "localhost";

/// The entry. The members that a reader needs first come first.
pub(super) fn entry(event: &Fixture) -> Value {
    let request = &event.stored.capture.request;
    let reply = event.stored.reply.as_ref();
    let milliseconds = reply.map_or(0.0, |reply| reply.elapsed.as_micros() as f64 / 1000.0);
    let url = url_of(request);
    let mut record = object::write(event, true);
    if target_of(&url) != request.target {
        record["target"] = json!(request.target);
    }
    json!({
        "startedDateTime": format!("{:.6}", request.received_at),
        "time": milliseconds,
        RECORD: record,
        "request": request_json(request, &url),
        "response": response_json(request, reply),
        "cache": {},
        "timings": { "send": 0, "wait": milliseconds, "receive": 0 },
    })
}

/// The whole address: the target, where a proxy sent that; else at the host that the request names.
fn url_of(request: &RawRequest) -> String {
    let target = &*request.target;
    if target.starts_with("http://") || target.starts_with("https://") {
        return target.to_owned();
    }
    let named = request.header("host").and_then(|host| std::str::from_utf8(host).ok());
    let host = named.filter(|host| is_host(host)).unwrap_or(NOWHERE);
    let slash = if target.starts_with('/') { "" } else { "/" };
    format!("http://{host}{slash}{target}")
}

fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

fn request_json(request: &RawRequest, url: &str) -> Value {
    let query: Vec<Value> = request.parameters().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let headers: Vec<Value> = request.headers.iter().map(|(name, value)| header_json(name, value)).collect();
    let mut object = json!({
        "method": request.method,
        "url": url,
        "httpVersion": request.version,
        "cookies": [],
        "headers": headers,
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.len(),
    });
    if request.method != "GET" || !request.body.is_empty() {
        let media_type = request.header("content-type").map(header_text).unwrap_or_default();
        let mut data = Map::new();
        data.insert("mimeType".to_owned(), json!(media_type));
        put_text(&mut data, &request.body);
        object["postData"] = Value::Object(data);
    }
    object
}

/// A header, with its bytes beside a value that is not UTF-8.
fn header_json(name: &str, value: &[u8]) -> Value {
    let mut object = json!({ "name": name, "value": header_text(value) });
    if std::str::from_utf8(value).is_err() {
        object["_base64"] = json!(STANDARD.encode(value));
    }
    object
}

/// The answer as it went over the wire. Its headers are not on record.
fn response_json(request: &RawRequest, reply: Option<&Reply>) -> Value {
    let status = reply.and_then(|reply| reply.status).unwrap_or(0);
    let sent = reply.map(Reply::sent).unwrap_or_default();
    let media_type = if sent.trim_ascii_start().starts_with(b"<") { "text/xml" } else { "text/plain" };
    let mut content = Map::new();
    content.insert("size".to_owned(), json!(sent.len()));
    content.insert("mimeType".to_owned(), json!(media_type));
    put_text(&mut content, sent);
    json!({
        "status": status,
        "statusText": reason(status),
        "httpVersion": request.version,
        "cookies": [],
        "headers": [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": sent.len(),
    })
}

/// The reason phrase of a status.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "FileEvent",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not FileEvent",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        508 => "Loop Detected",
        _ => "",
    }
}

/// Adds bytes as text, or as base64 with its encoding where they are not UTF-8.
fn put_text(object: &mut Map<String, Value>, bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        object.insert("text".to_owned(), json!(text));
    } else {
        object.insert("text".to_owned(), json!(STANDARD.encode(bytes)));
        object.insert("encoding".to_owned(), json!(BASE64));
    }
}
