//! Which captures are attempts of one event.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{StoreError, doing};
use crate::capture::{Capture, CaptureId, GroupKey, Placement};

/// What comes later than this after the last attempt is a new event: WeChat tries three times, about five seconds apart.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// Beyond this many remembered events the ones out of their window are forgotten.
const FORGET_ABOVE: usize = 100_000;

/// The events of the last minute: a retry joins the group of its first attempt.
#[derive(Debug, Default)]
pub(super) struct Groups {
    recent: HashMap<GroupKey, Last>,
    forget_above: usize,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    group: CaptureId,
    attempt: u32,
    at: Timestamp,
}

impl Groups {
    /// What the database knows of the last minute, so that a restart between two attempts does not part them.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let problem = doing("reading the attempts of the last minute");
        let mut groups = Self { recent: HashMap::new(), forget_above: FORGET_ABOVE };
        let sql = "SELECT group_key, group_id, attempt, received_at FROM capture ORDER BY id DESC LIMIT ?1";
        let mut statement = connection.prepare(sql).map_err(&problem)?;
        let mut rows = statement.query([FORGET_ABOVE as u32]).map_err(&problem)?;
        let mut newest: Option<Timestamp> = None;
        while let Some(row) = rows.next().map_err(&problem)? {
            let at = Timestamp::from_microsecond(row.get(3).map_err(&problem)?).unwrap_or(Timestamp::UNIX_EPOCH);
            if newest.get_or_insert(at).duration_since(at) > WINDOW {
                break;
            }
            let key: Vec<u8> = row.get(0).map_err(&problem)?;
            if let Ok(key) = GroupKey::try_from(&*key) {
                let last = Last {
                    group: CaptureId(row.get(1).map_err(&problem)?),
                    attempt: row.get(2).map_err(&problem)?,
                    at,
                };
                // Newest first: what is there already is the later attempt.
                groups.recent.entry(key).or_insert(last);
            }
        }
        Ok(groups)
    }

    /// Where a capture belongs that is about to get this number.
    pub(super) fn place(&mut self, id: CaptureId, capture: &Capture) -> Placement {
        let alone = Placement { id, group: id, attempt: 1 };
        let Some(key) = capture.group_key else { return alone };
        let at = capture.request.received_at;
        let placement = match self.recent.get(&key) {
            // A clock that was set back makes this negative: still the same event.
            Some(last) if at.duration_since(last.at) <= WINDOW => {
                Placement { id, group: last.group, attempt: last.attempt + 1 }
            }
            _ => alone,
        };
        self.recent.insert(key, Last { group: placement.group, attempt: placement.attempt, at });
        if self.recent.len() > self.forget_above {
            self.recent.retain(|_, last| at.duration_since(last.at) <= WINDOW);
            // All of them may be of the last minute: do not go through them again at every insert.
            self.forget_above = (self.recent.len() * 2).max(FORGET_ABOVE);
        }
        placement
    }
}
