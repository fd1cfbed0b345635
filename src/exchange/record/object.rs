//! The record of an event as one JSON object: its entry in a pack's manifest, with the files that it names inside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::entry::{self, EntryFiles};
use super::manifest::Entry;
use super::{FileEvent, Fixture};
use crate::capture::{Mode, RawRequest, Reply};
use crate::exchange::import_problem::ImportReason;

/// Members of an entry that the file has elsewhere.
const ELSEWHERE: [&str; 3] = ["folder", "kind", "received_at"];

/// The record without the request, which the file has in its own form. With `has_response` the file has the bytes that
/// went over the wire as the reply, too.
pub(in crate::exchange) fn write(event: &Fixture, has_response: bool) -> Value {
    let (entry, parts) = entry::write(event, "");
    let sent = event.stored.reply.as_ref().filter(|_| has_response).map(Reply::sent);
    let body = if event.stored.capture.mode == Mode::Plain { entry.message.clone() } else { None };
    let mut object = serde_json::to_value(entry).unwrap_or_default();
    if let Value::Object(members) = &mut object {
        members.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
        let mut files = Map::new();
        for part in parts {
            if Some(part.bytes) != sent && Some(&part.file) != body.as_ref() {
                files.insert(part.file, bytes_json(part.bytes));
            }
        }
        if !files.is_empty() {
            members.insert("files".to_owned(), Value::Object(files));
        }
    }
    object
}

/// Text, or base64 of bytes that are not UTF-8.
fn bytes_json(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// The event, from its record, its request, and the bytes that went over the wire as the reply where the record leaves
/// them out.
pub(in crate::exchange) fn read(
    object: Value,
    request: RawRequest,
    response: Option<Vec<u8>>,
) -> Result<FileEvent, ImportReason> {
    let malformed = |cause: String| ImportReason::Malformed { cause: format!("record: {cause}") };
    let Value::Object(mut members) = object else { return Err(malformed("no object".to_owned())) };
    let files = match members.shift_remove("files") {
        Some(Value::Object(files)) => files,
        _ => Map::new(),
    };
    members.insert("received_at".to_owned(), json!(request.received_at));
    for name in ["folder", "kind"] {
        members.insert(name.to_owned(), json!(""));
    }
    let entry: Entry = serde_json::from_value(Value::Object(members)).map_err(|error| malformed(error.to_string()))?;
    entry::read(entry, request, &mut InlineFiles { files, response })
}

/// The files that an entry names, inside the object.
struct InlineFiles {
    files: Map<String, Value>,
    response: Option<Vec<u8>>,
}

impl EntryFiles for InlineFiles {
    fn read(&mut self, _: &str, file: &str) -> Result<Vec<u8>, ImportReason> {
        let missing = || ImportReason::Missing { file: file.to_owned() };
        match self.files.get(file) {
            Some(Value::String(text)) => Ok(text.clone().into_bytes()),
            Some(object) => {
                let base64 = object.get("base64").and_then(Value::as_str).ok_or_else(missing)?;
                STANDARD.decode(base64).map_err(|error| ImportReason::Malformed { cause: format!("{file}: {error}") })
            }
            None => self.response.clone().ok_or_else(missing),
        }
    }

    fn expect(&mut self, _: &str, _: &str) -> Result<(), ImportReason> {
        // It is the request's body.
        Ok(())
    }
}
