//! The way from WeChat's own servers, which no request from here can prove: only what has come from there.

use super::super::{CheckResult, DoctorCode};
use crate::capture::StoredCapture;
use crate::filter::Filter;
use crate::store::{Reader, Scan, StoreError};

/// Verified requests that are not our own.
const GENUINE: &str = "sig:valid -is:replay";

/// Steps of the search: what is older is of another day, and perhaps of another address.
const MOST_STEPS: usize = 4;

/// Tells when WeChat has last reached this listener, as far as is known.
pub(super) fn check(reader: Option<&Reader>) -> CheckResult {
    match reader.map(newest_genuine) {
        Some(Ok(Some(stored))) => {
            let time = stored.capture.request.received_at.to_zoned(jiff::tz::TimeZone::system());
            CheckResult::of(DoctorCode::RouteProven).with("time", time.strftime("%Y-%m-%d %H:%M:%S"))
        }
        _ => CheckResult::of(DoctorCode::RouteUnproven),
    }
}

fn newest_genuine(reader: &Reader) -> Result<Option<StoredCapture>, StoreError> {
    let filter = Filter::parse(GENUINE, &crate::clock::local_now()).unwrap_or_default();
    let mut scan = Scan::new(&filter, reader.newest()?);
    for _ in 0..MOST_STEPS {
        let chunk = reader.step(&mut scan)?;
        if let Some(id) = chunk.ids.first() {
            return reader.capture(id);
        }
        if chunk.finished {
            break;
        }
    }
    Ok(None)
}
