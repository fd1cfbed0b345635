//! `menuscope lint`: whether a passive reply is legal, and what the user will see of it.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::input::read_input;
use super::output::{finding_lines, print_line, quoted};
use super::{Outcome, language};
use crate::capture::CaptureId;
use crate::cli::Lint;
use crate::config::Config;
use crate::engine::Setup;
use crate::operations::{AnsweredEvent, LintedReply, lint_body};
use crate::texts::Language;
use crate::wechat::lint::Report;

/// More is not read, in bytes: it is too large by far, and says so.
const MOST_READ: u64 = 16 << 20;

pub(super) fn run(setup: &Setup, lint: &Lint) -> anyhow::Result<Outcome> {
    let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
    let body = read_input(&lint.file, "the reply", MOST_READ)?;
    let bytes = lint.push.as_deref().filter(|named| Path::new(named).exists());
    let bytes = bytes.map(|named| std::fs::read(named).with_context(|| format!("cannot read the event in {named}")));
    let bytes = bytes.transpose()?;
    let name = format!("in {}", lint.push.as_deref().unwrap_or_default());
    let answered = match (&lint.push, &bytes) {
        (None, _) => AnsweredEvent::Unknown,
        (Some(_), Some(bytes)) => AnsweredEvent::Bytes { name: &name, bytes },
        (Some(named), None) => match named.parse() {
            Ok(id) => AnsweredEvent::Stored(CaptureId(id)),
            Err(_) => bail!("cannot read the event in {named}: there is no such file, and it is no event's number"),
        },
    };
    let linted = lint_body(&body, answered, &setup.folder.database(), &accounts)?;
    let language = language(setup);
    print_line(&if lint.json { object(&lint.file, &linted, language) } else { page(&linted.report, language) })?;
    if !linted.report.is_legal() {
        return Ok(Outcome::No(None));
    }
    // A reply that no key opens is neither legal nor illegal.
    ensure!(
        !linted.is_unopened(),
        "cannot open the encrypted reply in {}, so what is in it was not judged; give MENUSCOPE_TOKEN and MENUSCOPE_AES_KEY, \
         or store them with `menuscope account set`",
        lint.file
    );
    Ok(Outcome::Done)
}

/// Prints the findings and the outcome for the user.
fn page(report: &Report, language: Language) -> String {
    let mut lines: Vec<String> = report.findings.iter().flat_map(|finding| finding_lines(finding, language)).collect();
    lines.push(quoted(&report.outcome.sentence(language)));
    lines.join("\n")
}

/// The same for programs, beginning with the file.
fn object(file: &str, linted: &LintedReply, language: Language) -> String {
    let mut object = json!({ "file": file });
    if let (Some(members), Value::Object(linted)) = (object.as_object_mut(), linted.json(language)) {
        members.extend(linted);
    }
    object.to_string()
}
