//! Line of a tap's button: the button of the menu that was in force, and the way to it on the board.

use egui::{Label, Ui};

use crate::engine::EventDetail;
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, BoardAction};
use crate::ui::look::Look;
use crate::ui::theme::GAP;
use crate::ui::widgets::controls::{small_button, weak};
use crate::wechat::kind::MENU_EVENTS;

/// Characters of the button's name.
const SHOWN: usize = 60;

/// Draws the line of an event that a button pushes; `is_in_menu` if the board has that button.
pub(super) fn menu_line_ui(
    ui: &mut Ui,
    opened: &EventDetail,
    is_in_menu: bool,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let envelope = &opened.stored.capture.envelope;
    let is_tap = MENU_EVENTS.contains(&&*envelope.kind);
    let Some(key) = envelope.event_key.as_deref().filter(|key| is_tap && !key.is_empty()) else { return };
    if opened.button.is_none() && !is_in_menu {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        if let Some(button) = &opened.button {
            let (name, time) = (shortened(&button.name, SHOWN), look.dated(button.since));
            let details = [("path", &*button.path), ("name", &*name), ("time", &*time)];
            ui.add(Label::new(weak(look, look.filled("board.event.button", &details))).wrap());
        }
        if is_in_menu && ui.add(small_button(&*look.text("board.event.show"))).clicked() {
            let (kind, key) = (envelope.kind.clone(), key.to_owned());
            actions.push(Action::Board(BoardAction::ShowButton { kind, key }));
        }
    });
}
