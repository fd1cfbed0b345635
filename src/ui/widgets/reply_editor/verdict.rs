//! Check of the edited reply: the lint's report, and the effect in the user's chat.

use std::convert::Infallible;

use jiff::Timestamp;

use super::Purpose;
use super::template_names;
use crate::capture::Capture;
use crate::inspect::reply::lint_plain_reply;
use crate::rules::is_template;
use crate::texts::Language;
use crate::ui::widgets::findings::FindingView;
use crate::wechat::lint::{HttpResponse, Outcome, PushInfo, Report, lint};
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::Format;

/// HTTP status of a reply unless a rule sets another.
const STATUS: u16 = 200;

/// Result of checking a reply. It is computed only when the reply or its purpose changes.
#[derive(Debug)]
pub(super) struct ReplyCheck {
    context: CheckContext,
    result: CheckResult,
    /// The effect in the user's chat.
    pub(super) outcome: Outcome,
    /// The lint's findings as text.
    pub(super) findings: Vec<FindingView>,
    /// Names available to its templates; empty if it has none.
    pub(super) names: Vec<String>,
}

/// The inputs of a check besides the reply.
#[derive(Clone, Copy, Debug, PartialEq)]
struct CheckContext {
    is_template: bool,
    /// Arrival of the event in nanoseconds, and length of its message: no two events share both.
    event: Option<(Timestamp, usize)>,
    language: Language,
}

impl CheckContext {
    fn of(purpose: Purpose<'_>, language: Language) -> Self {
        Self {
            is_template: matches!(purpose, Purpose::Template(_)),
            event: purpose.event().map(|capture| (capture.request.received_at, capture.message().len())),
            language,
        }
    }
}

/// Outcome of a check.
#[derive(Debug)]
enum CheckResult {
    Report(Report),
    /// A template, whose texts are not known yet.
    Template(PassiveReply),
}

impl ReplyCheck {
    /// Checks a reply for its purpose.
    pub(super) fn of(reply: PassiveReply, purpose: Purpose<'_>, language: Language) -> Self {
        let context = CheckContext::of(purpose, language);
        let names = if context.is_template && reply.needs_address() {
            template_names::in_scope(purpose.event())
        } else {
            Vec::new()
        };
        if context.is_template && has_templates(&reply) {
            let outcome = Outcome::as_written(&reply);
            return Self { context, result: CheckResult::Template(reply), outcome, findings: Vec::new(), names };
        }
        let report = report(&reply, purpose.event());
        let findings = FindingView::all(&report.findings, language);
        Self { context, outcome: report.outcome, result: CheckResult::Report(report), findings, names }
    }

    /// Returns true if the check still holds for an unchanged reply.
    pub(super) fn applies_to(&self, purpose: Purpose<'_>, language: Language) -> bool {
        self.context == CheckContext::of(purpose, language)
    }

    /// The lint's report; `None` for templates.
    pub(super) fn report(&self) -> Option<&Report> {
        match &self.result {
            CheckResult::Report(report) => Some(report),
            CheckResult::Template(_) => None,
        }
    }

    /// The reply as WeChat understands it, or a template as written.
    pub(super) fn displayed_reply(&self) -> Option<&PassiveReply> {
        match &self.result {
            CheckResult::Report(report) => report.reply.as_ref(),
            CheckResult::Template(reply) => Some(reply),
        }
    }
}

/// Lints a reply to an event, or to a placeholder user if there is no event.
fn report(reply: &PassiveReply, event: Option<&Capture>) -> Report {
    let now = crate::clock::now().as_second();
    let answered = |body| HttpResponse { status: STATUS, body, elapsed_ms: None };
    let Some(capture) = event else {
        // The addresses are filled in when the reply is sent.
        let address = Address { to_user: "oUser".to_owned(), from_user: "gh_account".to_owned(), create_time: now };
        return lint(&answered(&reply.to_bytes(&address, Format::Xml)), &PushInfo::UNKNOWN);
    };
    let address = capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
    let body = reply.to_bytes(&address, capture.format());
    lint_plain_reply(&answered(&body), capture)
}

/// Returns true if any text contains template syntax.
fn has_templates(reply: &PassiveReply) -> bool {
    let mut found = false;
    let result: Result<_, Infallible> = reply.map_texts(|_, text| {
        found |= is_template(text);
        Ok(String::new())
    });
    result.is_ok() && found
}
