//! `menuscope import`: reads events from files, and says what came in and what did not.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;
use tempfile::NamedTempFile;

use super::output::{print_line, quoted};
use super::work::Work;
use super::{Outcome, language};
use crate::cli::Import;
use crate::config::Config;
use crate::engine::Setup;
use crate::exchange::{FixtureError, ImportSource, ImportSummary, import};
use crate::store::BulkWriter;
use crate::texts::Language;

pub(super) fn run(setup: &Setup, asked: &Import) -> anyhow::Result<Outcome> {
    // Before Ctrl-C is caught: it ends the waiting for stdin.
    let (sources, _put_aside) = sources(&asked.paths)?;
    let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
    setup.folder.create()?;
    let mut additions = BulkWriter::open(&setup.folder.database())?;
    let work = Work::start()?;
    let language = language(setup);
    match work.shown(|progress| import(&sources, &mut additions, &accounts, progress)) {
        Ok(imported) => {
            tell(&imported, asked.json, language)?;
            // Something could be read of what was given, or nothing could; other requests beside the callbacks are no fault.
            let nothing = imported.added + imported.known == 0;
            Ok(if nothing || imported.unread > imported.others { Outcome::No(None) } else { Outcome::Done })
        }
        Err(error @ FixtureError::Cancelled { .. }) => Ok(Outcome::No(Some(error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// Names of stdin. The system's own opens no socket, which stdin may be.
const STDIN: [&str; 2] = ["-", "/dev/stdin"];

/// The sources, and the files in which those are put aside that can be read only once: stdin, and pipes.
fn sources(paths: &[PathBuf]) -> anyhow::Result<(Vec<ImportSource>, Vec<NamedTempFile>)> {
    let mut put_aside = Vec::new();
    let mut sources = Vec::with_capacity(paths.len());
    for path in paths {
        let is_stdin = STDIN.iter().any(|name| path == Path::new(name));
        let is_stream = || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        if !is_stdin && !is_stream() {
            sources.push(path.clone().into());
            continue;
        }
        let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
        let room = || "cannot put aside what is to be imported; make room in the folder for temporary files";
        let mut file = NamedTempFile::new().with_context(room)?;
        let copied = if is_stdin {
            io::copy(&mut io::stdin().lock(), &mut file)
        } else {
            File::open(path).and_then(|mut stream| io::copy(&mut stream, &mut file))
        };
        copied.with_context(|| {
            format!("cannot read {}; check that it can be read, and the room on the disk", quoted(&name))
        })?;
        sources.push(ImportSource::named(file.path().to_owned(), name));
        put_aside.push(file);
    }
    Ok((sources, put_aside))
}

fn tell(imported: &ImportSummary, as_json: bool, language: Language) -> anyhow::Result<()> {
    let ImportSummary { added, known, problems, unread, others } = imported;
    if as_json {
        let problems: Vec<_> = problems
            .iter()
            .map(|problem| json!({ "place": problem.place, "message": problem.reason.words(language) }))
            .collect();
        let report =
            json!({ "added": added, "known": known, "unread": unread, "others": others, "problems": problems });
        return Ok(print_line(&report.to_string())?);
    }
    for problem in problems {
        print_line(&format!("{}: {}", quoted(&problem.place), quoted(&problem.reason.words(language))))?;
    }
    let more = unread.saturating_sub(problems.len() as u64);
    if more > 0 {
        print_line(&format!("and {more} more that could not be read"))?;
    }
    let others = match others {
        0 => String::new(),
        others => format!(" ({others} of other kinds)"),
    };
    Ok(print_line(&format!("{added} added, {known} known already, {unread} not read{others}"))?)
}
