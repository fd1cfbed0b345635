//! Input of a rule's form, which may not be a valid rule yet.

use crate::rules::{BadAnswer, ForwardTo, Response, Rule, RuleError, RuleSet};
use crate::ui::widgets::reply_editor::ReplyEditor;
use crate::wechat::fault::Fault;
use crate::wechat::reply::{PassiveReply, ReplyKind};

/// Placeholder for an empty name, so that the other fields can be checked.
const NAMELESS: &str = "…";

/// Source of the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponseKind {
    /// The rule's own reply.
    Reply,
    /// The developer's own server.
    Forward,
    Hold,
    Default,
}

/// Values of the fields, including those of sources that are not chosen.
#[derive(Debug)]
pub(super) struct RuleDraft {
    pub(super) name: String,
    pub(super) filter: String,
    pub(super) response: ResponseKind,
    pub(super) editor: ReplyEditor,
    pub(super) url: String,
    pub(super) bad_answer: Option<BadAnswer>,
    pub(super) delay_ms: String,
    pub(super) status: String,
    pub(super) fault: Option<Fault>,
}

/// The rule built from the fields, and its error.
#[derive(Debug)]
pub(super) struct CheckedRule {
    /// Its name may be empty.
    pub(super) rule: Rule,
    /// The first error, apart from a missing or taken name.
    pub(super) flaw: Option<RuleError>,
}

impl RuleDraft {
    /// Fills the fields from a rule.
    pub(super) fn of(rule: &Rule) -> Self {
        let (kind, reply, forward) = match &rule.response {
            Response::Reply(reply) => (ResponseKind::Reply, Some(reply.clone()), ForwardTo::default()),
            Response::Forward(forward) => (ResponseKind::Forward, None, forward.clone()),
            Response::Hold => (ResponseKind::Hold, None, ForwardTo::default()),
            Response::Default => (ResponseKind::Default, None, ForwardTo::default()),
        };
        Self {
            name: rule.name.clone(),
            filter: rule.filter.clone(),
            response: kind,
            editor: match reply {
                // Of a new rule: nobody has written it yet.
                Some(reply) if rule.name.is_empty() && reply == PassiveReply::blank(ReplyKind::Text) => {
                    ReplyEditor::untouched(reply)
                }
                Some(reply) => ReplyEditor::new(reply),
                None => ReplyEditor::untouched(PassiveReply::blank(ReplyKind::Text)),
            },
            url: forward.url.unwrap_or_default(),
            bad_answer: forward.bad_answer,
            delay_ms: if rule.delay_ms == 0 { String::new() } else { rule.delay_ms.to_string() },
            status: rule.status.map(|status| status.to_string()).unwrap_or_default(),
            fault: rule.fault,
        }
    }

    /// Builds and checks the rule: on input, not in every frame.
    pub(super) fn check(&self, enabled: bool) -> CheckedRule {
        let rule = self.rule(enabled);
        let mut named = rule.clone();
        if named.name.is_empty() {
            NAMELESS.clone_into(&mut named.name);
        }
        let flaw = RuleSet::compile(vec![named], &crate::clock::local_now()).err();
        CheckedRule { rule, flaw }
    }

    fn rule(&self, enabled: bool) -> Rule {
        let url = self.url.trim();
        Rule {
            name: self.name.trim().to_owned(),
            // Untrimmed: the column of an error counts from its beginning.
            filter: self.filter.clone(),
            enabled,
            response: match self.response {
                ResponseKind::Reply => Response::Reply(self.editor.reply()),
                ResponseKind::Forward => Response::Forward(ForwardTo {
                    url: (!url.is_empty()).then(|| url.to_owned()),
                    bad_answer: self.bad_answer,
                }),
                ResponseKind::Hold => Response::Hold,
                ResponseKind::Default => Response::Default,
            },
            // Too many digits are as invalid as a number that is too large.
            delay_ms: if self.delay_ms.is_empty() { 0 } else { self.delay_ms.parse().unwrap_or(u32::MAX) },
            status: (!self.status.is_empty()).then(|| self.status.parse().unwrap_or(u16::MAX)),
            fault: self.fault,
        }
    }
}

impl CheckedRule {
    /// The rule with a name, so that it can be tried.
    pub(super) fn to_try(&self) -> Rule {
        let name = if self.rule.name.is_empty() { NAMELESS.to_owned() } else { self.rule.name.clone() };
        Rule { name, ..self.rule.clone() }
    }
}
