//! Row of one element: its name and meaning, its value with remarks, and a menu.

use egui::accesskit::Role;
use egui::containers::menu::MenuButton;
use egui::{Align, Button, Color32, CornerRadius, Frame, Label, Layout, Margin, RichText, Sense, Ui, Vec2};

use super::field::Field;
use super::meaning::Note;
use crate::filter::by_value;
use crate::texts::safe_text::grouped;
use crate::ui::action::{Action, Tab};
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{copy_button, named, open_button, pair, weak};
use crate::ui::widgets::shown::DisplayText;
use crate::ui::widgets::value_menu::value_menu_ui;

/// Width of the menu button beside a value, in points.
const MENU_WIDTH: f32 = 30.0;

/// Additional content of a row.
pub(super) struct RowContext<'r> {
    pub(super) indent: usize,
    pub(super) meaning: Option<&'r str>,
    pub(super) notes: &'r [Note],
    pub(super) is_chosen: bool,
}

/// Draws the row of an element.
pub(super) fn field_ui(ui: &mut Ui, field: &Field, context: &RowContext<'_>, look: &Look, actions: &mut Vec<Action>) {
    let fill = if context.is_chosen { look.palette.accent_ground } else { Color32::TRANSPARENT };
    let frame = Frame::new().fill(fill).corner_radius(CornerRadius::same(CORNER)).inner_margin(Margin::symmetric(6, 3));
    let row = frame.show(ui, |ui| {
        let menu = pair(
            ui,
            |ui| name_ui(ui, field, context, look, actions),
            |ui| value_and_menu_ui(ui, field, context.notes, look),
        );
        actions.extend(menu);
    });
    row.response.container_context_menu(|ui| menu_ui(ui, field, look, actions));
}

fn name_ui(ui: &mut Ui, field: &Field, context: &RowContext<'_>, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(context.indent as f32 * GAP_LARGE);
        ui.vertical(|ui| {
            let name = RichText::new(&field.name).monospace().color(look.palette.code_name);
            let name = ui.add(Label::new(name).wrap().selectable(false).sense(Sense::click()));
            if name.on_hover_text(look.text("detail.choose_hint")).clicked() {
                actions.push(Action::ChooseField(field.path.clone()));
            }
            if let Some(meaning) = context.meaning {
                ui.add(Label::new(weak(look, meaning)).wrap());
            }
        });
    });
}

fn value_and_menu_ui(ui: &mut Ui, field: &Field, notes: &[Note], look: &Look) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let width = (ui.available_width() - MENU_WIDTH).max(MENU_WIDTH);
        ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
            ui.set_width(width);
            value_ui(ui, field, notes, look, &mut actions);
        });
        let dots =
            Button::new(RichText::new("…").color(look.palette.weak)).frame(false).min_size(Vec2::new(MENU_WIDTH, 18.0));
        let (response, _) = MenuButton::from_button(dots).ui(ui, |ui| menu_ui(ui, field, look, &mut actions));
        named(response, Role::Button, &look.filled("detail.menu.name", &[("name", &DisplayText::name(&field.path))]));
    });
    actions
}

fn value_ui(ui: &mut Ui, field: &Field, notes: &[Note], look: &Look, actions: &mut Vec<Action>) {
    if field.is_empty() {
        ui.add(
            Label::new(RichText::new(look.text("detail.empty")).italics().color(look.palette.weak)).selectable(false),
        );
    } else if !field.shown.text.is_empty() {
        ui.add(Label::new(RichText::new(&field.shown.text).monospace().color(look.palette.strong)).wrap());
    }
    if let Some(all) = field.shown.full_length {
        let count = grouped(all as u64);
        ui.label(weak(look, look.filled("spoofing.characters", &[("count", &count)])));
    }
    for note in notes {
        ui.add(Label::new(weak(look, note_words(note, look))).wrap());
    }
    if field.shown.full_length.is_some() || field.web_link().is_some() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            copy_button(ui, look, &field.name, || field.text.clone(), actions);
            if let Some(link) = field.web_link() {
                open_button(ui, look, link);
            }
        });
    }
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
    item_ui(ui, "detail.menu.show_in_raw", look, actions, || {
        vec![Action::ChooseField(field.path.clone()), Action::ShowTab(Tab::Raw)]
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
