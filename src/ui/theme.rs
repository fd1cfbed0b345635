//! How the window looks: every colour, size and distance, named once.

use egui::style::{HandleShape, WidgetVisuals};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2, Visuals};

/// Between things that belong together, in points.
pub(crate) const GAP_SMALL: f32 = 4.0;
/// Between neighbours.
pub(crate) const GAP: f32 = 8.0;
/// Between groups.
pub(crate) const GAP_LARGE: f32 = 16.0;
/// Around a page.
pub(crate) const GAP_PAGE: f32 = 24.0;

/// A row of the list.
pub(crate) const ROW_HEIGHT: f32 = 26.0;
/// The bar at the top.
pub(crate) const TOP_BAR_HEIGHT: f32 = 48.0;
/// The bar at the bottom.
pub(crate) const STATUS_BAR_HEIGHT: f32 = 28.0;
/// The rail of screens.
pub(crate) const RAIL_WIDTH: f32 = 72.0;
/// A button or a field of text.
pub(crate) const CONTROL_HEIGHT: f32 = 28.0;
/// Prose wider than this is hard to read.
pub(crate) const PROSE_WIDTH: f32 = 680.0;

/// The corners of controls.
pub(crate) const CORNER: u8 = 5;
/// The corners of cards and menus.
pub(crate) const CORNER_CARD: u8 = 8;

/// Side notes.
pub(crate) const TEXT_SMALL: f32 = 11.5;
/// Prose and controls.
pub(crate) const TEXT: f32 = 13.5;
/// Bytes and numbers.
pub(crate) const TEXT_MONOSPACE: f32 = 12.5;
/// The title of a page.
pub(crate) const TEXT_HEADING: f32 = 19.0;

/// One brightness: its colours by what they are for.
#[derive(Debug)]
pub(crate) struct Palette {
    /// Bars and rail.
    pub(crate) frame: Color32,
    /// Behind lists and pages.
    pub(crate) surface: Color32,
    /// Cards on a surface.
    pub(crate) card: Color32,
    /// Behind text that can be edited.
    pub(crate) field: Color32,
    /// A control at rest.
    pub(crate) control: Color32,
    /// What the pointer is over.
    pub(crate) hovered: Color32,
    /// What is pressed.
    pub(crate) pressed: Color32,
    /// The selected row.
    pub(crate) selected: Color32,
    /// Between panes, around cards.
    pub(crate) line: Color32,
    /// Around what can be clicked or typed into; stands out from every ground it is on.
    pub(crate) outline: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Titles, and what is selected.
    pub(crate) strong: Color32,
    /// Side notes and captions.
    pub(crate) weak: Color32,
    /// The one accent.
    pub(crate) accent: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// A little of the accent, as a ground.
    pub(crate) accent_ground: Color32,
    /// All is well.
    pub(crate) ok: Color32,
    /// Worth knowing.
    pub(crate) note: Color32,
    /// Likely to bite.
    pub(crate) warning: Color32,
    /// Refused, or unreadable.
    pub(crate) error: Color32,
    /// Behind a note.
    pub(crate) note_ground: Color32,
    /// Behind a warning.
    pub(crate) warning_ground: Color32,
    /// Behind an error.
    pub(crate) error_ground: Color32,
    /// The bytes of the chosen field.
    pub(crate) lit: Color32,
    /// Names of elements in raw text.
    pub(crate) code_name: Color32,
    /// Values in raw text.
    pub(crate) code_value: Color32,
    /// Brackets and the like in raw text.
    pub(crate) code_mark: Color32,
    /// The families' hues, in the order of [`Family::ALL`](crate::wechat::kind::Family::ALL).
    pub(crate) families: [Color32; 6],
    /// What popups throw.
    pub(crate) shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Light on dark.
pub(crate) const DARK: Palette = Palette {
    frame: rgb(0x1a_1c_20),
    surface: rgb(0x20_22_27),
    card: rgb(0x27_2a_30),
    field: rgb(0x15_17_1a),
    control: rgb(0x2c_2f_36),
    hovered: rgb(0x36_3a_42),
    pressed: rgb(0x40_45_4e),
    selected: rgb(0x1f_40_32),
    line: rgb(0x32_35_3c),
    outline: rgb(0x44_49_52),
    text: rgb(0xd6_d9_de),
    strong: rgb(0xf4_f5_f7),
    weak: rgb(0x98_9e_a9),
    accent: rgb(0x2b_c4_76),
    on_accent: rgb(0x06_1c_10),
    accent_ground: rgb(0x1b_35_2a),
    ok: rgb(0x4a_cf_8b),
    note: rgb(0x7f_b2_f5),
    warning: rgb(0xf0_b4_4c),
    error: rgb(0xff_7b_72),
    note_ground: rgb(0x1d_2c_40),
    warning_ground: rgb(0x3a_2f_18),
    error_ground: rgb(0x42_22_24),
    lit: rgb(0x5a_4a_14),
    code_name: rgb(0x7f_b2_f5),
    code_value: rgb(0xe3_c0_8d),
    code_mark: rgb(0x7d_84_90),
    families: [rgb(0x78_b0_ff), rgb(0x4f_cf_c6), rgb(0xc0_9a_f7), rgb(0xf2_a5_66), rgb(0xb5_cf_62), rgb(0xa4_ad_bb)],
    shadow: Color32::from_black_alpha(120),
};

/// Dark on light.
pub(crate) const LIGHT: Palette = Palette {
    frame: rgb(0xf3_f4_f6),
    surface: rgb(0xff_ff_ff),
    card: rgb(0xf7_f8_fa),
    field: rgb(0xff_ff_ff),
    control: rgb(0xff_ff_ff),
    hovered: rgb(0xeb_ed_f0),
    pressed: rgb(0xdd_e0_e5),
    selected: rgb(0xd8_f1_e3),
    line: rgb(0xe2_e5_e9),
    outline: rgb(0xc9_ce_d6),
    text: rgb(0x2a_2e_35),
    strong: rgb(0x10_13_18),
    weak: rgb(0x62_6a_76),
    accent: rgb(0x08_80_48),
    on_accent: rgb(0xff_ff_ff),
    accent_ground: rgb(0xe3_f5_eb),
    ok: rgb(0x08_7a_45),
    note: rgb(0x1f_63_c9),
    warning: rgb(0x92_59_00),
    error: rgb(0xc4_2b_23),
    note_ground: rgb(0xe8_f1_fd),
    warning_ground: rgb(0xfd_f3_dd),
    error_ground: rgb(0xfd_ea_e8),
    lit: rgb(0xff_e8_96),
    code_name: rgb(0x1f_5f_bf),
    code_value: rgb(0x8a_4b_08),
    code_mark: rgb(0x78_80_8c),
    families: [rgb(0x1d_62_cc), rgb(0x08_79_74), rgb(0x77_3d_c2), rgb(0xaa_53_08), rgb(0x57_74_0d), rgb(0x59_64_73)],
    shadow: Color32::from_black_alpha(40),
};

/// Gives both brightnesses their looks; which of them is seen is egui's to say.
pub(crate) fn apply(ctx: &egui::Context) {
    ctx.style_mut_of(egui::Theme::Dark, |style| dress(style, Visuals::dark(), &DARK));
    ctx.style_mut_of(egui::Theme::Light, |style| dress(style, Visuals::light(), &LIGHT));
}

fn dress(style: &mut Style, visuals: Visuals, palette: &Palette) {
    let font = |size, family: FontFamily| FontId::new(size, family);
    style.text_styles = [
        (TextStyle::Small, font(TEXT_SMALL, FontFamily::Proportional)),
        (TextStyle::Body, font(TEXT, FontFamily::Proportional)),
        (TextStyle::Button, font(TEXT, FontFamily::Proportional)),
        (TextStyle::Monospace, font(TEXT_MONOSPACE, FontFamily::Monospace)),
        (TextStyle::Heading, font(TEXT_HEADING, FontFamily::Proportional)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(GAP);
    style.spacing.button_padding = Vec2::new(10.0, 5.0);
    style.spacing.interact_size.y = CONTROL_HEIGHT;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.interaction.selectable_labels = true;
    style.interaction.tooltip_delay = 0.4;
    style.visuals = colored(visuals, palette);
}

fn colored(visuals: Visuals, palette: &Palette) -> Visuals {
    let mut visuals = Visuals {
        panel_fill: palette.surface,
        window_fill: palette.card,
        window_stroke: Stroke::new(1.0, palette.line),
        window_corner_radius: CornerRadius::same(CORNER_CARD),
        menu_corner_radius: CornerRadius::same(CORNER_CARD),
        window_shadow: Shadow { offset: [0, 8], blur: 24, spread: 0, color: palette.shadow },
        popup_shadow: Shadow { offset: [0, 4], blur: 12, spread: 0, color: palette.shadow },
        faint_bg_color: palette.card,
        extreme_bg_color: palette.field,
        text_edit_bg_color: Some(palette.field),
        code_bg_color: palette.card,
        weak_text_color: Some(palette.weak),
        hyperlink_color: palette.accent,
        warn_fg_color: palette.warning,
        error_fg_color: palette.error,
        handle_shape: HandleShape::Circle,
        striped: false,
        ..visuals
    };
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.strong);
    let radius = CornerRadius::same(CORNER);
    let state = |fill: Color32, outline: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, outline),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = state(palette.surface, palette.line, palette.text);
    visuals.widgets.inactive = state(palette.control, palette.outline, palette.text);
    visuals.widgets.hovered = state(palette.hovered, palette.outline, palette.strong);
    visuals.widgets.active = state(palette.pressed, palette.accent, palette.strong);
    visuals.widgets.open = state(palette.hovered, palette.outline, palette.strong);
    visuals
}
