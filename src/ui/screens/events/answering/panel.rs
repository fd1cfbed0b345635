//! Panel of a held push: the time left, the decisions, and the editor of the reply.

use egui::accesskit::Role;
use egui::{Button, Color32, CornerRadius, Id, Label, Rect, RichText, Sense, Ui, UiBuilder, Vec2};

use super::{ATTEMPTS, ManualReplies, ReplyDraft, Stage, seconds_left};
use crate::capture::diagnosis::Severity;
use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{AwaitedRetry, HeldDecision, HeldPush};
use crate::ui::action::Action;
use crate::ui::keys;
use crate::ui::look::{Look, attempt_mark, severity_mark};
use crate::ui::theme::{CONTROL_HEIGHT, GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, named, title, weak};
use crate::ui::widgets::fault_choice::fault_choice_ui;
use crate::ui::widgets::reply_editor::Purpose;

/// Height of the countdown bar, in points.
const BAR_HEIGHT: f32 = 8.0;

/// Share of the time left below which the countdown turns red.
const LOW_SHARE: f32 = 0.25;

/// The user's decision about a held push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Send,
    Default,
    LetRetry,
}

/// Draws the panel of a capture's event, if it waits for a reply.
pub(crate) fn answering_ui(
    ui: &mut Ui,
    answering: &mut ManualReplies,
    stored: &StoredCapture,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let group = stored.placement.group;
    let Some(stage) = answering.stage(group) else { return };
    let takes_focus =
        answering.focus_request.take_if(|requested| *requested == group).is_some() && !ui.ctx().text_edit_focused();
    let is_to_retry = matches!(stage, Stage::Held(push) if answering.is_to_retry(push.placement.id));
    let draft = answering.draft(group, stored, look);
    if takes_focus {
        draft.focus();
    }
    // The same for all attempts, so that the caret keeps its place when a retry arrives.
    let place = UiBuilder::new().scope_id(panel_id(group));
    let decision = ui.scope_builder(place, |ui| {
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            stage_ui(ui, &stage, is_to_retry, look);
            let is_illegal = draft.editor.report().is_some_and(|report| !report.is_legal());
            let clicked = buttons_ui(ui, &stage, is_illegal, look);
            let submitted = draft_ui(ui, draft, stored, look).then_some(Decision::Send);
            hint_ui(ui, &stage, is_to_retry, look);
            clicked.or(submitted)
        })
    });
    let command = match decision.inner.inner {
        Some(Decision::Send) => answering.send(group),
        Some(Decision::Default) => answering.decide(group, HeldDecision::Default),
        Some(Decision::LetRetry) => answering.decide(group, HeldDecision::LetRetry),
        None => None,
    };
    actions.extend(command.map(Action::Ask));
}

/// Id of the panel of an event, by the id of its first attempt.
pub(super) fn panel_id(group: CaptureId) -> Id {
    Id::unique(("answering", group.0))
}

/// Draws the draft, and returns true if it is submitted.
fn draft_ui(ui: &mut Ui, draft: &mut ReplyDraft, stored: &StoredCapture, look: &Look) -> bool {
    let edited = draft.editor.ui(ui, &Purpose::Answer(&stored.capture), look);
    ui.separator();
    ui.label(RichText::new(look.text("hold.fault")).color(look.palette.weak));
    fault_choice_ui(ui, &mut draft.fault, look);
    edited.submitted
}

fn stage_ui(ui: &mut Ui, stage: &Stage, is_to_retry: bool, look: &Look) {
    match stage {
        Stage::Held(push) => held_ui(ui, push, is_to_retry, look),
        Stage::Awaited(retry) => awaited_ui(ui, retry, look),
    }
}

fn held_ui(ui: &mut Ui, push: &HeldPush, is_to_retry: bool, look: &Look) {
    let attempt = push.placement.attempt;
    let words = look.filled("hold.title", &[("attempt", &attempt.to_string())]);
    let key = if is_to_retry { "hold.left_typing" } else { "hold.left" };
    let left = look.filled(key, &[("seconds", &seconds_left(push.deadline))]);
    let (all, rest) = (push.deadline - push.began, push.deadline.saturating_duration_since(std::time::Instant::now()));
    let share = rest.as_secs_f32() / all.as_secs_f32().max(f32::EPSILON);
    let color = if share < LOW_SHARE { look.palette.error } else { look.palette.warning };
    ui.horizontal_wrapped(|ui| {
        title(ui, look, &format!("⏸ {} {words}", attempt_mark(attempt)));
        ui.label(RichText::new(left).color(color));
    });
    bar_ui(ui, share, color, look);
}

/// Draws the countdown bar, which shrinks from the right; the text above conveys the same.
fn bar_ui(ui: &mut Ui, share: f32, color: Color32, look: &Look) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), BAR_HEIGHT), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(4), look.palette.line);
    let left = Vec2::new(rect.width() * share.clamp(0.0, 1.0), rect.height());
    ui.painter().rect_filled(Rect::from_min_size(rect.min, left), CornerRadius::same(4), color);
}

fn awaited_ui(ui: &mut Ui, retry: &AwaitedRetry, look: &Look) {
    title(ui, look, &format!("⏸ {}", look.text("hold.awaited")));
    let key = if retry.is_prepared { "hold.prepared" } else { "hold.awaited_hint" };
    ui.add(Label::new(look.text(key)).wrap());
}

fn buttons_ui(ui: &mut Ui, stage: &Stage, is_illegal: bool, look: &Look) -> Option<Decision> {
    let mut decision = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
        let (send, default) = match stage {
            Stage::Held(_) => ("hold.send", "hold.default"),
            Stage::Awaited(_) => ("hold.prepare", "hold.stop_waiting"),
        };
        // An illegal reply can be sent all the same, to see what WeChat makes of it.
        let mark = if is_illegal { format!("{} ", severity_mark(Severity::Error)) } else { String::new() };
        let text = RichText::new(format!("{mark}{}", look.text(send))).color(look.palette.on_accent).strong();
        let button = Button::new(text).fill(look.palette.accent).min_size(Vec2::new(0.0, CONTROL_HEIGHT));
        let response = named(ui.add(button), Role::Button, &look.text(send));
        if response.on_hover_text(keys::SEND_ANSWER.hint()).clicked() {
            decision = Some(Decision::Send);
        }
        if ui.button(look.text(default)).on_hover_text(keys::LEAVE.hint()).clicked() {
            decision = Some(Decision::Default);
        }
        if let Stage::Held(push) = stage
            && push.placement.attempt < ATTEMPTS
            && ui.button(look.text("hold.let_retry")).clicked()
        {
            decision = Some(Decision::LetRetry);
        }
    });
    decision
}

/// Draws the keys, and what happens when the time runs out.
fn hint_ui(ui: &mut Ui, stage: &Stage, is_to_retry: bool, look: &Look) {
    let hint = match stage {
        Stage::Held(_) if is_to_retry => "hold.hint_typing",
        Stage::Held(push) if push.placement.attempt < ATTEMPTS => "hold.hint",
        Stage::Held(_) => "hold.hint_last",
        Stage::Awaited(_) => return,
    };
    ui.add(Label::new(weak(look, look.text(hint))).wrap());
}
