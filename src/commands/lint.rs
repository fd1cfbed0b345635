//! `menuscope lint`: whether a passive reply is legal, and what the user will see of it.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::output::{finding_lines, print_line, quoted};
use super::{Outcome, language};
use crate::account::Accounts;
use crate::capture::{CaptureId, finding_json};
use crate::cli::Lint;
use crate::config::Config;
use crate::engine::Setup;
use crate::inspect::reply::{lint_reply, lint_reply_to};
use crate::store::Reader;
use crate::texts::Language;
use crate::wechat::lint::{HttpResponse, LintCode, Report};

/// More is not read from stdin, in bytes: it is too large by far, and says so.
const MOST_READ: u64 = 16 << 20;

/// Stands for stdin where a file is named.
const STDIN: &str = "-";

pub(super) fn run(setup: &Setup, lint: &Lint) -> anyhow::Result<Outcome> {
    let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
    let body = body(&lint.file)?;
    let answered = HttpResponse { status: 200, body: &body, elapsed_ms: None };
    let report = match &lint.push {
        None => lint_reply_to(&answered, None, Some(accounts.default_account()))?,
        Some(named) if Path::new(named).exists() => for_file(&answered, named, &accounts)?,
        Some(named) => match named.parse() {
            Ok(id) => match for_event(setup, &answered, CaptureId(id), &accounts)? {
                Ok(report) => report,
                Err(reason) => return Ok(Outcome::No(Some(reason))),
            },
            Err(_) => bail!("cannot read the event in {named}: there is no such file, and it is no event's number"),
        },
    };
    let language = language(setup);
    print_line(&if lint.json { object(&lint.file, &report, language).to_string() } else { page(&report, language) })?;
    if !report.is_legal() {
        return Ok(Outcome::No(None));
    }
    // A reply that no key opens is neither legal nor illegal.
    ensure!(
        report.findings.iter().all(|finding| finding.code != LintCode::EncryptedUnchecked),
        "cannot open the encrypted reply in {}, so what is in it was not judged; give MENUSCOPE_TOKEN and MENUSCOPE_AES_KEY, \
         or store them with `menuscope account set`",
        lint.file
    );
    Ok(Outcome::Done)
}

fn body(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != STDIN {
        return std::fs::read(file).with_context(|| format!("cannot read the reply in {file}"));
    }
    let mut body = Vec::new();
    std::io::stdin().take(MOST_READ).read_to_end(&mut body).context("cannot read the reply from stdin")?;
    Ok(body)
}

/// The reply to a message or a push that stands in a file.
fn for_file(answered: &HttpResponse<'_>, file: &str, accounts: &Accounts) -> anyhow::Result<Report> {
    let push = std::fs::read(file).with_context(|| format!("cannot read the event in {file}"))?;
    lint_reply_to(answered, Some(&push), Some(accounts.default_account()))
        .with_context(|| format!("the event in {file} is no message"))
}

/// The reply to a stored event, or why there is none of that number.
fn for_event(
    setup: &Setup,
    answered: &HttpResponse<'_>,
    id: CaptureId,
    accounts: &Accounts,
) -> anyhow::Result<Result<Report, String>> {
    let reader = Reader::open(&setup.folder.database())?;
    let Some(stored) = reader.capture(id)? else {
        return Ok(Err(format!("there is no event {id}; list them with `menuscope events`")));
    };
    Ok(Ok(lint_reply(answered, &stored.capture, accounts.named(&stored.capture.account))))
}

/// Prints the findings and the outcome for the user.
fn page(report: &Report, language: Language) -> String {
    let mut lines: Vec<String> = report.findings.iter().flat_map(|finding| finding_lines(finding, language)).collect();
    lines.push(quoted(&report.outcome.sentence(language)));
    lines.join("\n")
}

/// The same for programs.
fn object(file: &str, report: &Report, language: Language) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(|finding| finding_json(finding, language)).collect();
    json!({
        "file": file,
        "legal": report.is_legal(),
        "outcome": { "code": report.outcome.key(), "message": report.outcome.sentence(language) },
        "findings": findings,
    })
}
