//! Tab of the arrivals: what came when, which answers failed, the silences in between, and the alarms of the platform.

use egui::{Button, Label, RichText, Sense, Ui, Vec2};
use jiff::{SignedDuration, Timestamp};

use super::alarm_form::AlarmForm;
use super::chart::{chart_ui, piece_length};
use crate::engine::{ArrivalsCommand, ArrivalsNotice, Command, Silence, Timeline};
use crate::ui::action::{Action, Screen};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, icons};
use crate::ui::widgets::controls::{section_ui, small_button, weak};
use crate::ui::widgets::quantities::seconds;

/// Pieces of the time line.
const PIECES: usize = 120;

/// Lengths of the span, each with the key of its name.
const SPANS: [(SignedDuration, &str); 5] = [
    (SignedDuration::from_mins(10), "timeline.span.minutes"),
    (SignedDuration::from_hours(1), "timeline.span.hour"),
    (SignedDuration::from_hours(24), "timeline.span.day"),
    (SignedDuration::from_hours(7 * 24), "timeline.span.week"),
    (SignedDuration::from_hours(30 * 24), "timeline.span.month"),
];

/// Side of a sample of colour, in points.
const LEGEND_SIDE: f32 = 10.0;

/// Index of the span that is shown first: an hour.
const FIRST_SPAN: usize = 1;

/// Shortest silence that is told, and longest that is not; and how many times longer than usual it is.
const SILENCE_SMALLEST: SignedDuration = SignedDuration::from_mins(10);
const SILENCE_LARGEST: SignedDuration = SignedDuration::from_hours(24);
const UNUSUAL: i32 = 5;

/// The time after the last arrival at which it is known whether the platform pauses.
const PAUSE_IS_KNOWN: SignedDuration = SignedDuration::from_secs(61);

/// State of the tab.
#[derive(Debug)]
pub(crate) struct TimelineTab {
    /// Index of the span.
    span: usize,
    timeline: Option<Box<Timeline>>,
    /// True if the time line has to be read again, and true while it is being read.
    is_wanted: bool,
    is_asked: bool,
    alarms: AlarmForm,
}

impl Default for TimelineTab {
    fn default() -> Self {
        Self { span: FIRST_SPAN, timeline: None, is_wanted: false, is_asked: false, alarms: AlarmForm::default() }
    }
}

impl TimelineTab {
    /// Reads the time line with the next frame: the tab is shown, or something was written.
    pub(crate) fn want(&mut self) {
        self.is_wanted = true;
    }

    /// The questions to ask the engine now.
    pub(crate) fn questions(&mut self) -> Vec<Command> {
        let mut questions: Vec<Command> = self.alarms.question().into_iter().collect();
        if self.is_wanted && !self.is_asked {
            (self.is_wanted, self.is_asked) = (false, true);
            let (span, _) = SPANS[self.span];
            questions.push(ArrivalsCommand::ReadTimeline { span, pieces: PIECES }.into());
        }
        questions
    }

    /// Takes in an answer.
    pub(crate) fn take(&mut self, notice: ArrivalsNotice) {
        match notice {
            ArrivalsNotice::Timeline(timeline) => (self.timeline, self.is_asked) = (Some(timeline), false),
            ArrivalsNotice::Alarms { number, alarms } => self.alarms.take(number, alarms),
        }
    }

    /// Notes that a question has failed, so that it can be asked again.
    pub(crate) fn note_failed(&mut self) {
        self.is_asked = false;
    }

    /// Draws the tab.
    pub(crate) fn ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        section_ui(ui, "timeline.title", look, |ui| {
            self.span_ui(ui, look);
            match self.timeline.take() {
                Some(timeline) => {
                    timeline_ui(ui, &timeline, look, actions);
                    self.look_again(ui, &timeline);
                    self.timeline = Some(timeline);
                }
                None => drop(ui.label(weak(look, look.text("timeline.none")))),
            }
        });
        section_ui(ui, "timeline.alarms.title", look, |ui| self.alarms.ui(ui, look, actions));
    }

    fn span_ui(&mut self, ui: &mut Ui, look: &Look) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            for (at, (_, key)) in SPANS.iter().enumerate() {
                if ui.selectable_label(self.span == at, look.text(key)).clicked() {
                    self.span = at;
                    self.want();
                }
            }
            if ui.button(look.text("timeline.refresh")).clicked() {
                self.want();
            }
        });
    }

    /// Reads again once it is known whether the silence after the last arrival is the platform's pause.
    fn look_again(&mut self, ui: &Ui, timeline: &Timeline) {
        let (_, read_at) = timeline.span;
        let Some(last) = timeline.last_arrival else { return };
        let known_at = last.saturating_add(PAUSE_IS_KNOWN).unwrap_or(read_at);
        if read_at >= known_at {
            return;
        }
        let left = known_at.duration_since(crate::clock::now());
        match std::time::Duration::try_from(left) {
            Ok(left) if !left.is_zero() => ui.ctx().request_repaint_after(left),
            _ => {
                self.want();
                ui.ctx().request_repaint();
            }
        }
    }
}

/// Draws the time line, and its silences below it.
fn timeline_ui(ui: &mut Ui, timeline: &Timeline, look: &Look, actions: &mut Vec<Action>) {
    let (arrivals, failures) = (timeline.arrivals.to_string(), timeline.failures.to_string());
    let counted = look.filled("timeline.counted", &[("arrivals", &arrivals), ("failures", &failures)]);
    ui.add(Label::new(counted).wrap());
    if timeline.is_cut {
        ui.add(Label::new(RichText::new(look.text("timeline.cut")).color(look.palette.warning)).wrap());
    }
    chart_ui(ui, timeline, look, actions);
    legend_ui(ui, timeline, look);
    let now = timeline.span.1;
    for pause in timeline.pauses() {
        pause_ui(ui, pause, now, look, actions);
    }
    let least = least_silence(timeline);
    let is_told = |silence: &&Silence| !silence.is_pause && silence.length(now) >= least;
    let gaps: Vec<&Silence> = timeline.silences.iter().rev().filter(is_told).collect();
    ui.add_space(GAP_SMALL);
    let key = if gaps.is_empty() { "timeline.no_gaps" } else { "timeline.gaps" };
    ui.add(Label::new(weak(look, look.filled(key, &[("length", &seconds(least))]))).wrap());
    for gap in gaps {
        gap_ui(ui, gap, now, look, actions);
    }
}

/// The length from which a silence is told: much longer than the arrivals of this span are apart, and never a moment in
/// which nobody happened to tap.
fn least_silence(timeline: &Timeline) -> SignedDuration {
    let (from, to) = timeline.span;
    let arrivals = i32::try_from(timeline.arrivals).unwrap_or(i32::MAX).max(1);
    let apart = to.duration_since(from) / arrivals;
    (apart * UNUSUAL).clamp(SILENCE_SMALLEST, SILENCE_LARGEST)
}

/// Draws the meaning of the chart's colours, of those that are in it.
fn legend_ui(ui: &mut Ui, timeline: &Timeline, look: &Look) {
    let palette = look.palette;
    let kinds = [
        ("timeline.legend.answered", palette.accent, timeline.arrivals > timeline.failures),
        ("timeline.legend.failed", palette.error, timeline.failures > 0),
        ("timeline.legend.pause", palette.warning, timeline.pauses().next().is_some()),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for (key, color, _) in kinds.into_iter().filter(|(_, _, is_there)| *is_there) {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(LEGEND_SIDE), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, color);
            ui.label(weak(look, look.text(key)));
            ui.add_space(GAP);
        }
        let length = seconds(piece_length(timeline));
        ui.label(weak(look, look.filled("timeline.legend.bar", &[("length", &length)])));
    });
}

/// Draws a pause of the platform, with what led to it.
fn pause_ui(ui: &mut Ui, pause: &Silence, now: Timestamp, look: &Look, actions: &mut Vec<Action>) {
    let failures = pause.failures.to_string();
    let details = [("failures", &*failures), ("length", &*length(pause, now)), ("time", &*look.dated(pause.since))];
    let key = if pause.until.is_some() { "timeline.pause" } else { "timeline.pause_lasts" };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let words = format!("{} {}", icons::PAUSE, look.filled(key, &details));
        ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
        if let Some(first) = pause.first_failure
            && ui.add(small_button(look.filled("timeline.show_failures", &[("failures", &failures)]))).clicked()
        {
            show(format!("id:{}..{}", first.0, pause.before.0), actions);
        }
    });
    ui.add(Label::new(weak(look, look.text("timeline.pause_hint"))).wrap());
}

/// Draws a silence, with buttons to the events around it.
fn gap_ui(ui: &mut Ui, gap: &Silence, now: Timestamp, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let since = look.dated(gap.since);
        let words = match gap.until {
            Some((until, _)) => {
                let until = look.dated(until);
                look.filled("timeline.gap", &[("since", &*since), ("until", &until), ("length", &length(gap, now))])
            }
            None => look.filled("timeline.gap_lasts", &[("since", &*since), ("length", &length(gap, now))]),
        };
        ui.label(words);
        let before = small_button(look.filled("timeline.before", &[("id", &gap.before.0.to_string())]));
        if ui.add(before).clicked() {
            actions.push(Action::Select(gap.before));
        }
        if let Some((_, after)) = gap.until
            && ui.add(small_button(look.filled("timeline.after", &[("id", &after.0.to_string())]))).clicked()
        {
            actions.push(Action::Select(after));
        }
    });
}

fn length(silence: &Silence, now: Timestamp) -> String {
    seconds(silence.length(now))
}

/// Shows the events of a filter.
pub(super) fn show(filter: String, actions: &mut Vec<Action>) {
    actions.push(Action::SetFilter(filter));
    actions.push(Action::ShowScreen(Screen::Events));
}

/// Draws a button that stands for events, as high as a line of text.
pub(super) fn event_button(ui: &mut Ui, words: String) -> bool {
    ui.add(Button::new(words).small().frame_when_inactive(false).wrap()).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_much_longer_than_the_arrivals_are_apart() {
        let now = crate::clock::now();
        let timeline = |hours: i64, arrivals: u64| Timeline {
            span: (now - SignedDuration::from_hours(hours), now),
            buckets: Vec::new(),
            silences: Vec::new(),
            last_arrival: None,
            arrivals,
            failures: 0,
            is_cut: false,
        };
        assert_eq!(least_silence(&timeline(1, 50)), SILENCE_SMALLEST, "an hour of normal use");
        assert_eq!(least_silence(&timeline(24, 12)), SignedDuration::from_hours(10));
        assert_eq!(least_silence(&timeline(720, 3)), SILENCE_LARGEST);
        assert_eq!(least_silence(&timeline(1, 0)), SignedDuration::from_hours(5));
    }
}
