//! Hint of the keys that may follow the first key of a chord, above the status bar while it waits.

use egui::{Align2, Area, Frame, Id, Key, Order, RichText, Ui, vec2};

use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL, STATUS_BAR_HEIGHT};
use crate::ui::widgets::controls::weak;

/// Draws the keys that may follow, each with its name.
pub(crate) fn prefix_hint_ui(ui: &Ui, prefix: Key, look: &Look) {
    let start = format!("{} ", prefix.name().to_lowercase());
    let area = Area::new(Id::unique("prefix")).order(Order::Foreground).interactable(false);
    area.anchor(Align2::CENTER_BOTTOM, vec2(0.0, -(STATUS_BAR_HEIGHT + GAP_LARGE))).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP_SMALL;
                ui.label(RichText::new(format!("{start}…")).monospace().color(look.palette.accent));
                for shortcut in keys::TABLE {
                    for name in shortcut.names().iter().filter_map(|name| name.strip_prefix(&start)) {
                        ui.add_space(GAP);
                        ui.label(RichText::new(name).monospace().color(look.palette.strong));
                        ui.label(weak(look, look.text(shortcut.text)));
                    }
                }
            });
        });
    });
}
