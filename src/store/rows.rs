//! Captures to rows and back; nothing else knows what a column holds.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Row, ToSql, Transaction};
use serde::{Deserialize, Serialize};

use super::{StoreError, doing};
use crate::capture::{
    Capture, CaptureId, CaptureSummary, Envelope, Mode, Placement, RawRequest, Reply, ReplySource, ReplySummary,
    Signature, StoredCapture,
};
use crate::diagnose::{Code, Diagnosis, Severity, worst};
use crate::wechat::tree::Place;

/// What a row takes beside its body, in bytes, about: what counts against the limit of unverified requests.
const ROW_OVERHEAD: usize = 512;

/// The columns of a [`CaptureSummary`], in the order in which [`summary`] reads them.
pub(super) const SUMMARY: &str = "c.id, c.group_id, c.attempt, c.received_at, c.account, c.kind, c.event_key, c.openid, \
     c.mode, c.signature, c.replay, c.severity, r.status, r.source, r.elapsed_us";

/// The columns of a [`StoredCapture`], in the order in which [`stored`] reads them.
pub(super) const STORED: &str = "c.id, c.group_id, c.attempt, c.received_at, c.account, c.kind, c.event_key, c.openid, \
     c.mode, c.signature, c.replay, c.severity, r.status, r.source, r.elapsed_us, r.body, \
     c.msg_type, c.event, c.to_user, c.create_time, c.msg_id, c.method, c.version, c.target, c.headers, c.peer, \
     c.body, c.body_length, c.message, c.diagnoses";

const INSERT_CAPTURE: &str = "
    INSERT INTO capture (id, received_at, account, kind, msg_type, event, event_key, openid, to_user, create_time, msg_id,
        group_id, attempt, mode, signature, replay, severity, kept_bytes, group_key, method, version, peer, target, headers,
        diagnoses, body_length, body, message)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Writes a capture; returns how many bytes of disk it takes, about.
pub(super) fn insert_capture(
    transaction: &Transaction<'_>,
    placement: Placement,
    capture: &Capture,
) -> Result<u64, StoreError> {
    let problem = doing("storing a capture");
    let Capture { request, envelope, .. } = capture;
    let headers = headers_to_bytes(&request.headers);
    let kept = ROW_OVERHEAD + headers.len() + request.target.len() + request.body.len();
    let mut insert = transaction.prepare_cached(INSERT_CAPTURE).map_err(&problem)?;
    // In the order of the statement; looking up two dozen names for each row would cost a tenth of the insert.
    let values: [&dyn ToSql; 28] = [
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
        &diagnoses_to_json(&capture.diagnoses),
        &request.body_length.cast_signed(),
        &&request.body[..],
        &capture.message,
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

/// Writes what was answered. Where the capture has gone meanwhile, this fails for the one row.
pub(super) fn insert_reply(transaction: &Transaction<'_>, id: CaptureId, reply: &Reply) -> Result<(), StoreError> {
    let elapsed_us = i64::try_from(reply.elapsed.as_micros()).unwrap_or(i64::MAX);
    let sql = "INSERT OR IGNORE INTO reply (capture_id, status, source, elapsed_us, body) VALUES (?, ?, ?, ?, ?)";
    let values = (id.0, reply.status, reply.source.as_str(), elapsed_us, &reply.body);
    let insert = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(values));
    insert.map(drop).map_err(doing("storing a reply"))
}

/// Reads the columns of [`SUMMARY`].
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<CaptureSummary> {
    Ok(CaptureSummary {
        placement: Placement { id: CaptureId(row.get(0)?), group: CaptureId(row.get(1)?), attempt: row.get(2)? },
        received_at: timestamp(row.get(3)?),
        account: row.get(4)?,
        kind: row.get(5)?,
        event_key: row.get(6)?,
        openid: row.get(7)?,
        mode: Mode::from_spelling(row.get_ref(8)?.as_str()?).unwrap_or(Mode::Plain),
        signature: Signature::from_spelling(row.get_ref(9)?.as_str()?).unwrap_or(Signature::Unchecked),
        replay: row.get(10)?,
        severity: severity_from_number(row.get(11)?),
        reply: match row.get::<_, Option<u16>>(12)? {
            None => None,
            Some(status) => Some(ReplySummary { status, source: source(row, 13)?, elapsed: elapsed(row.get(14)?) }),
        },
    })
}

/// Reads the columns of [`STORED`].
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredCapture> {
    let summary = summary(row)?;
    let reply = match summary.reply {
        None => None,
        Some(ReplySummary { status, source, elapsed }) => Some(Reply { status, source, elapsed, body: row.get(15)? }),
    };
    let envelope = Envelope {
        kind: summary.kind,
        msg_type: row.get(16)?,
        event: row.get(17)?,
        event_key: summary.event_key,
        openid: summary.openid,
        to_user: row.get(18)?,
        create_time: row.get(19)?,
        msg_id: row.get(20)?,
    };
    let request = RawRequest {
        received_at: summary.received_at,
        method: row.get(21)?,
        version: row.get(22)?,
        target: row.get(23)?,
        headers: headers_from_bytes(row.get_ref(24)?.as_blob()?),
        peer: row.get(25)?,
        body: Bytes::from(row.get::<_, Vec<u8>>(26)?),
        body_length: row.get::<_, i64>(27)? as u64,
    };
    let capture = Capture {
        request,
        account: summary.account,
        envelope,
        mode: summary.mode,
        signature: summary.signature,
        message: row.get(28)?,
        group_key: None,
        replay: summary.replay,
        diagnoses: diagnoses_from_json(row.get::<_, Option<String>>(29)?.as_deref()),
    };
    Ok(StoredCapture { placement: summary.placement, capture, reply })
}

fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn elapsed(microseconds: i64) -> Duration {
    Duration::from_micros(u64::try_from(microseconds).unwrap_or(0))
}

fn source(row: &Row<'_>, column: usize) -> rusqlite::Result<ReplySource> {
    Ok(ReplySource::from_spelling(row.get_ref(column)?.as_str()?).unwrap_or(ReplySource::None))
}

fn severity_to_number(severity: Option<Severity>) -> i64 {
    match severity {
        None => 0,
        Some(Severity::Note) => 1,
        Some(Severity::Warning) => 2,
        Some(Severity::Error) => 3,
    }
}

fn severity_from_number(number: i64) -> Option<Severity> {
    match number {
        1 => Some(Severity::Note),
        2 => Some(Severity::Warning),
        3 => Some(Severity::Error),
        _ => None,
    }
}

/// `name: value` lines. Neither part can hold a line end: HTTP ended it there.
fn headers_to_bytes(headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum());
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn headers_from_bytes(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = line.get(colon + 2..).unwrap_or_default();
            Some((String::from_utf8_lossy(&line[..colon]).into_owned(), value.to_vec()))
        })
        .collect()
}

/// A diagnosis as it stands in the column: the code and what to fill in, never the words.
#[derive(Serialize, Deserialize)]
struct WrittenDiagnosis {
    code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    details: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<(usize, u32, u32)>,
}

fn diagnoses_to_json(diagnoses: &[Diagnosis]) -> Option<String> {
    let written = |diagnosis: &Diagnosis| WrittenDiagnosis {
        code: diagnosis.code.as_str().to_owned(),
        details: diagnosis.details.clone(),
        place: diagnosis.place.map(|place| (place.offset, place.line, place.column)),
    };
    let written: Vec<_> = diagnoses.iter().map(written).collect();
    (!written.is_empty()).then(|| serde_json::to_string(&written).unwrap_or_default())
}

/// Codes that this version does not know are left out: there are no words for them.
fn diagnoses_from_json(text: Option<&str>) -> Vec<Diagnosis> {
    let written: Vec<WrittenDiagnosis> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let known = |written: WrittenDiagnosis| {
        let place = written.place.map(|(offset, line, column)| Place { offset, line, column });
        Some(Diagnosis { code: Code::from_spelling(&written.code)?, details: written.details, place })
    };
    written.into_iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_to_the_byte_and_in_order() {
        let headers = vec![
            ("b".to_owned(), b"\xff: x".to_vec()),
            ("a".to_owned(), Vec::new()),
            ("b".to_owned(), b" leading".to_vec()),
        ];
        assert_eq!(headers_from_bytes(&headers_to_bytes(&headers)), headers);
    }

    #[test]
    fn diagnoses_come_back_with_details_and_place() {
        let place = Place { offset: 9, line: 2, column: 3 };
        let diagnoses = vec![
            Diagnosis::new(Code::NotWellFormed).with("reason", "\"x\"").at(Some(place)),
            Diagnosis::new(Code::Bom),
        ];
        let text = diagnoses_to_json(&diagnoses);
        assert_eq!(diagnoses_from_json(text.as_deref()), diagnoses);
        assert_eq!(diagnoses_to_json(&[]), None);
    }
}
