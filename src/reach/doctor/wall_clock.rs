//! The clock against WeChat's own, which stands in every genuine push.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::{CheckResult, DoctorCode};
use crate::capture::{CaptureId, Signature};
use crate::store::{Reader, StoreError};

/// The newest events that are looked at; their clocks do not differ.
const LOOKED_AT: i64 = 40;

/// Pushes arrive within seconds, and are made with whole ones; beyond this, something is wrong with a clock.
const TOLERANCE_SECONDS: i64 = 60;

/// Checks the clock.
pub(super) fn check(reader: Option<&Reader>) -> CheckResult {
    let now = crate::clock::now();
    if now < made() {
        return CheckResult::of(DoctorCode::ClockWrong).with("now", now);
    }
    let lags = reader.map(lags).and_then(Result::ok).unwrap_or_default();
    let Some(seconds) = median(lags) else { return CheckResult::of(DoctorCode::ClockUnproven) };
    let code = if seconds.abs() > TOLERANCE_SECONDS { DoctorCode::ClockOff } else { DoctorCode::ClockOk };
    CheckResult::of(code).with("seconds", seconds)
}

/// The year that this program was made in has begun for every clock that is right.
fn made() -> Timestamp {
    date(2026, 1, 1).to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |made| made.timestamp())
}

/// Seconds between the `CreateTime` of first attempts that are WeChat's own, and their arrival.
fn lags(reader: &Reader) -> Result<Vec<i64>, StoreError> {
    let newest = reader.newest()?.0;
    let oldest = newest.saturating_sub(LOOKED_AT).max(0);
    let mut lags = Vec::new();
    for id in (oldest + 1..=newest).map(CaptureId) {
        let Some(stored) = reader.capture(id)? else { continue };
        let is_genuine = stored.capture.signature == Signature::Valid && !stored.capture.replay;
        let created = stored.capture.envelope.create_time.filter(|_| is_genuine && stored.placement.attempt == 1);
        lags.extend(created.map(|created| stored.capture.request.received_at.as_second() - created));
    }
    Ok(lags)
}

fn median(mut lags: Vec<i64>) -> Option<i64> {
    lags.sort_unstable();
    lags.get(lags.len() / 2).copied()
}
