//! Trials of rules on stored events.

use crate::capture::StoredCapture;
use crate::filter::Subject;
use crate::inspect::reply::lint_plain_reply;
use crate::rules::{Response, Rule, RuleSet};
use crate::texts::user_error::UserError;
use crate::wechat::lint::{HttpResponse, Report};
use crate::wechat::reply::{Address, PassiveReply};

/// The outcome of trying a rule on a stored event.
#[derive(Clone, Debug)]
pub enum RuleTrial {
    /// The rule does not match the event.
    NoMatch,
    /// The rule matches, and leaves the reply to a person, the developer's own server, or the default.
    Matches,
    /// The rule matches and replies.
    Answers {
        /// The reply with its templates filled in, before encryption.
        body: Vec<u8>,
        /// The findings of the reply lint.
        report: Box<Report>,
    },
    /// The rule does not compile, or its template fails.
    Failed { trouble: UserError },
}

/// The newest event that a rule matches, and what the rule does with it.
#[derive(Clone, Debug)]
pub struct RulePreview {
    /// The number of the question.
    pub number: u64,
    /// `None` where the rule matches none of the latest events.
    pub event: Option<Box<StoredCapture>>,
    pub trial: RuleTrial,
    /// The name of a rule further up that matches the event as well, and so decides.
    pub decided_by: Option<String>,
}

/// The name of the first of these rules that is enabled and matches the event.
pub(super) fn first_match(rules: Vec<Rule>, stored: &StoredCapture) -> Option<String> {
    let rules = RuleSet::compile(rules, &crate::clock::local_now()).ok()?;
    rules.first_match(&Subject::arriving(&stored.capture, stored.placement)).map(|rule| rule.name.clone())
}

impl RuleTrial {
    /// Tries a rule, whether it is enabled or not.
    pub(super) fn of(rule: Rule, stored: &StoredCapture) -> Self {
        let failed = |error| Self::Failed { trouble: UserError::from(&error) };
        let rules = match RuleSet::compile(vec![Rule { enabled: true, ..rule }], &crate::clock::local_now()) {
            Ok(rules) => rules,
            Err(error) => return failed(error),
        };
        let subject = Subject::arriving(&stored.capture, stored.placement);
        let Some(rule) = rules.first_match(&subject) else { return Self::NoMatch };
        if !matches!(rule.response, Response::Reply(_)) {
            return Self::Matches;
        }
        match rules.render(rule, &subject) {
            Ok(reply) => Self::answers(&reply, rule.status.unwrap_or(200), stored),
            Err(error) => failed(error),
        }
    }

    fn answers(reply: &PassiveReply, status: u16, stored: &StoredCapture) -> Self {
        let now = crate::clock::now().as_second();
        let address = stored.capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
        let body = reply.to_bytes(&address, stored.capture.format());
        let answered = HttpResponse { status, body: &body, elapsed_ms: None };
        let report = Box::new(lint_plain_reply(&answered, &stored.capture));
        Self::Answers { body, report }
    }
}
