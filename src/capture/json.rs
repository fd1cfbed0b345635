//! Events and replays as JSON: the objects that commands and exports give out. Other programs rely on their members' order.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Mode;
use super::diagnosis::{Coded, Finding};
use super::header_pairs;
use super::raw_request::RawRequest;
use super::replay_run::{Baseline, Replay, StoredReplay};
use super::reply_record::{Reply, ReplyEnd};
use super::server_answer::ServerAnswer;
use super::stored_capture::{CaptureId, Envelope, StoredCapture};
use super::team_mark::EventOrigin;
use crate::texts::Language;
use crate::wechat::decoded::decoded;
use crate::wechat::fields::fields;
use crate::wechat::lint;
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

/// An event together with what its JSON depends on.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    pub stored: &'a StoredCapture,
    /// For an event with pictures: the image messages that belong to it, in order.
    pub images: &'a [CaptureId],
    /// The language of diagnoses.
    pub language: Language,
}

/// The event as an object, its members in the documented order.
pub fn event_json(view: EventView<'_>) -> Value {
    let StoredCapture { placement, capture, reply, annotation } = view.stored;
    let arrived = json!({
        "id": placement.id.0,
        "received_at": format!("{:.6}", capture.request.received_at),
        "account": capture.account,
    });
    let mut inspected = json!({
        "group": placement.group.0,
        "attempt": placement.attempt,
        "mode": capture.mode.as_str(),
        "signature": capture.signature.as_str(),
    });
    if capture.replay {
        inspected["replay"] = json!(true);
    }
    if annotation.pinned {
        inspected["pinned"] = json!(true);
    }
    if let Some(note) = &annotation.note {
        inspected["note"] = json!(note);
    }
    if let Some(EventOrigin { relay, id }) = &capture.team.origin {
        inspected["origin"] = json!({ "relay": relay, "id": id });
    }
    if let Some(desktop) = &capture.team.claimed {
        inspected["claimed"] = json!(desktop);
    }
    let decrypted = match &capture.message {
        Some(message) => match std::str::from_utf8(message) {
            Ok(text) => json!({ "message": text }),
            Err(_) => json!({ "message_base64": STANDARD.encode(message) }),
        },
        None if capture.mode == Mode::Plain => json!({}),
        // Nobody could decrypt it.
        None => json!({ "message": null }),
    };
    let recorded = json!({
        "diagnoses": capture.diagnoses.iter().map(|diagnosis| finding_json(diagnosis, view.language)).collect::<Vec<_>>(),
        "request": request_json(&capture.request),
        "reply": reply.as_ref().map(|reply| reply_json(reply, view.language)),
    });
    joined([arrived, envelope_json(&capture.envelope), inspected, message_json(view), decrypted, recorded])
}

/// The members about the message, without the record of its arrival: the part that tests compare.
pub fn message_view(view: EventView<'_>) -> Value {
    joined([envelope_json(&view.stored.capture.envelope), message_json(view)])
}

/// The members of these objects, one after the other.
fn joined<const N: usize>(parts: [Value; N]) -> Value {
    let members = parts.into_iter().filter_map(|part| match part {
        Value::Object(members) => Some(members),
        _ => None,
    });
    Value::Object(members.flatten().collect())
}

/// The columns of the list and of filters.
fn envelope_json(envelope: &Envelope) -> Value {
    json!({
        "kind": envelope.kind,
        "msg_type": envelope.msg_type,
        "event": envelope.event,
        "event_key": envelope.event_key,
        "openid": envelope.openid,
        "to_user": envelope.to_user,
        "create_time": envelope.create_time,
        "msg_id": envelope.msg_id,
    })
}

/// The element tree and the typed view; both empty if the message cannot be parsed.
fn message_json(view: EventView<'_>) -> Value {
    let Ok(tree) = Tree::parse_lenient(view.stored.capture.message()) else {
        return json!({ "fields": {}, "decoded": {} });
    };
    let mut decoded = decoded(&Message::decode(&tree));
    if let Some(Value::Array(pictures)) = decoded.get_mut("pictures") {
        link_images(pictures, view.images);
    }
    json!({ "fields": fields(tree.root()), "decoded": decoded })
}

/// Links each picture to its image message. Images are matched by user, time and order alone, so with differing counts none
/// is linked.
fn link_images(pictures: &mut [Value], images: &[CaptureId]) {
    if pictures.len() != images.len() {
        return;
    }
    for (picture, image) in pictures.iter_mut().zip(images) {
        picture["image_event"] = json!(image.0);
    }
}

/// One finding about a request or a reply, in words; `bytes` is the length of the stretch it is about, if that is known.
pub fn finding_json<C: Coded>(finding: &Finding<C>, language: Language) -> Value {
    let place = finding.place.map(|place| {
        let mut object = json!({ "offset": place.offset, "line": place.line, "column": place.column });
        if finding.length > 0 {
            object["bytes"] = json!(finding.length);
        }
        object
    });
    let details: Map<String, Value> =
        finding.details.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "code": finding.code.as_str(),
        "severity": finding.code.severity().as_str(),
        "message": finding.message(language),
        "remedy": finding.remedy(language),
        "place": place,
        "details": details,
    })
}

fn request_json(request: &RawRequest) -> Value {
    let mut query = Map::new();
    for (name, value) in request.parameters() {
        query.entry(name.into_owned()).or_insert_with(|| value.into());
    }
    let mut object = json!({
        "method": request.method,
        "target": request.target,
        "path": request.path(),
        "query": query,
        "headers": headers_json(request.headers.iter()),
        "peer": request.peer,
    });
    put_bytes(&mut object, &request.body);
    object
}

fn reply_json(reply: &Reply, language: Language) -> Value {
    let mut object = json!({ "status": reply.status });
    put_bytes(&mut object, &reply.body);
    object["source"] = json!(reply.source.spelling());
    if let Some(fault) = reply.fault {
        object["fault"] = json!(fault);
    }
    object["elapsed_ms"] = json!(milliseconds(reply.elapsed));
    object["lint"] = lint_json(&reply.lint, language);
    if reply.end != ReplyEnd::Answered {
        object["end"] = json!(reply.end.as_str());
    }
    if let Some(forwarded) = &reply.forwarded {
        object["forward"] = forward_json(forwarded, language);
    }
    object
}

fn lint_json(findings: &[lint::LintFinding], language: Language) -> Value {
    findings.iter().map(|finding| finding_json(finding, language)).collect()
}

/// The answer of the developer's own server.
fn forward_json(forwarded: &ServerAnswer, language: Language) -> Value {
    let headers = headers_json(header_pairs(&forwarded.headers));
    let mut object =
        json!({ "state": forwarded.state().as_str(), "target": forwarded.target, "status": forwarded.status });
    object["headers"] = headers;
    put_bytes(&mut object, &forwarded.body);
    object["first_byte_ms"] = json!(forwarded.first_byte.map(milliseconds));
    object["elapsed_ms"] = json!(milliseconds(forwarded.elapsed));
    object["problem"] = problem_json(forwarded, language);
    object["passed_on"] = json!(forwarded.passed_on);
    object["lint"] = lint_json(&forwarded.lint, language);
    object
}

fn problem_json(forwarded: &ServerAnswer, language: Language) -> Value {
    let problem = forwarded.problem.as_ref();
    problem.map_or(
        Value::Null,
        |problem| json!({ "code": problem.as_str(), "message": problem.words(language), "cause": problem.cause() }),
    )
}

fn headers_json<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Value {
    headers.map(|(name, value)| json!([name, header_text(value)])).collect()
}

/// One event sent once more, as a JSON object: what was sent and what came back. The answer's body is in plaintext.
pub fn replay_json(stored: &StoredReplay, language: Language) -> Value {
    let replayed = &stored.replayed;
    let Replay { request, answer, .. } = replayed;
    let baseline = replayed.baseline.map(|baseline| match baseline {
        Baseline::Forward => json!({ "source": "forward" }),
        Baseline::Replay(id) => json!({ "source": "replay", "replay": id.0 }),
    });
    let mut object = json!({
        "run": replayed.run.0,
        "replay": stored.id.0,
        "event": replayed.event.0,
        "attempt": replayed.attempt,
        "copy": replayed.copy,
        "sent_at": format!("{:.6}", replayed.sent_at),
        "status": answer.status,
        "legal": replayed.is_legal(),
        "verdict": replayed.verdict.as_str(),
        "baseline": baseline,
        "first_byte_ms": answer.first_byte.map(milliseconds),
        "elapsed_ms": milliseconds(answer.elapsed),
        "problem": problem_json(answer, language),
        "lint": lint_json(&answer.lint, language),
    });
    put_bytes(&mut object, replayed.reply());
    let mut sent = json!({
        "method": request.method,
        "url": answer.target,
        "headers": headers_json(header_pairs(&request.headers)),
    });
    put_bytes(&mut sent, &request.body);
    object["request"] = sent;
    object
}

/// Milliseconds to the microsecond, the precision of the record.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// Adds bytes as text if they are UTF-8, else as base64 under another name.
fn put_bytes(object: &mut Value, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => object["body"] = json!(text),
        Err(_) => object["body_base64"] = json!(STANDARD.encode(bytes)),
    }
}

/// A header's value: UTF-8, or byte for byte as Latin-1, which is what HTTP meant it to be.
pub fn header_text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests;
