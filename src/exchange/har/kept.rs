//! What an archive has no place for: the event's line of a pack's manifest, with the files that it names inside.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::KEPT;
use super::answer;
use super::entry::parsed;
use crate::capture::{Mode, RawRequest, Reply};
use crate::exchange::Fixture;
use crate::exchange::intake::{Found, ImportReason, check_lines};
use crate::exchange::manifest::{Entry, MANIFEST, REQUEST};
use crate::exchange::pack::{Source, read_entry, write_entry};

/// The members of a manifest's line that stand elsewhere in an archive.
const ELSEWHERE: [&str; 3] = ["folder", "kind", "received_at"];

/// What is on record of an event. What went over the wire as the answer stands in the archive's response.
pub(super) fn write(event: &Fixture) -> Value {
    let (entry, parts) = write_entry(event, "");
    let sent = event.stored.reply.as_ref().map(Reply::sent);
    let body = if event.stored.capture.mode == Mode::Plain { entry.message.clone() } else { None };
    let mut kept = serde_json::to_value(entry).unwrap_or_default();
    if let Value::Object(members) = &mut kept {
        members.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
        let mut files = Map::new();
        for part in parts {
            if Some(part.bytes) != sent && Some(&part.file) != body.as_ref() {
                files.insert(part.file, written(part.bytes));
            }
        }
        if !files.is_empty() {
            members.insert("files".to_owned(), Value::Object(files));
        }
    }
    kept
}

/// Text, or what stands for bytes that are none.
fn written(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// The event, from what is on record, the request, and the archive's response.
pub(super) fn read(kept: Value, mut request: RawRequest, response: Option<Value>) -> Result<Found, ImportReason> {
    let Value::Object(mut members) = kept else {
        return Err(ImportReason::Malformed { cause: format!("{KEPT} is no object") });
    };
    let files = match members.shift_remove("files") {
        Some(Value::Object(files)) => files,
        _ => Map::new(),
    };
    if let Some(Value::String(target)) = members.shift_remove("target") {
        request.target = target;
    }
    members.insert("received_at".to_owned(), json!(request.received_at));
    for name in ["folder", "kind"] {
        members.insert(name.to_owned(), json!(""));
    }
    let entry: Entry = parsed(KEPT, Value::Object(members))?;
    check_lines(&request)?;
    let sent = response.map(answer::body).transpose()?.flatten();
    read_entry(entry, &mut Inside { request: Some(request.to_http()), sent, files })
}

/// What a manifest's line names, inside an entry.
struct Inside {
    request: Option<Vec<u8>>,
    sent: Option<Vec<u8>>,
    files: Map<String, Value>,
}

impl Source for Inside {
    fn manifest(&mut self) -> Result<Box<dyn Read>, ImportReason> {
        Err(ImportReason::Missing { file: MANIFEST.to_owned() })
    }

    fn read(&mut self, _: &str, file: &str) -> Result<Vec<u8>, ImportReason> {
        let missing = || ImportReason::Missing { file: file.to_owned() };
        match self.files.get(file) {
            Some(Value::String(text)) => Ok(text.clone().into_bytes()),
            Some(object) => {
                let base64 = object.get("base64").and_then(Value::as_str).ok_or_else(missing)?;
                STANDARD.decode(base64).map_err(|error| ImportReason::Malformed { cause: format!("{file}: {error}") })
            }
            None if file == REQUEST => self.request.take().ok_or_else(missing),
            None => self.sent.clone().ok_or_else(missing),
        }
    }

    fn expect(&mut self, _: &str, _: &str) -> Result<(), ImportReason> {
        // It is the request's body.
        Ok(())
    }
}
