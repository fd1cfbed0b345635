//! The events that the same menu button has sent: their number, and the latest of them.

use rusqlite::Connection;

use super::columns::{SUMMARY, select};
use super::condition::PRESENT;
use super::error::{StoreError, doing};
use super::index;
use super::rows::summary;
use super::taps::TAPPED;
use crate::capture::{CaptureSummary, StoredCapture};

/// The most events of a key that are counted: each is looked up by itself.
const MOST_COUNTED: i64 = 1_000;

/// The most events of a key that are listed.
const MOST_LATEST: i64 = 5;

/// The history of a key: the taps of one account with the same kind and EventKey, counted as those of a menu are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyHistory {
    /// Their number, the event itself included where it is one.
    pub count: u64,
    /// True if counting stopped before the last of them.
    pub has_more: bool,
    /// The latest before the event itself, newest first.
    pub earlier: Vec<CaptureSummary>,
}

/// The history of an event's key; `None` for an event without one.
pub(super) fn of(connection: &Connection, stored: &StoredCapture) -> Result<Option<KeyHistory>, StoreError> {
    let capture = &stored.capture;
    let Some(key) = capture.envelope.event_key.as_deref().filter(|key| !key.is_empty()) else { return Ok(None) };
    let problem = doing("reading the history of a menu key");
    let same = format!("c.event_key = ?1 AND c.kind = ?2 AND c.account = ?3 AND {TAPPED} AND {PRESENT}");
    // Those in the index, which come in the order of their numbers, and those that came after.
    let indexed = format!(
        "SELECT i.capture_id FROM indexed_key AS i CROSS JOIN capture AS c ON c.id = i.capture_id
         WHERE i.event_key = ?1 AND {same}"
    );
    let newer = format!("SELECT c.id FROM capture AS c WHERE c.id > ?4 AND {same}");
    let (kind, account, upto) = (&capture.envelope.kind, &capture.account, index::upto(connection)?);
    let counted = format!("SELECT COUNT(*) FROM (SELECT 1 FROM ({newer} UNION ALL {indexed}) LIMIT ?5)");
    let count: i64 = connection
        .prepare_cached(&counted)
        .and_then(|mut statement| statement.query_row((key, kind, account, upto, MOST_COUNTED + 1), |row| row.get(0)))
        .map_err(&problem)?;
    let latest = |part: String| format!("SELECT * FROM ({part} AND c.id < ?5 ORDER BY 1 DESC LIMIT ?6)");
    let latest = format!("{} UNION ALL {}", latest(newer), latest(indexed));
    let latest = select(SUMMARY, &format!("WHERE c.id IN ({latest}) ORDER BY c.id DESC LIMIT ?6"));
    let mut statement = connection.prepare_cached(&latest).map_err(&problem)?;
    let values = (key, kind, account, upto, stored.placement.group.0, MOST_LATEST);
    let rows = statement.query_map(values, summary).map_err(&problem)?;
    let earlier = rows.collect::<Result<_, _>>().map_err(&problem)?;
    Ok(Some(KeyHistory { count: count.min(MOST_COUNTED) as u64, has_more: count > MOST_COUNTED, earlier }))
}
