//! Colours, sizes and distances of the window, each named once.
//!
//! Distances go in steps of four points, texts have four sizes and two weights, and colours go by purpose
//! ([`palette`]). What a panel draws takes its numbers from here.

use egui::style::{HandleShape, WidgetVisuals};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Rect, RichText, Shadow, Stroke, StrokeKind, Style, TextStyle,
    Ui, Vec2, Visuals,
};

use crate::texts::Language;

#[cfg(test)]
mod contrast;
pub(crate) mod icons;
mod palette;

pub(crate) use palette::{DARK, LIGHT, Palette};

/// Gap between things that belong together, in points.
pub(crate) const GAP_SMALL: f32 = 4.0;
/// Gap between neighbours, in points.
pub(crate) const GAP: f32 = 8.0;
/// Gap between parts of one thing, in points.
pub(crate) const GAP_MEDIUM: f32 = 12.0;
/// Gap between groups, in points.
pub(crate) const GAP_LARGE: f32 = 16.0;
/// Gap around a page, in points.
pub(crate) const GAP_PAGE: f32 = 24.0;

/// Height of a row of a list, in points.
pub(crate) const ROW_HEIGHT: f32 = 28.0;
/// Height of a row of the list of events that is compact, in points.
pub(crate) const ROW_HEIGHT_COMPACT: f32 = 24.0;
/// Height of a row of the list of events that is roomy, in points.
pub(crate) const ROW_HEIGHT_ROOMY: f32 = 32.0;
/// Height of a row of fields in the detail, in points.
pub(crate) const FIELD_HEIGHT: f32 = 24.0;
/// Height of a list's header, in points.
pub(crate) const HEADER_HEIGHT: f32 = 28.0;
/// Height of the top bar, in points.
pub(crate) const TOP_BAR_HEIGHT: f32 = 48.0;
/// Height of the status bar, in points.
pub(crate) const STATUS_BAR_HEIGHT: f32 = 28.0;
/// Width of the rail, in points.
pub(crate) const RAIL_WIDTH: f32 = 72.0;
/// Height of a button or a text field, in points.
pub(crate) const CONTROL_HEIGHT: f32 = 28.0;
/// Width of the column of labels before values or fields, in points.
pub(crate) const LABEL_WIDTH: f32 = 128.0;
/// Maximum width of a page's content, in points.
pub(crate) const PAGE_WIDTH: f32 = 960.0;
/// Width of a dialog, in points.
pub(crate) const DIALOG_WIDTH: f32 = 560.0;

/// Corner radius of controls, in points.
pub(crate) const CORNER: u8 = 6;
/// Corner radius of cards, menus and dialogs, in points.
pub(crate) const CORNER_CARD: u8 = 10;

/// Width of the ring around what has the keyboard's focus, in points.
pub(crate) const FOCUS_WIDTH: f32 = 2.0;

/// Text size of captions and side notes, in points.
pub(crate) const TEXT_SMALL: f32 = 11.0;
/// Text size of prose, rows and controls, in points.
pub(crate) const TEXT: f32 = 13.0;
/// Text size of bytes and code, in points: the letters of `JetBrains` Mono are as tall at 12 as those of prose at 13.
pub(crate) const TEXT_MONOSPACE: f32 = 12.0;
/// Text size of a page's title, in points.
pub(crate) const TEXT_HEADING: f32 = 16.0;
/// Text size of the title of an event, in points.
pub(crate) const TEXT_TITLE: f32 = 20.0;

/// Space added between lines of Chinese, in points: it is set at 1.6 of its size, Latin at 1.45 as the font has it.
const CHINESE_LEADING: f32 = 2.0;

/// Name of the family of medium weight.
pub(crate) const MEDIUM: &str = "medium";

/// The family of medium weight, for titles and what is to be found first.
pub(crate) fn medium() -> FontFamily {
    FontFamily::Name(MEDIUM.into())
}

/// Title of a section.
pub(crate) fn section_text(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(TEXT, medium()))
}

/// Title of a page or a dialog.
pub(crate) fn page_text(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(TEXT_HEADING, medium()))
}

/// Title of an event.
pub(crate) fn title_text(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(TEXT_TITLE, medium()))
}

/// Draws the ring of the keyboard's focus within the bounds of something painted by hand.
pub(crate) fn focus_ring(ui: &Ui, rect: Rect, radius: u8, palette: &Palette) {
    let stroke = Stroke::new(FOCUS_WIDTH, palette.accent);
    ui.painter().rect_stroke(rect, CornerRadius::same(radius), stroke, StrokeKind::Inside);
}

/// Outlines the controls that follow for a tinted ground: that of a severity, or of a selected row.
pub(crate) fn on_tint(ui: &mut Ui, palette: &Palette) {
    let widgets = &mut ui.visuals_mut().widgets;
    for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.open] {
        state.bg_stroke.color = palette.outline_on_tint;
    }
}

/// Opacity of the handle of a scroll bar that the pointer is not near.
const SCROLL_HANDLE_OPACITY: f32 = 0.5;

/// Styles both the dark and the light theme of egui for a language.
pub(crate) fn apply(ctx: &egui::Context, language: Language) {
    ctx.style_mut_of(egui::Theme::Dark, |style| dress(style, Visuals::dark(), &DARK, language));
    ctx.style_mut_of(egui::Theme::Light, |style| dress(style, Visuals::light(), &LIGHT, language));
}

fn dress(style: &mut Style, visuals: Visuals, palette: &Palette, language: Language) {
    let font = |size, family: FontFamily| FontId::new(size, family);
    style.text_styles = [
        (TextStyle::Small, font(TEXT_SMALL, FontFamily::Proportional)),
        (TextStyle::Body, font(TEXT, FontFamily::Proportional)),
        (TextStyle::Button, font(TEXT, FontFamily::Proportional)),
        (TextStyle::Monospace, font(TEXT_MONOSPACE, FontFamily::Monospace)),
        (TextStyle::Heading, font(TEXT_HEADING, medium())),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(GAP);
    style.spacing.button_padding = Vec2::new(GAP_MEDIUM, GAP_SMALL);
    style.spacing.interact_size.y = CONTROL_HEIGHT;
    style.spacing.menu_margin = Margin::same(GAP_SMALL as i8);
    style.spacing.window_margin = Margin::same(GAP_LARGE as i8);
    style.spacing.extra_text_line_spacing = match language {
        Language::English => 0.0,
        Language::Chinese => CHINESE_LEADING,
    };
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
    // Around a text field that has the focus; on what is selected, the colour of its text.
    visuals.selection.stroke = Stroke::new(FOCUS_WIDTH, palette.accent);
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
    visuals.widgets.hovered = state(palette.hovered, palette.outline_on_tint, palette.strong);
    // Whatever has the focus looks like this, too.
    visuals.widgets.active = state(palette.pressed, palette.accent, palette.strong);
    visuals.widgets.active.bg_stroke.width = FOCUS_WIDTH;
    visuals.widgets.open = state(palette.hovered, palette.outline_on_tint, palette.strong);
    visuals
}
