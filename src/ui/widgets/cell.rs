//! Text of a table's cell, painted in one line and shortened where it does not fit.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align, Color32, FontId, Pos2, Rect, Ui};

use crate::texts::safe_text::shortened;

/// Maximum number of characters of a text in a cell: more than fit into any, and little to lay out.
pub(in crate::ui) const CELL_CHARS: usize = 200;

/// Paints one line of text in the middle of a cell's height, cut short with `…` where it does not fit.
pub(in crate::ui) fn cell_text(ui: &Ui, cell: Rect, text: &str, font: FontId, color: Color32, align: Align) {
    cell_line(ui, cell, shortened(text, CELL_CHARS), font, color, align);
}

/// Paints likewise a text that is safe to draw and no longer than [`CELL_CHARS`].
pub(in crate::ui) fn cell_line(ui: &Ui, cell: Rect, text: String, font: FontId, color: Color32, align: Align) {
    let mut job = LayoutJob::simple_singleline(text, font, color);
    job.wrap = TextWrapping::truncate_at_width(cell.width());
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let left = if align == Align::Max { cell.right() - galley.size().x } else { cell.left() };
    ui.painter().galley(Pos2::new(left, cell.center().y - galley.size().y / 2.0), galley, color);
}
