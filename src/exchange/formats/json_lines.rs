//! Writes and reads JSON Lines: the object of `menuscope events --json` on each line.

use std::io::BufRead;

use jiff::Timestamp;

use super::input::json_members::members;
use super::input::lines::{Lines, MOST};
use crate::capture::{EventView, event_json};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Writer};
use crate::texts::Language;

pub(in crate::exchange) mod event_line;
mod reversed;
#[cfg(test)]
mod tests;

use reversed::ReversedLines;

/// Writes an event a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonLines {
    /// The language of diagnoses.
    language: Language,
}

impl JsonLines {
    pub(super) fn new(language: Language) -> Self {
        Self { language }
    }
}

impl Writer for JsonLines {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        let view = EventView { stored: &event.stored, images: &event.images, language: self.language };
        let mut line = event_json(view).to_string();
        line.push('\n');
        files.append(line.as_bytes())
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        // An export without events is an empty file, and not none.
        files.append(b"")
    }
}

/// The members of an event, by which it is told from other JSON in any order.
const MEMBERS: [&str; 26] = [
    "account",
    "attempt",
    "claimed",
    "create_time",
    "decoded",
    "diagnoses",
    "event",
    "event_key",
    "fields",
    "group",
    "id",
    "kind",
    "message",
    "message_base64",
    "mode",
    "msg_id",
    "msg_type",
    "note",
    "openid",
    "origin",
    "pinned",
    "received_at",
    "reply",
    "request",
    "signature",
    "to_user",
];

/// The first of them, as they are written.
const FIRST: [&str; 7] = ["id", "received_at", "account", "kind", "msg_type", "event", "event_key"];

/// The lines before the first event of `menuscope listen --json` and of `menuscope join --json`.
const LISTENING: &str = "listening";
const JOINED: &str = "joined";

/// The most members of such a line: the listener's address and the feed's, or the team and the desktop.
const ADDRESSES: usize = 2;

/// Tells by its first bytes whether a file is in this format.
pub(super) fn recognises(head: &[u8]) -> bool {
    let members = members(head);
    let is_event = members.len() > 1 && members.iter().all(|name| MEMBERS.contains(&name.as_str()));
    is_event || members.first().is_some_and(|first| first == LISTENING || first == JOINED) && members.len() <= ADDRESSES
}

/// Tells by its first bytes whether this program wrote a file: others may sort the members, and this one does not.
pub(super) fn is_ours(head: &[u8]) -> bool {
    members(head).starts_with(&FIRST.map(str::to_owned))
}

/// Reads a file to its end. `place` names it in problems; `modified` dates requests without a time of their own.
pub(super) fn read(
    input: &mut dyn BufRead,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    importer.begin_file()?;
    let mut events = Events { place, modified, order: Order::Unknown };
    let mut lines = Lines::new(input);
    let mut text = EventText::default();
    loop {
        match lines.next() {
            Ok(Some((number, line))) => {
                if !text.continues_with(number, line) {
                    events.add(&text, importer)?;
                    text.begin(number);
                }
                text.push(number, line);
            }
            Ok(None) => break,
            Err(reason) => {
                importer.refuse(place.to_owned(), reason);
                break;
            }
        }
    }
    events.add(&text, importer)?;
    events.finish(importer)
}

/// The text of one event: a line, or several where it was pretty-printed.
#[derive(Debug, Default)]
struct EventText {
    /// The first line's number; 0 before there is one.
    number: u64,
    /// The last line's number.
    last: u64,
    bytes: Vec<u8>,
    /// Set once it is longer than [`MOST`]; then it is not kept.
    too_long: bool,
}

impl EventText {
    /// Tells whether a line continues it: one that begins with white space, or with the closing brace.
    fn continues_with(&self, number: u64, line: &[u8]) -> bool {
        let follows = self.last > 0 && line.first().is_some_and(|byte| b" \t}".contains(byte));
        follows || number == self.last
    }

    fn begin(&mut self, number: u64) {
        self.bytes.clear();
        (self.number, self.too_long) = (number, false);
    }

    fn push(&mut self, number: u64, line: &[u8]) {
        self.last = number;
        self.too_long |= self.bytes.len() + line.len() > MOST;
        if !self.too_long {
            self.bytes.extend_from_slice(line);
        }
    }
}

/// The events of one file on their way to the store.
struct Events<'a> {
    place: &'a str,
    modified: Timestamp,
    order: Order,
}

/// The order of the events in the file. They are stored in the order of their arrival.
enum Order {
    /// No event has come yet.
    Unknown,
    /// One event has come: the line's number, its own, and the line.
    One(u64, u64, Vec<u8>),
    /// Ascending, or none: events are taken as they come.
    AsTheyCome,
    /// Newest first, as commands list them: events are kept in a temporary file until the oldest has come.
    NewestFirst(ReversedLines),
}

impl Events<'_> {
    fn add(&mut self, text: &EventText, importer: &mut Importer<'_>) -> Result<(), FixtureError> {
        importer.go_on()?;
        let EventText { number, bytes, .. } = text;
        if text.too_long {
            self.refuse(*number, ImportReason::TooLarge { limit: MOST as u64 }, importer);
            return Ok(());
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        if matches!(self.order, Order::AsTheyCome) {
            return self.take(*number, bytes, importer);
        }
        match event_line::number(bytes) {
            Ok(Some(id)) => self.add_numbered(*number, id, bytes, importer),
            Ok(None) => Ok(()),
            Err(reason) => {
                self.refuse(*number, reason, importer);
                Ok(())
            }
        }
    }

    /// Adds an event while the order is unknown or newest first.
    fn add_numbered(
        &mut self,
        number: u64,
        id: u64,
        line: &[u8],
        importer: &mut Importer<'_>,
    ) -> Result<(), FixtureError> {
        match std::mem::replace(&mut self.order, Order::AsTheyCome) {
            Order::Unknown => self.order = Order::One(number, id, line.to_vec()),
            Order::One(first_number, first_id, first) if id < first_id => {
                let mut reversed = ReversedLines::new()?;
                reversed.add(first_number, first_id, &first)?;
                reversed.add(number, id, line)?;
                self.order = Order::NewestFirst(reversed);
            }
            Order::One(first_number, _, first) => {
                self.take(first_number, &first, importer)?;
                self.take(number, line, importer)?;
            }
            Order::AsTheyCome => self.take(number, line, importer)?,
            Order::NewestFirst(mut reversed) => {
                reversed.add(number, id, line)?;
                self.order = Order::NewestFirst(reversed);
            }
        }
        Ok(())
    }

    /// Takes the events that were kept back.
    fn finish(mut self, importer: &mut Importer<'_>) -> Result<(), FixtureError> {
        match std::mem::replace(&mut self.order, Order::AsTheyCome) {
            Order::Unknown | Order::AsTheyCome => Ok(()),
            Order::One(number, _, line) => self.take(number, &line, importer),
            Order::NewestFirst(reversed) => reversed.each(|number, line| self.take(number, line, importer)),
        }
    }

    fn take(&self, number: u64, line: &[u8], importer: &mut Importer<'_>) -> Result<(), FixtureError> {
        match event_line::found(line, self.modified, &|account, body| importer.opened(account, body)) {
            Ok(Some(found)) => importer.take(found, || self.place_of(number))?,
            Ok(None) => {}
            Err(reason) => self.refuse(number, reason, importer),
        }
        Ok(())
    }

    fn place_of(&self, number: u64) -> String {
        format!("{}, line {number}", self.place)
    }

    fn refuse(&self, number: u64, reason: ImportReason, importer: &mut Importer<'_>) {
        importer.refuse(self.place_of(number), reason);
    }
}
