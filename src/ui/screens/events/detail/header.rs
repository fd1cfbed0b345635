//! Header of the detail: kind and key, exact time, signature, mode, reply, and attempts.

use egui::accesskit::Role;
use egui::{Button, CornerRadius, Label, RichText, Sense, Sides, Ui, Vec2};
use jiff::tz::TimeZone;

use super::request_tab::signature_words;
use crate::capture::{Capture, Reply, ReplySource};
use crate::engine::EventDetail;
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::{FAULT_MARK, Look, attempt_mark, fault_hint, forward_hint, signature_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::annotation::annotation_ui;
use crate::ui::widgets::controls::{chip, named, weak};
use crate::ui::widgets::copy_menu::copy_menu_ui;
use crate::ui::widgets::quantities::milliseconds;
use crate::wechat::kind;

/// Size of the bar in the family's colour beside the title, in points.
const FAMILY_BAR: Vec2 = Vec2::new(4.0, 20.0);

/// Maximum number of characters of a kind or key in the title, which has one line, and in its tooltip.
const TITLE_CHARS: usize = 200;
const HOVER_CHARS: usize = 1_000;

/// Draws the header of the detail.
pub(super) fn header_ui(ui: &mut Ui, opened: &EventDetail, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    let capture = &opened.stored.capture;
    let id = opened.stored.placement.id.to_string();
    let number = look.filled("detail.number", &[("id", &id), ("account", &shortened(&capture.account, TITLE_CHARS))]);
    Sides::new().shrink_left().truncate().show(
        ui,
        |ui| title_ui(ui, capture, look),
        |ui| {
            actions.extend(copy_menu_ui(ui, look));
            ui.add(Label::new(weak(look, number)).extend())
        },
    );
    instant_ui(ui, opened, look);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        chips_ui(ui, opened, look);
    });
    annotation_ui(ui, &opened.stored.annotation, look, actions);
    if opened.attempts.len() > 1 {
        attempts_ui(ui, opened, look, actions);
    }
}

/// Draws kind and key on one line, however long they are; a tooltip shows more of them, the fields all.
fn title_ui(ui: &mut Ui, capture: &Capture, look: &Look) {
    ui.spacing_mut().item_spacing.x = GAP;
    let family = look.family_color(kind::family(&capture.envelope.kind));
    // The kind's name tells its family; the colour only repeats it.
    let (bar, _) = ui.allocate_exact_size(FAMILY_BAR, Sense::hover());
    ui.painter().rect_filled(bar, CornerRadius::same(2), family);
    let kind = look.kind(&capture.envelope.kind, TITLE_CHARS);
    let kind = Label::new(RichText::new(kind).heading().strong().color(look.palette.strong)).truncate();
    ui.add(kind);
    if let Some(key) = capture.envelope.event_key.as_deref().filter(|key| !key.is_empty()) {
        ui.label(RichText::new("·").color(look.palette.weak));
        let shown = RichText::new(shortened(key, TITLE_CHARS)).monospace().size(15.0);
        let response = ui.add(Label::new(shown).truncate());
        response.on_hover_text(shortened(key, HOVER_CHARS));
    }
}

fn instant_ui(ui: &mut Ui, opened: &EventDetail, look: &Look) {
    let stored = &opened.stored;
    let at = stored.capture.request.received_at;
    let local = look.local(at).strftime("%Y-%m-%d %H:%M:%S.%3f %:z").to_string();
    let utc = at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S.%6f").to_string();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.label(RichText::new(local).monospace());
        ui.label(RichText::new(format!("{utc} UTC")).monospace().color(look.palette.weak));
    });
}

fn chips_ui(ui: &mut Ui, opened: &EventDetail, look: &Look) {
    let capture = &opened.stored.capture;
    let signature = capture.signature;
    chip(ui, look, signature_mark(signature), &signature_words(signature, look), look.signature_color(signature));
    let mode = look.text(&format!("detail.mode.{}", capture.mode.as_str())).into_owned();
    chip(ui, look, "◆", &mode, look.palette.text);
    let (mark, words, color) = match &opened.stored.reply {
        None => ("○", look.text("detail.answer.none_yet").into_owned(), look.palette.weak),
        Some(reply) if reply.summary().is_legal() => ("✓", answer_words(reply, look), look.palette.ok),
        Some(reply) => ("×", answer_words(reply, look), look.palette.error),
    };
    chip(ui, look, mark, &words, color);
    let reply = opened.stored.reply.as_ref();
    if let Some((mark, words)) = reply.and_then(Reply::forward).and_then(|state| forward_hint(state, look)) {
        chip(ui, look, mark, &words, look.palette.error);
    }
    if let Some(name) = reply.and_then(|reply| reply.fault) {
        chip(ui, look, FAULT_MARK, &fault_hint(name, look), look.palette.warning);
    }
    if capture.replay {
        chip(ui, look, "→", &look.text("detail.replay"), look.palette.note);
    }
}

fn answer_words(reply: &Reply, look: &Look) -> String {
    let elapsed = milliseconds(reply.elapsed);
    let Some(status) = reply.status else {
        return format!("{} · {elapsed}", look.text(&format!("detail.end.{}", reply.end.as_str())));
    };
    let key = if reply.source == ReplySource::None { "detail.answer.refused" } else { "detail.answer.answered" };
    look.filled(key, &[("status", &status.to_string()), ("elapsed", &elapsed)])
}

fn attempts_ui(ui: &mut Ui, opened: &EventDetail, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        ui.label(weak(look, look.text("detail.attempts")));
        for attempt in &opened.attempts {
            let number = attempt.placement.attempt;
            let button = Button::selectable(attempt.placement.id == opened.stored.placement.id, attempt_mark(number));
            let name = look.filled("detail.attempt", &[("number", &number.to_string())]);
            if named(ui.add(button), Role::Button, &name).on_hover_text(&name).clicked() {
                actions.push(Action::Select(attempt.placement.id));
            }
        }
    });
}
