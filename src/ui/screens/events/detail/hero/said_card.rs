//! Card of the user's words: a text in its bubble, or a voice message with what was understood of it.

use egui::{Align, CornerRadius, Frame, Layout, Margin, RichText, Ui};

use super::super::long_text::LongText;
use super::caption_ui;
use crate::engine::EventDetail;
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER_CARD, GAP};
use crate::ui::widgets::controls::{copy_icon, weak};
use crate::wechat::tree::Tree;

/// Share of the width that a bubble takes at most.
const BUBBLE_SHARE: f32 = 0.85;
/// Maximum number of characters of a voice message's format.
const LONGEST_FORMAT: usize = 20;

/// Words as they are displayed.
#[derive(Debug)]
pub(in super::super) struct SaidCard {
    words: String,
    shown: LongText,
    /// Format of a voice message.
    voice: Option<String>,
}

impl SaidCard {
    /// A text message.
    pub(super) fn text(content: &str) -> Self {
        Self { words: content.to_owned(), shown: LongText::of(content), voice: None }
    }

    /// A voice message.
    pub(super) fn voice(opened: &EventDetail) -> Option<Self> {
        let tree = Tree::parse_lenient(opened.stored.capture.message()).ok()?;
        let text = |name: &str| tree.root().text_of(name).unwrap_or_default().trim().to_owned();
        let voice = Some(shortened(&text("Format"), LONGEST_FORMAT));
        Some(Self { voice, ..Self::text(&text("Recognition")) })
    }

    pub(super) fn ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if let Some(format) = &self.voice {
            let key = if self.words.is_empty() { "hero.voice" } else { "hero.voice_understood" };
            caption_ui(ui, &look.filled(key, &[("format", format)]), look);
        }
        if self.words.is_empty() {
            if self.voice.is_none() {
                ui.label(weak(look, look.text("detail.empty")));
            }
            return;
        }
        let widest = ui.available_width() * BUBBLE_SHARE;
        ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
            let frame = Frame::new()
                .fill(look.palette.accent_ground)
                .corner_radius(CornerRadius::same(CORNER_CARD))
                .inner_margin(Margin::symmetric(12, 8));
            frame.show(ui, |ui| {
                ui.set_max_width(widest);
                let font = egui::TextStyle::Body.resolve(ui.style());
                self.shown.ui(ui, &self.words, (font, look.palette.strong), look);
            });
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            copy_icon(ui, look, &look.text("detail.said.body"), || self.words.clone(), actions);
            let count = self.words.chars().count().to_string();
            ui.label(
                RichText::new(look.filled("hero.characters", &[("count", &count)])).small().color(look.palette.weak),
            );
        });
    }
}
