//! Checks a rule's name, status, delay and URL; filter and templates are checked as they are compiled.

use std::collections::HashSet;

use super::{ForwardTo, MAX_DELAY_MS, MAX_NAME, MAX_RULES, Response, Rule, RuleError};

/// The statuses of an answer; those below 200 only announce one.
const STATUSES: std::ops::RangeInclusive<u16> = 200..=599;

/// Returns the first mistake in the rules.
pub(super) fn check(rules: &[Rule]) -> Result<(), RuleError> {
    if rules.len() > MAX_RULES {
        return Err(RuleError::TooMany { found: rules.len() });
    }
    let mut names = HashSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let Rule { name, status, delay_ms, response, .. } = rule;
        if name.trim().is_empty() {
            return Err(RuleError::Unnamed { position: index + 1 });
        }
        let rule = || name.clone();
        if name.chars().count() > MAX_NAME || name.contains(char::is_control) || name.trim() != name {
            return Err(RuleError::Name { rule: rule(), position: index + 1 });
        }
        if !names.insert(name) {
            return Err(RuleError::Duplicate { rule: rule(), position: index + 1 });
        }
        if let Some(status) = status.filter(|status| !STATUSES.contains(status)) {
            return Err(RuleError::Status { rule: rule(), status });
        }
        if *delay_ms > MAX_DELAY_MS {
            return Err(RuleError::Delay { rule: rule(), delay_ms: *delay_ms });
        }
        if let Response::Forward(ForwardTo { url: Some(url), .. }) = response
            && !is_web_address(url)
        {
            return Err(RuleError::Target { rule: rule(), url: url.clone() });
        }
    }
    Ok(())
}

/// Tells whether a text looks like a server's URL: `http://` or `https://`, then a host.
pub fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let host = |rest: &str| rest.split(['/', '?', '#']).next().is_some_and(|host| !host.is_empty());
    rest.is_some_and(host) && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}
