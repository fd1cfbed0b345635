//! Timeline of an event's attempts: the arrival of each, its end, and the side that closed the connection.

use egui::accesskit::Role;
use egui::{
    Align2, Color32, Label, Pos2, Rangef, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, Vec2,
    WidgetInfo, WidgetText,
};

use crate::capture::{CaptureId, CaptureSummary, ReplyEnd};
use crate::engine::EventDetail;
use crate::texts::Language;
use crate::ui::action::Action;
use crate::ui::look::{Look, attempt_mark};
use crate::ui::screens::events::answering::{ManualReplies, seconds_left};
use crate::ui::theme::{CORNER, GAP, GAP_SMALL, icons};
use crate::ui::widgets::controls::{card, weak};
use crate::ui::widgets::quantities::milliseconds;

/// Time that WeChat waits for a reply.
pub(super) const WECHAT_LIMIT_MS: f32 = 5_000.0;

/// Height of the part of a lane that its bar is in the middle of, in points.
const BAR_ROOM: f32 = 22.0;
/// Height of a lane's bar, in points.
const BAR_HEIGHT: f32 = 10.0;
/// Minimum width of a bar, in points.
const BAR_SMALLEST: f32 = 3.0;
/// Margins of the axis in points: on the left for the attempts' numbers, on the right for the mark of an end.
const MARGINS: (f32, f32) = (26.0, 22.0);
/// Height of the axis with its numbers, in points.
const AXIS_HEIGHT: f32 = 22.0;
/// Size of the mark of an end, in points.
const MARK: f32 = 14.0;
/// The name of the fault that leaves attempts unanswered.
const UNANSWERED: &str = "unanswered";
/// Approximate number of labels on the axis.
const AXIS_NUMBERS: f32 = 6.0;
/// Time that WeChat waits for a reply, in seconds.
const LIMIT: f32 = WECHAT_LIMIT_MS / 1000.0;

/// The attempts prepared for drawing.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// Length of the axis, in seconds from the first arrival.
    span: f32,
}

/// One attempt; times are in seconds from the first arrival.
#[derive(Debug)]
struct Lane {
    id: CaptureId,
    attempt: u32,
    from: f32,
    /// `None` while it is open.
    to: Option<f32>,
    end: Option<ReplyEnd>,
    /// Set if a fault was injected.
    has_fault: bool,
    end_words: String,
}

impl Lane {
    /// The attempt in a sentence; of one that is held, the time left.
    fn words(&self, answering: &ManualReplies, look: &Look) -> String {
        let end = self.end_words(answering, look);
        let (number, from) = (self.attempt.to_string(), format!("{:.1}", self.from));
        look.filled("attempts.lane", &[("number", &number), ("from", &from), ("end", &end)])
    }

    fn end_words(&self, answering: &ManualReplies, look: &Look) -> String {
        match answering.held(self.id) {
            Some(push) => look.filled("hold.row", &[("seconds", &seconds_left(push.deadline))]),
            None => self.end_words.clone(),
        }
    }
}

impl Lanes {
    /// Places the attempts on the timeline.
    pub(super) fn of(attempts: &[CaptureSummary], language: Language) -> Self {
        let first = attempts.first().map(|attempt| attempt.received_at).unwrap_or_default();
        let lanes: Vec<Lane> = attempts
            .iter()
            .map(|attempt| {
                let from = attempt.received_at.duration_since(first).as_secs_f32().max(0.0);
                let to = attempt.reply.as_ref().map(|reply| from + reply.elapsed.as_secs_f32());
                let end = attempt.reply.as_ref().map(|reply| reply.end);
                let has_fault = attempt.reply.as_ref().is_some_and(|reply| reply.fault.is_some());
                let placement = attempt.placement;
                let end_words = end_words(attempt, language);
                Lane { id: placement.id, attempt: placement.attempt, from, to, end, has_fault, end_words }
            })
            .collect();
        let ends = lanes.iter().map(|lane| lane.to.unwrap_or(lane.from).max(lane.from + LIMIT));
        Self { span: ends.fold(LIMIT, f32::max), lanes }
    }
}

/// Size of the small timeline, in points.
const SMALL: Vec2 = Vec2::new(96.0, 14.0);
/// Height of a bar of the small timeline, and the distance between two, in points.
const SMALL_BAR: f32 = 3.0;
const SMALL_PITCH: f32 = 5.0;
/// Maximum number of bars of the small timeline.
const SMALL_BARS: usize = 3;

impl Lanes {
    /// Size of the small timeline.
    #[expect(clippy::unused_self, reason = "the size belongs to what is drawn")]
    pub(super) fn small_size(&self) -> Vec2 {
        SMALL
    }

    /// Paints the latest attempts as bars on one axis, without words.
    pub(super) fn paint_small(&self, ui: &Ui, rect: Rect, look: &Look) {
        let painter = ui.painter();
        painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.palette.line));
        let axis = Rangef::new(rect.left(), rect.right());
        let first = self.lanes.len().saturating_sub(SMALL_BARS);
        for (row, lane) in self.lanes[first..].iter().enumerate() {
            let top = rect.top() + row as f32 * SMALL_PITCH;
            let (from, to) = (lane.from, lane.to.unwrap_or(lane.from + LIMIT));
            let (from, to) = (along(axis, from, self.span), along(axis, to, self.span));
            let bar = Rect::from_x_y_ranges(from..=to.max(from + BAR_SMALLEST), top..=top + SMALL_BAR);
            painter.rect_filled(bar, 1.0, end_mark(lane, look).1);
        }
    }
}

/// The end of an attempt in words.
fn end_words(attempt: &CaptureSummary, language: Language) -> String {
    let Some(reply) = &attempt.reply else { return language.text("attempts.open").into_owned() };
    let status = reply.status.map(|status| status.to_string()).unwrap_or_default();
    let details = [("status", status), ("elapsed", span_words(reply.elapsed))];
    // Its own side let the time run out, whoever closed the connection.
    let is_left = reply.end == ReplyEnd::HungUp && reply.fault == Some(UNANSWERED);
    let key = if is_left { "attempts.left".to_owned() } else { format!("attempts.{}", reply.end.as_str()) };
    language.filled(&key, &details)
}

/// Formats a duration below one second in milliseconds, and a longer one in seconds.
fn span_words(elapsed: std::time::Duration) -> String {
    if elapsed.as_secs() == 0 { milliseconds(elapsed) } else { format!("{:.1} s", elapsed.as_secs_f32()) }
}

/// Tells whether WeChat may have made the attempts: what was sent from here, or is signed by nobody we know, it does not try
/// again.
pub(super) fn has_attempts(opened: &EventDetail) -> bool {
    let capture = &opened.stored.capture;
    !opened.attempts.is_empty() && !capture.replay && !capture.signature.is_refused()
}

/// Draws the timeline, with the attempt `shown` lit; a click selects another. A single attempt is a sentence.
pub(super) fn attempts_ui(
    ui: &mut Ui,
    (lanes, shown): (&Lanes, CaptureId),
    answering: &ManualReplies,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    if let [lane] = &*lanes.lanes {
        let end = lane.end_words(answering, look);
        let words = look.filled("attempts.single", &[("end", &end)]);
        let response = ui.add(Label::new(RichText::new(words).color(look.palette.weak)).wrap());
        response.on_hover_text(look.text("detail.answer.one_attempt"));
        return;
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        for lane in &lanes.lanes {
            let words = lane.words(answering, look);
            if lane_ui(ui, (lane, &words), lanes.span, lane.id == shown, look) {
                actions.push(Action::Select(lane.id));
            }
        }
        axis_ui(ui, lanes.span, look);
        ui.add(Label::new(weak(look, look.text("attempts.legend"))).wrap());
    });
}

/// Draws one attempt; returns true if it was clicked and is not the shown one.
fn lane_ui(ui: &mut Ui, (lane, words): (&Lane, &str), span: f32, is_shown: bool, look: &Look) -> bool {
    let width = ui.available_width();
    let room = (width - MARGINS.0 - GAP_SMALL).max(0.0);
    let text = RichText::new(words).small().color(look.palette.text);
    let galley = WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Wrap), room, TextStyle::Small);
    let height = GAP_SMALL + galley.size().y + BAR_ROOM;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_shown, words));
    if is_shown {
        ui.painter().rect_filled(rect, CORNER, look.palette.selected);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CORNER, look.palette.hovered);
    }
    let painter = ui.painter_at(rect);
    let font = TextStyle::Body.resolve(ui.style());
    let words_at = rect.min + Vec2::new(MARGINS.0, GAP_SMALL);
    let first_line = galley.rows.first().map_or(0.0, |row| row.rect().center().y);
    let mark_at = Pos2::new(rect.left() + GAP_SMALL, words_at.y + first_line);
    painter.text(mark_at, Align2::LEFT_CENTER, attempt_mark(lane.attempt), font, look.palette.strong);
    painter.galley(words_at, galley, look.palette.text);
    bar_ui(ui, lane, rect, span, look);
    response.clicked() && !is_shown
}

fn bar_ui(ui: &Ui, lane: &Lane, rect: Rect, span: f32, look: &Look) {
    let painter = ui.painter();
    let axis = axis_range(rect);
    let middle = rect.bottom() - BAR_ROOM / 2.0;
    let rows = Rangef::point(middle).expand(BAR_HEIGHT / 2.0);
    let until = lane.to.unwrap_or(lane.from + LIMIT);
    let (from, to) = (along(axis, lane.from, span), along(axis, until, span));
    let bar = Rect::from_x_y_ranges(Rangef::new(from, to.max(from + BAR_SMALLEST)), rows);
    let (mark, color) = end_mark(lane, look);
    match lane.end {
        Some(_) => drop(painter.rect_filled(bar, 2.0, color)),
        None => drop(painter.rect_stroke(bar, 2.0, Stroke::new(1.0, color), StrokeKind::Inside)),
    }
    let limit = along(axis, lane.from + LIMIT, span);
    painter.vline(limit, rows.expand(3.0), Stroke::new(1.5, look.palette.strong));
    painter.text(Pos2::new(bar.right() + 3.0, middle), Align2::LEFT_CENTER, mark, icons::font(MARK), color);
}

/// Mark and colour of an attempt's end, as the list has them.
fn end_mark(lane: &Lane, look: &Look) -> (&'static str, Color32) {
    match lane.end {
        _ if lane.has_fault => (icons::ZAP, look.palette.fault),
        None => (icons::ELLIPSIS, look.palette.weak),
        Some(ReplyEnd::Answered) => (icons::CHECK, look.palette.weak),
        Some(ReplyEnd::HungUp) => (icons::TIMER_OFF, look.palette.error),
        Some(ReplyEnd::Silent) => (icons::MINUS, look.palette.warning),
        Some(ReplyEnd::Cut | ReplyEnd::Reset) => (icons::TRIANGLE_ALERT, look.palette.error),
    }
}

/// Draws the axis in seconds from the first arrival.
fn axis_ui(ui: &mut Ui, span: f32, look: &Look) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), AXIS_HEIGHT), Sense::hover());
    let axis = axis_range(rect);
    let stroke = Stroke::new(1.0, look.palette.outline);
    ui.painter().hline(axis, rect.top(), stroke);
    let font = TextStyle::Small.resolve(ui.style());
    let step = step(span);
    let mut second = 0.0;
    while second <= span {
        let x = along(axis, second, span);
        ui.painter().vline(x, Rangef::new(rect.top(), rect.top() + 4.0), stroke);
        let words = format!("{second:.0} s");
        ui.painter().text(Pos2::new(x, rect.top() + 5.0), Align2::CENTER_TOP, words, font.clone(), look.palette.weak);
        second += step;
    }
}

/// Distance between labels of the axis in seconds: 1, 2 or 5 times a power of ten.
fn step(span: f32) -> f32 {
    let mut decade = 1.0;
    loop {
        for step in [decade, 2.0 * decade, 5.0 * decade] {
            if span / step <= AXIS_NUMBERS {
                return step;
            }
        }
        decade *= 10.0;
    }
}

fn axis_range(rect: Rect) -> Rangef {
    Rangef::new(rect.left() + MARGINS.0, (rect.right() - MARGINS.1).max(rect.left() + MARGINS.0 + GAP))
}

fn along(axis: Rangef, second: f32, span: f32) -> f32 {
    axis.min + axis.span() * (second / span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::test_support::look;

    #[test]
    fn the_axis_has_round_numbers_and_not_too_many() {
        let steps = [5.0, 6.0, 10.6, 16.0, 300.0, 40_000.0].map(|span| step(span).to_string());
        assert_eq!(steps, ["1", "1", "2", "5", "50", "10000"]);
    }
    #[test]
    fn every_end_has_its_words_and_only_an_answer_is_ticked() {
        let ends = [ReplyEnd::Answered, ReplyEnd::HungUp, ReplyEnd::Silent, ReplyEnd::Cut, ReplyEnd::Reset];
        let look = look(egui::Theme::Dark);
        let lane = |end, has_fault| Lane {
            id: CaptureId(1),
            attempt: 1,
            from: 0.0,
            to: Some(1.0),
            end: Some(end),
            has_fault,
            end_words: String::new(),
        };
        for end in ends {
            for language in Language::ALL {
                assert!(language.has(&format!("attempts.{}", end.as_str())), "{end:?}");
            }
            assert_eq!(end_mark(&lane(end, false), &look).0 == icons::CHECK, end == ReplyEnd::Answered);
            assert_eq!(end_mark(&lane(end, true), &look), (icons::ZAP, look.palette.fault));
        }
    }

    #[test]
    fn an_attempt_that_a_fault_left_unanswered_is_not_said_to_be_late() {
        assert!(crate::wechat::fault::Fault::known_name(UNANSWERED).is_some());
        let stored =
            crate::ui::test_support::stored(crate::ui::test_support::request("POST", "/".to_owned(), b""), 200);
        let mut attempt = super::super::tests::attempt(&stored, 17);
        let reply = attempt.reply.as_mut().unwrap();
        (reply.end, reply.fault, reply.status) = (ReplyEnd::HungUp, Some(UNANSWERED), None);
        assert!(end_words(&attempt, Language::English).contains("left unanswered (fault)"));
    }
}
