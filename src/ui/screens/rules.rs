//! Screen of the rules, with forwarding and the fault lab.

use std::time::Duration;

use egui::{CentralPanel, Frame, Label, Margin, Panel, RichText, ScrollArea, Stroke, Ui};

use crate::capture::CaptureId;
use crate::capture::diagnosis::Severity;
use crate::engine::{RulePreview, RuleTrial, SavedSetting, ServerTest};
use crate::rules::Rule;
use crate::texts::Language;
use crate::texts::user_error::UserError;
use crate::ui::action::{Action, RulesPlace};
use crate::ui::look::{Look, severity_mark};
use crate::ui::pane_stop::{drawn_later_ui, name_handle, take_room};
use crate::ui::theme::{GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::page_ui;

mod controls;
mod draft;
mod examples;
mod form;
mod forms;
mod forwarding;
mod lab;
mod list;
mod live;
mod match_field;
mod order;
mod summary;
mod tabs;
mod trial;
mod view;

use form::FormAction;
use forms::Forms;
use forwarding::ForwardSection;
use lab::FaultLab;
use list::{ListAction, RuleList};
use order::PendingRules;
use tabs::RulesTab;
pub(in crate::ui) use view::RulesView;

/// Initial and minimum width of the form, and minimum width of the page beside it, in points.
const FORM_WIDTH: f32 = 520.0;
const FORM_SMALLEST: f32 = 360.0;
const PAGE_SMALLEST: f32 = 400.0;

/// State of the screen, with unsaved input.
#[derive(Debug, Default)]
pub(crate) struct RulesScreen {
    tab: RulesTab,
    pending: PendingRules,
    list: RuleList,
    forms: Forms,
    forward: ForwardSection,
    lab: FaultLab,
}

impl RulesScreen {
    /// Notes that the engine has saved something.
    pub(crate) fn saved(&mut self, what: &SavedSetting) {
        if *what == SavedSetting::Rules {
            self.pending.saved();
        }
    }

    /// Shows the result of trying a rule against an event.
    pub(crate) fn tried(&mut self, id: CaptureId, tried: RuleTrial, language: Language) {
        self.forms.tried(id, tried, language);
    }

    /// Shows the newest event that a rule matches, and what the rule does with it.
    pub(crate) fn previewed(&mut self, preview: RulePreview, language: Language) {
        self.forms.previewed(preview, language);
    }

    /// Shows how the developer's own server answered a handshake.
    pub(crate) fn server_tested(&mut self, test: ServerTest) {
        self.forward.tested(test);
    }

    /// Opens the form of a new rule, filled from a given one.
    pub(crate) fn begin(&mut self, rule: &Rule) {
        self.tab = RulesTab::Rules;
        self.forms.open_draft(rule);
    }

    /// Opens the form of a saved rule.
    pub(crate) fn edit(&mut self, rule: &Rule) {
        self.tab = RulesTab::Rules;
        self.forms.open(rule);
        self.list.show(&rule.name);
    }

    /// Closes the open form, which keeps its changes; returns true if there was one in view.
    pub(crate) fn close_form(&mut self) -> bool {
        let is_shown = self.tab == RulesTab::Rules && self.forms.is_open();
        if is_shown {
            self.forms.close();
        }
        is_shown
    }

    /// Turns to a part of the screen.
    pub(crate) fn show(&mut self, place: RulesPlace) {
        self.tab = match place {
            RulesPlace::NewRule => RulesTab::Rules,
            RulesPlace::Forward => RulesTab::Forward,
            RulesPlace::Faults => RulesTab::Faults,
        };
        if place == RulesPlace::NewRule {
            self.forms.open_new();
        }
    }

    /// Draws the screen of rules.
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look, actions: &mut Vec<Action>) {
        self.update(ui, view);
        if let Some(trouble) = view.trouble {
            trouble_ui(ui, trouble, look);
        }
        let form = (self.forms.is_open() && self.tab == RulesTab::Rules).then(|| {
            let largest = (ui.available_width() - PAGE_SMALLEST).max(FORM_SMALLEST);
            let panel =
                Panel::right("rule").resizable(true).default_size(FORM_WIDTH).size_range(FORM_SMALLEST..=largest);
            let room = panel.frame(Frame::new().fill(look.palette.surface)).show(ui, take_room).inner;
            name_handle(ui, "rule", "palette.handle.form", look);
            room
        });
        CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
            ScrollArea::vertical().id_salt("rules").auto_shrink(false).show(ui, |ui| {
                page_ui(ui, |ui| {
                    tabs::tabs_ui(ui, &mut self.tab, view, look);
                    match self.tab {
                        RulesTab::Rules => self.list_ui(ui, view, look, actions),
                        RulesTab::Forward => self.forward.ui(ui, view, look, actions),
                        RulesTab::Faults => self.lab.ui(ui, view.armed, look, actions),
                    }
                });
            });
        });
        // The list is read first.
        if let Some(room) = form {
            drawn_later_ui(ui, "rule", room, |ui| self.form_ui(ui, view, look, actions));
        }
    }

    /// Updates pending changes and open forms from the rules in force.
    fn update(&mut self, ui: &Ui, view: &RulesView<'_>) {
        let now = ui.input(|input| input.time);
        if let Some(wait) = self.pending.expire(now, view.trouble.is_some()) {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(wait));
        }
        self.forms.follow(view.rules);
    }

    fn list_ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look, actions: &mut Vec<Action>) {
        let Self { pending, list, forms, .. } = self;
        let rules = pending.shown(view.rules);
        let action = if rules.is_empty() {
            examples::examples_ui(ui, forms.has_new(), look)
        } else {
            list.ui(ui, rules, view.fired, forms, look)
        };
        ui.add_space(GAP_LARGE);
        if let Some(action) = action {
            self.apply(ui, action, view, actions);
        }
    }

    fn apply(&mut self, ui: &Ui, action: ListAction, view: &RulesView<'_>, actions: &mut Vec<Action>) {
        let now = ui.input(|input| input.time);
        let Self { pending, forms, .. } = self;
        let mut change = |changed: &mut dyn FnMut(&mut Vec<Rule>)| {
            actions.push(pending.change(view.rules, now, changed));
        };
        match action {
            ListAction::New => forms.open_new(),
            ListAction::Example(rule) => forms.open_draft(&rule),
            ListAction::Edit(at) => forms.open(&pending.shown(view.rules)[at]),
            ListAction::Switch(at) => change(&mut |rules| rules[at].enabled = !rules[at].enabled),
            ListAction::Swap(at, with) => change(&mut |rules| rules.swap(at, with)),
            ListAction::Delete(at) => change(&mut |rules| forms.forget(&rules.remove(at).name)),
            ListAction::Duplicate(at) => change(&mut |rules| {
                let copy = order::copy_of(&rules[at], rules);
                forms.open(&copy);
                rules.insert(at + 1, copy);
            }),
        }
    }

    fn form_ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look, actions: &mut Vec<Action>) {
        let Self { pending, forms, list, .. } = self;
        let rules = pending.shown(view.rules);
        let Some(form) = forms.opened() else { return };
        match form.ui(ui, rules, view, look, actions) {
            Some(FormAction::Save) => {
                let now = ui.input(|input| input.time);
                actions.push(pending.change(view.rules, now, &mut |rules| list.show(form.put_into(rules))));
            }
            Some(FormAction::Close) => forms.close(),
            Some(FormAction::Discard) => forms.discard(),
            None => {}
        }
    }
}

/// Draws a banner about an error in `config.toml`.
fn trouble_ui(ui: &mut Ui, trouble: &UserError, look: &Look) {
    let color = look.severity_color(Severity::Warning);
    let frame = Frame::new().fill(look.severity_ground(Severity::Warning)).inner_margin(Margin::symmetric(16, 8));
    let response = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let words = format!("{} {}", severity_mark(Severity::Warning), look.text("rules_screen.trouble"));
        ui.add(Label::new(RichText::new(words).color(color).strong()).wrap());
        ui.add(Label::new(look.trouble(trouble)).wrap());
    });
    let rect = response.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.palette.line));
}

#[cfg(test)]
mod tests;
