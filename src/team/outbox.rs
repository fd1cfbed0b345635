//! The outbox: reads what the stream is to have from the relay's database, in order, and keeps the cursor there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::SignedDuration;

use super::messages::message_id;
use super::team_error::TeamError;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{CaptureId, EventView, StoredCapture, event_json};
use crate::store::{BulkWriter, OutboxCursor, Reader, StoreError};
use crate::texts::Language;

/// Events that are published at a time, and their bytes, about.
const BATCH: u32 = 256;
const BATCH_BYTES: usize = 4 << 20;

/// The time for which an event without a recorded answer makes those after it wait: an answer leaves within five seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// The room that headers and the subject of a message take.
const OVERHEAD: usize = 2_048;

/// An event on its way to the stream.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) id: CaptureId,
    pub(super) account: String,
    pub(super) openid: Option<String>,
    pub(super) message_id: String,
    pub(super) payload: Bytes,
}

/// Some events, and how it goes on.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<Outgoing>,
    /// More are waiting.
    pub(super) is_full: bool,
    /// An event whose answer is open makes others wait.
    pub(super) waits: bool,
    /// The number of events that are stored after the last one of these, about.
    pub(super) behind: u64,
}

/// The relay's database, read for the stream. Its calls block.
#[derive(Debug)]
pub(super) struct Outbox {
    database: PathBuf,
    stream: String,
    reader: Reader,
    writer: BulkWriter,
    /// Up to this number, what is open was left so by a process that died.
    left_open: CaptureId,
    /// The event that makes others wait, and since when.
    open: Option<(CaptureId, Instant)>,
}

impl From<StoreError> for TeamError {
    fn from(error: StoreError) -> Self {
        Self::Store { cause: error.to_string() }
    }
}

impl Outbox {
    pub(super) fn open(database: PathBuf, stream: String, left_open: CaptureId) -> Result<Self, TeamError> {
        let (reader, writer) = (Reader::open(&database)?, BulkWriter::open(&database)?);
        Ok(Self { database, stream, reader, writer, left_open, open: None })
    }

    /// Tells whether the database is still the one at its path.
    pub(super) fn is_current(&self) -> bool {
        self.reader.is_current() && self.database.exists()
    }

    pub(super) fn cursor(&self) -> Result<Option<OutboxCursor>, TeamError> {
        Ok(self.reader.outbox(&self.stream)?)
    }

    pub(super) fn save(&mut self, cursor: &OutboxCursor) -> Result<(), TeamError> {
        Ok(self.writer.set_outbox(&self.stream, cursor)?)
    }

    /// The last number that was given to an event.
    pub(super) fn last_given(&self) -> Result<CaptureId, TeamError> {
        Ok(self.reader.last_given()?)
    }

    /// The event after which a stream without any of ours begins: what is older than `age` would be removed there at once.
    pub(super) fn beginning(&self, age: Duration) -> Result<CaptureId, TeamError> {
        let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
        let since = crate::clock::now().checked_sub(age).unwrap_or(jiff::Timestamp::MIN);
        match self.reader.first_since(since)? {
            Some(first) => Ok(CaptureId(first.0 - 1)),
            None => self.last_given(),
        }
    }

    /// The next events after the cursor, up to the first whose answer is open.
    pub(super) fn next(&mut self, cursor: &OutboxCursor, max_payload: usize) -> Result<Batch, TeamError> {
        let arrivals = self.reader.waiting_for_stream(cursor.upto, BATCH)?;
        let mut batch = Batch { is_full: arrivals.len() == BATCH as usize, ..Batch::default() };
        let mut bytes = 0;
        for arrival in arrivals {
            if !arrival.is_answered && self.is_awaited(arrival.id) {
                batch.waits = true;
                break;
            }
            if bytes >= BATCH_BYTES {
                batch.is_full = true;
                break;
            }
            // It may have been removed meanwhile.
            let Some(stored) = self.reader.capture(arrival.id)? else { continue };
            let message = self.outgoing(stored, &cursor.relay, max_payload)?;
            bytes += message.payload.len();
            batch.messages.push(message);
        }
        let last = batch.messages.last().map_or(cursor.upto, |message| message.id);
        batch.behind = (self.reader.last_given()?.0 - last.0).max(0).unsigned_abs();
        Ok(batch)
    }

    /// Tells whether an event's answer may still be recorded.
    fn is_awaited(&mut self, id: CaptureId) -> bool {
        if id <= self.left_open {
            return false;
        }
        match self.open {
            Some((open, since)) if open == id => since.elapsed() < PATIENCE,
            _ => {
                self.open = Some((id, Instant::now()));
                true
            }
        }
    }

    fn outgoing(&self, stored: StoredCapture, relay: &str, max_payload: usize) -> Result<Outgoing, TeamError> {
        let images = self.reader.images_of(&stored)?;
        let (id, account) = (stored.placement.id, stored.capture.account.clone());
        let openid = stored.capture.envelope.openid.clone();
        let payload = payload(stored, &images, max_payload.saturating_sub(OVERHEAD));
        Ok(Outgoing { id, account, openid, message_id: message_id(relay, id.0), payload })
    }
}

/// The event as JSON. One that is longer than the broker takes loses the end of its body, and says so.
pub(super) fn payload(mut stored: StoredCapture, images: &[CaptureId], most: usize) -> Bytes {
    loop {
        let view = EventView { stored: &stored, images, language: Language::English };
        let json = event_json(view).to_string();
        let request = &mut stored.capture.request;
        let reply = stored.reply.as_mut().map(|reply| &mut reply.body);
        if json.len() <= most || (request.body.is_empty() && reply.as_ref().is_none_or(|body| body.is_empty())) {
            return json.into();
        }
        stored.capture.message = None;
        if let Some(body) = reply
            && body.len() > request.body.len()
        {
            body.truncate(body.len() / 2);
            continue;
        }
        let kept = request.body.len() / 2;
        request.body.truncate(kept);
        stored.capture.diagnoses.retain(|diagnosis| diagnosis.code != Code::BodyCut);
        let cut = Diagnosis::new(Code::BodyCut).with("kept", kept).with("bytes", request.body_length);
        stored.capture.diagnoses.push(cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Accounts;
    use crate::capture::{Annotation, Placement, RawRequest};

    #[test]
    fn an_event_that_the_broker_would_not_take_is_cut_and_says_so() {
        let body = format!("<xml><Content>{}</Content></xml>", "\u{1}\"".repeat(40_000));
        let request = RawRequest {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/".to_owned(),
            headers: crate::capture::Headers::default(),
            peer: String::new(),
            body_length: body.len() as u64,
            body: body.into(),
        };
        let capture = crate::inspect::inspect(request, &Accounts::new(Vec::new(), None)).capture;
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let stored = StoredCapture { placement, capture, reply: None, annotation: Annotation::default() };
        let whole = payload(stored.clone(), &[], usize::MAX);
        assert!(whole.len() > 80_000);
        let cut = payload(stored, &[], 60_000);
        assert!(cut.len() <= 60_000, "{}", cut.len());
        let event: serde_json::Value = serde_json::from_slice(&cut).unwrap();
        let codes = event["diagnoses"].as_array().unwrap().iter().filter(|found| found["code"] == "body-cut").count();
        assert_eq!(codes, 1);
        assert!(crate::exchange::SingleEvent::read(&cut, jiff::Timestamp::UNIX_EPOCH).is_ok());
    }
}
