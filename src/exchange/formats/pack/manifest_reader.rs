//! Reads a pack: the manifest as a stream, and the files of each event as its entry comes.

use std::fmt;
use std::io::{BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder};

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::source::Source;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::formats::input::byte_budget::{ByteBudget, LimitedReader};
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;
use crate::exchange::record::http_text::parse;
use crate::exchange::record::manifest::{EVENTS, Entry, MANIFEST, MENUSCOPE, REQUEST, VERSION};
use crate::exchange::record::{FileEvent, entry};

/// Bytes of an entry, findings and headers included; a longer one would only fill the memory.
const MOST_LINE: u64 = 16 << 20;

/// Events that are read ahead while others are stored.
const AHEAD: usize = 64;

/// An event and its place, or the reason why it cannot be read.
type Item = (String, Result<FileEvent, ImportReason>);

/// Reads a pack to its end: one thread reads its files, this one stores the events. A problem of one event is listed,
/// and the others come in.
pub(in crate::exchange) fn read(
    source: &mut (dyn Source + Send),
    place: &str,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    importer.begin_file()?;
    let (events, coming) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let reader = Builder::new().name("import".to_owned()).spawn_scoped(scope, move || walk(source, place, &events));
        reader.map_err(|source| FixtureError::Read { source, path: place.into() })?;
        take_in(coming, importer)
    })
}

/// An early end drops the queue, which ends the thread that reads.
fn take_in(coming: Receiver<Item>, importer: &mut Importer<'_>) -> Result<(), FixtureError> {
    for (place, found) in coming {
        match found {
            Ok(found) => importer.take(found, || place)?,
            Err(reason) => importer.refuse(place, reason),
        }
    }
    Ok(())
}

fn walk(source: &mut dyn Source, place: &str, events: &SyncSender<Item>) {
    let budget = ByteBudget::of(MOST_LINE);
    let manifest = source.manifest().map(|input| LimitedReader { input, budget: budget.clone() });
    let mut walk = ManifestWalk { source, place, events, budget, read: 0, version: false, ended: None };
    let wrong = match manifest.map(|manifest| walk.through(manifest)) {
        Err(reason) => (format!("{place}, {MANIFEST}"), reason),
        Ok(outcome) => match (walk.ended, outcome) {
            (Some(EarlyEnd::Abandoned), _) | (None, Ok(())) => return,
            (Some(EarlyEnd::LaterVersion(version)), _) => (place.to_owned(), ImportReason::LaterVersion { version }),
            (None, Err(error)) => {
                (format!("{place}, {MANIFEST}"), ImportReason::Malformed { cause: error.to_string() })
            }
        },
    };
    // Nobody is there to hear it where the import was left.
    events.send((wrong.0, Err(wrong.1))).ok();
}

/// The reason for leaving the manifest before its end.
enum EarlyEnd {
    /// Nobody takes its events any more.
    Abandoned,
    LaterVersion(u64),
}

/// The state of reading a manifest.
struct ManifestWalk<'a> {
    source: &'a mut dyn Source,
    place: &'a str,
    events: &'a SyncSender<Item>,
    budget: ByteBudget,
    /// The number of events so far.
    read: u64,
    /// Set once the version has come.
    version: bool,
    ended: Option<EarlyEnd>,
}

impl ManifestWalk<'_> {
    fn through(&mut self, manifest: LimitedReader<Box<dyn Read>>) -> serde_json::Result<()> {
        let mut json = serde_json::Deserializer::from_reader(BufReader::new(manifest));
        json.deserialize_map(self)?;
        json.end()
    }

    /// The event of a line, with all that its files hold.
    fn event(&mut self, line: Value) -> Item {
        self.read += 1;
        self.budget.renew();
        match Entry::deserialize(line) {
            Ok(entry) => (format!("{}, {}", self.place, entry.folder), event(entry, self.source)),
            Err(error) => {
                let place = format!("{}, {EVENTS}[{}]", self.place, self.read - 1);
                (place, Err(ImportReason::Malformed { cause: error.to_string() }))
            }
        }
    }

    fn end<E: serde::de::Error>(&mut self, ended: EarlyEnd) -> E {
        self.ended = Some(ended);
        E::custom("left")
    }
}

impl<'de> Visitor<'de> for &mut ManifestWalk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the manifest of a pack")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match &*name {
                MENUSCOPE => {
                    let version = members.next_value::<u64>()?;
                    if version > u64::from(VERSION) {
                        return Err(self.end(EarlyEnd::LaterVersion(version)));
                    }
                    self.version = true;
                }
                EVENTS if self.version => members.next_value_seed(EventList(&mut *self))?,
                EVENTS => return Err(A::Error::custom("its version does not come first")),
                _ => members.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(())
    }
}

/// The list of events, taken one after the other.
struct EventList<'s, 'a>(&'s mut ManifestWalk<'a>);

impl<'de> DeserializeSeed<'de> for EventList<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EventList<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            let event = self.0.event(value);
            if self.0.events.send(event).is_err() {
                return Err(self.0.end(EarlyEnd::Abandoned));
            }
        }
        Ok(())
    }
}

/// The event of an entry, with all that its files hold.
fn event(entry: Entry, source: &mut dyn Source) -> Result<FileEvent, ImportReason> {
    let http = source.read(&entry.folder, REQUEST)?;
    let request = parse(http).map_err(|cause| ImportReason::Malformed { cause: format!("{REQUEST}: {cause}") })?;
    entry::read(entry, request, source)
}
