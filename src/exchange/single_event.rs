//! One event from its JSON object, as another menuscope publishes it.

use jiff::Timestamp;

use super::formats::json_lines::event_line;
use super::import_problem::ImportReason;
use super::importer::as_recorded;
use super::importer::line_check::{check_headers, check_lines};
use super::record::numbering::number_first;
use crate::capture::CaptureId;
use crate::capture::diagnosis::Diagnosis;
use crate::store::ImportEvent;

/// An event that another menuscope has captured, with its numbers there.
#[derive(Clone, Debug)]
pub struct SingleEvent {
    pub event: ImportEvent,
    pub id: i64,
    /// The first attempt, where that is another event.
    pub first: Option<i64>,
}

impl SingleEvent {
    /// Reads the object of [`event_json`](crate::capture::event_json). `received_at` dates one without a time of its own.
    pub fn read(object: &[u8], received_at: Timestamp) -> Result<Self, ImportReason> {
        let found = event_line::found(object, received_at, &|_, _| None)?;
        let found = found.ok_or_else(|| ImportReason::Malformed { cause: "no event".to_owned() })?;
        let Some(record) = found.record else { return Err(ImportReason::Unrecognised) };
        let number = |number: u64| i64::try_from(number).ok();
        let id = number(record.number).ok_or_else(|| ImportReason::Malformed { cause: "id".to_owned() })?;
        let first = record.first.and_then(number);
        check_lines(&found.request)?;
        if let Some(forwarded) = record.reply.as_ref().and_then(|reply| reply.forwarded.as_ref()) {
            check_headers(&forwarded.headers)?;
        }
        Ok(Self { event: as_recorded(found.request, record), id, first })
    }
}

/// Lets a retry's diagnoses name its first attempt by that number.
pub fn name_first_attempt(diagnoses: &mut [Diagnosis], first: CaptureId) {
    number_first(diagnoses, first);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object() -> serde_json::Value {
        json!({
            "id": 17, "account": "shop", "group": 15, "attempt": 2, "mode": "safe", "signature": "valid",
            "claimed": "alice", "message": "<xml><MsgType>text</MsgType></xml>",
            "request": { "method": "POST", "target": "/", "headers": [["host", "h"]], "body": "<xml/>" },
            "reply": null,
        })
    }

    #[test]
    fn an_event_keeps_its_numbers_its_message_and_its_claim() {
        let read = SingleEvent::read(object().to_string().as_bytes(), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((read.id, read.first, read.event.attempt), (17, Some(15), 2));
        let capture = read.event.capture;
        assert_eq!((capture.envelope.kind.as_str(), capture.request.received_at), ("text", Timestamp::UNIX_EPOCH));
        assert_eq!(capture.team.claimed.as_deref(), Some("alice"));
    }

    #[test]
    fn a_header_that_would_be_read_as_two_is_refused() {
        let mut object = object();
        object["request"]["headers"] = json!([["a", "b\r\nc: d"]]);
        let refused = SingleEvent::read(object.to_string().as_bytes(), Timestamp::UNIX_EPOCH);
        assert!(matches!(refused, Err(ImportReason::NotHttp { .. })), "{refused:?}");
        for text in ["{}", "[]", "{\"listening\":\"x\"}", "\u{1}"] {
            assert!(SingleEvent::read(text.as_bytes(), Timestamp::UNIX_EPOCH).is_err(), "{text}");
        }
    }
}
