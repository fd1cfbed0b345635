//! Forms of rules: at most one is open, and closed forms with unsaved changes are kept.

use super::examples::blank;
use super::form::RuleForm;
use crate::capture::CaptureId;
use crate::engine::{RulePreview, RuleTrial};
use crate::rules::Rule;
use crate::texts::Language;

/// The open form and those with unsaved changes.
#[derive(Debug, Default)]
pub(super) struct Forms {
    all: Vec<RuleForm>,
    /// Index of the open form.
    open: Option<usize>,
    /// Number of forms created so far, used as their ids.
    created: u64,
}

impl Forms {
    /// Opens the form of a saved rule.
    pub(super) fn open(&mut self, rule: &Rule) {
        let found = |form: &RuleForm| form.of() == Some(rule.name.as_str());
        self.show(found, |number| RuleForm::of_rule(rule, number));
    }

    /// Opens the form of a new rule, with its unsaved input.
    pub(super) fn open_new(&mut self) {
        self.show(|form| form.of().is_none(), |number| RuleForm::of_new(&blank(), number));
    }

    /// Opens the form of a new rule, filled from a given one.
    pub(super) fn open_draft(&mut self, rule: &Rule) {
        self.show(|_| false, |number| RuleForm::of_new(rule, number));
    }

    /// Opens the matching form, or creates it. Unchanged forms are dropped and created again on demand.
    fn show(&mut self, found: impl Fn(&RuleForm) -> bool, make: impl FnOnce(u64) -> RuleForm) {
        self.all.retain(|form| form.is_changed() || found(form));
        let at = self.all.iter().position(found).unwrap_or_else(|| {
            self.created += 1;
            self.all.push(make(self.created));
            self.all.len() - 1
        });
        self.open = Some(at);
    }

    /// Returns true if a form is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Returns the open form.
    pub(super) fn opened(&mut self) -> Option<&mut RuleForm> {
        self.all.get_mut(self.open?)
    }

    /// Name of the saved rule whose form is open.
    pub(super) fn opened_name(&self) -> Option<&str> {
        self.all.get(self.open?)?.of()
    }

    /// Closes the open form and keeps its changes.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.all.retain(RuleForm::is_changed);
    }

    /// Discards the changes of the open form, or the whole form of a new rule.
    pub(super) fn discard(&mut self) {
        let Some(at) = self.open.filter(|at| *at < self.all.len()) else { return };
        if self.all[at].of().is_none() {
            self.all.remove(at);
            self.open = None;
        } else {
            self.all[at].revert();
        }
    }

    /// Drops the form of a deleted rule.
    pub(super) fn forget(&mut self, name: &str) {
        let Some(at) = self.all.iter().position(|form| form.of() == Some(name)) else { return };
        self.all.remove(at);
        self.open = match self.open {
            Some(open) if open == at => None,
            Some(open) if open > at => Some(open - 1),
            open => open,
        };
    }

    /// Returns true if a new rule has unsaved input.
    pub(super) fn has_new(&self) -> bool {
        self.all.iter().any(|form| form.of().is_none() && form.is_changed())
    }

    /// Returns true if a rule has unsaved changes.
    pub(super) fn has_changes(&self, name: &str) -> bool {
        self.all.iter().any(|form| form.of() == Some(name) && form.is_changed())
    }

    /// Updates the forms from the saved rules.
    pub(super) fn follow(&mut self, kept: &[Rule]) {
        for form in &mut self.all {
            form.follow(kept);
        }
    }

    /// Passes a preview to the form that asked for it.
    pub(super) fn previewed(&mut self, preview: RulePreview, language: Language) {
        if let Some(form) = self.opened() {
            form.previewed(preview, language);
        }
    }

    /// Passes a trial's result to the form that waits for it.
    pub(super) fn tried(&mut self, id: CaptureId, tried: RuleTrial, language: Language) {
        if let Some(form) = self.all.iter_mut().find(|form| form.is_trying()) {
            form.tried(id, tried, language);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str) -> Rule {
        Rule { name: name.to_owned(), ..blank() }
    }

    #[test]
    fn unsaved_input_is_kept_when_its_form_is_closed() {
        let mut forms = Forms::default();
        let (a, b) = (rule("a"), rule("b"));
        forms.open(&a);
        forms.opened().unwrap().type_filter("event:CLICK");
        forms.open(&b);
        assert!(forms.has_changes("a") && !forms.has_changes("b"));
        forms.open(&a);
        assert_eq!(forms.all.len(), 1, "nothing was typed into the other");
        assert!(forms.opened().unwrap().is_changed());
        forms.discard();
        assert!(!forms.has_changes("a") && forms.is_open());
    }

    #[test]
    fn a_deleted_rule_drops_its_form_and_the_open_one_stays_open() {
        let mut forms = Forms::default();
        for name in ["a", "b"] {
            forms.open(&rule(name));
            forms.opened().unwrap().type_filter("x");
        }
        forms.forget("a");
        assert_eq!(forms.opened().unwrap().of(), Some("b"));
        forms.forget("b");
        assert!(!forms.is_open());
    }

    #[test]
    fn a_new_rule_continues_under_its_name_once_it_is_saved() {
        let mut forms = Forms::default();
        forms.open_draft(&rule("a"));
        forms.opened().unwrap().type_filter("event:CLICK");
        let mut kept = Vec::new();
        forms.opened().unwrap().put_into(&mut kept);
        forms.follow(&[]);
        assert!(forms.has_new(), "it is not kept yet");
        forms.follow(&kept);
        assert!(!forms.has_new() && !forms.has_changes("a"));
        assert_eq!(forms.opened().unwrap().of(), Some("a"));
    }

    #[test]
    fn a_form_without_changes_follows_its_rule_and_one_with_changes_keeps_them() {
        let mut forms = Forms::default();
        forms.open(&rule("a"));
        let elsewhere = Rule { filter: "event:VIEW".to_owned(), ..rule("a") };
        forms.follow(std::slice::from_ref(&elsewhere));
        let form = forms.opened().unwrap();
        assert_eq!((form.rule(), form.is_changed()), (&elsewhere, false));
        form.type_filter("event:CLICK");
        forms.follow(&[Rule { enabled: false, ..rule("a") }]);
        let form = forms.opened().unwrap();
        assert_eq!((form.rule().filter.as_str(), form.rule().enabled), ("event:CLICK", false));
        forms.discard();
        assert_eq!(forms.opened().unwrap().rule().filter, "", "back to what is kept now");
    }
}
