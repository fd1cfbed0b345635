//! The form of one rule: what is typed, what is wrong with it, and what came of trying it.

use super::draft::{Checked, Draft};
use super::trial::Trial;
use crate::capture::CaptureId;
use crate::engine::Tried;
use crate::rules::Rule;
use crate::texts::Language;

mod form_ui;
mod reply_fields;

pub(super) use form_ui::Wish;

/// A form.
#[derive(Debug)]
pub(super) struct Form {
    /// Tells its fields from those of other forms.
    number: u64,
    /// The name under which the rule is kept; `None` for a new one.
    of: Option<String>,
    /// As it is kept, or as the form was opened.
    base: Rule,
    draft: Draft,
    /// The draft put together, since it was changed the last time.
    checked: Checked,
    /// What was sent to be kept, and is not kept yet.
    sent: Option<Rule>,
    trial: Trial,
}

impl Form {
    /// The form of a rule that is kept.
    pub(super) fn of_rule(rule: &Rule, number: u64) -> Self {
        Self { of: Some(rule.name.clone()), ..Self::of_new(rule, number) }
    }

    /// The form of a rule that is not kept yet.
    pub(super) fn of_new(rule: &Rule, number: u64) -> Self {
        let draft = Draft::of(rule);
        let checked = draft.check(rule.enabled);
        Self { number, of: None, base: rule.clone(), draft, checked, sent: None, trial: Trial::default() }
    }

    /// The name under which its rule is kept.
    pub(super) fn of(&self) -> Option<&str> {
        self.of.as_deref()
    }

    /// Whether something was typed.
    pub(super) fn is_changed(&self) -> bool {
        self.checked.rule != self.base
    }

    /// Forgets what was typed.
    pub(super) fn revert(&mut self) {
        let of = self.of.take();
        // Another number, so that no field keeps the caret or undoes into what was typed.
        *self = Self { of, ..Self::of_new(&self.base, !self.number) };
    }

    /// Puts its rule into the list: in its place, or at the end.
    pub(super) fn put_into(&mut self, rules: &mut Vec<Rule>) {
        let rule = self.checked.rule.clone();
        match rules.iter_mut().find(|known| self.of.as_ref() == Some(&known.name)) {
            Some(known) => known.clone_from(&rule),
            None => rules.push(rule.clone()),
        }
        self.sent = Some(rule);
    }

    /// Looks at what is kept: what was sent may be there, and somebody else may have changed the rule.
    pub(super) fn follow(&mut self, kept: &[Rule]) {
        if let Some(sent) = self.sent.take_if(|sent| kept.contains(sent)) {
            self.of = Some(sent.name.clone());
            self.base = sent;
            self.recheck();
        }
        if self.sent.is_some() {
            return;
        }
        let Some(rule) = kept.iter().find(|rule| self.of.as_ref() == Some(&rule.name)) else { return };
        if *rule == self.base {
            return;
        }
        if self.is_changed() {
            self.base = rule.clone();
            self.recheck();
        } else {
            *self = Self::of_rule(rule, self.number);
        }
    }

    /// Puts the draft together anew. Its switch is the list's, not the form's.
    fn recheck(&mut self) {
        self.checked = self.draft.check(self.base.enabled);
    }

    /// Something was typed.
    fn note_change(&mut self) {
        self.recheck();
        self.trial.note_change();
    }

    /// Whether a trial is on its way.
    pub(super) fn is_trying(&self) -> bool {
        self.trial.is_running()
    }

    /// The trial has come to this.
    pub(super) fn tried(&mut self, id: CaptureId, tried: Tried, language: Language) {
        self.trial.finish(id, tried, language);
    }
}

#[cfg(test)]
impl Form {
    pub(super) fn type_filter(&mut self, text: &str) {
        text.clone_into(&mut self.draft.filter);
        self.note_change();
    }

    pub(super) fn rule(&self) -> &Rule {
        &self.checked.rule
    }
}
