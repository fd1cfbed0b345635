//! Table for lists shorter than that of events: a header, and rows of cells with one accessible name for each row.

use egui::{Align, Color32, Id, Pos2, Rect, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo};
use egui_extras::{Column as Stretch, TableBuilder};

use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, ROW_HEIGHT};
use crate::ui::widgets::cell::cell_text;

/// Maximum number of characters of a text in a cell: more than fit, even on hover.
const CELL: usize = 400;

/// Margin left and right of a row's cells, in points.
const MARGIN: f32 = 12.0;

/// Height of the header, in points.
const HEADER_HEIGHT: f32 = 24.0;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Locale key of its title.
    pub(crate) title: &'static str,
    /// Width in points; 0 shares what is left.
    pub(crate) width: f32,
    /// Alignment of its texts.
    pub(crate) align: Align,
}

impl Column {
    /// A column of texts, aligned to the left.
    pub(crate) const fn texts(title: &'static str, width: f32) -> Self {
        Self { title, width, align: Align::Min }
    }

    /// A column of numbers, aligned to the right.
    pub(crate) const fn numbers(title: &'static str, width: f32) -> Self {
        Self { title, width, align: Align::Max }
    }
}

/// Content of a cell.
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    color: Color32,
    style: TextStyle,
}

impl Cell {
    /// A cell of prose.
    pub(crate) fn words(text: impl Into<String>, color: Color32) -> Self {
        Self { text: shortened(&text.into(), CELL), color, style: TextStyle::Body }
    }

    /// A cell of numbers or identifiers.
    pub(crate) fn code(text: impl Into<String>, color: Color32) -> Self {
        Self { text: shortened(&text.into(), CELL), color, style: TextStyle::Monospace }
    }
}

/// A row in view.
#[derive(Debug)]
pub(crate) struct TableRow {
    /// Id that stays with the row, however many come before it.
    pub(crate) id: Id,
    /// One cell for each column.
    pub(crate) cells: Vec<Cell>,
    /// True for the row that is open.
    pub(crate) selected: bool,
}

/// Draws header and rows into the space left; returns the row that was clicked, or chosen by key.
pub(crate) fn table_ui(
    ui: &mut Ui,
    salt: &str,
    columns: &[Column],
    count: usize,
    look: &Look,
    mut row: impl FnMut(usize) -> TableRow,
) -> Option<usize> {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    header_ui(ui, columns, look);
    let mut clicked = None;
    let table = TableBuilder::new(ui).id_salt(salt).column(Stretch::remainder().clip(true)).auto_shrink(false);
    table.animate_scrolling(false).body(|body| {
        body.rows(ROW_HEIGHT, count, |mut table_row| {
            let index = table_row.index();
            table_row.col(|ui| {
                if row_ui(ui, columns, &row(index), (index, count), look) {
                    clicked = Some(index);
                }
            });
        });
    });
    clicked
}

fn header_ui(ui: &mut Ui, columns: &[Column], look: &Look) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), HEADER_HEIGHT), Sense::hover());
    for (column, cell) in columns.iter().zip(cells(columns, rect)) {
        let font = TextStyle::Small.resolve(ui.style());
        cell_text(ui, cell, &look.text(column.title), font, look.palette.weak, column.align);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, look.palette.line));
}

fn row_ui(ui: &Ui, columns: &[Column], row: &TableRow, (index, of): (usize, usize), look: &Look) -> bool {
    let rect = ui.max_rect();
    let response = ui.interact(rect, row.id, Sense::click());
    let painter = ui.painter();
    if row.selected {
        painter.rect_filled(rect, 0.0, look.palette.selected);
        painter.rect_filled(Rect::from_min_size(rect.min, Vec2::new(3.0, rect.height())), 0.0, look.palette.accent);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 0.0, look.palette.card);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, look.palette.line.gamma_multiply(0.5)));
    for ((column, cell), rect) in columns.iter().zip(&row.cells).zip(cells(columns, rect)) {
        cell_text(ui, rect, &cell.text, cell.style.resolve(ui.style()), cell.color, column.align);
    }
    let texts: Vec<&str> = row.cells.iter().map(|cell| &*cell.text).filter(|text| !text.is_empty()).collect();
    let name = texts.join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, row.selected, &name));
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_selected(row.selected);
        node.set_position_in_set(index + 1);
        node.set_size_of_set(of);
    });
    let pointer = response.hover_pos();
    if let Some(((_, cell), _)) = columns
        .iter()
        .zip(&row.cells)
        .zip(cells(columns, rect))
        .find(|(_, rect)| pointer.is_some_and(|at| rect.contains(at)))
        && !cell.text.is_empty()
    {
        // What had to be cut short.
        return response.on_hover_text_at_pointer(&cell.text).clicked();
    }
    response.clicked()
}

/// Rectangles of the cells of a row.
fn cells(columns: &[Column], rect: Rect) -> impl Iterator<Item = Rect> {
    let inner = rect.shrink2(Vec2::new(MARGIN, 0.0));
    let fixed: f32 = columns.iter().map(|column| column.width).sum();
    let gaps = GAP * columns.len().saturating_sub(1) as f32;
    let sharing = columns.iter().filter(|column| column.width == 0.0).count().max(1) as f32;
    let share = ((inner.width() - fixed - gaps) / sharing).max(0.0);
    columns.iter().scan(inner.left(), move |left, column| {
        let width = if column.width == 0.0 { share } else { column.width };
        let cell = Rect::from_min_size(Pos2::new(*left, inner.top()), Vec2::new(width, inner.height()));
        *left += width + GAP;
        Some(cell)
    })
}
