//! The captured events that WeChat's alarms speak of, by OpenID, Stamp and Event.

use crate::capture::{CaptureSummary, StoredCapture};
use crate::filter::Filter;
use crate::store::{Reader, StoreError};
use crate::wechat::alarm::{Alarm, AlarmExample, alarms};

/// Seconds between an alarm's Stamp and the CreateTime of its event, at most.
const STAMP_SECONDS: u64 = 1;

/// An alarm with the events of its examples.
#[derive(Clone, Debug)]
pub struct MatchedAlarm {
    /// The alarm as it was read.
    pub alarm: Alarm,
    /// The rows of the events of each of its examples, in their order.
    pub events: Vec<Vec<CaptureSummary>>,
}

/// The alarms in a text, with their events; none of those without a database.
pub fn matched_alarms(reader: Option<&Reader>, text: &str) -> Result<Vec<MatchedAlarm>, StoreError> {
    let rows = |example: &AlarmExample| match reader {
        None => Ok(Vec::new()),
        Some(reader) => {
            let ids: Vec<_> = events_of(reader, example)?.iter().map(|stored| stored.placement.id).collect();
            reader.page(&ids)
        }
    };
    let matched = |alarm: Alarm| {
        let events = alarm.examples.iter().map(rows).collect::<Result<_, _>>()?;
        Ok(MatchedAlarm { alarm, events })
    };
    alarms(text).into_iter().map(matched).collect()
}

/// The captures of an example: of its user, made at its second, of its kind where that is told.
pub fn events_of(reader: &Reader, example: &AlarmExample) -> Result<Vec<StoredCapture>, StoreError> {
    let (Some(openid), Some(stamp)) = (&example.openid, example.stamp) else { return Ok(Vec::new()) };
    // Quotes have no escape in a filter, and an OpenID has none.
    if openid.contains(['"', '*']) {
        return Ok(Vec::new());
    }
    let Ok(filter) = Filter::parse(&format!("openid:\"{openid}\""), &crate::clock::local_now()) else {
        return Ok(Vec::new());
    };
    let mut events = Vec::new();
    for id in reader.matching(&filter)? {
        let Some(stored) = reader.capture(id)? else { continue };
        let made = stored.capture.envelope.create_time;
        if made.is_some_and(|made| made.abs_diff(stamp) <= STAMP_SECONDS) {
            events.push(stored);
        }
    }
    // The alarm's words for an event are its own: where none is of the kind, the user and the second decide.
    let of_kind = |stored: &StoredCapture| example.kind().is_none_or(|kind| stored.capture.envelope.kind == kind);
    if events.iter().any(of_kind) {
        events.retain(of_kind);
    }
    Ok(events)
}
