//! List of the rules in order, each with its switch, its summary and its statistics.

use egui::{Button, Label, Response, RichText, Sides, Ui};

use super::controls::{about_button, note_ui};
use super::forms::Forms;
use super::summary::summary;
use crate::capture::diagnosis::Severity;
use crate::engine::UsageByRule;
use crate::rules::Rule;
use crate::texts::safe_text::safe_text;
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, small_button, weak};

/// A change requested in the list; numbers are indices of the rules shown.
#[derive(Debug)]
pub(super) enum ListAction {
    New,
    /// Begin a new rule with an example.
    Example(Box<Rule>),
    /// Open a rule in the form.
    Edit(usize),
    /// Switch a rule on or off.
    Switch(usize),
    Swap(usize, usize),
    /// Insert a copy after a rule, and open it.
    Duplicate(usize),
    Delete(usize),
}

/// State of the list.
#[derive(Debug, Default)]
pub(super) struct RuleList {
    /// Name of the rule whose deletion awaits confirmation.
    deleting: Option<String>,
}

/// A rule and its position.
#[derive(Clone, Copy)]
struct RuleRow<'a> {
    at: usize,
    count: usize,
    rule: &'a Rule,
}

impl RuleList {
    /// Draws the list of rules.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        rules: &[Rule],
        fired: &UsageByRule,
        forms: &Forms,
        look: &Look,
    ) -> Option<ListAction> {
        let mut action = None;
        Sides::new().shrink_left().show(
            ui,
            |ui| note_ui(ui, "rules_screen.list.hint", look),
            |ui| {
                if ui.button(look.text("rules_screen.list.new")).clicked() {
                    action = Some(ListAction::New);
                }
            },
        );
        for (at, rule) in rules.iter().enumerate() {
            let row = RuleRow { at, count: rules.len(), rule };
            card(look).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                head_ui(ui, row, forms, look, &mut action);
                does_ui(ui, rule, look);
                self.foot_ui(ui, row, fired, look, &mut action);
            });
        }
        action
    }

    /// Draws a rule's statistics and its buttons.
    fn foot_ui(
        &mut self,
        ui: &mut Ui,
        row: RuleRow<'_>,
        fired: &UsageByRule,
        look: &Look,
        action: &mut Option<ListAction>,
    ) {
        let done = fired.get(&row.rule.name);
        let times = done.map_or(0, |done| done.times);
        Sides::new().shrink_left().wrap().show(
            ui,
            |ui| {
                let words = match times {
                    0 => look.text("rules_screen.list.never_fired").into_owned(),
                    times => look.filled("rules_screen.list.fired", &[("times", &times.to_string())]),
                };
                ui.add(Label::new(weak(look, words)).wrap());
            },
            |ui| self.buttons_ui(ui, row, look, action),
        );
        if let Some(failure) = done.and_then(|done| done.failure.as_ref()) {
            let words = format!("{} {}", severity_mark(Severity::Error), look.trouble(failure));
            ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
        }
    }

    /// Draws a rule's buttons, from right to left.
    fn buttons_ui(&mut self, ui: &mut Ui, row: RuleRow<'_>, look: &Look, action: &mut Option<ListAction>) {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        let name = safe_text(&row.rule.name);
        if self.deleting.as_ref() == Some(&row.rule.name) {
            if about_button(ui, small("rules_screen.list.keep", look), "rules_screen.list.keep_rule", &name, look) {
                self.deleting = None;
            }
            let really = RichText::new(look.text("rules_screen.list.really")).color(look.palette.error);
            if about_button(ui, small_button(really), "rules_screen.list.really_rule", &name, look) {
                self.deleting = None;
                *action = Some(ListAction::Delete(row.at));
            }
            return;
        }
        if about_button(ui, small("rules_screen.list.delete", look), "rules_screen.list.delete_rule", &name, look) {
            self.deleting = Some(row.rule.name.clone());
        }
        let copy = small("rules_screen.list.duplicate", look);
        if about_button(ui, copy, "rules_screen.list.duplicate_rule", &name, look) {
            *action = Some(ListAction::Duplicate(row.at));
        }
        if about_button(ui, small("rules_screen.list.edit", look), "rules_screen.list.edit_rule", &name, look) {
            *action = Some(ListAction::Edit(row.at));
        }
    }
}

fn small<'b>(key: &str, look: &Look) -> Button<'b> {
    small_button(look.text(key).into_owned())
}

/// Draws a rule's switch, name and position.
fn head_ui(ui: &mut Ui, row: RuleRow<'_>, forms: &Forms, look: &Look, action: &mut Option<ListAction>) {
    let RuleRow { at, rule, .. } = row;
    let name = safe_text(&rule.name);
    let titled = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let is_switched = switch_ui(ui, rule.enabled, &name, look).clicked();
        let color = if rule.enabled { look.palette.strong } else { look.palette.weak };
        ui.add(Label::new(RichText::new(&*name).strong().color(color)).wrap());
        if !rule.enabled {
            ui.label(weak(look, look.text("rules_screen.list.off")));
        }
        if forms.has_changes(&rule.name) {
            ui.label(weak(look, format!("● {}", look.text("rules_screen.list.unsaved"))));
        }
        is_switched.then_some(ListAction::Switch(at))
    };
    let (switched, moved) = Sides::new().shrink_left().wrap().show(ui, titled, |ui| move_ui(ui, row, &name, look));
    *action = switched.or(moved).or(action.take());
}

/// Draws the buttons that move a rule, from right to left.
fn move_ui(ui: &mut Ui, row: RuleRow<'_>, name: &str, look: &Look) -> Option<ListAction> {
    ui.spacing_mut().item_spacing.x = GAP_SMALL;
    let button = |ui: &mut Ui, is_possible: bool, mark: &str, key: &str| {
        ui.add_enabled_ui(is_possible, |ui| about_button(ui, small_button(mark.to_owned()), key, name, look)).inner
    };
    let RuleRow { at, count, .. } = row;
    let down = button(ui, at + 1 < count, "↓", "rules_screen.list.down");
    let up = button(ui, at > 0, "↑", "rules_screen.list.up");
    if down { Some(ListAction::Swap(at, at + 1)) } else { up.then(|| ListAction::Swap(at, at - 1)) }
}

/// Draws the checkbox that switches a rule on.
fn switch_ui(ui: &mut Ui, mut enabled: bool, name: &str, look: &Look) -> Response {
    let named = look.filled("rules_screen.list.switch", &[("what", name)]);
    let response = ui.checkbox(&mut enabled, "");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(named.as_str()));
    response.on_hover_text(named)
}

/// Draws a rule's filter and its summary.
fn does_ui(ui: &mut Ui, rule: &Rule, look: &Look) {
    if rule.filter.trim().is_empty() {
        ui.add(Label::new(RichText::new(look.text("rules_screen.list.everything")).color(look.palette.weak)).wrap());
    } else {
        ui.add(Label::new(RichText::new(safe_text(&rule.filter)).monospace()).wrap());
    }
    ui.add(Label::new(format!("→ {}", summary(rule, look))).wrap());
}
