//! The stored events that a command is about: by number, or all that a filter finds.

use super::filter;
use crate::capture::CaptureId;
use crate::cli::Which;
use crate::engine;
use crate::store::Reader;

/// The events, or why there is none.
pub(super) enum Chosen {
    /// In the order of arrival, each once.
    Events(Vec<CaptureId>),
    /// Nothing matches, or a number has no event.
    None(String),
}

/// Looks them up. Where neither numbers nor a filter are given, that is every event.
pub(super) fn chosen(which: &Which, reader: &Reader) -> anyhow::Result<Chosen> {
    if which.ids.is_empty() {
        let ids = reader.matching(&filter(which.filter.as_deref())?)?;
        return Ok(if ids.is_empty() { Chosen::None("no event matches".to_owned()) } else { Chosen::Events(ids) });
    }
    let ids = engine::Selection::Ids(which.ids.iter().copied().map(CaptureId).collect()).ids(reader)?;
    for id in &ids {
        if reader.page(&[*id])?.is_empty() {
            let missing = format!("there is no event {id}; list them with `menuscope events`");
            return Ok(Chosen::None(missing));
        }
    }
    Ok(Chosen::Events(ids))
}
