//! The record of a run of replays as JSON: each answer with what is different from before, and the run itself.

use serde_json::{Value, json};

use crate::capture::{CaptureSummary, RunEnd, StoredReplay, StoredRun, replay_json};
use crate::replay::Change;
use crate::texts::Language;

/// One answer, with the event that was sent and what is different from before.
#[derive(Debug)]
pub struct AnsweredReplay<'a> {
    pub stored: &'a StoredReplay,
    /// `None` where it has been removed.
    pub event: Option<&'a CaptureSummary>,
    /// `None` without anything to compare it with.
    pub changes: Option<&'a [Change]>,
}

impl AnsweredReplay<'_> {
    /// Everything, as one object.
    pub fn json(&self, language: Language) -> Value {
        let mut object = replay_json(self.stored, language);
        object["kind"] = json!(self.event.map(|event| &event.kind));
        object["event_key"] = json!(self.event.and_then(|event| event.event_key.as_ref()));
        object["changes"] = self.changes.map_or(Value::Null, |changes| changes.iter().map(change_json).collect());
        object
    }
}

/// A different element, with its text before and after.
pub fn change_json(change: &Change) -> Value {
    json!({ "path": change.path, "before": change.before, "after": change.after })
}

/// A run: how it was sent, how it ended, and how many answers got each verdict.
pub fn run_json(stored: &StoredRun) -> Value {
    let StoredRun { id, run, end, tally } = stored;
    json!({
        "run": id.0, "started_at": run.started_at, "target": run.target, "mode": run.mode.as_str(),
        "form": run.form.as_str(), "against": run.against.to_string(), "planned": run.planned,
        "end": end.map(RunEnd::as_str), "sent": tally.sent, "failed": tally.failed,
        "verdicts": {
            "new": tally.new, "same": tally.same, "different": tally.different, "fixed": tally.fixed,
            "regressed": tally.regressed,
        },
    })
}
