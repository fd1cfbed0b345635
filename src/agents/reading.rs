//! Tools that look at what is there, and change nothing.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::AgentSetup;
use super::arguments::{
    CompareEvents, ExplainEvent, GetEvent, LONGEST_WAIT, LintReply, ListEvents, MOST_LISTED, Part, WaitForEvent,
};
use super::outside::{cut, cut_event, cut_text, marked, row};
use super::tool_error::ToolError;
use crate::account::Accounts;
use crate::capture::{CaptureId, StoredCapture};
use crate::config::Config;
use crate::operations::{
    AnsweredEvent, EventWait, WaitEnd, arrived_after, compare, event_object, explain, language, lint_body,
    newest_event, newest_matching, program_state, read_filter, stored_event,
};
use crate::progress::Progress;
use crate::reach::Doctor;
use crate::store::{Reader, StoreError};

/// Texts in findings and comparisons are cut to so many characters.
const IN_A_FINDING: usize = 4_000;

/// `status`
pub(super) fn status(agent: &AgentSetup) -> Result<Value, ToolError> {
    let mut state = program_state(&agent.setup)?.json();
    state["sending_allowed"] = json!(agent.permissions.send);
    state["export_dir"] = json!(agent.permissions.export_dir);
    Ok(state)
}

/// `list_events`
pub(super) fn list_events(agent: &AgentSetup, asked: &ListEvents) -> Result<Value, ToolError> {
    if !(1..=MOST_LISTED).contains(&asked.limit) {
        return Err(ToolError::Refused(format!(
            "limit is 1 to {MOST_LISTED}, and not {}; go on from next with after, or narrow the filter",
            asked.limit
        )));
    }
    let filter = read_filter(asked.filter.as_deref().unwrap_or_default())?;
    let after = asked.after.map(CaptureId);
    let reader = match Reader::open(&agent.setup.folder.database()) {
        // Nothing has ever arrived: that is no failure.
        Err(StoreError::Absent { .. }) => return Ok(listed(Vec::new(), after.map_or(0, |after| after.0), false)),
        opened => opened?,
    };
    let limit = asked.limit as usize;
    // Before the events are read: what arrives meanwhile comes after it.
    let newest = reader.newest()?;
    refuse_future(after, newest)?;
    let mut ids = match after {
        None => newest_matching(&reader, &filter, limit + 1)?,
        Some(after) => arrived_after(&reader, &filter, after, limit + 1)?,
    };
    let more = ids.len() > limit;
    ids.truncate(limit);
    let last = ids.iter().copied().max();
    let next = if more && after.is_some() { last } else { [last, after, Some(newest)].into_iter().flatten().max() };
    let next = next.unwrap_or(newest);
    let language = language(&agent.setup);
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(stored) = reader.capture(id)? {
            rows.push(row(event_object(&reader, &stored, language)?));
        }
    }
    Ok(listed(rows, next.0, more))
}

fn listed(rows: Vec<Value>, next: i64, more: bool) -> Value {
    let mut answer = json!({ "events": null, "next": next, "more": more });
    answer["events"] = rows.into();
    marked(&["events"], answer)
}

/// `get_event`
pub(super) fn get_event(agent: &AgentSetup, asked: &GetEvent) -> Result<Value, ToolError> {
    let reader = Reader::open(&agent.setup.folder.database())?;
    let stored = stored_event(&reader, CaptureId(asked.id))?;
    let part = match asked.part {
        Part::All => {
            let mut event = event_object(&reader, &stored, language(&agent.setup))?;
            let is_cut = cut_event(&mut event);
            return Ok(marked(&["event"], json!({ "id": asked.id, "part": "all", "event": event, "cut": is_cut })));
        }
        part => part,
    };
    let (name, bytes) = match part {
        Part::All | Part::Raw => ("raw", stored.capture.request.to_http()),
        Part::Body => ("body", stored.capture.message().to_vec()),
        Part::Reply => ("reply", reply(&stored)?.sent().to_vec()),
        // The record has the plaintext, unless the developer's own server encrypted the reply.
        Part::ReplyDecrypted => ("reply_decrypted", decrypted(agent, &stored)?),
    };
    let mut answer = json!({ "id": asked.id, "part": name });
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let (text, is_cut) = cut_text(text);
            answer["content"] = json!(text);
            answer["cut"] = json!(is_cut);
        }
        Err(_) => answer["content_base64"] = json!(STANDARD.encode(bytes)),
    }
    Ok(marked(&["content", "content_base64"], answer))
}

fn reply(stored: &StoredCapture) -> Result<&crate::capture::Reply, ToolError> {
    let id = stored.placement.id;
    stored.reply.as_ref().ok_or_else(|| ToolError::Refused(format!("event {id} has no recorded answer")))
}

fn decrypted(agent: &AgentSetup, stored: &StoredCapture) -> Result<Vec<u8>, ToolError> {
    let reply = reply(stored)?;
    let accounts = accounts(agent)?;
    let plaintext = accounts.owner(&stored.capture.account).decrypt_reply(&reply.body);
    Ok(plaintext.unwrap_or_else(|| reply.body.clone()))
}

fn accounts(agent: &AgentSetup) -> Result<Accounts, ToolError> {
    let config = Config::load_without_rules(&agent.setup.config_file)?;
    Ok(config.accounts(&agent.setup.folder, &agent.setup.overrides)?)
}

/// Refuses a cursor that no event has given yet: nothing would ever come after it.
fn refuse_future(after: Option<CaptureId>, newest: CaptureId) -> Result<(), ToolError> {
    match after {
        Some(after) if after > newest => Err(ToolError::Refused(format!(
            "after {after} is from the future: the newest event is {newest}; was the database replaced? Begin with 0, or leave \
             after out"
        ))),
        _ => Ok(()),
    }
}

/// `wait_for_event`
pub(super) fn wait_for_event(
    agent: &AgentSetup,
    asked: &WaitForEvent,
    progress: &Progress,
) -> Result<Value, ToolError> {
    if !(0.0..=LONGEST_WAIT).contains(&asked.timeout_s) {
        return Err(ToolError::Refused(format!(
            "timeout_s is 0 to {LONGEST_WAIT} seconds, and not {}; call again with after set to next to wait longer",
            asked.timeout_s
        )));
    }
    let filter = read_filter(asked.filter.as_deref().unwrap_or_default())?;
    let database = agent.setup.folder.database();
    let newest = newest_event(&database)?;
    refuse_future(asked.after.map(CaptureId), newest)?;
    let after = asked.after.map_or(newest, CaptureId);
    let language = language(&agent.setup);
    let (began, timeout) = (Instant::now(), Duration::from_secs_f64(asked.timeout_s));
    progress.set_total(timeout.as_secs());
    // The wait looks here again and again, so it counts its own seconds.
    let is_cancelled = || {
        let passed = began.elapsed().as_secs().min(timeout.as_secs());
        progress.advance(passed.saturating_sub(progress.done()));
        progress.is_cancelled()
    };
    let mut event = None;
    let mut wait = EventWait::new(database, filter, after, 1);
    let end = wait.run(timeout, is_cancelled, |reader, stored| -> Result<(), ToolError> {
        event = Some((stored.placement.id, event_object(reader, stored, language)?));
        Ok(())
    })?;
    if end == WaitEnd::Cancelled {
        return Err(ToolError::Cancelled);
    }
    let (next, event) = match event {
        Some((id, mut event)) => {
            cut_event(&mut event);
            (id, event)
        }
        None => (after, Value::Null),
    };
    Ok(marked(&["event"], json!({ "timed_out": end == WaitEnd::TimedOut, "event": event, "next": next.0 })))
}

/// `explain_event`
pub(super) fn explain_event(agent: &AgentSetup, asked: &ExplainEvent) -> Result<Value, ToolError> {
    let config = Config::load_without_rules(&agent.setup.config_file)?;
    // What the secrets add, such as the signature's steps, is left out where they cannot be read.
    let (accounts, problem) = match accounts(agent) {
        Ok(accounts) => (accounts, None),
        Err(error) => (Accounts::new(Vec::new(), None), Some(error.to_string())),
    };
    let reader = Reader::open(&agent.setup.folder.database())?;
    let explanation = explain(&reader, CaptureId(asked.id), &accounts, &config.replay.ignore)?;
    let language = language(&agent.setup);
    let mut answer = explanation.json(language);
    if let Some(problem) = problem {
        answer["secrets_problem"] = json!(problem);
    }
    answer["event"] = row(event_object(&reader, &explanation.stored, language)?);
    cut(&mut answer, IN_A_FINDING);
    Ok(marked(&["event", "diagnoses", "signature", "reply", "replay"], answer))
}

/// `lint_reply`
pub(super) fn lint_reply(agent: &AgentSetup, asked: &LintReply) -> Result<Value, ToolError> {
    let accounts = accounts(agent)?;
    let answered = match &asked.answered {
        None | Some(Value::Null) => AnsweredEvent::Unknown,
        Some(Value::String(text)) => match text.parse() {
            Ok(id) => AnsweredEvent::Stored(CaptureId(id)),
            Err(_) => AnsweredEvent::Bytes { name: "given as for", bytes: text.as_bytes() },
        },
        Some(value) => {
            let Some(id) = value.as_i64() else {
                let reason = "for is the number of an event, or the text of a message".to_owned();
                return Err(ToolError::Arguments { tool: "lint_reply", reason });
            };
            AnsweredEvent::Stored(CaptureId(id))
        }
    };
    let linted = lint_body(asked.body.as_bytes(), answered, &agent.setup.folder.database(), &accounts)?;
    let mut answer = linted.json(language(&agent.setup));
    answer["opened"] = json!(!linted.is_unopened());
    cut(&mut answer, IN_A_FINDING);
    Ok(marked(&["findings"], answer))
}

/// `compare_events`
pub(super) fn compare_events(agent: &AgentSetup, asked: &CompareEvents) -> Result<Value, ToolError> {
    let config = Config::load_without_rules(&agent.setup.config_file)?;
    let reader = Reader::open(&agent.setup.folder.database())?;
    let comparison = compare(&reader, CaptureId(asked.a), CaptureId(asked.b), &config.replay.ignore)?;
    let mut answer = comparison.json();
    cut(&mut answer, IN_A_FINDING);
    Ok(marked(&["facts", "message", "reply"], answer))
}

/// `doctor`
pub(super) fn doctor(agent: &AgentSetup) -> Value {
    let setup = &agent.setup;
    let doctor = Doctor { folder: &setup.folder, config_file: &setup.config_file, overrides: &setup.overrides };
    let language = language(setup);
    let checks: Vec<Value> = doctor.local_checks().iter().map(|result| result.json(language)).collect();
    json!({ "checks": checks })
}
