//! Bar at the top: the address of the listener, the account, the filter, and the look.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Layout, Response, RichText, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::hold::switch_ui;
use super::team_state::team_state_ui;
use super::tunnel_bar::TunnelBar;
use crate::account::DEFAULT_ACCOUNT;
use crate::config::{LookConfig, Theme};
use crate::engine::{AnsweringCommand, ListenerState, Status, TunnelState};
use crate::filter::Filter;
use crate::texts::Language;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, SettingsSection};
use crate::ui::look::Look;
use crate::ui::screens::events::filter::FilterBox;
use crate::ui::theme::{self, icons};
use crate::ui::widgets::controls::icon_button;
use crate::wechat::fault::Fault;

/// Maximum width of the filter, in points.
const FILTER_WIDTH: f32 = 720.0;

/// Width of the window from which an armed fault is named, in points.
const WIDE: f32 = 1_200.0;

/// Draws the top bar.
pub(crate) fn top_bar_ui(
    ui: &mut Ui,
    status: &Status,
    (filter, chosen, held, armed): (&mut FilterBox, &LookConfig, Option<&Filter>, Option<Fault>),
    (tunnel_bar, tunnel): (&mut TunnelBar, &TunnelState),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_centered(|ui| {
        listener_ui(ui, &status.listener, look, actions);
        tunnel_bar.ui(ui, (tunnel, &status.config.tunnel), look, actions);
        ui.separator();
        account_ui(ui, status, look, actions);
        team_state_ui(ui, &status.team, look, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            theme_ui(ui, chosen, look, actions);
            language_ui(ui, chosen, look, actions);
            switch_ui(ui, (held, status.config.hold), filter.text(), look, actions);
            if let Some(fault) = armed {
                armed_fault_ui(ui, fault, look, actions);
            }
            let width = ui.available_width().min(FILTER_WIDTH);
            ui.allocate_ui_with_layout(
                Vec2::new(width, theme::CONTROL_HEIGHT),
                Layout::left_to_right(Align::Center),
                |ui| {
                    filter.ui(ui, status, look, actions);
                },
            );
        });
    });
}

/// Draws the armed fault on every screen; a click disarms it.
fn armed_fault_ui(ui: &mut Ui, fault: Fault, look: &Look, actions: &mut Vec<Action>) {
    let name = look.text(&format!("fault.{}.name", fault.name())).into_owned();
    let hint = look.filled("fault.armed_hint", &[("fault", &name)]);
    let is_wide = ui.ctx().content_rect().width() >= WIDE;
    let said = if is_wide {
        look.filled("fault.armed_as", &[("fault", &name)])
    } else {
        look.text("fault.armed").into_owned()
    };
    let words = format!("{} {said} {}", icons::ZAP, icons::CLOSE);
    let button = ui.add(Button::new(RichText::new(words).color(look.palette.fault)));
    name_button(&button, &hint);
    if button.on_hover_text(hint).clicked() {
        actions.push(Action::Ask(AnsweringCommand::Arm { fault: None }.into()));
    }
}

fn listener_ui(ui: &mut Ui, listener: &ListenerState, look: &Look, actions: &mut Vec<Action>) {
    let palette = look.palette;
    let (text, color) = match listener {
        ListenerState::Starting => ("window.listener.starting", palette.weak),
        ListenerState::Listening { .. } => ("window.listener.listening", palette.ok),
        ListenerState::Stopped => ("window.listener.stopped", palette.warning),
        ListenerState::Elsewhere { .. } => ("window.listener.elsewhere", palette.note),
        ListenerState::Failed { .. } => ("window.listener.failed", palette.error),
    };
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    match listener {
        ListenerState::Listening { .. } => ui.painter().circle_filled(rect.center(), 4.5, color),
        _ => ui.painter().circle_stroke(rect.center(), 4.0, Stroke::new(1.5, color)),
    };
    ui.label(RichText::new(look.text(text)).color(palette.weak));
    if let ListenerState::Listening { address } = listener {
        let url = format!("http://{address}");
        ui.label(RichText::new(&url).monospace().color(palette.strong));
        if icon_button(ui, icons::COPY, &look.text("window.listener.copy")).clicked() {
            actions.push(Action::Copy(url));
        }
    }
}

/// Draws the account, with a warning if it has no token: nothing can be verified then.
fn account_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let default = status.accounts.iter().find(|account| account.name == DEFAULT_ACCOUNT).or(status.accounts.first());
    let Some(account) = default else { return };
    if status.accounts.len() > 1 {
        let title = look.filled("window.account.several", &[("number", &status.accounts.len().to_string())]);
        ui.menu_button(title, |ui| {
            for account in &status.accounts {
                if ui.button(&*safe_text(&account.name)).clicked() {
                    actions.push(Action::AddToFilter(format!("account:{}", account.name)));
                }
            }
        });
    } else {
        ui.label(RichText::new(look.text("window.account.name")).color(look.palette.weak));
        ui.label(RichText::new(safe_text(&account.name)).color(look.palette.strong));
    }
    if !account.has_token {
        let text = RichText::new(format!("{} {}", icons::TRIANGLE_ALERT, look.text("window.account.no_token")));
        let text = text.color(look.palette.warning).small();
        let button = ui.add(Button::new(text).frame_when_inactive(false));
        name_button(&button, &look.text("window.account.no_token"));
        if button.on_hover_text(look.text("window.account.no_token_hint")).clicked() {
            actions.push(Action::ShowSettings(SettingsSection::Accounts));
        }
    }
}

fn theme_ui(ui: &mut Ui, chosen: &LookConfig, look: &Look, actions: &mut Vec<Action>) {
    let icon = if ui.visuals().dark_mode { icons::MOON } else { icons::SUN };
    let name = look.text("window.theme.name");
    let (menu, _) = quiet_menu(icon).ui(ui, |ui| {
        let choices = [
            (None, "window.theme.system"),
            (Some(Theme::Light), "window.theme.light"),
            (Some(Theme::Dark), "window.theme.dark"),
        ];
        for (theme, text) in choices {
            if ui.selectable_label(chosen.theme == theme, look.text(text)).clicked() {
                actions.push(Action::SetTheme(theme));
            }
        }
    });
    name_button(&menu, &name);
    menu.on_hover_text(name);
}

fn language_ui(ui: &mut Ui, chosen: &LookConfig, look: &Look, actions: &mut Vec<Action>) {
    let name = look.text("window.language.name");
    let short = match look.language {
        Language::English => "EN",
        Language::Chinese => "中",
    };
    let (menu, _) = quiet_menu(short).ui(ui, |ui| {
        let current = chosen.language.as_deref().and_then(Language::from_tag);
        if ui.selectable_label(current.is_none(), look.text("window.language.system")).clicked() {
            actions.push(Action::SetLanguage(None));
        }
        for language in Language::ALL {
            if ui.selectable_label(current == Some(language), language.name()).clicked() {
                actions.push(Action::SetLanguage(Some(language)));
            }
        }
    });
    name_button(&menu, &name);
    menu.on_hover_text(name);
}

/// The button of a menu that is seldom used: without a frame until the pointer is on it.
fn quiet_menu(shown: &str) -> MenuButton<'_> {
    MenuButton::from_button(Button::new(shown).frame_when_inactive(false))
}

fn name_button(response: &Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
}
