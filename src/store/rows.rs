//! Rows of captures: written by insert, read for the list and in full.

use bytes::Bytes;
use rusqlite::types::Type;
use rusqlite::{CachedStatement, Connection, Row, ToSql};
use sha1::{Digest as _, Sha1};

use super::columns::{
    SUMMARY, at, findings_from_json, findings_to_json, mode_from_number, mode_to_number, severity_from_number,
    severity_to_number, signature_from_number, signature_to_number, timestamp,
};
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::message_form::Form;
use super::replies;
use super::rest::Rest;
use super::team_events;
use crate::capture::diagnosis::{Code, Severity, worst};
use crate::capture::{
    Annotation, Capture, CaptureId, CaptureSummary, Envelope, EventContent, Headers, Placement, RawRequest,
    ReplyContent, StoredCapture, Verdict,
};

/// The bytes that a row takes beside its body, about: they count against the limit of unverified requests.
const ROW_OVERHEAD: usize = 512;

const INSERT_CAPTURE: &str = "
    INSERT INTO capture (id, received_at, group_id, attempt, account, kind, form, event_key, openid, create_time, mode,
        signature, replay, severity, kept_bytes, rest, diagnoses, body, message)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The prepared insert of a batch of captures.
pub(super) struct CaptureInsert<'c> {
    transaction: &'c Connection,
    row: CachedStatement<'c>,
}

impl<'c> CaptureInsert<'c> {
    pub(super) fn prepare(transaction: &'c Connection) -> Result<Self, StoreError> {
        let row = transaction.prepare_cached(INSERT_CAPTURE).map_err(doing(STORING))?;
        Ok(Self { transaction, row })
    }

    /// Writes a capture; returns the bytes of disk it takes, about.
    pub(super) fn insert(&mut self, placement: Placement, capture: &Capture) -> Result<u64, StoreError> {
        let problem = doing(STORING);
        let Capture { request, envelope, .. } = capture;
        let headers = request.headers.lines();
        let kept = ROW_OVERHEAD + headers.len() + request.target.len() + request.body.len();
        let form = Form::of(envelope);
        // In the order of the statement: looking names up would cost a tenth of the insert.
        let values: [&dyn ToSql; 19] = [
            &placement.id.0,
            &request.received_at.as_microsecond(),
            &placement.group.0,
            &placement.attempt,
            &capture.account,
            &envelope.kind,
            &form.bits,
            &envelope.event_key,
            &envelope.openid,
            &envelope.create_time,
            &mode_to_number(capture.mode),
            &signature_to_number(capture.signature),
            &capture.replay,
            &severity_to_number(worst(&capture.diagnoses)),
            &(kept as u64).cast_signed(),
            &rest(capture, form, headers).to_bytes(),
            &findings_to_json(&capture.diagnoses),
            &&request.body[..],
            &capture.message,
        ];
        self.row.execute(values.as_slice()).map_err(&problem)?;
        for diagnosis in &capture.diagnoses {
            self.transaction
                .prepare_cached("INSERT OR IGNORE INTO diagnosis (code, capture_id) VALUES (?1, ?2)")
                .and_then(|mut insert| insert.execute((diagnosis.code.as_str(), placement.id.0)))
                .map_err(&problem)?;
        }
        if !capture.team.is_empty() {
            team_events::insert(self.transaction, placement.id, &capture.team)?;
        }
        Ok(kept as u64)
    }
}

/// The operation as errors name it.
const STORING: &str = "storing a capture";

fn rest<'a>(capture: &'a Capture, form: Form<'a>, headers: &'a [u8]) -> Rest<'a> {
    let Capture { request, envelope, .. } = capture;
    Rest {
        group_key: capture.group_key,
        method: &request.method,
        version: &request.version,
        peer: &request.peer,
        target: &request.target,
        to_user: envelope.to_user.as_deref(),
        msg_id: envelope.msg_id.as_deref(),
        msg_type: form.msg_type,
        event: form.event,
        cut_from: request.is_cut().then_some(request.body_length),
        headers,
    }
}

/// A number by which an index finds bytes. Other bytes may have the same: a match is to be compared.
pub(super) fn digest(bytes: &[u8]) -> i64 {
    let digest = Sha1::digest(bytes);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// Reads the columns of [`SUMMARY`].
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<CaptureSummary> {
    Ok(CaptureSummary {
        placement: Placement {
            id: CaptureId(row.get(at!("c.id"))?),
            group: CaptureId(row.get(at!("c.group_id"))?),
            attempt: row.get(at!("c.attempt"))?,
        },
        received_at: timestamp(row.get(at!("c.received_at"))?),
        account: row.get(at!("c.account"))?,
        kind: row.get(at!("c.kind"))?,
        event_key: row.get(at!("c.event_key"))?,
        openid: row.get(at!("c.openid"))?,
        mode: mode_from_number(row.get(at!("c.mode"))?),
        signature: signature_from_number(row.get(at!("c.signature"))?),
        replay: row.get(at!("c.replay"))?,
        severity: severity_from_number(row.get(at!("c.severity"))?),
        reply: replies::summary(row)?,
        annotation: Annotation {
            pinned: row.get::<_, Option<bool>>(at!("a.pinned"))?.unwrap_or(false),
            note: row.get(at!("a.note"))?,
        },
        team: team_events::mark(row)?,
        verdict: row.get_ref(at!("p.verdict"))?.as_str_or_null()?.and_then(Verdict::from_spelling),
        content: None,
        answer: None,
        illegality: None,
    })
}

/// Reads the columns of [`LISTED`](super::columns::LISTED).
pub(super) fn listed(row: &Row<'_>) -> rusqlite::Result<CaptureSummary> {
    let at = SUMMARY.len();
    let mut summary = summary(row)?;
    // A damaged row is listed all the same; opening it says what is wrong.
    let rest = rest_of(row, at).unwrap_or_default();
    let message = row.get_ref(at + 1)?.as_blob_or_null()?.unwrap_or_default();
    summary.content = EventContent::read(&summary.kind, message, (rest.method, rest.target));
    summary.answer = row.get_ref(at + 2)?.as_blob_or_null()?.map(ReplyContent::read);
    // No error is about the account, so only lesser findings need to be read.
    if summary.severity.is_some_and(|severity| severity < Severity::Error) {
        let mut diagnoses = findings_from_json::<Code>(row.get_ref(at + 4)?.as_str_or_null()?);
        diagnoses.retain(|diagnosis| !diagnosis.code.is_about_account());
        summary.severity = worst(&diagnoses);
    }
    summary.illegality = row.get_ref(at + 3)?.as_str_or_null()?.and_then(ReplyContent::illegality);
    Ok(summary)
}

/// Reads the columns of [`STORED`](super::columns::STORED).
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredCapture> {
    let summary = summary(row)?;
    let reply = summary.reply.map(|reply| replies::reply(reply, row)).transpose()?;
    let rest = rest_of(row, at!("c.rest"))?;
    let form = Form { bits: row.get(at!("c.form"))?, msg_type: rest.msg_type, event: rest.event };
    let [msg_type, event] = form.texts(&summary.kind);
    let envelope = Envelope {
        kind: summary.kind,
        msg_type,
        event,
        event_key: summary.event_key,
        openid: summary.openid,
        to_user: rest.to_user.map(str::to_owned),
        create_time: row.get(at!("c.create_time"))?,
        msg_id: rest.msg_id.map(str::to_owned),
    };
    let body = row.get::<_, Vec<u8>>(at!("c.body"))?;
    let request = RawRequest {
        received_at: summary.received_at,
        method: rest.method.to_owned(),
        version: rest.version.to_owned(),
        target: rest.target.to_owned(),
        headers: Headers::from_lines(rest.headers),
        peer: rest.peer.to_owned(),
        body_length: rest.cut_from.unwrap_or(body.len() as u64),
        body: Bytes::from(body),
    };
    let capture = Capture {
        request,
        account: summary.account,
        envelope,
        mode: summary.mode,
        signature: summary.signature,
        message: row.get(at!("c.message"))?,
        group_key: None,
        replay: summary.replay,
        diagnoses: findings_from_json(row.get::<_, Option<String>>(at!("c.diagnoses"))?.as_deref()),
        team: summary.team,
    };
    Ok(StoredCapture { placement: summary.placement, capture, reply, annotation: summary.annotation })
}

/// Reads the column `rest`.
pub(super) fn rest_of<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Rest<'a>> {
    let damaged = || {
        let cause = "the value of \"rest\" is damaged".into();
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, cause)
    };
    Rest::from_bytes(row.get_ref(column)?.as_blob()?).ok_or_else(damaged)
}

/// The number after the last one that this process or another ever gave to a capture.
pub(super) fn next_id(connection: &Connection) -> Result<i64, StoreError> {
    // One statement: the writer asks in every transaction.
    let sql = "SELECT max(coalesce((SELECT MAX(id) FROM capture), 0), coalesce((SELECT value FROM tally WHERE name = ?1), 0))";
    let last = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([Counter::LastDeleted.name()], |row| row.get::<_, i64>(0)))
        .map_err(doing("numbering a capture"))?;
    Ok(last + 1)
}
