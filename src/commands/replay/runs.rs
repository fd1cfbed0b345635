//! The runs so far, as `menuscope replay --runs` lists them.

use super::counted;
use crate::capture::{RunEnd, StoredRun};
use crate::commands::Outcome;
use crate::commands::output::{Output, local_time, print_line};
use crate::engine::Setup;
use crate::operations::run_json;
use crate::store::Reader;
use crate::texts::safe_text::shortened;

/// Targets are cut to so many characters in the table.
const TARGET: usize = 40;

/// Prints every run, the newest first.
pub(super) fn list(setup: &Setup, output: Output, as_json: bool) -> anyhow::Result<Outcome> {
    let runs = Reader::open(&setup.folder.database())?.runs(usize::MAX)?;
    if runs.is_empty() {
        return Ok(Outcome::No(Some("nothing was replayed yet".to_owned())));
    }
    if as_json {
        for run in &runs {
            print_line(&run_json(run).to_string())?;
        }
        return Ok(Outcome::Done);
    }
    let rows = runs.iter().map(|stored| {
        let StoredRun { id, run, tally, .. } = stored;
        [
            id.to_string(),
            local_time(run.started_at),
            shortened(&run.target, TARGET),
            run.mode.as_str().to_owned(),
            run.against.to_string(),
            format!("{} of {}", tally.sent, run.planned),
            tally.failed.to_string(),
            end(stored).to_owned(),
            counted(tally),
        ]
    });
    output.lines(["RUN", "STARTED", "TARGET", "MODE", "AGAINST", "SENT", "NOT LEGAL", "END", "VERDICTS"], rows)?;
    Ok(Outcome::Done)
}

/// The end of a run; one without an end still runs, or its process ended in between.
fn end(stored: &StoredRun) -> &'static str {
    stored.end.map_or("open", RunEnd::as_str)
}
