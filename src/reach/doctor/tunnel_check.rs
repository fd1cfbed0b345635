//! The tunnel: what is configured, whether its client runs, and whether WeChat's console has its URL.

use super::{CheckResult, Doctor, DoctorCode};
use crate::config::{Config, TunnelRecord};

/// Checks the tunnel.
pub(super) fn check(doctor: &Doctor<'_>, config: Option<&Config>, is_listening: bool) -> CheckResult {
    let Some(config) = config else { return CheckResult::of(DoctorCode::TunnelSkipped) };
    // A process that was killed leaves its record behind.
    let record = if is_listening { TunnelRecord::read(doctor.folder) } else { TunnelRecord::default() };
    match (&record.url, &record.known, &config.tunnel.url, &config.tunnel.command) {
        (Some(url), Some(known), ..) if url != known => {
            CheckResult::of(DoctorCode::TunnelChanged).with("url", url).with("known", known)
        }
        (Some(url), ..) => CheckResult::of(DoctorCode::TunnelOk).with("url", url),
        (None, _, _, Some(_)) if record.client.is_some() => CheckResult::of(DoctorCode::TunnelWithoutUrl),
        (None, _, _, Some(_)) => CheckResult::of(DoctorCode::TunnelStopped),
        (None, _, Some(url), None) => CheckResult::of(DoctorCode::TunnelFixed).with("url", url),
        (None, _, None, None) => CheckResult::of(DoctorCode::TunnelAbsent),
    }
}
