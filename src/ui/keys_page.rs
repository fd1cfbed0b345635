//! The page of keys, drawn from their table.

use egui::{Grid, Id, Modal, RichText, Ui};

use super::action::Action;
use super::keys::TABLE;
use super::look::Look;
use super::theme;

/// Draws the page over the window.
pub(crate) fn keys_page_ui(ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
    let modal = Modal::new(Id::unique("keys")).show(ui.ctx(), |ui| {
        ui.set_max_width(520.0);
        egui::Sides::new().show(
            ui,
            |ui| ui.label(RichText::new(look.text("window.keys.title")).heading().color(look.palette.strong)),
            |ui| {
                if ui.button(look.text("window.keys.close")).clicked() {
                    actions.push(Action::ShowKeys(false));
                }
            },
        );
        ui.add_space(theme::GAP);
        egui::ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 160.0).show(ui, |ui| {
            Grid::new("keys").num_columns(2).spacing([theme::GAP_PAGE, theme::GAP_SMALL]).show(ui, |ui| {
                for shortcut in TABLE {
                    ui.horizontal(|ui| {
                        for name in shortcut.names() {
                            cap_ui(ui, &name, look);
                        }
                    });
                    ui.label(look.text(shortcut.text));
                    ui.end_row();
                }
            });
        });
    });
    // Esc is the keyboard's own verb; this is a click beside the page.
    if modal.backdrop_response.clicked() {
        actions.push(Action::ShowKeys(false));
    }
}

/// A key as it looks on the keyboard.
fn cap_ui(ui: &mut Ui, name: &str, look: &Look) {
    let frame = egui::Frame::new()
        .fill(look.palette.control)
        .stroke((1.0, look.palette.outline))
        .corner_radius(theme::CORNER)
        .inner_margin(egui::Margin::symmetric(6, 1));
    frame.show(ui, |ui| ui.label(RichText::new(name).monospace().color(look.palette.strong)));
}
