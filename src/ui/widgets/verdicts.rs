//! Verdicts on replays: a mark, a word and a colour.

use egui::Color32;

use crate::capture::{RunEnd, StoredRun, Verdict, VerdictCounts};
use crate::ui::look::Look;

/// The mark of a verdict, which is told apart without colour.
pub(crate) fn verdict_mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "●",
        Verdict::Same => "=",
        Verdict::Different => "~",
        Verdict::Fixed => "▲",
        Verdict::Regressed => "▼",
    }
}

/// Colour of a verdict.
pub(crate) fn verdict_color(verdict: Verdict, look: &Look) -> Color32 {
    match verdict {
        Verdict::New | Verdict::Same => look.palette.weak,
        Verdict::Different => look.palette.warning,
        Verdict::Fixed => look.palette.ok,
        Verdict::Regressed => look.palette.error,
    }
}

/// Mark and word of a verdict: `▲ fixed`.
pub(crate) fn verdict_words(verdict: Verdict, look: &Look) -> String {
    format!("{} {}", verdict_mark(verdict), look.text(&format!("replay.verdict.{}", verdict.as_str())))
}

/// The words for the verdict on the last replay.
pub(crate) fn replayed_words(verdict: Verdict, look: &Look) -> String {
    let verdict = look.text(&format!("replay.verdict.{}", verdict.as_str())).into_owned();
    look.filled("replay.last", &[("verdict", &verdict)])
}

/// Words for whether WeChat would have accepted the reply: `✓ legal`.
pub(crate) fn legal_words(is_legal: bool, look: &Look) -> String {
    if is_legal { format!("✓ {}", look.text("replay.legal")) } else { format!("× {}", look.text("replay.illegal")) }
}

/// Words for the end and the results of a run: `✓ 2 fixed, 10 the same`.
pub(crate) fn outcome_words(run: &StoredRun, is_running: bool, look: &Look) -> (String, Color32) {
    let tally = counts(&run.tally, look);
    let good = tally_mark(&run.tally, look);
    let (mark, end, color) = match run.end {
        None if is_running => ("↻", Some("replay.end.running"), look.palette.accent),
        None => ("▲", Some("replay.end.interrupted"), look.palette.warning),
        Some(RunEnd::Dead) => ("×", Some("replay.end.dead"), look.palette.error),
        Some(RunEnd::Cancelled) => ("–", Some("replay.end.cancelled"), look.palette.warning),
        Some(RunEnd::Finished) => (good.0, None, good.1),
    };
    let end = end.map(|key| look.text(key).into_owned());
    let words: Vec<String> = end.into_iter().chain((!tally.is_empty()).then_some(tally)).collect();
    (format!("{mark} {}", words.join(" · ")), color)
}

/// Mark and colour of a run's results: green where something was mended, and quiet where all is as it was. A different
/// answer is neither right nor wrong: a person has to look.
pub(crate) fn tally_mark(tally: &VerdictCounts, look: &Look) -> (&'static str, Color32) {
    match tally {
        tally if !tally.is_good() => ("×", look.palette.error),
        // As before, or compared with nothing: quiet, since nothing was mended.
        VerdictCounts { different: 0, fixed: 0, .. } => ("✓", look.palette.weak),
        VerdictCounts { different: 0, .. } => ("✓", look.palette.ok),
        _ => (verdict_mark(Verdict::Different), verdict_color(Verdict::Different, look)),
    }
}

/// Counts in words: `1 failed · compared: 2 fixed`; zeros are left out. A failure and a verdict are of the same answer.
fn counts(tally: &VerdictCounts, look: &Look) -> String {
    let failed =
        (tally.failed > 0).then(|| look.filled("replay.count.failed", &[("count", &tally.failed.to_string())]));
    let verdicts = [
        ("replay.count.regressed", tally.regressed),
        ("replay.count.fixed", tally.fixed),
        ("replay.count.different", tally.different),
        ("replay.count.same", tally.same),
        ("replay.count.new", tally.new),
    ];
    let verdicts = verdicts.into_iter().filter(|(_, count)| *count > 0);
    let verdicts: Vec<String> =
        verdicts.map(|(key, count)| look.filled(key, &[("count", &count.to_string())])).collect();
    let verdicts = verdicts.join(&*look.text("replay.count.and"));
    match failed {
        Some(failed) if verdicts.is_empty() => failed,
        Some(failed) => look.filled("replay.count.beside", &[("failed", &failed), ("verdicts", &verdicts)]),
        None => verdicts,
    }
}
