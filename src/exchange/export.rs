//! An export from the first event to the finished files: numbers, pseudonyms, the format's writer, the last look, the rename.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::manifest::Published;
use super::output::{CALLBACKS, Output, OutputSize, Subfolder};
use super::pack::PackWriter;
use super::pseudonyms::{Originals, Pseudonyms, Replacement};
use super::raw::RawWriter;
use super::writer::{Files, Writer};
use super::{Fixture, FixtureError, Format, curl, har, http_file, hurl, json_lines, snippets};
use crate::account::Accounts;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{CaptureId, Placement, StoredCapture};
use crate::progress::Progress;
use crate::store::Reader;
use crate::texts::Language;

mod stages;

/// So many changes are looked at; nobody reads more.
const PREVIEWED: usize = 500;

/// What is to be written, and how.
#[derive(Debug)]
pub struct ExportPlan {
    /// In which form.
    pub format: Format,
    /// Where to: a file, or a folder for the formats that are one. A name that ends in `.zip` makes a pack one file.
    pub out: PathBuf,
    /// What replaces identifiers; `None` leaves everything as it was received.
    pub pseudonyms: Option<Pseudonyms>,
    /// The language of diagnoses in JSON.
    pub language: Language,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many events.
    pub events: u64,
    /// How many files.
    pub files: u64,
    /// How many bytes, before compression.
    pub bytes: u64,
    /// How many identifiers and texts were replaced, each counted once; 0 without pseudonyms.
    pub replaced: u64,
    /// Where.
    pub out: PathBuf,
}

/// What pseudonyms would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many events would be exported.
    pub events: u64,
    /// The first changes, each identifier once.
    pub changes: Vec<Replacement>,
    /// How many different identifiers and texts would be replaced.
    pub total: u64,
}

/// Gives events the numbers of an export: 1 for the first to arrive.
pub(super) struct Numbering<'a> {
    /// In ascending order.
    ids: &'a [CaptureId],
}

impl<'a> Numbering<'a> {
    /// Numbers these, which are in ascending order.
    pub(super) fn new(ids: &'a [CaptureId]) -> Self {
        Self { ids }
    }

    /// The number of an event; `None` where it is not exported.
    pub(super) fn of(&self, id: CaptureId) -> Option<CaptureId> {
        let index = self.ids.binary_search(&id).ok()?;
        i64::try_from(index + 1).ok().map(CaptureId)
    }

    /// The event as it is exported.
    pub(super) fn fixture(&self, stored: StoredCapture, images: &[CaptureId]) -> Option<Fixture> {
        let id = self.of(stored.placement.id)?;
        let first = self.of(stored.placement.group);
        let placement = Placement { id, group: first.unwrap_or(id), ..stored.placement };
        let images = images.iter().filter_map(|image| self.of(*image)).collect();
        let mut stored = StoredCapture { placement, ..stored };
        let diagnoses = &mut stored.capture.diagnoses;
        match first {
            Some(first) => number_first(diagnoses, first),
            // It names an event that nobody can look at.
            None => diagnoses.retain(|diagnosis| diagnosis.code != Code::Duplicate),
        }
        Some(Fixture { stored, images, app_id: None })
    }
}

/// The first attempt gets another number: what names it follows.
pub(super) fn number_first(diagnoses: &mut [Diagnosis], first: CaptureId) {
    let duplicates = diagnoses.iter_mut().filter(|diagnosis| diagnosis.code == Code::Duplicate);
    for (name, value) in duplicates.flat_map(|diagnosis| &mut diagnosis.details) {
        if name == "first" {
            *value = first.to_string();
        }
    }
}

/// Writes these events, which are in ascending order, and renames the result into its place once it is whole.
pub fn export(
    reader: &Reader,
    ids: &[CaptureId],
    plan: &ExportPlan,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<Exported, FixtureError> {
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
) -> Result<Exported, FixtureError> {
    let mut output = Output::begin(plan.format, &plan.out, originals.clone())?;
    let replacing = plan.pseudonyms.as_ref().zip(originals.as_deref());
    let replace = replacing.map(|(pseudonyms, originals)| {
        move |(id, event)| pseudonyms.replace(event, accounts, originals).map(|event| (id, event))
    });
    let events = stages::overlapping(
        |send| each(reader, ids, progress, |id, event| send((id, event))),
        replace,
        |events| {
            let (mut writer, mut count) = (writer(plan), 0);
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
    Ok(Exported { events, files, bytes, replaced, out: plan.out.clone() })
}

/// What writes that format: the one list of them.
fn writer(plan: &ExportPlan) -> Box<dyn Writer> {
    let published = plan.pseudonyms.as_ref().map(|_| Published::ours());
    match plan.format {
        Format::Pack => Box::new(PackWriter::new(published)),
        Format::Raw => Box::new(RawWriter),
        Format::Json => Box::new(json_lines::JsonLines::new(plan.language)),
        Format::Curl => Box::new(curl::Curl::default()),
        Format::Http => Box::new(http_file::HttpFile::default()),
        Format::Har => Box::new(har::Har::default()),
        Format::Hurl => Box::new(hurl::Hurl::default()),
        Format::Pytest | Format::Node | Format::Phpunit | Format::Junit | Format::Go | Format::Rust => {
            Box::new(TestCode { format: plan.format, pack: PackWriter::new(published) })
        }
    }
}

/// Reads these events one after the other, as they are exported. Those that have gone meanwhile are left out.
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

/// Says what pseudonyms would change in these events, without writing anything.
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

/// Writes a pack into its folder, and the test code beside it.
struct TestCode {
    format: Format,
    pack: PackWriter,
}

impl Writer for TestCode {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.pack.add(event, &mut Subfolder { folder: CALLBACKS, files })
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.pack.finish(&mut Subfolder { folder: CALLBACKS, files })?;
        snippets::files(self.format).iter().try_for_each(|(name, text)| files.put(name, text.as_bytes()))
    }
}
