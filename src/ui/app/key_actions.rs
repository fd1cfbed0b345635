//! Actions of keys: for the dialog on top where one is open, and for events only where these are in view.

use egui::Context;

use crate::ui::App;
use crate::ui::action::{Action, AnnotationAction, HoldAction, RemovalAction, Screen};
use crate::ui::keys::is_on_events;

impl App {
    /// Carries out the action of a key, unless the dialog that lies on top takes keys for itself.
    pub(super) fn act_on_key(&mut self, ctx: &Context, action: Action) {
        let state = &self.state;
        if state.keys_page.is_shown() && !matches!(action, Action::Leave | Action::ToggleKeys) {
            return;
        }
        if state.palette.is_shown() && !matches!(action, Action::Leave | Action::ShowPalette(_)) {
            return;
        }
        if state.replay_dialog.is_shown() || state.has_form_open() {
            self.act_in_dialog(ctx, action);
            return;
        }
        if state.note_dialog.is_open() || state.comparison.is_shown() {
            match action {
                // A held push behind it is not what Esc means, nor Ctrl+Enter.
                Action::Leave if !self.state.note_dialog.close() => drop(self.state.comparison.close()),
                Action::Hold(HoldAction::SendReply) if self.state.note_dialog.is_open() => {
                    self.act(ctx, Action::Annotate(AnnotationAction::SaveNote));
                }
                _ => {}
            }
            return;
        }
        if state.removals.is_asking() {
            match action {
                Action::ShowDetail(true) => self.act(ctx, Action::Remove(RemovalAction::All)),
                Action::Leave => self.act(ctx, Action::Remove(RemovalAction::Nothing)),
                _ => {}
            }
            return;
        }
        if state.screen != Screen::Events && is_on_events(&action) {
            // What it would remove or send is not in view there, and a letter may have been meant for a form.
            return;
        }
        self.act(ctx, action);
    }

    /// While a dialog is open, keys are for it alone: what is sent or exported must not change behind it.
    fn act_in_dialog(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::ShowDetail(true) | Action::Hold(HoldAction::SendReply) => {
                if let Some(command) = self.state.replay_dialog.send() {
                    self.act(ctx, Action::Ask(command));
                }
            }
            Action::Leave => drop(self.state.leave()),
            Action::ToggleKeys | Action::ShowPalette(_) => self.act(ctx, action),
            _ => {}
        }
    }
}
