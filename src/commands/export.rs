//! `menuscope export`: writes events as fixtures.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::Context as _;

use super::output::{Output, print_line, quoted};
use super::work::Work;
use super::{Outcome, complain, language, target};
use crate::cli::Export;
use crate::config::Config;
use crate::engine::Setup;
use crate::exchange::{
    ExportOptions, ExportSummary, FixtureError, Format, Preview, Pseudonyms, ServerUrl, Texts, preview,
};
use crate::operations::{ExportOrder, OperationError, choose, export_events};
use crate::store::Reader;
use crate::texts::safe_text::{safe_text, shortened};

/// Identifiers and texts are cut to so many characters in the preview.
const CELL: usize = 60;

/// Names of stdout as `--out` takes them.
const STDOUT: [&str; 3] = ["-", "/dev/stdout", "/dev/fd/1"];

pub(super) fn run(setup: &Setup, asked: &Export, output: Output) -> anyhow::Result<Outcome> {
    if asked.which.ids.is_empty() && asked.which.filter.is_none() && !asked.all {
        anyhow::bail!("say which events to export: their numbers, --filter FILTER, or --all");
    }
    let config = Config::load_without_rules(&setup.config_file)?;
    let to = server(&config, asked)?;
    let to_stdout = asked.out.as_deref().is_some_and(is_stdout);
    if to_stdout && let Some(format) = asked.format.filter(|format| format.extension().is_none()) {
        anyhow::bail!(
            "{} is a folder, and stdout takes one file; name a folder or a .zip with --out, or take --format json",
            format.as_str()
        );
    }
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let reader = Reader::open(&setup.folder.database())?;
    let ids = choose(&reader, &asked.which.ids, asked.which.filter.as_deref())?;
    let texts = if asked.keep_texts { Texts::Kept } else { Texts::Replaced };
    let work = Work::start()?;
    if asked.preview {
        let pseudonyms = Pseudonyms::open(setup.folder.path(), texts)?;
        let preview = work.shown(|progress| preview(&reader, &ids, &pseudonyms, &accounts, progress))?;
        tell(&preview, output)?;
        return Ok(Outcome::Done);
    }
    // The command line asks for both unless it is a preview.
    let (Some(format), Some(out)) = (asked.format, asked.out.clone()) else { return Ok(Outcome::Done) };
    let options = ExportOptions { leave_out_encrypted: asked.skip_unreadable, to, ignored: config.replay.ignore };
    let pseudonyms = asked.pseudonymise.then_some(texts);
    let mut order = ExportOrder { format, out, pseudonyms, language: language(setup), options };
    let piped = to_stdout.then(|| piped(format)).transpose()?;
    if let Some((_, file)) = &piped {
        order.out.clone_from(file);
    }
    if pseudonyms.is_none() {
        complain("the export holds OpenIDs, texts and places as they were received; --pseudonymise replaces them");
    }
    match work.shown(|progress| export_events(setup, &reader, &ids, order, &accounts, progress)) {
        Ok(exported) => {
            match piped {
                None => print_line(&summary(&exported, &exported.out))?,
                Some((folder, file)) => {
                    print_file(&file)?;
                    drop(folder);
                    complain(&summary(&exported, Path::new("stdout")));
                }
            }
            Ok(Outcome::Done)
        }
        Err(OperationError::Fixture(error @ FixtureError::Cancelled { .. })) => {
            Ok(Outcome::No(Some(error.to_string())))
        }
        Err(error) => Err(error.into()),
    }
}

/// The server of `--to`.
fn server(config: &Config, asked: &Export) -> anyhow::Result<Option<ServerUrl>> {
    let Some(to) = &asked.to else { return Ok(None) };
    if let Some(format) = asked.format.filter(|format| !format.has_server()) {
        anyhow::bail!("--to is for curl, http and hurl; an export as {} is sent to no server", format.as_str());
    }
    let (target, _) = target(config, to)?;
    ServerUrl::parse(target.as_str()).map(Some).with_context(|| format!("{} is no URL of a server", quoted(to)))
}

fn is_stdout(out: &Path) -> bool {
    STDOUT.iter().any(|name| out == Path::new(name))
}

/// A file that is printed once it is whole, in a folder that is removed afterwards.
fn piped(format: Format) -> anyhow::Result<(tempfile::TempDir, std::path::PathBuf)> {
    let folder =
        tempfile::tempdir().context("cannot put the export aside; make room in the folder for temporary files")?;
    let file = folder.path().join("export").with_extension(format.extension().unwrap_or_default());
    Ok((folder, file))
}

fn print_file(path: &Path) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    io::copy(&mut File::open(path)?, &mut stdout)?;
    io::Write::flush(&mut stdout)
}

fn summary(exported: &ExportSummary, out: &Path) -> String {
    let count = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (events, files) = (count(exported.events, "event"), count(exported.files, "file"));
    let replaced = match exported.replaced {
        0 => String::new(),
        replaced => format!(", {replaced} identifiers and texts replaced"),
    };
    let left_out = match exported.left_out {
        0 => String::new(),
        left_out => format!(", {left_out} left out that cannot be decrypted"),
    };
    format!("{events} in {files}{replaced}{left_out}: {}", safe_text(&out.display().to_string()))
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
    print_line(&format!("{} events, {} identifiers and texts", preview.events, preview.total))?;
    if preview.encrypted > 0 {
        print_line(&format!(
            "{} besides cannot be decrypted: give the key with --aes-key, or leave them out with --skip-unreadable",
            preview.encrypted
        ))?;
    }
    Ok(())
}
