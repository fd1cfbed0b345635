//! Tooltip of a cell: the whole of what had to be cut short, and the words of its marks.

use egui::{Rect, Response};

use super::layout::ColumnKind;
use super::row::{DrawnRow, RowSurroundings};
use super::row_state::FirstState;
use crate::capture::{CaptureSummary, reply_words, summary_words};
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::reply_source::source_words;

/// Maximum number of characters shown.
const LONGEST: usize = 1_000;

/// Shows the tooltip of the cell below the pointer.
pub(super) fn hover_ui(response: &Response, rect: Rect, drawn: DrawnRow<'_>, context: &RowSurroundings<'_>) {
    let Some(pointer) = response.hover_pos() else { return };
    let Some(column) = context.columns.at(rect, pointer.x) else { return };
    let lines = lines(column, drawn, context.look);
    if !lines.is_empty() {
        response.clone().on_hover_text_at_pointer(lines.join("\n"));
    }
}

fn lines(column: ColumnKind, (row, state, marks): DrawnRow<'_>, look: &Look) -> Vec<String> {
    let (texts, row) = (row.texts(look), &row.summary);
    let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| shortened(text, LONGEST));
    let marks = || marks.iter().map(|mark| mark.words.clone());
    match column {
        ColumnKind::State => {
            let first = FirstState::of(row, texts.meaning, state.held_until.is_some()).words(texts, look);
            let mut lines = vec![first];
            lines.extend(marks());
            if row.placement.attempt > 1 {
                lines.push(look.filled("window.row.attempt", &[("number", &row.placement.attempt.to_string())]));
            }
            lines.extend(state.novelty.map(|_| look.text("list.new").into_owned()));
            lines
        }
        ColumnKind::Time => vec![look.exact(row.received_at)],
        ColumnKind::Kind => some(Some(&row.kind)).into_iter().collect(),
        ColumnKind::Summary => {
            let whole = shortened(&summary_words(row, look.language), LONGEST);
            Some(whole).filter(|whole| !whole.is_empty()).into_iter().chain(marks()).collect()
        }
        ColumnKind::OpenId => some(row.openid.as_deref()).into_iter().collect(),
        ColumnKind::Attempt => {
            vec![look.filled("window.row.attempt", &[("number", &row.placement.attempt.to_string())])]
        }
        ColumnKind::Signature => vec![look.filled("window.row.signature", &[("state", &texts.signature)])],
        ColumnKind::Mode => vec![texts.mode.clone()],
        ColumnKind::Reply | ColumnKind::Elapsed => reply_lines(row, &texts.hints, look),
    }
}

/// The whole reply, its source and time, and what else is to be known of it.
fn reply_lines(row: &CaptureSummary, hints: &[String], look: &Look) -> Vec<String> {
    let mut lines = vec![shortened(&reply_words(row, look.language), LONGEST)];
    if let Some(reply) = &row.reply {
        let status = reply.status.map(|status| status.to_string());
        let parts = [status, Some(source_words(&reply.source, look)), Some(milliseconds(reply.elapsed))];
        lines.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    }
    lines.extend(hints.iter().cloned());
    lines
}
