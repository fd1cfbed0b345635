//! Third step: live result of the last verification request.

use egui::{Align, Color32, CornerRadius, Frame, Id, Label, Margin, Response, RichText, Ui};

use crate::capture::{Signature, StoredCapture};
use crate::engine::Status;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::{Look, signature_mark};
use crate::ui::theme::{CORNER, GAP_SMALL};
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::nothing_arrives::{diagnoses_ui, is_from_wechat};

/// Draws the third step.
pub(super) fn tap_ui(
    ui: &mut Ui,
    status: &Status,
    (handshake, push): (Option<&StoredCapture>, Option<&StoredCapture>),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.add(Label::new(look.text("first_run.tap.how")).wrap());
    if let Some(push) = push.filter(|push| !is_from_wechat(push)) {
        let request = &push.capture.request;
        let time = look.dated(request.received_at);
        let words = [("peer", &*safe_text(&request.peer)), ("time", &*time)];
        ui.add(Label::new(weak(look, look.filled("first_run.tap.push_unproven", &words))).wrap());
    }
    let Some(stored) = handshake else {
        outcome_frame(ui, look.palette.field, look.palette.line, |ui| {
            ui.add(
                Label::new(RichText::new(format!("○ {}", look.text("first_run.tap.none"))).color(look.palette.weak))
                    .wrap(),
            );
        });
        return;
    };
    let (ground, line) = match stored.capture.signature {
        Signature::Valid => (look.palette.accent_ground, look.palette.accent),
        Signature::Unchecked => (look.palette.warning_ground, look.palette.warning),
        Signature::Invalid | Signature::Missing => (look.palette.error_ground, look.palette.error),
    };
    let shown = outcome_frame(ui, ground, line, |ui| outcome_ui(ui, status, stored, look, actions));
    // Anyone who has just saved a URL waits for this result.
    let id = Id::unique("handshake brought into view");
    if ui.data(|data| data.get_temp(id)) != Some(stored.placement.id) {
        ui.data_mut(|data| data.insert_temp(id, stored.placement.id));
        shown.scroll_to_me(Some(Align::Max));
    }
}

fn outcome_frame(ui: &mut Ui, fill: Color32, line: Color32, content: impl FnOnce(&mut Ui)) -> Response {
    let frame = Frame::new().fill(fill).stroke(egui::Stroke::new(1.0, line.gamma_multiply(0.5)));
    let frame = frame.corner_radius(CornerRadius::same(CORNER)).inner_margin(Margin::symmetric(12, 8));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        content(ui);
    });
    shown.response
}

/// Draws the time of a verification, or the reason for a failure, with the account and path.
fn outcome_ui(ui: &mut Ui, status: &Status, stored: &StoredCapture, look: &Look, actions: &mut Vec<Action>) {
    let capture = &stored.capture;
    let (key, color) = match capture.signature {
        Signature::Valid => ("first_run.tap.verified", look.palette.ok),
        Signature::Unchecked => ("first_run.tap.unchecked", look.palette.warning),
        Signature::Invalid | Signature::Missing => ("first_run.tap.refused", look.palette.error),
    };
    let time = look.local(capture.request.received_at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let words = format!("{} {}", signature_mark(capture.signature), look.filled(key, &[("time", &time)]));
    ui.add(Label::new(RichText::new(words).strong().color(color)).wrap());
    let has_token = status.accounts.iter().any(|account| account.name == capture.account && account.has_token);
    let checked = if has_token { "first_run.tap.checked_with" } else { "first_run.tap.no_token" };
    let path = safe_text(capture.request.path());
    ui.add(Label::new(look.filled(checked, &[("path", &path), ("account", &capture.account)])).wrap());
    diagnoses_ui(ui, &capture.diagnoses, look);
    if ui.link(look.text("first_run.tap.show")).clicked() {
        actions.push(Action::Select(stored.placement.id));
    }
}
