//! The palette: everything that can be done or opened, found by typing a part of its name.

use egui::text::LayoutJob;
use egui::{Id, Key, Modal, Modifiers, Role, ScrollArea, Sense, TextEdit, TextFormat, TextStyle, Ui, Vec2, WidgetInfo};

use crate::ui::action::Action;
use crate::ui::ime::Composition;
use crate::ui::look::Look;
use crate::ui::theme;
use crate::ui::widgets::dialog::note_frame;

mod entries;
mod matching;

pub(crate) use entries::PaletteSources;
use entries::{PaletteEntry, entries};
use matching::{PaletteHit, hits};

/// Width of the palette, in points.
const WIDTH: f32 = 620.0;
/// Distance from the top of the window, as a share of its height.
const FROM_TOP: f32 = 0.12;
/// Height of an entry, in points.
const ENTRY_HEIGHT: f32 = 28.0;
/// Entries in view before it scrolls.
const IN_VIEW: f32 = 12.0;
/// Width of the column of groups, in points.
const GROUP_WIDTH: f32 = 96.0;

/// The palette, with what is typed.
#[derive(Debug, Default)]
pub(crate) struct CommandPalette {
    shown: bool,
    typed: String,
    /// The entries as they were when it opened: nothing moves under the finger.
    entries: Vec<PaletteEntry>,
    hits: Vec<PaletteHit>,
    /// Index of the chosen hit.
    at: usize,
    /// True if the chosen hit is to be scrolled into view.
    moved: bool,
    composition: Composition,
}

impl CommandPalette {
    /// Returns true while it is open.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Opens it with nothing typed.
    pub(crate) fn open(&mut self, sources: &PaletteSources<'_>, look: &Look) {
        *self = Self { shown: true, entries: entries(sources, look), ..Self::default() };
        self.find();
    }

    /// Closes it; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        std::mem::take(self).shown
    }

    fn find(&mut self) {
        self.hits = hits(&self.typed, self.entries.iter().map(|entry| (&*entry.name, &*entry.others)));
        (self.at, self.moved) = (0, true);
    }

    /// Draws the open palette.
    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        if !self.shown {
            return;
        }
        // While an input method composes, arrows, Enter and Esc are its own.
        let keys = if self.composition.watch(ui.ctx()) { PaletteKeys::default() } else { PaletteKeys::take(ui) };
        let run = self.follow(&keys, actions);
        let open = note_frame(ui, Id::unique("palette"));
        let room = ui.ctx().content_rect();
        let area = Modal::default_area(Id::unique("palette"));
        let area = area.anchor(egui::Align2::CENTER_TOP, Vec2::new(0.0, room.height() * FROM_TOP));
        let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(8));
        let modal = Modal::new(Id::unique("palette")).area(area).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(room.width() - 2.0 * theme::GAP_PAGE));
            let name = look.text("palette.name");
            let edit = TextEdit::singleline(&mut self.typed).hint_text(look.text("palette.hint"));
            let field = ui.add(edit.desired_width(f32::INFINITY).margin(egui::Margin::symmetric(8, 6)));
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &*name));
            open.focus_first(&field);
            if field.changed() {
                self.find();
            }
            ui.add_space(theme::GAP_SMALL);
            self.hits_ui(ui, look)
        });
        if let Some(action) = run.or(modal.inner) {
            self.close();
            actions.push(action);
        } else if modal.backdrop_response.clicked() {
            actions.push(Action::ShowPalette(false));
        }
    }

    /// Moves the choice, or returns the action that Enter runs.
    fn follow(&mut self, keys: &PaletteKeys, actions: &mut Vec<Action>) -> Option<Action> {
        if keys.close {
            actions.push(Action::ShowPalette(false));
            return None;
        }
        if keys.by != 0 && !self.hits.is_empty() {
            let hits = (self.hits.len() as u64).cast_signed();
            self.at = ((self.at as u64).cast_signed() + keys.by).rem_euclid(hits) as usize;
            self.moved = true;
        }
        let chosen = self.hits.get(self.at).filter(|_| keys.run)?;
        self.entries.get(chosen.entry).map(|entry| entry.action.clone())
    }

    /// Draws the entries that match; returns the action of the one that is clicked.
    fn hits_ui(&mut self, ui: &mut Ui, look: &Look) -> Option<Action> {
        if self.hits.is_empty() {
            ui.weak(look.text("palette.none"));
            return None;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = ENTRY_HEIGHT * IN_VIEW.min(self.hits.len() as f32);
        let height = height.min(ui.ctx().content_rect().height() * (1.0 - 2.0 * FROM_TOP)).max(ENTRY_HEIGHT);
        let mut clicked = None;
        let moved = std::mem::take(&mut self.moved);
        let area = ScrollArea::vertical().id_salt("palette").max_height(height).min_scrolled_height(height);
        area.auto_shrink([false, true]).show(ui, |ui| {
            for (at, hit) in self.hits.iter().enumerate() {
                let Some(entry) = self.entries.get(hit.entry) else { continue };
                let response = entry_ui(ui, entry, &hit.lit, at == self.at, look);
                if at == self.at && moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(entry.action.clone());
                }
            }
        });
        clicked
    }
}

/// Keys that the palette takes for itself, before its field sees them.
#[derive(Debug, Default)]
struct PaletteKeys {
    by: i64,
    run: bool,
    close: bool,
}

impl PaletteKeys {
    fn take(ui: &Ui) -> Self {
        ui.input_mut(|input| {
            let mut pressed = |modifiers, key| (input.count_and_consume_key(modifiers, key) as u64).cast_signed();
            let down = pressed(Modifiers::NONE, Key::ArrowDown) + pressed(Modifiers::CTRL, Key::N);
            let up = pressed(Modifiers::NONE, Key::ArrowUp) + pressed(Modifiers::CTRL, Key::P);
            let page =
                IN_VIEW as i64 * (pressed(Modifiers::NONE, Key::PageDown) - pressed(Modifiers::NONE, Key::PageUp));
            let run = pressed(Modifiers::NONE, Key::Enter) > 0;
            let close = pressed(Modifiers::NONE, Key::Escape) + pressed(Modifiers::COMMAND, Key::K) > 0;
            Self { by: down - up + page, run, close }
        })
    }
}

/// Draws one entry, which arrows choose and Tab passes by: its group, its name with the matching letters lit, and its keys.
fn entry_ui(ui: &mut Ui, entry: &PaletteEntry, lit: &[u32], chosen: bool, look: &Look) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ENTRY_HEIGHT), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &entry.name));
    response.ctx.accesskit_node_builder(response.id, |node| node.set_selected(chosen));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let palette = look.palette;
    if chosen || response.hovered() {
        let ground = if chosen { palette.selected } else { palette.hovered };
        ui.painter().rect_filled(rect, theme::CORNER, ground);
    }
    let font = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let left = rect.left_center() + Vec2::new(theme::GAP, 0.0);
    painter.text(left, egui::Align2::LEFT_CENTER, look.text(entry.group), small.clone(), palette.weak);
    let hint = painter.layout_no_wrap(entry.hint.clone(), small, palette.weak);
    let hint_at = egui::pos2(rect.right() - theme::GAP - hint.size().x, rect.center().y - hint.size().y / 2.0);
    let name_at = left.x + GROUP_WIDTH;
    let mut job = LayoutJob::default();
    for (at, letter) in entry.name.chars().enumerate() {
        let is_lit = lit.binary_search(&(at as u32)).is_ok();
        let color = if is_lit { palette.accent } else { palette.text };
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, TextFormat::simple(font.clone(), color));
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width((hint_at.x - name_at - theme::GAP).max(0.0));
    let name = painter.layout_job(job);
    painter.galley(egui::pos2(name_at, rect.center().y - name.size().y / 2.0), name, palette.text);
    painter.galley(hint_at, hint, palette.weak);
    response
}

#[cfg(test)]
mod tests;
