//! `menuscope doctor`: whether anything can arrive here, and why not.

use anyhow::Context as _;
use serde_json::json;

use super::output::{Output, print_line, quoted};
use super::{Outcome, language};
use crate::cli;
use crate::config::{Config, public_url};
use crate::delivery::HttpClient;
use crate::engine::Setup;
use crate::reach::{CheckResult, CheckVerdict, Doctor, PublicAddress};
use crate::texts::Language;

pub(super) fn run(setup: &Setup, asked: &cli::Doctor, output: Output) -> anyhow::Result<Outcome> {
    let doctor = Doctor { folder: &setup.folder, config_file: &setup.config_file, overrides: &setup.overrides };
    let address = address(setup, asked);
    let language = language(setup);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the checks")?;
    let mut results = Vec::new();
    let mut told = Ok(());
    runtime.block_on(doctor.check(address.as_ref(), &HttpClient::new(), &mut |result| {
        // Each as it ends: the whole may take half a minute.
        if !asked.json && told.is_ok() {
            told = tell(&result, language, output);
        }
        results.push(result);
    }));
    // A resolver that hangs is not waited for.
    runtime.shutdown_background();
    told?;
    if asked.json {
        let checks: Vec<_> = results.iter().map(|result| result.json(language)).collect();
        print_line(&json!({ "checks": checks }).to_string())?;
    }
    Ok(if results.iter().any(CheckResult::is_failure) { Outcome::No(None) } else { Outcome::Done })
}

/// The public URL: the one that is given, else the tunnel's own.
fn address(setup: &Setup, asked: &cli::Doctor) -> Option<PublicAddress> {
    let of_tunnel = || {
        let config = Config::load_without_rules(&setup.config_file).ok()?;
        public_url(&setup.folder, &config.tunnel)
    };
    let url = asked.url.clone().or_else(of_tunnel)?;
    Some(PublicAddress { url, allow_local: asked.allow_local })
}

fn tell(result: &CheckResult, language: Language, output: Output) -> anyhow::Result<()> {
    let code = result.code;
    let name = language.text(result.check.name_key());
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
