//! Rules that decide replies: the first one whose filter matches an event answers it.

use jiff::Zoned;

use crate::filter::{Expr, Filter, Subject};
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

mod check;
mod rule_error;
mod scope;
mod template;

pub use check::is_web_address;
pub use rule_error::{RuleError, Spot};

use template::Templates;
pub use template::is_template;

/// The most rules: each filter runs on each event, within the time for its answer.
pub const MAX_RULES: usize = 500;

/// The most characters in a rule's name: it is shown in a column of the list.
pub const MAX_NAME: usize = 80;

/// The longest delay of an answer, in milliseconds: WeChat has given up long before.
pub const MAX_DELAY_MS: u32 = 60_000;

/// The longest template, in bytes: the time to compile it grows with it.
pub const MAX_TEMPLATE: usize = 16 << 10;

/// The longest text that a template may make, in bytes; WeChat accepts 2048.
pub const MAX_TEXT: usize = 64 << 10;

/// One rule: the reply to the events that match its filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The unique name, used by the record and by the filter `reply:rule:NAME`.
    pub name: String,
    /// The filter as typed; an empty one matches every event.
    ///
    /// An age such as `after:10m` counts from when the rules were read, not from when an event arrives.
    pub filter: String,
    /// True if the rule is switched on.
    pub enabled: bool,
    pub response: Response,
    /// The delay of the answer, in milliseconds; at most [`MAX_DELAY_MS`].
    pub delay_ms: u32,
    /// The HTTP status of the answer, 200 to 599; `None` is 200.
    pub status: Option<u16>,
    /// The fault to inject into the answer.
    pub fault: Option<Fault>,
}

/// The kinds of response a rule can give.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// The default reply.
    Default,
    /// This reply. Its texts are templates; raw bytes are sent as they are.
    Reply(PassiveReply),
    /// The answer of the developer's own server.
    Forward(ForwardTo),
    /// A person's reply in the window.
    Hold,
}

/// The server to forward an event to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardTo {
    /// The address; `None` is the listener's own target.
    pub url: Option<String>,
    /// The answer to WeChat if the server answers badly; `None` is the listener's setting.
    pub bad_answer: Option<BadAnswer>,
}

/// The answer to WeChat if the developer's server answers badly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadAnswer {
    /// The bad answer itself.
    #[default]
    Pass,
    /// The default reply.
    Default,
}

impl BadAnswer {
    /// Both choices.
    pub const ALL: [Self; 2] = [Self::Pass, Self::Default];

    /// The spelling in `config.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Default => "default",
        }
    }

    /// The choice of that spelling, if there is one.
    pub fn from_spelling(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == text)
    }
}

/// Compiled rules: their filters parsed, their templates compiled. Empty by default.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// One for each rule, in their order.
    compiled: Vec<CompiledRule>,
}

/// A rule's parsed filter and compiled templates.
#[derive(Debug)]
struct CompiledRule {
    filter: Expr,
    templates: Templates,
}

impl RuleSet {
    /// Compiles the rules; times of day and ages in their filters count from `now`.
    ///
    /// A mistake in a rule that is switched off is an error too: it would come up when the rule is switched on.
    pub fn compile(rules: Vec<Rule>, now: &Zoned) -> Result<Self, RuleError> {
        check::check(&rules)?;
        let compile = |rule: &Rule| {
            let filter = Filter::parse_for_arrivals(&rule.filter, now)
                .map_err(|error| RuleError::Filter { rule: rule.name.clone(), error })?;
            Ok(CompiledRule { filter: filter.expr, templates: Templates::compile(rule)? })
        };
        let compiled = rules.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { rules, compiled })
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The first rule that is switched on and matches.
    pub fn first_match(&self, subject: &Subject<'_>) -> Option<&Rule> {
        let mut asked = self.rules.iter().zip(&self.compiled);
        asked.find(|(rule, compiled)| rule.enabled && compiled.filter.holds(subject)).map(|(rule, _)| rule)
    }

    /// The rule's reply with its templates rendered for this event; `success` if its response is not a reply.
    ///
    /// Takes a few milliseconds at most, which is too long for the listener's threads.
    pub fn render(&self, rule: &Rule, subject: &Subject<'_>) -> Result<PassiveReply, RuleError> {
        let own = self.rules.iter().position(|known| known == rule).and_then(|index| self.compiled.get(index));
        match own {
            Some(compiled) => compiled.templates.render(rule, subject),
            None => Templates::compile(rule)?.render(rule, subject),
        }
    }
}

#[cfg(test)]
mod tests;
