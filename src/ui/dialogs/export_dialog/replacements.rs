//! Table of the replacements that pseudonyms make: the old on the left, an arrow, the new on the right.

use egui::{Label, RichText, ScrollArea, Ui};

use crate::engine::Preview;
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, icons};
use crate::ui::widgets::controls::{card, icon_ui, weak};

/// Height of the table before it scrolls, in points.
const HEIGHT: f32 = 170.0;
/// Width of the kind of identifier, in points.
const KIND_WIDTH: f32 = 92.0;
/// Width of the arrow, in points.
const ARROW_WIDTH: f32 = 18.0;
/// Most characters of an identifier or text.
const LONGEST: usize = 40;

/// Draws the replacements, before anything is written.
pub(super) fn replacements_ui(ui: &mut Ui, preview: Option<&Preview>, look: &Look) {
    let Some(preview) = preview else {
        ui.add(Label::new(weak(look, look.text("export.preview.coming"))));
        return;
    };
    let details = [("total", preview.total.to_string()), ("events", preview.events.to_string())];
    let details: Vec<(&str, &str)> = details.iter().map(|(name, value)| (*name, &**value)).collect();
    let key = if preview.total == 0 { "export.preview.nothing" } else { "export.preview.total" };
    ui.add(Label::new(RichText::new(look.filled(key, &details)).color(look.palette.strong)).wrap());
    if preview.changes.is_empty() {
        return;
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let height = ui.text_style_height(&egui::TextStyle::Monospace) + GAP_SMALL;
        // Both values get the same width, so that the arrows stand below one another.
        let value = ((ui.available_width() - KIND_WIDTH - ARROW_WIDTH - 4.0 * GAP) / 2.0).max(0.0);
        // A row of buttons' height would not be the one that is scrolled by.
        ui.spacing_mut().interact_size.y = height;
        let area = ScrollArea::vertical().id_salt("changes").max_height(HEIGHT).auto_shrink([false, true]);
        area.min_scrolled_height(HEIGHT).show_rows(ui, height, preview.changes.len(), |ui, rows| {
            let becomes = look.text("export.preview.becomes");
            for change in preview.changes.get(rows).unwrap_or_default() {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP;
                    let what = look.text(&format!("export.identifier.{}", change.what.as_str())).into_owned();
                    cell_ui(ui, [KIND_WIDTH, height], weak(look, what));
                    let shown = |text: &str| RichText::new(shortened(text, LONGEST)).monospace();
                    cell_ui(ui, [value, height], shown(&change.before).color(look.palette.weak));
                    icon_ui(ui, icons::ARROW_RIGHT, look.palette.weak, &becomes);
                    cell_ui(ui, [value, height], shown(&change.after).color(look.palette.accent));
                });
            }
        });
    });
}

/// Draws a text at the left of its cell.
fn cell_ui(ui: &mut Ui, size: [f32; 2], text: RichText) {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size.into(), layout, |ui| {
        ui.set_width(size[0]);
        ui.add(Label::new(text).truncate());
    });
}
