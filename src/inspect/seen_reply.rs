//! The recorded reply as the user saw it.

use super::reply::lint_plain_reply;
use crate::capture::diagnosis::{Severity, worst};
use crate::capture::{Capture, Reply, ReplyEnd};
use crate::wechat::lint::{Encryption, HttpResponse, Outcome, Report};

/// Lints the plaintext of a recorded reply. An error found in the bytes as they were sent overrides the outcome.
pub fn recorded_report(capture: &Capture, reply: &Reply) -> Report {
    let Some(status) = reply.status.filter(|_| reply.end == ReplyEnd::Answered) else {
        return Report::unanswered(&capture.push_info(Encryption::Unchecked));
    };
    let elapsed_ms = u64::try_from(reply.elapsed.as_millis()).ok();
    let mut report = lint_plain_reply(&HttpResponse { status, body: &reply.body, elapsed_ms }, capture);
    let was_illegal = worst(&reply.lint) == Some(Severity::Error);
    if was_illegal && !matches!(report.outcome, Outcome::Late | Outcome::NoConversation) {
        report.outcome = Outcome::Notice;
    }
    report
}
