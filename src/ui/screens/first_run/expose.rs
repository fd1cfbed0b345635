//! First step: commands that make the listener reachable from outside, each to be run from here or copied.

use egui::accesskit::Role;
use egui::{Align, Id, Label, Layout, Margin, RichText, Ui, Vec2};

use crate::config::TunnelConfig;
use crate::engine::{ListenerState, SettingsCommand, Status, TunnelPhase, TunnelState};
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{CONTROL_HEIGHT, GAP, GAP_SMALL};
use crate::ui::widgets::controls::{code_frame, copy_button, copy_icon, named, small_button, weak};
use crate::ui::widgets::tunnel_words::{CLIENTS, phase_words, tunnel_color, tunnel_switch};

/// A way without a client of its own: an SSH server that passes the port on.
const SSH: (&str, &str) = ("ssh", "ssh -N -R {port}:{addr} USER@SERVER");

/// Parts of commands that everybody replaces by their own.
const PLACEHOLDERS: [&str; 2] = ["TOKEN", "SERVER"];

/// Width of the buttons behind a command, in points.
const BUTTONS_WIDTH: f32 = 168.0;

/// Draws the first step.
pub(super) fn expose_ui(
    ui: &mut Ui,
    (status, tunnel): (&Status, &TunnelState),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let address = address(status);
    let is_listening = matches!(status.listener, ListenerState::Listening { .. });
    ui.horizontal_wrapped(|ui| {
        let (mark, key, color) = if is_listening {
            ("●", "first_run.reach.listening", look.palette.ok)
        } else {
            ("○", "first_run.reach.not_listening", look.palette.error)
        };
        ui.label(RichText::new(format!("{mark} {}", look.text(key))).color(color));
        ui.label(RichText::new(format!("http://{address}")).monospace().color(look.palette.strong));
        copy_button(ui, look, &look.text("first_run.reach.address"), || format!("http://{address}"), actions);
    });
    ui.add(Label::new(look.text("first_run.reach.how")).wrap());
    let client = chosen_client_ui(ui);
    client_ui(ui, client, (address, status), look, actions);
    state_ui(ui, (status, tunnel), look, actions);
    ui.add(Label::new(weak(look, look.text("first_run.reach.ports"))).wrap());
}

/// Address of the listener, or the configured one if it is not listening.
fn address(status: &Status) -> &str {
    match &status.listener {
        ListenerState::Listening { address } => address,
        _ => &status.config.listener.addr,
    }
}

/// A command with the listener's address in it.
fn filled(command: &str, address: &str) -> String {
    let port = address.rsplit_once(':').map_or("8989", |(_, port)| port);
    command.replace("{addr}", address).replace("{port}", port)
}

/// Draws the clients to choose from; the chosen one is kept until the window closes.
fn chosen_client_ui(ui: &mut Ui) -> (&'static str, &'static str) {
    let id = Id::unique("client of the set-up");
    let mut chosen: usize = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let clients = || CLIENTS.into_iter().chain([SSH]);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
        for (at, (name, _)) in clients().enumerate() {
            ui.selectable_value(&mut chosen, at, name);
        }
    });
    ui.data_mut(|data| data.insert_temp(id, chosen));
    clients().nth(chosen).unwrap_or(SSH)
}

/// Draws a client's command, with the buttons that run and copy it.
fn client_ui(
    ui: &mut Ui,
    (name, command): (&str, &str),
    (address, status): (&str, &Status),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let shown = filled(command, address);
    code_frame(look).inner_margin(Margin::symmetric(10, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let layout = Layout::left_to_right(Align::Center);
            let room = (ui.available_width() - BUTTONS_WIDTH).max(0.0);
            ui.allocate_ui_with_layout(Vec2::new(room, CONTROL_HEIGHT), layout, |ui| {
                ui.set_width(room);
                ui.add(Label::new(RichText::new(&shown).monospace()).truncate()).on_hover_text(&shown);
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                copy_icon(ui, look, name, || shown.clone(), actions);
                let is_complete = !PLACEHOLDERS.iter().any(|part| command.contains(part));
                let (key, full) = if is_complete {
                    ("first_run.reach.run", "first_run.reach.run_client")
                } else {
                    ("first_run.reach.complete", "first_run.reach.complete_client")
                };
                let words = look.filled(full, &[("client", name)]);
                let button = named(ui.add(small_button(look.text(key).into_owned())), Role::Button, &words);
                if button.on_hover_text(words).clicked() {
                    if is_complete {
                        let tunnel =
                            TunnelConfig { command: Some(command.to_owned()), url: status.config.tunnel.url.clone() };
                        actions.push(Action::Ask(SettingsCommand::RunTunnel(tunnel).into()));
                    } else {
                        actions.push(Action::ProposeTunnel(shown.clone()));
                    }
                }
            });
        });
    });
}

/// Draws the tunnel that menuscope runs, once there is one: its state, its URL, and its switch.
fn state_ui(ui: &mut Ui, (status, tunnel): (&Status, &TunnelState), look: &Look, actions: &mut Vec<Action>) {
    let has_command = status.config.tunnel.command.is_some() || tunnel.phase.is_on();
    if !has_command && tunnel.phase == TunnelPhase::Off {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let mark = match tunnel.phase {
            TunnelPhase::Online => "●",
            TunnelPhase::Failed { .. } => "×",
            _ => "○",
        };
        let words = format!("{mark} {}", phase_words(tunnel, look));
        ui.add(Label::new(RichText::new(words).color(tunnel_color(tunnel, look))).wrap());
        if let Some(url) = &tunnel.url {
            ui.add(Label::new(RichText::new(safe_text(url)).monospace().color(look.palette.strong)).wrap());
            copy_icon(ui, look, &look.text("tunnel.whole_url"), || url.clone(), actions);
        }
        if !has_command {
            return;
        }
        let (_, _, command) = tunnel_switch(tunnel);
        let key = if tunnel.phase.is_on() { "first_run.reach.stop" } else { "first_run.reach.start" };
        if ui.add(small_button(look.text(key).into_owned())).clicked() {
            actions.push(Action::Ask(command.into()));
        }
    });
}
