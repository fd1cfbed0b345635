//! Writes a pack: the files of each event, and its entry in the manifest.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::capture::{EventView, message_view};
use crate::exchange::event_folder::folder_name;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::record::entry::{self, Part};
use crate::exchange::record::manifest::{
    DECODED, EVENTS, IGNORED, MANIFEST, MENUSCOPE, PUBLISHED, PublishedKeys, REQUEST, VERSION,
};
use crate::exchange::writer::{Files, Writer};
use crate::texts::Language;

/// Writes the files and the manifest of a pack.
#[derive(Debug)]
pub(in crate::exchange) struct PackWriter {
    published: Option<PublishedKeys>,
    ignored: Option<Vec<String>>,
    begun: bool,
}

impl PackWriter {
    /// `published`: the keys of events with pseudonyms. `ignored`: the elements of a reply that tests beside the pack do
    /// not compare.
    pub(in crate::exchange) fn new(published: Option<PublishedKeys>, ignored: Option<Vec<String>>) -> Self {
        Self { published, ignored, begun: false }
    }

    fn begin(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let mut head = format!("{{\"{MENUSCOPE}\":{VERSION},").into_bytes();
        if let Some(published) = &self.published {
            head.extend_from_slice(format!("\"{PUBLISHED}\":").as_bytes());
            head.extend_from_slice(&json(MANIFEST, published)?);
            head.push(b',');
        }
        if let Some(ignored) = &self.ignored {
            head.extend_from_slice(format!("\"{IGNORED}\":").as_bytes());
            head.extend_from_slice(&json(MANIFEST, ignored)?);
            head.push(b',');
        }
        head.extend_from_slice(format!("\"{EVENTS}\":[").as_bytes());
        files.append(&head)
    }
}

impl Writer for PackWriter {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        let separator: &[u8] = if self.begun { b",\n" } else { b"\n" };
        self.begin(files)?;
        let (stored, number) = (&event.stored, event.stored.placement.id.0 as u64);
        let folder = folder_name(number, &stored.capture.envelope.kind);
        let inside = |file: &str| format!("{folder}/{file}");
        files.put(&inside(REQUEST), &stored.capture.request.to_http())?;
        // The language is that of diagnoses, and there are none in it.
        let view = EventView { stored, images: &event.images, language: Language::English };
        files.put(&inside(DECODED), &pretty(DECODED, &message_view(view))?)?;
        let (entry, parts) = entry::write(event, &folder);
        for Part { file, bytes } in parts {
            files.put(&inside(&file), bytes)?;
        }
        let mut line = separator.to_vec();
        line.append(&mut json(MANIFEST, &entry)?);
        files.append(&line)
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.begin(files)?;
        files.append(b"\n]}\n")
    }
}

fn json(file: &str, value: &impl Serialize) -> Result<Vec<u8>, FixtureError> {
    serde_json::to_vec(value).map_err(|error| FixtureError::writing(Path::new(file))(io::Error::from(error)))
}

fn pretty(file: &str, value: &impl Serialize) -> Result<Vec<u8>, FixtureError> {
    let text = serde_json::to_vec_pretty(value);
    let mut text = text.map_err(|error| FixtureError::writing(Path::new(file))(io::Error::from(error)))?;
    text.push(b'\n');
    Ok(text)
}
