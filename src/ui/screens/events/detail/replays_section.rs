//! An event's replays, the newest first: verdict, reply, request, and the difference from an earlier reply.

use std::cell::{Cell, OnceCell};

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::differing::difference_ui;
use super::replayed::ReplayView;
use super::reply_bytes::{bytes_ui, target_ui};
use crate::capture::ReplayId;
use crate::engine::{ComparedReplay, EventDetail, QueryCommand};
use crate::ui::action::{Action, CompareAction, SendAction};
use crate::ui::look::{Look, attempt_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::controls::{copy_icon, small_button, value_pair, weak};
use crate::ui::widgets::findings::{PlaceDisplay, findings_ui};
use crate::ui::widgets::quantities::size;
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
    (list, opened): (&ReplayList, &EventDetail),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let replays = &opened.replays;
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
            let view = entry.view.get_or_init(|| ReplayView::of(compared, &opened.stored.capture, look.language));
            replay_ui(ui, compared, view, look, actions);
        });
        if is_revealed {
            shown.header_response.scroll_to_me(Some(egui::Align::Min));
        }
    }
}

/// Title of a replay, such as `▼ regressed · 200 · ② · 23 Nov 08:00:03`.
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
    parts.push(look.dated(replayed.sent_at));
    RichText::new(parts.join(" · ")).color(verdict_color(replayed.verdict, look))
}

fn replay_ui(ui: &mut Ui, compared: &ComparedReplay, view: &ReplayView, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = GAP;
    facts_ui(ui, compared, view, look, actions);
    if let Some(problem) = &view.problem {
        ui.add(Label::new(RichText::new(format!("× {problem}")).color(look.palette.error)).wrap());
    }
    if let Some(seen) = &view.seen {
        ui.add(Label::new(weak(look, &seen.sentence)).wrap());
        bubble_ui(ui, &seen.outcome, seen.reply.as_ref(), look);
    }
    findings_ui(ui, &view.findings, PlaceDisplay::Text, look);
    if let Some(difference) = &view.difference {
        difference_ui(ui, difference, look);
        if ui.add(small_button(&*look.text("compare.side_by_side"))).clicked() {
            actions.push(Action::Compare(CompareAction::Replies(compared.stored.id)));
        }
    } else if compared.is_to_be_compared() {
        ui.label(weak(look, look.text("replays.detail.comparing")));
    }
    answer_ui(ui, compared, view, look, actions);
    sent_ui(ui, view, look);
}

/// Draws in one line whether the answer was legal, its status and its time, and the run that it belongs to.
fn facts_ui(ui: &mut Ui, compared: &ComparedReplay, view: &ReplayView, look: &Look, actions: &mut Vec<Action>) {
    let stored = &compared.stored.replayed;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let color = if stored.is_legal() { look.palette.weak } else { look.palette.error };
        ui.label(RichText::new(legal_words(stored.is_legal(), look)).color(color));
        let (first_byte, whole) = &view.times;
        let status = view.status.map(|status| format!("{status} · ")).unwrap_or_default();
        let time = ui.label(weak(look, format!("{status}{whole}")));
        if let Some(first_byte) = first_byte {
            time.on_hover_text(format!("{} {first_byte}", look.text("forwarded.first_byte")));
        }
        let run = look.filled("replays.run.title", &[("run", &stored.run.to_string())]);
        if ui.add(small_button(run)).on_hover_text(look.text("replays.detail.open_run")).clicked() {
            actions.push(Action::Send(SendAction::ShowRun(stored.run)));
        }
    });
}

/// Draws the answer's bytes and headers, folded: what they say stands above.
fn answer_ui(ui: &mut Ui, compared: &ComparedReplay, view: &ReplayView, look: &Look, actions: &mut Vec<Action>) {
    let reply = compared.stored.replayed.reply();
    let words = look.filled("hero.reply.raw", &[("size", &size(reply.len() as u64))]);
    CollapsingHeader::new(words).id_salt("answer").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        bytes_ui(ui, view.message.as_ref().unwrap_or(&view.body), look);
        if !reply.is_empty() {
            let text = || String::from_utf8_lossy(reply).into_owned();
            copy_icon(ui, look, &look.text("detail.answer.body"), text, actions);
        }
        if view.message.is_some() {
            let wire = CollapsingHeader::new(look.text("hold.wire")).id_salt("wire");
            wire.show(ui, |ui| bytes_ui(ui, &view.body, look));
        }
        headers_ui(ui, &view.headers, "answer headers", look);
    });
}

/// Draws the exact request, folded because it is seldom needed.
fn sent_ui(ui: &mut Ui, view: &ReplayView, look: &Look) {
    let sent = &view.sent;
    CollapsingHeader::new(look.text("replays.detail.sent")).id_salt("sent").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        target_ui(ui, &view.target, look);
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
