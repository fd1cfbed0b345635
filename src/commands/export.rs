//! `menuscope export`: writes events as fixtures.

use super::chosen::{Chosen, chosen};
use super::output::{Output, print_line};
use super::work::Work;
use super::{Outcome, language};
use crate::cli::Export;
use crate::config::Config;
use crate::engine::Setup;
use crate::exchange::{ExportPlan, FixtureError, Preview, Pseudonyms, Texts, export, preview};
use crate::store::Reader;
use crate::texts::safe_text::{safe_text, shortened};

/// Identifiers and texts are cut to so many characters in the preview.
const CELL: usize = 60;

pub(super) fn run(setup: &Setup, asked: &Export, output: Output) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let reader = Reader::open(&setup.folder.database())?;
    let ids = match chosen(&asked.which, &reader)? {
        Chosen::Events(ids) => ids,
        Chosen::None(reason) => return Ok(Outcome::No(Some(reason))),
    };
    let texts = if asked.keep_texts { Texts::Kept } else { Texts::Replaced };
    let pseudonyms = asked.pseudonymise.then(|| Pseudonyms::open(setup.folder.path(), texts)).transpose()?;
    let work = Work::start()?;
    if let Some(pseudonyms) = pseudonyms.as_ref().filter(|_| asked.preview) {
        let preview = work.shown(|progress| preview(&reader, &ids, pseudonyms, &accounts, progress))?;
        tell(&preview, output)?;
        return Ok(Outcome::Done);
    }
    // The command line asks for both unless it is a preview.
    let (Some(format), Some(out)) = (asked.format, asked.out.clone()) else { return Ok(Outcome::Done) };
    let plan = ExportPlan { format, out, pseudonyms, language: language(setup) };
    match work.shown(|progress| export(&reader, &ids, &plan, &accounts, progress)) {
        Ok(exported) => {
            let replaced = match exported.replaced {
                0 => String::new(),
                replaced => format!(", {replaced} identifiers and texts replaced"),
            };
            let count = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
            let (events, files) = (count(exported.events, "event"), count(exported.files, "file"));
            print_line(&format!("{events} in {files}{replaced}: {}", safe_text(&exported.out.display().to_string())))?;
            Ok(Outcome::Done)
        }
        Err(error @ FixtureError::Cancelled { .. }) => Ok(Outcome::No(Some(error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// Prints the pseudonyms, each once.
fn tell(preview: &Preview, output: Output) -> anyhow::Result<()> {
    let rows = preview.changes.iter().map(|change| {
        [change.what.as_str().to_owned(), shortened(&change.before, CELL), shortened(&change.after, CELL)]
    });
    output.lines(["WHAT", "NOW", "THEN"], rows)?;
    let more = preview.total.saturating_sub(preview.changes.len() as u64);
    if more > 0 {
        print_line(&format!("and {more} more"))?;
    }
    Ok(print_line(&format!("{} events, {} identifiers and texts", preview.events, preview.total))?)
}
