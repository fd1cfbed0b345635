//! The forms: one is open at most, and those that were left with changes are kept.

use super::examples::blank;
use super::form::Form;
use crate::capture::CaptureId;
use crate::engine::Tried;
use crate::rules::Rule;
use crate::texts::Language;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Forms {
    all: Vec<Form>,
    /// Which of them is open.
    open: Option<usize>,
    /// How many there have been, which tells them apart.
    made: u64,
}

impl Forms {
    /// Opens the form of a rule that there is.
    pub(super) fn open(&mut self, rule: &Rule) {
        let found = |form: &Form| form.of() == Some(rule.name.as_str());
        self.show(found, |number| Form::of_rule(rule, number));
    }

    /// Opens the form of a new rule, as it was left.
    pub(super) fn open_new(&mut self) {
        self.show(|form| form.of().is_none(), |number| Form::of_new(&blank(), number));
    }

    /// Opens the form of a new rule that begins like this one.
    pub(super) fn open_draft(&mut self, rule: &Rule) {
        self.show(|_| false, |number| Form::of_new(rule, number));
    }

    /// Shows the one that is found, else a new one. Those without changes are made anew when they are wanted.
    fn show(&mut self, found: impl Fn(&Form) -> bool, make: impl FnOnce(u64) -> Form) {
        self.all.retain(|form| form.is_changed() || found(form));
        let at = self.all.iter().position(found).unwrap_or_else(|| {
            self.made += 1;
            self.all.push(make(self.made));
            self.all.len() - 1
        });
        self.open = Some(at);
    }

    /// Whether one is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The open one.
    pub(super) fn opened(&mut self) -> Option<&mut Form> {
        self.all.get_mut(self.open?)
    }

    /// Closes it; its changes are kept.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.all.retain(Form::is_changed);
    }

    /// Forgets the changes of the open one, and a new rule altogether.
    pub(super) fn discard(&mut self) {
        let Some(at) = self.open.filter(|at| *at < self.all.len()) else { return };
        if self.all[at].of().is_none() {
            self.all.remove(at);
            self.open = None;
        } else {
            self.all[at].revert();
        }
    }

    /// The rule of that name has gone, and what was typed into its form with it.
    pub(super) fn forget(&mut self, name: &str) {
        let Some(at) = self.all.iter().position(|form| form.of() == Some(name)) else { return };
        self.all.remove(at);
        self.open = match self.open {
            Some(open) if open == at => None,
            Some(open) if open > at => Some(open - 1),
            open => open,
        };
    }

    /// Whether a new rule is being written.
    pub(super) fn has_new(&self) -> bool {
        self.all.iter().any(|form| form.of().is_none() && form.is_changed())
    }

    /// Whether there are changes to that rule which are not saved.
    pub(super) fn has_changes(&self, name: &str) -> bool {
        self.all.iter().any(|form| form.of() == Some(name) && form.is_changed())
    }

    /// Looks at what the engine has kept.
    pub(super) fn follow(&mut self, kept: &[Rule]) {
        for form in &mut self.all {
            form.follow(kept);
        }
    }

    /// The rule that was tried is the one whose form waits for it.
    pub(super) fn tried(&mut self, id: CaptureId, tried: Tried, language: Language) {
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
    fn what_was_typed_is_there_when_its_form_is_opened_again() {
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
    fn a_form_goes_with_its_rule_and_the_open_one_stays_open() {
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
    fn a_new_rule_goes_on_under_its_name_once_it_is_kept() {
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
