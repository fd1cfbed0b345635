//! Mistakes in rules, and errors of their templates.

use std::fmt;

use super::{MAX_DELAY_MS, MAX_NAME, MAX_RULES, MAX_TEMPLATE, MAX_TEXT};
use crate::filter::FilterError;
use crate::texts::user_error::UserError;

/// A place in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A mistake in a rule. `position` counts rules from 1; `field` is a reply's element such as `Content`, in news with the number
/// of its article; `spot` is in the template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There are more than [`MAX_RULES`].
    #[error("{found} rules are too many; keep {MAX_RULES} at most")]
    TooMany { found: usize },
    /// It has no name.
    #[error("rule {position} has no name; give it one, since the record says by name which rule answered")]
    Unnamed { position: usize },
    /// Its name cannot be shown in a line.
    #[error(
        "\"{}\" cannot be the name of rule {position}; use up to {MAX_NAME} characters, no line ends, and no blanks around it",
        rule.escape_debug()
    )]
    Name { rule: String, position: usize },
    /// A rule before it has the same name.
    #[error("rule {position} is the second that is called \"{rule}\"; give it another name")]
    Duplicate { rule: String, position: usize },
    /// Its filter cannot be parsed.
    #[error("rule \"{rule}\": match: {error}")]
    Filter { rule: String, error: FilterError },
    /// Its status is not one of an answer.
    #[error("rule \"{rule}\": {status} is no status of an answer; write a number from 200 to 599")]
    Status { rule: String, status: u16 },
    /// Its delay is too long.
    #[error("rule \"{rule}\": a delay of {delay_ms} ms is too long; write {MAX_DELAY_MS} at most")]
    Delay { rule: String, delay_ms: u32 },
    /// Its forward target is not a URL.
    #[error("rule \"{rule}\": \"{url}\" is no URL to forward to; write it as http://HOST:PORT/PATH or https://…")]
    Target { rule: String, url: String },
    /// A template is longer than [`MAX_TEMPLATE`].
    #[error("rule \"{rule}\": the template of {field} has {length} bytes; shorten it to {MAX_TEMPLATE}")]
    TemplateLength { rule: String, field: String, length: usize },
    /// A template cannot be parsed.
    #[error("rule \"{rule}\": the template of {field} cannot be read at {spot}: {reason}; correct it there")]
    Template { rule: String, field: String, spot: Spot, reason: String },
    /// A template uses a name that this event does not have.
    #[error(
        "rule \"{rule}\": {field}, {spot}: this event has no {expression}; write {{{{ {expression} | default(\"…\") }}}} if it may be missing"
    )]
    UnknownName { rule: String, field: String, spot: Spot, expression: String },
    /// A template does too much.
    #[error(
        "rule \"{rule}\": {field}, {spot}: the template does too much work and was stopped; does a loop run too often?"
    )]
    Work { rule: String, field: String, spot: Spot },
    /// A template makes more than [`MAX_TEXT`].
    #[error("rule \"{rule}\": the template of {field} makes more than {MAX_TEXT} bytes; does a loop run too often?")]
    TextLength { rule: String, field: String },
    /// A template fails with this event.
    #[error("rule \"{rule}\": {field}, {spot}: {reason}; try the rule against this event in the window")]
    Failed { rule: String, field: String, spot: Spot, reason: String },
}

impl RuleError {
    /// The position of the rule, from 1, if its name cannot identify it.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Unnamed { position } | Self::Name { position, .. } | Self::Duplicate { position, .. } => {
                Some(*position)
            }
            _ => None,
        }
    }

    /// The rule's member in `config.toml` that is wrong.
    pub fn member(&self) -> &'static str {
        match self {
            Self::TooMany { .. } | Self::Unnamed { .. } | Self::Name { .. } | Self::Duplicate { .. } => "name",
            Self::Filter { .. } => "match",
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay_ms",
            Self::Target { .. }
            | Self::TemplateLength { .. }
            | Self::Template { .. }
            | Self::UnknownName { .. }
            | Self::Work { .. }
            | Self::TextLength { .. }
            | Self::Failed { .. } => "reply",
        }
    }

    /// The name of the rule, if it has one.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::TooMany { .. } | Self::Unnamed { .. } => None,
            Self::Name { rule, .. }
            | Self::Duplicate { rule, .. }
            | Self::Filter { rule, .. }
            | Self::Status { rule, .. }
            | Self::Delay { rule, .. }
            | Self::Target { rule, .. }
            | Self::TemplateLength { rule, .. }
            | Self::Template { rule, .. }
            | Self::UnknownName { rule, .. }
            | Self::Work { rule, .. }
            | Self::TextLength { rule, .. }
            | Self::Failed { rule, .. } => Some(rule),
        }
    }
}

impl From<&RuleError> for UserError {
    fn from(error: &RuleError) -> Self {
        let at = |key: &'static str, rule: &String| Self::of(key, error).with("rule", rule);
        let inside = |trouble: Self, field: &String| trouble.with("field", field);
        let spotted = |trouble: Self, spot: &Spot| trouble.with("line", spot.line).with("column", spot.column);
        match error {
            RuleError::TooMany { found } => {
                Self::of("user_error.rules.too_many", error).with("found", found).with("most", MAX_RULES)
            }
            RuleError::Unnamed { position } => Self::of("user_error.rules.unnamed", error).with("position", position),
            RuleError::Name { rule, position } => Self::of("user_error.rules.name", error)
                .with("rule", rule.escape_debug())
                .with("position", position)
                .with("most", MAX_NAME),
            RuleError::Duplicate { rule, position } => {
                at("user_error.rules.duplicate", rule).with("position", position)
            }
            RuleError::Filter { rule, error } => at("user_error.rules.filter", rule).with("reason", error),
            RuleError::Status { rule, status } => at("user_error.rules.status", rule).with("status", status),
            RuleError::Delay { rule, delay_ms } => {
                at("user_error.rules.delay", rule).with("delay", delay_ms).with("most", MAX_DELAY_MS)
            }
            RuleError::Target { rule, url } => at("user_error.rules.target", rule).with("url", url),
            RuleError::TemplateLength { rule, field, length } => {
                inside(at("user_error.rules.template_length", rule), field)
                    .with("length", length)
                    .with("most", MAX_TEMPLATE)
            }
            RuleError::Template { rule, field, spot, reason } => {
                spotted(inside(at("user_error.rules.template", rule), field), spot).with("reason", reason)
            }
            RuleError::UnknownName { rule, field, spot, expression } => {
                spotted(inside(at("user_error.rules.unknown_name", rule), field), spot).with("expression", expression)
            }
            RuleError::Work { rule, field, spot } => spotted(inside(at("user_error.rules.work", rule), field), spot),
            RuleError::TextLength { rule, field } => {
                inside(at("user_error.rules.text_length", rule), field).with("most", MAX_TEXT)
            }
            RuleError::Failed { rule, field, spot, reason } => {
                spotted(inside(at("user_error.rules.failed", rule), field), spot).with("reason", reason)
            }
        }
    }
}
