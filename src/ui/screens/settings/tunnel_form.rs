//! The tunnel's section of the settings page: its command and URL, its state, and the client's last lines.

use std::sync::Arc;

use egui::{Label, RichText, ScrollArea, TextEdit, Ui};

use super::{SaveState, labelled, labelled_text, problem_ui, save_below_ui};
use crate::config::{TunnelConfig, has_credentials};
use crate::engine::{SettingsCommand, Status, TunnelPhase, TunnelState};
use crate::rules::is_web_address;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{code_frame, copy_button, small_button, weak};
use crate::ui::widgets::tunnel_words::{CLIENTS, phase_words, tunnel_color, tunnel_switch_ui};

/// Height of the client's output, in points.
const OUTPUT_HEIGHT: f32 = 140.0;

/// Unsaved input of the section, and the tunnel's state.
#[derive(Debug, Default)]
pub(super) struct TunnelForm {
    /// The command and the URL as typed; `None` if they are unchanged.
    command: Option<String>,
    url: Option<String>,
    pub(super) state: Arc<TunnelState>,
}

impl TunnelForm {
    /// Discards the input that has been saved.
    pub(super) fn saved(&mut self) {
        (self.command, self.url) = (None, None);
    }

    /// Writes a command into its field, to be completed and saved there.
    pub(super) fn propose(&mut self, command: String) {
        self.command = Some(command);
    }

    /// Draws the section.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        ui.add(Label::new(weak(look, look.text("tunnel.hint"))).wrap());
        let saved = &status.config.tunnel;
        let mut command = typed(self.command.as_ref(), saved.command.as_ref());
        labelled(ui, "tunnel.command", look, |ui, label| {
            let edit = TextEdit::singleline(&mut command).font(egui::TextStyle::Monospace);
            ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label);
            examples_ui(ui, &mut command, look);
        });
        let mut url = typed(self.url.as_ref(), saved.url.as_ref());
        let problem = url_problem(url.trim());
        labelled(ui, "tunnel.fixed_url", look, |ui, label| {
            let edit = TextEdit::singleline(&mut url).font(egui::TextStyle::Monospace);
            let example = look.filled("window.example", &[("example", "https://wx.example.com")]);
            ui.add(edit.desired_width(f32::INFINITY).hint_text(example)).labelled_by(label);
            problem_ui(ui, problem, look);
            ui.add(Label::new(weak(look, look.text("tunnel.fixed_url_hint"))).wrap());
        });
        let text = |typed: &str| Some(typed.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let tunnel = TunnelConfig { command: text(&command), url: text(&url) };
        let is_changed = tunnel != *saved;
        if save_below_ui(ui, "tunnel.save", SaveState::changed(is_changed).if_sound(problem.is_none()), look) {
            actions.push(Action::Ask(SettingsCommand::SaveTunnel { tunnel }.into()));
        }
        (self.command, self.url) = if is_changed { (Some(command), Some(url)) } else { (None, None) };
        labelled_text(ui, "tunnel.state", look, |ui, _| self.state_ui(ui, saved, look, actions));
        if !self.state.lines.is_empty() {
            labelled(ui, "tunnel.output", look, |ui, _| self.output_ui(ui, look));
        }
    }

    fn state_ui(&self, ui: &mut Ui, saved: &TunnelConfig, look: &Look, actions: &mut Vec<Action>) {
        let mark = match self.state.phase {
            TunnelPhase::Online => "●",
            TunnelPhase::Failed { .. } => "×",
            _ => "○",
        };
        let words = format!("{mark} {}", phase_words(&self.state, look));
        ui.add(Label::new(RichText::new(words).color(tunnel_color(&self.state, look))).wrap());
        if let Some(url) = &self.state.url {
            ui.horizontal_wrapped(|ui| {
                ui.add(Label::new(RichText::new(safe_text(url)).monospace()).wrap());
                copy_button(ui, look, &look.text("tunnel.whole_url"), || url.clone(), actions);
            });
        }
        if let Some(former) = &self.state.former {
            let words = look.filled("tunnel.changed_from", &[("former", &*safe_text(former))]);
            ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
            if ui.button(look.text("tunnel.saved")).clicked() {
                actions.push(Action::Ask(SettingsCommand::AcknowledgeTunnelUrl.into()));
            }
        }
        if saved.command.is_some() || self.state.phase.is_on() {
            tunnel_switch_ui(ui, &self.state, look, actions);
        }
    }

    /// Draws the last lines of the client, the newest at the bottom.
    fn output_ui(&self, ui: &mut Ui, look: &Look) {
        code_frame(look).show(ui, |ui| {
            let area = ScrollArea::vertical().id_salt("tunnel output").max_height(OUTPUT_HEIGHT).stick_to_bottom(true);
            area.auto_shrink([false, true]).show(ui, |ui| {
                for line in &self.state.lines {
                    ui.add(Label::new(RichText::new(safe_text(line)).monospace()).wrap());
                }
            });
        });
    }
}

/// The text of a field: as typed, else as saved.
fn typed(typed: Option<&String>, saved: Option<&String>) -> String {
    typed.or(saved).cloned().unwrap_or_default()
}

/// Draws a button for each client that fills in its command.
fn examples_ui(ui: &mut Ui, command: &mut String, look: &Look) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        ui.label(weak(look, look.text("tunnel.examples")));
        for (name, example) in CLIENTS {
            if ui.add(small_button(name)).on_hover_text(example).clicked() {
                example.clone_into(command);
            }
        }
    });
}

/// Locale key of the error in a URL that WeChat is to be given.
fn url_problem(url: &str) -> Option<&'static str> {
    match () {
        () if url.is_empty() => None,
        () if has_credentials(url) => Some("tunnel.url_credentials"),
        () if !is_web_address(url) => Some("tunnel.url_form"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_a_host_and_no_password() {
        assert_eq!((url_problem(""), url_problem("https://wx.example.com/a")), (None, None));
        assert_eq!(url_problem("wx.example.com"), Some("tunnel.url_form"));
        assert_eq!(url_problem("https://me:secret@wx.example.com"), Some("tunnel.url_credentials"));
    }
}
