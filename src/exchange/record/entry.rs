//! Converts an event into its entry in a manifest, and back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::manifest::{Entry, EntryForward, EntryProblem, EntryReply, FORWARD, HeaderValue, SENT};
use super::{FileEvent, Fixture, Record};
use crate::capture::{
    Annotation, ForwardProblem, Mode, RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer, Signature, TeamMark,
    read_findings, write_findings,
};
use crate::exchange::import_problem::ImportReason;
use crate::wechat::fault::Fault;
use crate::wechat::tree::Format;

/// The files that an entry names.
pub(in crate::exchange) trait EntryFiles {
    /// A file of an event.
    fn read(&mut self, folder: &str, file: &str) -> Result<Vec<u8>, ImportReason>;

    /// Fails where that file is not there.
    fn expect(&mut self, folder: &str, file: &str) -> Result<(), ImportReason>;
}

/// A file of an event.
pub(in crate::exchange) struct Part<'a> {
    pub(in crate::exchange) file: String,
    pub(in crate::exchange) bytes: &'a [u8],
}

/// The entry of an event, and the files that it names beside the request.
pub(in crate::exchange) fn write<'a>(event: &'a Fixture, folder: &str) -> (Entry, Vec<Part<'a>>) {
    let mut parts = Vec::with_capacity(4);
    let (placement, capture) = (&event.stored.placement, &event.stored.capture);
    let request = &capture.request;
    let message = match &capture.message {
        Some(message) => Some(&**message),
        None if capture.mode == Mode::Plain && !request.body.is_empty() => Some(&*request.body),
        None => None,
    };
    let message = message.map(|bytes| part(&mut parts, named("body", Format::of(bytes), "bin"), bytes));
    let entry = Entry {
        number: placement.id.0 as u64,
        folder: folder.to_owned(),
        kind: capture.envelope.kind.clone(),
        received_at: request.received_at,
        account: capture.account.clone(),
        mode: capture.mode.as_str().to_owned(),
        signature: capture.signature.as_str().to_owned(),
        peer: request.peer.clone(),
        attempt: placement.attempt,
        first: (placement.group != placement.id).then_some(placement.group.0 as u64),
        app_id: event.app_id.clone(),
        replay: capture.replay,
        pinned: event.stored.annotation.pinned,
        note: event.stored.annotation.note.clone(),
        origin: capture.team.origin.clone(),
        claimed: capture.team.claimed.clone(),
        body_length: request.is_cut().then_some(request.body_length),
        message,
        diagnoses: write_findings(&capture.diagnoses),
        reply: event.stored.reply.as_ref().map(|reply| write_reply(reply, capture.format(), &mut parts)),
    };
    (entry, parts)
}

fn write_reply<'a>(reply: &'a Reply, format: Format, parts: &mut Vec<Part<'a>>) -> EntryReply {
    let body = part(parts, named("reply", Some(format), "xml"), &reply.body);
    let sent = reply.wire.as_ref().map(|wire| part(parts, SENT.to_owned(), wire));
    EntryReply {
        status: reply.status,
        source: reply.source.spelling().into_owned(),
        fault: reply.fault.map(str::to_owned),
        elapsed_us: microseconds(reply.elapsed),
        end: reply.end.as_str().to_owned(),
        body,
        sent,
        lint: write_findings(&reply.lint),
        forward: reply.forwarded.as_ref().map(|forwarded| write_forward(forwarded, reply.sent(), parts)),
    }
}

fn write_forward<'a>(forwarded: &'a ServerAnswer, sent: &[u8], parts: &mut Vec<Part<'a>>) -> EntryForward {
    let body = (forwarded.body != sent).then(|| part(parts, FORWARD.to_owned(), &forwarded.body));
    let header = |(name, value): &(String, Vec<u8>)| match std::str::from_utf8(value) {
        Ok(text) => (name.clone(), HeaderValue::Text(text.to_owned())),
        Err(_) => (name.clone(), HeaderValue::Bytes { base64: STANDARD.encode(value) }),
    };
    let problem = |problem: &ForwardProblem| EntryProblem {
        code: problem.as_str().to_owned(),
        cause: problem.cause().to_owned(),
    };
    EntryForward {
        target: forwarded.target.clone(),
        status: forwarded.status,
        headers: forwarded.headers.iter().map(header).collect(),
        body,
        first_byte_us: forwarded.first_byte.map(microseconds),
        elapsed_us: microseconds(forwarded.elapsed),
        problem: forwarded.problem.as_ref().map(problem),
        passed_on: forwarded.passed_on,
        lint: write_findings(&forwarded.lint),
    }
}

fn part<'a>(parts: &mut Vec<Part<'a>>, file: String, bytes: &'a [u8]) -> String {
    parts.push(Part { file: file.clone(), bytes });
    file
}

fn named(stem: &str, format: Option<Format>, other: &'static str) -> String {
    format!("{stem}.{}", format.map_or(other, Format::extension))
}

/// The event of an entry and its files.
pub(in crate::exchange) fn read(
    entry: Entry,
    mut request: RawRequest,
    files: &mut dyn EntryFiles,
) -> Result<FileEvent, ImportReason> {
    let folder = &*entry.folder;
    let mode = spelled("mode", &entry.mode, Mode::from_spelling)?;
    let signature = spelled("signature", &entry.signature, Signature::from_spelling)?;
    request.received_at = entry.received_at;
    request.peer = entry.peer;
    request.body_length = entry.body_length.unwrap_or(0).max(request.body_length);
    let message = match &entry.message {
        Some(file) if mode != Mode::Plain => Some(files.read(folder, file)?),
        // It is the request's body.
        Some(file) => files.expect(folder, file).map(|()| None)?,
        None => None,
    };
    let reply = entry.reply.map(|reply| read_reply(reply, folder, files)).transpose()?;
    let record = Record {
        number: entry.number,
        first: entry.first,
        attempt: entry.attempt,
        account: entry.account,
        mode,
        signature,
        replay: entry.replay,
        message,
        diagnoses: read_findings(entry.diagnoses),
        reply,
        annotation: Annotation::of(entry.pinned, entry.note.as_deref()),
        team: TeamMark { origin: entry.origin, claimed: entry.claimed },
    };
    Ok(FileEvent { request, record: Some(record) })
}

fn read_reply(reply: EntryReply, folder: &str, files: &mut dyn EntryFiles) -> Result<Reply, ImportReason> {
    let body = files.read(folder, &reply.body)?;
    let wire = reply.sent.map(|file| files.read(folder, &file)).transpose()?;
    let mut read = Reply {
        status: reply.status,
        body,
        wire,
        source: spelled("source", &reply.source, ReplySource::from_spelling)?,
        elapsed: Duration::from_micros(reply.elapsed_us),
        end: spelled("end", &reply.end, ReplyEnd::from_spelling)?,
        lint: read_findings(reply.lint),
        fault: reply.fault.map(|name| spelled("fault", &name, Fault::known_name)).transpose()?,
        forwarded: None,
    };
    if let Some(forward) = reply.forward {
        read.forwarded = Some(Box::new(read_forward(forward, folder, read.sent(), files)?));
    }
    Ok(read)
}

fn read_forward(
    forward: EntryForward,
    folder: &str,
    sent: &[u8],
    files: &mut dyn EntryFiles,
) -> Result<ServerAnswer, ImportReason> {
    let body = match &forward.body {
        Some(file) => Bytes::from(files.read(folder, file)?),
        None => Bytes::copy_from_slice(sent),
    };
    let header = |(name, value)| match value {
        HeaderValue::Text(text) => Ok((name, text.into_bytes())),
        HeaderValue::Bytes { base64 } => match STANDARD.decode(base64) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(ImportReason::Malformed { cause: format!("header {name}: {error}") }),
        },
    };
    Ok(ServerAnswer {
        target: forward.target,
        status: forward.status,
        headers: forward.headers.into_iter().map(header).collect::<Result<_, _>>()?,
        body,
        first_byte: forward.first_byte_us.map(Duration::from_micros),
        elapsed: Duration::from_micros(forward.elapsed_us),
        problem: forward.problem.and_then(|problem| ForwardProblem::from_parts(&problem.code, &problem.cause)),
        passed_on: forward.passed_on,
        lint: read_findings(forward.lint),
    })
}

fn spelled<T>(what: &str, text: &str, from: impl Fn(&str) -> Option<T>) -> Result<T, ImportReason> {
    from(text).ok_or_else(|| ImportReason::Malformed { cause: format!("{what} \"{text}\"") })
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
