//! Chart of the arrivals: a bar for each piece of the time line, failures in it, and the platform's pauses behind.

use egui::accesskit::Role;
use egui::{Align2, Rect, Sense, TextStyle, Ui, Vec2, WidgetInfo, pos2};
use jiff::Timestamp;

use super::timeline_tab::show;
use crate::engine::Timeline;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;

/// Height of the highest bar and of the line of times below it, in points.
const BARS: f32 = 96.0;
const TIMES: f32 = 22.0;

/// Width from which there is room for five times below the bars, in points.
const FIVE_TIMES: f32 = 600.0;

/// Width of the scale at the left, in points.
const SCALE: f32 = 36.0;

/// Least height of a bar, and least width of a pause, in points: one arrival among thousands is to be seen.
const BAR_SMALLEST: f32 = 3.0;
const PAUSE_SMALLEST: f32 = 3.0;

/// Draws the chart; a click on a bar shows its events.
pub(super) fn chart_ui(ui: &mut Ui, timeline: &Timeline, look: &Look, actions: &mut Vec<Action>) {
    let size = Vec2::new(ui.available_width(), BARS + TIMES);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (arrivals, failures) = (timeline.arrivals.to_string(), timeline.failures.to_string());
    let pauses = timeline.pauses().count().to_string();
    let details = [("arrivals", &*arrivals), ("failures", &*failures), ("pauses", &*pauses)];
    let name = look.filled("timeline.chart", &details);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let bars = Rect::from_min_size(rect.min + Vec2::new(SCALE, 0.0), Vec2::new(rect.width() - SCALE, BARS));
    scale_ui(ui, timeline, bars, look);
    pauses_ui(ui, timeline, bars, look);
    bars_ui(ui, timeline, bars, look);
    times_ui(ui, timeline, Rect::from_min_max(pos2(bars.min.x, bars.max.y), rect.max), look);
    let Some(pointer) = response.hover_pos().filter(|pointer| bars.contains(*pointer)) else { return };
    let pieces = timeline.buckets.len();
    let place = ((pointer.x - bars.min.x) / bars.width() * pieces as f32) as usize;
    let Some(bucket) = timeline.buckets.get(place.min(pieces.saturating_sub(1))) else { return };
    if let Some((first, last)) = bucket.range
        && response.clicked()
    {
        show(format!("id:{}..{}", first.0, last.0), actions);
    }
    let (arrivals, failures) = (bucket.arrivals.to_string(), bucket.failures.to_string());
    let counted = look.filled("timeline.counted", &[("arrivals", &arrivals), ("failures", &failures)]);
    let begin = look.dated(instant_at(timeline, place as f32 / pieces as f32));
    response.on_hover_text_at_pointer(format!("{begin}\n{counted}"));
}

fn pauses_ui(ui: &Ui, timeline: &Timeline, bars: Rect, look: &Look) {
    for pause in timeline.pauses() {
        let from = place_of(timeline, pause.since, bars);
        let to = place_of(timeline, pause.until.map_or(timeline.span.1, |(until, _)| until), bars);
        let ground = Rect::from_x_y_ranges(from..=to.max(from + PAUSE_SMALLEST), bars.y_range());
        ui.painter().rect_filled(ground, 0.0, look.palette.warning_ground);
        ui.painter().vline(from, bars.y_range(), (1.0, look.palette.warning));
    }
}

/// The count that the highest bar stands for.
fn highest(timeline: &Timeline) -> u64 {
    timeline.buckets.iter().map(|bucket| bucket.arrivals).max().unwrap_or(0).max(1)
}

/// Draws the scale at the left: lines at the highest count and at half of it, and the length of a piece.
fn scale_ui(ui: &Ui, timeline: &Timeline, bars: Rect, look: &Look) {
    let font = TextStyle::Small.resolve(ui.style());
    let highest = highest(timeline);
    let halves = [highest, highest / 2].into_iter().take(if highest >= 4 { 2 } else { 1 });
    for count in halves {
        let y = bars.max.y - count as f32 / highest as f32 * bars.height();
        ui.painter().hline(bars.x_range(), y, (1.0, look.palette.line));
        let at = pos2(bars.min.x - GAP_SMALL, y);
        let align = if count == highest { Align2::RIGHT_TOP } else { Align2::RIGHT_CENTER };
        ui.painter().text(at, align, count.to_string(), font.clone(), look.palette.weak);
    }
    let at = pos2(bars.min.x - GAP_SMALL, bars.max.y);
    ui.painter().text(at, Align2::RIGHT_BOTTOM, "0", font, look.palette.weak);
}

/// The length of a piece of the time line.
pub(super) fn piece_length(timeline: &Timeline) -> jiff::SignedDuration {
    let (from, to) = timeline.span;
    to.duration_since(from) / i32::try_from(timeline.buckets.len()).unwrap_or(i32::MAX).max(1)
}

fn bars_ui(ui: &Ui, timeline: &Timeline, bars: Rect, look: &Look) {
    let highest = highest(timeline);
    let width = bars.width() / timeline.buckets.len() as f32;
    for (place, bucket) in timeline.buckets.iter().enumerate().filter(|(_, bucket)| bucket.arrivals > 0) {
        let left = bars.min.x + place as f32 * width;
        let height = (bucket.arrivals as f32 / highest as f32 * bars.height()).max(BAR_SMALLEST);
        let right = (left + width - 1.0).max(left + 1.0);
        let bar = Rect::from_min_max(pos2(left, bars.max.y - height), pos2(right, bars.max.y));
        ui.painter().rect_filled(bar, 0.0, look.palette.accent);
        if bucket.failures > 0 {
            // At the top, and wide: colour alone would not tell them.
            let share = bucket.failures as f32 / bucket.arrivals as f32;
            let failed = Rect::from_min_size(bar.min, Vec2::new(bar.width(), (height * share).max(BAR_SMALLEST)));
            ui.painter().rect_filled(failed, 0.0, look.palette.error);
            ui.painter().hline(failed.x_range(), failed.max.y, (1.0, look.palette.surface));
        }
    }
    ui.painter().hline(bars.x_range(), bars.max.y, (1.0, look.palette.outline));
}

fn times_ui(ui: &Ui, timeline: &Timeline, rect: Rect, look: &Look) {
    let font = TextStyle::Small.resolve(ui.style());
    let between: &[f32] = if rect.width() >= FIVE_TIMES { &[0.25, 0.5, 0.75] } else { &[0.5] };
    let between = between.iter().map(|share| (*share, Align2::CENTER_TOP));
    for (share, align) in between.chain([(0.0, Align2::LEFT_TOP), (1.0, Align2::RIGHT_TOP)]) {
        let x = rect.min.x + rect.width() * share;
        ui.painter().vline(x, rect.min.y..=rect.min.y + GAP_SMALL, (1.0, look.palette.outline));
        let at = pos2(x, rect.min.y + GAP_SMALL);
        let words = look.dated(instant_at(timeline, share));
        ui.painter().text(at, align, words, font.clone(), look.palette.weak);
    }
}

/// The instant at a share of the span.
fn instant_at(timeline: &Timeline, share: f32) -> Timestamp {
    let (from, to) = timeline.span;
    let length = to.duration_since(from).as_secs_f64() * f64::from(share);
    let length = jiff::SignedDuration::try_from_secs_f64(length).unwrap_or_default();
    from.checked_add(length).unwrap_or(to)
}

fn place_of(timeline: &Timeline, instant: Timestamp, bars: Rect) -> f32 {
    let (from, to) = timeline.span;
    let share = instant.duration_since(from).as_secs_f64() / to.duration_since(from).as_secs_f64().max(1.0);
    bars.min.x + bars.width() * (share as f32).clamp(0.0, 1.0)
}
