//! Menu of a value: filter by it, exclude it, mark its rows with a colour.

use egui::Ui;

use crate::ui::action::{Action, FilterAction};
use crate::ui::look::Look;

/// Draws the entries for a value; `term` is the filter term that finds it.
pub(in crate::ui) fn value_menu_ui(ui: &mut Ui, value: &str, term: &str, look: &Look, actions: &mut Vec<Action>) {
    let colour = Action::Filter(FilterAction::ColourBy {
        name: value.trim().chars().take(NAME).collect(),
        term: term.to_owned(),
    });
    let entries = [
        ("detail.menu.filter", Action::AddToFilter(term.to_owned())),
        ("detail.menu.exclude", Action::AddToFilter(format!("-{term}"))),
        ("filters.colour_by", colour),
    ];
    for (key, action) in entries {
        if ui.button(look.text(key)).clicked() {
            actions.push(action);
            ui.close();
        }
    }
}

/// Maximum number of characters of a value in the name of its coloured filter.
const NAME: usize = 24;
