//! The event's replays, the newest first: verdict, answer, request, and how the answer differs from an earlier one.

use std::cell::{Cell, OnceCell};

use egui::{Button, CollapsingHeader, Label, RichText, ScrollArea, Ui};

use super::Detail;
use super::answer_tab::{bytes_ui, row_ui};
use super::differing::differing_ui;
use super::replayed::Replayed;
use crate::capture::ReplayId;
use crate::engine::{Command, ComparedReplay};
use crate::ui::action::{Action, SendAction};
use crate::ui::keys;
use crate::ui::look::{Look, attempt_mark};
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{card, copy_button, small_button, value_pair, weak};
use crate::ui::widgets::findings::{Places, findings_ui};
use crate::ui::widgets::verdicts::{legal_words, verdict_color, verdict_words};

/// The page's own state: only [`replays_ui`] reads and writes the cells, but for `wanted`.
#[derive(Debug, Default)]
pub(super) struct Replays {
    ready: Vec<Ready>,
    /// To be unfolded and brought into view.
    wanted: Cell<Option<ReplayId>>,
}

/// Made when it is first looked at: each may be long.
#[derive(Debug, Default)]
struct Ready {
    replayed: OnceCell<Replayed>,
    /// It was asked how it differs.
    is_asked: Cell<bool>,
}

impl Replays {
    pub(super) fn of(replays: &[ComparedReplay]) -> Self {
        Self { ready: replays.iter().map(|_| Ready::default()).collect(), wanted: Cell::default() }
    }

    /// More is known of the one at that place.
    pub(super) fn make_ready_again(&mut self, at: usize) {
        self.ready[at] = Ready::default();
    }

    /// Unfolds that one, and brings it into view, with the next frame in which it is seen.
    pub(super) fn reveal(&self, id: ReplayId) {
        self.wanted.set(Some(id));
    }
}

/// Draws the page.
pub(super) fn replays_ui(ui: &mut Ui, detail: &Detail, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("replays").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let replay = ui.add(Button::new(look.text("replays.detail.replay")));
            if replay.on_hover_text(keys::REPLAY.hint()).clicked() {
                actions.push(keys::REPLAY.action());
            }
            let edit = ui.add(Button::new(look.text("replays.detail.edit")));
            if edit.on_hover_text(keys::EDIT_AND_REPLAY.hint()).clicked() {
                actions.push(keys::EDIT_AND_REPLAY.action());
            }
        });
        let replays = &detail.opened.replays;
        if replays.is_empty() {
            ui.add(Label::new(look.text("replays.detail.none")).wrap());
        }
        let wanted = detail.replays.wanted.take();
        for (at, (compared, ready)) in replays.iter().zip(&detail.replays.ready).enumerate() {
            let is_wanted = wanted == Some(compared.stored.id);
            let header = CollapsingHeader::new(head(compared, look)).id_salt(("replay", compared.stored.id.0));
            let header = header.default_open(at == 0 && wanted.is_none()).open(is_wanted.then_some(true));
            let shown = header.show(ui, |ui| {
                if compared.is_to_be_compared() && !ready.is_asked.replace(true) {
                    actions.push(Action::Ask(Command::CompareReplay { id: compared.stored.id }));
                }
                let replayed = ready.replayed.get_or_init(|| Replayed::of(compared, look.language));
                replay_ui(ui, compared, replayed, look, actions);
            });
            if is_wanted {
                shown.header_response.scroll_to_me(Some(egui::Align::Min));
            }
        }
        ui.add_space(GAP_LARGE);
    });
}

/// `▼ regressed · 200 · 3.1 ms · ② · 08:00:03.123`
fn head(compared: &ComparedReplay, look: &Look) -> RichText {
    let replayed = &compared.stored.replayed;
    let status = match replayed.answer.status {
        Some(status) => status.to_string(),
        None => look.text("replays.detail.no_answer").into_owned(),
    };
    let mut parts = vec![verdict_words(replayed.verdict, look), status];
    if replayed.attempt > 1 || replayed.copy > 1 {
        let copy = if replayed.copy > 1 { format!("×{}", replayed.copy) } else { String::new() };
        parts.push(format!("{}{copy}", attempt_mark(replayed.attempt)));
    }
    parts.push(look.local(replayed.sent_at).strftime("%m-%d %H:%M:%S").to_string());
    RichText::new(parts.join(" · ")).color(verdict_color(replayed.verdict, look))
}

fn replay_ui(ui: &mut Ui, compared: &ComparedReplay, replayed: &Replayed, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = GAP;
    let stored = &compared.stored.replayed;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let color = if stored.is_legal() { look.palette.ok } else { look.palette.error };
        ui.label(RichText::new(legal_words(stored.is_legal(), look)).color(color));
        let run = look.filled("replays.run.title", &[("run", &stored.run.to_string())]);
        if ui.add(small_button(run)).on_hover_text(look.text("replays.detail.open_run")).clicked() {
            actions.push(Action::Send(SendAction::ShowRun(stored.run)));
        }
    });
    if let Some(problem) = &replayed.problem {
        ui.add(Label::new(RichText::new(format!("× {problem}")).color(look.palette.error)).wrap());
    }
    findings_ui(ui, &replayed.findings, Places::Said, look);
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        answer_ui(ui, compared, replayed, look, actions);
    });
    if let Some(differing) = &replayed.difference {
        differing_ui(ui, differing, look);
    } else if compared.is_to_be_compared() {
        ui.label(weak(look, look.text("replays.detail.comparing")));
    }
    sent_ui(ui, replayed, look);
}

fn answer_ui(ui: &mut Ui, compared: &ComparedReplay, replayed: &Replayed, look: &Look, actions: &mut Vec<Action>) {
    let none = || look.text("forwarded.none").into_owned();
    let (first_byte, whole) = &replayed.times;
    value_pair(ui, look, &look.text("forwarded.target"), &replayed.target);
    let status = replayed.status.map_or_else(none, |status| status.to_string());
    value_pair(ui, look, &look.text("detail.answer.status"), &status);
    value_pair(ui, look, &look.text("forwarded.first_byte"), &first_byte.clone().unwrap_or_else(none));
    value_pair(ui, look, &look.text("forwarded.whole"), whole);
    let plain = replayed.message.as_ref().unwrap_or(&replayed.body);
    row_ui(ui, "detail.answer.body", look, |ui| {
        bytes_ui(ui, plain, look);
        let reply = compared.stored.replayed.reply();
        if !reply.is_empty() {
            let text = || String::from_utf8_lossy(reply).into_owned();
            copy_button(ui, look, &look.text("detail.answer.body"), text, actions);
        }
    });
    if replayed.message.is_some() {
        let wire = CollapsingHeader::new(look.text("hold.wire")).id_salt("wire");
        wire.show(ui, |ui| bytes_ui(ui, &replayed.body, look));
    }
    headers_ui(ui, &replayed.headers, "answer headers", look);
}

/// The request to the byte; what it looked like seldom matters, so it is folded.
fn sent_ui(ui: &mut Ui, replayed: &Replayed, look: &Look) {
    let sent = &replayed.sent;
    CollapsingHeader::new(look.text("replays.detail.sent")).id_salt("sent").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        ui.add(Label::new(RichText::new(&sent.line).monospace()).wrap());
        for (name, value) in &sent.headers {
            value_pair(ui, look, name, value);
        }
        bytes_ui(ui, &sent.body, look);
    });
}

fn headers_ui(ui: &mut Ui, headers: &[(String, String)], salt: &str, look: &Look) {
    let words = look.filled("forwarded.headers", &[("count", &headers.len().to_string())]);
    CollapsingHeader::new(words).id_salt(salt).show(ui, |ui| {
        for (name, value) in headers {
            value_pair(ui, look, name, value);
        }
    });
}
