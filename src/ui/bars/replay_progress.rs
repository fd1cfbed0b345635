//! Progress of a replay run: its buttons to pause and end it, and the message when it has ended.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Button, ProgressBar, RichText, Ui};

use crate::capture::{RunEnd, StoredRun, Verdict};
use crate::engine::{JobCommand, Progress};
use crate::texts::user_error::UserError;
use crate::ui::action::{Action, Screen};
use crate::ui::look::Look;
use crate::ui::notices::Notices;
use crate::ui::widgets::controls::named;
use crate::ui::widgets::verdicts::{tally_mark, verdict_mark};

/// Time between two looks at the progress.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Width of the progress bar, in points.
const BAR_WIDTH: f32 = 110.0;

/// Draws the progress of a run, its results so far, and the buttons that pause and end it.
pub(crate) fn running_ui(
    ui: &mut Ui,
    progress: &Progress,
    run: Option<&StoredRun>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.separator();
    let (done, total, paused) = (progress.done(), progress.total(), progress.is_paused());
    let (share, count) = match total {
        0 => (0.0, done.to_string()),
        total => (done as f32 / total as f32, format!("{done} / {total}")),
    };
    let name = look.text(if paused { "replay.running.paused" } else { "replay.running.name" });
    if ui.add(Button::new(RichText::new(format!("↻ {name}")).small().color(look.palette.accent)).frame(false)).clicked()
    {
        actions.push(Action::ShowScreen(Screen::Replays));
    }
    ui.add(ProgressBar::new(share).text(RichText::new(count).small()).desired_width(BAR_WIDTH));
    if let Some(run) = run.filter(|run| run.tally.sent > 0) {
        let (_, color) = tally_mark(&run.tally, look);
        ui.label(RichText::new(tally(run, look)).small().color(color));
    }
    let mut button = |key: &str| {
        let words = look.text(key);
        named(ui.add(Button::new(RichText::new(&*words).small())), Role::Button, &words).clicked()
    };
    let pause = if paused { "replay.running.go_on" } else { "replay.running.pause" };
    if button(pause) {
        actions.push(Action::Ask(JobCommand::PauseReplay { paused: !paused }.into()));
    }
    if button("replay.running.cancel") {
        actions.push(Action::Ask(JobCommand::CancelReplay.into()));
    }
    if !paused {
        ui.ctx().request_repaint_after(LOOK_AGAIN);
    }
}

/// `12 sent · 1 failed · 1 regressed`; marks say what the colour says.
fn tally(run: &StoredRun, look: &Look) -> String {
    let count = |key: &str, count: u64| look.filled(key, &[("count", &count.to_string())]);
    let mut parts = vec![count("replay.tally.sent", run.tally.sent)];
    let notable = [
        ("×", "replay.tally.failed", run.tally.failed),
        ("×", "replay.tally.regressed", run.tally.regressed),
        (verdict_mark(Verdict::Different), "replay.tally.different", run.tally.different),
    ];
    for (mark, key, number) in notable {
        if number > 0 {
            parts.push(format!("{mark} {}", count(key, number)));
        }
    }
    parts.join(" · ")
}

/// Posts the result of a run that has ended; `now` is egui's clock.
pub(crate) fn ended(notices: &mut Notices, run: &StoredRun, look: &Look, now: f64) {
    let Some(end) = run.end else { return };
    let counts =
        [("planned", run.run.planned), ("sent", run.tally.sent)].map(|(name, count)| (name, count.to_string()));
    let [(_, planned), (_, sent)] = &counts;
    if end == RunEnd::Dead {
        let message = format!("{} does not answer any more: {sent} of {planned} were sent", run.run.target);
        let trouble = UserError::of("replay.ended.dead", message);
        let trouble = trouble.with("target", &run.run.target).with("sent", sent).with("planned", planned);
        notices.error(trouble.with("run", run.id));
        return;
    }
    let number = run.id.to_string();
    let tally = tally(run, look);
    let key = if end == RunEnd::Cancelled { "replay.ended.cancelled" } else { "replay.ended.finished" };
    let words = look.filled(key, &[("run", &number), ("tally", &tally), ("planned", planned)]);
    let is_same = run.tally.is_good() && run.tally.different == 0;
    if is_same { notices.good(words, now) } else { notices.warning(words, now) }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::capture::diagnosis::Severity;
    use crate::capture::{Against, ReplayForm, ReplayMode, ReplayRun, RunId, VerdictCounts};
    use crate::texts::Language;

    fn said(end: RunEnd, tally: VerdictCounts) -> (Severity, String) {
        let run = ReplayRun {
            started_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            target: "http://127.0.0.1:1/wx".to_owned(),
            mode: ReplayMode::Resign,
            form: ReplayForm::AsCaptured,
            planned: 5,
            against: Against::Last,
        };
        let look = Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC);
        let mut notices = Notices::default();
        ended(&mut notices, &StoredRun { id: RunId(3), run, end: Some(end), tally }, &look, 0.0);
        let (message, _) = notices.shown().unwrap();
        (message.severity, message.text(&look))
    }

    #[test]
    fn the_end_of_a_run_is_said_with_what_came_of_it() {
        let good = VerdictCounts { sent: 5, same: 5, ..VerdictCounts::default() };
        let (severity, words) = said(RunEnd::Finished, good);
        assert_eq!(severity, Severity::Note);
        assert!(words.contains("5 sent") && !words.contains("regressed"), "{words}");
        let changed = VerdictCounts { sent: 5, same: 4, different: 1, ..VerdictCounts::default() };
        let (severity, words) = said(RunEnd::Finished, changed);
        assert!(severity == Severity::Warning && words.contains("~ 1 different"), "{words}");
        let bad = VerdictCounts { sent: 4, failed: 2, regressed: 1, ..VerdictCounts::default() };
        let (severity, words) = said(RunEnd::Cancelled, bad);
        assert_eq!(severity, Severity::Warning);
        assert!(words.contains("2 failed") && words.contains("1 regressed") && words.contains("cancelled"), "{words}");
    }

    #[test]
    fn a_dead_target_is_named_and_the_message_stays() {
        let (severity, words) = said(RunEnd::Dead, VerdictCounts { sent: 2, failed: 2, ..VerdictCounts::default() });
        assert_eq!(severity, Severity::Error);
        assert!(words.contains("http://127.0.0.1:1/wx") && words.contains("2 of 5"), "{words}");
    }
}
