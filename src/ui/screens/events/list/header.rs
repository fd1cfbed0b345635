//! Header of the list: titles, edges to drag, the menu of columns and heights, and the day of the first row.

use egui::accesskit::Role;
use egui::{
    Align, CursorIcon, FontId, Id, Popup, PopupCloseBehavior, Pos2, Rangef, Rect, Response, Sense, Stroke, TextStyle,
    Ui, Vec2,
};

use super::columns::Columns;
use super::layout::{ColumnKind, Density, ListLayout};
use crate::ui::look::Look;
use crate::ui::theme;
use crate::ui::widgets::cell::cell_text;
use crate::ui::widgets::controls::named;

/// Width of the edge between two columns that can be dragged, in points.
const EDGE: f32 = 8.0;
/// Height of the line with the day of the first row, in points.
const DAY_HEIGHT: f32 = 20.0;
/// Distance of the line of an edge from top and bottom of the header, in points.
const EDGE_MARGIN: f32 = 7.0;
/// Distance of the day from the left, in points.
const DAY_MARGIN: f32 = 16.0;
/// Least width of the menu, in points.
const MENU_WIDTH: f32 = 200.0;

/// Draws the titles of the columns; their edges and their menu change the layout.
pub(super) fn header_ui(ui: &mut Ui, columns: &Columns, layout: &mut ListLayout, look: &Look) {
    let size = Vec2::new(ui.available_width(), theme::HEADER_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let response = named(response, Role::Group, &look.text("list.columns"));
    ui.painter().rect_filled(rect, 0.0, look.palette.frame);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, look.palette.line));
    let font = TextStyle::Small.resolve(ui.style());
    for (column, cell) in columns.cells(rect) {
        if column != ColumnKind::State {
            cell_text(ui, cell, &look.text(column.title()), font.clone(), look.palette.weak, align(column));
        }
    }
    edges_ui(ui, rect, columns, layout, look);
    menu_ui(&response, layout, look);
}

/// Alignment of a column; numbers are aligned to the right.
pub(super) fn align(column: ColumnKind) -> Align {
    match column {
        ColumnKind::Elapsed => Align::Max,
        _ => Align::Min,
    }
}

/// Draws the edges between columns: a drag moves one, a double click gives the usual width back. They are no stops for Tab,
/// since keys do not move them.
fn edges_ui(ui: &Ui, rect: Rect, columns: &Columns, layout: &mut ListLayout, look: &Look) {
    let widths: Vec<(ColumnKind, Rangef)> = columns.widths().collect();
    for pair in widths.windows(2) {
        let [(left, range), (right, next)] = pair else { continue };
        let x = rect.left() + range.max - theme::GAP / 2.0;
        let edge = Rect::from_center_size(Pos2::new(x, rect.center().y), Vec2::new(EDGE, rect.height()));
        let response = ui.interact(edge, Id::unique(("list edge", *left as u8)), Sense::CLICK | Sense::DRAG);
        let is_lit = response.hovered() || response.dragged();
        let color = if is_lit { look.palette.accent } else { look.palette.line };
        ui.painter().vline(
            x,
            Rangef::new(rect.top() + EDGE_MARGIN, rect.bottom() - EDGE_MARGIN),
            Stroke::new(1.0, color),
        );
        if is_lit {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        // The summary takes what is left: its edge moves the column behind it.
        let (column, width, sign) =
            if *left == ColumnKind::Summary { (*right, next.span(), -1.0) } else { (*left, range.span(), 1.0) };
        if response.double_clicked() {
            layout.drag(column, None);
        } else if response.dragged() {
            layout.drag(column, Some(width + sign * response.drag_delta().x));
        }
    }
}

/// Draws the menu of the header: columns to show, the height of rows, and the way back to the usual.
fn menu_ui(response: &Response, layout: &mut ListLayout, look: &Look) {
    // Several columns are chosen one after the other.
    let menu = Popup::context_menu(response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_min_width(MENU_WIDTH);
        ui.scope(|ui| {
            // In menus, nothing has an outline; a box that is not ticked would not be seen.
            ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, look.palette.outline);
            choices_ui(ui, layout, look);
        });
        ui.separator();
        if ui.button(look.text("list.reset")).clicked() {
            *layout = ListLayout::default();
            ui.close();
        }
    });
}

/// Draws a box for each column that may be hidden, and the heights of rows.
fn choices_ui(ui: &mut Ui, layout: &mut ListLayout, look: &Look) {
    for column in ColumnKind::ALL.into_iter().filter(|column| column.is_optional()) {
        let mut shown = layout.shows(column);
        if ui.checkbox(&mut shown, look.text(column.title())).changed() {
            layout.show(column, shown);
        }
    }
    ui.separator();
    for density in Density::ALL {
        if ui.radio(layout.density == density, look.text(density.name())).clicked() {
            layout.density = density;
        }
    }
}

/// Draws the day of the first row in view, which stays while its rows scroll by.
pub(super) fn day_ui(ui: &mut Ui, day: Option<&str>, look: &Look) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), DAY_HEIGHT), Sense::hover());
    let Some(day) = day else { return };
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(day.to_owned(), font, look.palette.weak);
    let at = Pos2::new(rect.left() + DAY_MARGIN, rect.center().y - galley.size().y / 2.0);
    let line = Rangef::new(at.x + galley.size().x + theme::GAP, rect.right() - theme::GAP);
    ui.painter().galley(at, galley, look.palette.weak);
    ui.painter().hline(line, rect.center().y, Stroke::new(1.0, look.palette.line));
    named(response, Role::Label, day);
}

/// Size of a day between two rows, in points: what fits between the text of the one above and of the one below.
const BETWEEN_ROWS: f32 = 10.0;

/// Distance by which the texts of two rows keep away from the day between them, in points.
pub(super) const DAY_ROOM: f32 = 3.0;

/// Draws the day above the newest row of an earlier one, on the line between the two days.
pub(super) fn day_line(ui: &Ui, (row, view): (Rect, Rect), day: &str, look: &Look) {
    let palette = look.palette;
    let painter = ui.painter().with_clip_rect(view.intersect(ui.clip_rect()));
    let font = FontId::new(BETWEEN_ROWS, TextStyle::Small.resolve(ui.style()).family);
    let galley = painter.layout_no_wrap(day.to_owned(), font, palette.weak);
    painter.hline(row.x_range(), row.top() - 0.5, Stroke::new(1.0, palette.outline));
    let left = row.left() + DAY_MARGIN;
    let at = Pos2::new(left, row.top() - 0.5 - galley.size().y / 2.0);
    let ground = Rect::from_min_size(at, galley.size()).expand2(Vec2::new(theme::GAP_SMALL, -1.0));
    painter.rect_filled(ground, 0.0, palette.surface);
    painter.galley(at, galley, palette.weak);
    let response = ui.interact(ground.intersect(view), Id::unique(("day line", day)), Sense::hover());
    named(response, Role::Label, day);
}
