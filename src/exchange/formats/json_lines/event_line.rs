//! Reads one line: from the object of an event back to its record.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::{Map, Value};

use crate::capture::diagnosis::{Code, Coded, Diagnosis, Finding};
use crate::capture::{
    Annotation, EventOrigin, ForwardProblem, Mode, RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer, Signature,
    TeamMark,
};
use crate::exchange::formats::input::lines::other_encoding;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::published;
use crate::exchange::record::{FileEvent, Record};
use crate::texts::Language;
use crate::wechat::envelope::{AesKey, decrypt};
use crate::wechat::fault::Fault;
use crate::wechat::tree::{Place, Tree};

/// The decryption of a body of the account of that name.
pub(in crate::exchange) type Opened<'a> = &'a dyn Fn(&str, &[u8]) -> Option<Vec<u8>>;

/// The members of the object that are the record, and not a view of it.
#[derive(Deserialize)]
struct EventLine {
    id: u64,
    received_at: Option<Timestamp>,
    account: String,
    group: Option<u64>,
    attempt: u32,
    mode: String,
    signature: String,
    /// True if menuscope itself sent it.
    #[serde(default)]
    replay: bool,
    #[serde(default)]
    pinned: bool,
    note: Option<String>,
    /// The relay that captured it.
    origin: Option<EventOrigin>,
    /// The desktop whose tap it is.
    claimed: Option<String>,
    /// `None` where an earlier version wrote the line; `null` where nobody could decrypt the message.
    #[serde(default, deserialize_with = "present")]
    message: Option<Value>,
    message_base64: Option<String>,
    #[serde(default)]
    diagnoses: Vec<FindingLine>,
    request: RequestLine,
    reply: Option<ReplyLine>,
}

/// The members that tell events from other lines, and their order.
#[derive(Deserialize)]
struct HeadLine {
    id: Option<u64>,
    listening: Option<IgnoredAny>,
    joined: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct RequestLine {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    peer: String,
    body: Option<String>,
    body_base64: Option<String>,
}

#[derive(Deserialize)]
struct FindingLine {
    code: String,
    place: Option<PlaceLine>,
    /// `None` where an earlier version wrote the line.
    details: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct PlaceLine {
    offset: usize,
    line: u32,
    column: u32,
    #[serde(default)]
    bytes: usize,
}

#[derive(Deserialize)]
struct ReplyLine {
    status: Option<u16>,
    body: Option<String>,
    body_base64: Option<String>,
    source: String,
    fault: Option<String>,
    elapsed_ms: f64,
    #[serde(default)]
    lint: Vec<FindingLine>,
    end: Option<String>,
    forward: Option<ForwardLine>,
}

#[derive(Deserialize)]
struct ForwardLine {
    target: String,
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_base64: Option<String>,
    first_byte_ms: Option<f64>,
    elapsed_ms: f64,
    problem: Option<ProblemLine>,
    passed_on: bool,
    #[serde(default)]
    lint: Vec<FindingLine>,
}

#[derive(Deserialize)]
struct ProblemLine {
    code: String,
    #[serde(default)]
    cause: String,
}

/// The event's number; `None` for the line that says where a listener listens.
pub(in crate::exchange) fn number(line: &[u8]) -> Result<Option<u64>, ImportReason> {
    let head: HeadLine = parsed(line)?;
    match head {
        HeadLine { id: Some(id), .. } => Ok(Some(id)),
        HeadLine { listening: Some(_), .. } | HeadLine { joined: Some(_), .. } => Ok(None),
        HeadLine { .. } => Err(malformed("no id")),
    }
}

/// The event of a line; `None` for the line that says where a listener listens.
pub(in crate::exchange) fn found(
    line: &[u8],
    modified: Timestamp,
    opened: Opened<'_>,
) -> Result<Option<FileEvent>, ImportReason> {
    let line: EventLine = match parsed(line) {
        Ok(line) => line,
        Err(reason) => return if matches!(number(line), Ok(None)) { Ok(None) } else { Err(reason) },
    };
    let mode = Mode::from_spelling(&line.mode).ok_or_else(|| malformed(format!("mode {}", line.mode)))?;
    let signature =
        Signature::from_spelling(&line.signature).ok_or_else(|| malformed(format!("signature {}", line.signature)))?;
    let diagnoses: Vec<Diagnosis> = findings(line.diagnoses);
    let received_at = line.received_at.unwrap_or(modified);
    let request = request(line.request, received_at, &diagnoses)?;
    let message = match (line.message, line.message_base64) {
        _ if mode == Mode::Plain => None,
        (Some(Value::String(text)), _) => Some(text.into_bytes()),
        (_, Some(base64)) => bytes(None, Some(base64))?,
        (None, None) if !signature.is_refused() => decrypted(&line.account, &request.body, opened),
        (_, None) => None,
    };
    let record = Record {
        number: line.id,
        first: line.group.filter(|group| *group != line.id),
        attempt: line.attempt,
        account: line.account,
        mode,
        signature,
        replay: line.replay,
        message,
        diagnoses,
        reply: line.reply.map(reply).transpose()?,
        annotation: Annotation::of(line.pinned, line.note.as_deref()),
        team: TeamMark { origin: line.origin, claimed: line.claimed },
    };
    Ok(Some(FileEvent { request, record: Some(record) }))
}

fn parsed<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, ImportReason> {
    let Ok(text) = std::str::from_utf8(line) else { return Err(other_encoding(line)) };
    serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        let what = words.split(" at line ").next().unwrap_or_default();
        malformed(format!("{what}, column {}", error.column()))
    })
}

fn malformed(cause: impl Into<String>) -> ImportReason {
    ImportReason::Malformed { cause: cause.into() }
}

fn request(line: RequestLine, received_at: Timestamp, diagnoses: &[Diagnosis]) -> Result<RawRequest, ImportReason> {
    let RequestLine { method, target, headers, peer, body, body_base64 } = line;
    let body = bytes(body, body_base64)?.ok_or(ImportReason::NoBody)?;
    Ok(RawRequest {
        received_at,
        method,
        version: "HTTP/1.1".to_owned(),
        target,
        headers: to_bytes(headers).into(),
        peer,
        body_length: arrived(diagnoses).unwrap_or(0).max(body.len() as u64),
        body: body.into(),
    })
}

/// The number of bytes that arrived of a body that is too long to be kept, from its diagnosis.
fn arrived(diagnoses: &[Diagnosis]) -> Option<u64> {
    let cut = |diagnosis: &&Diagnosis| matches!(diagnosis.code, Code::BodyTooLarge | Code::BodyCut);
    let (_, bytes) = diagnoses.iter().find(cut)?.details.iter().find(|(name, _)| name == "bytes")?;
    bytes.parse().ok()
}

fn to_bytes(headers: Vec<(String, String)>) -> Vec<(String, Vec<u8>)> {
    headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
}

/// Text, or base64 where it is none; `None` where there is neither.
fn bytes(text: Option<String>, base64: Option<String>) -> Result<Option<Vec<u8>>, ImportReason> {
    match (text, base64) {
        (Some(text), _) => Ok(Some(text.into_bytes())),
        (None, Some(base64)) => {
            STANDARD.decode(base64).map(Some).map_err(|error| malformed(format!("body_base64: {error}")))
        }
        (None, None) => Ok(None),
    }
}

/// The message of a line without it, which an earlier version wrote, where a key is known.
fn decrypted(account: &str, body: &[u8], opened: Opened<'_>) -> Option<Vec<u8>> {
    opened(account, body).or_else(|| published_message(body))
}

/// The message of an event that was exported with pseudonyms.
fn published_message(body: &[u8]) -> Option<Vec<u8>> {
    let tree = Tree::parse(body).ok()?;
    let key = AesKey::parse(published::AES_KEY).ok()?;
    decrypt(&key, tree.root().text_of("Encrypt")?).ok().map(|opened| opened.message)
}

/// The findings; codes that this version does not know are left out, as everywhere.
fn findings<C: Coded>(lines: Vec<FindingLine>) -> Vec<Finding<C>> {
    let finding = |line: FindingLine| {
        let code = C::from_spelling(&line.code)?;
        let details =
            line.details.map_or_else(|| unknown_details(code), |details| details.into_iter().map(as_text).collect());
        let mut finding = Finding { details, ..Finding::new(code) };
        if let Some(PlaceLine { offset, line, column, bytes }) = line.place {
            finding.place = Some(Place { offset, line, column });
            finding.length = bytes;
        }
        Some(finding)
    };
    lines.into_iter().filter_map(finding).collect()
}

fn as_text((name, value): (String, Value)) -> (String, String) {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    (name, text)
}

/// Question marks for the details of a finding that an earlier version wrote: the line has its words alone.
fn unknown_details<C: Coded>(code: C) -> Vec<(String, String)> {
    let names: BTreeSet<String> = ["message", "remedy"]
        .into_iter()
        .flat_map(|part| {
            let text = Language::English.text(&format!("{}.{}.{part}", C::STEM, code.as_str()));
            let names = text.split("%{").skip(1).filter_map(|rest| rest.split_once('}'));
            names.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        })
        .collect();
    names.into_iter().map(|name| (name, "?".to_owned())).collect()
}

/// A member that is there, even where it is `null`.
fn present<'de, D: Deserializer<'de>>(member: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(member).map(Some)
}

fn reply(line: ReplyLine) -> Result<Reply, ImportReason> {
    let source =
        ReplySource::from_spelling(&line.source).ok_or_else(|| malformed(format!("source {}", line.source)))?;
    let named = |name: String| Fault::known_name(&name).ok_or_else(|| malformed(format!("fault {name}")));
    let end = line.end.as_deref().map_or(Some(ReplyEnd::Answered), ReplyEnd::from_spelling);
    Ok(Reply {
        status: line.status,
        body: bytes(line.body, line.body_base64)?.unwrap_or_default(),
        wire: None,
        source,
        elapsed: duration(line.elapsed_ms),
        end: end.ok_or_else(|| malformed("end"))?,
        lint: findings(line.lint),
        fault: line.fault.map(named).transpose()?,
        forwarded: line.forward.map(forwarded).transpose()?.map(Box::new),
    })
}

fn forwarded(line: ForwardLine) -> Result<ServerAnswer, ImportReason> {
    Ok(ServerAnswer {
        target: line.target,
        status: line.status,
        headers: to_bytes(line.headers),
        body: bytes(line.body, line.body_base64)?.unwrap_or_default().into(),
        first_byte: line.first_byte_ms.map(duration),
        elapsed: duration(line.elapsed_ms),
        problem: line.problem.and_then(|problem| ForwardProblem::from_parts(&problem.code, &problem.cause)),
        passed_on: line.passed_on,
        lint: findings(line.lint),
    })
}

/// Microseconds are what is recorded.
fn duration(milliseconds: f64) -> Duration {
    Duration::from_micros((milliseconds * 1000.0).round() as u64)
}
