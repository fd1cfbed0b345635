//! Limits of what the store keeps: beyond a limit of age, count or size the oldest events are removed, which is reported and
//! can be undone like any other removal.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::columns::timestamp;
use super::error::{StoreError, doing};
use super::index;
use super::pages::Pages;
use super::removal::{AT_ONCE, RemovalId};
use crate::capture::CaptureId;
use crate::texts::user_error::UserError;

/// The limits of a store.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of requests that fail verification.
    pub unverified: u64,
    /// The user's limits for all events.
    pub retention: Retention,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unverified: u64::MAX, retention: Retention::default() }
    }
}

/// Limits that the user sets; events beyond one of them are removed. Without any, everything is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub age: Option<Duration>,
    pub events: Option<u64>,
    /// Bytes of the database, about: without its empty pages, which the file keeps after a deletion.
    pub size: Option<u64>,
}

/// The limit that events were removed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionReason {
    Age,
    Events,
    Size,
}

/// A removal of events beyond the limits, which can be undone like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionReport {
    pub removal: RemovalId,
    pub events: u64,
    /// The arrival of the oldest and of the newest of them.
    pub received: (Timestamp, Timestamp),
    pub reason: RetentionReason,
}

impl RetentionReport {
    /// The report with some more events.
    pub(super) fn and(mut self, more: &Expired) -> Self {
        self.events += more.ids.len() as u64;
        self.received = (self.received.0.min(more.received.0), self.received.1.max(more.received.1));
        self
    }

    /// The report in words: number, ages, reason, and the way back.
    pub fn words(&self) -> UserError {
        let Self { events, received: (oldest, newest), reason, .. } = self;
        let (key, limit) = match reason {
            RetentionReason::Age => ("user_error.retention.age", "days"),
            RetentionReason::Events => ("user_error.retention.events", "events"),
            RetentionReason::Size => ("user_error.retention.size", "size_mib"),
        };
        let events = if *events == 1 { "1 event".to_owned() } else { format!("{events} events") };
        let text = format!(
            "removed {events}, received {oldest:.0} to {newest:.0}, because of [retention] {limit} in config.toml; \
             for ten minutes `menuscope db restore` or Ctrl+Z in the window brings them back"
        );
        let (oldest, newest) = (format!("{oldest:.0}"), format!("{newest:.0}"));
        UserError::of(key, text).with("count", self.events).with("oldest", oldest).with("newest", newest)
    }
}

/// Some events beyond a limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expired {
    pub(super) ids: Vec<CaptureId>,
    pub(super) received: (Timestamp, Timestamp),
    pub(super) reason: RetentionReason,
}

impl Retention {
    /// True where any limit is set.
    pub fn is_limited(&self) -> bool {
        *self != Self::default()
    }

    /// A number by which these limits are known again.
    pub(super) fn fingerprint(&self) -> i64 {
        let parts = [self.age.map(|age| age.as_secs()), self.events, self.size];
        // FNV-1a over the limits; the lowest bit keeps it from being 0, which stands for none.
        let mix = |hash: u64, part: u64| (hash ^ part).wrapping_mul(0x0100_0000_01b3);
        let hash = parts.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, part| {
            mix(mix(hash, part.is_some().into()), part.unwrap_or_default())
        });
        (hash | 1).cast_signed()
    }

    /// The time before which events are too old.
    fn too_old(&self, now: Timestamp) -> Option<i64> {
        let age = SignedDuration::try_from(self.age?).unwrap_or(SignedDuration::MAX);
        Some(now.saturating_sub(age).unwrap_or(Timestamp::MIN).as_microsecond())
    }

    /// True where an event is older than the limit of age; as in [`Self::expired`], one that is not indexed yet waits.
    pub(super) fn has_old(&self, connection: &Connection, now: Timestamp) -> Result<bool, StoreError> {
        let Some(before) = self.too_old(now) else { return Ok(false) };
        let sql = "SELECT EXISTS (SELECT 1 FROM indexed_received WHERE received_at < ?1
                   AND capture_id NOT IN (SELECT capture_id FROM removed))";
        connection.query_row(sql, [before], |row| row.get(0)).map_err(doing(FINDING))
    }

    /// Some of the oldest events beyond a limit, but none from `open` on, the oldest capture without a reply. Without `now`,
    /// the clock is not believed, and age is no reason. By age, events are found through the index, which comes first.
    pub(super) fn expired(
        &self,
        connection: &Connection,
        open: Option<i64>,
        now: Option<Timestamp>,
    ) -> Result<Option<Expired>, StoreError> {
        let below = open.unwrap_or(i64::MAX);
        if let Some(before) = now.and_then(|now| self.too_old(now)) {
            let sql = "SELECT id, c.received_at, kept_bytes FROM indexed_received AS i
                       CROSS JOIN capture AS c ON c.id = i.capture_id WHERE i.received_at < ?1 AND i.capture_id < ?2
                       AND i.capture_id NOT IN (SELECT capture_id FROM removed) ORDER BY i.received_at LIMIT ?3";
            let some = select(connection, sql, &[before, below, i64::from(AT_ONCE)], |_| true)?;
            if !some.is_empty() {
                return Ok(Expired::of(&some, RetentionReason::Age));
            }
        }
        let sql = "SELECT id, received_at, kept_bytes FROM capture WHERE id < ?1
                   AND id NOT IN (SELECT capture_id FROM removed) ORDER BY id LIMIT ?2";
        if let Some(most) = self.events {
            let listed = index::captures(connection)? - count(connection, "SELECT COUNT(*) FROM removed")?;
            let excess = listed - i64::try_from(most).unwrap_or(i64::MAX);
            if excess > 0 {
                let some = select(connection, sql, &[below, excess.min(i64::from(AT_ONCE))], |_| true)?;
                return Ok(Expired::of(&some, RetentionReason::Events));
            }
        }
        if let Some(Oversize { mut excess, share }) = self.oversize(connection)? {
            let some = select(connection, sql, &[below, i64::from(AT_ONCE)], |bytes| {
                let is_beyond = excess > 0;
                excess -= share.max(bytes);
                is_beyond
            })?;
            return Ok(Expired::of(&some, RetentionReason::Size));
        }
        Ok(None)
    }

    /// The bytes beyond the limit of size once what is removed already will be deleted.
    fn oversize(&self, connection: &Connection) -> Result<Option<Oversize>, StoreError> {
        let Some(most) = self.size else { return Ok(None) };
        let pages = Pages::of(connection)?;
        let used = (pages.bytes() - pages.empty_bytes()).cast_signed();
        let over = used - i64::try_from(most).unwrap_or(i64::MAX);
        let events = index::captures(connection)?;
        if over <= 0 || events == 0 {
            return Ok(None);
        }
        // An event takes its part of the indexes along, and at least its own bytes.
        let share = used / events;
        let sql = "SELECT COALESCE(SUM(MAX(kept_bytes, ?1)), 0) FROM removed JOIN capture ON capture.id = capture_id";
        let removed: i64 = connection.query_row(sql, [share], |row| row.get(0)).map_err(doing(FINDING))?;
        Ok((over > removed).then_some(Oversize { excess: over - removed, share }))
    }
}

/// Bytes beyond the limit, and the bytes that one event takes on average.
struct Oversize {
    excess: i64,
    share: i64,
}

impl Expired {
    fn of(rows: &[(i64, i64)], reason: RetentionReason) -> Option<Self> {
        let times = rows.iter().map(|(_, received_at)| *received_at);
        let received = (timestamp(times.clone().min()?), timestamp(times.max()?));
        Some(Self { ids: rows.iter().map(|(id, _)| CaptureId(*id)).collect(), received, reason })
    }
}

/// The operation as errors name it.
const FINDING: &str = "finding events beyond the limits";

/// Ids and times of the rows, as long as `wanted` says so of their bytes.
fn select(
    connection: &Connection,
    sql: &str,
    values: &[i64],
    mut wanted: impl FnMut(i64) -> bool,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut found = Vec::new();
    let mut read = || {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            if !wanted(row.get("kept_bytes")?) {
                break;
            }
            found.push((row.get("id")?, row.get("received_at")?));
        }
        rusqlite::Result::Ok(())
    };
    read().map_err(doing(FINDING))?;
    Ok(found)
}

fn count(connection: &Connection, sql: &str) -> Result<i64, StoreError> {
    connection.query_row(sql, [], |row| row.get(0)).map_err(doing("counting captures"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_both_languages() {
        for reason in [RetentionReason::Age, RetentionReason::Events, RetentionReason::Size] {
            let received = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
            RetentionReport { removal: RemovalId(1), events: 1, received, reason }.words().assert_said();
        }
    }

    #[test]
    fn limits_are_known_by_their_fingerprint() {
        let limits = [
            Retention::default(),
            Retention { events: Some(1), ..Retention::default() },
            Retention { size: Some(1), ..Retention::default() },
            Retention { age: Some(Duration::from_secs(1)), ..Retention::default() },
            Retention { events: Some(0), ..Retention::default() },
        ];
        for (at, one) in limits.iter().enumerate() {
            assert_ne!(one.fingerprint(), 0);
            assert!(
                limits.iter().enumerate().all(|(other, two)| other == at || one.fingerprint() != two.fingerprint())
            );
        }
    }
}
