//! Tabs of a screen: a row of names above a line, the chosen one underlined.

use egui::{Button, RichText, Ui};

use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;

/// A tab with its name, and a short state behind it.
#[derive(Debug)]
pub(crate) struct TabLabel<T> {
    pub(crate) tab: T,
    pub(crate) name: String,
    pub(crate) state: String,
}

/// Draws the tabs, and chooses the one that is clicked.
pub(crate) fn tab_bar_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    chosen: &mut T,
    tabs: impl Iterator<Item = TabLabel<T>>,
    look: &Look,
) {
    let line = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for TabLabel { tab, name, state } in tabs {
            let is_chosen = tab == *chosen;
            let color = if is_chosen { look.palette.strong } else { look.palette.weak };
            let response = ui.add(Button::selectable(is_chosen, RichText::new(format!("{name}{state}")).color(color)));
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, is_chosen, &*name));
            if is_chosen {
                let under = response.rect.shrink2(egui::vec2(8.0, 0.0));
                ui.painter().hline(under.x_range(), under.bottom() + 3.0, (2.0, look.palette.accent));
            }
            if response.clicked() {
                *chosen = tab;
            }
        }
    });
    let bottom = line.response.rect.bottom() + 4.0;
    ui.painter().hline(ui.max_rect().x_range(), bottom, (1.0, look.palette.line));
    ui.add_space(GAP_SMALL);
}
