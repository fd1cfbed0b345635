//! Drawing of a rule's form.

use egui::{
    Button, Frame, Id, Key, Label, Margin, Modifiers, Panel, RichText, ScrollArea, Sides, TextEdit, TextStyle, Ui,
};

use super::RuleForm;
use crate::rules::{Rule, RuleError};
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::pane_stop::{drawn_later_ui, take_room};
use crate::ui::screens::rules::controls::{error_ui, field_ui, note_ui};
use crate::ui::screens::rules::draft::ResponseKind;
use crate::ui::screens::rules::match_field;
use crate::ui::screens::rules::order::is_free;
use crate::ui::screens::rules::view::RulesView;
use crate::ui::theme::{CONTROL_HEIGHT, GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{primary_button, small_button, title, weak};
use crate::ui::widgets::dialog::{OpenDialog, note_frame};
use crate::ui::widgets::fault_choice::fault_choice_ui;

/// Width of a field of digits in points, and maximum numbers of digits.
const NUMBER_WIDTH: f32 = 90.0;
const DELAY_DIGITS: usize = 6;
const STATUS_DIGITS: usize = 3;

/// Margin of the form, in points.
const MARGIN: i8 = 16;
/// Height of the bar of buttons, in points; Chinese words make a button a little higher.
const BUTTONS_HEIGHT: f32 = CONTROL_HEIGHT + GAP_SMALL + 2.0 * GAP;

/// An action requested in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui::screens::rules) enum FormAction {
    Save,
    /// Close the form and keep its unsaved input.
    Close,
    /// Discard the unsaved input.
    Discard,
}

impl RuleForm {
    /// Draws the form; `rules` are those shown in the list.
    pub(in crate::ui::screens::rules) fn ui(
        &mut self,
        ui: &mut Ui,
        rules: &[Rule],
        view: &RulesView<'_>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) -> Option<FormAction> {
        let bar = Frame::new().fill(look.palette.frame).inner_margin(Margin::symmetric(MARGIN, 8));
        let buttons = Panel::bottom("rule buttons").exact_size(BUTTONS_HEIGHT).frame(bar).show(ui, take_room).inner;
        let open = note_frame(ui, Id::unique("rule form").with(self.number));
        // The form's number keeps another form's caret out.
        let area = ScrollArea::vertical().id_salt(("rule form", self.number)).auto_shrink(false);
        let content = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let closed = self.head_ui(ui, look);
            let (changed, submitted) = self.fields_ui(ui, (rules, open), view, look);
            if changed {
                self.note_change();
                self.live.note_change(ui.input(|input| input.time));
            }
            ui.separator();
            title(ui, look, &look.text("rules_screen.live.title"));
            let before = rules.iter().position(|rule| Some(&rule.name) == self.of.as_ref()).unwrap_or(rules.len());
            self.live.ui(ui, (&self.checked, self.number, &rules[..before]), look, actions);
            // What is wrong with an answer that nobody has written yet is not told.
            if self.draft.response != ResponseKind::Reply || !self.draft.editor.is_untouched() {
                self.trial.ui(ui, &self.checked, view.event, look, actions);
            }
            let by_key = || ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
            closed.or(((submitted || by_key()) && self.unsavable(rules).is_none()).then_some(FormAction::Save))
        };
        let requested =
            area.show(ui, |ui| Frame::new().inner_margin(Margin::same(MARGIN)).show(ui, content).inner).inner;
        // Tab comes to them after the fields.
        let mut pressed = None;
        drawn_later_ui(ui, "rule buttons", buttons, |ui| pressed = self.buttons_ui(ui, rules, look));
        pressed.or(requested)
    }

    fn head_ui(&self, ui: &mut Ui, look: &Look) -> Option<FormAction> {
        let words = match &self.of {
            Some(name) => look.filled("rules_screen.form.title", &[("name", &*safe_text(name))]),
            None => look.text("rules_screen.form.title_new").into_owned(),
        };
        let close = |ui: &mut Ui| ui.add(small_button(look.text("rules_screen.form.close").into_owned())).clicked();
        let ((), closed) = Sides::new().shrink_left().wrap().show(ui, |ui| title(ui, look, &words), close);
        closed.then_some(FormAction::Close)
    }

    /// Draws all fields; returns whether one has changed, and whether the form was submitted.
    fn fields_ui(
        &mut self,
        ui: &mut Ui,
        (rules, open): (&[Rule], OpenDialog),
        view: &RulesView<'_>,
        look: &Look,
    ) -> (bool, bool) {
        let mut changed = self.name_ui(ui, (rules, open), look);
        changed |= match_field::match_ui(ui, &mut self.draft.filter, self.checked.flaw.as_ref(), look);
        let answered = self.answer_ui(ui, view, look);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_LARGE;
            let Self { draft, .. } = self;
            changed |= number_ui(ui, "rules_screen.form.delay", "0", (&mut draft.delay_ms, DELAY_DIGITS), look);
            changed |= number_ui(ui, "rules_screen.form.status", "200", (&mut draft.status, STATUS_DIGITS), look);
        });
        if let Some(flaw @ (RuleError::Delay { .. } | RuleError::Status { .. })) = &self.checked.flaw {
            error_ui(ui, &look.trouble(&flaw.into()), look);
        }
        ui.label(RichText::new(look.text("rules_screen.form.fault")).color(look.palette.weak));
        changed |= fault_choice_ui(ui, &mut self.draft.fault, look);
        (changed | answered.changed, answered.submitted)
    }

    fn name_ui(&mut self, ui: &mut Ui, (rules, open): (&[Rule], OpenDialog), look: &Look) -> bool {
        let response = field_ui(ui, "rules_screen.form.name", look, |ui| {
            ui.add(TextEdit::singleline(&mut self.draft.name).desired_width(f32::INFINITY))
        });
        open.focus_first(&response);
        if self.is_taken(rules) {
            error_ui(ui, &look.text("rules_screen.form.name_taken"), look);
        } else if let Some(RuleError::Name { .. }) = &self.checked.flaw {
            error_ui(ui, &look.text("rules_screen.form.name_unfit"), look);
        } else if self.checked.rule.name.is_empty() {
            note_ui(ui, "rules_screen.form.name_missing", look);
        }
        response.changed()
    }

    /// Returns true if another rule has this name.
    fn is_taken(&self, rules: &[Rule]) -> bool {
        let name = &self.checked.rule.name;
        let own = [self.of.as_ref(), self.sent.as_ref().map(|sent| &sent.name)];
        !own.contains(&Some(name)) && !is_free(name, rules)
    }

    /// Locale key of the reason why the rule cannot be saved; `None` if it can.
    fn unsavable(&self, rules: &[Rule]) -> Option<&'static str> {
        let Self { checked, of, .. } = self;
        match () {
            () if checked.flaw.is_some() => Some("rules_screen.form.flawed"),
            () if checked.rule.name.is_empty() => Some("rules_screen.form.unnamed"),
            () if self.is_taken(rules) => Some("rules_screen.form.name_taken"),
            () if self.draft.response == ResponseKind::Reply && self.draft.editor.is_untouched() => {
                Some("rules_screen.form.unwritten")
            }
            () if of.is_some() && !self.is_changed() => Some("settings.save.unchanged"),
            () => None,
        }
    }

    fn buttons_ui(&self, ui: &mut Ui, rules: &[Rule], look: &Look) -> Option<FormAction> {
        let mut action = None;
        let why = self.unsavable(rules);
        ui.horizontal_centered(|ui| {
            let save = primary_button(ui, look, &look.text("rules_screen.form.save"), why.is_none());
            let state = look.text(why.unwrap_or("rules_screen.list.unsaved"));
            if save.on_disabled_hover_text(&*state).clicked() {
                action = Some(FormAction::Save);
            }
            let is_new = self.of.is_none();
            let key = if is_new { "rules_screen.form.discard" } else { "rules_screen.form.revert" };
            let back = ui.add_enabled(is_new || self.is_changed(), Button::new(look.text(key)));
            if back.on_disabled_hover_text(look.text("settings.save.unchanged")).clicked() {
                action = Some(FormAction::Discard);
            }
            ui.add(Label::new(weak(look, format!("● {state}"))).truncate());
        });
        action
    }
}

/// Draws a field that accepts only digits.
fn number_ui(ui: &mut Ui, key: &str, usual: &str, (digits, most): (&mut String, usize), look: &Look) -> bool {
    let response = field_ui(ui, key, look, |ui| {
        let edit = TextEdit::singleline(digits).font(TextStyle::Monospace).char_limit(most).hint_text(usual.to_owned());
        ui.add(edit.desired_width(NUMBER_WIDTH))
    });
    if response.changed() {
        digits.retain(|digit| digit.is_ascii_digit());
    }
    response.changed()
}
