//! Words, colour and switch of a tunnel's state, for the top bar and the settings.

use egui::{Color32, Ui};

use crate::engine::{SettingsCommand, TunnelPhase, TunnelState};
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::icons;

/// Clients of tunnels, each with the command that leads to the listener: `{addr}` and `{port}` are its own.
pub(crate) const CLIENTS: [(&str, &str); 6] = [
    ("cloudflared", "cloudflared tunnel --url http://{addr}"),
    ("ngrok", "ngrok http {addr} --log stdout"),
    ("cpolar", "cpolar http {port} -log=stdout"),
    ("natapp", "natapp -authtoken=TOKEN -log=stdout"),
    ("frpc", "frpc -c frpc.toml"),
    ("tailscale", "tailscale funnel {port}"),
];

/// The state in words.
pub(crate) fn phase_words(state: &TunnelState, look: &Look) -> String {
    match &state.phase {
        TunnelPhase::Off => look.text("tunnel.off").into_owned(),
        TunnelPhase::Starting => look.text("tunnel.starting").into_owned(),
        TunnelPhase::Online => look.text("tunnel.online").into_owned(),
        TunnelPhase::WithoutUrl => look.text("tunnel.without_url").into_owned(),
        TunnelPhase::Waiting { trouble } | TunnelPhase::Failed { trouble } => {
            safe_text(&look.trouble(trouble)).into_owned()
        }
    }
}

/// The colour of the state.
pub(crate) fn tunnel_color(state: &TunnelState, look: &Look) -> Color32 {
    match state.phase {
        TunnelPhase::Off | TunnelPhase::Starting => look.palette.weak,
        TunnelPhase::Online => look.palette.ok,
        TunnelPhase::WithoutUrl | TunnelPhase::Waiting { .. } => look.palette.warning,
        TunnelPhase::Failed { .. } => look.palette.error,
    }
}

/// Icon, locale key and command of the switch.
pub(crate) fn tunnel_switch(state: &TunnelState) -> (&'static str, &'static str, SettingsCommand) {
    if state.phase.is_on() {
        (icons::STOP, "tunnel.stop", SettingsCommand::StopTunnel)
    } else {
        (icons::PLAY, "tunnel.start", SettingsCommand::StartTunnel)
    }
}

/// Draws the switch as a button with words.
pub(crate) fn tunnel_switch_ui(ui: &mut Ui, state: &TunnelState, look: &Look, actions: &mut Vec<Action>) {
    let (_, key, command) = tunnel_switch(state);
    if ui.button(look.text(key)).clicked() {
        actions.push(Action::Ask(command.into()));
    }
}
