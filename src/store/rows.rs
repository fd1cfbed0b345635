//! Captures to rows and back; nothing else knows what a column holds.

use std::sync::LazyLock;

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Row, ToSql, Transaction};
use sha1::{Digest as _, Sha1};

use super::{StoreError, doing, replies};
use crate::capture::diagnosis::{Coded, Finding, Severity, worst};
use crate::capture::{
    Capture, CaptureId, CaptureSummary, Envelope, Mode, Placement, RawRequest, Signature, StoredCapture, read_findings,
    write_findings,
};

/// What a row takes beside its body, in bytes, about: what counts against the limit of unverified requests.
const ROW_OVERHEAD: usize = 512;

/// The columns of a [`CaptureSummary`], in the order in which [`summary`] reads them.
pub(super) static SUMMARY: LazyLock<String> = LazyLock::new(|| {
    let own = "c.id, c.group_id, c.attempt, c.received_at, c.account, c.kind, c.event_key, c.openid, \
               c.mode, c.signature, c.replay, c.severity";
    format!("{own}, {}", replies::SUMMARY)
});

/// The columns of a [`StoredCapture`], in the order in which [`stored`] reads them.
pub(super) static STORED: LazyLock<String> = LazyLock::new(|| {
    let own = "c.msg_type, c.event, c.to_user, c.create_time, c.msg_id, c.method, c.version, c.target, c.headers, c.peer, \
               c.body, c.body_length, c.message, c.diagnoses";
    format!("{}, {}, {own}", *SUMMARY, replies::MORE)
});

const INSERT_CAPTURE: &str = "
    INSERT INTO capture (id, received_at, account, kind, msg_type, event, event_key, openid, to_user, create_time, msg_id,
        group_id, attempt, mode, signature, replay, severity, kept_bytes, group_key, method, version, peer, target, headers,
        diagnoses, body_length, body, message, body_digest, message_digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

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

/// What an index finds bytes by. Others may have the same: whoever finds them compares.
pub(super) fn digest(bytes: &[u8]) -> i64 {
    let digest = Sha1::digest(bytes);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
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
        reply: replies::summary(row, 12)?,
    })
}

/// Reads the columns of [`STORED`].
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredCapture> {
    let summary = summary(row)?;
    let reply = summary.reply.map(|reply| replies::reply(reply, row, 17)).transpose()?;
    let envelope = Envelope {
        kind: summary.kind,
        msg_type: row.get(20)?,
        event: row.get(21)?,
        event_key: summary.event_key,
        openid: summary.openid,
        to_user: row.get(22)?,
        create_time: row.get(23)?,
        msg_id: row.get(24)?,
    };
    let request = RawRequest {
        received_at: summary.received_at,
        method: row.get(25)?,
        version: row.get(26)?,
        target: row.get(27)?,
        headers: headers_from_bytes(row.get_ref(28)?.as_blob()?),
        peer: row.get(29)?,
        body: Bytes::from(row.get::<_, Vec<u8>>(30)?),
        body_length: row.get::<_, i64>(31)? as u64,
    };
    let capture = Capture {
        request,
        account: summary.account,
        envelope,
        mode: summary.mode,
        signature: summary.signature,
        message: row.get(32)?,
        group_key: None,
        replay: summary.replay,
        diagnoses: findings_from_json(row.get::<_, Option<String>>(33)?.as_deref()),
    };
    Ok(StoredCapture { placement: summary.placement, capture, reply })
}

pub(super) fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What an index can sort by.
pub(super) fn severity_to_number(severity: Option<Severity>) -> i64 {
    match severity {
        None => 0,
        Some(Severity::Note) => 1,
        Some(Severity::Warning) => 2,
        Some(Severity::Error) => 3,
    }
}

pub(super) fn severity_from_number(number: i64) -> Option<Severity> {
    match number {
        1 => Some(Severity::Note),
        2 => Some(Severity::Warning),
        3 => Some(Severity::Error),
        _ => None,
    }
}

/// What was found, as the column has it; `None` where nothing was.
pub(super) fn findings_to_json<C: Coded>(findings: &[Finding<C>]) -> Option<String> {
    (!findings.is_empty()).then(|| serde_json::to_string(&write_findings(findings)).unwrap_or_default())
}

/// What [`findings_to_json`] wrote.
pub(super) fn findings_from_json<C: Coded>(text: Option<&str>) -> Vec<Finding<C>> {
    read_findings(text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
}

/// `name: value` lines. Neither part can hold a line end: HTTP ended it there, and an import refuses it.
pub(super) fn headers_to_bytes(headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum());
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// What [`headers_to_bytes`] wrote.
pub(super) fn headers_from_bytes(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = line.get(colon + 2..).unwrap_or_default();
            Some((String::from_utf8_lossy(&line[..colon]).into_owned(), value.to_vec()))
        })
        .collect()
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
}
