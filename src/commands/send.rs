//! `menuscope send`: makes events and posts them, signed, as WeChat would.

use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::output::{finding_lines, print_line, printable, quoted};
use super::work::{Interrupted, Work};
use super::{Outcome, language, target};
use crate::account::{Account, Accounts};
use crate::capture::{Against, CaptureId, ReplayForm, ReplayMode, RunEnd, StoredReplay, finding_json};
use crate::cli::Send;
use crate::config::Config;
use crate::delivery::{DeliveryError, HttpClient, Target};
use crate::engine::Setup;
use crate::inspect::reply::lint_reply_to;
use crate::replay::{ComposedMessages, Pace, ReplayPlan, RunContext, RunEvent, replay, signer};
use crate::sample;
use crate::store::{BulkWriter, Reader};
use crate::texts::Language;
use crate::wechat::lint::HttpResponse;

mod bodies;
mod handshake;

/// The messages to post, and their account.
struct Post<'a> {
    target: Target,
    account: &'a Account,
    /// The argument behind each message, and the message.
    messages: Vec<(String, Vec<u8>)>,
    language: Language,
    as_json: bool,
}

/// An answer that came in full.
struct PostedAnswer<'a> {
    name: &'a str,
    /// The event's number, where it is kept.
    id: Option<CaptureId>,
    status: u16,
    body: &'a [u8],
    elapsed: Duration,
    /// The body that it answers.
    push: &'a [u8],
}

pub(super) fn run(setup: &Setup, send: &Send) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = target(&config, &send.to)?;
    let account = signer(&accounts, owner.as_deref().filter(|_| setup.overrides.account.is_none()))?;
    if handshake::is_wanted(send)? {
        return handshake::run(setup, &target, account, send.json);
    }
    let mut messages = Vec::new();
    for event in &send.events {
        let Some(made) = bodies::messages(event, send, account, &setup.folder)? else {
            return Ok(Outcome::No(Some(format!("there is no event {event}; list them with `menuscope events`"))));
        };
        messages.extend(made.into_iter().map(|message| (event.clone(), message)));
    }
    let post = Post { target, account, messages, language: language(setup), as_json: send.json };
    let well =
        if send.record { post.recorded(setup, send.encrypt, &accounts)? } else { post.unrecorded(send.encrypt)? };
    Ok(if well { Outcome::Done } else { Outcome::No(None) })
}

/// Posts messages that are made for the account of a target, such as the taps of a menu, and keeps nothing.
pub(super) fn made_for_account(
    setup: &Setup,
    to: &str,
    encrypt: bool,
    as_json: bool,
    make: impl FnOnce(&Account) -> anyhow::Result<Vec<(String, Vec<u8>)>>,
) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = target(&config, to)?;
    let account = signer(&accounts, owner.as_deref().filter(|_| setup.overrides.account.is_none()))?;
    let post = Post { target, account, messages: make(account)?, language: language(setup), as_json };
    Ok(if post.unrecorded(encrypt)? { Outcome::Done } else { Outcome::No(None) })
}

impl Post<'_> {
    /// Posts one after the other, and keeps nothing.
    fn unrecorded(&self, encrypt: bool) -> anyhow::Result<bool> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot start posting")?;
        let courier = HttpClient::new();
        let mut well = true;
        for (name, message) in &self.messages {
            let push = sample::signed(message, Some(self.account), encrypt, crate::clock::now())?;
            match runtime.block_on(courier.post(&push, self.target.as_str())) {
                Ok(answered) => {
                    let (status, elapsed) = (answered.status, answered.elapsed);
                    let answer =
                        PostedAnswer { name, id: None, status, body: &answered.body, elapsed, push: &push.body };
                    well &= self.tell(&answer)?;
                }
                // That there is no answer in time is an answer; that nobody is there is none.
                Err(error @ DeliveryError::TooLate { .. }) => {
                    well = false;
                    self.tell_failure(name, None, &error.to_string())?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(well)
    }

    /// Stores the messages as our own, then posts one after the other as a run of replays.
    fn recorded(&self, setup: &Setup, encrypt: bool, accounts: &Accounts) -> anyhow::Result<bool> {
        setup.folder.create()?;
        let mut additions = BulkWriter::open(&setup.folder.database())?;
        let messages: Vec<Vec<u8>> = self.messages.iter().map(|(_, message)| message.clone()).collect();
        let composed = ComposedMessages { messages: &messages, account: self.account, encrypt };
        let events = composed.store(&mut additions, accounts)?;
        let reader = Reader::open(&setup.folder.database())?;
        let plan = ReplayPlan {
            events: events.clone(),
            target: self.target.clone(),
            account: Some(self.account.name.clone()),
            mode: ReplayMode::Verbatim,
            form: ReplayForm::AsCaptured,
            edited: None,
            as_retry: false,
            burst: NonZeroU32::MIN,
            pace: Pace::InTurn,
            against: Against::Last,
            ignored: Vec::new(),
        };
        let work = Work::start()?;
        let (courier, progress) = (HttpClient::new(), &work.progress);
        let tools =
            RunContext { reader: &reader, additions: &mut additions, accounts, http_client: &courier, progress };
        let (mut well, mut failure) = (true, None);
        let mut hear = |told: RunEvent<'_>| {
            if let (RunEvent::Answered { stored, .. }, None) = (&told, &failure) {
                match self.tell_recorded(stored, &events) {
                    Ok(is_well) => well &= is_well,
                    Err(error) => failure = Some(error),
                }
            }
        };
        let run = work.runtime.block_on(replay(&plan, tools, &mut hear))?;
        match failure {
            Some(error) => Err(error),
            None if run.end == Some(RunEnd::Dead) => Err(anyhow::anyhow!(
                "{} does not take connections; start the server, and check the URL",
                run.run.target
            )),
            None if run.end == Some(RunEnd::Cancelled) => {
                let (sent, planned) = (run.tally.sent, run.run.planned);
                Err(Interrupted(format!("interrupted; {sent} of {planned} sent and recorded")).into())
            }
            None => Ok(well && run.end == Some(RunEnd::Finished)),
        }
    }

    fn tell_recorded(&self, stored: &StoredReplay, events: &[CaptureId]) -> anyhow::Result<bool> {
        let replayed = &stored.replayed;
        let id = replayed.event;
        let place = events.iter().position(|event| *event == id);
        let name = place.and_then(|place| self.messages.get(place)).map_or("", |(name, _)| name);
        let answer = &replayed.answer;
        let incomplete = answer.problem.as_ref().filter(|problem| problem.is_incomplete());
        match (answer.status, incomplete) {
            (Some(status), None) => {
                let (body, push) = (&answer.body, &replayed.request.body);
                self.tell(&PostedAnswer { name, id: Some(id), status, body, elapsed: answer.elapsed, push })
            }
            (_, problem) => {
                let words = problem.map_or_else(String::new, |problem| problem.words(self.language));
                self.tell_failure(name, Some(id), &words)?;
                Ok(false)
            }
        }
    }

    /// Prints the answer, its findings and the outcome for the user; tells whether the answer is legal.
    fn tell(&self, answer: &PostedAnswer<'_>) -> anyhow::Result<bool> {
        let PostedAnswer { name, status, body, elapsed, .. } = answer;
        let judged = HttpResponse { status: *status, body, elapsed_ms: Some(elapsed.as_millis() as u64) };
        // What is no message can be sent all the same, and its answer is judged by itself.
        let report = lint_reply_to(&judged, Some(answer.push), Some(self.account))
            .or_else(|_unreadable| lint_reply_to(&judged, None, Some(self.account)))?;
        let message = self.account.decrypt_reply(body);
        let elapsed_ms = elapsed.as_micros() as f64 / 1000.0;
        if self.as_json {
            let mut line = json!({ "event": name, "status": status, "elapsed_ms": elapsed_ms });
            line["body"] = Value::from(String::from_utf8_lossy(body));
            line["message"] = message.map_or(Value::Null, |message| String::from_utf8_lossy(&message).into());
            line["lint"] = report.findings.iter().map(|finding| finding_json(finding, self.language)).collect();
            print_line(&with_id(line, answer.id).to_string())?;
        } else {
            let shown = message.as_deref().unwrap_or(body);
            print_line(&format!("{name}  {status} after {elapsed_ms:.1} ms  {}", printable(shown)))?;
            for line in report.findings.iter().flat_map(|finding| finding_lines(finding, self.language)) {
                print_line(&line)?;
            }
            print_line(&format!("  {}", quoted(&report.outcome.sentence(self.language))))?;
        }
        Ok((200..300).contains(status) && report.is_legal())
    }

    /// That no whole answer came, and why.
    fn tell_failure(&self, name: &str, id: Option<CaptureId>, why: &str) -> anyhow::Result<()> {
        let line = if self.as_json {
            with_id(json!({ "event": name, "status": null, "error": why, "lint": [] }), id).to_string()
        } else {
            format!("{name}  {}", quoted(why))
        };
        Ok(print_line(&line)?)
    }
}

/// The line with the number of the event, where that is kept.
fn with_id(mut line: Value, id: Option<CaptureId>) -> Value {
    if let Some(id) = id {
        line["id"] = json!(id.0);
    }
    line
}
