//! Checks the status, time and size of a response.

use super::findings::Findings;
use super::{HttpResponse, LintCode, LintFinding, WECHAT_LIMIT_MS};
use crate::wechat::tree::MAX_BYTES;

/// Warn from here on, in milliseconds: the tunnel's delay comes on top before WeChat's limit.
const NEARLY_LATE_MS: u64 = 4_000;

pub(super) fn check(response: &HttpResponse<'_>, findings: &mut Findings<'_>) {
    check_status(response.status, findings);
    if let Some(elapsed) = response.elapsed_ms.filter(|elapsed| *elapsed > NEARLY_LATE_MS) {
        let code = if elapsed > WECHAT_LIMIT_MS { LintCode::TooLate } else { LintCode::NearlyLate };
        findings.add(LintFinding::new(code).with("elapsed", elapsed).with("limit", WECHAT_LIMIT_MS));
    }
    let bytes = response.body.len();
    if bytes > MAX_BYTES {
        findings.add(LintFinding::new(LintCode::BodyTooLarge).with("bytes", bytes).with("limit", MAX_BYTES));
    }
}

pub(super) fn check_status(status: u16, findings: &mut Findings<'_>) {
    let code = match status {
        200 => return,
        201..=299 => LintCode::StatusNot200,
        300..=399 => LintCode::Redirect,
        _ => LintCode::StatusError,
    };
    findings.add(LintFinding::new(code).with("status", status));
}
