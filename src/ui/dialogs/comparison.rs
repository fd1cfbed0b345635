//! Two events side by side, over the window: elements by name, lines below, what is equal folded.

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Frame, Id, Key, Margin, Modal, Modifiers, ScrollArea, Ui};

use crate::capture::{CaptureId, ReplayId, StoredCapture};
use crate::engine::{EventComparison, ReplyComparison, SideBySide};
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, CompareAction};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL, icons, page_text, section_text};
use crate::ui::widgets::controls::{named, title, weak};

mod rows;

use rows::CompareRow;

/// Share of the window that the comparison takes at most, and its greatest width, in points.
const SHARE: f32 = 0.92;
const WIDEST: f32 = 1_400.0;

/// Margin within the dialog, in points.
const MARGIN: i8 = 20;

/// Height that the heads and margins of the dialog take, in points.
const AROUND: f32 = 140.0;

/// Least height of the rows before they scroll, in points.
const LEAST: f32 = 160.0;

/// Characters of a key in the head of a side.
const KEY_CHARS: usize = 80;

/// The comparison that is shown, asked for, or half chosen.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// The event that waits for another one.
    first: Option<CaptureId>,
    /// The events that have been asked for.
    asked: Option<(CaptureId, CaptureId)>,
    /// The replay whose answer has been asked for beside an earlier one.
    asked_replies: Option<ReplayId>,
    shown: Option<Box<ComparisonView>>,
}

/// The next step of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompareStep {
    /// These two are to be read.
    Ask(CaptureId, CaptureId),
    /// This one waits for another.
    Wait(CaptureId),
    /// Nothing is chosen.
    Nothing,
}

/// A comparison prepared for drawing.
#[derive(Debug)]
struct ComparisonView {
    heads: [SideHead; 2],
    parts: Vec<ComparedPart>,
}

#[derive(Debug)]
enum SideHead {
    Event {
        id: CaptureId,
        kind: String,
        key: String,
        /// The time of its arrival, for the clock of the window.
        at: jiff::Timestamp,
    },
    Answer {
        /// Locale key of its title.
        title: &'static str,
        status: Option<u16>,
    },
}

/// The messages, or the replies.
#[derive(Debug)]
struct ComparedPart {
    /// Locale key of its title.
    title: &'static str,
    fields: Vec<CompareRow>,
    lines: Vec<CompareRow>,
    more_lines: usize,
    differs_in_space: bool,
    /// Number of elements that differ; of lines, where it has no elements.
    differences: usize,
    /// The event whose reply alone has no body, and the status of that reply, if there is one.
    without_body: Option<(CaptureId, Option<u16>)>,
    /// The folds of fields and of lines that a person has opened, by their first row.
    unfolded: [BTreeSet<usize>; 2],
}

impl Comparison {
    /// Chooses rows: two are compared, one waits for another or completes the pair.
    pub(crate) fn choose(&mut self, chosen: &[CaptureId]) -> CompareStep {
        let pair = match (chosen, self.first.take()) {
            ([one], Some(first)) if first != *one => (first, *one),
            ([one], None) => {
                self.first = Some(*one);
                return CompareStep::Wait(*one);
            }
            ([one, other, ..], _) => (*one, *other),
            _ => return CompareStep::Nothing,
        };
        self.asked = Some(pair);
        CompareStep::Ask(pair.0, pair.1)
    }

    /// Shows the comparison that was asked for.
    pub(crate) fn show(&mut self, compared: &EventComparison) {
        let pair = (compared.before.placement.id, compared.after.placement.id);
        if self.asked.take_if(|asked| *asked == pair).is_some() {
            self.shown = Some(Box::new(ComparisonView::of(compared)));
        }
    }

    /// Takes note that the answer to this replay is to be shown beside an earlier one.
    pub(crate) fn ask_replies(&mut self, replay: ReplayId) {
        self.asked_replies = Some(replay);
    }

    /// Shows the answers that were asked for.
    pub(crate) fn show_replies(&mut self, compared: &ReplyComparison) {
        if self.asked_replies.take_if(|asked| *asked == compared.replay).is_some() {
            self.shown = Some(Box::new(ComparisonView::of_replies(compared)));
        }
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Closes what is shown, or forgets the event that waits; returns false if there was neither.
    pub(crate) fn close(&mut self) -> bool {
        (self.asked, self.asked_replies) = (None, None);
        self.shown.take().is_some() || self.first.take().is_some()
    }

    /// Draws the comparison, if it is open.
    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(view) = &mut self.shown else { return };
        let content = ui.ctx().content_rect();
        let width = (content.width() * SHARE).min(WIDEST);
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(MARGIN));
        let modal = Modal::new(Id::unique("comparison")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = GAP;
            view.ui(ui, content.height() * SHARE - AROUND, look, actions);
        });
        let left = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if left || modal.backdrop_response.clicked() {
            actions.push(Action::Compare(CompareAction::Close));
        }
    }
}

impl ComparisonView {
    fn of(compared: &EventComparison) -> Self {
        let events = [&compared.before, &compared.after];
        let messages = ComparedPart::of("compare.messages", &compared.messages);
        let replies = compared.replies.as_ref().map(|replies| ComparedPart {
            without_body: without_body(events),
            ..ComparedPart::of("compare.replies", replies)
        });
        Self { heads: events.map(SideHead::of), parts: [Some(messages), replies].into_iter().flatten().collect() }
    }

    fn of_replies(compared: &ReplyComparison) -> Self {
        let [before, after] = compared.statuses;
        let head = |title, status| SideHead::Answer { title, status };
        Self {
            heads: [head("compare.earlier", before), head("compare.this_replay", after)],
            parts: vec![ComparedPart::of("compare.replies", &compared.sides)],
        }
    }

    fn ui(&mut self, ui: &mut Ui, height: f32, look: &Look, actions: &mut Vec<Action>) {
        egui::Sides::new().show(
            ui,
            |ui| {
                let words = look.text("compare.title");
                named(ui.label(page_text(&*words)), Role::Heading, &words);
            },
            |ui| {
                let name = look.text("compare.close");
                if named(ui.button(icons::CLOSE), Role::Button, &name).on_hover_text(&*name).clicked() {
                    actions.push(Action::Compare(CompareAction::Close));
                }
            },
        );
        let heads = &self.heads;
        rows::sides_ui(ui, |ui, side| heads[side].ui(ui, look, actions));
        ui.separator();
        let height = height.max(LEAST);
        let area = ScrollArea::vertical().id_salt("comparison").max_height(height).min_scrolled_height(height);
        area.auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for part in &mut self.parts {
                part.ui(ui, look);
                ui.add_space(GAP_LARGE);
            }
        });
    }
}

/// The event whose reply has no body beside one that has.
fn without_body(events: [&StoredCapture; 2]) -> Option<(CaptureId, Option<u16>)> {
    let is_bare = |event: &&StoredCapture| event.reply.as_ref().is_none_or(|reply| reply.body.is_empty());
    let mut bare = events.into_iter().filter(is_bare);
    let event = bare.next().filter(|_| bare.next().is_none())?;
    Some((event.placement.id, event.reply.as_ref().and_then(|reply| reply.status)))
}

impl SideHead {
    fn of(stored: &StoredCapture) -> Self {
        let envelope = &stored.capture.envelope;
        Self::Event {
            id: stored.placement.id,
            kind: envelope.kind.clone(),
            key: shortened(envelope.event_key.as_deref().unwrap_or_default(), KEY_CHARS),
            at: stored.capture.request.received_at,
        }
    }

    fn ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let (id, kind, key, at) = match self {
            Self::Event { id, kind, key, at } => (*id, kind, key, *at),
            Self::Answer { title, status } => {
                let status = status.map_or_else(|| "–".to_owned(), |status| status.to_string());
                ui.label(section_text(look.filled(title, &[("status", &status)])));
                return;
            }
        };
        let title = format!("#{id} · {}", look.kind(kind, KEY_CHARS));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let open = ui.link(section_text(title)).on_hover_text(look.text("compare.open"));
            if open.clicked() {
                actions.push(Action::Compare(CompareAction::Close));
                actions.push(Action::Select(id));
            }
            if !key.is_empty() {
                ui.label(egui::RichText::new(key).monospace());
            }
            ui.label(weak(look, look.dated(at))).on_hover_text(look.exact(at));
        });
    }
}

impl ComparedPart {
    fn of(title: &'static str, compared: &SideBySide) -> Self {
        let fields = compared.fields.iter().map(|field| CompareRow::of(Some(&field.path), &field.value));
        let lines = compared.lines.iter().map(|line| CompareRow::of(None, line));
        let (fields, lines): (Vec<_>, Vec<_>) = (fields.collect(), lines.collect());
        let differing = |rows: &[CompareRow]| rows.iter().filter(|row| !row.is_same).count();
        let differences = if differing(&fields) > 0 { differing(&fields) } else { differing(&lines) };
        // Equal text says no more than equal elements.
        let lines = if differing(&lines) == 0 && !fields.is_empty() { Vec::new() } else { lines };
        let SideBySide { more_lines, differs_in_space, .. } = *compared;
        let unfolded = Default::default();
        Self { title, fields, lines, more_lines, differs_in_space, differences, without_body: None, unfolded }
    }

    /// The number of differences, in words.
    fn summary(&self, look: &Look) -> String {
        if let Some((id, status)) = self.without_body {
            let (id, status) = (id.to_string(), status.map(|status| status.to_string()));
            return match status {
                Some(status) => look.filled("compare.without_body", &[("id", &*id), ("status", &*status)]),
                None => look.filled("compare.without_reply", &[("id", &*id)]),
            };
        }
        match self.differences {
            0 if self.differs_in_space => look.text("compare.space").into_owned(),
            0 if self.more_lines == 0 => look.text("compare.same").into_owned(),
            count => look.filled("compare.differences", &[("count", &count.to_string())]),
        }
    }

    fn ui(&mut self, ui: &mut Ui, look: &Look) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            title(ui, look, &look.text(self.title));
            ui.label(weak(look, self.summary(look)));
        });
        let Self { fields, lines, unfolded, .. } = self;
        let parts = [("compare.fields", fields), ("compare.bytes", lines)];
        for ((key, rows), unfolded) in parts.into_iter().zip(unfolded) {
            if rows.is_empty() {
                continue;
            }
            ui.add_space(GAP_SMALL);
            ui.label(weak(look, look.text(key)));
            rows::rows_ui(ui, rows, unfolded, look);
        }
        if self.more_lines > 0 {
            ui.label(look.filled("compare.more", &[("count", &self.more_lines.to_string())]));
        }
    }
}
