//! Form of a rule: its input, its error, and the result of a trial.

use super::draft::{CheckedRule, RuleDraft};
use super::live::LivePreview;
use super::trial::Trial;
use crate::capture::CaptureId;
use crate::engine::{RulePreview, RuleTrial};
use crate::rules::Rule;
use crate::texts::Language;

mod form_ui;
mod reply_fields;

pub(super) use form_ui::FormAction;

/// The form of one rule.
#[derive(Debug)]
pub(super) struct RuleForm {
    /// Id of the form, which tells its widgets from those of other forms.
    number: u64,
    /// Name of the saved rule; `None` for a new one.
    of: Option<String>,
    /// The saved rule, or the initial content of a new one.
    base: Rule,
    draft: RuleDraft,
    /// The rule built from the draft after its last change.
    checked: CheckedRule,
    /// The rule sent to be saved, until it is confirmed.
    sent: Option<Rule>,
    trial: Trial,
    live: LivePreview,
}

impl RuleForm {
    /// Creates the form of a saved rule.
    pub(super) fn of_rule(rule: &Rule, number: u64) -> Self {
        Self { of: Some(rule.name.clone()), ..Self::of_new(rule, number) }
    }

    /// Creates the form of a new rule.
    pub(super) fn of_new(rule: &Rule, number: u64) -> Self {
        let draft = RuleDraft::of(rule);
        let checked = draft.check(rule.enabled);
        Self {
            number,
            of: None,
            base: rule.clone(),
            draft,
            checked,
            sent: None,
            trial: Trial::default(),
            live: LivePreview::default(),
        }
    }

    /// Name of the saved rule.
    pub(super) fn of(&self) -> Option<&str> {
        self.of.as_deref()
    }

    /// Returns true if the form has unsaved changes.
    pub(super) fn is_changed(&self) -> bool {
        self.checked.rule != self.base
    }

    /// Discards all unsaved changes.
    pub(super) fn revert(&mut self) {
        let of = self.of.take();
        // Another id, so that no field keeps its caret or its undo history.
        *self = Self { of, ..Self::of_new(&self.base, !self.number) };
    }

    /// Puts the rule into the list, in its place or at the end; returns its name.
    pub(super) fn put_into(&mut self, rules: &mut Vec<Rule>) -> &str {
        let rule = self.checked.rule.clone();
        match rules.iter_mut().find(|known| self.of.as_ref() == Some(&known.name)) {
            Some(known) => known.clone_from(&rule),
            None => rules.push(rule.clone()),
        }
        self.sent = Some(rule);
        self.draft.editor.reveal();
        &self.checked.rule.name
    }

    /// Updates the form from the saved rules: a save may be confirmed, and the rule may have changed elsewhere.
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

    /// Rebuilds the rule from the draft. The switch belongs to the list, not to the form.
    fn recheck(&mut self) {
        self.checked = self.draft.check(self.base.enabled);
    }

    /// Handles a change of the input.
    fn note_change(&mut self) {
        self.recheck();
        self.trial.note_change();
    }

    /// Shows the newest event that the rule matches, and what the rule does with it.
    pub(super) fn previewed(&mut self, preview: RulePreview, language: Language) {
        if self.live.finish(&preview)
            && let Some(event) = preview.event
        {
            self.trial.finish(event.placement.id, preview.trial, language);
        }
    }

    /// Returns true while a trial is running.
    pub(super) fn is_trying(&self) -> bool {
        self.trial.is_running()
    }

    /// Shows the result of a trial.
    pub(super) fn tried(&mut self, id: CaptureId, tried: RuleTrial, language: Language) {
        self.trial.finish(id, tried, language);
    }
}

#[cfg(test)]
impl RuleForm {
    pub(super) fn type_filter(&mut self, text: &str) {
        text.clone_into(&mut self.draft.filter);
        self.note_change();
    }

    pub(super) fn rule(&self) -> &Rule {
        &self.checked.rule
    }
}
