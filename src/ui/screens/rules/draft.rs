//! A rule as it is being written, which need not be one yet.

use jiff::Zoned;

use crate::rules::{BadAnswer, ForwardTo, Response, Rule, RuleError, RuleSet};
use crate::ui::widgets::reply_editor::ReplyEditor;
use crate::wechat::fault::Fault;
use crate::wechat::reply::{PassiveReply, ReplyKind};

/// Stands in for a name that is still empty, so that the rest can be checked all the same.
const NAMELESS: &str = "…";

/// Where the answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// From the rule.
    Reply,
    /// From the developer's own server.
    Forward,
    /// From a person.
    Hold,
    /// As without the rule.
    Default,
}

/// What stands in the fields. What belongs to an answer that is not chosen is kept for when it is.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) filter: String,
    pub(super) answer: Answer,
    pub(super) editor: ReplyEditor,
    pub(super) url: String,
    pub(super) bad_answer: Option<BadAnswer>,
    /// Digits.
    pub(super) delay_ms: String,
    /// Digits.
    pub(super) status: String,
    pub(super) fault: Option<Fault>,
}

/// The fields put together, and what is wrong with them.
#[derive(Debug)]
pub(super) struct Checked {
    /// The rule; its name may be empty.
    pub(super) rule: Rule,
    /// The first mistake, apart from a name that is missing or taken.
    pub(super) flaw: Option<RuleError>,
}

impl Draft {
    /// The fields of a rule.
    pub(super) fn of(rule: &Rule) -> Self {
        let (answer, reply, forward) = match &rule.response {
            Response::Reply(reply) => (Answer::Reply, Some(reply.clone()), ForwardTo::default()),
            Response::Forward(forward) => (Answer::Forward, None, forward.clone()),
            Response::Hold => (Answer::Hold, None, ForwardTo::default()),
            Response::Default => (Answer::Default, None, ForwardTo::default()),
        };
        Self {
            name: rule.name.clone(),
            filter: rule.filter.clone(),
            answer,
            editor: ReplyEditor::new(reply.unwrap_or_else(|| PassiveReply::blank(ReplyKind::Text))),
            url: forward.url.unwrap_or_default(),
            bad_answer: forward.bad_answer,
            delay_ms: if rule.delay_ms == 0 { String::new() } else { rule.delay_ms.to_string() },
            status: rule.status.map(|status| status.to_string()).unwrap_or_default(),
            fault: rule.fault,
        }
    }

    /// Puts the fields together and checks them: for when something was typed, not for every frame.
    pub(super) fn check(&self, enabled: bool) -> Checked {
        let rule = self.rule(enabled);
        let mut asked = rule.clone();
        if asked.name.is_empty() {
            NAMELESS.clone_into(&mut asked.name);
        }
        let flaw = RuleSet::compile(vec![asked], &Zoned::now()).err();
        Checked { rule, flaw }
    }

    fn rule(&self, enabled: bool) -> Rule {
        let url = self.url.trim();
        Rule {
            name: self.name.trim().to_owned(),
            // As typed: a mistake's column counts from its beginning.
            filter: self.filter.clone(),
            enabled,
            response: match self.answer {
                Answer::Reply => Response::Reply(self.editor.reply()),
                Answer::Forward => Response::Forward(ForwardTo {
                    url: (!url.is_empty()).then(|| url.to_owned()),
                    bad_answer: self.bad_answer,
                }),
                Answer::Hold => Response::Hold,
                Answer::Default => Response::Default,
            },
            // Digits that are too many are as wrong as a number that is too large.
            delay_ms: if self.delay_ms.is_empty() { 0 } else { self.delay_ms.parse().unwrap_or(u32::MAX) },
            status: (!self.status.is_empty()).then(|| self.status.parse().unwrap_or(u16::MAX)),
            fault: self.fault,
        }
    }
}

impl Checked {
    /// The rule as it can be tried: with a name, whatever it is.
    pub(super) fn to_try(&self) -> Rule {
        let name = if self.rule.name.is_empty() { NAMELESS.to_owned() } else { self.rule.name.clone() };
        Rule { name, ..self.rule.clone() }
    }
}
