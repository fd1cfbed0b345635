//! `menuscope doctor`: whether anything can arrive here, and why not.

use serde_json::json;

use super::output::{Output, print_line, quoted};
use super::{Outcome, language};
use crate::cli;
use crate::engine::Setup;
use crate::reach::{CheckResult, CheckVerdict, Doctor};
use crate::texts::Language;

pub(super) fn run(setup: &Setup, asked: &cli::Doctor, output: Output) -> anyhow::Result<Outcome> {
    let doctor = Doctor { folder: &setup.folder, config_file: &setup.config_file, overrides: &setup.overrides };
    let results = doctor.local_checks();
    let language = language(setup);
    if asked.json {
        let checks: Vec<_> = results.iter().map(|result| result.json(language)).collect();
        print_line(&json!({ "checks": checks }).to_string())?;
    } else {
        results.iter().try_for_each(|result| tell(result, language, output))?;
    }
    Ok(if results.iter().any(CheckResult::is_failure) { Outcome::No(None) } else { Outcome::Done })
}

fn tell(result: &CheckResult, language: Language, output: Output) -> anyhow::Result<()> {
    let code = result.code;
    let name = language.text(&format!("doctor.check.{}", code.check().as_str()));
    let verdict = format!("{:<7}", code.verdict().as_str());
    let is_trouble = matches!(code.verdict(), CheckVerdict::Warn | CheckVerdict::Fail);
    let verdict = if is_trouble { output.strong(&verdict) } else { verdict };
    print_line(&format!("{verdict}  {name} [{}]: {}", code.as_str(), quoted(&result.message(language))))?;
    let remedy = result.remedy(language);
    if !remedy.is_empty() {
        print_line(&format!("         → {}", quoted(&remedy)))?;
    }
    Ok(())
}
