//! Numbers the events of an export from 1, by arrival, and the references to them.

use super::Fixture;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{CaptureId, Placement, StoredCapture};

/// The numbering of an export: 1 for the first event to arrive.
pub(in crate::exchange) struct Numbering<'a> {
    /// The exported events in ascending order.
    ids: &'a [CaptureId],
}

impl<'a> Numbering<'a> {
    /// Numbers events that are in ascending order.
    pub(in crate::exchange) fn new(ids: &'a [CaptureId]) -> Self {
        Self { ids }
    }

    /// The number of an event; `None` where it is not exported.
    pub(in crate::exchange) fn of(&self, id: CaptureId) -> Option<CaptureId> {
        let index = self.ids.binary_search(&id).ok()?;
        i64::try_from(index + 1).ok().map(CaptureId)
    }

    /// The event as it is exported.
    pub(in crate::exchange) fn fixture(&self, stored: StoredCapture, images: &[CaptureId]) -> Option<Fixture> {
        let id = self.of(stored.placement.id)?;
        let first = self.of(stored.placement.group);
        let placement = Placement { id, group: first.unwrap_or(id), ..stored.placement };
        let images = images.iter().filter_map(|image| self.of(*image)).collect();
        let mut stored = StoredCapture { placement, ..stored };
        let diagnoses = &mut stored.capture.diagnoses;
        match first {
            Some(first) => number_first(diagnoses, first),
            // It names an event that is not exported.
            None => diagnoses.retain(|diagnosis| diagnosis.code != Code::Duplicate),
        }
        Some(Fixture { stored, images, app_id: None })
    }
}

/// Replaces the number of the first attempt in the diagnoses that name it.
pub(in crate::exchange) fn number_first(diagnoses: &mut [Diagnosis], first: CaptureId) {
    let duplicates = diagnoses.iter_mut().filter(|diagnosis| diagnosis.code == Code::Duplicate);
    for (name, value) in duplicates.flat_map(|diagnosis| &mut diagnosis.details) {
        if name == "first" {
            *value = first.to_string();
        }
    }
}
