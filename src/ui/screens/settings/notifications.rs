//! Section of desktop notifications: the switch, the filter, and what keeps them from being shown.

use egui::{Label, TextEdit, Ui};

use super::{SaveState, labelled, problem_ui, save_ui};
use crate::config::NotifyConfig;
use crate::engine::{SettingsCommand, Status};
use crate::filter::Filter;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::controls::weak;

/// Width of the filter, in points.
const FILTER_WIDTH: f32 = 320.0;

/// State of the section, with an unsaved filter.
#[derive(Debug, Default)]
pub(super) struct NotificationSection {
    /// The filter as typed, or as it was when notifications were switched off; `None` if it is the saved one.
    typed: Option<String>,
}

impl NotificationSection {
    /// Draws the section.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = status.config.notify.filter.as_deref();
        let save = |filter: Option<String>| {
            Action::Ask(SettingsCommand::SaveNotify { notify: NotifyConfig { filter } }.into())
        };
        let mut is_on = saved.is_some();
        let mut typed = self.typed.clone().unwrap_or_else(|| saved.unwrap_or_default().to_owned());
        let is_mistaken = Filter::parse(&typed, &crate::clock::local_now()).is_err();
        labelled(ui, "notify.switch", look, |ui, _| {
            let switch = ui.checkbox(&mut is_on, look.text("notify.show"));
            if switch.changed() {
                actions.push(save(is_on.then(|| typed.trim().to_owned()).filter(|_| !is_mistaken)));
            }
            ui.add(Label::new(weak(look, look.text("notify.hint"))).wrap());
            if let Some(trouble) = &status.notifications {
                ui.add(Label::new(weak(look, look.trouble(trouble))).wrap());
            }
        });
        labelled(ui, "notify.filter", look, |ui, label| {
            ui.horizontal(|ui| {
                let edit =
                    TextEdit::singleline(&mut typed).font(egui::TextStyle::Monospace).desired_width(FILTER_WIDTH);
                let response = ui.add(edit).labelled_by(label);
                let is_changed = saved.is_some_and(|saved| typed.trim() != saved);
                let state = SaveState::changed(is_changed).if_sound(!is_mistaken);
                let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                if save_ui(ui, "notify.apply", state, look) || entered && state == SaveState::Ready {
                    actions.push(save(Some(typed.trim().to_owned())));
                }
            });
            problem_ui(ui, is_mistaken.then_some("notify.mistaken"), look);
        });
        let is_saved = is_on && saved == Some(typed.as_str());
        self.typed = (!is_saved && (is_on || !typed.is_empty())).then_some(typed);
    }
}
