//! Checks the status, time and size of a response.

use super::findings::Findings;
use super::{HttpResponse, LintCode, LintFinding, WECHAT_LIMIT_MS};
use crate::wechat::tree::MAX_BYTES;

/// Warn from here on, in milliseconds: the tunnel's delay comes on top before WeChat's limit.
const NEARLY_LATE_MS: u64 = 4_000;

pub(super) fn check(response: &HttpResponse<'_>, findings: &mut Findings<'_>) {
    let status = match response.status {
        200 => None,
        201..=299 => Some(LintCode::StatusNot200),
        300..=399 => Some(LintCode::Redirect),
        _ => Some(LintCode::StatusError),
    };
    if let Some(code) = status {
        findings.add(LintFinding::new(code).with("status", response.status));
    }
    if let Some(elapsed) = response.elapsed_ms.filter(|elapsed| *elapsed > NEARLY_LATE_MS) {
        let code = if elapsed > WECHAT_LIMIT_MS { LintCode::TooLate } else { LintCode::NearlyLate };
        findings.add(LintFinding::new(code).with("elapsed", elapsed).with("limit", WECHAT_LIMIT_MS));
    }
    let bytes = response.body.len();
    if bytes > MAX_BYTES {
        findings.add(LintFinding::new(LintCode::BodyTooLarge).with("bytes", bytes).with("limit", MAX_BYTES));
    }
}
