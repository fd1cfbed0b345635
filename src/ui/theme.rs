//! Colours, sizes and distances of the window, each named once.

use egui::style::{HandleShape, WidgetVisuals};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2, Visuals};

use crate::config::Hue;

/// Gap between things that belong together, in points.
pub(crate) const GAP_SMALL: f32 = 4.0;
/// Gap between neighbours, in points.
pub(crate) const GAP: f32 = 8.0;
/// Gap between groups, in points.
pub(crate) const GAP_LARGE: f32 = 16.0;
/// Gap around a page, in points.
pub(crate) const GAP_PAGE: f32 = 24.0;

/// Height of a row of the list, in points.
pub(crate) const ROW_HEIGHT: f32 = 26.0;
/// Height of the top bar, in points.
pub(crate) const TOP_BAR_HEIGHT: f32 = 48.0;
/// Height of the status bar, in points.
pub(crate) const STATUS_BAR_HEIGHT: f32 = 28.0;
/// Width of the rail, in points.
pub(crate) const RAIL_WIDTH: f32 = 72.0;
/// Height of a button or a text field, in points.
pub(crate) const CONTROL_HEIGHT: f32 = 28.0;
/// Maximum width of prose, in points: wider is hard to read.
pub(crate) const PROSE_WIDTH: f32 = 680.0;

/// Corner radius of controls, in points.
pub(crate) const CORNER: u8 = 5;
/// Corner radius of cards and menus, in points.
pub(crate) const CORNER_CARD: u8 = 8;

/// Text size of side notes, in points.
pub(crate) const TEXT_SMALL: f32 = 11.5;
/// Text size of prose and controls, in points.
pub(crate) const TEXT: f32 = 13.5;
/// Text size of bytes and numbers, in points.
pub(crate) const TEXT_MONOSPACE: f32 = 12.5;
/// Text size of a page's title, in points.
pub(crate) const TEXT_HEADING: f32 = 19.0;

/// Colours of the dark or the light look, by purpose.
#[derive(Debug)]
pub(crate) struct Palette {
    /// Ground of bars and rail.
    pub(crate) frame: Color32,
    /// Ground of lists and pages.
    pub(crate) surface: Color32,
    /// Ground of cards on a surface.
    pub(crate) card: Color32,
    /// Ground of text that can be edited.
    pub(crate) field: Color32,
    /// Ground of a control at rest.
    pub(crate) control: Color32,
    /// Ground below the pointer.
    pub(crate) hovered: Color32,
    /// Ground of a pressed control.
    pub(crate) pressed: Color32,
    /// Ground of the selected row.
    pub(crate) selected: Color32,
    /// Lines between panes and around cards.
    pub(crate) line: Color32,
    /// Outline of controls; stands out from every ground.
    pub(crate) outline: Color32,
    pub(crate) text: Color32,
    /// Text of titles and of what is selected.
    pub(crate) strong: Color32,
    /// Text of side notes and captions.
    pub(crate) weak: Color32,
    pub(crate) accent: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// Ground in a tint of the accent.
    pub(crate) accent_ground: Color32,
    /// Colour of success.
    pub(crate) ok: Color32,
    /// Colour of notes.
    pub(crate) note: Color32,
    /// Colour of warnings.
    pub(crate) warning: Color32,
    /// Colour of errors.
    pub(crate) error: Color32,
    pub(crate) note_ground: Color32,
    pub(crate) warning_ground: Color32,
    pub(crate) error_ground: Color32,
    /// Ground of the bytes of the chosen field.
    pub(crate) lit: Color32,
    /// Names of elements in raw text.
    pub(crate) code_name: Color32,
    /// Values in raw text.
    pub(crate) code_value: Color32,
    /// Brackets and the like in raw text.
    pub(crate) code_mark: Color32,
    /// The families' hues, in the order of [`Family::ALL`](crate::wechat::kind::Family::ALL).
    pub(crate) families: [Color32; 6],
    /// Colours that mark rows, in the order of [`Hue::ALL`].
    pub(crate) hues: [Color32; 6],
    /// The chat as WeChat draws it.
    pub(crate) chat: ChatPalette,
    /// Shadow of popups.
    pub(crate) shadow: Color32,
}

impl Palette {
    /// The colour of a hue.
    pub(crate) fn hue(&self, hue: Hue) -> Color32 {
        let at = Hue::ALL.iter().position(|other| *other == hue);
        at.and_then(|at| self.hues.get(at)).copied().unwrap_or(self.accent)
    }
}

/// Colours of a chat: WeChat's own, as far as they are legible.
#[derive(Debug)]
pub(crate) struct ChatPalette {
    /// Ground of the chat.
    pub(crate) ground: Color32,
    /// Ground of a bubble from the other side, or of a card.
    pub(crate) bubble: Color32,
    /// Text in a bubble.
    pub(crate) text: Color32,
    /// Side notes in a bubble.
    pub(crate) weak: Color32,
    /// A link in a bubble.
    pub(crate) link: Color32,
    /// Lines between the parts of a card.
    pub(crate) line: Color32,
    /// Square in place of a picture.
    pub(crate) picture: Color32,
    /// The chat's own words, in the middle.
    pub(crate) notice: Color32,
    /// The square of the account.
    pub(crate) avatar: Color32,
    /// Drawing on that square.
    pub(crate) on_avatar: Color32,
}

const fn rgb(red: u8, green: u8, blue: u8) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// The dark palette.
pub(crate) const DARK: Palette = Palette {
    frame: rgb(0x1a, 0x1c, 0x20),
    surface: rgb(0x20, 0x22, 0x27),
    card: rgb(0x27, 0x2a, 0x30),
    field: rgb(0x15, 0x17, 0x1a),
    control: rgb(0x2c, 0x2f, 0x36),
    hovered: rgb(0x36, 0x3a, 0x42),
    pressed: rgb(0x40, 0x45, 0x4e),
    selected: rgb(0x1f, 0x40, 0x32),
    line: rgb(0x32, 0x35, 0x3c),
    outline: rgb(0x44, 0x49, 0x52),
    text: rgb(0xd6, 0xd9, 0xde),
    strong: rgb(0xf4, 0xf5, 0xf7),
    weak: rgb(0x98, 0x9e, 0xa9),
    accent: rgb(0x2b, 0xc4, 0x76),
    on_accent: rgb(0x06, 0x1c, 0x10),
    accent_ground: rgb(0x1b, 0x35, 0x2a),
    ok: rgb(0x4a, 0xcf, 0x8b),
    note: rgb(0x7f, 0xb2, 0xf5),
    warning: rgb(0xf0, 0xb4, 0x4c),
    error: rgb(0xff, 0x7b, 0x72),
    note_ground: rgb(0x1d, 0x2c, 0x40),
    warning_ground: rgb(0x3a, 0x2f, 0x18),
    error_ground: rgb(0x42, 0x22, 0x24),
    lit: rgb(0x5a, 0x4a, 0x14),
    code_name: rgb(0x7f, 0xb2, 0xf5),
    code_value: rgb(0xe3, 0xc0, 0x8d),
    code_mark: rgb(0x7d, 0x84, 0x90),
    families: [
        rgb(0x78, 0xb0, 0xff),
        rgb(0x4f, 0xcf, 0xc6),
        rgb(0xc0, 0x9a, 0xf7),
        rgb(0xf2, 0xa5, 0x66),
        rgb(0xb5, 0xcf, 0x62),
        rgb(0xa4, 0xad, 0xbb),
    ],
    hues: [
        rgb(0xff, 0x7b, 0x72),
        rgb(0xf2, 0xa5, 0x66),
        rgb(0xe6, 0xc8, 0x4f),
        rgb(0x7b, 0xd8, 0x8f),
        rgb(0x78, 0xb0, 0xff),
        rgb(0xc0, 0x9a, 0xf7),
    ],
    chat: ChatPalette {
        ground: rgb(0x11, 0x11, 0x12),
        bubble: rgb(0x2c, 0x2c, 0x2e),
        text: rgb(0xde, 0xde, 0xe0),
        weak: rgb(0xa0, 0xa2, 0xa8),
        link: rgb(0x8f, 0xb0, 0xe0),
        line: rgb(0x3d, 0x3d, 0x40),
        picture: rgb(0x3f, 0x42, 0x48),
        notice: rgb(0x9a, 0x9c, 0xa2),
        avatar: rgb(0x1f, 0x7a, 0x4c),
        on_avatar: rgb(0xe6, 0xf5, 0xec),
    },
    shadow: Color32::from_black_alpha(120),
};

/// The light palette.
pub(crate) const LIGHT: Palette = Palette {
    frame: rgb(0xf3, 0xf4, 0xf6),
    surface: rgb(0xff, 0xff, 0xff),
    card: rgb(0xf7, 0xf8, 0xfa),
    field: rgb(0xff, 0xff, 0xff),
    control: rgb(0xff, 0xff, 0xff),
    hovered: rgb(0xeb, 0xed, 0xf0),
    pressed: rgb(0xdd, 0xe0, 0xe5),
    selected: rgb(0xd8, 0xf1, 0xe3),
    line: rgb(0xe2, 0xe5, 0xe9),
    outline: rgb(0xc9, 0xce, 0xd6),
    text: rgb(0x2a, 0x2e, 0x35),
    strong: rgb(0x10, 0x13, 0x18),
    weak: rgb(0x62, 0x6a, 0x76),
    accent: rgb(0x08, 0x80, 0x48),
    on_accent: rgb(0xff, 0xff, 0xff),
    accent_ground: rgb(0xe3, 0xf5, 0xeb),
    ok: rgb(0x08, 0x7a, 0x45),
    note: rgb(0x1f, 0x63, 0xc9),
    warning: rgb(0x92, 0x59, 0x00),
    error: rgb(0xc4, 0x2b, 0x23),
    note_ground: rgb(0xe8, 0xf1, 0xfd),
    warning_ground: rgb(0xfd, 0xf3, 0xdd),
    error_ground: rgb(0xfd, 0xea, 0xe8),
    lit: rgb(0xff, 0xe8, 0x96),
    code_name: rgb(0x1f, 0x5f, 0xbf),
    code_value: rgb(0x8a, 0x4b, 0x08),
    code_mark: rgb(0x78, 0x80, 0x8c),
    families: [
        rgb(0x1d, 0x62, 0xcc),
        rgb(0x08, 0x79, 0x74),
        rgb(0x77, 0x3d, 0xc2),
        rgb(0xaa, 0x53, 0x08),
        rgb(0x57, 0x74, 0x0d),
        rgb(0x59, 0x64, 0x73),
    ],
    hues: [
        rgb(0xb8, 0x2f, 0x26),
        rgb(0xa8, 0x58, 0x10),
        rgb(0x7d, 0x64, 0x00),
        rgb(0x1b, 0x77, 0x3b),
        rgb(0x1b, 0x5c, 0xb8),
        rgb(0x74, 0x3a, 0xb8),
    ],
    chat: ChatPalette {
        ground: rgb(0xed, 0xed, 0xed),
        bubble: rgb(0xff, 0xff, 0xff),
        text: rgb(0x19, 0x19, 0x19),
        weak: rgb(0x6b, 0x6b, 0x70),
        link: rgb(0x3d, 0x5a, 0x96),
        line: rgb(0xe5, 0xe5, 0xe5),
        picture: rgb(0xd5, 0xd8, 0xdd),
        notice: rgb(0x66, 0x66, 0x6a),
        avatar: rgb(0x1f, 0x8f, 0x55),
        on_avatar: rgb(0xff, 0xff, 0xff),
    },
    shadow: Color32::from_black_alpha(40),
};

/// Opacity of the handle of a scroll bar that the pointer is not near.
const SCROLL_HANDLE_OPACITY: f32 = 0.5;

/// Styles both the dark and the light theme of egui.
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
    // A scroll bar shows before the pointer finds it: that there is more is seen at once.
    style.spacing.scroll.dormant_handle_opacity = SCROLL_HANDLE_OPACITY;
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
