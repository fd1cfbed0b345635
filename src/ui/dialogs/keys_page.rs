//! Page of keys, drawn from the table of shortcuts.

use egui::{Grid, Id, Modal, RichText, ScrollArea, Ui};

use crate::ui::action::Action;
use crate::ui::keys::{Shortcut, TABLE};
use crate::ui::look::Look;
use crate::ui::theme;

/// Width of each of the two columns, in points.
const COLUMN_WIDTH: f32 = 400.0;

/// Room for the title and around the page, in points; a window too low for all keys scrolls them.
const AROUND: f32 = 130.0;
const LEAST: f32 = 120.0;

/// Draws the page over the window.
pub(crate) fn keys_page_ui(ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    let modal = Modal::new(Id::unique("keys")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(2.0 * COLUMN_WIDTH + theme::GAP_PAGE);
        egui::Sides::new().show(
            ui,
            |ui| ui.label(RichText::new(look.text("window.keys.title")).heading().color(look.palette.strong)),
            |ui| {
                if ui.button(look.text("window.keys.close")).clicked() {
                    actions.push(Action::ShowKeys(false));
                }
            },
        );
        ui.add_space(theme::GAP_LARGE);
        let (left, right) = TABLE.split_at(TABLE.len().div_ceil(2));
        // Otherwise the page would keep the height of its first frame.
        let height = (ui.ctx().content_rect().height() - AROUND).max(LEAST);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP_PAGE;
                column_ui(ui, left, look);
                column_ui(ui, right, look);
            });
        });
    });
    // Esc is a shortcut of its own; this is a click beside the page.
    if modal.backdrop_response.clicked() {
        actions.push(Action::ShowKeys(false));
    }
}

fn column_ui(ui: &mut Ui, shortcuts: &[&Shortcut], look: &Look) {
    ui.vertical(|ui| {
        ui.set_width(COLUMN_WIDTH);
        Grid::new(shortcuts[0].text).num_columns(2).min_col_width(110.0).spacing([theme::GAP_LARGE, 6.0]).show(
            ui,
            |ui| {
                for shortcut in shortcuts {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
                        for name in shortcut.names() {
                            cap_ui(ui, &name, look);
                        }
                    });
                    ui.label(look.text(shortcut.text));
                    ui.end_row();
                }
            },
        );
    });
}

/// Draws a key as it looks on a keyboard.
fn cap_ui(ui: &mut Ui, name: &str, look: &Look) {
    let frame = egui::Frame::new()
        .fill(look.palette.control)
        .stroke((1.0, look.palette.outline))
        .corner_radius(theme::CORNER)
        .inner_margin(egui::Margin::symmetric(6, 1));
    frame.show(ui, |ui| ui.label(RichText::new(name).monospace().color(look.palette.strong)));
}
