//! Long text by visible rows: the rows are found a piece at a time, and only those in view are highlighted and laid out.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Label, ScrollArea, Sense, TextStyle, Ui};
use unicode_width::UnicodeWidthChar as _;

use super::bytes_pane::token_color;
use super::highlight::{HighlightedText, Syntax};
use crate::ui::look::Look;
use crate::ui::widgets::controls::code_frame;

/// Bytes that are divided into rows in one frame: about a millisecond.
const BYTES_AT_ONCE: usize = 192 << 10;

/// Columns that a character takes which is spelled out, such as `‹U+202E›`, and a tab.
const SPELLED_COLUMNS: usize = 8;

/// Smallest number of columns, however narrow the pane.
const FEWEST_COLUMNS: usize = 20;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 18.0;

/// Width of the frame and the scroll bar, in points.
const FRAME_WIDTH: f32 = 34.0;

/// Rows of a text for one number of columns.
#[derive(Debug, Default)]
pub(super) struct TextRows {
    columns: Cell<usize>,
    /// The byte at which each row begins.
    starts: RefCell<Vec<usize>>,
    /// The byte up to which rows are known.
    known: Cell<usize>,
}

impl TextRows {
    /// Draws the visible rows, and returns the clicked byte.
    pub(super) fn ui(
        &self,
        ui: &mut Ui,
        text: &str,
        (lit, reveal): (&Range<usize>, bool),
        shows_space: bool,
        look: &Look,
    ) -> Option<usize> {
        let font = TextStyle::Monospace.resolve(ui.style());
        let character = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
        let columns = ((ui.available_width() - FRAME_WIDTH) / character) as usize;
        if self.divide(text, columns.max(FEWEST_COLUMNS)) {
            ui.ctx().request_repaint();
        }
        let starts = self.starts.borrow();
        let syntax = Syntax::of(text);
        let mut area = ScrollArea::both().id_salt("rows").auto_shrink(false);
        ui.spacing_mut().item_spacing.y = 0.0;
        if reveal && !lit.is_empty() {
            let row = starts.partition_point(|start| *start <= lit.start).saturating_sub(1);
            let above = (ui.available_height() / 2.0 / ROW_HEIGHT) as usize;
            area = area.vertical_scroll_offset(row.saturating_sub(above) as f32 * ROW_HEIGHT);
        }
        let mut clicked = None;
        code_frame(look).show(ui, |ui| {
            area.show_rows(ui, ROW_HEIGHT, starts.len(), |ui, rows| {
                for row in rows {
                    let end = starts.get(row + 1).copied().unwrap_or_else(|| self.known.get());
                    let bytes = starts[row]..end;
                    let Some(part) = text.get(bytes.clone()) else { continue };
                    let (part, ends_line) = part.strip_suffix('\n').map_or((part, false), |part| (part, true));
                    let part = if shows_space { part } else { part.trim_end_matches('\r') };
                    let highlighted = HighlightedText::part(part, bytes.start, syntax, shows_space);
                    let mut job = row_job(&highlighted, lit, look, &font);
                    if ends_line && shows_space {
                        job.append("↵", 0.0, TextFormat::simple(font.clone(), look.palette.code_mark));
                    }
                    let label = Label::new(Arc::new(job)).extend().selectable(true).sense(Sense::CLICK);
                    let (at, galley, response) = label.layout_in_ui(ui);
                    response
                        .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, galley.text()));
                    if let Some(point) = response.interact_pointer_pos().filter(|_| response.clicked()) {
                        let character = galley.cursor_from_pos(point - at).index.0;
                        let shown = highlighted.text.char_indices().nth(character).map(|(at, _)| at);
                        clicked = shown.and_then(|shown| highlighted.byte_at(shown));
                    }
                    let (color, line) = (look.palette.text, egui::Stroke::NONE);
                    egui::text_selection::LabelSelectionState::label_text_selection(
                        ui, &response, at, galley, color, line,
                    );
                }
            });
        });
        clicked
    }

    /// Finds further rows; returns true if there are more to find.
    fn divide(&self, text: &str, columns: usize) -> bool {
        let mut starts = self.starts.borrow_mut();
        if self.columns.replace(columns) != columns || starts.is_empty() {
            starts.clear();
            starts.push(0);
            self.known.set(0);
        }
        let from = self.known.get();
        let mut until = text.len().min(from + BYTES_AT_ONCE);
        while !text.is_char_boundary(until) {
            until += 1;
        }
        let mut column = 0;
        // A piece continues the row that the piece before has begun.
        let begun = starts.last().copied().unwrap_or_default();
        for (at, character) in text[begun..until].char_indices() {
            let at = begun + at;
            if character == '\n' {
                starts.push(at + 1);
                column = 0;
                continue;
            }
            let width = character.width().unwrap_or(SPELLED_COLUMNS);
            if column + width > columns {
                starts.push(at);
                column = 0;
            }
            column += width;
        }
        self.known.set(until);
        until < text.len()
    }
}

fn row_job(highlighted: &HighlightedText, lit: &Range<usize>, look: &Look, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (text, token, is_lit) in highlighted.cut_at(lit) {
        let mut format = TextFormat::simple(font.clone(), token_color(token, look));
        if is_lit {
            format.background = look.palette.lit;
        }
        job.append(text, 0.0, format);
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, columns: usize) -> Vec<usize> {
        let rows = TextRows::default();
        while rows.divide(text, columns) {}
        rows.starts.into_inner()
    }

    #[test]
    fn a_row_ends_with_its_line_or_where_the_next_character_has_no_room() {
        assert_eq!(rows("abc\ndefgh", 4), [0, 4, 8]);
        assert_eq!(rows("广州市a", 4), [0, 6]);
        assert_eq!(rows("", 4), [0]);
    }

    #[test]
    fn a_long_text_is_divided_a_piece_at_a_time_into_the_same_rows() {
        let text = "广州 x\n".repeat(BYTES_AT_ONCE / 4);
        let begun = TextRows::default();
        assert!(begun.divide(&text, 10), "there is more");
        let found = rows(&text, 10);
        assert_eq!(found.len(), BYTES_AT_ONCE / 4 + 1);
        assert!(found.iter().all(|start| text.is_char_boundary(*start)));
    }
}
