//! Placeholders for pictures, voice, video and music in the chat, which are not fetched.

use egui::{Align, Color32, Layout, RichText, Sense, Ui, Vec2};
use egui::{CornerRadius, Label, Rect};

use super::{caption_ui, line, picture_ui};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};

/// Size of a picture, in points.
const IMAGE: Vec2 = Vec2::new(150.0, 110.0);
/// Size of a video's still, in points.
const STILL: Vec2 = Vec2::new(220.0, 124.0);
/// Side of the cover of a piece of music, in points.
const COVER: f32 = 44.0;
/// Heights of the bars of a voice message, in points.
const WAVE: [f32; 5] = [6.0, 12.0, 18.0, 12.0, 6.0];
/// Width of such a bar, and of the gap between two, in points.
const WAVE_STEP: f32 = 3.0;

/// Draws a picture with its `MediaId` below.
pub(super) fn image_ui(ui: &mut Ui, media_id: &str, look: &Look) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        picture_ui(ui, IMAGE, media_id, look);
        identifier_ui(ui, "bubble.image", media_id, look);
    });
}

/// Draws a voice message.
pub(super) fn voice_ui(ui: &mut Ui, media_id: &str, look: &Look) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let bars = WAVE.len() as f32;
        let size = Vec2::new((2.0 * bars - 1.0) * WAVE_STEP, WAVE[WAVE.len() / 2]);
        let (rect, _) = ui.allocate_exact_size(size, Sense::empty());
        for (at, height) in WAVE.iter().enumerate() {
            let left = rect.left() + 2.0 * WAVE_STEP * at as f32;
            let bar = Rect::from_center_size(
                egui::pos2(left + WAVE_STEP / 2.0, rect.center().y),
                Vec2::new(WAVE_STEP, *height),
            );
            ui.painter().rect_filled(bar, CornerRadius::same(1), look.palette.chat.text);
        }
        identifier_ui(ui, "bubble.voice", media_id, look);
    });
}

/// Draws a video's still, title and description.
pub(super) fn video_ui(ui: &mut Ui, [media_id, title, description]: [&str; 3], look: &Look) {
    let size = STILL * (ui.available_width() / STILL.x).min(1.0);
    let rect = picture_ui(ui, size, "", look);
    ui.painter().circle_filled(rect.center(), 18.0, Color32::from_black_alpha(150));
    let font = egui::FontId::proportional(18.0);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, "▶", font, Color32::WHITE);
    title_ui(ui, title, look);
    caption_ui(ui, description, look);
    identifier_ui(ui, "bubble.video", media_id, look);
}

/// Draws a piece of music: its texts on the left, its cover on the right.
pub(super) fn music_ui(ui: &mut Ui, [title, description, address]: [&str; 3], look: &Look) {
    let words = ui.available_width() - COVER - GAP;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.allocate_ui_with_layout(Vec2::new(words, 0.0), Layout::top_down(Align::LEFT), |ui| {
            ui.set_width(words);
            ui.spacing_mut().item_spacing.y = GAP_SMALL;
            let shown = if title.is_empty() { look.text("bubble.music") } else { title.into() };
            title_ui(ui, &shown, look);
            caption_ui(ui, description, look);
            caption_ui(ui, address, look);
        });
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(COVER), Sense::empty());
        ui.painter().rect_filled(rect, CornerRadius::same(3), look.palette.chat.picture);
        let font = egui::FontId::proportional(22.0);
        ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, "♪", font, look.palette.chat.text);
    });
}

fn title_ui(ui: &mut Ui, title: &str, look: &Look) {
    if !title.is_empty() {
        ui.add(Label::new(RichText::new(line(title)).color(look.palette.chat.text)).wrap());
    }
}

/// Draws the type of the media with its `MediaId`.
fn identifier_ui(ui: &mut Ui, key: &str, media_id: &str, look: &Look) {
    caption_ui(ui, &look.filled(key, &[("media_id", media_id)]), look);
}
