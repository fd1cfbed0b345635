//! Reads an archive entry by entry. Requests that are no callbacks are never held in memory.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read as _};

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::archived_request::{self, ArchivedRequest};
use super::{RECORD, archived_reply};
use crate::account::Account;
use crate::capture::{Capture, RawRequest};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::formats::input::byte_budget::{ByteBudget, LimitedReader};
use crate::exchange::formats::input::lines::without_mark;
use crate::exchange::formats::input::undated::UndatedTimes;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::{FileEvent, object};

/// Limit of the members that are kept of an entry: a message has 1 MiB at most, and an entry has it in a few forms.
const MOST_KEPT: u64 = 64 << 20;

/// The path to the list of entries.
const ENTRIES: [&str; 2] = ["log", "entries"];

/// Reads a file to its end. `place` names it in problems; `modified` dates requests without a time of their own.
pub(in crate::exchange) fn read(
    input: &mut dyn BufRead,
    place: &str,
    modified: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    importer.begin_file()?;
    let mut mark = Vec::new();
    if let Err(error) = input.take(3).read_to_end(&mut mark) {
        importer.refuse(place.to_owned(), unreadable(&error));
        return Ok(());
    }
    let beginning = match without_mark(&mark) {
        Ok(beginning) => beginning,
        Err(reason) => {
            importer.refuse(place.to_owned(), reason);
            return Ok(());
        }
    };
    let budget = ByteBudget::of(MOST_KEPT);
    budget.lift();
    let input = LimitedReader { input: beginning.chain(input), budget: budget.clone() };
    // The deserializer asks for a byte at a time, which only a buffer of its own makes cheap.
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, input));
    let mut archive = ArchiveImport {
        place,
        number: 0,
        undated: UndatedTimes::since(modified),
        has_entries: false,
        budget,
        importer,
        failed: None,
    };
    let outcome = PathSeed { path: &ENTRIES, archive: &mut archive }.deserialize(&mut json);
    archive.end(outcome)
}

fn unreadable(error: &io::Error) -> ImportReason {
    ImportReason::Unreadable { cause: error.to_string() }
}

/// The import of one archive.
struct ArchiveImport<'a, 'i> {
    place: &'a str,
    /// The number of the last entry, from 1.
    number: u64,
    undated: UndatedTimes,
    has_entries: bool,
    budget: ByteBudget,
    importer: &'a mut Importer<'i>,
    /// The error that ended the import.
    failed: Option<FixtureError>,
}

impl ArchiveImport<'_, '_> {
    fn add(&mut self, entry: ArchiveEntry) -> Result<(), FixtureError> {
        self.importer.go_on()?;
        let ArchiveEntry { started, archived, response, timings, record } = entry;
        let archived = archived.unwrap_or_else(|| Err(ImportReason::Malformed { cause: "no request".to_owned() }));
        let received_at = started.unwrap_or_else(|| self.undated.next());
        let mut archived = match archived {
            Ok(archived) => archived,
            Err(reason) => return self.refuse(reason),
        };
        archived.request.received_at = received_at;
        if let Some(record) = record {
            return match recorded(record, archived.request, response) {
                Ok(found) => self.importer.take(found, || place_of(self.place, self.number)),
                Err(reason) => self.refuse(reason),
            };
        }
        if let Some(reason) = archived.refusal() {
            return self.refuse(reason);
        }
        let timings = timings.and_then(|value| archived_request::parsed("timings", value).ok()).unwrap_or_default();
        // An answer that cannot be understood is no reason to leave the request out.
        let answered =
            response.and_then(|response| archived_reply::forwarded(&archived.url, response, &timings).ok().flatten());
        if let Some(forwarded) = answered {
            let reply = |capture: &Capture, account: &Account| archived_reply::reply(forwarded, capture, account);
            return self.importer.take_answered(archived.request, reply, || place_of(self.place, self.number));
        }
        let found = FileEvent { request: archived.request, record: None };
        self.importer.take(found, || place_of(self.place, self.number))
    }

    #[expect(clippy::unnecessary_wraps, reason = "what was refused is dealt with, like what was taken")]
    fn refuse(&mut self, reason: ImportReason) -> Result<(), FixtureError> {
        self.importer.refuse(place_of(self.place, self.number), reason);
        Ok(())
    }

    /// Adds the problem that ended the archive early, if there is one.
    fn end(self, outcome: serde_json::Result<()>) -> Result<(), FixtureError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let place = if self.has_entries { place_of(self.place, self.number + 1) } else { self.place.to_owned() };
        match outcome {
            Ok(()) if self.has_entries => {}
            Ok(()) => self.importer.refuse(place, ImportReason::Malformed { cause: "no log.entries".to_owned() }),
            Err(error) => {
                let too_large = self.budget.exceeded().map(|limit| ImportReason::TooLarge { limit });
                self.importer.refuse(place, too_large.unwrap_or_else(|| reason(&error)));
            }
        }
        Ok(())
    }
}

fn place_of(file: &str, entry: u64) -> String {
    format!("{file}, entry {entry}")
}

fn reason(error: &serde_json::Error) -> ImportReason {
    let words = error.to_string();
    if error.is_io() {
        return ImportReason::Unreadable { cause: words };
    }
    match words.strip_prefix("invalid unicode code point") {
        Some(at) => ImportReason::Encoding { encoding: format!("…{at}") },
        None => ImportReason::Malformed { cause: words },
    }
}

/// Descends to the list of entries, and skips everything else.
struct PathSeed<'p, 'r, 'a, 'i> {
    path: &'p [&'static str],
    archive: &'r mut ArchiveImport<'a, 'i>,
}

impl<'de> DeserializeSeed<'de> for PathSeed<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() { deserializer.deserialize_seq(self) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> Visitor<'de> for PathSeed<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() { "a list of entries" } else { "an object" })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { path, archive } = self;
        while let Some(name) = map.next_key::<String>()? {
            match path.split_first() {
                Some((wanted, path)) if name == *wanted => {
                    map.next_value_seed(PathSeed { path, archive: &mut *archive })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { archive, .. } = self;
        archive.has_entries = true;
        while let Some(entry) = entries.next_element_seed(EntrySeed(&archive.budget))? {
            archive.number += 1;
            if let Err(error) = archive.add(entry) {
                archive.failed = Some(error);
                return Err(A::Error::custom("the import is over"));
            }
        }
        Ok(())
    }
}

/// The members of an entry that are read.
#[derive(Default)]
struct ArchiveEntry {
    started: Option<Timestamp>,
    archived: Option<Result<ArchivedRequest, ImportReason>>,
    response: Option<Value>,
    timings: Option<Value>,
    record: Option<Value>,
}

impl ArchiveEntry {
    fn put(&mut self, name: &str, value: Value) {
        match name {
            "startedDateTime" => self.started = value.as_str().and_then(|text| text.parse().ok()),
            "request" => self.archived = Some(archived_request::read(value)),
            "response" => self.response = Some(value),
            "timings" => self.timings = Some(value),
            _ => self.record = Some(value),
        }
    }

    /// Tells whether the members so far show that the entry will not be imported.
    fn is_refused(&self) -> bool {
        let refused = |archived: &Result<ArchivedRequest, ImportReason>| {
            archived.as_ref().map_or(true, |archived| archived.refusal().is_some())
        };
        self.record.is_none() && self.archived.as_ref().is_some_and(refused)
    }
}

struct EntrySeed<'r>(&'r ByteBudget);

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = ArchiveEntry;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ArchiveEntry, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = ArchiveEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ArchiveEntry, A::Error> {
        let mut entry = ArchiveEntry::default();
        while let Some(name) = map.next_key::<String>()? {
            let is_kept = match &*name {
                // A page, a picture, a download: passed over.
                "response" => !entry.is_refused(),
                "startedDateTime" | "request" | "timings" | RECORD => true,
                _ => false,
            };
            if is_kept {
                self.0.renew();
                entry.put(&name, map.next_value()?);
                self.0.lift();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(entry)
    }
}

/// The event of an entry that this program wrote.
fn recorded(mut record: Value, mut request: RawRequest, response: Option<Value>) -> Result<FileEvent, ImportReason> {
    if let Some(Value::String(target)) = record.as_object_mut().and_then(|record| record.shift_remove("target")) {
        request.target = target;
    }
    object::read(record, request, response.map(archived_reply::body).transpose()?.flatten())
}
