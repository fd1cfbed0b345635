//! A rule tried against a stored event, before it is switched on.

use jiff::{Timestamp, Zoned};

use crate::capture::StoredCapture;
use crate::filter::Subject;
use crate::inspect::reply::lint_plain_reply;
use crate::rules::{Response, Rule, RuleSet};
use crate::texts::user_error::UserError;
use crate::wechat::lint::{HttpResponse, Report};
use crate::wechat::reply::{Address, PassiveReply};

/// What came of trying a rule.
#[derive(Clone, Debug)]
pub enum Tried {
    /// It does not concern that event.
    NoMatch,
    /// It concerns it, and somebody else decides the answer: a person, the developer's own server, or the default.
    Matches,
    /// It would answer this.
    Answers {
        /// The reply with its templates filled in.
        reply: PassiveReply,
        /// The bytes before encryption.
        body: Vec<u8>,
        /// What WeChat would make of it.
        report: Box<Report>,
    },
    /// It is no rule, or its template fails.
    Failed {
        /// Why.
        trouble: UserError,
    },
}

impl Tried {
    /// Tries the rule, switched on or not.
    pub(super) fn of(rule: Rule, stored: &StoredCapture) -> Self {
        let failed = |error| Self::Failed { trouble: UserError::from(&error) };
        let rules = match RuleSet::compile(vec![Rule { enabled: true, ..rule }], &Zoned::now()) {
            Ok(rules) => rules,
            Err(error) => return failed(error),
        };
        let subject = Subject::arriving(&stored.capture, stored.placement);
        let Some(rule) = rules.first_match(&subject) else { return Self::NoMatch };
        if !matches!(rule.response, Response::Reply(_)) {
            return Self::Matches;
        }
        match rules.render(rule, &subject) {
            Ok(reply) => Self::answers(reply, rule.status.unwrap_or(200), stored),
            Err(error) => failed(error),
        }
    }

    fn answers(reply: PassiveReply, status: u16, stored: &StoredCapture) -> Self {
        let now = Timestamp::now().as_second();
        let address = stored.capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
        let body = reply.to_bytes(&address, stored.capture.format());
        let answered = HttpResponse { status, body: &body, elapsed_ms: None };
        let report = Box::new(lint_plain_reply(&answered, &stored.capture));
        Self::Answers { reply, body, report }
    }
}
