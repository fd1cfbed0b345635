//! Form of the message's elements by their official names; typing into a field changes only its part of the text.

use egui::{Id, Label, RichText, TextEdit, TextStyle, Ui};
use jiff::Timestamp;

use super::flaw::compose_words;
use super::parsed::FormField;
use super::{Composer, ParsedMessage};
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, pair, title, weak};

/// Width of a field with a number of seconds, in points.
const SECONDS_WIDTH: f32 = 120.0;

/// Maximum number of characters shown of an element's name.
const LONGEST_NAME: usize = 200;

impl Composer {
    /// Draws the form and applies a change made in it.
    pub(super) fn form_ui(&mut self, ui: &mut Ui, look: &Look) {
        title(ui, look, &look.text("composer.form.title"));
        self.parsed();
        let mut parsed = self.parsed.take().unwrap_or_default();
        if parsed.flaw.is_some() {
            ui.add(Label::new(weak(look, look.text("composer.form.broken"))).wrap());
            self.former_ui(ui, look);
        }
        let mut change = None;
        if !parsed.fields.is_empty() {
            card(look).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP;
                change = self.fields_ui(ui, &mut parsed, look);
                if ui
                    .button(look.text("composer.form.refresh"))
                    .on_hover_text(look.text("composer.form.refresh_hint"))
                    .clicked()
                {
                    change = Some(FormChange::Refresh);
                }
            });
        }
        if parsed.left_out > 0 {
            let count = parsed.left_out.to_string();
            ui.add(Label::new(weak(look, look.filled("composer.form.left_out", &[("count", &count)]))).wrap());
        }
        // Applying a change discards it again.
        self.parsed = Some(parsed);
        match change {
            Some(FormChange::Field { path, value }) => self.edit(&path, &value),
            Some(FormChange::Refresh) => self.refresh(),
            None => {}
        }
    }

    /// Draws the fields as they were before the text was broken; they cannot be edited meanwhile.
    fn former_ui(&self, ui: &mut Ui, look: &Look) {
        if self.former.is_empty() {
            return;
        }
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            ui.add_enabled_ui(false, |ui| {
                for (name, value) in &self.former {
                    pair(
                        ui,
                        |ui| {
                            former_name_ui(ui, name, look);
                        },
                        |ui| {
                            let mut shown = value.as_str();
                            let edit = TextEdit::singleline(&mut shown).font(TextStyle::Monospace);
                            ui.add(edit.desired_width(f32::INFINITY))
                        },
                    );
                }
            });
        });
    }

    fn fields_ui(&self, ui: &mut Ui, parsed: &mut ParsedMessage, look: &Look) -> Option<FormChange> {
        let mut change = None;
        for field in &mut parsed.fields {
            let refused = self.refused.as_ref().filter(|(path, _)| *path == field.path);
            let label = std::cell::Cell::new(Id::NULL);
            let instant = instant_of(field);
            pair(
                ui,
                |ui| {
                    ui.add_space(GAP_SMALL);
                    let name =
                        RichText::new(shortened(&field.name, LONGEST_NAME)).monospace().color(look.palette.code_name);
                    label.set(ui.add(Label::new(name).wrap().selectable(false)).id);
                    let meaning = format!("detail.field.{}", field.name);
                    if look.language.has(&meaning) {
                        ui.add(Label::new(weak(look, look.text(&meaning))).wrap());
                    }
                },
                |ui| {
                    let salt = (field.path.as_str(), self.number);
                    if value_ui(ui, (&mut field.value, instant), salt, label.get(), look) {
                        change = Some(FormChange::Field { path: field.path.clone(), value: field.value.clone() });
                    }
                    if let Some((_, error)) = refused {
                        let words = format!("× {}", compose_words(error, look));
                        ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
                    }
                },
            );
        }
        change
    }
}

/// Draws the value of a field, and beside seconds the time that they are; returns true if it was changed.
fn value_ui(
    ui: &mut Ui,
    (value, instant): (&mut String, Option<Timestamp>),
    salt: (&str, u32),
    label: Id,
    look: &Look,
) -> bool {
    let edit = TextEdit::singleline(value).font(TextStyle::Monospace).id_salt(salt);
    let Some(instant) = instant else {
        return ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label).changed();
    };
    ui.horizontal(|ui| {
        let is_changed = ui.add(edit.desired_width(SECONDS_WIDTH)).labelled_by(label).changed();
        ui.label(weak(look, look.dated(instant))).on_hover_text(look.exact(instant));
        is_changed
    })
    .inner
}

/// The instant that a field holds as seconds since 1970.
fn instant_of(field: &FormField) -> Option<Timestamp> {
    let seconds = field.value.trim().parse().ok().filter(|_| field.name == "CreateTime")?;
    Timestamp::from_second(seconds).ok()
}

/// Draws the name of a field as it was, and its meaning.
fn former_name_ui(ui: &mut Ui, name: &str, look: &Look) {
    ui.add_space(GAP_SMALL);
    let shown = RichText::new(shortened(name, LONGEST_NAME)).monospace();
    ui.add(Label::new(shown.color(look.palette.code_name)).wrap().selectable(false));
    let meaning = format!("detail.field.{name}");
    if look.language.has(&meaning) {
        ui.add(Label::new(weak(look, look.text(&meaning))).wrap());
    }
}

/// A change made in the form.
enum FormChange {
    Field { path: String, value: String },
    Refresh,
}
