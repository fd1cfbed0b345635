//! The rules in their order, each with its switch, what it does, and what it has done.

use egui::{Button, Label, Response, RichText, Sides, Ui};

use super::controls::{about_button, note_ui};
use super::forms::Forms;
use super::summary::summary;
use crate::capture::diagnosis::Severity;
use crate::engine::FiredRules;
use crate::rules::Rule;
use crate::texts::safe_text::safe_text;
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, small_button, title, weak};

/// What the person wants done with the rules; numbers are places among those that are shown.
#[derive(Debug)]
pub(super) enum Wish {
    /// Write a new one.
    New,
    /// Begin with this one.
    Example(Box<Rule>),
    /// Open it in the form.
    Edit(usize),
    /// Switch it on or off.
    Switch(usize),
    /// Let these two change places.
    Swap(usize, usize),
    /// Put a copy behind it, and open that.
    Duplicate(usize),
    /// Remove it.
    Delete(usize),
}

/// The list's own state.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The rule whose deletion is asked about.
    deleting: Option<String>,
}

/// One rule and its place.
#[derive(Clone, Copy)]
struct Row<'a> {
    at: usize,
    count: usize,
    rule: &'a Rule,
}

impl List {
    /// Draws them.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        rules: &[Rule],
        fired: &FiredRules,
        forms: &Forms,
        look: &Look,
    ) -> Option<Wish> {
        let mut wish = None;
        Sides::new().shrink_left().show(
            ui,
            |ui| title(ui, look, &look.text("rules_screen.list.title")),
            |ui| {
                if ui.button(look.text("rules_screen.list.new")).clicked() {
                    wish = Some(Wish::New);
                }
            },
        );
        note_ui(ui, "rules_screen.list.hint", look);
        for (at, rule) in rules.iter().enumerate() {
            let row = Row { at, count: rules.len(), rule };
            card(look).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                head_ui(ui, row, forms, look, &mut wish);
                does_ui(ui, rule, look);
                self.foot_ui(ui, row, fired, look, &mut wish);
            });
        }
        wish
    }

    /// What it has done, and what can be done with it.
    fn foot_ui(&mut self, ui: &mut Ui, row: Row<'_>, fired: &FiredRules, look: &Look, wish: &mut Option<Wish>) {
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
            |ui| self.buttons_ui(ui, row, look, wish),
        );
        if let Some(failure) = done.and_then(|done| done.failure.as_ref()) {
            let words = format!("{} {}", severity_mark(Severity::Error), look.trouble(failure));
            ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
        }
    }

    /// From right to left.
    fn buttons_ui(&mut self, ui: &mut Ui, row: Row<'_>, look: &Look, wish: &mut Option<Wish>) {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        let name = safe_text(&row.rule.name);
        if self.deleting.as_ref() == Some(&row.rule.name) {
            if about_button(ui, small("rules_screen.list.keep", look), "rules_screen.list.keep_rule", &name, look) {
                self.deleting = None;
            }
            let really = RichText::new(look.text("rules_screen.list.really")).color(look.palette.error);
            if about_button(ui, small_button(really), "rules_screen.list.really_rule", &name, look) {
                self.deleting = None;
                *wish = Some(Wish::Delete(row.at));
            }
            return;
        }
        if about_button(ui, small("rules_screen.list.delete", look), "rules_screen.list.delete_rule", &name, look) {
            self.deleting = Some(row.rule.name.clone());
        }
        let copy = small("rules_screen.list.duplicate", look);
        if about_button(ui, copy, "rules_screen.list.duplicate_rule", &name, look) {
            *wish = Some(Wish::Duplicate(row.at));
        }
        if about_button(ui, small("rules_screen.list.edit", look), "rules_screen.list.edit_rule", &name, look) {
            *wish = Some(Wish::Edit(row.at));
        }
    }
}

fn small<'b>(key: &str, look: &Look) -> Button<'b> {
    small_button(look.text(key).into_owned())
}

/// Switch, name and place.
fn head_ui(ui: &mut Ui, row: Row<'_>, forms: &Forms, look: &Look, wish: &mut Option<Wish>) {
    let Row { at, rule, .. } = row;
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
        is_switched.then_some(Wish::Switch(at))
    };
    let (switched, moved) = Sides::new().shrink_left().wrap().show(ui, titled, |ui| move_ui(ui, row, &name, look));
    *wish = switched.or(moved).or(wish.take());
}

/// From right to left.
fn move_ui(ui: &mut Ui, row: Row<'_>, name: &str, look: &Look) -> Option<Wish> {
    ui.spacing_mut().item_spacing.x = GAP_SMALL;
    let button = |ui: &mut Ui, is_possible: bool, mark: &str, key: &str| {
        ui.add_enabled_ui(is_possible, |ui| about_button(ui, small_button(mark.to_owned()), key, name, look)).inner
    };
    let Row { at, count, .. } = row;
    let down = button(ui, at + 1 < count, "↓", "rules_screen.list.down");
    let up = button(ui, at > 0, "↑", "rules_screen.list.up");
    if down { Some(Wish::Swap(at, at + 1)) } else { up.then(|| Wish::Swap(at, at - 1)) }
}

/// The box says by its tick whether the rule is on.
fn switch_ui(ui: &mut Ui, mut enabled: bool, name: &str, look: &Look) -> Response {
    let named = look.filled("rules_screen.list.switch", &[("what", name)]);
    let response = ui.checkbox(&mut enabled, "");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(named.as_str()));
    response.on_hover_text(named)
}

/// For which events, and what for them.
fn does_ui(ui: &mut Ui, rule: &Rule, look: &Look) {
    if rule.filter.trim().is_empty() {
        ui.add(Label::new(RichText::new(look.text("rules_screen.list.everything")).color(look.palette.weak)).wrap());
    } else {
        ui.add(Label::new(RichText::new(safe_text(&rule.filter)).monospace()).wrap());
    }
    ui.add(Label::new(format!("→ {}", summary(rule, look))).wrap());
}
