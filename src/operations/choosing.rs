//! The stored events that an operation is about: by number, or all that a filter finds.

use super::OperationError;
use crate::capture::{CaptureId, StoredCapture};
use crate::engine;
use crate::filter::Filter;
use crate::store::Reader;
use crate::texts::safe_text::shortened;

/// So much of a filter is quoted where it cannot be read, in characters; the mistake itself is named at its column.
const SHOWN_FILTER: usize = 80;

/// Reads a filter; a mistake is named at its column.
pub fn read_filter(text: &str) -> Result<Filter, OperationError> {
    Filter::parse(text, &crate::clock::local_now())
        .map_err(|source| OperationError::Filter { text: shortened(text, SHOWN_FILTER), source })
}

/// The events of these numbers, or without any all that the filter finds, in the order of arrival and each once. Where
/// neither is given, that is every event.
pub fn choose(reader: &Reader, ids: &[i64], filter: Option<&str>) -> Result<Vec<CaptureId>, OperationError> {
    if ids.is_empty() {
        let ids = reader.matching(&read_filter(filter.unwrap_or_default())?)?;
        return if ids.is_empty() { Err(OperationError::NothingMatches) } else { Ok(ids) };
    }
    let ids = engine::Selection::Ids(ids.iter().copied().map(CaptureId).collect()).ids(reader)?;
    for id in &ids {
        if reader.page(&[*id])?.is_empty() {
            return Err(OperationError::NoEvent { id: id.to_string() });
        }
    }
    Ok(ids)
}

/// A stored event with its reply.
pub fn stored_event(reader: &Reader, id: CaptureId) -> Result<StoredCapture, OperationError> {
    reader.capture(id)?.ok_or_else(|| OperationError::NoEvent { id: id.to_string() })
}
