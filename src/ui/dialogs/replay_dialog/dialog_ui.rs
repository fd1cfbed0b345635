//! Drawing of the dialog of replays.

use egui::accesskit::Role;
use egui::{Button, Id, Label, RichText, ScrollArea, Ui, Window};

use super::fields;
use super::{Offer, ReplayDialog, ReplayDialogView};
use crate::engine::{ReplayWhat, Selection};
use crate::ui::action::{Action, SendAction};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{CONTROL_HEIGHT, GAP, GAP_SMALL};
use crate::ui::widgets::controls::{named, weak};

/// Width of the dialog, in points.
const WIDTH: f32 = 600.0;

/// Room above and below the dialog, for its own title and buttons, in points.
const AROUND: f32 = 190.0;

impl ReplayDialog {
    pub(super) fn dialog_ui(&mut self, ui: &Ui, view: &ReplayDialogView<'_>, look: &Look, actions: &mut Vec<Action>) {
        let content = ui.ctx().content_rect();
        let mut open = true;
        let window = Window::new(look.text("replay.title")).id(Id::unique("replay")).open(&mut open).collapsible(false);
        let window = window.resizable(false).default_width(WIDTH);
        let window = window.default_pos(content.center_top() + egui::vec2(-WIDTH / 2.0, 60.0));
        let sent = window.show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = GAP;
            let area = ScrollArea::vertical().id_salt("replay").max_height((content.height() - AROUND).max(160.0));
            let entered = area.show(ui, |ui| self.content_ui(ui, view, look)).inner;
            ui.separator();
            self.buttons_ui(ui, look) || entered
        });
        if sent.and_then(|shown| shown.inner).unwrap_or(false) {
            actions.extend(self.send().map(Action::Ask));
        } else if !open {
            actions.push(Action::Send(SendAction::Close));
        }
    }

    /// Draws all fields. Returns true if Enter was pressed in one.
    fn content_ui(&mut self, ui: &mut Ui, view: &ReplayDialogView<'_>, look: &Look) -> bool {
        ui.spacing_mut().item_spacing.y = GAP;
        // The scroll bar has room beside what is asked.
        ui.set_width(WIDTH - GAP * 2.0);
        let mut is_captured = true;
        if let Some(offer) = &mut self.offer {
            ui.scope(|ui| offer_ui(ui, offer, look));
            is_captured = !matches!(offer, Offer::Given(what) if matches!(**what, ReplayWhat::Composed(_)));
        }
        ui.separator();
        let focus = std::mem::take(&mut self.focus);
        let choice = &mut self.choice;
        let mut entered = fields::target_ui(ui, choice, view.status, focus, look);
        fields::account_ui(ui, choice, view.status, look);
        ui.separator();
        fields::mode_ui(ui, choice, look);
        fields::form_ui(ui, choice, view.status, look);
        ui.separator();
        entered |= fields::times_ui(ui, choice, look);
        entered |= fields::pace_ui(ui, choice, look);
        if is_captured {
            fields::against_ui(ui, choice, view.runs, look);
        }
        entered
    }

    /// Draws the button that sends, or the reason why it cannot. Returns true if it was pressed.
    fn buttons_ui(&self, ui: &mut Ui, look: &Look) -> bool {
        let flaw = self.flaw();
        let row = ui.horizontal_wrapped(|ui| {
            let text = RichText::new(look.text("replay.send")).color(look.palette.on_accent).strong();
            let button = Button::new(text).fill(look.palette.accent).min_size(egui::Vec2::new(96.0, CONTROL_HEIGHT));
            let response = named(ui.add_enabled(flaw.is_none(), button), Role::Button, &look.text("replay.send"));
            let words = match flaw {
                Some(key) => RichText::new(format!("× {}", look.text(key))).color(look.palette.error),
                None => weak(look, look.filled("replay.hint", &[("key", &keys::OPEN_DETAIL.hint())])),
            };
            ui.add(Label::new(words).wrap());
            response.clicked()
        });
        row.inner
    }
}

/// Draws the events to send, with a choice if the list offers one.
fn offer_ui(ui: &mut Ui, offer: &mut Offer, look: &Look) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    match offer {
        Offer::Listed { chosen, listed, filter, everything } => {
            let picked = match chosen.as_slice() {
                [one] => look.filled("replay.what.one", &[("event", &one.to_string())]),
                many => look.filled("replay.what.picked", &[("count", &many.len().to_string())]),
            };
            let count = listed.to_string();
            let all = match filter.trim() {
                "" => look.filled("replay.what.all", &[("count", &count)]),
                filter => look.filled("replay.what.found", &[("count", &count), ("filter", filter)]),
            };
            if !chosen.is_empty() {
                ui.radio_value(everything, false, picked);
            }
            ui.radio_value(everything, true, all);
        }
        Offer::Given(what) => {
            let words = match &**what {
                ReplayWhat::Edited { id, .. } => look.filled("replay.what.edited", &[("event", &id.to_string())]),
                ReplayWhat::Composed(messages) if messages.len() == 1 => look.text("replay.what.composed").into_owned(),
                ReplayWhat::Composed(messages) => {
                    look.filled("replay.what.composed_more", &[("count", &messages.len().to_string())])
                }
                ReplayWhat::Stored(Selection::Ids(ids)) => {
                    look.filled("replay.what.again", &[("count", &ids.len().to_string())])
                }
                ReplayWhat::Stored(Selection::Matching(_)) => look.text("replay.what.matching").into_owned(),
            };
            ui.add(Label::new(RichText::new(words).color(look.palette.strong)).wrap());
            // Only runs are sent again by their events' numbers.
            if matches!(**what, ReplayWhat::Stored(Selection::Ids(_))) {
                ui.add(Label::new(weak(look, look.text("replay.what.again_hint"))).wrap());
            }
        }
    }
}
