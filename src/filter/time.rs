//! Times as people type them: a date, a time of today, both, or how long ago.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, Zoned};
use winnow::ascii::digit1;
use winnow::combinator::{alt, eof, opt, preceded, repeat, terminated};
use winnow::token::{one_of, take_while};
use winnow::{ModalResult, Parser as _};

/// The reasons why a text gives no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeProblem {
    /// It does not look like one.
    Form,
    /// There is no such day or hour, or it is too far away.
    Range,
}

/// A time as it was typed, not yet checked against the calendar.
#[derive(Clone, Debug)]
enum CivilTime {
    /// Seconds ago; `None` where they are more than can be counted.
    Age(Option<i64>),
    /// A day, from its beginning or from an hour on.
    Day([i16; 3], Option<[i16; 3]>),
    /// An hour of today.
    Hour([i16; 3]),
}

/// The moment meant; what has no zone is local to `now`.
pub(super) fn time(text: &str, now: &Zoned) -> Result<Timestamp, TimeProblem> {
    // An input method may have typed the full-width colon.
    let text = text.trim().replace('：', ":");
    let typed = terminated(alt((age, day, hour.map(CivilTime::Hour))), eof).parse(&*text);
    match typed {
        Ok(CivilTime::Age(seconds)) => {
            let age = SignedDuration::from_secs(seconds.ok_or(TimeProblem::Range)?);
            now.timestamp().checked_sub(age).map_err(|_range| TimeProblem::Range)
        }
        Ok(CivilTime::Day(date, time)) => local(calendar(date)?, clock(time.unwrap_or_default())?, now),
        Ok(CivilTime::Hour(time)) => local(now.date(), clock(time)?, now),
        // As JSON gives it, with its own zone.
        Err(_) => text.parse().map_err(|_form| TimeProblem::Form),
    }
}

/// Reads an age: `10m`, `2h`, `1h30m`.
fn age(input: &mut &str) -> ModalResult<CivilTime> {
    let part = (digit1, unit).map(|(count, unit): (&str, i64)| count.parse::<i64>().ok()?.checked_mul(unit));
    let sum = |sum: Option<i64>, part: Option<i64>| sum?.checked_add(part?);
    repeat(1.., part).fold(|| Some(0), sum).map(CivilTime::Age).parse_next(input)
}

/// The seconds in one unit.
fn unit(input: &mut &str) -> ModalResult<i64> {
    one_of(['s', 'm', 'h', 'd', 'w'])
        .map(|unit| match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => 604_800,
        })
        .parse_next(input)
}

/// `2026-11-23`, then perhaps `T10:00` or ` 10:00`.
fn day(input: &mut &str) -> ModalResult<CivilTime> {
    let year = take_while(4, '0'..='9').parse_to();
    let date = (year, preceded('-', two_digits), preceded('-', two_digits)).map(<[i16; 3]>::from);
    let separator = alt(("T".void(), "t".void(), take_while(1.., ' ').void()));
    (date, opt(preceded(separator, hour))).map(|(date, time)| CivilTime::Day(date, time)).parse_next(input)
}

/// Reads a time of day: `10:00` or `10:00:30`.
fn hour(input: &mut &str) -> ModalResult<[i16; 3]> {
    (two_digits, preceded(':', two_digits), opt(preceded(':', two_digits)))
        .map(|(hour, minute, second)| [hour, minute, second.unwrap_or(0)])
        .parse_next(input)
}

fn two_digits(input: &mut &str) -> ModalResult<i16> {
    take_while(1..=2, '0'..='9').parse_to().parse_next(input)
}

fn calendar([year, month, day]: [i16; 3]) -> Result<Date, TimeProblem> {
    Date::new(year, month as i8, day as i8).map_err(|_range| TimeProblem::Range)
}

fn clock([hour, minute, second]: [i16; 3]) -> Result<Time, TimeProblem> {
    Time::new(hour as i8, minute as i8, second as i8, 0).map_err(|_range| TimeProblem::Range)
}

fn local(date: Date, time: Time, now: &Zoned) -> Result<Timestamp, TimeProblem> {
    date.to_datetime(time)
        .to_zoned(now.time_zone().clone())
        .map(|local| local.timestamp())
        .map_err(|_range| TimeProblem::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, TimeProblem> {
        let now: Zoned = "2026-11-23T08:30:15.5+08:00[+08:00]".parse().unwrap();
        time(text, &now).map(|time| time.to_string())
    }

    #[test]
    fn a_time_without_a_zone_is_local() {
        for (text, utc) in [
            ("2026-11-23", "2026-11-22T16:00:00Z"),
            ("2026-11-23T10:00", "2026-11-23T02:00:00Z"),
            ("2026-11-23 10:00:30", "2026-11-23T02:00:30Z"),
            ("2026-1-5", "2026-01-04T16:00:00Z"),
            ("10:00", "2026-11-23T02:00:00Z"),
            ("10:00:30", "2026-11-23T02:00:30Z"),
            ("10：00", "2026-11-23T02:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(utc), "{text}");
        }
    }

    #[test]
    fn an_age_is_counted_from_now() {
        for (text, utc) in [
            ("30s", "2026-11-23T00:29:45.5Z"),
            ("10m", "2026-11-23T00:20:15.5Z"),
            ("2h", "2026-11-22T22:30:15.5Z"),
            ("3d", "2026-11-20T00:30:15.5Z"),
            ("1w", "2026-11-16T00:30:15.5Z"),
            ("1h30m", "2026-11-22T23:00:15.5Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(utc), "{text}");
        }
    }

    #[test]
    fn a_time_from_json_keeps_its_own_zone() {
        assert_eq!(read("2026-11-23T08:00:00.123456Z").as_deref(), Ok("2026-11-23T08:00:00.123456Z"));
    }

    #[test]
    fn what_is_no_time_is_told_from_what_does_not_exist() {
        for text in ["", "soon", "10", "10x", "2026-11", "2026-11-23T", "-5m", "20261123x", "m"] {
            assert_eq!(read(text), Err(TimeProblem::Form), "{text}");
        }
        for text in ["2026-02-30", "25:00", "10:61", "99999999999999999999w", "9999999999999999s", "9999999999w"] {
            assert_eq!(read(text), Err(TimeProblem::Range), "{text}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_understood() {
        let now: Zoned = "2026-03-29T12:00+02:00[Europe/Berlin]".parse().unwrap();
        assert!(time("02:30", &now).is_ok());
    }
}
