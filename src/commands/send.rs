//! `menuscope send`: makes events and posts them, signed, as WeChat would.

use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::output::{finding_lines, print_line, printable};
use super::{Outcome, language};
use crate::account::Account;
use crate::capture::finding_json;
use crate::cli::Send;
use crate::config::Config;
use crate::delivery::{Courier, Delivered, DeliveryError};
use crate::engine::Setup;
use crate::judge::judge_for;
use crate::sample;
use crate::texts::Language;
use crate::visible::visible;
use crate::wechat::compose::{self, Edit};
use crate::wechat::lint::{Answered, Report};
use crate::wechat::tree::Tree;

pub(super) fn run(setup: &Setup, send: &Send) -> anyhow::Result<Outcome> {
    let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
    let account = accounts.default_account();
    let messages = send.events.iter().map(|event| message(event, send, account)).collect::<anyhow::Result<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start posting")?;
    let courier = Courier::new();
    let language = language(setup);
    let mut well = true;
    for (event, message) in send.events.iter().zip(messages) {
        let push = sample::signed(&message, Some(account), send.encrypt, Timestamp::now())?;
        match runtime.block_on(courier.deliver(&push, &send.to)) {
            Ok(answered) => {
                let elapsed_ms = Some(answered.elapsed.as_millis() as u64);
                let judged = Answered { status: answered.status, body: &answered.body, elapsed_ms };
                let report = judge_for(&judged, Some(&push.body), Some(account))?;
                well &= (200..300).contains(&answered.status) && report.is_legal();
                tell(event, &answered, &report, (account, language), send.json)?;
            }
            // That there is no answer in time is an answer; that nobody is there is none.
            Err(error @ DeliveryError::TooLate { .. }) => {
                well = false;
                late(event, &error, send.json)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if well { Outcome::Done } else { Outcome::No(None) })
}

/// The message of an event by name, made now, or of a file, as it is; with what the flags change.
fn message(event: &str, send: &Send, account: &Account) -> anyhow::Result<Vec<u8>> {
    let mut edits = Vec::new();
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    let body = match compose::template(event) {
        Some(template) => {
            edit("CreateTime", &Timestamp::now().as_second().to_string());
            if let Some(to_user) = &account.to_user {
                edit("ToUserName", to_user);
            }
            if Tree::parse(template.as_bytes()).is_ok_and(|tree| tree.root().child("MsgId").is_some()) {
                // A message's id is what receivers tell duplicates by.
                edit("MsgId", &fastrand::i64(1_000_000_000_000_000..i64::MAX).to_string());
            }
            template.as_bytes().to_vec()
        }
        None if Path::new(event).exists() => {
            std::fs::read(event).with_context(|| format!("cannot read the message in {event}; check its rights"))?
        }
        None => bail!(
            "{}, or name a file that exists",
            sample::template(event).err().map_or_else(String::new, |error| error.to_string())
        ),
    };
    if let Some(key) = &send.key {
        edit("EventKey", key);
    }
    if let Some(openid) = &send.openid {
        edit("FromUserName", openid);
    }
    send.set.iter().for_each(|(name, value)| edit(name, value));
    if edits.is_empty() {
        return Ok(body);
    }
    compose::edited(&body, &edits).with_context(|| format!("cannot make {event}"))
}

/// What was answered, what is not legal about it, and what the user would see.
fn tell(
    event: &str,
    answered: &Delivered,
    report: &Report,
    (account, language): (&Account, Language),
    as_json: bool,
) -> anyhow::Result<()> {
    let message = account.opened(&answered.body);
    let elapsed_ms = answered.elapsed.as_micros() as f64 / 1000.0;
    if as_json {
        let mut line = json!({ "event": event, "status": answered.status, "elapsed_ms": elapsed_ms });
        line["body"] = Value::from(String::from_utf8_lossy(&answered.body));
        line["message"] = message.map_or(Value::Null, |message| String::from_utf8_lossy(&message).into());
        line["lint"] = report.findings.iter().map(|finding| finding_json(finding, language)).collect();
        print_line(&line.to_string())?;
    } else {
        let shown = message.as_deref().unwrap_or(&answered.body);
        print_line(&format!("{event}  {} after {elapsed_ms:.1} ms  {}", answered.status, printable(shown)))?;
        for line in report.findings.iter().flat_map(|finding| finding_lines(finding, language)) {
            print_line(&line)?;
        }
        print_line(&format!("  {}", visible(&report.outcome.sentence(language))))?;
    }
    Ok(())
}

fn late(event: &str, error: &DeliveryError, as_json: bool) -> anyhow::Result<()> {
    let line = if as_json {
        json!({ "event": event, "status": null, "error": error.to_string(), "lint": [] }).to_string()
    } else {
        format!("{event}  {error}")
    };
    Ok(print_line(&line)?)
}
