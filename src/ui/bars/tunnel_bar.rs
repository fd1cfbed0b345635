//! The tunnel in the top bar: its state, the public URL with copy and QR code, and its switch.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::style::StyleModifier;
use egui::{
    Align, Button, Color32, Frame, Label, Layout, PopupCloseBehavior, RichText, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo,
};

use crate::config::TunnelConfig;
use crate::engine::{SettingsCommand, TunnelPhase, TunnelState};
use crate::texts::safe_text::{both_ends, safe_text};
use crate::ui::action::{Action, SettingsSection};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, icons};
use crate::ui::widgets::code::ScannedCode;
use crate::ui::widgets::controls::{copy_icon, icon_button, open_button, weak};
use crate::ui::widgets::tunnel_words::{phase_words, tunnel_color, tunnel_switch, tunnel_switch_ui};

/// Characters of the URL at either end that the bar shows.
const URL_ENDS: usize = 14;

/// Width of the window below which URL, copy and switch stand in the menu alone, in points.
const WIDE: f32 = 1_200.0;

/// Width of the menu, in points.
const MENU_WIDTH: f32 = 320.0;

/// The tunnel's part of the bar, with the QR code that was drawn last.
#[derive(Debug, Default)]
pub(crate) struct TunnelBar {
    code: Option<(String, Option<ScannedCode>)>,
}

impl TunnelBar {
    /// Draws the tunnel; nothing where none is configured.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        (state, config): (&TunnelState, &TunnelConfig),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let url = state.url.as_deref().or(config.url.as_deref());
        if config.command.is_none() && url.is_none() && !state.phase.is_on() {
            return;
        }
        ui.separator();
        mark_ui(ui, state, tunnel_color(state, look));
        self.menu_ui(ui, (state, config, url), look, actions);
        // Where there is little room, the menu has both.
        if !is_wide(ui) {
            return;
        }
        if let Some(url) = url {
            copy_icon(ui, look, &look.text("tunnel.url"), || url.to_owned(), actions);
        }
        if config.command.is_some() {
            switch_ui(ui, state, look, actions);
        }
    }

    fn menu_ui(
        &mut self,
        ui: &mut Ui,
        (state, config, url): (&TunnelState, &TunnelConfig, Option<&str>),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let mut words = phase_words(state, look);
        if state.former.is_some() {
            words = format!("{words}, {}", look.text("tunnel.changed"));
        }
        let button = Button::new(shown_text(ui, state, url, look)).frame_when_inactive(false);
        // No list of entries: its buttons look like buttons, and a click on one leaves it open.
        let config_of_menu =
            MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside).style(StyleModifier::default());
        let (response, _) = MenuButton::from_button(button).config(config_of_menu).ui(ui, |ui| {
            ui.set_width(MENU_WIDTH);
            Frame::new().inner_margin(GAP).show(ui, |ui| {
                ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
                    ui.spacing_mut().item_spacing.y = GAP;
                    ui.add(Label::new(RichText::new(&words).color(tunnel_color(state, look))).wrap());
                    if let Some(url) = url {
                        self.url_ui(ui, url, look, actions);
                    }
                    former_ui(ui, state, look, actions);
                    buttons_ui(ui, state, config, look, actions);
                });
            });
        });
        let name = match url {
            Some(url) => look.filled("tunnel.name_with_url", &[("state", &*words), ("url", &*safe_text(url))]),
            None => look.filled("tunnel.name", &[("state", &words)]),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        response.on_hover_text(name);
    }

    /// Draws the whole URL, and the code that a phone opens it by.
    fn url_ui(&mut self, ui: &mut Ui, url: &str, look: &Look, actions: &mut Vec<Action>) {
        ui.add(Label::new(RichText::new(safe_text(url)).monospace().color(look.palette.strong)).wrap());
        ui.horizontal(|ui| {
            copy_icon(ui, look, &look.text("tunnel.whole_url"), || url.to_owned(), actions);
            open_button(ui, look, url);
        });
        if self.code.as_ref().is_none_or(|(of, _)| of != url) {
            self.code = Some((url.to_owned(), ScannedCode::matrix(url)));
        }
        if let Some((_, Some(code))) = &self.code {
            code.ui(ui, &look.text("tunnel.code"));
        }
    }
}

/// Tells whether the window has room for more than an icon.
fn is_wide(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() >= WIDE
}

/// The text of the menu's button: the URL, or that it has changed; only an icon where there is little room.
fn shown_text(ui: &Ui, state: &TunnelState, url: Option<&str>, look: &Look) -> RichText {
    let is_wide = is_wide(ui);
    if state.former.is_some() {
        let words = if is_wide { look.text("tunnel.changed") } else { "".into() };
        return RichText::new(format!("{} {words}", icons::TRIANGLE_ALERT)).color(look.palette.warning);
    }
    let shown = match url {
        _ if !is_wide => icons::GLOBE.to_owned(),
        Some(url) => both_ends(url.split_once("://").map_or(url, |(_, rest)| rest), URL_ENDS),
        None => look.text("tunnel.title").into_owned(),
    };
    RichText::new(format!("{shown} {}", icons::CHEVRON_DOWN))
}

/// Draws the switch, and the way to the settings.
fn buttons_ui(ui: &mut Ui, state: &TunnelState, config: &TunnelConfig, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        if config.command.is_some() {
            tunnel_switch_ui(ui, state, look, actions);
        }
        if ui.button(look.text("window.banner.settings")).clicked() {
            actions.push(Action::ShowSettings(SettingsSection::Tunnel));
            ui.close();
        }
    });
}

/// Draws the URL that the console has, where it is another one.
fn former_ui(ui: &mut Ui, state: &TunnelState, look: &Look, actions: &mut Vec<Action>) {
    let Some(former) = &state.former else { return };
    let words = look.filled("tunnel.changed_from", &[("former", &*safe_text(former))]);
    ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
    ui.add(Label::new(weak(look, look.text("tunnel.console_path"))).wrap());
    if ui.button(look.text("tunnel.saved")).clicked() {
        actions.push(Action::Ask(SettingsCommand::AcknowledgeTunnelUrl.into()));
    }
}

fn mark_ui(ui: &mut Ui, state: &TunnelState, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    match state.phase {
        TunnelPhase::Online => ui.painter().circle_filled(rect.center(), 4.5, color),
        _ => ui.painter().circle_stroke(rect.center(), 4.0, Stroke::new(1.5, color)),
    };
}

fn switch_ui(ui: &mut Ui, state: &TunnelState, look: &Look, actions: &mut Vec<Action>) {
    let (icon, key, command) = tunnel_switch(state);
    if icon_button(ui, icon, &look.text(key)).clicked() {
        actions.push(Action::Ask(command.into()));
    }
}
