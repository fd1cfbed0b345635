//! Rail on the left: a button for each screen, and for the page of keys.

use egui::{Response, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

use crate::ui::action::{Action, Screen};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::{self, icons};

/// Height of a screen's button, in points.
const BUTTON_HEIGHT: f32 = 52.0;
/// Width of a screen's icon, in points.
const ICON: f32 = 20.0;
/// Distance of the icon and of the name from the middle of the button, in points.
const ICON_ABOVE: f32 = 8.0;
const NAME_BELOW: f32 = 14.0;

/// Draws the rail; `current` is the screen that is shown.
pub(crate) fn rail_ui(ui: &mut Ui, current: Screen, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    for (screen, icon, text) in [
        (Screen::Events, icons::LIST, "window.rail.events"),
        (Screen::Board, icons::SMARTPHONE, "board.rail"),
        (Screen::Rules, icons::WORKFLOW, "window.rail.rules"),
        (Screen::Replays, icons::ROTATE_CW, "replay.title"),
        (Screen::Compose, icons::SEND, "composer.rail"),
        (Screen::Reach, icons::RADIO, "reach.title"),
        (Screen::Settings, icons::SETTINGS, "window.rail.settings"),
    ] {
        let response = screen_button(ui, icon, &look.text(text), screen == current, look);
        if response.clicked() {
            actions.push(match screen {
                Screen::Compose => keys::COMPOSE.action(),
                screen => Action::ShowScreen(screen),
            });
        }
        match screen {
            Screen::Settings => drop(response.on_hover_text(keys::SHOW_SETTINGS.hint())),
            Screen::Compose => drop(response.on_hover_text(keys::COMPOSE.hint())),
            Screen::Events | Screen::Board | Screen::Rules | Screen::Replays | Screen::Reach | Screen::SetUp => {}
        }
    }
    ui.with_layout(egui::Layout::bottom_up(egui::Align::Center), |ui| {
        let response = screen_button(ui, icons::CIRCLE_HELP, &look.text("window.rail.keys"), false, look);
        if response.clicked() {
            actions.push(Action::ShowKeys(true));
        }
        response.on_hover_text(keys::TOGGLE_KEYS.hint());
    });
}

fn screen_button(ui: &mut Ui, icon: &str, name: &str, selected: bool, look: &Look) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), BUTTON_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, name));
    let palette = look.palette;
    let color = if selected { palette.accent } else { palette.weak };
    let ground = rect.shrink2(Vec2::new(6.0, 0.0));
    if selected {
        ui.painter().rect_filled(ground, theme::CORNER, palette.accent_ground);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(ground, theme::CORNER, palette.hovered);
    }
    let color = if response.hovered() && !selected { palette.strong } else { color };
    let above = rect.center() - Vec2::new(0.0, ICON_ABOVE);
    ui.painter().text(above, egui::Align2::CENTER_CENTER, icon, icons::font(ICON), color);
    let below = rect.center() + Vec2::new(0.0, NAME_BELOW);
    ui.painter().text(below, egui::Align2::CENTER_CENTER, name, TextStyle::Small.resolve(ui.style()), color);
    if response.has_focus() {
        theme::focus_ring(ui, ground, theme::CORNER, palette);
    }
    response
}
