//! Tools that send events to the developer's server or write files: `--allow-send` alone offers them.

use std::num::NonZeroU32;

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::arguments::{ExportFixture, ReplayEvents, Resending, SendEvent};
use super::outside::{cut, marked};
use super::tool_error::ToolError;
use super::{AgentSetup, export_path};
use crate::capture::{Against, CaptureId, HANDSHAKE, ReplayForm, ReplayMode, RunEnd, StoredReplay, StoredRun};
use crate::config::Config;
use crate::delivery::HttpClient;
use crate::exchange::{ExportOptions, Format, Texts};
use crate::operations::{
    AnsweredReplay, ExportOrder, MessageChanges, OperationError, PostedAnswer, Posting, PostingEnd, choose,
    export_events, language, made_messages, named_target, run_json,
};
use crate::progress::Progress;
use crate::replay::{Change, ComparableAnswer, Pace, ReplayPlan, RunContext, RunEvent, changes, replay, signer};
use crate::store::{BulkWriter, Reader};

/// Most events that an agent may send again at once: a slip in a filter must not flood a server.
const MOST_REPLAYED: usize = 200;

/// Answers that are given out of one run: those that are wrong first. The record has all of them.
const MOST_ANSWERS: usize = 50;

/// Texts of answers are cut to so many characters.
const IN_AN_ANSWER: usize = 4_000;

/// `send_event`
pub(super) fn send_event(agent: &AgentSetup, asked: &SendEvent, progress: &Progress) -> Result<Value, ToolError> {
    let setup = &agent.setup;
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = named_target(&config, &asked.to)?;
    let account = owner.as_deref().filter(|_| setup.overrides.account.is_none());
    let account = signer(&accounts, account).map_err(OperationError::from)?;
    let event = name_of(&asked.event)?;
    let changes = MessageChanges {
        key: asked.key.clone(),
        openid: asked.openid.clone(),
        set: asked.set.clone().into_iter().collect(),
        ..MessageChanges::default()
    };
    let messages = made_messages(&event, &changes, account, &setup.folder)?;
    let messages = messages.into_iter().map(|message| (event.clone(), message)).collect();
    let language = language(setup);
    let posting = Posting { target, account, messages, encrypt: asked.encrypt, language };
    let mut answers = Vec::new();
    let keep = |posted: &PostedAnswer| -> Result<(), OperationError> {
        answers.push(posted.json(language));
        Ok(())
    };
    let runtime = Handle::current();
    let well = if asked.record {
        match runtime.block_on(posting.recorded(&setup.folder, &accounts, progress, keep))? {
            PostingEnd::Posted(well) => well,
            PostingEnd::Cancelled(_) => return Err(ToolError::Cancelled),
            PostingEnd::Dead(run) => return Err(unreachable_target(&run)),
        }
    } else {
        runtime.block_on(posting.unrecorded(progress, keep))?
    };
    if progress.is_cancelled() {
        return Err(ToolError::Cancelled);
    }
    let mut answer = json!({ "well": well, "answers": answers });
    if let Some(hint) = posting.unsigned_hint().filter(|_| !well) {
        answer["hint"] = json!(hint);
    }
    cut(&mut answer, IN_AN_ANSWER);
    Ok(marked(&["answers"], answer))
}

/// The event by name or number; an agent names no file, whose contents would go to a server.
fn name_of(event: &Value) -> Result<String, ToolError> {
    let refused = |reason: &str| ToolError::Arguments { tool: "send_event", reason: reason.to_owned() };
    match event {
        Value::String(name) if name == HANDSHAKE => {
            Err(refused("a handshake is no event; `menuscope send handshake --to URL` verifies a server"))
        }
        Value::String(name) => Ok(name.clone()),
        number if number.is_i64() => Ok(number.to_string()),
        _ => Err(refused("event is the name of a kind, or the number of a stored event")),
    }
}

fn unreachable_target(run: &StoredRun) -> ToolError {
    ToolError::Refused(format!(
        "{} does not take connections, so the run ended after {} of {} requests; start the server, and check the target in \
         config.toml",
        run.run.target, run.tally.sent, run.run.planned
    ))
}

/// `replay`
pub(super) fn replay_events(agent: &AgentSetup, asked: &ReplayEvents, progress: &Progress) -> Result<Value, ToolError> {
    let setup = &agent.setup;
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let (target, owner) = named_target(&config, &asked.to)?;
    let reader = Reader::open(&setup.folder.database())?;
    let against = against(asked.against.as_ref())?;
    if let Against::Run(run) = against
        && reader.run(run)?.is_none()
    {
        return Err(OperationError::NoRun { run: run.to_string() }.into());
    }
    let plan = ReplayPlan {
        events: events(&reader, asked)?,
        target,
        account: setup.overrides.account.clone().or(owner),
        mode: asked.mode.into(),
        form: ReplayForm::AsCaptured,
        edited: None,
        as_retry: false,
        burst: NonZeroU32::MIN,
        pace: Pace::Fast,
        against,
        ignored: config.replay.ignore.clone(),
    };
    let mut additions = BulkWriter::open(&setup.folder.database())?;
    let client = HttpClient::new();
    let context =
        RunContext { reader: &reader, additions: &mut additions, accounts: &accounts, http_client: &client, progress };
    let mut answers = Vec::new();
    let mut hear = |told: RunEvent<'_>| {
        if let RunEvent::Answered { stored, before } = told {
            let changes = before.map(|before| changes(before, &ComparableAnswer::of_replay(stored), &plan.ignored));
            answers.push((stored.clone(), changes));
        }
    };
    let run = Handle::current().block_on(replay(&plan, context, &mut hear)).map_err(OperationError::from)?;
    match run.end {
        Some(RunEnd::Dead) => Err(unreachable_target(&run)),
        Some(RunEnd::Cancelled) => Err(ToolError::Cancelled),
        _ => told(agent, &reader, &run, answers),
    }
}

fn events(reader: &Reader, asked: &ReplayEvents) -> Result<Vec<CaptureId>, ToolError> {
    let refused = |reason: &str| ToolError::Arguments { tool: "replay", reason: reason.to_owned() };
    match (asked.ids.is_empty(), &asked.filter) {
        (true, None) => return Err(refused("say which events to send again: ids, or a filter")),
        (false, Some(_)) => return Err(refused("ids and filter do not go together; give one of them")),
        _ => {}
    }
    let events = choose(reader, &asked.ids, asked.filter.as_deref())?;
    if events.len() > MOST_REPLAYED {
        return Err(ToolError::Refused(format!(
            "these are {} events, and an agent may send {MOST_REPLAYED} at once; narrow the filter",
            events.len()
        )));
    }
    Ok(events)
}

fn against(value: Option<&Value>) -> Result<Against, ToolError> {
    let text = match value {
        None | Some(Value::Null) => return Ok(Against::Forward),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    text.parse().map_err(|_no_run| ToolError::Arguments {
        tool: "replay",
        reason: format!("against is forward, last, or the number of a run, and not {text:?}"),
    })
}

/// The run, and its answers: those that are wrong first, in the order of events.
fn told(
    agent: &AgentSetup,
    reader: &Reader,
    run: &StoredRun,
    mut answers: Vec<(StoredReplay, Option<Vec<Change>>)>,
) -> Result<Value, ToolError> {
    use crate::capture::Verdict;
    let is_well = |stored: &StoredReplay| stored.replayed.is_legal() && stored.replayed.verdict != Verdict::Regressed;
    answers.sort_by_key(|(stored, _)| (is_well(stored), stored.replayed.event));
    let (all, well) = (answers.len(), answers.iter().all(|(stored, _)| is_well(stored)));
    let language = language(&agent.setup);
    let mut objects = Vec::new();
    for (stored, changes) in answers.iter().take(MOST_ANSWERS) {
        let event = reader.page(&[stored.replayed.event])?.pop();
        let answer = AnsweredReplay { stored, event: event.as_ref(), changes: changes.as_deref() };
        objects.push(answer.json(language));
    }
    let more = all.saturating_sub(objects.len());
    let mut answer = json!({ "well": well, "run": run_json(run), "answers": objects, "more": more });
    cut(&mut answer, IN_AN_ANSWER);
    Ok(marked(&["answers"], answer))
}

impl From<Resending> for ReplayMode {
    fn from(mode: Resending) -> Self {
        match mode {
            Resending::Verbatim => Self::Verbatim,
            Resending::Resign => Self::Resign,
            Resending::Fresh => Self::Fresh,
        }
    }
}

/// `export_fixture`
pub(super) fn export_fixture(
    agent: &AgentSetup,
    asked: &ExportFixture,
    progress: &Progress,
) -> Result<Value, ToolError> {
    let Some(folder) = &agent.permissions.export_dir else {
        return Err(ToolError::Refused(
            "exports are written into the folder of --export-dir alone, and none was given; start `menuscope mcp \
             --allow-send --export-dir DIR`"
                .to_owned(),
        ));
    };
    let Some(format) = Format::from_name(&asked.format) else {
        let known = Format::ALL.map(Format::as_str).join(", ");
        let reason = format!("format is one of {known}, and not {:?}", asked.format);
        return Err(ToolError::Arguments { tool: "export_fixture", reason });
    };
    let setup = &agent.setup;
    let out = export_path::inside(folder, &asked.out)?;
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let reader = Reader::open(&setup.folder.database())?;
    let ids = choose(&reader, &[], Some(&asked.filter))?;
    let options = ExportOptions { ignored: config.replay.ignore, ..ExportOptions::default() };
    let pseudonyms = asked.pseudonymise.then_some(Texts::Replaced);
    let order = ExportOrder { format, out, pseudonyms, language: language(setup), options };
    let summary = export_events(setup, &reader, &ids, order, &accounts, progress)?;
    Ok(json!({
        "out": summary.out, "events": summary.events, "files": summary.files, "bytes": summary.bytes,
        "replaced": summary.replaced, "pseudonymised": asked.pseudonymise,
    }))
}
