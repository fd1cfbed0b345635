//! WeChat's alarms, pasted: each is told by its kind, with the events that it speaks of and what was answered.

use egui::{Button, Label, RichText, ScrollArea, TextEdit, Ui};

use super::timeline_tab::event_button;
use crate::capture::diagnosis::Finding;
use crate::capture::{CaptureSummary, reply_words};
use crate::engine::{ArrivalsCommand, Command, MatchedAlarm};
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::weak;
use crate::wechat::alarm::{Alarm, AlarmExample};

/// The longest text that is taken, in characters: an alarm has some hundred.
const LONGEST: usize = 200_000;

/// Lines of the empty field, and the height in points from which on it scrolls.
const LINES: usize = 6;
const FIELD_HEIGHT: f32 = 160.0;

/// The most characters of a value that are drawn.
const LONGEST_VALUE: usize = 120;

/// State of the form.
#[derive(Debug, Default)]
pub(super) struct AlarmForm {
    text: String,
    /// Number of the question that was asked last.
    number: u64,
    is_wanted: bool,
    /// The alarms in the text that was read; `None` before the first.
    found: Option<Vec<MatchedAlarm>>,
}

impl AlarmForm {
    /// The question to ask now.
    pub(super) fn question(&mut self) -> Option<Command> {
        std::mem::take(&mut self.is_wanted).then(|| {
            self.number += 1;
            ArrivalsCommand::MatchAlarms { number: self.number, text: self.text.clone() }.into()
        })
    }

    /// Takes in an answer, unless another question was asked since.
    pub(super) fn take(&mut self, number: u64, alarms: Vec<MatchedAlarm>) {
        if number == self.number {
            self.found = Some(alarms);
        }
    }

    /// Draws the form, and what was found.
    pub(super) fn ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let label = ui.add(Label::new(weak(look, look.text("timeline.alarms.hint"))).wrap());
        let area = ScrollArea::vertical().id_salt("alarms").max_height(FIELD_HEIGHT);
        let area = area.min_scrolled_height(FIELD_HEIGHT).auto_shrink([false, true]);
        area.show(ui, |ui| {
            let edit = TextEdit::multiline(&mut self.text).desired_rows(LINES).char_limit(LONGEST);
            let response = ui.add(edit.desired_width(f32::INFINITY).hint_text(look.text("timeline.alarms.place")));
            response.labelled_by(label.id).widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, look.text("timeline.alarms.field"))
            });
        });
        ui.horizontal(|ui| {
            let is_there = !self.text.trim().is_empty();
            if ui.add_enabled(is_there, Button::new(look.text("timeline.alarms.read"))).clicked() {
                self.is_wanted = true;
            }
            if ui.add_enabled(is_there, Button::new(look.text("timeline.alarms.clear"))).clicked() {
                (self.text, self.found) = (String::new(), None);
            }
        });
        let Some(found) = &self.found else { return };
        if found.is_empty() {
            let words = look.text("alarm.no_alarm");
            ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
        }
        for matched in found {
            alarm_ui(ui, matched, look, actions);
        }
    }
}

fn alarm_ui(ui: &mut Ui, matched: &MatchedAlarm, look: &Look, actions: &mut Vec<Action>) {
    ui.separator();
    let Alarm { kind, app_id, nickname, time, times, examples, .. } = &matched.alarm;
    let finding = Finding::new(*kind);
    let color = look.severity_color(kind.severity());
    ui.add(Label::new(RichText::new(finding.message(look.language)).color(color)).wrap());
    ui.add(Label::new(finding.remedy(look.language)).wrap());
    let facts: Vec<String> =
        [app_id, nickname, time, times].into_iter().flatten().map(|fact| shortened(fact, LONGEST_VALUE)).collect();
    ui.add(Label::new(weak(look, facts.join(" · "))).wrap());
    for (example, events) in examples.iter().zip(&matched.events) {
        example_ui(ui, example, look);
        if events.is_empty() {
            ui.add(Label::new(RichText::new(look.text("alarm.not_captured")).color(look.palette.warning)).wrap());
        }
        for row in events {
            if event_button(ui, event_words(row, look)) {
                actions.push(Action::Select(row.placement.id));
            }
        }
    }
}

fn example_ui(ui: &mut Ui, example: &AlarmExample, look: &Look) {
    ui.add_space(GAP_SMALL);
    let stamp = example.stamp.map(|stamp| stamp.to_string());
    let parts = [("OpenID", &example.openid), ("Stamp", &stamp), ("Event", &example.event)];
    let answered = [("response_length", &example.response_length), ("response_content", &example.response_content)];
    let words: Vec<String> = parts
        .into_iter()
        .chain(answered)
        .filter_map(|(name, value)| Some(format!("{name}={}", shortened(value.as_deref()?, LONGEST_VALUE))))
        .collect();
    ui.add(Label::new(RichText::new(words.join("  ")).monospace().color(look.palette.text)).wrap());
}

/// An event in one line, with what was answered.
fn event_words(row: &CaptureSummary, look: &Look) -> String {
    let key = row.event_key.as_deref().map(|key| shortened(key, LONGEST_VALUE)).unwrap_or_default();
    let kind = look.kind(&row.kind, LONGEST_VALUE);
    let time = look.dated(row.received_at);
    let answer = reply_words(row, look.language);
    format!("#{} {time} {kind} {key} · {}", row.placement.id, safe_text(&answer))
}
