//! Frame of a dialog: in the middle of the dimmed window, with the focus kept in it, and its two buttons at the bottom right.

use egui::accesskit::Role;
use egui::{Id, Label, Modal, ScrollArea, TextStyle, Ui, WidgetText};

use super::controls::{named, primary_button};
use crate::ui::look::Look;
use crate::ui::theme;

/// Margin within a dialog, in points.
const MARGIN: i8 = 20;
/// Room above, below and around the content for title, buttons and a rim of the window, in points.
const AROUND: f32 = 190.0;
/// Least height of the content before it scrolls, in points.
const LEAST: f32 = 120.0;
/// Frames after opening in which the first field takes the focus: the first one only measures.
const OPENING: u64 = 2;
/// Frames that a dialog may miss and still counts as open: it is drawn in each.
const MISSED: u64 = 1;

/// The choice at the bottom of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialogChoice {
    /// Not made yet.
    None,
    /// Close the dialog and do nothing.
    Cancel,
    /// Do what the dialog is for.
    Confirm,
}

/// Frames of a dialog: the first and the last in which it was drawn.
#[derive(Clone, Copy, Debug)]
struct DialogFrames {
    first: u64,
    last: u64,
}

/// A dialog while its content is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenDialog {
    /// True while the first field is to take the focus.
    pub(crate) is_opening: bool,
}

impl OpenDialog {
    /// Gives the focus to the dialog's first field while it opens.
    pub(crate) fn focus_first(self, response: &egui::Response) {
        if self.is_opening {
            response.request_focus();
        }
    }
}

/// Draws a dialog with its title; returns true if a click beside it asks to close it. Esc is a shortcut of its own.
///
/// The content scrolls where the window is too low for it. `buttons` stand below it, in view.
pub(crate) fn dialog_ui<T>(
    ui: &Ui,
    (name, title): (&str, &str),
    look: &Look,
    content: impl FnOnce(&mut Ui, OpenDialog) -> T,
    buttons: impl FnOnce(&mut Ui, T),
) -> bool {
    let id = Id::unique(name);
    let open = note_frame(ui, id);
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(MARGIN));
    let modal = Modal::new(id).frame(frame).show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect();
        ui.set_width(theme::DIALOG_WIDTH.min(room.width() - 2.0 * theme::GAP_PAGE - 2.0 * f32::from(MARGIN)));
        ui.spacing_mut().item_spacing.y = theme::GAP;
        title_ui(ui, title, look);
        let height = (room.height() - AROUND).max(LEAST);
        let area = ScrollArea::vertical().id_salt(name).max_height(height).auto_shrink([false, true]);
        let inner = area.min_scrolled_height(height).show(ui, |ui| content(ui, open)).inner;
        ui.add_space(theme::GAP_SMALL);
        buttons(ui, inner);
    });
    modal.backdrop_response.clicked()
}

/// Draws the title of a dialog.
pub(crate) fn title_ui(ui: &mut Ui, title: &str, look: &Look) {
    let shown = theme::page_text(title).color(look.palette.strong);
    named(ui.add(Label::new(shown).selectable(false)), Role::Heading, title);
    ui.add_space(theme::GAP_SMALL);
}

/// Follows from frame to frame whether a dialog has just opened.
pub(crate) fn note_frame(ui: &Ui, id: Id) -> OpenDialog {
    let now = ui.ctx().cumulative_frame_nr();
    let key = id.with("frames");
    let frames = ui.data_mut(|data| {
        let before = data.get_temp::<DialogFrames>(key).filter(|frames| now <= frames.last + MISSED);
        let frames = DialogFrames { first: before.map_or(now, |frames| frames.first), last: now };
        data.insert_temp(key, frames);
        frames
    });
    let is_opening = frames.last - frames.first < OPENING;
    if is_opening {
        // The focus is given once the field has been measured.
        ui.ctx().request_repaint();
    }
    OpenDialog { is_opening }
}

/// Draws Cancel and the accented button at the right, in the order in which they are read.
pub(crate) fn choice_ui(ui: &mut Ui, cancel: &str, (confirm, enabled): (&str, bool), look: &Look) -> DialogChoice {
    let taken = button_width(ui, cancel) + button_width(ui, confirm) + ui.spacing().item_spacing.x;
    let mut choice = DialogChoice::None;
    ui.horizontal(|ui| {
        ui.add_space((ui.available_width() - taken).max(0.0));
        if ui.button(cancel).clicked() {
            choice = DialogChoice::Cancel;
        }
        if primary_button(ui, look, confirm, enabled).clicked() {
            choice = DialogChoice::Confirm;
        }
    });
    choice
}

/// Draws the accented button of a dialog that only tells something, at the right; returns true if it was clicked.
pub(crate) fn close_ui(ui: &mut Ui, words: &str, look: &Look) -> bool {
    let row = ui.horizontal(|ui| {
        ui.add_space((ui.available_width() - button_width(ui, words)).max(0.0));
        primary_button(ui, look, words, true).clicked()
    });
    row.inner
}

/// Width of a button with that text, in points.
pub(crate) fn button_width(ui: &Ui, text: &str) -> f32 {
    let extend = Some(egui::TextWrapMode::Extend);
    let galley = WidgetText::from(text).into_galley(ui, extend, f32::INFINITY, TextStyle::Button);
    galley.size().x + 2.0 * ui.spacing().button_padding.x
}
