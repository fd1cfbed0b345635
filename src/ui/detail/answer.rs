//! What was answered, how fast, and how the event's other attempts went.

use egui::accesskit::Role;
use egui::{CornerRadius, Label, Rect, RichText, ScrollArea, Sense, Ui, Vec2};

use super::super::action::Action;
use super::super::look::{Look, attempt_mark, signature_mark};
use super::super::theme::{GAP, GAP_LARGE};
use super::Detail;
use super::controls::{card, code_frame, copy_button, named, pair, title, value_pair, weak};
use super::header::{WECHAT_LIMIT_MS, is_good, milliseconds, signature_words};
use super::shown::Shown;
use crate::capture::{CaptureSummary, Reply};

/// The bar that holds an answer's time against WeChat's limit, in points.
const BAR: Vec2 = Vec2::new(220.0, 6.0);

/// Draws the page.
pub(super) fn answer_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("answer").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        title(ui, look, &look.text("detail.answer.title"));
        match &detail.opened.stored.reply {
            Some(reply) => reply_ui(ui, reply, look, actions),
            None => drop(ui.add(Label::new(look.text("detail.answer.nothing")).wrap())),
        }
        attempts_ui(ui, detail, look, actions);
        ui.add_space(GAP_LARGE);
    });
}

fn reply_ui(ui: &mut Ui, reply: &Reply, look: &Look, actions: &mut Vec<Action>) {
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        value_pair(ui, look, &look.text("detail.answer.status"), &reply.status.to_string());
        let source = look.text(&format!("detail.source.{}", reply.source.as_str())).into_owned();
        row_ui(ui, "detail.answer.source", look, |ui| drop(ui.add(Label::new(source).wrap())));
        row_ui(ui, "detail.answer.elapsed", look, |ui| elapsed_ui(ui, reply, look));
        row_ui(ui, "detail.answer.body", look, |ui| body_ui(ui, reply, look, actions));
    });
}

fn row_ui(ui: &mut Ui, key: &str, look: &Look, value: impl FnOnce(&mut Ui)) {
    pair(ui, |ui| drop(ui.add(Label::new(RichText::new(look.text(key)).color(look.palette.weak)).wrap())), value);
}

fn elapsed_ui(ui: &mut Ui, reply: &Reply, look: &Look) {
    let share = reply.elapsed.as_secs_f32() * 1000.0 / WECHAT_LIMIT_MS;
    ui.label(RichText::new(milliseconds(reply.elapsed)).monospace());
    let (rect, _) = ui.allocate_exact_size(Vec2::new(BAR.x.min(ui.available_width()), BAR.y), Sense::hover());
    let color = if is_good(reply) { look.palette.ok } else { look.palette.error };
    ui.painter().rect_filled(rect, CornerRadius::same(3), look.palette.line);
    // However fast, a little is to be seen.
    let filled = Vec2::new(rect.width() * share.clamp(0.01, 1.0), rect.height());
    ui.painter().rect_filled(Rect::from_min_size(rect.min, filled), CornerRadius::same(3), color);
    let key = if share <= 1.0 { "detail.answer.in_time" } else { "detail.answer.too_late" };
    ui.add(Label::new(weak(look, look.text(key))).wrap());
}

fn body_ui(ui: &mut Ui, reply: &Reply, look: &Look, actions: &mut Vec<Action>) {
    if reply.body.is_empty() {
        ui.label(RichText::new(look.text("detail.empty")).italics().color(look.palette.weak));
        return;
    }
    let text = String::from_utf8_lossy(&reply.body);
    code_frame(look).show(ui, |ui| ui.add(Label::new(RichText::new(Shown::of(&text).marked()).monospace()).wrap()));
    copy_button(ui, look, &look.text("detail.answer.body"), || text.clone().into_owned(), actions);
}

/// Every attempt of the event, this one included.
fn attempts_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    title(ui, look, &look.text("detail.attempts"));
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        if detail.opened.attempts.len() <= 1 {
            ui.add(Label::new(weak(look, look.text("detail.answer.one_attempt"))).wrap());
        }
        let first = detail.opened.attempts.first().map(|attempt| attempt.received_at);
        for attempt in &detail.opened.attempts {
            let later = first.map(|first| attempt.received_at.duration_since(first).as_secs_f64()).unwrap_or_default();
            attempt_ui(ui, attempt, later, attempt.placement.id == detail.id(), look, actions);
        }
    });
}

fn attempt_ui(
    ui: &mut Ui,
    attempt: &CaptureSummary,
    later: f64,
    is_shown: bool,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let number = attempt.placement.attempt;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let name = look.filled("detail.attempt", &[("number", &number.to_string())]);
        let text = RichText::new(format!("{} {}", attempt_mark(number), look.clock(attempt.received_at))).monospace();
        let response = named(ui.selectable_label(is_shown, text), Role::Button, &name);
        if response.clicked() && !is_shown {
            actions.push(Action::Select(attempt.placement.id));
        }
        if number > 1 {
            ui.label(RichText::new(format!("+{later:.1} s")).monospace().color(look.palette.weak));
        }
        let mark = signature_mark(attempt.signature);
        let words = signature_words(attempt.signature, look);
        ui.label(RichText::new(format!("{mark} {words}")).color(look.signature_color(attempt.signature)));
        let answer = match &attempt.reply {
            Some(reply) => format!("{} · {}", reply.status, milliseconds(reply.elapsed)),
            None => look.text("detail.answer.none_yet").into_owned(),
        };
        ui.label(RichText::new(answer).monospace());
    });
}
