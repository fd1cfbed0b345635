//! List of the rules in order, each with its switch, its summary and its statistics.

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Button, Label, Margin, Response, RichText, Sides, Stroke, TextStyle, Ui};

use super::controls::{about_button, note_ui};
use super::forms::Forms;
use super::summary::summary;
use crate::capture::diagnosis::Severity;
use crate::engine::{RuleUsage, UsageByRule};
use crate::rules::Rule;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP_SMALL, icons};
use crate::ui::widgets::controls::{card, icon_button, named, small_button, weak};

/// Width of a row from which its filter and its effect stand beside its name, in points.
const WIDE: f32 = 560.0;
/// Characters shown of a name and of a filter in a row.
const LONGEST_NAME: usize = 28;
const LONGEST_FILTER: usize = 40;

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
    /// Name of the rule to bring into view.
    to_show: Option<String>,
    /// Names of the rules that are shown in full.
    unfolded: BTreeSet<String>,
}

/// A rule and its position.
#[derive(Clone, Copy)]
struct RuleRow<'a> {
    at: usize,
    count: usize,
    rule: &'a Rule,
    usage: Option<&'a RuleUsage>,
}

impl RuleList {
    /// Brings a rule into view once it is in the list.
    pub(super) fn show(&mut self, name: &str) {
        self.to_show = Some(name.to_owned());
    }

    /// Draws the list of rules: a row each, which unfolds.
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
                if forms.has_new() {
                    ui.label(weak(look, format!("● {}", look.text("rules_screen.list.unsaved_new"))));
                }
            },
        );
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        for (at, rule) in rules.iter().enumerate() {
            let row = RuleRow { at, count: rules.len(), rule, usage: fired.get(&rule.name) };
            // The rule whose form is open stands out.
            let is_open = forms.opened_name() == Some(&*rule.name);
            let line = if is_open { look.palette.accent } else { look.palette.line };
            let frame = card(look).inner_margin(Margin::symmetric(8, 4)).stroke(Stroke::new(1.0, line));
            let shown = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                self.row_ui(ui, row, forms, look, &mut action);
            });
            if self.to_show.take_if(|name| *name == rule.name).is_some() {
                shown.response.scroll_to_me(None);
            }
        }
        action
    }

    fn row_ui(&mut self, ui: &mut Ui, row: RuleRow<'_>, forms: &Forms, look: &Look, action: &mut Option<ListAction>) {
        let is_unfolded = self.unfolded.contains(&row.rule.name);
        let is_wide = ui.available_width() >= WIDE;
        let titled = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            let folded = fold_ui(ui, is_unfolded, row.rule, look);
            let switched = head_ui(ui, row.rule, forms, look);
            if is_wide && !is_unfolded {
                ui.add_space(GAP_SMALL);
                line_ui(ui, row.rule, look);
            }
            (folded, switched)
        };
        let ((is_folded, is_switched), pressed) =
            Sides::new().shrink_left().truncate().show(ui, titled, |ui| side_ui(ui, row, look));
        if is_folded && !self.unfolded.remove(&row.rule.name) {
            self.unfolded.insert(row.rule.name.clone());
        }
        *action = is_switched.then_some(ListAction::Switch(row.at)).or(pressed).or(action.take());
        if is_unfolded {
            does_ui(ui, row.rule, look);
            self.foot_ui(ui, row, look, action);
        } else if !is_wide {
            ui.horizontal(|ui| line_ui(ui, row.rule, look));
        }
        if let Some(failure) = row.usage.and_then(|usage| usage.failure.as_ref()) {
            let words = format!("{} {}", severity_mark(Severity::Error), look.trouble(failure));
            ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
        }
    }

    /// Draws how often a rule has fired, and the buttons that copy and delete it.
    fn foot_ui(&mut self, ui: &mut Ui, row: RuleRow<'_>, look: &Look, action: &mut Option<ListAction>) {
        Sides::new().shrink_left().wrap().show(
            ui,
            |ui| ui.add(Label::new(weak(look, fired_words(row.usage, look))).wrap()),
            |ui| self.buttons_ui(ui, row, look, action),
        );
    }

    /// Draws the buttons of an unfolded rule, from right to left.
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
    }
}

/// Draws the arrow that unfolds a rule; returns true on a click.
fn fold_ui(ui: &mut Ui, is_unfolded: bool, rule: &Rule, look: &Look) -> bool {
    let (icon, key) = if is_unfolded {
        (icons::CHEVRON_DOWN, "rules_screen.list.fold")
    } else {
        (icons::CHEVRON_RIGHT, "rules_screen.list.unfold")
    };
    icon_button(ui, icon, &look.filled(key, &[("what", &safe_text(&rule.name))])).clicked()
}

/// Draws a rule's switch and name; returns true if it is switched.
fn head_ui(ui: &mut Ui, rule: &Rule, forms: &Forms, look: &Look) -> bool {
    let name = safe_text(&rule.name);
    let is_switched = switch_ui(ui, rule.enabled, &name, look).clicked();
    let color = if rule.enabled { look.palette.strong } else { look.palette.weak };
    let shown = shortened(&name, LONGEST_NAME);
    ui.add(Label::new(RichText::new(shown).strong().color(color)).truncate()).on_hover_text(&*name);
    if !rule.enabled {
        ui.label(weak(look, look.text("rules_screen.list.off")));
    }
    if forms.has_changes(&rule.name) {
        ui.label(weak(look, format!("● {}", look.text("rules_screen.list.unsaved"))));
    }
    is_switched
}

/// Draws on one line what a rule answers to which events, cut short where it does not fit.
fn line_ui(ui: &mut Ui, rule: &Rule, look: &Look) {
    let palette = look.palette;
    let is_for_all = rule.filter.trim().is_empty();
    let (filter, style) = if is_for_all {
        (look.text("rules_screen.list.everything").into_owned(), TextStyle::Body)
    } else {
        (shortened(rule.filter.trim(), LONGEST_FILTER), TextStyle::Monospace)
    };
    ui.label(RichText::new(filter).text_style(style).color(palette.weak));
    let does = format!("→ {}", summary(rule, look));
    ui.add(Label::new(RichText::new(does).color(palette.text)).truncate());
}

/// Draws a rule's count and the buttons that are always there, from right to left.
fn side_ui(ui: &mut Ui, row: RuleRow<'_>, look: &Look) -> Option<ListAction> {
    ui.spacing_mut().item_spacing.x = GAP_SMALL;
    let RuleRow { at, count, rule, usage } = row;
    let name = safe_text(&rule.name);
    let is_wide = ui.available_width() >= WIDE;
    let edits = about_button(ui, small("rules_screen.list.edit", look), "rules_screen.list.edit_rule", &name, look);
    let moved = |ui: &mut Ui, why: Option<&str>, mark: &str, key: &str| {
        let words = look.filled(key, &[("what", &name)]);
        let button = ui.add_enabled(why.is_none(), small_button(mark.to_owned()));
        let button = named(button, Role::Button, &words).on_hover_text(&words);
        why.map_or(button.clone(), |why| button.on_disabled_hover_text(look.text(why))).clicked()
    };
    let last = (at + 1 == count).then_some("rules_screen.list.last");
    let first = (at == 0).then_some("rules_screen.list.first");
    let down = moved(ui, last, "↓", "rules_screen.list.down");
    let up = moved(ui, first, "↑", "rules_screen.list.up");
    let times = usage.map_or(0, |usage| usage.times);
    let words = fired_words(usage, look);
    let count =
        if times == 0 && is_wide { look.text("rules_screen.list.unfired").into_owned() } else { format!("{times}×") };
    let count = ui.label(weak(look, count));
    named(count, Role::Label, &words).on_hover_text(words);
    let moves = down.then(|| ListAction::Swap(at, at + 1)).or(up.then(|| ListAction::Swap(at, at.saturating_sub(1))));
    edits.then_some(ListAction::Edit(at)).or(moves)
}

fn fired_words(usage: Option<&RuleUsage>, look: &Look) -> String {
    match usage.map_or(0, |usage| usage.times) {
        0 => look.text("rules_screen.list.never_fired").into_owned(),
        times => look.filled("rules_screen.list.fired", &[("times", &times.to_string())]),
    }
}

fn small<'b>(key: &str, look: &Look) -> Button<'b> {
    small_button(look.text(key).into_owned())
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
