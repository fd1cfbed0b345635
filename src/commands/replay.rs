//! `menuscope replay`: sends stored events again, and judges what comes back.

use std::num::NonZeroU32;

use super::output::{Output, print_line, quoted};
use super::work::{Interrupted, Work};
use super::{Outcome, language, target};
use crate::capture::{Against, ReplayForm, ReplayMode, RunEnd, StoredRun, Verdict, VerdictCounts};
use crate::cli::{self, Form, Mode};
use crate::config::Config;
use crate::delivery::HttpClient;
use crate::engine::Setup;
use crate::operations::choose;
use crate::replay::{ComparableAnswer, Pace, ReplayPlan, RunContext, RunEvent, changes, replay};
use crate::store::{BulkWriter, Reader};
use crate::texts::Language;

mod answer;
mod answer_order;
mod junit;
mod runs;

use answer::{Answer, HEADING};
use answer_order::{AnswerOrder, WaitingAnswer};
use junit::Suite;

pub(super) fn run(setup: &Setup, asked: &cli::Replay, output: Output) -> anyhow::Result<Outcome> {
    if asked.runs {
        return runs::list(setup, output, asked.json);
    }
    if asked.which.ids.is_empty() && asked.which.filter.is_none() {
        anyhow::bail!("say which events to send again: their numbers, or --filter FILTER (\"\" for all)");
    }
    if asked.speed.is_some() && !matches!(asked.pace, Pace::Original { .. }) {
        anyhow::bail!("--speed is how many times as fast as captured: it needs --pace original");
    }
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    // The command line asks for it unless runs are listed.
    let (target, account) = target(&config, asked.to.as_deref().unwrap_or_default())?;
    let reader = Reader::open(&setup.folder.database())?;
    if let Against::Run(run) = asked.against
        && reader.run(run)?.is_none()
    {
        return Ok(Outcome::No(Some(format!(
            "there is no run {run} to compare with; take last, or one that `menuscope replay --runs` lists"
        ))));
    }
    let events = choose(&reader, &asked.which.ids, asked.which.filter.as_deref())?;
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
        order: AnswerOrder::new(&plan),
        fail_on: &asked.fail_on,
        failed: false,
        suite: asked.junit.is_some().then(Suite::new),
        failure: None,
    };
    let run = work.runtime.block_on(replay(&plan, tools, &mut |told| teller.hear(&told)))?;
    teller.finish();
    let Teller { suite, failure, failed, .. } = teller;
    if let (Some(suite), Some(path)) = (suite, &asked.junit) {
        suite.write(path, Some(&run))?;
    }
    if let Some(error) = failure {
        return Err(error);
    }
    ended(&run, asked.json)?;
    Ok(if failed || run.tally.failed > 0 { Outcome::No(None) } else { Outcome::Done })
}

/// The last line; an error where the run ended early.
fn ended(run: &StoredRun, as_json: bool) -> anyhow::Result<()> {
    let tally = &run.tally;
    if !as_json {
        let counts = counted(tally);
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
        Some(RunEnd::Cancelled) => Err(Interrupted(format!(
            "interrupted; {} of {} sent and recorded, {left} not sent",
            tally.sent, run.run.planned
        ))
        .into()),
        _ => Ok(()),
    }
}

/// The verdicts that occurred, each with its number.
fn counted(tally: &VerdictCounts) -> String {
    let counts = [
        (Verdict::New, tally.new),
        (Verdict::Same, tally.same),
        (Verdict::Different, tally.different),
        (Verdict::Fixed, tally.fixed),
        (Verdict::Regressed, tally.regressed),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    counts.map(|(verdict, count)| format!("{count} {}", verdict.as_str())).collect::<Vec<_>>().join(", ")
}

/// Prints the answers of a run by event, in whatever order they come.
struct Teller<'a> {
    reader: &'a Reader,
    language: Language,
    output: Output,
    as_json: bool,
    ignored: &'a [String],
    order: AnswerOrder,
    fail_on: &'a [Verdict],
    /// Tells whether an answer has a verdict of `fail_on`.
    failed: bool,
    suite: Option<Suite>,
    /// The reason why the rest is not printed: stdout is closed, for one.
    failure: Option<anyhow::Error>,
}

impl Teller<'_> {
    fn hear(&mut self, told: &RunEvent<'_>) {
        match told {
            RunEvent::Begun(_) if self.as_json => {}
            RunEvent::Begun(_) => {
                let heading = self.output.strong(&answer::row(HEADING.map(str::to_owned)));
                self.failure = print_line(&heading).err().map(Into::into);
            }
            RunEvent::Answered { stored, before } => {
                self.failed |= self.fail_on.contains(&stored.replayed.verdict);
                let changes = before.map(|before| changes(before, &ComparableAnswer::of_replay(stored), self.ignored));
                let is_there = |id| self.reader.page(&[id]).is_ok_and(|rows| !rows.is_empty());
                let due = self.order.take((*stored).clone(), changes, is_there);
                self.tell(due);
            }
        }
    }

    /// Prints what still waits for an answer before it that never came.
    fn finish(&mut self) {
        let rest = self.order.rest();
        self.tell(rest);
    }

    fn tell(&mut self, due: Vec<WaitingAnswer>) {
        for waiting in due {
            if self.failure.is_none() {
                self.failure = self.tell_one(waiting).err();
            }
        }
    }

    fn tell_one(&mut self, waiting: WaitingAnswer) -> anyhow::Result<()> {
        let WaitingAnswer { stored, changes } = waiting;
        let event = self.reader.page(&[stored.replayed.event])?.pop();
        let answer = Answer { stored: &stored, event: event.as_ref(), changes, language: self.language };
        if let Some(suite) = &mut self.suite {
            suite.add(&answer, self.fail_on);
        }
        if self.as_json {
            return Ok(print_line(&answer.json().to_string())?);
        }
        Ok(answer.lines().iter().try_for_each(|line| print_line(line))?)
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
