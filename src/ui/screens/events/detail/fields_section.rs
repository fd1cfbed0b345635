//! Section of the elements by their official names: those of the kind, the envelope folded, and all others.

use egui::{CollapsingHeader, Label, Rect, RichText, Sense, Ui, Vec2};

use super::Detail;
use super::detail_view::DetailView;
use super::row::{RowContext, field_ui};
use super::section::{Section, SectionRow};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::controls::{pair, weak};

/// Number of rows of a section laid out at once: WeChat sends about twenty, a test tool ten thousand.
const ROWS_AT_ONCE: usize = 200;

/// Number of rows of a section that are all drawn, in view or not.
const ALL_DRAWN: usize = 40;

/// Draws the elements.
pub(super) fn fields_ui(ui: &mut Ui, detail: &Detail, view: &DetailView, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    for (at, section) in detail.sections.iter().enumerate() {
        let title = look.text(&section.title);
        if section.is_envelope {
            let words = look.filled("hero.envelope", &[("count", &section.rows.len().to_string())]);
            // An element that was chosen in the bytes has to be seen.
            let reveals = detail.to_reveal_field.get() && section.rows.iter().any(|row| is_chosen(row, detail));
            CollapsingHeader::new(RichText::new(words).color(look.palette.weak))
                .id_salt("envelope")
                .open(reveals.then_some(true))
                .show(ui, |ui| rows_ui(ui, detail, (at, section), view, look, actions));
        } else {
            // The elements of the kind need no heading of their own.
            if at > 0 {
                ui.label(weak(look, title));
            }
            rows_ui(ui, detail, (at, section), view, look, actions);
        }
    }
}

fn is_chosen(row: &SectionRow, detail: &Detail) -> bool {
    matches!(row, SectionRow::Field { at, .. } if detail.chosen() == Some(&*detail.fields[*at].path))
}

fn rows_ui(
    ui: &mut Ui,
    detail: &Detail,
    (section_at, section): (usize, &Section),
    view: &DetailView,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let rows = &section.rows;
    if detail.to_reveal_field.get()
        && let Some(at) = rows.iter().position(|row| is_chosen(row, detail))
    {
        detail.rows_shown.set(detail.rows_shown.get().max(at + 1));
    }
    let shown = detail.rows_shown.get().max(ROWS_AT_ONCE).min(rows.len());
    let mut heights = detail.row_heights.borrow_mut();
    for (row_at, row) in rows[..shown].iter().enumerate() {
        let key = (section_at, row_at, ui.available_width().to_bits());
        let known = heights.get(&key).copied().filter(|_| rows.len() > ALL_DRAWN);
        let place = known.map(|height| Rect::from_min_size(ui.cursor().min, Vec2::new(ui.available_width(), height)));
        if let Some(place) = place
            && !ui.is_rect_visible(place)
            && !is_chosen(row, detail)
        {
            ui.allocate_rect(place, Sense::empty());
            continue;
        }
        let drawn = ui.scope(|ui| row_ui(ui, detail, row, view, look, actions)).response.rect;
        heights.insert(key, drawn.height());
        if is_chosen(row, detail) && detail.to_reveal_field.take() {
            ui.scroll_to_rect(drawn, None);
        }
    }
    if shown < rows.len() {
        let rest = (rows.len() - shown).to_string();
        if ui.button(look.filled("detail.more_elements", &[("count", &rest)])).clicked() {
            detail.rows_shown.set(shown + ROWS_AT_ONCE);
        }
    }
}

fn row_ui(ui: &mut Ui, detail: &Detail, row: &SectionRow, view: &DetailView, look: &Look, actions: &mut Vec<Action>) {
    match row {
        SectionRow::Field { at, indent, meaning, notes } => {
            let field = &detail.fields[*at];
            let context = RowContext {
                indent: *indent,
                meaning: meaning.as_deref(),
                notes,
                is_chosen: is_chosen(row, detail),
                shows_space: view.shows_space,
            };
            field_ui(ui, field, &context, look, actions);
        }
        SectionRow::Missing { name } => {
            let name_text = RichText::new(*name).monospace().color(look.palette.weak);
            let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(6, 3));
            frame.show(ui, |ui| {
                ui.set_min_size(Vec2::new(ui.available_width(), 0.0));
                pair(
                    ui,
                    |ui| drop(ui.label(name_text)),
                    |ui| ui.add(Label::new(weak(look, look.text("detail.missing"))).wrap()),
                );
            });
        }
    }
}
