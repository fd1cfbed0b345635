//! Layout of the list that lasts: columns shown, their widths, and the height of rows.

use serde::{Deserialize, Serialize};

use crate::ui::theme::{ROW_HEIGHT, ROW_HEIGHT_COMPACT, ROW_HEIGHT_ROOMY};

/// Content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ColumnKind {
    /// The state of the event, as an icon.
    State,
    /// Local time of arrival, with the date where it is needed.
    Time,
    Kind,
    /// Key and content.
    Summary,
    OpenId,
    /// Number of the attempt.
    Attempt,
    Signature,
    Mode,
    /// The reply by its meaning.
    Reply,
    /// Milliseconds until the reply.
    Elapsed,
}

/// Height of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Density {
    Compact,
    #[default]
    Regular,
    Roomy,
}

/// Columns and height of the rows, as the user has set them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListLayout {
    pub(crate) density: Density,
    /// Columns that are not shown.
    hidden: Vec<ColumnKind>,
    /// Widths that were dragged, in points.
    widths: Vec<(ColumnKind, f32)>,
}

impl Default for ListLayout {
    fn default() -> Self {
        // They are shown where they are not what the account expects.
        let hidden = vec![ColumnKind::Signature, ColumnKind::Mode];
        Self { density: Density::default(), hidden, widths: Vec::new() }
    }
}

impl ColumnKind {
    /// All columns from left to right.
    pub(super) const ALL: [Self; 10] = [
        Self::State,
        Self::Time,
        Self::Kind,
        Self::Summary,
        Self::OpenId,
        Self::Attempt,
        Self::Signature,
        Self::Mode,
        Self::Reply,
        Self::Elapsed,
    ];

    /// Columns that are dropped where space is short, in this order; the detail shows everything.
    pub(super) const DISPENSABLE: [Self; 6] =
        [Self::Elapsed, Self::OpenId, Self::Mode, Self::Signature, Self::Attempt, Self::Time];

    /// Tells whether the others are narrowed before it is dropped: without time and attempt a row tells too little.
    pub(super) fn outlasts_comfort(self) -> bool {
        matches!(self, Self::Attempt | Self::Time)
    }

    /// Locale key of the title.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::State => "list.state",
            Self::Time => "window.list.time",
            Self::Kind => "window.list.kind",
            Self::Summary => "list.summary",
            Self::OpenId => "window.list.openid",
            Self::Attempt => "window.list.attempt",
            Self::Signature => "window.list.signature",
            Self::Mode => "window.list.mode",
            Self::Reply => "list.reply",
            Self::Elapsed => "list.elapsed",
        }
    }

    /// Usual and least width, in points.
    pub(super) fn widths(self) -> (f32, f32) {
        match self {
            Self::State => (28.0, 28.0),
            Self::Time => (108.0, 108.0),
            Self::Kind => (204.0, 112.0),
            Self::Summary => (280.0, 120.0),
            Self::Reply => (200.0, 120.0),
            Self::OpenId | Self::Signature => (92.0, 60.0),
            Self::Attempt => (52.0, 46.0),
            Self::Mode => (64.0, 48.0),
            Self::Elapsed => (72.0, 56.0),
        }
    }

    /// Share of the spare width, unless the column was dragged.
    pub(super) fn share(self) -> f32 {
        match self {
            Self::Summary => 2.0,
            Self::Reply => 1.0,
            _ => 0.0,
        }
    }

    /// Tells whether the user may hide it.
    pub(super) fn is_optional(self) -> bool {
        !matches!(self, Self::State | Self::Kind | Self::Summary | Self::Reply)
    }
}

impl Density {
    /// All heights, the lowest first.
    pub(super) const ALL: [Self; 3] = [Self::Compact, Self::Regular, Self::Roomy];

    /// Height of a row, in points.
    pub(crate) fn row_height(self) -> f32 {
        match self {
            Self::Compact => ROW_HEIGHT_COMPACT,
            Self::Regular => ROW_HEIGHT,
            Self::Roomy => ROW_HEIGHT_ROOMY,
        }
    }

    /// Locale key of the name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Compact => "list.density.compact",
            Self::Regular => "list.density.regular",
            Self::Roomy => "list.density.roomy",
        }
    }
}

impl ListLayout {
    /// Tells whether a column is shown where there is room for it.
    pub(super) fn shows(&self, column: ColumnKind) -> bool {
        !self.hidden.contains(&column)
    }

    /// Shows or hides a column.
    pub(super) fn show(&mut self, column: ColumnKind, shown: bool) {
        self.hidden.retain(|hidden| *hidden != column);
        if !shown && column.is_optional() {
            self.hidden.push(column);
        }
    }

    /// The width that a column was dragged to.
    pub(super) fn dragged(&self, column: ColumnKind) -> Option<f32> {
        self.widths.iter().find(|(other, _)| *other == column).map(|(_, width)| *width)
    }

    /// Sets the width of a column; `None` for the usual one.
    pub(super) fn drag(&mut self, column: ColumnKind, width: Option<f32>) {
        self.widths.retain(|(other, _)| *other != column);
        if let Some(width) = width {
            self.widths.push((column, width.max(column.widths().1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_comes_back_as_it_was_and_an_older_one_is_filled_up() {
        let mut layout = ListLayout { density: Density::Roomy, ..ListLayout::default() };
        layout.show(ColumnKind::OpenId, false);
        layout.show(ColumnKind::Mode, true);
        layout.drag(ColumnKind::Kind, Some(10.0));
        let back: ListLayout = serde_json::from_str(&serde_json::to_string(&layout).unwrap()).unwrap();
        assert_eq!(back, layout);
        assert_eq!(back.dragged(ColumnKind::Kind), Some(ColumnKind::Kind.widths().1), "never narrower than legible");
        assert_eq!(serde_json::from_str::<ListLayout>("{}").unwrap(), ListLayout::default());
    }

    #[test]
    fn what_a_row_is_about_cannot_be_hidden() {
        let mut layout = ListLayout::default();
        for column in ColumnKind::ALL {
            layout.show(column, false);
        }
        let shown: Vec<_> = ColumnKind::ALL.into_iter().filter(|column| layout.shows(*column)).collect();
        assert_eq!(shown, [ColumnKind::State, ColumnKind::Kind, ColumnKind::Summary, ColumnKind::Reply]);
    }
}
