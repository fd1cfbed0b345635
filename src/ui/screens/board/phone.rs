//! The phone: the account's chat with the menu at its foot, drawn as WeChat does, with a mark of coverage on each button.

use egui::{
    Align2, Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

use super::button_rows::ButtonRow;
use super::edited_menu::EditedMenu;
use crate::engine::ButtonState;
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, BoardAction};
use crate::ui::look::Look;
use crate::ui::theme::{TEXT, TEXT_SMALL, icons};

/// Size of the phone, and the radii of its corners, in points.
const SIZE: Vec2 = Vec2::new(288.0, 440.0);
const CORNER: u8 = 24;
const CORNER_SCREEN: u8 = 16;
/// Rim around the screen, and heights of the title and of the menu's bar, in points.
const RIM: f32 = 8.0;
const TITLE: f32 = 36.0;
const BAR: f32 = 44.0;
/// Width of the keyboard's button before the menu, in points.
const KEYBOARD: f32 = 32.0;
/// Height of a button that has risen, and the gap between the bar and those, in points.
const RISEN: f32 = 38.0;
const RISEN_GAP: f32 = 8.0;
/// Side of the mark of coverage, and its distance from the edge, in points.
const MARK: f32 = 11.0;
const MARK_INSET: f32 = 8.0;
/// Distance of a name from either edge of its button, in points: four Chinese characters fit beside the mark of a parent.
const NAME_INSET: f32 = 4.0;
/// Characters of the account in the title.
const TITLE_CHARS: usize = 24;
/// Buttons that are drawn beside and above each other: more than WeChat takes, so that a mistake is seen.
const MOST_IN_BAR: usize = 4;
const MOST_RISEN: usize = 8;

/// Draws the phone. A click on a button lists its events, or selects it while the menu is edited.
pub(super) fn phone_ui(ui: &mut Ui, menu: &mut EditedMenu, account: &str, look: &Look, actions: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(SIZE, Sense::hover());
    let screen = rect.shrink(RIM);
    let bar = Rect::from_min_max(screen.left_bottom() - Vec2::new(0.0, BAR), screen.right_bottom());
    paint_case(ui, (rect, screen, bar), account, look);
    if menu.risen.is_none() {
        let key = if menu.is_editing() { "board.phone_edit" } else { "board.phone_tap" };
        let at = screen.center();
        let font = FontId::proportional(TEXT);
        ui.painter().text(at, Align2::CENTER_CENTER, look.text(key), font, look.palette.chat.notice);
    }
    let buttons = Rect::from_min_max(bar.min + Vec2::new(KEYBOARD, 0.0), bar.max);
    let in_bar: Vec<ButtonRow> = menu.rows().iter().filter(|row| row.depth == 0).take(MOST_IN_BAR).cloned().collect();
    let width = buttons.width() / in_bar.len().max(1) as f32;
    for (at, row) in in_bar.iter().enumerate() {
        let left = buttons.left() + width * at as f32;
        let cell = Rect::from_min_size(egui::pos2(left, buttons.top()), Vec2::new(width, BAR));
        ui.painter().vline(left, cell.shrink2(Vec2::new(0.0, 10.0)).y_range(), line(look));
        let is_risen = menu.risen == Some(at) && row.is_parent;
        if button_ui(ui, cell, row, (&*menu, is_risen), look).clicked() {
            if row.is_parent {
                menu.risen = (!is_risen).then_some(at);
                if menu.is_editing() {
                    menu.select(&row.path);
                    menu.risen = Some(at);
                }
            } else {
                click(menu, row, actions);
            }
        }
        if is_risen {
            risen_ui(ui, (cell, screen), row, menu, look, actions);
        }
    }
}

fn click(menu: &mut EditedMenu, row: &ButtonRow, actions: &mut Vec<Action>) {
    if menu.is_editing() {
        menu.select(&row.path);
    } else if let Some(filter) = &row.filter {
        menu.select(&row.path);
        actions.push(Action::Board(BoardAction::ShowEvents(filter.clone())));
    }
}

/// Draws the sub-buttons above their parent.
fn risen_ui(
    ui: &Ui,
    (cell, screen): (Rect, Rect),
    parent: &ButtonRow,
    menu: &mut EditedMenu,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let prefix = format!("{}.", parent.path);
    let is_below = |row: &&ButtonRow| row.depth == 1 && row.path.starts_with(&prefix);
    let below: Vec<ButtonRow> = menu.rows().iter().filter(is_below).take(MOST_RISEN).cloned().collect();
    let width = cell.width().max(112.0);
    let left = (cell.center().x - width / 2.0).clamp(screen.left() + 4.0, screen.right() - 4.0 - width);
    let size = Vec2::new(width, RISEN * below.len() as f32);
    let card = Rect::from_min_size(egui::pos2(left, cell.top() - RISEN_GAP - size.y), size);
    let chat = &look.palette.chat;
    ui.painter().rect(card, CornerRadius::same(8), chat.bubble, line(look), StrokeKind::Outside);
    for (at, row) in below.iter().enumerate() {
        let top = card.top() + RISEN * at as f32;
        let cell = Rect::from_min_size(egui::pos2(left, top), Vec2::new(width, RISEN));
        if at > 0 {
            ui.painter().hline(cell.shrink2(Vec2::new(10.0, 0.0)).x_range(), top, line(look));
        }
        if button_ui(ui, cell, row, (&*menu, false), look).clicked() {
            click(menu, row, actions);
        }
    }
}

/// Draws a button with its mark of coverage.
fn button_ui(ui: &Ui, cell: Rect, row: &ButtonRow, (menu, is_risen): (&EditedMenu, bool), look: &Look) -> Response {
    let response = ui.interact(cell, ui.scope_id().with(("phone", &*row.path)), Sense::click());
    let words = spoken(row, look);
    let is_selected = menu.selected() == Some(&row.path);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected || is_risen, &words));
    let chat = &look.palette.chat;
    let inner = cell.shrink(3.0);
    if is_selected {
        ui.painter().rect_stroke(
            inner,
            CornerRadius::same(6),
            Stroke::new(1.5, look.palette.accent),
            StrokeKind::Inside,
        );
    } else if response.hovered() || response.has_focus() || is_risen {
        ui.painter().rect_filled(inner, CornerRadius::same(6), chat.line);
    }
    let name = if row.is_parent { format!("≡ {}", row.name) } else { row.name.clone() };
    let mark = if row.is_parent { 0.0 } else { MARK / 2.0 };
    let room = cell.width() - 2.0 * (NAME_INSET + mark);
    let color = if row.name.is_empty() { chat.weak } else { chat.text };
    let galley = cut(ui, &name, room, color);
    let at = cell.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, color);
    if !row.is_parent {
        let (icon, color) = state_mark(row.state, look);
        let corner = cell.right_top() + Vec2::new(-MARK_INSET, MARK_INSET);
        ui.painter().text(corner, Align2::CENTER_CENTER, icon, icons::font(MARK), color);
    }
    if response.has_focus() {
        crate::ui::theme::focus_ring(ui, inner, 6, look.palette);
    }
    response.on_hover_text(words)
}

/// A name on one line, cut where the button ends, as phones cut it.
fn cut(ui: &Ui, name: &str, width: f32, color: Color32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(name.to_owned(), FontId::proportional(TEXT), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn line(look: &Look) -> Stroke {
    Stroke::new(1.0, look.palette.chat.line)
}

/// Paints the case, the title, the chat and the ground of the menu.
fn paint_case(ui: &Ui, (rect, screen, bar): (Rect, Rect, Rect), account: &str, look: &Look) {
    let (painter, chat) = (ui.painter(), &look.palette.chat);
    let case = if ui.visuals().dark_mode { look.palette.pressed } else { look.palette.line };
    painter.rect(rect, CornerRadius::same(CORNER), case, Stroke::new(1.0, look.palette.outline), StrokeKind::Inside);
    painter.rect_filled(screen, CornerRadius::same(CORNER_SCREEN), chat.ground);
    let title = screen.center_top() + Vec2::new(0.0, TITLE / 2.0);
    let name = shortened(account, TITLE_CHARS);
    painter.text(title, Align2::CENTER_CENTER, name, FontId::new(TEXT, crate::ui::theme::medium()), chat.text);
    painter.hline(screen.x_range(), screen.top() + TITLE, line(look));
    let foot = CornerRadius { nw: 0, ne: 0, sw: CORNER_SCREEN, se: CORNER_SCREEN };
    painter.rect_filled(bar, foot, chat.bubble);
    painter.hline(bar.x_range(), bar.top(), line(look));
    let keyboard = egui::pos2(bar.left() + KEYBOARD / 2.0, bar.center().y);
    painter.text(keyboard, Align2::CENTER_CENTER, icons::KEYBOARD, icons::font(16.0), chat.weak);
    let hint = screen.center_top() + Vec2::new(0.0, TITLE + 20.0);
    painter.text(hint, Align2::CENTER_CENTER, look.text("board.phone"), FontId::proportional(TEXT_SMALL), chat.notice);
}

/// The shape and the colour of a state: each is told apart without the other.
pub(super) fn state_mark(state: ButtonState, look: &Look) -> (&'static str, Color32) {
    match state {
        ButtonState::Seen => (icons::CHECK, look.palette.ok),
        ButtonState::SeenWithFaults => (icons::TRIANGLE_ALERT, look.palette.error),
        ButtonState::NeverSeen => (icons::CIRCLE, look.palette.warning),
        ButtonState::CannotBeSeen => (icons::CIRCLE_SLASH, look.palette.weak),
    }
}

/// The words for a button on the phone: its name, and what was seen of it.
fn spoken(row: &ButtonRow, look: &Look) -> String {
    if row.is_parent {
        return look.filled("board.phone_parent", &[("name", &row.name)]);
    }
    let state = look.text(&format!("menu.state.{}", row.state.as_str())).into_owned();
    look.filled("board.phone_button", &[("name", &row.name), ("state", &state)])
}
