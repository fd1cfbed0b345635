//! `menuscope send`: makes events and posts them, signed, as WeChat would.

use anyhow::Context as _;

use super::output::{answered_words, finding_lines, print_line, printable, quoted};
use super::work::{Interrupted, Work};
use super::{Outcome, language, target};
use crate::account::Account;
use crate::cli::{BodyFormat, Send};
use crate::config::Config;
use crate::engine::Setup;
use crate::operations::{MessageChanges, PostedAnswer, Posting, PostingEnd, made_messages};
use crate::progress::Progress;
use crate::replay::signer;
use crate::texts::Language;

mod handshake;

pub(super) fn run(setup: &Setup, send: &Send) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = target(&config, &send.to)?;
    let account = signer(&accounts, owner.as_deref().filter(|_| setup.overrides.account.is_none()))?;
    if handshake::is_wanted(send)? {
        return handshake::run(setup, &target, account, send.json);
    }
    let changes = changes(send);
    let mut messages = Vec::new();
    for event in &send.events {
        let made = made_messages(event, &changes, account, &setup.folder)?;
        messages.extend(made.into_iter().map(|message| (event.clone(), message)));
    }
    let language = language(setup);
    let posting = Posting { target, account, messages, encrypt: send.encrypt, language };
    if !send.record {
        return unrecorded(&posting, send.json);
    }
    let tell = |posted: &PostedAnswer| tell(posted, send.json, language);
    let work = Work::start()?;
    match work.runtime.block_on(posting.recorded(&setup.folder, &accounts, &work.progress, tell))? {
        PostingEnd::Posted(true) => Ok(Outcome::Done),
        PostingEnd::Posted(false) => Ok(Outcome::No(posting.unsigned_hint().map(str::to_owned))),
        PostingEnd::Dead(run) => {
            Err(anyhow::anyhow!("{} does not take connections; start the server, and check the URL", run.run.target))
        }
        PostingEnd::Cancelled(run) => {
            let (sent, planned) = (run.tally.sent, run.run.planned);
            Err(Interrupted(format!("interrupted; {sent} of {planned} sent and recorded")).into())
        }
    }
}

/// The form of messages on the wire, and of what is printed.
#[derive(Clone, Copy)]
pub(super) struct PostForm {
    /// Encrypt as in safe mode.
    pub(super) encrypt: bool,
    /// Print JSON lines.
    pub(super) as_json: bool,
}

/// Posts messages that are made for the account of a target, such as the taps of a menu, and keeps nothing.
pub(super) fn made_for_account(
    setup: &Setup,
    to: &str,
    form: PostForm,
    make: impl FnOnce(&Account) -> anyhow::Result<Vec<(String, Vec<u8>)>>,
) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = target(&config, to)?;
    let account = signer(&accounts, owner.as_deref().filter(|_| setup.overrides.account.is_none()))?;
    let language = language(setup);
    let posting = Posting { target, account, messages: make(account)?, encrypt: form.encrypt, language };
    unrecorded(&posting, form.as_json)
}

/// Posts one after the other, and keeps nothing.
fn unrecorded(posting: &Posting<'_>, as_json: bool) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start posting")?;
    let tell = |posted: &PostedAnswer| tell(posted, as_json, posting.language);
    let well = runtime.block_on(posting.unrecorded(&Progress::new(), tell))?;
    Ok(if well { Outcome::Done } else { Outcome::No(posting.unsigned_hint().map(str::to_owned)) })
}

fn changes(send: &Send) -> MessageChanges {
    MessageChanges {
        key: send.key.clone(),
        openid: send.openid.clone(),
        set: send.set.clone(),
        images: send.image.clone(),
        follow: send.follow,
        as_json: send.body == BodyFormat::Json,
        files: true,
    }
}

/// Prints the answer, its findings and the outcome for the user, or why there is none.
fn tell(posted: &PostedAnswer, as_json: bool, language: Language) -> anyhow::Result<()> {
    if as_json {
        return Ok(print_line(&posted.json(language).to_string())?);
    }
    let name = &posted.name;
    let answer = match &posted.answer {
        Ok(answer) => answer,
        Err(why) => return Ok(print_line(&format!("{name}  {}", quoted(why)))?),
    };
    let shown = answer.message.as_deref().unwrap_or(&answer.body);
    let elapsed_ms = answer.elapsed.as_micros() as f64 / 1000.0;
    let answered = answered_words(&answer.status.to_string(), elapsed_ms, language);
    print_line(&format!("{name}  {answered}  {}", printable(shown)))?;
    for line in answer.report.findings.iter().flat_map(|finding| finding_lines(finding, language)) {
        print_line(&line)?;
    }
    Ok(print_line(&format!("  {}", quoted(&answer.report.outcome.sentence(language))))?)
}
