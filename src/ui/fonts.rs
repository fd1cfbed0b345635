//! Fonts: Noto Sans SC in two weights for text, `JetBrains` Mono for bytes, icons, and a monochrome set of emoji, so that the
//! window is readable on a machine without any font. Other characters come from the fonts of the system; one that no
//! font has is drawn as its number in a box.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

use crate::ui::theme;

mod number_box;

/// Latin and GB 2312, punctuation and symbols (`assets/fonts/subset.sh`).
static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-subset.otf");
/// The same without the rarer half of GB 2312.
static MEDIUM: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-Medium-subset.otf");
static MONOSPACE: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-subset.ttf");
static ICONS: &[u8] = include_bytes!("../../assets/fonts/Icons.ttf");

/// Name of the font of text.
const REGULAR_NAME: &str = "Noto Sans SC";
/// Name of the font of titles.
const MEDIUM_NAME: &str = "Noto Sans SC Medium";
/// Name of the font of bytes.
const MONOSPACE_NAME: &str = "JetBrains Mono";
/// Name of the font of icons.
const ICONS_NAME: &str = "Menuscope Icons";

/// Installs the fonts of the window.
pub(crate) fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let bundled = [(REGULAR_NAME, REGULAR), (MEDIUM_NAME, MEDIUM), (MONOSPACE_NAME, MONOSPACE), (ICONS_NAME, ICONS)];
    for (name, bytes) in bundled {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Behind ours: letters that they lack, and emoji. The symbol fonts among them have full-width punctuation of their
    // own, which does not match.
    let others = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, first) in [
        (FontFamily::Proportional, [REGULAR_NAME].as_slice()),
        (theme::medium(), &[MEDIUM_NAME, REGULAR_NAME]),
        (FontFamily::Monospace, &[MONOSPACE_NAME, REGULAR_NAME]),
    ] {
        let first = first.iter().chain(&[ICONS_NAME]).map(|name| (*name).to_owned());
        fonts.families.insert(family, first.chain(others.iter().cloned()).collect());
    }
    ctx.set_fonts(fonts);
    ctx.add_glyph_rasterizer(number_box::rasterizer());
}
