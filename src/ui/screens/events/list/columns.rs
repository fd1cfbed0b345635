//! Columns of the list in one frame: the choice of those that fit, and their places.

use egui::{Rangef, Rect};

use super::layout::{ColumnKind, ListLayout};
use crate::ui::theme;

/// Margins of a row at the left and at the right, in points: coloured filters have their mark at the right, beside the
/// scroll bar.
const MARGIN: f32 = 8.0;
const MARGIN_RIGHT: f32 = SCROLL_ROOM + MARK_WIDTH + 4.0;

/// Width of the scroll bar under the pointer, which nothing may lie under, in points.
pub(super) const SCROLL_ROOM: f32 = 10.0;
/// Width of the mark of a coloured filter, in points.
pub(super) const MARK_WIDTH: f32 = 14.0;

/// The columns in the current frame.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<(ColumnKind, Rangef)>,
}

impl Columns {
    /// Chooses the columns that fit into a width.
    pub(super) fn fit(width: f32, layout: &ListLayout) -> Self {
        let room = (width - MARGIN - MARGIN_RIGHT).max(0.0);
        let width_of = |column: ColumnKind| layout.dragged(column).unwrap_or(column.widths().0);
        let shown = ColumnKind::ALL.into_iter().filter(|column| layout.shows(*column));
        let mut columns: Vec<(ColumnKind, f32)> = shown.map(|column| (column, width_of(column))).collect();
        for column in ColumnKind::DISPENSABLE {
            let needed = if column.outlasts_comfort() { least(&columns) } else { total(&columns) };
            if needed > room {
                columns.retain(|(other, _)| *other != column);
            }
        }
        narrow(&mut columns, room);
        spread(&mut columns, room, layout);
        let mut left = MARGIN;
        let place = |(column, width): (ColumnKind, f32)| {
            let range = Rangef::new(left, left + width);
            left += width;
            (column, range)
        };
        Self { columns: columns.into_iter().map(place).collect() }
    }

    /// Cells of a row in the given rectangle.
    pub(super) fn cells(&self, row: Rect) -> impl Iterator<Item = (ColumnKind, Rect)> {
        self.columns.iter().map(move |(column, range)| {
            let x_range = Rangef::new(row.left() + range.min, row.left() + range.max - theme::GAP);
            (*column, Rect::from_x_y_ranges(x_range, row.y_range()))
        })
    }

    /// The column at a horizontal position within a row.
    pub(super) fn at(&self, row: Rect, x: f32) -> Option<ColumnKind> {
        self.columns.iter().find(|(_, range)| range.contains(x - row.left())).map(|(column, _)| *column)
    }

    /// Columns with their widths, from left to right.
    pub(super) fn widths(&self) -> impl Iterator<Item = (ColumnKind, Rangef)> {
        self.columns.iter().copied()
    }
}

fn total(columns: &[(ColumnKind, f32)]) -> f32 {
    columns.iter().map(|(_, width)| width).sum()
}

/// Width of the columns at their least; dragged columns give way as well.
fn least(columns: &[(ColumnKind, f32)]) -> f32 {
    columns.iter().map(|(column, _)| column.widths().1).sum()
}

/// Takes what is missing from each column that stays, in proportion to what it can give.
fn narrow(columns: &mut [(ColumnKind, f32)], room: f32) {
    let missing = total(columns) - room;
    let can_give = |(column, width): &(ColumnKind, f32)| (width - column.widths().1).max(0.0);
    let all: f32 = columns.iter().map(can_give).sum();
    if missing > 0.0 && all > 0.0 {
        let share = (missing / all).min(1.0);
        for column in columns {
            column.1 -= can_give(column) * share;
        }
    }
}

/// Gives what is spare to the columns of free text; to the summary where all others were dragged.
fn spread(columns: &mut [(ColumnKind, f32)], room: f32, layout: &ListLayout) {
    let spare = (room - total(columns)).max(0.0);
    let share = |column: ColumnKind| match column {
        ColumnKind::Summary => column.share(),
        _ if layout.dragged(column).is_some() => 0.0,
        _ => column.share(),
    };
    let shares: f32 = columns.iter().map(|(column, _)| share(*column)).sum();
    for (column, width) in columns {
        *width += spare * share(*column) / shares.max(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(width: f32, layout: &ListLayout) -> Vec<ColumnKind> {
        Columns::fit(width, layout).widths().map(|(column, _)| column).collect()
    }

    #[test]
    fn columns_are_dropped_in_their_order_and_four_always_stay() {
        let layout = ListLayout::default();
        assert_eq!(fitted(1080.0, &layout).len(), 8);
        let narrower = fitted(1066.0, &layout);
        assert!(narrower.contains(&ColumnKind::OpenId) && !narrower.contains(&ColumnKind::Elapsed), "{narrower:?}");
        assert!(!fitted(952.0, &layout).contains(&ColumnKind::OpenId), "it goes before the summary is cut");
        let with_time = fitted(570.0, &layout);
        assert!(with_time.contains(&ColumnKind::Time) && with_time.contains(&ColumnKind::Attempt), "{with_time:?}");
        let four = [ColumnKind::State, ColumnKind::Kind, ColumnKind::Summary, ColumnKind::Reply];
        assert_eq!(fitted(400.0, &layout), four);
    }

    #[test]
    fn the_columns_fill_the_row() {
        let mut layout = ListLayout::default();
        layout.drag(ColumnKind::Reply, Some(300.0));
        for width in [500.0, 760.0, 1000.0, 1600.0] {
            let columns = Columns::fit(width, &layout);
            assert!((columns.columns.last().unwrap().1.max - (width - MARGIN_RIGHT)).abs() < 0.01, "{width}");
        }
        let wide = Columns::fit(1600.0, &layout);
        let reply = wide.widths().find(|(column, _)| *column == ColumnKind::Reply).unwrap().1;
        assert!((reply.span() - 300.0).abs() < 0.01, "what was dragged keeps its width");
    }
}
