//! Stored events in their order, and one of them as JSON.

use serde_json::Value;

use super::OperationError;
use crate::capture::{CaptureId, EventView, StoredCapture, event_json};
use crate::filter::Filter;
use crate::store::{Reader, Scan};
use crate::texts::Language;

/// The newest events that match, the newest first.
pub fn newest_matching(reader: &Reader, filter: &Filter, limit: usize) -> Result<Vec<CaptureId>, OperationError> {
    let mut ids = Vec::new();
    let mut scan = Scan::new(filter, reader.newest()?);
    let mut finished = false;
    while !finished && ids.len() < limit {
        let chunk = reader.step(&mut scan)?;
        ids.extend(chunk.ids.iter());
        finished = chunk.finished;
    }
    ids.truncate(limit);
    Ok(ids)
}

/// The events after `after` that match, the oldest first.
pub fn arrived_after(
    reader: &Reader,
    filter: &Filter,
    after: CaptureId,
    limit: usize,
) -> Result<Vec<CaptureId>, OperationError> {
    Ok(reader.arrived(filter, after, limit)?)
}

/// One event as JSON, with the image messages that belong to it.
pub fn event_object(reader: &Reader, stored: &StoredCapture, language: Language) -> Result<Value, OperationError> {
    let images = reader.images_of(stored)?;
    Ok(event_json(EventView { stored, images: &images, language }))
}
