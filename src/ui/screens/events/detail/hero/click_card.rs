//! Card of a menu click: its key, how often it was tapped, and how the last taps were answered.

use egui::{Label, RichText, Ui};

use super::super::long_text::LongText;
use super::caption_ui;
use crate::capture::{CaptureSummary, ReplyEnd};
use crate::engine::EventDetail;
use crate::texts::safe_text::grouped;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, icons};
use crate::ui::widgets::controls::{copy_icon, value_font, weak};
use crate::ui::widgets::marked::marked_line_ui;
use crate::ui::widgets::quantities::milliseconds;

/// A click as it is displayed.
#[derive(Debug)]
pub(in super::super) struct ClickCard {
    key: String,
    shown: LongText,
}

impl ClickCard {
    /// The card of an event with a key.
    pub(super) fn of(opened: &EventDetail) -> Option<Self> {
        let key = opened.stored.capture.envelope.event_key.as_deref().filter(|key| !key.is_empty())?;
        Some(Self { key: key.to_owned(), shown: LongText::of(key) })
    }

    pub(super) fn ui(&self, ui: &mut Ui, opened: &EventDetail, look: &Look, actions: &mut Vec<Action>) {
        self.shown.ui(ui, &self.key, value_font(ui, look), look);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            copy_icon(ui, look, "EventKey", || self.key.clone(), actions);
            // What was sent from here, or is signed by nobody we know, is no tap.
            if let Some(history) = opened.key_history.as_ref().filter(|history| history.count > 0) {
                let count = grouped(history.count);
                let key = if history.has_more { "hero.click.tapped_more" } else { "hero.click.tapped" };
                ui.label(weak(look, look.filled(key, &[("count", &count)])));
            }
        });
        let earlier = opened.key_history.as_ref().map_or(&[][..], |history| &history.earlier);
        if earlier.is_empty() {
            return;
        }
        ui.add_space(GAP_SMALL);
        caption_ui(ui, &look.text("hero.click.earlier"), look);
        for tap in earlier {
            tap_ui(ui, tap, look, actions);
        }
    }
}

/// Draws an earlier tap with its answer; a click opens it.
fn tap_ui(ui: &mut Ui, tap: &CaptureSummary, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let id = tap.placement.id;
        if ui.link(format!("#{id}")).clicked() {
            actions.push(Action::Select(id));
        }
        ui.label(RichText::new(look.dated(tap.received_at)).color(look.palette.weak));
        let (words, color) = match &tap.reply {
            None => (look.text("detail.answer.none_yet").into_owned(), look.palette.weak),
            Some(reply) => {
                let state = match reply.status {
                    Some(status) if reply.end == ReplyEnd::Answered => status.to_string(),
                    _ => look.text(&format!("detail.end.{}", reply.end.as_str())).into_owned(),
                };
                let (icon, color) = if reply.is_legal() {
                    (icons::CHECK, look.palette.weak)
                } else {
                    (icons::TRIANGLE_ALERT, look.palette.error)
                };
                marked_line_ui(ui, icon, &format!("{state} · {}", milliseconds(reply.elapsed)), color);
                return;
            }
        };
        ui.add(Label::new(RichText::new(words).color(color)).truncate());
    });
}
