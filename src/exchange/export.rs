//! Exports events: numbers them, replaces identifiers, writes the format's files, checks them for originals, and renames
//! them into place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fixture_error::FixtureError;
use super::formats::{Format, ServerUrl, WriterOptions};
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

mod created_folders;
mod stages;

use created_folders::CreatedFolders;

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
    pub options: ExportOptions,
}

/// Settings of an export that most do without.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Leaves out events that cannot be decrypted, where pseudonyms are asked for; else they end the export.
    pub leave_out_encrypted: bool,
    /// The server that curl, `.http` and hurl send to; `None` for the usual local one, at the captured path.
    pub to: Option<ServerUrl>,
    /// Elements of a reply that exported tests do not compare, by name.
    pub ignored: Vec<String>,
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
    /// Events that were left out, since they cannot be decrypted.
    pub left_out: u64,
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
    /// Number of events that cannot be decrypted: with them there is no export, unless they are left out.
    pub encrypted: u64,
}

/// Writes these events, which are in ascending order, and renames the result into place once it is complete.
pub fn export(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    let folders = CreatedFolders::around(&plan.out)?;
    let summary = match &plan.pseudonyms {
        None => write(reader, ids, plan, accounts, None, progress),
        Some(pseudonyms) => {
            // Fails before the events are read where nothing can be written.
            drop(Output::begin(plan.format, &plan.out, None)?);
            let encrypted = if plan.options.leave_out_encrypted { Encrypted::LeftOut } else { Encrypted::Refused };
            let mut learnt = learn(reader, ids, pseudonyms, accounts, progress, encrypted)?;
            progress.begin_again();
            let left_out = std::mem::take(&mut learnt.encrypted);
            if left_out.is_empty() {
                write(reader, ids, plan, accounts, Some(learnt.originals), progress)
            } else {
                // Numbers count what is exported: they are learnt anew without the others.
                let mut ids = ids.to_vec();
                ids.retain(|id| left_out.binary_search(id).is_err());
                let learnt = learn(reader, &ids, pseudonyms, accounts, progress, Encrypted::LeftOut)?;
                progress.begin_again();
                let summary = write(reader, &ids, plan, accounts, Some(learnt.originals), progress)?;
                Ok(ExportSummary { left_out: left_out.len() as u64, ..summary })
            }
        }
    };
    folders.keep_if(summary.is_ok());
    summary
}

/// The handling of events that cannot be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encrypted {
    Refused,
    LeftOut,
}

/// The identifiers of events.
struct Learnt {
    /// Number of events that can be exported.
    events: u64,
    originals: Originals,
    /// Events that cannot be decrypted, in ascending order.
    encrypted: Vec<CaptureId>,
}

/// Learns the identifiers in all of these events.
fn learn(
    reader: &Reader,
    ids: &[CaptureId],
    pseudonyms: &Pseudonyms,
    accounts: &Accounts,
    progress: &Progress,
    encrypted: Encrypted,
) -> Result<Learnt, FixtureError> {
    stages::overlapping(
        |send| each(reader, ids, progress, |id, event| send((id, event))),
        None::<fn(_) -> _>,
        |events| {
            let mut learnt = Learnt { events: 0, originals: Originals::default(), encrypted: Vec::new() };
            for (id, event) in events {
                match pseudonyms.learn(&event, accounts, &mut learnt.originals) {
                    Ok(()) => learnt.events += 1,
                    Err(FixtureError::Sealed { .. }) if encrypted == Encrypted::LeftOut => learnt.encrypted.push(id),
                    // The number in the list, and not the one in the export.
                    Err(FixtureError::Sealed { .. }) => return Err(FixtureError::Sealed { id: id.0 }),
                    Err(error) => return Err(error),
                }
            }
            Ok(learnt)
        },
        FixtureError::writing(Path::new("")),
    )
}

/// Writes everything.
fn write(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    originals: Option<Originals>,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    write_all(reader, ids, plan, accounts, originals.map(Arc::new), progress).map_err(|error| match error {
        // The number in the export means nothing where none was written: the event's number in the list does.
        FixtureError::Leak { what, number, file } => {
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let event = place.and_then(|place| ids.get(place)).map_or(0, |id| id.0.unsigned_abs());
            FixtureError::Leak { what, number: event, file }
        }
        error => error,
    })
}

fn write_all(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    originals: Option<Arc<Originals>>,
    progress: &Progress,
) -> Result<ExportSummary, FixtureError> {
    let mut output = Output::begin(plan.format, &plan.out, originals.clone())?;
    let published = plan.pseudonyms.as_ref().map(|_| PublishedKeys::ours());
    let ignored = plan.format.is_test_code().then(|| plan.options.ignored.clone());
    let options = WriterOptions { published, language: plan.language, to: plan.options.to.clone(), ignored };
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
    Ok(ExportSummary { events, files, bytes, replaced, left_out: 0, out: plan.out.clone() })
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
    let Learnt { events, originals, encrypted } =
        learn(reader, ids, pseudonyms, accounts, progress, Encrypted::LeftOut)?;
    let (changes, total) = (originals.changes(PREVIEWED), originals.total());
    Ok(Preview { events, changes, total, encrypted: encrypted.len() as u64 })
}
