//! The fields of the message by their official names; what is typed into one changes that stretch of the text alone.

use egui::{Label, RichText, TextEdit, TextStyle, Ui};

use super::flaw::compose_words;
use super::{Composer, Read};
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, pair, title, weak};

/// The most that is shown of the name of an element.
const LONGEST_NAME: usize = 200;

impl Composer {
    pub(super) fn form_ui(&mut self, ui: &mut Ui, look: &Look) {
        title(ui, look, &look.text("composer.form.title"));
        self.read();
        let mut read = self.read.take().unwrap_or_default();
        if read.flaw.is_some() {
            ui.add(Label::new(weak(look, look.text("composer.form.broken"))).wrap());
        }
        let mut changed = None;
        if !read.fields.is_empty() {
            card(look).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP;
                changed = self.fields_ui(ui, &mut read, look);
                if ui
                    .button(look.text("composer.form.refresh"))
                    .on_hover_text(look.text("composer.form.refresh_hint"))
                    .clicked()
                {
                    changed = Some(Changed::Refresh);
                }
            });
        }
        if read.left_out > 0 {
            let count = read.left_out.to_string();
            ui.add(Label::new(weak(look, look.filled("composer.form.left_out", &[("count", &count)]))).wrap());
        }
        // The text is read again with its changes.
        self.read = Some(read);
        match changed {
            Some(Changed::Field { path, value }) => self.edit(&path, &value),
            Some(Changed::Refresh) => self.refresh(),
            None => {}
        }
    }

    fn fields_ui(&self, ui: &mut Ui, read: &mut Read, look: &Look) -> Option<Changed> {
        let mut changed = None;
        for field in &mut read.fields {
            let refused = self.refused.as_ref().filter(|(path, _)| *path == field.path);
            let label = std::cell::Cell::new(egui::Id::NULL);
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
                    let edit = TextEdit::singleline(&mut field.value).font(TextStyle::Monospace);
                    let edit = edit.id_salt((&field.path, self.number)).desired_width(f32::INFINITY);
                    if ui.add(edit).labelled_by(label.get()).changed() {
                        changed = Some(Changed::Field { path: field.path.clone(), value: field.value.clone() });
                    }
                    if let Some((_, error)) = refused {
                        let words = format!("× {}", compose_words(error, look));
                        ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
                    }
                },
            );
        }
        changed
    }
}

/// What was done in the form.
enum Changed {
    Field { path: String, value: String },
    Refresh,
}
