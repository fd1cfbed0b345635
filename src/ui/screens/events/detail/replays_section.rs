//! An event's replays, the newest first: verdict, reply, request, and the difference from an earlier reply.

use std::cell::{Cell, OnceCell};

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::differing::difference_ui;
use super::replayed::ReplayView;
use super::reply_bytes::{bytes_ui, target_ui};
use crate::capture::ReplayId;
use crate::engine::{ComparedReplay, QueryCommand};
use crate::ui::action::{Action, CompareAction, SendAction};
use crate::ui::look::{Look, attempt_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, copy_icon, small_button, value_pair, weak};
use crate::ui::widgets::findings::{PlaceDisplay, findings_ui};
use crate::ui::widgets::verdicts::{legal_words, verdict_color, verdict_words};

/// State of the section. Only [`replays_ui`] uses the cells, apart from `to_reveal`.
#[derive(Debug, Default)]
pub(super) struct ReplayList {
    entries: Vec<ReplayEntry>,
    /// The replay to unfold and scroll to.
    to_reveal: Cell<Option<ReplayId>>,
}

/// One replay of the list, prepared when it is first unfolded, since it may be long.
#[derive(Debug, Default)]
struct ReplayEntry {
    view: OnceCell<ReplayView>,
    /// Set once its comparison has been requested.
    is_requested: Cell<bool>,
}

impl ReplayList {
    /// Starts with all replays folded and unprepared.
    pub(super) fn of(replays: &[ComparedReplay]) -> Self {
        Self { entries: replays.iter().map(|_| ReplayEntry::default()).collect(), to_reveal: Cell::default() }
    }

    /// Discards the prepared view of a replay whose difference has become known.
    pub(super) fn reset(&mut self, at: usize) {
        self.entries[at] = ReplayEntry::default();
    }

    /// Unfolds a replay and scrolls to it in the next frame that shows this section.
    pub(super) fn reveal(&self, id: ReplayId) {
        self.to_reveal.set(Some(id));
    }
}

/// Draws the replays.
pub(super) fn replays_ui(
    ui: &mut Ui,
    list: &ReplayList,
    replays: &[ComparedReplay],
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = GAP;
    if replays.is_empty() {
        ui.add(Label::new(weak(look, look.text("replays.detail.none"))).wrap());
    }
    let to_reveal = list.to_reveal.take();
    for (at, (compared, entry)) in replays.iter().zip(&list.entries).enumerate() {
        let is_revealed = to_reveal == Some(compared.stored.id);
        let header = CollapsingHeader::new(head(compared, look)).id_salt(("replay", compared.stored.id.0));
        let header = header.default_open(at == 0 && to_reveal.is_none()).open(is_revealed.then_some(true));
        let shown = header.show(ui, |ui| {
            if compared.is_to_be_compared() && !entry.is_requested.replace(true) {
                actions.push(Action::Ask(QueryCommand::CompareReplay { id: compared.stored.id }.into()));
            }
            let view = entry.view.get_or_init(|| ReplayView::of(compared, look.language));
            replay_ui(ui, compared, view, look, actions);
        });
        if is_revealed {
            shown.header_response.scroll_to_me(Some(egui::Align::Min));
        }
    }
}

/// Title of a replay, such as `▼ regressed · 200 · ② · 11-23 08:00:03`.
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

fn replay_ui(ui: &mut Ui, compared: &ComparedReplay, view: &ReplayView, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = GAP;
    let stored = &compared.stored.replayed;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let color = if stored.is_legal() { look.palette.weak } else { look.palette.error };
        ui.label(RichText::new(legal_words(stored.is_legal(), look)).color(color));
        let run = look.filled("replays.run.title", &[("run", &stored.run.to_string())]);
        if ui.add(small_button(run)).on_hover_text(look.text("replays.detail.open_run")).clicked() {
            actions.push(Action::Send(SendAction::ShowRun(stored.run)));
        }
    });
    if let Some(problem) = &view.problem {
        ui.add(Label::new(RichText::new(format!("× {problem}")).color(look.palette.error)).wrap());
    }
    findings_ui(ui, &view.findings, PlaceDisplay::Text, look);
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        answer_ui(ui, compared, view, look, actions);
    });
    if let Some(difference) = &view.difference {
        difference_ui(ui, difference, look);
        if ui.add(small_button(&*look.text("compare.side_by_side"))).clicked() {
            actions.push(Action::Compare(CompareAction::Replies(compared.stored.id)));
        }
    } else if compared.is_to_be_compared() {
        ui.label(weak(look, look.text("replays.detail.comparing")));
    }
    sent_ui(ui, view, look);
}

fn answer_ui(ui: &mut Ui, compared: &ComparedReplay, view: &ReplayView, look: &Look, actions: &mut Vec<Action>) {
    let none = || look.text("forwarded.none").into_owned();
    let (first_byte, whole) = &view.times;
    target_ui(ui, &view.target, look);
    let status = view.status.map_or_else(none, |status| status.to_string());
    value_pair(ui, look, &look.text("detail.answer.status"), &status);
    value_pair(ui, look, &look.text("forwarded.first_byte"), &first_byte.clone().unwrap_or_else(none));
    value_pair(ui, look, &look.text("forwarded.whole"), whole);
    let plain = view.message.as_ref().unwrap_or(&view.body);
    // Below its label: a body in the second column of a narrow pane would be a word a line.
    let body = look.text("detail.answer.body");
    ui.horizontal(|ui| {
        ui.label(RichText::new(&*body).color(look.palette.weak));
        let reply = compared.stored.replayed.reply();
        if !reply.is_empty() {
            copy_icon(ui, look, &body, || String::from_utf8_lossy(reply).into_owned(), actions);
        }
    });
    bytes_ui(ui, plain, look);
    if view.message.is_some() {
        let wire = CollapsingHeader::new(look.text("hold.wire")).id_salt("wire");
        wire.show(ui, |ui| bytes_ui(ui, &view.body, look));
    }
    headers_ui(ui, &view.headers, "answer headers", look);
}

/// Draws the exact request, folded because it is seldom needed.
fn sent_ui(ui: &mut Ui, view: &ReplayView, look: &Look) {
    let sent = &view.sent;
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
