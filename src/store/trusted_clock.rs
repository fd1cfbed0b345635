//! The last time at which the clock was believed, so that a clock that jumps ahead decides nothing.
//!
//! The clock may run on by [`FAR`] from the time that was noted last, or from the newest event where none was noted yet.
//! Beyond that it is not believed until a person agrees, however many events arrive under it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::counters::Counter;
use super::error::{StoreError, doing};
use super::index;

/// The time by which a clock may be ahead: nobody is asked after a holiday.
const FAR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The time between two notes.
const NOTE_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// The clock's time if it is believed, which is noted from time to time.
pub(super) fn believed(connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let noted = match Counter::ClockBelieved.read(connection)? {
        0 => None,
        microseconds => Timestamp::from_microsecond(microseconds).ok(),
    };
    let from = match noted {
        Some(noted) => noted,
        None => newest(connection)?.unwrap_or(now),
    };
    let ahead = now.duration_since(from);
    let is_believed = ahead <= FAR;
    if noted.is_none() || (is_believed && ahead.abs() >= NOTE_INTERVAL) {
        note(connection, if is_believed { now } else { from })?;
    }
    Ok(is_believed.then_some(now))
}

/// Notes that the clock is right.
pub(super) fn note(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    Counter::ClockBelieved.set(connection, now.as_microsecond())
}

fn newest(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(newest) FROM (SELECT MAX(received_at) AS newest FROM indexed_received
               UNION ALL SELECT MAX(received_at) FROM capture WHERE id > ?1)";
    let newest: Option<i64> = connection
        .query_row(sql, [index::upto(connection)?], |row| row.get(0))
        .map_err(doing("finding the newest capture"))?;
    Ok(newest.and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    #[test]
    fn a_clock_that_jumps_is_not_believed_until_a_person_agrees() {
        let connection = schema::in_memory();
        let day = |n: i64| Timestamp::from_second(1_700_000_000 + n * 86_400).unwrap();
        let is_believed = |n| believed(&connection, day(n)).unwrap().is_some();
        assert!(is_believed(0) && is_believed(29) && is_believed(50));
        assert!(!is_believed(400) && !is_believed(401));
        note(&connection, day(401)).unwrap();
        assert!(is_believed(402));
        // Set right again, it is followed back.
        assert!(is_believed(60) && !is_believed(402));
    }
}
