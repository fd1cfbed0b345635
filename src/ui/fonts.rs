//! Fonts: egui's own, and a subset of Noto Sans SC, so that Chinese is readable on a machine without any font.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

/// GB 2312, punctuation and the marks that the window draws (`assets/fonts/subset.sh`).
static CHINESE: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-subset.otf");

const NAME: &str = "Noto Sans SC";

/// Adds the Chinese font to both families; eframe takes missing glyphs from the system.
pub(crate) fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert(NAME.to_owned(), Arc::new(FontData::from_static(CHINESE)));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let names = fonts.families.entry(family).or_default();
        // Second: the symbol fonts further down have full-width punctuation of their own, which does not match.
        names.insert(names.len().min(1), NAME.to_owned());
    }
    ctx.set_fonts(fonts);
}
