//! The image messages that belong to an event with pictures.

use rusqlite::Connection;

use super::columns::signature_to_number;
use super::condition::PRESENT;
use super::error::{StoreError, doing};
use crate::capture::{CaptureId, StoredCapture};

/// Seconds between the CreateTime of an event with pictures and of its image messages, at most.
const PICTURE_SECONDS: i64 = 5;

/// The image messages of an event with pictures: same account and user, about the same CreateTime, without retries.
/// They may have arrived before the event.
pub(super) fn of(connection: &Connection, capture: &StoredCapture) -> Result<Vec<CaptureId>, StoreError> {
    if !capture.capture.has_pictures() {
        return Ok(Vec::new());
    }
    let problem = doing("finding the image messages of an event");
    let (Some(openid), Some(created)) = (&capture.capture.envelope.openid, capture.capture.envelope.create_time) else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT c.id FROM capture AS c WHERE c.openid = ?1 AND c.kind = 'image' AND c.account = ?2 AND c.attempt = 1
         AND c.create_time BETWEEN ?3 AND ?4 AND c.signature = ?5 AND {PRESENT} ORDER BY c.id"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    // A forged image must not pass for a picture of a genuine event.
    let signature = signature_to_number(capture.capture.signature);
    let (from, to) = (created.saturating_sub(PICTURE_SECONDS), created.saturating_add(PICTURE_SECONDS));
    let rows = statement
        .query_map((openid, &capture.capture.account, from, to, signature), |row| row.get(0).map(CaptureId))
        .map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}
