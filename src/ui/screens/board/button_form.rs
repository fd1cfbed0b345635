//! The form of the selected button: name, type, members, order, and buttons added or removed.

use egui::accesskit::Role;
use egui::{Button, ComboBox, Label, RichText, TextEdit, Ui};

use super::edited_menu::EditedMenu;
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, LABEL_WIDTH, icons};
use crate::ui::widgets::controls::{card, icon_button, named, small_button, title, weak};
use crate::wechat::custom_menu::{ButtonType, DraftButton};

/// Bytes that WeChat takes of a name, on the bar and below it.
const NAME_BYTES: [usize; 2] = [16, 60];
/// Buttons that WeChat takes on the bar and below each of them.
const MOST_IN_BAR: usize = 3;
const MOST_BELOW: usize = 5;
/// Characters of a field: far more than WeChat takes, so that a mistake can be seen.
const MOST_CHARS: usize = 2_048;
/// Room for the number of bytes beside a name, in points.
const BYTES_WIDTH: f32 = 100.0;
/// The type of a new button.
const NEW_TYPE: &str = "click";

/// A change of the order or of the number of buttons.
enum OrderChange {
    Shift { behind: bool },
    AddBelow,
    Remove,
}

/// Draws the form; returns true if the menu was changed.
pub(super) fn button_form_ui(ui: &mut Ui, menu: &mut EditedMenu, look: &Look) -> bool {
    let before = menu.draft.clone();
    title(ui, look, &look.text("board.edit.title"));
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let selected = menu.selected().map(str::to_owned);
        match selected.as_ref().and_then(|path| Some((path, menu.draft.button_mut(path)?))) {
            Some((path, button)) => {
                fields_ui(ui, path, button, look);
                let change = order_ui(ui, path, button, look);
                if let Some(change) = change {
                    apply(menu, path, &change, look);
                }
            }
            None => {
                ui.add(Label::new(weak(look, look.text("board.edit.choose"))).wrap());
            }
        }
        bar_ui(ui, menu, look);
    });
    let is_changed = menu.draft != before;
    if is_changed {
        menu.refresh();
    }
    is_changed
}

fn fields_ui(ui: &mut Ui, path: &str, button: &mut DraftButton, look: &Look) {
    let limit = NAME_BYTES[usize::from(path.contains('.'))];
    labelled(ui, &look.text("board.edit.name"), look, |ui| {
        let width = (ui.available_width() - BYTES_WIDTH).max(BYTES_WIDTH);
        edit_ui(ui, (path, &look.text("board.edit.name")), &mut button.name, width);
        let bytes = button.name.len();
        let color = if bytes > limit || bytes == 0 { look.palette.error } else { look.palette.weak };
        let details = [("bytes", &*bytes.to_string()), ("limit", &*limit.to_string())];
        ui.add(Label::new(RichText::new(look.filled("board.edit.bytes", &details)).small().color(color)).truncate());
    });
    if !button.sub_buttons.is_empty() {
        ui.label(weak(look, look.text("board.edit.parent")));
        return;
    }
    labelled(ui, &look.text("board.edit.type"), look, |ui| {
        let shown = if button.kind.is_empty() { look.text("board.no_type").into_owned() } else { button.kind.clone() };
        let combo = ComboBox::from_id_salt(("button type", path.to_owned())).width(220.0);
        let mut chosen = None;
        let response = combo.selected_text(shortened(&shown, 40)).show_ui(ui, |ui| {
            for name in ButtonType::api_names() {
                if ui.selectable_label(button.kind == name, name).clicked() {
                    chosen = Some(name);
                }
            }
        });
        let name = look.text("board.edit.type");
        ui.ctx().accesskit_node_builder(response.response.id, |node| node.set_label(&*name));
        if let Some(name) = chosen {
            button.set_kind(name);
        }
    });
    for member in button.wanted() {
        let mut value = button.value(member).to_owned();
        field_ui(ui, (path, member), &mut value, look);
        if value != button.value(member) {
            button.set(member, &value);
        }
    }
    for member in button.superfluous() {
        labelled(ui, &shortened(&member, 24), look, |ui| {
            ui.label(RichText::new(shortened(button.value(&member), 60)).monospace());
            let name = look.filled("board.edit.drop_member", &[("name", &member)]);
            if icon_button(ui, icons::CLOSE, &name).clicked() {
                button.set(&member, "");
            }
        });
    }
}

/// Draws a label and a field of one line.
fn field_ui(ui: &mut Ui, (path, name): (&str, &str), value: &mut String, look: &Look) {
    labelled(ui, name, look, |ui| edit_ui(ui, (path, name), value, f32::INFINITY));
}

fn edit_ui(ui: &mut Ui, (path, name): (&str, &str), value: &mut String, width: f32) {
    let edit = TextEdit::singleline(value).id_salt(("button", path.to_owned(), name.to_owned()));
    let response = ui.add(edit.desired_width(width).char_limit(MOST_CHARS));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
}

fn labelled(ui: &mut Ui, name: &str, look: &Look, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let size = egui::Vec2::new(LABEL_WIDTH - ui.spacing().item_spacing.x, ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_width(size.x);
            ui.add(Label::new(RichText::new(name).color(look.palette.weak)).truncate());
        });
        content(ui);
    });
}

/// Draws the buttons for order, new buttons and removal.
fn order_ui(ui: &mut Ui, path: &str, button: &DraftButton, look: &Look) -> Option<OrderChange> {
    let mut change = None;
    ui.horizontal_wrapped(|ui| {
        let is_on_bar = !path.contains('.');
        let words =
            if is_on_bar { ["board.edit.left", "board.edit.right"] } else { ["board.edit.up", "board.edit.down"] };
        for (behind, key) in [false, true].into_iter().zip(words) {
            if ui.add(small_button(&*look.text(key))).clicked() {
                change = Some(OrderChange::Shift { behind });
            }
        }
        if is_on_bar
            && button.sub_buttons.len() < MOST_BELOW
            && ui.add(small_button(&*look.text("board.edit.add_below"))).clicked()
        {
            change = Some(OrderChange::AddBelow);
        }
        let name = look.filled("board.edit.remove_one", &[("name", &button.name)]);
        if named(ui.add(small_button(&*look.text("board.edit.remove"))), Role::Button, &name).clicked() {
            change = Some(OrderChange::Remove);
        }
    });
    change
}

fn apply(menu: &mut EditedMenu, path: &str, change: &OrderChange, look: &Look) {
    let selected = match change {
        OrderChange::Shift { behind } => menu.draft.shift(path, *behind),
        OrderChange::AddBelow => menu.draft.add(path, DraftButton::new(NEW_TYPE, &look.text("board.edit.new_name"))),
        OrderChange::Remove => {
            menu.draft.remove(path);
            None
        }
    };
    menu.refresh();
    if let Some(path) = selected {
        menu.select(&path);
    }
}

/// Draws the button that adds one to the bar, and the one that gives the changes up.
fn bar_ui(ui: &mut Ui, menu: &mut EditedMenu, look: &Look) {
    ui.horizontal_wrapped(|ui| {
        let has_room = menu.draft.buttons.len() < MOST_IN_BAR;
        if ui.add_enabled(has_room, Button::new(look.text("board.edit.add"))).clicked() {
            let button = DraftButton::new(NEW_TYPE, &look.text("board.edit.new_name"));
            if let Some(path) = menu.draft.add("", button) {
                menu.refresh();
                menu.select(&path);
            }
        }
        if ui.add_enabled(menu.is_changed(), Button::new(look.text("board.edit.undo"))).clicked() {
            menu.undo();
        }
    });
}
