//! Contrast of the palettes, as WCAG calculates it: 4.5 for text, 3 for outlines and glyphs, on each ground.

use egui::Color32;

use super::{DARK, LIGHT, Palette};

/// Least contrast of text.
const TEXT: f32 = 4.5;
/// Least contrast of outlines and glyphs.
const GLYPH: f32 = 3.0;

fn luminance(color: Color32) -> f32 {
    let linear = |channel: u8| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Grounds without a tint.
fn plain(palette: &Palette) -> Vec<(&'static str, Color32)> {
    vec![
        ("frame", palette.frame),
        ("surface", palette.surface),
        ("card", palette.card),
        ("field", palette.field),
        ("control", palette.control),
    ]
}

/// Grounds with a tint, the selected row among them.
fn tinted(palette: &Palette) -> Vec<(&'static str, Color32)> {
    vec![
        ("hovered", palette.hovered),
        ("selected", palette.selected),
        ("accent", palette.accent_ground),
        ("note", palette.note_ground),
        ("warning", palette.warning_ground),
        ("error", palette.error_ground),
    ]
}

fn texts(palette: &Palette) -> Vec<(&'static str, Color32)> {
    vec![
        ("text", palette.text),
        ("strong", palette.strong),
        ("weak", palette.weak),
        ("accent", palette.accent),
        ("ok", palette.ok),
        ("note", palette.note),
        ("warning", palette.warning),
        ("error", palette.error),
        ("fault", palette.fault),
        ("code_name", palette.code_name),
        ("code_value", palette.code_value),
        ("code_mark", palette.code_mark),
    ]
}

/// Names what is too weak on which ground.
fn too_weak(
    least: f32,
    drawn: &[(&'static str, Color32)],
    grounds: &[(&'static str, Color32)],
) -> Vec<(&'static str, &'static str, f32)> {
    let pairs = drawn.iter().flat_map(|drawn| grounds.iter().map(move |ground| (drawn, ground)));
    let contrasts = pairs.map(|((name, color), (on, ground))| (*name, *on, contrast(*color, *ground)));
    contrasts.filter(|(_, _, found)| *found < least).collect()
}

#[test]
fn text_is_legible_on_every_ground() {
    for palette in [&DARK, &LIGHT] {
        let grounds = [plain(palette), tinted(palette)].concat();
        assert_eq!(too_weak(TEXT, &texts(palette), &grounds), []);
        assert_eq!(too_weak(TEXT, &[("on accent", palette.on_accent)], &[("accent", palette.accent)]), []);
        assert_eq!(too_weak(TEXT, &[("text", palette.text), ("strong", palette.strong)], &[("lit", palette.lit)]), []);
    }
}

#[test]
fn outlines_and_glyphs_stand_out_from_every_ground() {
    for palette in [&DARK, &LIGHT] {
        let grounds = [plain(palette), tinted(palette)].concat();
        let families = palette.families.map(|color| ("family", color));
        let hues = palette.hues.map(|color| ("hue", color));
        assert_eq!(too_weak(GLYPH, &[families, hues].concat(), &grounds), []);
        assert_eq!(too_weak(GLYPH, &[("outline", palette.outline)], &plain(palette)), []);
        let outline = ("outline on tint", palette.outline_on_tint);
        assert_eq!(too_weak(GLYPH, &[outline, ("accent", palette.accent)], &grounds), []);
    }
}

#[test]
fn the_chat_is_legible() {
    for chat in [&DARK.chat, &LIGHT.chat] {
        let texts = [("text", chat.text), ("weak", chat.weak), ("link", chat.link)];
        assert_eq!(too_weak(TEXT, &texts, &[("bubble", chat.bubble)]), []);
        assert_eq!(too_weak(TEXT, &[("notice", chat.notice)], &[("ground", chat.ground)]), []);
    }
}
