//! Hex dump of bytes: offset, hexadecimal and characters. Only visible rows are laid out.

use std::fmt::Write as _;
use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Label, ScrollArea, Sense, TextStyle, Ui};

use crate::ui::look::Look;
use crate::ui::widgets::controls::code_frame;

/// Number of bytes in a row.
const PER_ROW: usize = 16;
/// Widths in characters of the offset and of a byte; after eight bytes there is a gap of one.
const OFFSET_WIDTH: usize = 8;
const BYTE_WIDTH: usize = 3;
/// Position of the character column, in characters.
const CHARACTERS_AT: usize = OFFSET_WIDTH + PER_ROW * BYTE_WIDTH + 3;

/// Smallest legible font size, in points.
const SMALLEST_FONT: f32 = 9.5;
/// Width of the frame and the scroll bar, in points.
const FRAME_WIDTH: f32 = 28.0;

/// Draws a hex dump and returns the clicked byte.
pub(super) fn hex_ui(ui: &mut Ui, bytes: &[u8], lit: &Range<usize>, reveal: bool, look: &Look) -> Option<usize> {
    let font = font(ui);
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font));
    ui.spacing_mut().item_spacing.y = 2.0;
    let mut area = ScrollArea::both().id_salt("hex").auto_shrink(false);
    if reveal && !lit.is_empty() {
        let row = lit.start / PER_ROW;
        let above = (ui.available_height() / 2.0 / (height + 2.0)) as usize;
        area = area.vertical_scroll_offset(row.saturating_sub(above) as f32 * (height + 2.0));
    }
    let mut clicked = None;
    code_frame(look).show(ui, |ui| {
        area.show_rows(ui, height, bytes.len().div_ceil(PER_ROW), |ui, rows| {
            for row in rows {
                let start = row * PER_ROW;
                let part = &bytes[start..bytes.len().min(start + PER_ROW)];
                let label =
                    Label::new(row_job(start, part, lit, look, &font)).extend().selectable(false).sense(Sense::CLICK);
                let response = ui.add(label);
                if let Some(point) = response.interact_pointer_pos().filter(|_| response.clicked()) {
                    let character = ((point.x - response.rect.left()) / (response.rect.width() / width(part))) as usize;
                    clicked = byte_in_row(character).filter(|byte| *byte < part.len()).map(|byte| start + byte);
                }
            }
        });
    });
    clicked
}

/// Monospace font, shrunk down to [`SMALLEST_FONT`] so that a row fits.
fn font(ui: &Ui) -> FontId {
    let usual = TextStyle::Monospace.resolve(ui.style());
    let character = ui.fonts_mut(|fonts| fonts.glyph_width(&usual, '0'));
    let wanted = character * (CHARACTERS_AT + PER_ROW) as f32;
    let room = ui.available_width() - FRAME_WIDTH;
    FontId { size: (usual.size * room / wanted).clamp(SMALLEST_FONT, usual.size), ..usual }
}

/// Width of a row in characters.
fn width(part: &[u8]) -> f32 {
    (CHARACTERS_AT + part.len()) as f32
}

/// Index in the row of the byte that a character belongs to.
fn byte_in_row(character: usize) -> Option<usize> {
    if character >= CHARACTERS_AT {
        return Some(character - CHARACTERS_AT);
    }
    let within = character.checked_sub(OFFSET_WIDTH + 1)?;
    let second_half = usize::from(within > 8 * BYTE_WIDTH);
    Some((within - second_half) / BYTE_WIDTH).filter(|byte| *byte < PER_ROW)
}

fn row_job(start: usize, part: &[u8], lit: &Range<usize>, look: &Look, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |color, lit: bool| {
        let background = if lit { look.palette.lit } else { egui::Color32::TRANSPARENT };
        TextFormat { background, ..TextFormat::simple(font.clone(), color) }
    };
    job.append(&format!("{start:0OFFSET_WIDTH$x} "), 0.0, format(look.palette.code_mark, false));
    let is_lit = |at: usize| lit.contains(&(start + at));
    for at in 0..PER_ROW {
        let gap = if at == 8 { " " } else { "" };
        let mut text = String::with_capacity(4);
        match part.get(at) {
            Some(byte) => write!(text, "{byte:02x}").ok(),
            None => write!(text, "  ").ok(),
        };
        job.append(gap, 0.0, format(look.palette.text, at == 8 && is_lit(7) && is_lit(8)));
        job.append(&text, 0.0, format(look.palette.text, at < part.len() && is_lit(at)));
        job.append(" ", 0.0, format(look.palette.text, at + 1 < part.len() && is_lit(at) && is_lit(at + 1)));
    }
    job.append(" ", 0.0, format(look.palette.text, false));
    for (at, byte) in part.iter().enumerate() {
        let character = if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' };
        job.append(character.encode_utf8(&mut [0; 4]), 0.0, format(look.palette.code_value, is_lit(at)));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;
    use crate::ui::look::Look;

    fn row(start: usize, part: &[u8]) -> String {
        let look = Look::new(Language::English, egui::Theme::Dark, jiff::tz::TimeZone::UTC);
        row_job(start, part, &(0..0), &look, &FontId::monospace(12.0)).text
    }

    #[test]
    fn a_row_has_offset_bytes_and_characters_in_their_columns() {
        assert_eq!(
            row(16, b"<xml>\xff 012345678"),
            "00000010 3c 78 6d 6c 3e ff 20 30  31 32 33 34 35 36 37 38  <xml>· 012345678"
        );
        let short = row(0, b"ab");
        assert_eq!(short.find("ab"), Some(CHARACTERS_AT));
    }

    #[test]
    fn a_character_leads_to_its_byte_in_either_column() {
        let text = row(0, b"abcdefghijklmnop");
        for (byte, hex) in ["61", "68", "69", "70"].into_iter().zip([0, 7, 8, 15]).map(|(hex, byte)| (byte, hex)) {
            assert_eq!(byte_in_row(text.find(hex).unwrap()), Some(byte), "{hex}");
            assert_eq!(byte_in_row(CHARACTERS_AT + byte), Some(byte));
        }
        assert_eq!(byte_in_row(3), None);
    }
}
