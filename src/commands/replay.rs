//! `menuscope replay`: sends stored events again, and judges what comes back.

use std::num::NonZeroU32;

use super::chosen::{Chosen, chosen};
use super::output::{Output, print_line, quoted};
use super::work::Work;
use super::{Outcome, language, target};
use crate::capture::{Against, ReplayForm, ReplayMode, RunEnd, StoredRun};
use crate::cli::{self, Form, Mode};
use crate::config::Config;
use crate::delivery::HttpClient;
use crate::engine::Setup;
use crate::replay::{ComparableAnswer, Pace, ReplayPlan, RunContext, RunEvent, changes, replay};
use crate::store::{BulkWriter, Reader};
use crate::texts::Language;

mod answer;
mod junit;

use answer::{Answer, HEADING};
use junit::Suite;

pub(super) fn run(setup: &Setup, asked: &cli::Replay, output: Output) -> anyhow::Result<Outcome> {
    if asked.which.ids.is_empty() && asked.which.filter.is_none() {
        anyhow::bail!("say which events to send again: their numbers, or --filter FILTER (\"\" for all)");
    }
    if asked.speed.is_some() && !matches!(asked.pace, Pace::Original { .. }) {
        anyhow::bail!("--speed is how many times as fast as captured: it needs --pace original");
    }
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, account) = target(&config, &asked.to)?;
    let reader = Reader::open(&setup.folder.database())?;
    if let Against::Run(run) = asked.against
        && reader.run(run)?.is_none()
    {
        return Ok(Outcome::No(Some(format!(
            "there is no run {run} to compare with; take last, or one that the window lists"
        ))));
    }
    let events = match chosen(&asked.which, &reader)? {
        Chosen::Events(events) => events,
        Chosen::None(reason) => return Ok(Outcome::No(Some(reason))),
    };
    let plan = ReplayPlan {
        events,
        target,
        account: setup.overrides.account.clone().or(account),
        mode: asked.mode.into(),
        form: asked.form.into(),
        edited: None,
        as_retry: asked.as_retry,
        burst: NonZeroU32::new(asked.burst).unwrap_or(NonZeroU32::MIN),
        pace: match asked.pace {
            Pace::Original { .. } => Pace::Original { speed: asked.speed.unwrap_or(1.0) },
            pace => pace,
        },
        against: asked.against,
        ignored: config.replay.ignore.clone(),
    };
    if let Some(path) = &asked.junit {
        // Better to be told before anything is sent.
        Suite::new().write(path, None)?;
    }
    let mut additions = BulkWriter::open(&setup.folder.database())?;
    let work = Work::start()?;
    let courier = HttpClient::new();
    let tools = RunContext {
        reader: &reader,
        additions: &mut additions,
        accounts: &accounts,
        http_client: &courier,
        progress: &work.progress,
    };
    let mut teller = Teller {
        reader: &reader,
        language: language(setup),
        output,
        as_json: asked.json,
        ignored: &plan.ignored,
        suite: asked.junit.is_some().then(Suite::new),
        failure: None,
    };
    let run = work.runtime.block_on(replay(&plan, tools, &mut |told| teller.hear(&told)))?;
    let Teller { suite, failure, .. } = teller;
    if let (Some(suite), Some(path)) = (suite, &asked.junit) {
        suite.write(path, Some(&run))?;
    }
    if let Some(error) = failure {
        return Err(error);
    }
    ended(&run, asked.json)
}

/// The last line, and the exit status.
fn ended(run: &StoredRun, as_json: bool) -> anyhow::Result<Outcome> {
    let tally = &run.tally;
    if !as_json {
        let counts = [
            ("new", tally.new),
            ("same", tally.same),
            ("different", tally.different),
            ("fixed", tally.fixed),
            ("regressed", tally.regressed),
        ];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let counts = if counts.is_empty() { counts } else { format!(": {counts}") };
        print_line(&format!("run {}: {} sent{counts}; {} not legal", run.id, tally.sent, tally.failed))?;
    }
    let left = run.run.planned.saturating_sub(tally.sent);
    match run.end {
        Some(RunEnd::Dead) => anyhow::bail!(
            "{} does not take connections, so the run ended after {} of {} requests; start the server, and check the URL",
            quoted(&run.run.target),
            tally.sent,
            run.run.planned
        ),
        Some(RunEnd::Cancelled) => Ok(Outcome::No(Some(format!("cancelled; {left} of {} not sent", run.run.planned)))),
        _ => Ok(if tally.is_good() { Outcome::Done } else { Outcome::No(None) }),
    }
}

/// Says what is heard of a run.
struct Teller<'a> {
    reader: &'a Reader,
    language: Language,
    output: Output,
    as_json: bool,
    ignored: &'a [String],
    suite: Option<Suite>,
    /// The reason why the rest is not printed: stdout is closed, for one.
    failure: Option<anyhow::Error>,
}

impl Teller<'_> {
    fn hear(&mut self, told: &RunEvent<'_>) {
        if self.failure.is_none() {
            self.failure = self.tell(told).err();
        }
    }

    fn tell(&mut self, told: &RunEvent<'_>) -> anyhow::Result<()> {
        match told {
            RunEvent::Begun(_) if self.as_json => Ok(()),
            RunEvent::Begun(_) => Ok(print_line(&self.output.strong(&answer::row(HEADING.map(str::to_owned))))?),
            RunEvent::Answered { stored, before } => {
                let event = self.reader.page(&[stored.replayed.event])?.pop();
                let changes = before.map(|before| changes(before, &ComparableAnswer::of_replay(stored), self.ignored));
                let answer = Answer { stored, event: event.as_ref(), changes, language: self.language };
                if let Some(suite) = &mut self.suite {
                    suite.add(&answer);
                }
                if self.as_json {
                    return Ok(print_line(&answer.json().to_string())?);
                }
                Ok(answer.lines().iter().try_for_each(|line| print_line(line))?)
            }
        }
    }
}

impl From<Mode> for ReplayMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Verbatim => Self::Verbatim,
            Mode::Resign => Self::Resign,
            Mode::Fresh => Self::Fresh,
        }
    }
}

impl From<Form> for ReplayForm {
    fn from(form: Form) -> Self {
        match form {
            Form::AsCaptured => Self::AsCaptured,
            Form::Plain => Self::Plain,
            Form::Encrypted => Self::Encrypted,
        }
    }
}
