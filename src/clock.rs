//! The system's clock within the dates that can be written, whatever it is set to.

use std::time::SystemTime;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

/// Distance from the first and the last date at which a clock beyond them is taken to stand, so that seconds can be added to it.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// The clock's time. `Timestamp::now` would panic where the clock is set beyond the year 9999.
pub fn now() -> Timestamp {
    at(SystemTime::now())
}

/// The clock's time in the system's zone.
pub fn local_now() -> Zoned {
    now().to_zoned(TimeZone::system())
}

fn at(time: SystemTime) -> Timestamp {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    let first = first.saturating_add(MARGIN).unwrap_or(first);
    let last = last.saturating_sub(MARGIN).unwrap_or(last);
    let beyond = if time < SystemTime::UNIX_EPOCH { first } else { last };
    Timestamp::try_from(time).unwrap_or(beyond).clamp(first, last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_beyond_all_dates_stands_at_their_end() {
        let year = Duration::from_hours(365 * 24);
        assert_eq!(at(SystemTime::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
        let early = at(SystemTime::UNIX_EPOCH - year * 30);
        assert!(early.to_string().starts_with("1940"), "{early}");
        let late = at(SystemTime::UNIX_EPOCH + year * 20_000);
        assert!(late.to_string().starts_with("9999-12-29"), "{late}");
        assert!(late.checked_add(SignedDuration::from_secs(4)).is_ok());
    }
}
