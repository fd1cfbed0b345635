//! Page of keys, drawn from the table of shortcuts in its groups, and searched by name or key.

use egui::{Grid, Id, Key, Modal, Modifiers, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::ui::action::Action;
use crate::ui::ime::Composition;
use crate::ui::keys::{KeyGroup, Shortcut, TABLE};
use crate::ui::look::Look;
use crate::ui::theme;
use crate::ui::widgets::dialog::{note_frame, title_ui};

/// Width of each column, in points.
const COLUMN_WIDTH: f32 = 376.0;
/// Most columns; a window too narrow for them has fewer.
const MOST_COLUMNS: usize = 3;
/// Width of the keys within a column, in points.
const KEYS_WIDTH: f32 = 118.0;

/// Margin around the page, in points.
const MARGIN: i8 = 20;

/// Gap between two rows, in points.
const ROW_GAP: f32 = 5.0;

/// Room for the title and around the page, in points; a window too low for all keys scrolls them.
const AROUND: f32 = 170.0;
const LEAST: f32 = 120.0;

/// The page, with what is looked for on it.
#[derive(Debug, Default)]
pub(crate) struct KeysPage {
    shown: bool,
    typed: String,
    composition: Composition,
}

/// A group with those of its shortcuts that are looked for.
type FoundGroup = (KeyGroup, Vec<&'static Shortcut>);

impl KeysPage {
    /// Returns true while it is open.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Opens or closes it, with nothing looked for.
    pub(crate) fn show(&mut self, shown: bool) {
        *self = Self { shown, ..Self::default() };
    }

    /// Closes it; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        std::mem::take(self).shown
    }

    /// The groups with the shortcuts whose name, group or key holds what is typed.
    fn found(&self, look: &Look) -> Vec<FoundGroup> {
        let typed = self.typed.trim().to_lowercase();
        let fits = |shortcut: &Shortcut, group: KeyGroup| {
            let holds = |text: &str| text.to_lowercase().contains(&typed);
            typed.is_empty()
                || holds(&look.text(shortcut.text))
                || holds(&look.text(group.text()))
                || shortcut.names().iter().any(|name| holds(name))
        };
        let groups = KeyGroup::ALL.into_iter().map(|group| {
            let keyed = TABLE.iter().copied().filter(|shortcut| shortcut.has_keys());
            let inside = keyed.filter(|shortcut| shortcut.group() == group && fits(shortcut, group));
            (group, inside.collect::<Vec<_>>())
        });
        groups.filter(|(_, inside)| !inside.is_empty()).collect()
    }

    /// Draws the page over the window.
    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        if !self.shown {
            return;
        }
        let escaped =
            !self.composition.watch(ui.ctx()) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if escaped {
            // One thing at a time: first what is looked for goes, then the page.
            let is_empty = std::mem::take(&mut self.typed).is_empty();
            actions.extend(is_empty.then_some(Action::ShowKeys(false)));
        }
        let id = Id::unique("keys");
        let open = note_frame(ui, id);
        let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(MARGIN));
        let modal = Modal::new(id).frame(frame).show(ui.ctx(), |ui| {
            let columns = columns_in(ui.ctx().content_rect().width());
            ui.set_width(columns as f32 * (COLUMN_WIDTH + theme::GAP_PAGE) - theme::GAP_PAGE);
            title_ui(ui, &look.text("window.keys.title"), look);
            let mut closed = false;
            ui.horizontal(|ui| {
                let name = look.text("palette.search");
                let edit = TextEdit::singleline(&mut self.typed).hint_text(&*name).desired_width(COLUMN_WIDTH);
                let field = ui.add(edit);
                field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &*name));
                if open.is_opening || escaped {
                    field.request_focus();
                }
                closed = ui.button(look.text("window.keys.close")).clicked();
            });
            // The key that opens the page closes it as well, although it is typed into the field.
            closed |= self.typed == "?" || self.typed == "？";
            ui.add_space(theme::GAP);
            self.groups_ui(ui, columns, look);
            closed
        });
        // Esc is taken above; this is the button, or a click beside the page.
        if modal.inner || modal.backdrop_response.clicked() {
            actions.push(Action::ShowKeys(false));
        }
    }

    fn groups_ui(&self, ui: &mut Ui, columns: usize, look: &Look) {
        let found = self.found(look);
        // Otherwise the page would keep the height of its first frame.
        let height = (ui.ctx().content_rect().height() - AROUND).max(LEAST);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            if found.is_empty() {
                ui.weak(look.text("palette.none"));
            }
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP_PAGE;
                for groups in parted(&found, columns) {
                    column_ui(ui, groups, look);
                }
            });
        });
    }
}

/// The number of columns that a window of that width has room for.
fn columns_in(width: f32) -> usize {
    let fit = (width - 2.0 * f32::from(MARGIN)) / (COLUMN_WIDTH + theme::GAP_PAGE);
    (fit as usize).clamp(1, MOST_COLUMNS)
}

/// The groups in columns of about the same height.
fn parted(found: &[FoundGroup], columns: usize) -> Vec<&[FoundGroup]> {
    /// Rows that a group's title takes.
    const TITLE: usize = 2;
    let rows = |groups: &[FoundGroup]| groups.iter().map(|(_, inside)| inside.len() + TITLE).sum::<usize>();
    let mut parts = Vec::new();
    let mut rest = found;
    for left in (1..=columns).rev().filter(|_| !found.is_empty()) {
        let share = rows(rest).div_ceil(left);
        // A group goes to the column that has more than half of it.
        let fits = |count: &usize| rows(&rest[..*count]) + rows(std::slice::from_ref(&rest[*count])) / 2 <= share;
        let count = (1..rest.len()).take_while(fits).last().map_or(usize::from(!rest.is_empty()), |last| last + 1);
        let (column, others) = rest.split_at(if left == 1 { rest.len() } else { count });
        parts.push(column);
        rest = others;
    }
    parts
}

fn caps_ui(ui: &mut Ui, shortcut: &Shortcut, look: &Look) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        for name in shortcut.names() {
            cap_ui(ui, &name, look);
        }
    });
}

fn column_ui(ui: &mut Ui, groups: &[FoundGroup], look: &Look) {
    ui.vertical(|ui| {
        ui.set_width(COLUMN_WIDTH);
        for (group, inside) in groups {
            ui.label(RichText::new(look.text(group.text())).strong().color(look.palette.strong));
            let grid = Grid::new(group.text()).num_columns(2).min_col_width(KEYS_WIDTH);
            grid.spacing([theme::GAP_LARGE, ROW_GAP]).show(ui, |ui| {
                for shortcut in inside {
                    caps_ui(ui, shortcut, look);
                    ui.label(look.text(shortcut.text));
                    ui.end_row();
                }
            });
            ui.add_space(theme::GAP_LARGE);
        }
    });
}

/// Draws a key as it looks on a keyboard.
fn cap_ui(ui: &mut Ui, name: &str, look: &Look) {
    let frame = egui::Frame::new()
        .fill(look.palette.control)
        .stroke((1.0, look.palette.outline))
        .corner_radius(theme::CORNER)
        .inner_margin(egui::Margin::symmetric(6, 1));
    frame.show(ui, |ui| ui.label(RichText::new(name).monospace().color(look.palette.strong)));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ui::test_support::look;

    fn page(typed: &str) -> KeysPage {
        KeysPage { shown: true, typed: typed.to_owned(), ..KeysPage::default() }
    }

    #[test]
    fn every_shortcut_stands_on_the_page_once() {
        let found = page("").found(&look(egui::Theme::Dark));
        let names: Vec<&str> = found.iter().flat_map(|(_, inside)| inside.iter().map(|one| one.text)).collect();
        let keyed: Vec<_> = TABLE.iter().filter(|shortcut| shortcut.has_keys()).collect();
        assert_eq!(names.len(), keyed.len());
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), keyed.len());
        let groups: Vec<KeyGroup> = found.iter().map(|(group, _)| *group).collect();
        let with_keys = |group: &KeyGroup| keyed.iter().any(|shortcut| shortcut.group() == *group);
        assert_eq!(groups, KeyGroup::ALL.into_iter().filter(with_keys).collect::<Vec<_>>());
    }

    #[test]
    fn keys_are_found_by_name_and_by_key_and_by_group() {
        let look = look(egui::Theme::Dark);
        let names = |typed: &str| -> Vec<String> {
            let found = page(typed).found(&look);
            found.iter().flat_map(|(_, inside)| inside.iter().map(|one| look.text(one.text).into_owned())).collect()
        };
        assert!(names("copy as json").iter().any(|name| name == "Copy as JSON"));
        assert!(names("ctrl+f").iter().any(|name| name == "Focus the filter"));
        assert!(names("remove").len() >= 3);
        assert!(names("no such key").is_empty());
    }

    #[test]
    fn the_columns_are_about_as_high() {
        let found = page("").found(&look(egui::Theme::Dark));
        let rows = |groups: &[FoundGroup]| groups.iter().map(|(_, inside)| inside.len() + 2).sum::<usize>();
        for columns in 1..=MOST_COLUMNS {
            let parts = parted(&found, columns);
            assert_eq!(parts.iter().map(|part| part.len()).sum::<usize>(), found.len(), "nothing is lost");
            let heights: Vec<usize> = parts.iter().map(|part| rows(part)).collect();
            let share = rows(&found) / columns;
            assert!(heights.iter().all(|height| height.abs_diff(share) <= share / 2), "{heights:?}");
        }
        assert_eq!((columns_in(1600.0), columns_in(1280.0), columns_in(1024.0)), (3, 3, 2));
        assert!(parted(&[], 2).is_empty());
    }
}
