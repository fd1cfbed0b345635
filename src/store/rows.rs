//! Rows of captures: written by insert, read for the list and in full.

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, Row, ToSql, Transaction};
use sha1::{Digest as _, Sha1};

use super::columns::{at, findings_from_json, findings_to_json, severity_from_number, severity_to_number, timestamp};
use super::error::{StoreError, doing};
use super::replies;
use crate::capture::diagnosis::worst;
use crate::capture::{
    Annotation, Capture, CaptureId, CaptureSummary, Envelope, Headers, Mode, Placement, RawRequest, Signature,
    StoredCapture, Verdict,
};

/// The bytes that a row takes beside its body, about: they count against the limit of unverified requests.
const ROW_OVERHEAD: usize = 512;

const INSERT_CAPTURE: &str = "
    INSERT INTO capture (id, received_at, account, kind, msg_type, event, event_key, openid, to_user, create_time, msg_id,
        group_id, attempt, mode, signature, replay, severity, kept_bytes, group_key, method, version, peer, target, headers,
        diagnoses, body_length, body, message, body_digest, message_digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Writes a capture; returns the bytes of disk it takes, about.
pub(super) fn insert_capture(
    transaction: &Transaction<'_>,
    placement: Placement,
    capture: &Capture,
) -> Result<u64, StoreError> {
    let problem = doing("storing a capture");
    let Capture { request, envelope, .. } = capture;
    let headers = request.headers.lines();
    let kept = ROW_OVERHEAD + headers.len() + request.target.len() + request.body.len();
    let mut insert = transaction.prepare_cached(INSERT_CAPTURE).map_err(&problem)?;
    // In the order of the statement; looking up two dozen names for each row would cost a tenth of the insert.
    let body_digest = digest(&request.body);
    let message_digest = capture.message.as_deref().map_or(body_digest, digest);
    let values: [&dyn ToSql; 30] = [
        &placement.id.0,
        &request.received_at.as_microsecond(),
        &capture.account,
        &envelope.kind,
        &envelope.msg_type,
        &envelope.event,
        &envelope.event_key,
        &envelope.openid,
        &envelope.to_user,
        &envelope.create_time,
        &envelope.msg_id,
        &placement.group.0,
        &placement.attempt,
        &capture.mode.as_str(),
        &capture.signature.as_str(),
        &capture.replay,
        &severity_to_number(worst(&capture.diagnoses)),
        &(kept as u64).cast_signed(),
        &capture.group_key.as_ref().map_or(&[][..], |key| &key[..]),
        &request.method,
        &request.version,
        &request.peer,
        &request.target,
        &headers,
        &findings_to_json(&capture.diagnoses),
        &request.body_length.cast_signed(),
        &&request.body[..],
        &capture.message,
        &body_digest,
        &message_digest,
    ];
    insert.execute(values.as_slice()).map_err(&problem)?;
    for diagnosis in &capture.diagnoses {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO diagnosis (code, capture_id) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((diagnosis.code.as_str(), placement.id.0)))
            .map_err(&problem)?;
    }
    Ok(kept as u64)
}

/// A number by which an index finds bytes. Other bytes may have the same: a match is to be compared.
pub(super) fn digest(bytes: &[u8]) -> i64 {
    let digest = Sha1::digest(bytes);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// Reads the columns of [`SUMMARY`](super::columns::SUMMARY).
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
        mode: Mode::from_spelling(row.get_ref(at!("c.mode"))?.as_str()?).unwrap_or(Mode::Plain),
        signature: Signature::from_spelling(row.get_ref(at!("c.signature"))?.as_str()?).unwrap_or(Signature::Unchecked),
        replay: row.get(at!("c.replay"))?,
        severity: severity_from_number(row.get(at!("c.severity"))?),
        reply: replies::summary(row)?,
        annotation: Annotation {
            pinned: row.get::<_, Option<bool>>(at!("a.pinned"))?.unwrap_or(false),
            note: row.get(at!("a.note"))?,
        },
        verdict: row.get_ref(at!("p.verdict"))?.as_str_or_null()?.and_then(Verdict::from_spelling),
    })
}

/// Reads the columns of [`STORED`](super::columns::STORED).
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredCapture> {
    let summary = summary(row)?;
    let reply = summary.reply.map(|reply| replies::reply(reply, row)).transpose()?;
    let envelope = Envelope {
        kind: summary.kind,
        msg_type: row.get(at!("c.msg_type"))?,
        event: row.get(at!("c.event"))?,
        event_key: summary.event_key,
        openid: summary.openid,
        to_user: row.get(at!("c.to_user"))?,
        create_time: row.get(at!("c.create_time"))?,
        msg_id: row.get(at!("c.msg_id"))?,
    };
    let request = RawRequest {
        received_at: summary.received_at,
        method: row.get(at!("c.method"))?,
        version: row.get(at!("c.version"))?,
        target: row.get(at!("c.target"))?,
        headers: Headers::from_lines(row.get_ref(at!("c.headers"))?.as_blob()?),
        peer: row.get(at!("c.peer"))?,
        body: Bytes::from(row.get::<_, Vec<u8>>(at!("c.body"))?),
        body_length: row.get::<_, i64>(at!("c.body_length"))? as u64,
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
    };
    Ok(StoredCapture { placement: summary.placement, capture, reply, annotation: summary.annotation })
}

/// The number after the last one that this process or another ever gave to a capture.
pub(super) fn next_id(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let last = transaction
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'capture'")
        .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)).optional())
        .map_err(doing("numbering a capture"))?;
    Ok(last.unwrap_or(0) + 1)
}
