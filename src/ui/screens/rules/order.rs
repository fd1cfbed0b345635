//! Changed rules that the engine has not saved yet; the screen shows them at once.

use crate::engine::SettingsCommand;
use crate::rules::{MAX_NAME, Rule};
use crate::ui::action::Action;

/// Timeout of a save in seconds. Saving takes milliseconds, or a few seconds behind a held sample; a save that is not
/// confirmed in time was refused, and a notice has said why.
const CONFIRMED_WITHIN: f64 = 10.0;

/// The rules that were sent to be saved.
#[derive(Debug, Default)]
pub(super) struct PendingRules {
    sent: Option<SentRules>,
}

/// A save that is under way.
#[derive(Debug)]
struct SentRules {
    rules: Vec<Rule>,
    /// Number of saves that are not confirmed.
    unconfirmed: u32,
    /// Time of the last save, on egui's clock.
    at: f64,
}

impl PendingRules {
    /// The rules to show; `kept` are the saved ones.
    pub(super) fn shown<'a>(&'a self, kept: &'a [Rule]) -> &'a [Rule] {
        self.sent.as_ref().map_or(kept, |sent| &sent.rules)
    }

    /// Changes the rules shown, and returns the action that saves them.
    pub(super) fn change(&mut self, kept: &[Rule], now: f64, change: &mut dyn FnMut(&mut Vec<Rule>)) -> Action {
        let mut rules = self.shown(kept).to_vec();
        change(&mut rules);
        let unconfirmed = self.sent.take().map_or(0, |sent| sent.unconfirmed) + 1;
        self.sent = Some(SentRules { rules: rules.clone(), unconfirmed, at: now });
        Action::Ask(SettingsCommand::SaveRules { rules }.into())
    }

    /// Confirms the oldest save.
    pub(super) fn saved(&mut self) {
        self.sent = self.sent.take().and_then(|sent| {
            let unconfirmed = sent.unconfirmed.checked_sub(1).filter(|left| *left > 0)?;
            Some(SentRules { unconfirmed, ..sent })
        });
    }

    /// Drops rules that will not be saved: after the timeout, or because the file has an error. Returns the seconds
    /// until the timeout.
    pub(super) fn expire(&mut self, now: f64, is_refused: bool) -> Option<f64> {
        let left = self.sent.as_ref()?.at + CONFIRMED_WITHIN - now;
        if is_refused || left <= 0.0 {
            self.sent = None;
            return None;
        }
        Some(left)
    }
}

/// Copies a rule under a name that is free.
pub(super) fn copy_of(rule: &Rule, rules: &[Rule]) -> Rule {
    // With one number more than there are rules, one is free.
    let mut names = (2..).take(rules.len() + 1).map(|number| numbered(&rule.name, number));
    Rule { name: names.find(|name| is_free(name, rules)).unwrap_or_default(), ..rule.clone() }
}

/// Returns true if no rule has this name.
pub(super) fn is_free(name: &str, rules: &[Rule]) -> bool {
    rules.iter().all(|rule| rule.name != name)
}

/// Appends a number to a name, as in `scan 2`, and shortens the name if necessary.
fn numbered(name: &str, number: u32) -> String {
    let number = format!(" {number}");
    let kept: String = name.chars().take(MAX_NAME - number.len()).collect();
    format!("{}{number}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::examples::blank;
    use super::*;

    fn rule(name: &str) -> Rule {
        Rule { name: name.to_owned(), ..blank() }
    }

    fn names(rules: &[Rule]) -> Vec<&str> {
        rules.iter().map(|rule| rule.name.as_str()).collect()
    }

    #[test]
    fn a_change_shows_until_each_save_is_confirmed() {
        let kept = [rule("a"), rule("b")];
        let mut pending = PendingRules::default();
        pending.change(&kept, 0.0, &mut |rules| rules.swap(0, 1));
        pending.change(&kept, 0.0, &mut |rules| rules.push(rule("c")));
        pending.saved();
        assert_eq!(names(pending.shown(&kept)), ["b", "a", "c"], "the second is still on its way");
        pending.saved();
        assert_eq!(names(pending.shown(&kept)), ["a", "b"]);
    }

    #[test]
    fn an_unconfirmed_change_is_dropped() {
        let kept = [rule("a")];
        let mut pending = PendingRules::default();
        pending.change(&kept, 5.0, &mut Vec::clear);
        assert_eq!(pending.expire(6.0, false), Some(CONFIRMED_WITHIN - 1.0));
        assert!(pending.shown(&kept).is_empty());
        assert_eq!(pending.expire(5.0 + CONFIRMED_WITHIN, false), None);
        assert_eq!(names(pending.shown(&kept)), ["a"]);
        pending.change(&kept, 5.0, &mut Vec::clear);
        assert_eq!(pending.expire(5.0, true), None, "a file with a mistake is not written to");
        assert_eq!(names(pending.shown(&kept)), ["a"]);
    }

    #[test]
    fn a_copy_has_a_name_of_its_own() {
        let long = "长".repeat(MAX_NAME);
        let rules = [rule("a"), rule("a 2"), rule(&long)];
        assert_eq!(copy_of(&rules[0], &rules).name, "a 3");
        let copy = copy_of(&rules[2], &rules).name;
        assert_eq!(copy.chars().count(), MAX_NAME);
        assert!(copy.ends_with("长 2"), "{copy}");
    }
}
