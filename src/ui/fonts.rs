//! The fonts: egui's own first, then a subset of Noto Sans SC, so that Chinese is readable on a machine without any font.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

/// GB 2312, punctuation and the marks that the window draws (`assets/fonts/subset.sh`).
static CHINESE: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-subset.otf");

const NAME: &str = "Noto Sans SC";

/// Gives both families the fallback; what it lacks is asked of the system by eframe.
pub(crate) fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert(NAME.to_owned(), Arc::new(FontData::from_static(CHINESE)));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(NAME.to_owned());
    }
    ctx.set_fonts(fonts);
}
