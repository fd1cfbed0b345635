//! Which reply for which event: rules in order, of which the first that matches decides.

use jiff::Zoned;

use crate::filter::{Expr, Filter, Subject};
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

mod check;
mod error;
mod scope;
mod template;

pub use check::is_web_address;
pub use error::{RuleError, Spot};

use template::Templates;
pub use template::is_template;

/// How many rules there may be: each is asked about each event, within the time of its answer.
pub const MAX_RULES: usize = 500;

/// How many characters a rule's name may have: it is shown in a column of the list.
pub const MAX_NAME: usize = 80;

/// The longest wait before an answer, in milliseconds: WeChat gave up long before, and nobody else waits longer either.
pub const MAX_DELAY_MS: u32 = 60_000;

/// How long a template may be, in bytes: compiling takes time that grows with it.
pub const MAX_TEMPLATE: usize = 16 << 10;

/// How long what a template makes may be, in bytes; WeChat takes a text of 2048.
pub const MAX_TEXT: usize = 64 << 10;

/// What is answered where it matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What the record and the filter `reply:rule:NAME` call it; unique.
    pub name: String,
    /// Which events it is for, in the filter language, as typed; empty is every one.
    ///
    /// An age such as `after:10m` counts from when the rules were read, not from when an event arrives.
    pub filter: String,
    /// Whether it is asked at all.
    pub enabled: bool,
    /// What it answers.
    pub response: Response,
    /// How long the answer waits, in milliseconds; at most [`MAX_DELAY_MS`].
    pub delay_ms: u32,
    /// The HTTP status of the answer, 200 to 599; 200 where it is left out.
    pub status: Option<u16>,
    /// How the answer is spoiled on purpose.
    pub fault: Option<Fault>,
}

/// What a rule answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// What would be answered without it.
    Default,
    /// This reply. Its texts are templates; raw bytes are sent as they are.
    Reply(PassiveReply),
    /// What the developer's own server answers.
    Forward(ForwardTo),
    /// What a person answers in the window.
    Hold,
}

/// Where an event is passed on to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardTo {
    /// The address; `None` is the listener's own target.
    pub url: Option<String>,
    /// What WeChat gets where the server answered badly; `None` is as the listener says.
    pub bad_answer: Option<BadAnswer>,
}

/// What WeChat gets where the developer's server answered badly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadAnswer {
    /// The same answer.
    #[default]
    Pass,
    /// The default.
    Default,
}

impl BadAnswer {
    /// Both of them.
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

/// Rules that can be asked: filters are read, and templates compiled. Holds none by default.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// One for each of them.
    compiled: Vec<CompiledRule>,
}

/// A rule as it is asked.
#[derive(Debug)]
struct CompiledRule {
    filter: Expr,
    templates: Templates,
}

impl RuleSet {
    /// Reads the rules; `now` is what times of day and ages in their filters are counted from.
    ///
    /// A mistake in a rule that is switched off is a mistake all the same: it would come up when it is switched on.
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

    /// The reply that the rule makes of this event; `success` where it answers otherwise than with a reply of its own.
    ///
    /// Takes a few milliseconds at most, which are too many for the listener's threads.
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
