//! Grouping of captures into events: a retry joins the group of its first attempt.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::error::{StoreError, doing};
use super::rows::rest_of;
use crate::capture::{Capture, CaptureId, GroupKey, Placement};

/// The time after the last attempt within which a capture is a retry: WeChat tries three times, about five seconds apart.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// The number of remembered events above which those out of their window are forgotten.
const FORGET_ABOVE: usize = 100_000;

/// The events of the last minute, by their group keys.
#[derive(Debug, Default)]
pub(super) struct Groups {
    recent: HashMap<GroupKey, LastAttempt>,
    forget_above: usize,
}

#[derive(Clone, Copy, Debug)]
struct LastAttempt {
    group: CaptureId,
    attempt: u32,
    at: Timestamp,
}

impl Groups {
    /// Reads the last minute from the database, so that a restart between two attempts does not part them.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let problem = doing("reading the attempts of the last minute");
        let mut groups = Self { recent: HashMap::new(), forget_above: FORGET_ABOVE };
        let sql = "SELECT rest, group_id, attempt, received_at FROM capture ORDER BY id DESC LIMIT ?1";
        let mut statement = connection.prepare(sql).map_err(&problem)?;
        let mut rows = statement.query([FORGET_ABOVE as u32]).map_err(&problem)?;
        let mut newest: Option<Timestamp> = None;
        while let Some(row) = rows.next().map_err(&problem)? {
            let at =
                Timestamp::from_microsecond(row.get("received_at").map_err(&problem)?).unwrap_or(Timestamp::UNIX_EPOCH);
            if newest.get_or_insert(at).duration_since(at) > WINDOW {
                break;
            }
            // Of a damaged row no attempt is known; reading it will say that it is damaged.
            if let Some(key) = rest_of(row, 0).ok().and_then(|rest| rest.group_key) {
                let last = LastAttempt {
                    group: CaptureId(row.get("group_id").map_err(&problem)?),
                    attempt: row.get("attempt").map_err(&problem)?,
                    at,
                };
                // Newest first: what is there already is the later attempt.
                groups.recent.entry(key).or_insert(last);
            }
        }
        Ok(groups)
    }

    /// The group and attempt of a capture that is about to be stored under `id`.
    pub(super) fn place(&mut self, id: CaptureId, capture: &Capture) -> Placement {
        let alone = Placement { id, group: id, attempt: 1 };
        let Some(key) = capture.group_key else { return alone };
        let at = capture.request.received_at;
        let placement = match self.recent.get(&key) {
            // Negative after the clock was set back: still the same event.
            Some(last) if at.duration_since(last.at) <= WINDOW => {
                Placement { id, group: last.group, attempt: last.attempt + 1 }
            }
            _ => alone,
        };
        self.recent.insert(key, LastAttempt { group: placement.group, attempt: placement.attempt, at });
        if self.recent.len() > self.forget_above {
            self.recent.retain(|_, last| at.duration_since(last.at) <= WINDOW);
            // All of them may be of the last minute: the next scan is put off, or every insert would make one.
            self.forget_above = (self.recent.len() * 2).max(FORGET_ABOVE);
        }
        placement
    }
}
