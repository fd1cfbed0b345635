//! Row of one element: its name and meaning, its value with remarks, and a menu.

use std::cell::Cell;

use egui::accesskit::Role;
use egui::containers::menu::MenuButton;
use egui::{
    Align, Button, Color32, CornerRadius, Frame, Label, Layout, Margin, Pos2, Rect, RichText, Sense, TextStyle, Ui,
    UiBuilder, Vec2,
};

use super::field::Field;
use super::meaning::Note;
use crate::filter::by_value;
use crate::ui::action::{Action, BytesView};
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, FIELD_HEIGHT, GAP, GAP_LARGE, GAP_SMALL, icons};
use crate::ui::widgets::controls::{copy_icon, named, pair, weak};
use crate::ui::widgets::shown::DisplayText;
use crate::ui::widgets::value_menu::value_menu_ui;

/// Width of the buttons at the end of a row, in points.
const BUTTONS_WIDTH: f32 = 76.0;
/// Margins of a row within its height.
const MARGIN: Margin = Margin::symmetric(6, 2);
/// Opacity of the menu's dots while the pointer is elsewhere.
const DOTS_OPACITY: f32 = 0.4;

/// Additional content of a row.
pub(super) struct RowContext<'r> {
    pub(super) indent: usize,
    pub(super) meaning: Option<&'r str>,
    pub(super) notes: &'r [Note],
    pub(super) is_chosen: bool,
    /// Set if white space and `CDATA` are made visible.
    pub(super) shows_space: bool,
}

/// Draws the row of an element; a click on it lights its bytes.
pub(super) fn field_ui(ui: &mut Ui, field: &Field, context: &RowContext<'_>, look: &Look, actions: &mut Vec<Action>) {
    let fill = if context.is_chosen { look.palette.accent_ground } else { Color32::TRANSPARENT };
    let frame = Frame::new().fill(fill).corner_radius(CornerRadius::same(CORNER)).inner_margin(MARGIN);
    let row = frame.show(ui, |ui| {
        ui.set_min_size(Vec2::new(ui.available_width(), FIELD_HEIGHT - MARGIN.sum().y));
        // Labels are lower than controls.
        ui.spacing_mut().interact_size.y = FIELD_HEIGHT - MARGIN.sum().y;
        let name_clicked = Cell::new(false);
        let value_clicked = pair(
            ui,
            |ui| name_clicked.set(name_ui(ui, field, context, look)),
            |ui| {
                let width = (ui.available_width() - BUTTONS_WIDTH).max(BUTTONS_WIDTH);
                ui.set_max_width(width);
                value_ui(ui, field, context, look)
            },
        );
        name_clicked.get() || value_clicked
    });
    if row.inner {
        actions.push(Action::ChooseField(field.path.clone()));
    }
    buttons_ui(ui, row.response.rect, field, look, actions);
    row.response.container_context_menu(|ui| menu_ui(ui, field, look, actions));
}

/// Draws the name, whose meaning shows under the pointer. Returns true if it was clicked.
fn name_ui(ui: &mut Ui, field: &Field, context: &RowContext<'_>, look: &Look) -> bool {
    let row = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(context.indent as f32 * GAP_LARGE);
        let name = RichText::new(&field.name).monospace().color(look.palette.code_name);
        let name = ui.add(Label::new(name).truncate().selectable(false).sense(Sense::CLICK));
        let hint = look.text("detail.choose_hint");
        let hint = match context.meaning {
            Some(meaning) => format!("{meaning}\n{hint}"),
            None => hint.into_owned(),
        };
        name.on_hover_text(hint).clicked()
    });
    row.inner
}

/// Draws the value and its remarks. Returns true if the value was clicked.
fn value_ui(ui: &mut Ui, field: &Field, context: &RowContext<'_>, look: &Look) -> bool {
    let mut clicked = false;
    let mut value = |ui: &mut Ui| {
        if context.shows_space && field.has_cdata {
            ui.label(RichText::new("CDATA").monospace().small().color(look.palette.code_mark));
        }
        let font = (TextStyle::Monospace.resolve(ui.style()), look.palette.strong);
        if field.is_empty() {
            let empty = RichText::new(look.text("detail.empty")).italics().color(look.palette.weak);
            clicked = ui.add(Label::new(empty).selectable(false).sense(Sense::CLICK)).clicked();
        } else if context.shows_space {
            let spaced = RichText::new(field.shown.spaced()).monospace().color(look.palette.strong);
            clicked = ui.add(Label::new(spaced).wrap().sense(Sense::CLICK)).clicked();
        } else if !field.text.is_empty() {
            clicked = field.shown.ui(ui, &field.text, font, look).clicked();
        }
    };
    if field.shown.is_short() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            value(ui);
            notes_ui(ui, context.notes, look);
        });
    } else {
        value(ui);
        notes_ui(ui, context.notes, look);
    }
    clicked
}

fn notes_ui(ui: &mut Ui, notes: &[Note], look: &Look) {
    for note in notes {
        ui.add(Label::new(weak(look, note_words(note, look))).wrap());
    }
}

/// Draws the buttons at the end of a row: the one that copies appears under the pointer.
fn buttons_ui(ui: &mut Ui, row: Rect, field: &Field, look: &Look, actions: &mut Vec<Action>) {
    let is_hovered = ui.rect_contains_pointer(row);
    let place = Rect::from_min_max(Pos2::new(row.right() - BUTTONS_WIDTH, row.top()), row.right_bottom());
    let place = Rect::from_min_size(place.min, Vec2::new(place.width() - 4.0, FIELD_HEIGHT));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(place).layout(layout).id_salt(&field.path), |ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        ui.scope(|ui| {
            ui.set_opacity(if is_hovered { 1.0 } else { DOTS_OPACITY });
            let dots = Button::new(RichText::new(icons::ELLIPSIS).color(look.palette.weak)).frame(false).small();
            let (response, _) = MenuButton::from_button(dots).ui(ui, |ui| menu_ui(ui, field, look, actions));
            named(
                response,
                Role::Button,
                &look.filled("detail.menu.name", &[("name", &DisplayText::name(&field.path))]),
            );
        });
        if field.has_children {
            return;
        }
        ui.scope(|ui| {
            ui.set_opacity(if is_hovered { 1.0 } else { 0.0 });
            copy_icon(ui, look, &field.name, || field.text.clone(), actions);
        });
    });
}

fn note_words(note: &Note, look: &Look) -> String {
    match note {
        Note::Words(words) => words.clone(),
        Note::Instant(instant) => look.local(*instant).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
    }
}

fn menu_ui(ui: &mut Ui, field: &Field, look: &Look, actions: &mut Vec<Action>) {
    item_ui(ui, "detail.menu.copy_value", look, actions, || vec![Action::Copy(field.text.clone())]);
    item_ui(ui, "detail.menu.copy_path", look, actions, || vec![Action::Copy(field.path.clone())]);
    ui.separator();
    if let Some(term) = filter_term(field) {
        value_menu_ui(ui, &field.text, &term, look, actions);
        ui.separator();
    }
    if let Some(link) = field.web_link()
        && ui.button(look.text("detail.open_in_browser")).on_hover_text(link).clicked()
    {
        ui.ctx().open_url(egui::OpenUrl::new_tab(link));
        ui.close();
    }
    item_ui(ui, "detail.menu.show_in_raw", look, actions, || {
        vec![Action::ChooseField(field.path.clone()), Action::ShowBytes(BytesView::Text)]
    });
}

/// Draws a menu item that adds actions on a click.
fn item_ui(ui: &mut Ui, key: &str, look: &Look, actions: &mut Vec<Action>, on_click: impl Fn() -> Vec<Action>) {
    if ui.button(look.text(key)).clicked() {
        actions.extend(on_click());
        ui.close();
    }
}

/// Filter term for captures with this value: by name if the filter language has one, or else as quoted text.
pub(super) fn filter_term(field: &Field) -> Option<String> {
    let name = match &*field.path {
        "EventKey" => Some("key"),
        "FromUserName" => Some("openid"),
        "Event" => Some("event"),
        _ => None,
    };
    by_value(name, &field.text)
}

#[cfg(test)]
mod tests {
    use super::super::field::fields;
    use super::*;
    use crate::wechat::tree::Tree;

    #[test]
    fn a_value_is_filtered_by_its_own_name_where_there_is_one() {
        let payload = br#"<xml><EventKey>a*b</EventKey><Event>CLICK</Event><Label> say "hi" \o</Label><S><EventKey>6</EventKey></S></xml>"#;
        let terms: Vec<String> = fields(&Tree::parse(payload).unwrap()).iter().filter_map(filter_term).collect();
        assert_eq!(terms, [r#"key:"a*b""#, "event:CLICK", r#""say \"hi\" \\o""#, r#""6""#]);
    }
}
