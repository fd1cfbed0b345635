//! Box with the number of a character that no font has: nothing is drawn as an empty rectangle without a word.

use egui::epaint::ColorImage;
use egui::epaint::text::{GlyphBitmap, GlyphRasterizer, GlyphRasterizerRequest, RasterizedGlyph};
use egui::{Color32, Vec2};

/// Width and height of a digit, in dots.
const DIGIT: (usize, usize) = (3, 5);

/// The hexadecimal digits, one line of three dots after the other, from the highest bit down.
const DIGITS: [u16; 16] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_011_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
    0b010_101_111_101_101,
    0b110_101_110_101_110,
    0b111_100_100_100_111,
    0b110_101_101_101_110,
    0b111_100_110_100_111,
    0b111_100_110_100_100,
];

/// Dots between the frame and the digits, and between two digits.
const GAP: usize = 1;
/// Rows of digits.
const ROWS: usize = 2;
/// Height of the box, as a share of the size of the text: as high as fits into a line.
const HEIGHT: f32 = 1.15;
/// Part of the box that stands below the base line, as a share of its height.
const BELOW: f32 = 0.2;

/// Draws what no font has.
pub(super) fn rasterizer() -> GlyphRasterizer {
    GlyphRasterizer::new("menuscope::number_box", draw)
}

fn draw(request: &GlyphRasterizerRequest<'_>) -> Option<RasterizedGlyph> {
    let character = request.cluster.chars().next().filter(|c| !c.is_control() && !c.is_whitespace())?;
    let dots = dots(character);
    let (columns, rows) = (dots.width, dots.pixels.len() / dots.width);
    // Whole pixels for each dot keep the digits sharp; where text is small, the box is a little higher than the line.
    let scale = ((request.font_size_px * HEIGHT / rows as f32).floor() as usize).max(1);
    let size = [columns * scale, rows * scale];
    let lit = (0..size[0] * size[1]).map(|at| {
        let (x, y) = (at % size[0] / scale, at / size[0] / scale);
        if dots.pixels[y * columns + x] { Color32::WHITE } else { Color32::TRANSPARENT }
    });
    let image = ColorImage::new(size, lit.collect());
    let (width, height) = (size[0] as f32, size[1] as f32);
    let bitmap =
        GlyphBitmap { image, offset_px: Vec2::new(scale as f32, -(height * (1.0 - BELOW)).round()), is_color: false };
    Some(RasterizedGlyph { bitmap, advance_px: width + 2.0 * scale as f32 })
}

/// A box of dots.
struct Dots {
    width: usize,
    pixels: Vec<bool>,
}

/// The frame with the digits of a character's number in two rows.
fn dots(character: char) -> Dots {
    let number = u32::from(character);
    let digits: Vec<usize> =
        format!("{number:04X}").chars().filter_map(|c| c.to_digit(16)).map(|d| d as usize).collect();
    let in_row = digits.len().div_ceil(ROWS);
    let step = (DIGIT.0 + GAP, DIGIT.1 + GAP);
    let margin = 1 + GAP;
    let width = 2 * margin + in_row * step.0 - GAP;
    let height = 2 * margin + ROWS * step.1 - GAP;
    let mut pixels = vec![false; width * height];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (at % width, at / width);
        *pixel = x == 0 || y == 0 || x == width - 1 || y == height - 1;
    }
    let padded = std::iter::repeat_n(0, in_row * ROWS - digits.len()).chain(digits);
    for (at, digit) in padded.enumerate() {
        let (left, top) = (margin + at % in_row * step.0, margin + at / in_row * step.1);
        for dot in 0..DIGIT.0 * DIGIT.1 {
            let is_lit = DIGITS[digit] >> (DIGIT.0 * DIGIT.1 - 1 - dot) & 1 == 1;
            pixels[(top + dot / DIGIT.0) * width + left + dot % DIGIT.0] |= is_lit;
        }
    }
    Dots { width, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::FontFamily;

    fn lines(character: char) -> Vec<String> {
        let dots = dots(character);
        let mark = |lit: &bool| if *lit { '#' } else { '.' };
        dots.pixels.chunks(dots.width).map(|line| line.iter().map(mark).collect()).collect()
    }

    #[test]
    fn the_box_holds_the_number_in_two_rows() {
        let shown = lines('\u{9FA5}');
        assert_eq!(shown[2..7], ["#.###.###.#", "#.#.#.#...#", "#.###.##..#", "#...#.#...#", "#.###.#...#"]);
        assert_eq!(shown[8..13], ["#..#..###.#", "#.#.#.#...#", "#.###.###.#", "#.#.#...#.#", "#.#.#.###.#"]);
        assert_eq!(lines('\u{20BB7}')[0].len(), shown[0].len() + 4, "five digits take three columns");
    }

    #[test]
    fn the_box_is_as_high_as_a_line_at_the_usual_sizes() {
        let family = FontFamily::Proportional;
        for size in [13.0, 20.0, 26.0] {
            let request = GlyphRasterizerRequest {
                cluster: "\u{20BB7}",
                family: &family,
                font_size_px: size,
                subpixel_offset_px: 0.0,
            };
            let drawn = draw(&request).unwrap();
            let height = drawn.bitmap.image.height() as f32;
            assert!(height <= size * 1.45, "{height} at {size}");
            assert!(drawn.advance_px > drawn.bitmap.image.width() as f32);
        }
        let space = GlyphRasterizerRequest {
            cluster: "\u{3000}",
            family: &family,
            font_size_px: 13.0,
            subpixel_offset_px: 0.0,
        };
        assert!(draw(&space).is_none(), "a space stays empty");
    }
}
