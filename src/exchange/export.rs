//! Exports events: numbers them, replaces identifiers, writes the format's files, checks them for originals, and renames
//! them into place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fixture_error::FixtureError;
use super::formats::{Format, WriterOptions};
use super::output::{Output, OutputSize};
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
    let mut originals = None;
    if let Some(pseudonyms) = &plan.pseudonyms {
        // Fails before the events are read where nothing can be written.
        drop(Output::begin(plan.format, &plan.out, None)?);
        originals = Some(Arc::new(learnt(reader, ids, pseudonyms, accounts, progress, &plan.out)?.1));
        progress.begin_again();
    }
    write(reader, ids, plan, accounts, originals, progress).map_err(|error| match error {
        // The number in the export means nothing where none was written: the event's number in the list does.
        FixtureError::Leak { what, number, file } => {
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let event = place.and_then(|place| ids.get(place)).map_or(0, |id| id.0.unsigned_abs());
            FixtureError::Leak { what, number: event, file }
        }
        error => error,
    })
}

/// The number of these events, and the identifiers in all of them.
fn learnt(
    reader: &Reader,
    ids: &[CaptureId],
    pseudonyms: &Pseudonyms,
    accounts: &Accounts,
    progress: &Progress,
    out: &Path,
) -> Result<(u64, Originals), FixtureError> {
    stages::overlapping(
        |send| each(reader, ids, progress, |id, event| send((id, event))),
        None::<fn(_) -> _>,
        |events| {
            let (mut originals, mut count) = (Originals::default(), 0);
            for (id, event) in events {
                count += 1;
                pseudonyms.learn(&event, accounts, &mut originals).map_err(|error| match error {
                    // The number in the list, and not the one in the export.
                    FixtureError::Sealed { .. } => FixtureError::Sealed { id: id.0 },
                    error => error,
                })?;
            }
            Ok((count, originals))
        },
        FixtureError::writing(out),
    )
}

/// Writes everything.
fn write(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    originals: Option<Arc<Originals>>,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    let mut output = Output::begin(plan.format, &plan.out, originals.clone())?;
    let published = plan.pseudonyms.as_ref().map(|_| PublishedKeys::ours());
    let options = WriterOptions { published, language: plan.language };
    let replacing = plan.pseudonyms.as_ref().zip(originals.as_deref());
    let replace = replacing.map(|(pseudonyms, originals)| {
        move |(id, event)| pseudonyms.replace(event, accounts, originals).map(|event| (id, event))
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
    let OutputSize { files, bytes } = output.finish(progress)?;
    let replaced = originals.map_or(0, |originals| originals.total());
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

/// Lists the changes that pseudonyms would make in these events, without writing anything.
pub fn preview(
    reader: &Reader,
    ids: &[CaptureId],
    pseudonyms: &Pseudonyms,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<Preview, FixtureError> {
    let (events, originals) = learnt(reader, ids, pseudonyms, accounts, progress, Path::new(""))?;
    Ok(Preview { events, changes: originals.changes(PREVIEWED), total: originals.total() })
}
