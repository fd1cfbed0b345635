//! Columns of the list: their widths and positions, and the choice of those that fit.

use egui::{Rangef, Rect, Sense, TextStyle, Ui, Vec2};

use crate::ui::look::Look;
use crate::ui::theme;
use crate::ui::widgets::cell::cell_text;

/// Content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// Severity of the worst diagnosis.
    Severity,
    /// Local time of arrival.
    Time,
    Kind,
    Key,
    OpenId,
    /// Number of the attempt.
    Attempt,
    Signature,
    Mode,
    /// Status and time of the reply.
    Answer,
}

impl ColumnKind {
    /// All columns from left to right with their widths in points; `EventKey` takes the remaining width.
    const ALL: [(Self, f32); 9] = [
        (Self::Severity, 22.0),
        (Self::Time, 102.0),
        (Self::Kind, 156.0),
        (Self::Key, 86.0),
        (Self::OpenId, 88.0),
        (Self::Attempt, 44.0),
        (Self::Signature, 88.0),
        (Self::Mode, 56.0),
        (Self::Answer, 118.0),
    ];

    /// Columns dropped when space is short, in this order; the detail shows everything.
    const DISPENSABLE: [Self; 5] = [Self::Mode, Self::OpenId, Self::Attempt, Self::Signature, Self::Answer];

    fn title(self, signature_word: bool) -> Option<&'static str> {
        Some(match self {
            Self::Severity => return None,
            Self::Time => "window.list.time",
            Self::Kind => "window.list.kind",
            Self::Key => "window.list.key",
            Self::OpenId => "window.list.openid",
            Self::Attempt => "window.list.attempt",
            Self::Signature if signature_word => "window.list.signature",
            Self::Signature => "window.list.signature_short",
            Self::Mode => "window.list.mode",
            Self::Answer => "window.list.answer",
        })
    }
}

/// Width of the signature's mark without its word, in points.
const MARK_ONLY: f32 = 40.0;

/// Horizontal margin of a row, in points.
const MARGIN: f32 = 10.0;

/// The columns in the current frame.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<(ColumnKind, Rangef)>,
    /// Set if the signature's column is wide enough for its word.
    pub(super) signature_word: bool,
}

impl Columns {
    /// Chooses the columns that fit into a width.
    pub(super) fn fit(width: f32) -> Self {
        let mut columns = ColumnKind::ALL.to_vec();
        let total = |columns: &[(ColumnKind, f32)]| columns.iter().map(|(_, width)| width).sum::<f32>();
        let room = width - 2.0 * MARGIN;
        let signature_word = total(&columns) <= room;
        if !signature_word {
            for (content, width) in &mut columns {
                if *content == ColumnKind::Signature {
                    *width = MARK_ONLY;
                }
            }
        }
        for content in ColumnKind::DISPENSABLE {
            if total(&columns) > room {
                columns.retain(|(other, _)| *other != content);
            }
        }
        let spare = (room - total(&columns)).max(0.0);
        let mut left = MARGIN;
        let place = |(content, width): (ColumnKind, f32)| {
            let width = if content == ColumnKind::Key { width + spare } else { width };
            let range = Rangef::new(left, left + width);
            left += width;
            (content, range)
        };
        Self { columns: columns.into_iter().map(place).collect(), signature_word }
    }

    /// Cells of a row in the given rectangle.
    pub(super) fn cells(&self, row: Rect) -> impl Iterator<Item = (ColumnKind, Rect)> {
        self.columns.iter().map(move |(content, range)| {
            let x_range = Rangef::new(row.left() + range.min, row.left() + range.max - theme::GAP);
            (*content, Rect::from_x_y_ranges(x_range, row.y_range()))
        })
    }

    /// Draws the titles of the columns.
    pub(super) fn header_ui(&self, ui: &mut Ui, look: &Look) {
        let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::ROW_HEIGHT), Sense::hover());
        ui.painter().rect_filled(rect, 0.0, look.palette.card);
        ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, look.palette.line));
        let font = TextStyle::Small.resolve(ui.style());
        for (content, cell) in self.cells(rect) {
            if let Some(title) = content.title(self.signature_word) {
                cell_text(ui, cell, &look.text(title), font.clone(), look.palette.weak, super::row::align(content));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispensable_columns_are_dropped_when_space_is_short() {
        let contents = |width| Columns::fit(width).columns.iter().map(|(content, _)| *content).collect::<Vec<_>>();
        assert_eq!(contents(1000.0).len(), 9);
        assert!(!contents(660.0).contains(&ColumnKind::Mode));
        assert!(contents(500.0).contains(&ColumnKind::Key));
    }

    #[test]
    fn the_columns_fill_the_row() {
        let columns = Columns::fit(1000.0);
        assert!((columns.columns.last().unwrap().1.max - 990.0).abs() < 0.01);
    }
}
