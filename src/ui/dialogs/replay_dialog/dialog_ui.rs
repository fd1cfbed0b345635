//! Drawing of the dialog of replays.

use egui::{Id, Key, Label, Modifiers, RichText, Ui};

use super::fields;
use super::{Offer, ReplayDialog, ReplayDialogView};
use crate::engine::{ReplayWhat, Selection};
use crate::ui::action::{Action, SendAction};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::dialog::{DialogChoice, OpenDialog, choice_ui, dialog_ui};

impl ReplayDialog {
    pub(super) fn dialog_ui(&mut self, ui: &Ui, view: &ReplayDialogView<'_>, look: &Look, actions: &mut Vec<Action>) {
        let title = match &self.offer {
            Some(Offer::Taps { .. }) => look.text("replay.title_taps"),
            _ => look.text("replay.title"),
        };
        // The target was settled before: what is wrong is about the choices of the last frame.
        let flaw = self.flaw();
        let on_radio = ui.memory(|memory| memory.focused()).is_some_and(|focused| self.radios.contains(&focused));
        let is_sent = on_radio && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let (mut choice, mut is_entered) = (DialogChoice::None, false);
        let is_left = dialog_ui(
            ui,
            ("replay", &title),
            look,
            |ui, open| self.content_ui(ui, open, view, look),
            |ui, entered| {
                is_entered = entered;
                let words = match flaw {
                    Some(key) => RichText::new(format!("× {}", look.text(key))).color(look.palette.error),
                    None => weak(look, look.filled("replay.hint", &[("key", &keys::OPEN_DETAIL.hint())])),
                };
                ui.add(Label::new(words).wrap());
                let (cancel, send) = (look.text("replay.cancel"), look.text("replay.send"));
                choice = choice_ui(ui, &cancel, (&send, flaw.is_none()), look);
            },
        );
        if choice == DialogChoice::Confirm || is_entered || is_sent {
            actions.extend(self.send().map(Action::Ask));
        } else if choice == DialogChoice::Cancel || is_left {
            actions.push(Action::Send(SendAction::Close));
        }
    }

    /// Draws all fields. Returns true if Enter was pressed in one.
    fn content_ui(&mut self, ui: &mut Ui, open: OpenDialog, view: &ReplayDialogView<'_>, look: &Look) -> bool {
        ui.spacing_mut().item_spacing.y = GAP;
        // The scroll bar has room beside what is asked.
        ui.set_width(ui.available_width() - GAP);
        let lacks_target = self.choice.target.trim().is_empty();
        let mut is_captured = true;
        let mut has_choice = false;
        if let Some(offer) = &mut self.offer {
            has_choice = matches!(offer, Offer::Listed { .. });
            is_captured = match offer {
                Offer::Listed { .. } => true,
                Offer::Given(what) => !matches!(**what, ReplayWhat::Composed(_)),
                Offer::Taps { .. } => false,
            };
            let open = (!lacks_target).then_some(open);
            self.radios = ui.scope(|ui| offer_ui(ui, offer, open, look)).inner;
        }
        ui.separator();
        let choice = &mut self.choice;
        let open = (lacks_target || !has_choice).then_some(open);
        let mut entered = fields::target_ui(ui, choice, view.status, open, look);
        fields::account_ui(ui, choice, view.status, look);
        ui.separator();
        fields::mode_ui(ui, choice, is_captured, look);
        fields::form_ui(ui, choice, (view.status, is_captured), look);
        ui.separator();
        entered |= fields::times_ui(ui, choice, look);
        entered |= fields::pace_ui(ui, choice, is_captured, look);
        if is_captured {
            fields::against_ui(ui, choice, view.runs, look);
        }
        entered
    }
}

/// Draws the events to send, with a choice if the list offers one, which takes the focus of a dialog that opens.
/// Returns the controls of that choice.
fn offer_ui(ui: &mut Ui, offer: &mut Offer, open: Option<OpenDialog>, look: &Look) -> Vec<Id> {
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
            let one = (!chosen.is_empty()).then(|| ui.radio_value(everything, false, picked));
            let every = ui.radio_value(everything, true, all);
            if let Some(open) = open {
                open.focus_first(one.as_ref().unwrap_or(&every));
            }
            return one.into_iter().chain([every]).map(|radio| radio.id).collect();
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
        Offer::Taps { buttons, .. } => {
            let words = look.filled("replay.what.taps", &[("count", &buttons.to_string())]);
            ui.add(Label::new(RichText::new(words).color(look.palette.strong)).wrap());
        }
    }
    Vec::new()
}
