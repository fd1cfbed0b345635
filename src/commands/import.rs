//! `menuscope import`: reads events from files, and says what came in and what did not.

use serde_json::json;

use super::output::{print_line, quoted};
use super::work::Work;
use super::{Outcome, language};
use crate::cli::Import;
use crate::config::Config;
use crate::engine::Setup;
use crate::exchange::{FixtureError, ImportSummary, import};
use crate::store::BulkWriter;
use crate::texts::Language;

pub(super) fn run(setup: &Setup, asked: &Import) -> anyhow::Result<Outcome> {
    let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
    setup.folder.create()?;
    let mut additions = BulkWriter::open(&setup.folder.database())?;
    let work = Work::start()?;
    let language = language(setup);
    match work.shown(|progress| import(&asked.paths, &mut additions, &accounts, progress)) {
        Ok(imported) => {
            tell(&imported, asked.json, language)?;
            // Something could be read of what was given, or nothing could.
            let nothing = imported.added + imported.known == 0;
            Ok(if nothing || imported.unread > 0 { Outcome::No(None) } else { Outcome::Done })
        }
        Err(error @ FixtureError::Cancelled { .. }) => Ok(Outcome::No(Some(error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

fn tell(imported: &ImportSummary, as_json: bool, language: Language) -> anyhow::Result<()> {
    let ImportSummary { added, known, problems, unread } = imported;
    if as_json {
        let problems: Vec<_> = problems
            .iter()
            .map(|problem| json!({ "place": problem.place, "message": problem.reason.words(language) }))
            .collect();
        let report = json!({ "added": added, "known": known, "unread": unread, "problems": problems });
        return Ok(print_line(&report.to_string())?);
    }
    for problem in problems {
        print_line(&format!("{}: {}", quoted(&problem.place), quoted(&problem.reason.words(language))))?;
    }
    let more = unread.saturating_sub(problems.len() as u64);
    if more > 0 {
        print_line(&format!("and {more} more that could not be read"))?;
    }
    Ok(print_line(&format!("{added} added, {known} known already, {unread} not read"))?)
}
