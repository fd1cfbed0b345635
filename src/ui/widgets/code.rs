//! A code drawn from its content, so that a phone can scan it from the screen.

use barcoders::sym::codabar::Codabar;
use barcoders::sym::code39::Code39;
use barcoders::sym::code93::Code93;
use barcoders::sym::code128::Code128;
use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;
use barcoders::sym::tf::TF;
use egui::{Color32, Mesh, Pos2, Rect, Sense, Shape, Ui, Vec2};
use qrcode::QrCode;

use crate::wechat::message::ScanCode;

/// Quiet zone around a QR code and beside bars, in modules, as the standards require.
const QUIET_MODULES: usize = 4;
const QUIET_BARS: usize = 10;
/// Height of the bars, in points.
const BAR_HEIGHT: f32 = 72.0;
/// Side of a QR code and width of the narrowest bar, in points.
const QR_SIDE: f32 = 132.0;
const BAR_WIDTH: f32 = 1.5;

/// Maximum number of bytes in a bar code; longer ones are too wide for screens and scanners.
const MOST_IN_BARS: usize = 128;

/// A code as dark and light modules, including its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScannedCode {
    /// Number of modules in a row.
    columns: usize,
    /// Dark modules, row by row; a bar code has one row.
    dark: Vec<bool>,
    is_matrix: bool,
}

impl ScannedCode {
    /// Encodes a scan result; `None` for an unsupported symbology, and for content that does not fit.
    pub(crate) fn of(scan: &ScanCode<'_>) -> Option<Self> {
        let content = scan.content.filter(|content| !content.is_empty())?;
        if scan.scan_type.is_some_and(|name| name.eq_ignore_ascii_case("barcode")) {
            if content.len() > MOST_IN_BARS {
                return None;
            }
            Self::bars(&bars(scan.symbology?, content)?)
        } else {
            Self::matrix(content)
        }
    }

    /// Encodes a text as a QR code; `None` for a text that is too long for one.
    pub(crate) fn matrix(content: &str) -> Option<Self> {
        let code = QrCode::new(content).ok()?;
        let width = code.width();
        let columns = width + 2 * QUIET_MODULES;
        let mut dark = vec![false; columns * columns];
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (row, column) = (at / width + QUIET_MODULES, at % width + QUIET_MODULES);
            dark[row * columns + column] = color == qrcode::Color::Dark;
        }
        Some(Self { columns, dark, is_matrix: true })
    }

    fn bars(bars: &[u8]) -> Option<Self> {
        let quiet = || std::iter::repeat_n(false, QUIET_BARS);
        let dark: Vec<bool> = quiet().chain(bars.iter().map(|bar| *bar == 1)).chain(quiet()).collect();
        (!bars.is_empty()).then_some(Self { columns: dark.len(), dark, is_matrix: false })
    }

    /// Returns true for a QR code, which is as high as it is wide.
    pub(crate) fn is_matrix(&self) -> bool {
        self.is_matrix
    }

    /// Width in points, where there is room.
    pub(crate) fn width(&self) -> f32 {
        if self.is_matrix { QR_SIDE } else { self.columns as f32 * BAR_WIDTH }
    }

    /// Draws the code dark on white in every theme, as scanners require.
    pub(crate) fn ui(&self, ui: &mut Ui, description: &str) {
        let size = if self.is_matrix {
            Vec2::splat(QR_SIDE)
        } else {
            Vec2::new(self.width().min(ui.available_width()), BAR_HEIGHT)
        };
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, description));
        if !ui.is_rect_visible(rect) {
            return;
        }
        ui.painter().rect_filled(rect, 4.0, Color32::WHITE);
        ui.painter().add(Shape::mesh(self.mesh(rect)));
    }

    /// Builds one rectangle for each run of dark modules.
    fn mesh(&self, rect: Rect) -> Mesh {
        let rows = self.dark.len() / self.columns;
        let (width, height) = (rect.width() / self.columns as f32, rect.height() / rows as f32);
        let mut mesh = Mesh::default();
        for (row, modules) in self.dark.chunks(self.columns).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|a, b| a == b) {
                if run[0] {
                    let corner = rect.min + Vec2::new(column as f32 * width, row as f32 * height);
                    let far = Pos2::new(corner.x + run.len() as f32 * width, corner.y + height);
                    mesh.add_colored_rect(Rect::from_min_max(corner, far), Color32::BLACK);
                }
                column += run.len();
            }
        }
        mesh
    }
}

/// Encodes content as dark (1) and light (0) bars; `symbology` is WeChat's name for it.
fn bars(symbology: &str, content: &str) -> Option<Vec<u8>> {
    match symbology {
        "EAN_13" | "EAN13" | "ISBN" => EAN13::new(content).ok().map(|code| code.encode()),
        // UPC-A is EAN-13 with a leading 0.
        "UPC_A" => EAN13::new(format!("0{content}")).ok().map(|code| code.encode()),
        "EAN_8" | "EAN8" => EAN8::new(content).ok().map(|code| code.encode()),
        "CODE_39" => Code39::new(content).ok().map(|code| code.encode()),
        "CODE_93" => Code93::new(content).ok().map(|code| code.encode()),
        // U+0181 selects code set B, which has all of printable ASCII.
        "CODE_128" => Code128::new(format!("\u{181}{content}")).ok().map(|code| code.encode()),
        "ITF" => TF::interleaved(content).ok().filter(|_| content.len().is_multiple_of(2)).map(|code| code.encode()),
        "CODABAR" => Codabar::new(content).ok().map(|code| code.encode()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_square_with_its_finder_inside_the_quiet_zone() {
        let code = ScannedCode::of(&ScanCode::new(Some("qrcode"), Some("https://example.com/?a=1"))).unwrap();
        assert_eq!(code.dark.len(), code.columns * code.columns);
        assert!(!code.dark[..code.columns * QUIET_MODULES].contains(&true));
        let corner = code.columns * QUIET_MODULES + QUIET_MODULES;
        assert_eq!(code.dark[corner - 1..corner + 8], [false, true, true, true, true, true, true, true, false]);
    }

    #[test]
    fn the_bars_of_an_ean_13_are_those_of_the_standard() {
        let bars = bars("EAN_13", "6901234567892").unwrap();
        let text: String = bars.iter().map(|bar| if *bar == 1 { '1' } else { '0' }).collect();
        // A leading 6 encodes the digits 901234 in the sets ABBBAA.
        let left = ["0001011", "0100111", "0110011", "0011011", "0111101", "0100011"].concat();
        assert_eq!((&text[..3], &text[3..45], &text[45..50], text.len()), ("101", &*left, "01010", 95));
    }

    #[test]
    fn content_that_cannot_be_encoded_is_left_out() {
        for (scan_type, result) in
            [("barcode", "EAN_13,6901234567890"), ("barcode", "PDF_417,a"), ("barcode", "123"), ("qrcode", "")]
        {
            assert_eq!(ScannedCode::of(&ScanCode::new(Some(scan_type), Some(result))), None, "{result}");
        }
        assert_eq!(ScannedCode::of(&ScanCode::new(Some("qrcode"), Some(&"x".repeat(5_000)))), None);
        let wide = format!("CODE_128,{}", "x".repeat(5_000));
        assert_eq!(ScannedCode::of(&ScanCode::new(Some("barcode"), Some(&wide))), None);
    }
}
