//! What is made of a reply as it is written: the lint, and what the user will see.

use std::convert::Infallible;

use jiff::Timestamp;

use super::Purpose;
use super::template_names;
use crate::capture::Capture;
use crate::inspect::reply::judge_unsealed;
use crate::rules::is_template;
use crate::texts::Language;
use crate::ui::widgets::findings::Finding;
use crate::wechat::lint::{Answered, Outcome, Question, Report, lint};
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::Format;

/// What an answer has unless it is told otherwise.
const STATUS: u16 = 200;

/// Made anew when the reply or what it is for changes, and never in between.
#[derive(Debug)]
pub(super) struct Verdict {
    about: About,
    judged: Judged,
    /// What the user will see.
    pub(super) outcome: Outcome,
    /// What the lint found, in words.
    pub(super) findings: Vec<Finding>,
    /// What its templates can name; empty where it has none.
    pub(super) names: Vec<String>,
}

/// What a verdict depends on beside the reply.
#[derive(Clone, Copy, Debug, PartialEq)]
struct About {
    is_template: bool,
    /// The event's arrival, to the nanosecond, and the length of its message: no two events share both.
    event: Option<(Timestamp, usize)>,
    language: Language,
}

impl About {
    fn of(purpose: Purpose<'_>, language: Language) -> Self {
        Self {
            is_template: matches!(purpose, Purpose::Template(_)),
            event: purpose.event().map(|capture| (capture.request.received_at, capture.message().len())),
            language,
        }
    }
}

#[derive(Debug)]
enum Judged {
    Reply(Report),
    /// What its texts will be is not known yet.
    Template(PassiveReply),
}

impl Verdict {
    /// Judges the reply for what it is for.
    pub(super) fn of(reply: PassiveReply, purpose: Purpose<'_>, language: Language) -> Self {
        let about = About::of(purpose, language);
        let names = if about.is_template && reply.needs_address() {
            template_names::in_scope(purpose.event())
        } else {
            Vec::new()
        };
        if about.is_template && has_templates(&reply) {
            let outcome = Outcome::as_written(&reply);
            return Self { about, judged: Judged::Template(reply), outcome, findings: Vec::new(), names };
        }
        let report = report(&reply, purpose.event());
        let findings = Finding::all(&report.findings, language);
        Self { about, outcome: report.outcome, judged: Judged::Reply(report), findings, names }
    }

    /// Whether it still is what would be said, as long as the reply stays as it is.
    pub(super) fn is_about(&self, purpose: Purpose<'_>, language: Language) -> bool {
        self.about == About::of(purpose, language)
    }

    /// What the lint says; `None` of templates.
    pub(super) fn report(&self) -> Option<&Report> {
        match &self.judged {
            Judged::Reply(report) => Some(report),
            Judged::Template(_) => None,
        }
    }

    /// The reply as WeChat understands it; of templates, as it is written.
    pub(super) fn seen(&self) -> Option<&PassiveReply> {
        match &self.judged {
            Judged::Reply(report) => report.reply.as_ref(),
            Judged::Template(reply) => Some(reply),
        }
    }
}

/// The lint of a reply to that event, or to nobody in particular.
fn report(reply: &PassiveReply, event: Option<&Capture>) -> Report {
    let now = Timestamp::now().as_second();
    let answered = |body| Answered { status: STATUS, body, elapsed_ms: None };
    let Some(capture) = event else {
        // Who sends it to whom is not the writer's to say.
        let address = Address { to_user: "oUser".to_owned(), from_user: "gh_account".to_owned(), create_time: now };
        return lint(&answered(&reply.to_bytes(&address, Format::Xml)), &Question::UNKNOWN);
    };
    let address = capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
    let body = reply.to_bytes(&address, capture.format());
    judge_unsealed(&answered(&body), capture)
}

/// Whether something in it is filled in when an event comes.
fn has_templates(reply: &PassiveReply) -> bool {
    let mut found = false;
    let looked: Result<_, Infallible> = reply.map_texts(|_, text| {
        found |= is_template(text);
        Ok(String::new())
    });
    looked.is_ok() && found
}
