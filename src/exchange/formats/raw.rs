//! Writes the messages alone, a file each, and reads any XML or JSON that is a message.

use std::io::{BufRead, Read as _};

use jiff::Timestamp;

use super::input::callback::{is_callback, is_message, refusal};
use super::input::lines::utf_16;
use crate::capture::RawRequest;
use crate::exchange::event_folder::folder_name;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::http_text::parse;
use crate::exchange::record::{FileEvent, Fixture};
use crate::exchange::writer::{Files, Writer};
use crate::inspect::MAX_BODY;
use crate::texts::safe_text::shortened;
use crate::wechat::tree::{BOM, Format, Tree, TreeError};

/// Characters of a name that are shown.
const SHOWN: usize = 60;

/// Writes the messages. An event without one, such as a handshake, becomes a file with its whole request.
#[derive(Debug)]
pub(super) struct RawWriter;

impl Writer for RawWriter {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        let capture = &event.stored.capture;
        let name = folder_name(event.stored.placement.id.0 as u64, &capture.envelope.kind);
        let message = capture.message();
        if message.is_empty() {
            return files.put(&format!("{name}.http"), &capture.request.to_http());
        }
        let extension = Format::of(message).map_or("bin", Format::extension);
        files.put(&format!("{name}.{extension}"), message)
    }

    fn finish(&mut self, _: &mut dyn Files) -> Result<(), FixtureError> {
        Ok(())
    }
}

/// The extensions of messages.
pub(in crate::exchange) const EXTENSIONS: [&str; 4] = ["xml", "json", "bin", "http"];

/// Tells by its first bytes whether a file may be a message.
pub(super) fn recognises(head: &[u8]) -> bool {
    utf_16(head).is_some() || Format::of(head).is_some()
}

/// Tells whether it is an exported request without a body: a file for the clients of editors ends its lines otherwise, or
/// goes on.
pub(super) fn is_request(head: &[u8]) -> bool {
    let Some(line) = memchr::memmem::find(head, b"\r\n").map(|end| &head[..end]) else { return false };
    let ends = memchr::memmem::find(head, b"\r\n\r\n") == head.len().checked_sub(4);
    ends && (line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"))
}

/// Reads a file of one message. `modified` dates a message without CreateTime.
pub(super) fn read(
    input: &mut dyn BufRead,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    let mut bytes = Vec::new();
    let limit = 2 * MAX_BODY as u64;
    let read = input.take(limit + 1).read_to_end(&mut bytes);
    let refused = match read {
        Err(error) => Some(ImportReason::Unreadable { cause: error.to_string() }),
        Ok(_) if bytes.len() as u64 > limit => Some(ImportReason::TooLarge { limit }),
        Ok(_) if is_request(&bytes) => return read_request(bytes, place, modified, importer),
        Ok(_) => no_message(&bytes),
    };
    match refused {
        None => importer.take_message(bytes, modified),
        Some(reason) => {
            importer.refuse(place.to_owned(), reason);
            Ok(())
        }
    }
}

fn read_request(
    bytes: Vec<u8>,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    let refused = match parse(bytes) {
        Err(cause) => ImportReason::Malformed { cause: cause.to_owned() },
        Ok(request) if is_callback(&request.method, request.query()) => {
            // It does not say when it arrived.
            let request = RawRequest { received_at: modified, ..request };
            return importer.take(FileEvent { request, record: None }, || place.to_owned());
        }
        Ok(request) => refusal(&request.method, &request.target),
    };
    importer.refuse(place.to_owned(), refused);
    Ok(())
}

/// The reason why these bytes are no message, if there is one.
fn no_message(bytes: &[u8]) -> Option<ImportReason> {
    if let Some(order) = utf_16(bytes) {
        return Some(order.reason());
    }
    match Tree::parse(bytes) {
        Ok(tree) => {
            let root = tree.root();
            let request = || match tree.format() {
                Format::Xml => format!("<{}>", shortened(root.name(), SHOWN)),
                Format::Json => {
                    root.children().take(3).map(|child| shortened(child.name(), SHOWN)).collect::<Vec<_>>().join(", ")
                }
            };
            (!is_message(&tree)).then(|| ImportReason::NotACallback { request: request() })
        }
        Err(TreeError::NotUtf8 { .. }) => Some(ImportReason::Encoding { encoding: declared(bytes) }),
        Err(error) if looks_like_one(bytes) => Some(ImportReason::Malformed { cause: error.to_string() }),
        Err(_) => Some(ImportReason::Unrecognised),
    }
}

/// Tells whether a person would take it for a message, or the rest of one.
fn looks_like_one(bytes: &[u8]) -> bool {
    let holds = |text: &[u8]| memchr::memmem::find(bytes, text).is_some();
    let start = bytes.strip_prefix(BOM).unwrap_or(bytes).trim_ascii_start();
    start.starts_with(b"<xml") || holds(b"MsgType") || holds(b"<Encrypt") || holds(b"\"Encrypt\"")
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let named = head.split_once("encoding=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    let named = named.map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let named: String = named.map(Iterator::collect).unwrap_or_default();
    match &*named {
        "" | "UTF-8" | "utf-8" => "not UTF-8".to_owned(),
        _ => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_named() {
        let encoding = |bytes: &[u8]| match no_message(bytes) {
            Some(ImportReason::Encoding { encoding }) => encoding,
            other => panic!("{other:?}"),
        };
        assert_eq!(encoding(b"\xff\xfe<\0x\0"), "UTF-16LE");
        assert_eq!(encoding(b"<?xml version='1.0' encoding='GBK'?><xml><Content>\xc4\xe3</Content></xml>"), "GBK");
        assert_eq!(encoding(b"<xml><Content>\xc4\xe3</Content></xml>"), "not UTF-8");
    }

    #[test]
    fn xml_and_json_of_other_tools_is_no_message() {
        let request = |bytes: &[u8]| match no_message(bytes) {
            Some(ImportReason::NotACallback { request }) => request,
            other => panic!("{other:?}"),
        };
        assert_eq!(request(b"<project><modelVersion>4</modelVersion></project>"), "<project>");
        assert_eq!(request(br#"{"name":"x","version":"1"}"#), "name, version");
        let long = "长".repeat(1000);
        assert_eq!(request(format!("{{\"{long}\":1}}").as_bytes()), format!("{}…", "长".repeat(60)));
        assert_eq!(request(format!("<{long}/>").as_bytes()), format!("<{}…>", "长".repeat(60)));
        assert_eq!(no_message(b"<!DOCTYPE html><html></html>"), Some(ImportReason::Unrecognised));
    }

    #[test]
    fn a_message_that_breaks_off_is_told_from_what_never_was_one() {
        let truncated = no_message(b"<xml><MsgType><![CDATA[event]]></MsgType><Event>");
        assert!(matches!(truncated, Some(ImportReason::Malformed { .. })), "{truncated:?}");
        assert_eq!(no_message(b"{ not json"), Some(ImportReason::Unrecognised));
        assert_eq!(no_message(b"<xml><ToUserName>a</ToUserName><Encrypt>b</Encrypt></xml>"), None);
    }
}
