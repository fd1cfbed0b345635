//! Controls that the parts of the screen of rules share.

use egui::accesskit::Role;
use egui::{Button, Label, Response, RichText, Ui};

use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{named, weak};

/// Draws a control below its label.
pub(super) fn field_ui(ui: &mut Ui, key: &str, look: &Look, control: impl FnOnce(&mut Ui) -> Response) -> Response {
    let shown = ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let label = ui.add(Label::new(RichText::new(look.text(key)).color(look.palette.weak)).selectable(false));
        control(ui).labelled_by(label.id)
    });
    shown.inner
}

/// Draws the error of an input below it.
pub(super) fn error_ui(ui: &mut Ui, words: &str, look: &Look) {
    ui.add(Label::new(RichText::new(format!("× {words}")).color(look.palette.error)).wrap());
}

/// Draws a side note in prose.
pub(super) fn note_ui(ui: &mut Ui, key: &str, look: &Look) {
    ui.add(Label::new(weak(look, look.text(key))).wrap());
}

/// Gives a button that is grey the reason as its tooltip.
pub(super) fn why_disabled(button: Response, why: Option<&str>, look: &Look) -> Response {
    match why {
        Some(why) => button.on_disabled_hover_text(look.text(why)),
        None => button,
    }
}

/// Draws a choice between a few named values; returns true if it changed.
pub(super) fn choice_ui<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, choices: &[(T, &str)], look: &Look) -> bool {
    let before = *chosen;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for (choice, key) in choices {
            let name = look.text(key);
            let response = ui.selectable_label(*chosen == *choice, &*name);
            if response.clicked() {
                *chosen = *choice;
            }
        }
    });
    *chosen != before
}

/// Draws a button whose accessible name includes its subject; returns true on a click.
pub(super) fn about_button(ui: &mut Ui, button: Button<'_>, key: &str, what: &str, look: &Look) -> bool {
    let name = look.filled(key, &[("what", what)]);
    named(ui.add(button), Role::Button, &name).on_hover_text(&name).clicked()
}
