//! `menuscope pin` and `menuscope note`: marks that a person leaves on events.

use super::Outcome;
use crate::capture::{AnnotationChange, CaptureId};
use crate::cli::{Note, Pin};
use crate::engine::Setup;
use crate::store::{BulkWriter, Reader};

pub(super) fn pin(setup: &Setup, pin: &Pin) -> anyhow::Result<Outcome> {
    annotate(setup, &pin.ids, &AnnotationChange::Pin(!pin.remove))
}

pub(super) fn note(setup: &Setup, note: &Note) -> anyhow::Result<Outcome> {
    annotate(setup, &[note.id], &AnnotationChange::Note(note.text.clone()))
}

/// Changes all of these events, or none where one of them is not there.
fn annotate(setup: &Setup, ids: &[i64], change: &AnnotationChange) -> anyhow::Result<Outcome> {
    let path = setup.folder.database();
    let reader = Reader::open(&path)?;
    let ids: Vec<CaptureId> = ids.iter().copied().map(CaptureId).collect();
    for id in &ids {
        if reader.page(&[*id])?.is_empty() {
            return Ok(Outcome::No(Some(format!("there is no event {id}; list them with `menuscope events`"))));
        }
    }
    BulkWriter::open(&path)?.annotate(&ids, change)?;
    Ok(Outcome::Done)
}
