//! Small controls shared by the screens: cards, sections, buttons, chips and pairs of columns.

use egui::accesskit::Role;
use egui::{
    Align, Button, Color32, CornerRadius, FontId, Frame, Label, Layout, Margin, Response, RichText, Stroke, TextStyle,
    Ui, Vec2, WidgetInfo, WidgetText,
};

use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, CORNER_CARD, GAP, GAP_PAGE, GAP_SMALL, PAGE_WIDTH, icons, section_text};

/// Share of the width that the left of two columns takes, and its bounds in points.
const NAME_SHARE: f32 = 0.32;
const NAME_WIDTHS: std::ops::RangeInclusive<f32> = 88.0..=190.0;

/// The height of a small button, in points.
const SMALL_BUTTON: f32 = 21.0;
/// Width of an icon, in points.
const ICON: f32 = 16.0;

/// Text size of the value that a card is about, in points.
const VALUE_TEXT: f32 = 14.0;

/// Gives a control an accessible name that differs from its visible text.
pub(crate) fn named(response: Response, role: Role, name: &str) -> Response {
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(role, enabled, name));
    response
}

/// Draws a button that shows an icon alone; its name is its tooltip, too.
pub(crate) fn icon_button(ui: &mut Ui, icon: &str, name: &str) -> Response {
    let size = Vec2::splat(ui.spacing().interact_size.y);
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        let button = Button::new(RichText::new(icon).font(icons::font(ICON))).min_size(size);
        named(ui.add(button.frame_when_inactive(false)), Role::Button, name).on_hover_text(name)
    })
    .inner
}

/// Draws the button of the primary action: one to a page or dialog.
pub(crate) fn primary_button(ui: &mut Ui, look: &Look, words: &str, enabled: bool) -> Response {
    if !enabled {
        // Outlined as any other that is grey.
        return ui.add_enabled(false, Button::new(words));
    }
    let shown = RichText::new(words).color(look.palette.on_accent);
    ui.add(Button::new(shown).fill(look.palette.accent).stroke(Stroke::NONE))
}

/// Draws an icon, with a name for who cannot see it.
pub(crate) fn icon_ui(ui: &mut Ui, icon: &str, color: Color32, name: &str) -> Response {
    let shown = RichText::new(icon).font(icons::font(ICON)).color(color);
    named(ui.add(Label::new(shown).selectable(false)), Role::Image, name)
}

/// Draws a page of prose and forms at the left, limited to a readable width.
pub(crate) fn page_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let width = (ui.available_width() - 2.0 * GAP_PAGE).min(PAGE_WIDTH);
    ui.add_space(GAP_PAGE);
    ui.horizontal_top(|ui| {
        ui.add_space(GAP_PAGE);
        column(ui, width, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            content(ui);
        });
    });
    ui.add_space(GAP_PAGE);
}

/// Frame around things that belong together.
pub(crate) fn card(look: &Look) -> Frame {
    Frame::new()
        .fill(look.palette.card)
        .stroke(Stroke::new(1.0, look.palette.line))
        .corner_radius(CornerRadius::same(CORNER_CARD))
        .inner_margin(Margin::same(12))
}

/// Draws a titled card with a part of a page.
pub(crate) fn section_ui(ui: &mut Ui, key: &str, look: &Look, content: impl FnOnce(&mut Ui)) {
    title(ui, look, &look.text(key));
    card(look).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP;
        content(ui);
    });
    ui.add_space(GAP);
}

/// Frame around text that is shown verbatim.
pub(crate) fn code_frame(look: &Look) -> Frame {
    Frame::new()
        .fill(look.palette.field)
        .stroke(Stroke::new(1.0, look.palette.line))
        .corner_radius(CornerRadius::same(CORNER))
        .inner_margin(Margin::symmetric(10, 8))
}

/// Draws the heading of a section.
pub(crate) fn title(ui: &mut Ui, look: &Look, text: &str) {
    let shown = section_text(text).color(look.palette.strong);
    named(ui.add(Label::new(shown).selectable(false)), Role::Heading, text);
}

/// Text of a side note: small and weak.
pub(crate) fn weak(look: &Look, text: impl Into<String>) -> RichText {
    RichText::new(text).small().color(look.palette.weak)
}

/// Font and colour of the value that a card is about.
pub(crate) fn value_font(ui: &Ui, look: &Look) -> (FontId, Color32) {
    let font = TextStyle::Monospace.resolve(ui.style());
    (FontId { size: VALUE_TEXT, ..font }, look.palette.strong)
}

/// A low button placed beside its subject, just high enough for Chinese.
pub(crate) fn small_button<'b>(text: impl Into<WidgetText>) -> Button<'b> {
    Button::new(text.into()).small().min_size(Vec2::new(0.0, SMALL_BUTTON))
}

/// Draws a button that copies a text. `what` tells screen readers which of several buttons it is.
pub(crate) fn copy_button(
    ui: &mut Ui,
    look: &Look,
    what: &str,
    text: impl FnOnce() -> String,
    actions: &mut Vec<Action>,
) {
    let response = ui.add(small_button(&*look.text("detail.copy")));
    if named(response, Role::Button, &copy_words(look, what)).clicked() {
        actions.push(Action::Copy(text()));
    }
}

/// Draws an icon that copies a text. `what` tells screen readers which of several it is.
pub(crate) fn copy_icon(
    ui: &mut Ui,
    look: &Look,
    what: &str,
    text: impl FnOnce() -> String,
    actions: &mut Vec<Action>,
) {
    let clicked = ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = SMALL_BUTTON;
        icon_button(ui, icons::COPY, &copy_words(look, what)).clicked()
    });
    if clicked.inner {
        actions.push(Action::Copy(text()));
    }
}

/// The name of a button that copies: in Chinese, a space parts it from Latin letters alone.
fn copy_words(look: &Look, what: &str) -> String {
    let key = if what.starts_with(|first: char| first.is_ascii()) { "detail.copy_latin" } else { "detail.copy_what" };
    look.filled(key, &[("what", what)])
}

/// Draws a button that opens a link in the browser.
pub(crate) fn open_button(ui: &mut Ui, look: &Look, link: &str) {
    let response = ui.add(small_button(&*look.text("detail.open_in_browser"))).on_hover_text(link);
    if named(response, Role::Link, &look.filled("detail.open_link", &[("link", link)])).clicked() {
        ui.ctx().open_url(egui::OpenUrl::new_tab(link));
    }
}

/// Draws a label and its value in two columns. Unlike in egui's grids, the contents wrap.
pub(crate) fn pair<R>(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui) -> R) -> R {
    let row = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let left_width = (ui.available_width() * NAME_SHARE).clamp(*NAME_WIDTHS.start(), *NAME_WIDTHS.end());
        column(ui, left_width, left);
        let rest = ui.available_width();
        column(ui, rest, right)
    });
    row.inner
}

fn column<R>(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = Layout::top_down(Align::LEFT);
    let column = ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = GAP_SMALL / 2.0;
        content(ui)
    });
    column.inner
}

/// Draws a label and a selectable value in two columns.
pub(crate) fn value_pair(ui: &mut Ui, look: &Look, label: &str, value: &str) {
    pair(
        ui,
        |ui| {
            ui.add(Label::new(RichText::new(label).color(look.palette.weak)).wrap());
        },
        |ui| ui.add(Label::new(RichText::new(value).monospace()).wrap()),
    );
}
