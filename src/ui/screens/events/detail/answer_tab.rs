//! Page of the reply: its bytes, time and effect in the chat, the event's attempts, and the editor of a held push.

use egui::{CollapsingHeader, CornerRadius, Label, Rect, RichText, ScrollArea, Sense, Ui, Vec2};

use super::answered::ReplyView;
use super::attempts::{Lanes, WECHAT_LIMIT_MS, attempts_ui};
use super::forwarded::forwarded_ui;
use super::reply_bytes::{bytes_ui, row_ui};
use crate::capture::{HANDSHAKE, Reply, ReplyEnd, ReplySource, StoredCapture};
use crate::ui::action::Action;
use crate::ui::look::{FAULT_MARK, Look};
use crate::ui::screens::events::answering::{ManualReplies, answering_ui, unsent_reply_ui};
use crate::ui::theme::{GAP, GAP_LARGE};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::controls::{card, copy_button, title, value_pair, weak};
use crate::ui::widgets::findings::{PlaceDisplay, findings_ui};
use crate::ui::widgets::quantities::milliseconds;

/// Size of the bar that compares the reply time with WeChat's limit, in points.
const BAR: Vec2 = Vec2::new(220.0, 6.0);

/// Draws the page of the reply.
pub(super) fn answer_ui(
    ui: &mut Ui,
    stored: &StoredCapture,
    (reply, lanes): (Option<&ReplyView>, &Lanes),
    answering: &mut ManualReplies,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ScrollArea::vertical().id_salt("answer").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        let is_waiting = answering.stage(stored.placement.group).is_some();
        let has_unsent = !is_waiting && answering.has_unsent(stored.placement.group);
        answering_ui(ui, answering, stored, look, actions);
        if has_unsent {
            // It stays where it was written.
            unsent_reply_ui(ui, answering, stored, look, actions);
        }
        match (&stored.reply, reply) {
            (Some(reply), Some(view)) => {
                reply_ui(ui, (reply, view), stored.capture.envelope.kind == HANDSHAKE, look, actions);
            }
            _ if is_waiting => {}
            _ => drop(ui.add(Label::new(look.text("detail.answer.nothing")).wrap())),
        }
        attempts_ui(ui, lanes, stored.placement.id, look, actions);
        if !is_waiting && !has_unsent {
            unsent_reply_ui(ui, answering, stored, look, actions);
        }
        ui.add_space(GAP_LARGE);
    });
}

fn reply_ui(
    ui: &mut Ui,
    (reply, view): (&Reply, &ReplyView),
    is_handshake: bool,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    title(ui, look, &look.text("detail.answer.title"));
    if let Some(effect) = &view.user_outcome {
        let color = if view.is_legal { look.palette.ok } else { look.palette.error };
        let mark = if view.is_legal { "✓" } else { "×" };
        ui.add(Label::new(RichText::new(format!("{mark} {}", effect.sentence)).color(color)).wrap());
        bubble_ui(ui, &effect.outcome, effect.reply.as_ref(), look);
    }
    if let Some(name) = reply.fault {
        let fault = look.text(&format!("fault.{name}.name")).into_owned();
        let words = format!("{FAULT_MARK} {}", look.filled("detail.answer.fault", &[("fault", &fault)]));
        ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
    }
    findings_ui(ui, &view.findings, PlaceDisplay::Text, look);
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        value_pair(ui, look, &look.text("detail.answer.status"), &status_words(reply.status, reply.end, look));
        let source = source_words(&reply.source, is_handshake, look);
        row_ui(ui, "detail.answer.source", look, |ui| drop(ui.add(Label::new(source).wrap())));
        row_ui(ui, "detail.answer.elapsed", look, |ui| elapsed_ui(ui, reply, look));
        row_ui(ui, "detail.answer.body", look, |ui| body_ui(ui, reply, view, look, actions));
    });
    if let Some(forwarded) = &view.forwarded {
        forwarded_ui(ui, forwarded, look);
    }
}

/// The HTTP status, and how the connection ended if not with a reply.
fn status_words(status: Option<u16>, end: ReplyEnd, look: &Look) -> String {
    let ended = || look.text(&format!("detail.end.{}", end.as_str())).into_owned();
    match status {
        Some(status) if end == ReplyEnd::Answered => status.to_string(),
        Some(status) => format!("{status} · {}", ended()),
        None => ended(),
    }
}

/// The source of the reply, as text.
fn source_words(source: &ReplySource, is_handshake: bool, look: &Look) -> String {
    match source {
        ReplySource::Default if is_handshake => look.text("detail.source.echo").into_owned(),
        ReplySource::Rule(name) => look.filled("detail.source.rule", &[("name", name)]),
        other => look.text(&format!("detail.source.{}", other.spelling())).into_owned(),
    }
}

fn elapsed_ui(ui: &mut Ui, reply: &Reply, look: &Look) {
    let share = reply.elapsed.as_secs_f32() * 1000.0 / WECHAT_LIMIT_MS;
    ui.label(RichText::new(milliseconds(reply.elapsed)).monospace());
    let (rect, _) = ui.allocate_exact_size(Vec2::new(BAR.x.min(ui.available_width()), BAR.y), Sense::hover());
    let color = if reply.summary().is_legal() { look.palette.ok } else { look.palette.error };
    ui.painter().rect_filled(rect, CornerRadius::same(3), look.palette.line);
    // Even the fastest reply leaves a visible bar.
    let filled = Vec2::new(rect.width() * share.clamp(0.01, 1.0), rect.height());
    ui.painter().rect_filled(Rect::from_min_size(rect.min, filled), CornerRadius::same(3), color);
    let key = if share <= 1.0 { "detail.answer.in_time" } else { "detail.answer.too_late" };
    ui.add(Label::new(weak(look, look.text(key))).wrap());
}

/// Draws the body in plaintext, and the bytes sent if they differ.
fn body_ui(ui: &mut Ui, reply: &Reply, view: &ReplyView, look: &Look, actions: &mut Vec<Action>) {
    bytes_ui(ui, &view.body, look);
    if !reply.body.is_empty() {
        let text = || String::from_utf8_lossy(&reply.body).into_owned();
        copy_button(ui, look, &look.text("detail.answer.body"), text, actions);
    }
    if let Some(wire) = &view.wire {
        CollapsingHeader::new(look.text("hold.wire")).id_salt("wire").show(ui, |ui| bytes_ui(ui, wire, look));
    }
}

#[cfg(test)]
mod tests;
