//! Section of the reply: its effect in the chat, its source and time, its bytes, and the editor of a held push.

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::answered::{ReplyStanding, ReplyView};
use super::attempts::WECHAT_LIMIT_MS;
use super::forwarded::forwarded_ui;
use super::reply_bytes::bytes_ui;
use crate::capture::{HANDSHAKE, Reply, ReplyEnd, ReplySource, StoredCapture};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::screens::events::answering::{ManualReplies, answering_ui, unsent_reply_ui};
use crate::ui::theme::{GAP, GAP_SMALL, icons};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::controls::{copy_icon, weak};
use crate::ui::widgets::findings::{PlaceDisplay, findings_ui};
use crate::ui::widgets::marked::marked_ui;
use crate::ui::widgets::quantities::{milliseconds, size};
use crate::ui::widgets::reply_source;

/// Maximum width of the preview of the chat, in points.
const CHAT_WIDTH: f32 = 440.0;

/// Draws the reply, or the editor of one.
pub(super) fn reply_section_ui(
    ui: &mut Ui,
    stored: &StoredCapture,
    reply: Option<&ReplyView>,
    answering: &mut ManualReplies,
    look: &Look,
    actions: &mut Vec<Action>,
) {
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
        _ => {
            let key = if stored.capture.replay { "detail.answer.own" } else { "detail.answer.nothing" };
            ui.add(Label::new(weak(look, look.text(key))).wrap());
        }
    }
    if !is_waiting && !has_unsent {
        unsent_reply_ui(ui, answering, stored, look, actions);
    }
}

fn reply_ui(
    ui: &mut Ui,
    (reply, view): (&Reply, &ReplyView),
    is_handshake: bool,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    verdict_ui(ui, (reply, view), is_handshake, look);
    if let Some(name) = reply.fault {
        let fault = look.text(&format!("fault.{name}.name")).into_owned();
        let words = look.filled("detail.answer.fault", &[("fault", &fault)]);
        marked_ui(ui, icons::ZAP, &words, look.palette.fault);
    }
    findings_ui(ui, &view.findings, PlaceDisplay::Text, look);
    if let Some(effect) = view.user_outcome.as_ref().filter(|effect| effect.has_chat()) {
        ui.scope(|ui| {
            ui.set_max_width(CHAT_WIDTH.min(ui.available_width()));
            bubble_ui(ui, &effect.outcome, effect.reply.as_ref(), look);
        });
    }
    body_ui(ui, reply, view, look, actions);
    if let Some(forwarded) = &view.forwarded {
        forwarded_ui(ui, forwarded, look);
    }
}

/// Draws the effect in a sentence, and below it status, source and time. What is right stays quiet.
fn verdict_ui(ui: &mut Ui, (reply, view): (&Reply, &ReplyView), is_handshake: bool, look: &Look) {
    if let Some(effect) = &view.user_outcome {
        let (icon, color) = match effect.standing {
            ReplyStanding::Taken => (icons::CHECK, look.palette.text),
            ReplyStanding::Failed => (icons::TRIANGLE_ALERT, look.palette.error),
            ReplyStanding::Refused => (icons::CIRCLE_SLASH, look.palette.weak),
            ReplyStanding::Superseded => (icons::TIMER_OFF, look.palette.weak),
        };
        marked_ui(ui, icon, &effect.sentence, color);
    }
    let is_in_time = reply.elapsed.as_secs_f32() * 1000.0 <= WECHAT_LIMIT_MS;
    let limit = look.text(if is_in_time { "detail.answer.in_time" } else { "detail.answer.too_late" });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        let part = |ui: &mut Ui, words: String| ui.add(Label::new(weak(look, words)).wrap());
        part(ui, status_words(reply.status, reply.end, look)).on_hover_text(look.text("detail.answer.status"));
        part(ui, "·".to_owned());
        let source = source_words(reply, is_handshake, look);
        part(ui, source).on_hover_text(look.text("detail.answer.source"));
        part(ui, "·".to_owned());
        part(ui, milliseconds(reply.elapsed)).on_hover_text(&*limit);
        if !is_in_time {
            let is_over = view.user_outcome.as_ref().is_some_and(|effect| effect.standing == ReplyStanding::Superseded);
            let color = if is_over { look.palette.weak } else { look.palette.error };
            ui.add(Label::new(RichText::new(&*limit).small().color(color)).wrap());
        }
    });
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

/// The source of the reply, as text; where there is none, the reason.
fn source_words(reply: &Reply, is_handshake: bool, look: &Look) -> String {
    match &reply.source {
        ReplySource::None => look.text(no_source_key(reply)).into_owned(),
        ReplySource::Default if is_handshake => look.text("detail.source.echo").into_owned(),
        source => reply_source::source_words(source, look),
    }
}

/// Locale key of the reason why nothing decided about a reply.
fn no_source_key(reply: &Reply) -> &'static str {
    match (reply.end, reply.status) {
        _ if reply.fault.is_some() => "detail.no_source.left",
        (ReplyEnd::Answered, Some(403)) => "detail.no_source.refused",
        (ReplyEnd::Answered, Some(413)) => "detail.no_source.too_large",
        (ReplyEnd::Answered, Some(503)) => "detail.no_source.not_stored",
        (ReplyEnd::HungUp, _) => "detail.no_source.not_ready",
        (ReplyEnd::Silent, _) => "detail.no_source.left",
        _ => "detail.source.none",
    }
}

/// Draws the body in plaintext, folded, and the bytes sent if they differ.
fn body_ui(ui: &mut Ui, reply: &Reply, view: &ReplyView, look: &Look, actions: &mut Vec<Action>) {
    let bytes = size(reply.body.len() as u64);
    let raw = CollapsingHeader::new(look.filled("hero.reply.raw", &[("size", &bytes)])).id_salt("reply body");
    raw.show(ui, |ui| {
        bytes_ui(ui, &view.body, look);
        if !reply.body.is_empty() {
            let text = || String::from_utf8_lossy(&reply.body).into_owned();
            copy_icon(ui, look, &look.text("detail.answer.body"), text, actions);
        }
    });
    if let Some(wire) = &view.wire {
        CollapsingHeader::new(look.text("hold.wire")).id_salt("wire").show(ui, |ui| bytes_ui(ui, wire, look));
    }
}

#[cfg(test)]
mod tests;
