//! Exports events: numbers them, replaces identifiers, writes the format's files, checks them for originals, and renames
//! them into place.

use std::path::PathBuf;

use super::fixture_error::FixtureError;
use super::formats::{Format, WriterOptions};
use super::output::{Output, Written};
use super::pseudonyms::{Originals, Pseudonyms, Replacement};
use super::record::Fixture;
use super::record::manifest::PublishedKeys;
use super::record::numbering::Numbering;
use crate::account::Accounts;
use crate::capture::CaptureId;
use crate::progress::Progress;
use crate::store::Reader;
use crate::texts::Language;

mod stages;

/// Passes of an export. An identifier that only a later event shows to be one, such as a password that was an ordinary
/// word before, is found by the check of the files; the next pass knows it from the start, and replaces it in earlier
/// events, too.
const PASSES: usize = 3;

/// Changes in a preview; nobody reads more.
const PREVIEWED: usize = 500;

/// Format, destination, pseudonyms and language of an export.
#[derive(Debug)]
pub struct ExportPlan {
    pub format: Format,
    /// A file, or a folder for the formats that are one. A name that ends in `.zip` makes a pack one file.
    pub out: PathBuf,
    /// `None` leaves everything as it was received.
    pub pseudonyms: Option<Pseudonyms>,
    /// The language of diagnoses in JSON.
    pub language: Language,
}

/// Counts of a finished export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportSummary {
    pub events: u64,
    pub files: u64,
    /// Before compression.
    pub bytes: u64,
    /// Identifiers and texts that were replaced, each counted once; 0 without pseudonyms.
    pub replaced: u64,
    pub out: PathBuf,
}

/// Changes that pseudonyms would make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub events: u64,
    /// The first changes, each identifier once.
    pub changes: Vec<Replacement>,
    /// Number of different identifiers and texts that would be replaced.
    pub total: u64,
}

/// Writes these events, which are in ascending order, and renames the result into place once it is complete.
pub fn export(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    let mut originals = plan.pseudonyms.as_ref().map(|_| Originals::default());
    for _ in 1..PASSES {
        match write(reader, ids, plan, accounts, &mut originals, progress) {
            Err(FixtureError::Leak { .. }) => progress.begin_again(),
            ended => return ended,
        }
    }
    write(reader, ids, plan, accounts, &mut originals, progress).map_err(|error| match error {
        // Numbers of the export were never written: the error names the number in the list.
        FixtureError::Leak { what, number, file } => {
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let event = place.and_then(|place| ids.get(place)).map_or(0, |id| id.0.unsigned_abs());
            FixtureError::Leak { what, number: event, file }
        }
        error => error,
    })
}

/// Writes every event once.
fn write(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    originals: &mut Option<Originals>,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    let mut output = Output::begin(plan.format, &plan.out)?;
    let published = plan.pseudonyms.as_ref().map(|_| PublishedKeys::ours());
    let options = WriterOptions { published, language: plan.language };
    let replacing = plan.pseudonyms.as_ref().zip(originals.as_mut());
    let replace = replacing.map(|(pseudonyms, originals)| {
        move |(id, event)| replaced(pseudonyms, id, event, accounts, originals).map(|event| (id, event))
    });
    let events = stages::overlapping(
        |send| each(reader, ids, progress, |id, event| send((id, event))),
        replace,
        |events| {
            let (mut writer, mut count) = (plan.format.writer(&options), 0);
            for (_, event) in events {
                count += 1;
                writer.add(&event, &mut output)?;
            }
            writer.finish(&mut output).map(|()| count)
        },
        FixtureError::writing(&plan.out),
    )?;
    let Written { files, bytes } = output.finish(originals.as_ref(), progress)?;
    let replaced = originals.as_ref().map_or(0, Originals::total);
    Ok(ExportSummary { events, files, bytes, replaced, out: plan.out.clone() })
}

/// Reads these events one after the other, as they are exported. Events that have been removed meanwhile are left out.
fn each(
    reader: &Reader,
    ids: &[CaptureId],
    progress: &Progress,
    mut take: impl FnMut(CaptureId, Fixture) -> Result<(), FixtureError>,
) -> Result<(), FixtureError> {
    progress.set_total(ids.len() as u64);
    let numbering = Numbering::new(ids);
    for id in ids {
        if progress.is_cancelled() {
            return Err(FixtureError::Cancelled { exporting: true });
        }
        if let Some(stored) = reader.capture(*id)? {
            let images = reader.images_of(&stored)?;
            if let Some(event) = numbering.fixture(stored, &images) {
                take(*id, event)?;
            }
        }
        progress.advance(1);
    }
    Ok(())
}

/// Replaces the identifiers of an event; `id` is its number in the list.
fn replaced(
    pseudonyms: &Pseudonyms,
    id: CaptureId,
    event: Fixture,
    accounts: &Accounts,
    originals: &mut Originals,
) -> Result<Fixture, FixtureError> {
    pseudonyms.apply(event, accounts, originals).map_err(|error| match error {
        // The error names the number in the list.
        FixtureError::Sealed { .. } => FixtureError::Sealed { id: id.0 },
        error => error,
    })
}

/// Lists the changes that pseudonyms would make in these events, without writing anything.
pub fn preview(
    reader: &Reader,
    ids: &[CaptureId],
    pseudonyms: &Pseudonyms,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<Preview, FixtureError> {
    let mut originals = Originals::default();
    let mut events = 0;
    each(reader, ids, progress, |id, event| {
        events += 1;
        replaced(pseudonyms, id, event, accounts, &mut originals).map(drop)
    })?;
    Ok(Preview { events, changes: originals.changes(PREVIEWED), total: originals.total() })
}
