//! What is wrong with an answer before its body is read: status, time and size.

use super::findings::Findings;
use super::{Answered, Code, Finding, WECHAT_LIMIT_MS};
use crate::wechat::tree::MAX_BYTES;

/// From here on an answer is close to the limit, in milliseconds: a tunnel adds its share on WeChat's side.
const NEARLY_LATE_MS: u64 = 4_000;

pub(super) fn check(answered: &Answered<'_>, findings: &mut Findings<'_>) {
    let status = match answered.status {
        200 => None,
        201..=299 => Some(Code::StatusNot200),
        300..=399 => Some(Code::Redirect),
        _ => Some(Code::StatusError),
    };
    if let Some(code) = status {
        findings.add(Finding::new(code).with("status", answered.status));
    }
    if let Some(elapsed) = answered.elapsed_ms.filter(|elapsed| *elapsed > NEARLY_LATE_MS) {
        let code = if elapsed > WECHAT_LIMIT_MS { Code::TooLate } else { Code::NearlyLate };
        findings.add(Finding::new(code).with("elapsed", elapsed).with("limit", WECHAT_LIMIT_MS));
    }
    let bytes = answered.body.len();
    if bytes > MAX_BYTES {
        findings.add(Finding::new(Code::BodyTooLarge).with("bytes", bytes).with("limit", MAX_BYTES));
    }
}
