//! Page of the decoded message: diagnoses, the menu event's result, and all elements by their official names.

use egui::{Label, RichText, ScrollArea, Ui};

use super::row::{RowContext, field_ui};
use super::section::{Section, SectionRow};
use super::{Detail, place_path};
use crate::capture::HANDSHAKE;
use crate::ui::action::{Action, Tab};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{card, pair, title, weak};
use crate::ui::widgets::findings::{FindingClick, PlaceDisplay, findings_ui};

/// Number of rows of a section laid out at once: WeChat sends about twenty, a test tool ten thousand.
const ROWS_AT_ONCE: usize = 200;

/// Draws the decoded page.
pub(super) fn decoded_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("decoded").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        problems_ui(ui, detail, look, actions);
        if detail.opened.stored.capture.envelope.kind == HANDSHAKE {
            return handshake_ui(ui, detail, look);
        }
        if detail.fields.is_empty() {
            return unreadable_ui(ui, look, actions);
        }
        for (at, section) in detail.sections.iter().enumerate() {
            section_ui(ui, detail, section, at == 0, look, actions);
        }
        ui.add_space(GAP_LARGE);
    });
}

/// Draws the diagnoses; a place leads to its bytes, a code to the captures that share it.
fn problems_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    match findings_ui(ui, &detail.findings, PlaceDisplay::Link, look) {
        None => {}
        Some(FindingClick::Code(term)) => actions.push(Action::AddToFilter(term)),
        Some(FindingClick::Place(place)) => {
            actions.push(Action::ChooseField(place_path(place.offset)));
            actions.push(Action::ShowTab(Tab::Raw));
        }
    }
}

/// Draws the parameters of a verification request, which has no message.
fn handshake_ui(ui: &mut Ui, detail: &Detail, look: &Look) {
    title(ui, look, &look.text("detail.section.handshake"));
    card(look).show(ui, |ui| {
        for (name, value) in &detail.request.parameters {
            crate::ui::widgets::controls::value_pair(ui, look, name, value);
        }
    });
}

fn unreadable_ui(ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
    ui.add(Label::new(look.text("detail.unreadable")).wrap());
    if ui.button(look.text("detail.show_raw")).clicked() {
        actions.push(Action::ShowTab(Tab::Raw));
    }
}

fn section_ui(ui: &mut Ui, detail: &Detail, section: &Section, is_own: bool, look: &Look, actions: &mut Vec<Action>) {
    title(ui, look, &look.text(&section.title));
    card(look).inner_margin(8).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL / 2.0;
        let rows = &section.rows;
        let shown = detail.rows_shown.get().max(ROWS_AT_ONCE).min(rows.len());
        for row in &rows[..shown] {
            row_ui(ui, detail, row, look, actions);
        }
        if shown < rows.len() {
            let rest = (rows.len() - shown).to_string();
            if ui.button(look.filled("detail.more_elements", &[("count", &rest)])).clicked() {
                detail.rows_shown.set(shown + ROWS_AT_ONCE);
            }
        }
        if is_own {
            code_ui(ui, detail, look);
            images_ui(ui, detail, look, actions);
        }
    });
}

fn row_ui(ui: &mut Ui, detail: &Detail, row: &SectionRow, look: &Look, actions: &mut Vec<Action>) {
    match row {
        SectionRow::Field { at, indent, meaning, notes } => {
            let field = &detail.fields[*at];
            let is_chosen = detail.chosen() == Some(&*field.path);
            let context = RowContext { indent: *indent, meaning: meaning.as_deref(), notes, is_chosen };
            field_ui(ui, field, &context, look, actions);
        }
        SectionRow::Derived { label, value, is_code } => aside_ui(ui, look, label, |ui| {
            let value = RichText::new(value);
            ui.add(Label::new(if *is_code { value.monospace() } else { value }).wrap());
        }),
        SectionRow::Missing { name } => {
            let name_text = RichText::new(*name).monospace().color(look.palette.weak);
            framed(ui, |ui| {
                pair(ui, |ui| drop(ui.label(name_text)), |ui| ui.label(weak(look, look.text("detail.missing"))));
            });
        }
    }
}

/// Draws a row for something other than an element, aligned with the rows of elements.
fn aside_ui(ui: &mut Ui, look: &Look, label: &str, value: impl FnOnce(&mut Ui)) {
    framed(ui, |ui| {
        pair(ui, |ui| drop(ui.add(Label::new(RichText::new(label).color(look.palette.weak)).wrap())), value);
    });
}

fn framed(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(6, 3)).show(ui, content);
}

/// Draws the scanned code.
fn code_ui(ui: &mut Ui, detail: &Detail, look: &Look) {
    let Some(code) = &detail.code else { return };
    aside_ui(ui, look, &look.text("detail.said.code"), |ui| {
        code.ui(ui, &look.text("detail.code_image"));
        ui.add(Label::new(weak(look, look.text("detail.code_hint"))).wrap());
    });
}

/// Draws links to the image messages of a `pic_*` event.
fn images_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    if !detail.opened.images.is_empty() {
        aside_ui(ui, look, &look.text("detail.said.images"), |ui| {
            ui.horizontal_wrapped(|ui| {
                for id in &detail.opened.images {
                    if ui.link(look.filled("detail.image_message", &[("id", &id.to_string())])).clicked() {
                        actions.push(Action::Select(*id));
                    }
                }
            });
            ui.add(Label::new(weak(look, look.text("detail.images_matched"))).wrap());
        });
    } else if detail.picture_count.is_some_and(|count| count > 0) {
        aside_ui(ui, look, &look.text("detail.said.images"), |ui| {
            ui.add(Label::new(weak(look, look.text("detail.images_none"))).wrap());
        });
    }
}
