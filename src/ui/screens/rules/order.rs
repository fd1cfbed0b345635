//! The rules as the person left them: shown at once, and until the engine has kept them.

use crate::engine::Command;
use crate::rules::{MAX_NAME, Rule};
use crate::ui::action::Action;

/// Keeping takes milliseconds, behind a held sample some seconds. What is not confirmed after this long was refused, and a
/// notice has said why. In seconds.
const CONFIRMED_WITHIN: f64 = 10.0;

/// The rules that are on their way.
#[derive(Debug, Default)]
pub(super) struct Order {
    sent: Option<Sent>,
}

#[derive(Debug)]
struct Sent {
    rules: Vec<Rule>,
    /// How many times rules were sent and not confirmed.
    unconfirmed: u32,
    /// When they were sent the last time, on egui's clock.
    at: f64,
}

impl Order {
    /// The rules that are shown; `kept` is what the engine has.
    pub(super) fn shown<'a>(&'a self, kept: &'a [Rule]) -> &'a [Rule] {
        self.sent.as_ref().map_or(kept, |sent| &sent.rules)
    }

    /// Changes what is shown, and asks that it be kept.
    pub(super) fn change(&mut self, kept: &[Rule], now: f64, change: &mut dyn FnMut(&mut Vec<Rule>)) -> Action {
        let mut rules = self.shown(kept).to_vec();
        change(&mut rules);
        let unconfirmed = self.sent.take().map_or(0, |sent| sent.unconfirmed) + 1;
        self.sent = Some(Sent { rules: rules.clone(), unconfirmed, at: now });
        Action::Ask(Command::SaveRules { rules })
    }

    /// Rules that were sent are kept.
    pub(super) fn saved(&mut self) {
        self.sent = self.sent.take().and_then(|sent| {
            let unconfirmed = sent.unconfirmed.checked_sub(1).filter(|left| *left > 0)?;
            Some(Sent { unconfirmed, ..sent })
        });
    }

    /// Gives up what is not going to be kept: a file with a mistake is not written to. Says how many seconds to wait before
    /// it asks again.
    pub(super) fn expire(&mut self, now: f64, is_refused: bool) -> Option<f64> {
        let left = self.sent.as_ref()?.at + CONFIRMED_WITHIN - now;
        if is_refused || left <= 0.0 {
            self.sent = None;
            return None;
        }
        Some(left)
    }
}

/// The same rule under a name that none of them has.
pub(super) fn copy_of(rule: &Rule, rules: &[Rule]) -> Rule {
    // One more than there are rules: one of them is free.
    let mut names = (2..).take(rules.len() + 1).map(|number| numbered(&rule.name, number));
    Rule { name: names.find(|name| is_free(name, rules)).unwrap_or_default(), ..rule.clone() }
}

/// Whether no rule has that name.
pub(super) fn is_free(name: &str, rules: &[Rule]) -> bool {
    rules.iter().all(|rule| rule.name != name)
}

/// `scan` as `scan 2`, shortened where the number would make it too long.
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
        let mut order = Order::default();
        order.change(&kept, 0.0, &mut |rules| rules.swap(0, 1));
        order.change(&kept, 0.0, &mut |rules| rules.push(rule("c")));
        order.saved();
        assert_eq!(names(order.shown(&kept)), ["b", "a", "c"], "the second is still on its way");
        order.saved();
        assert_eq!(names(order.shown(&kept)), ["a", "b"]);
    }

    #[test]
    fn what_is_never_confirmed_is_given_up() {
        let kept = [rule("a")];
        let mut order = Order::default();
        order.change(&kept, 5.0, &mut Vec::clear);
        assert_eq!(order.expire(6.0, false), Some(CONFIRMED_WITHIN - 1.0));
        assert!(order.shown(&kept).is_empty());
        assert_eq!(order.expire(5.0 + CONFIRMED_WITHIN, false), None);
        assert_eq!(names(order.shown(&kept)), ["a"]);
        order.change(&kept, 5.0, &mut Vec::clear);
        assert_eq!(order.expire(5.0, true), None, "a file with a mistake is not written to");
        assert_eq!(names(order.shown(&kept)), ["a"]);
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
