//! `menuscope alarm`: the events that WeChat's alarm messages speak of, with what was answered.

use serde_json::{Value, json};

use super::input::read_input;
use super::output::{answer, event_line, finding_lines, local_time, print_line, quoted};
use super::{Outcome, language};
use crate::capture::diagnosis::Finding;
use crate::capture::{CaptureSummary, StoredCapture};
use crate::cli::Alarm as Asked;
use crate::engine::Setup;
use crate::reach::events_of;
use crate::store::{Reader, StoreError};
use crate::texts::Language;
use crate::wechat::alarm::{Alarm, AlarmExample, alarms};

/// More is not read, in bytes: an alarm has some hundred.
const MOST_READ: u64 = 4 << 20;

pub(super) fn run(setup: &Setup, asked: &Asked) -> anyhow::Result<Outcome> {
    let text = read_input(&asked.file, "the alarms", MOST_READ)?;
    let text = String::from_utf8_lossy(&text);
    let language = language(setup);
    let alarms = alarms(&text);
    if alarms.is_empty() {
        return Ok(Outcome::No(Some(language.text("alarm.no_alarm").into_owned())));
    }
    let reader = match Reader::open(&setup.folder.database()) {
        Ok(reader) => Some(reader),
        Err(StoreError::Absent { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut is_found = false;
    let mut objects = Vec::new();
    for alarm in &alarms {
        let mut examples = Vec::new();
        for example in &alarm.examples {
            let events = match &reader {
                Some(reader) => events_of(reader, example)?,
                None => Vec::new(),
            };
            is_found |= !events.is_empty();
            examples.push((example, events));
        }
        match (asked.json, &reader) {
            (true, reader) => objects.push(object(alarm, &examples, reader.as_ref(), language)?),
            (false, reader) => print(alarm, &examples, reader.as_ref(), language)?,
        }
    }
    if asked.json {
        print_line(&json!({ "alarms": objects }).to_string())?;
    }
    Ok(if is_found { Outcome::Done } else { Outcome::No(Some(language.text("alarm.nothing_found").into_owned())) })
}

type Matched<'a> = (&'a AlarmExample, Vec<StoredCapture>);

fn print(alarm: &Alarm, examples: &[Matched<'_>], reader: Option<&Reader>, language: Language) -> anyhow::Result<()> {
    for line in finding_lines(&Finding::new(alarm.kind), language) {
        print_line(&line)?;
    }
    let facts = [&alarm.app_id, &alarm.nickname, &alarm.time, &alarm.times].into_iter().flatten();
    let facts: Vec<String> = facts.map(|fact| quoted(fact)).collect();
    print_line(&format!("  {}", facts.join("  ")))?;
    for (example, events) in examples {
        let named = [example.openid.as_deref(), example.event.as_deref()].into_iter().flatten().map(quoted);
        let stamp = example.stamp.map(|stamp| stamp.to_string());
        let named: Vec<String> = named.chain(stamp).collect();
        print_line(&format!("  {}", named.join("  ")))?;
        let ids: Vec<_> = events.iter().map(|stored| stored.placement.id).collect();
        let rows = reader.map(|reader| reader.page(&ids)).transpose()?.unwrap_or_default();
        if rows.is_empty() {
            print_line(&format!("    {}", language.text("alarm.not_captured")))?;
        }
        for row in rows {
            print_line(&format!("    {}", described(&row)))?;
        }
    }
    Ok(())
}

fn described(row: &CaptureSummary) -> String {
    let key = row.event_key.as_deref().map(quoted).unwrap_or_default();
    let answered = row.reply.as_ref().map_or_else(|| "-".to_owned(), answer);
    format!("#{}  {}  {} {key}  {answered}", row.placement.id, local_time(row.received_at), quoted(&row.kind))
}

fn object(
    alarm: &Alarm,
    examples: &[Matched<'_>],
    reader: Option<&Reader>,
    language: Language,
) -> anyhow::Result<Value> {
    let finding = Finding::new(alarm.kind);
    let mut list = Vec::new();
    for (example, events) in examples {
        let mut found = Vec::new();
        for stored in events {
            if let Some(reader) = reader {
                found.push(serde_json::from_str::<Value>(&event_line(reader, stored, language)?)?);
            }
        }
        list.push(json!({
            "openid": example.openid,
            "stamp": example.stamp,
            "event": example.event,
            "kind": example.kind(),
            "ip": example.ip,
            "response_length": example.response_length,
            "response_content": example.response_content,
            "events": found,
        }));
    }
    Ok(json!({
        "kind": alarm.kind.as_str(),
        "message": finding.message(language),
        "remedy": finding.remedy(language),
        "app_id": alarm.app_id,
        "nickname": alarm.nickname,
        "time": alarm.time,
        "content": alarm.content,
        "times": alarm.times,
        "examples": list,
    }))
}
