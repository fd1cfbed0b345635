//! Columns and their values: conversions from and to Rust types, and the columns of a capture with its reply, by name.

use std::time::Duration;

use jiff::Timestamp;

use crate::capture::diagnosis::{Coded, Finding, Severity};
use crate::capture::{Mode, Signature, read_findings, write_findings};

/// The columns of a [`StoredCapture`](crate::capture::StoredCapture). Those of a list row come first: see [`SUMMARY`].
pub(super) const STORED: &[&str] = &[
    "c.id",
    "c.group_id",
    "c.attempt",
    "c.received_at",
    "c.account",
    "c.kind",
    "c.event_key",
    "c.openid",
    "c.mode",
    "c.signature",
    "c.replay",
    "c.severity",
    "r.status",
    "r.source",
    "r.elapsed_us",
    "r.ending",
    "r.severity",
    "r.fault",
    "r.forward",
    "a.pinned",
    "a.note",
    "t.relay",
    "t.origin_id",
    "t.claimed",
    "p.verdict",
    "r.body",
    "r.lint",
    "r.wire",
    "c.form",
    "c.create_time",
    "c.rest",
    "c.body",
    "c.message",
    "c.diagnoses",
];

/// The columns of a [`CaptureSummary`](crate::capture::CaptureSummary) without its content: no bodies among them.
pub(super) const SUMMARY: &[&str] = STORED.split_at(position("p.verdict") + 1).0;

/// The columns of a row of the list: those of [`SUMMARY`], and what its content is read from. A message or an answer of more
/// than 64 KiB is left out, since its pages would have to be read.
pub(super) const LISTED: [&str; SUMMARY.len() + 5] = {
    let mut columns = [""; SUMMARY.len() + 5];
    let mut at = 0;
    while at < SUMMARY.len() {
        columns[at] = SUMMARY[at];
        at += 1;
    }
    columns[at] = "c.rest";
    columns[at + 1] = "CASE WHEN LENGTH(c.body) <= 65536 THEN COALESCE(c.message, c.body) END";
    // What we sent ourselves has no reply of its own: the answer to its latest replay stands for it.
    columns[at + 2] = "CASE WHEN LENGTH(r.body) <= 65536 THEN r.body
                            WHEN r.capture_id IS NULL AND p.status IS NOT NULL AND LENGTH(COALESCE(p.message, p.body)) <= 65536
                                THEN COALESCE(p.message, p.body) END";
    columns[at + 3] = "CASE WHEN r.severity = 3 THEN r.lint END";
    columns[at + 4] = "CASE WHEN c.severity < 3 THEN c.diagnoses END";
    columns
};

/// A statement that selects columns of captures with their replies, pins, notes, team's marks and latest replays; `rest` begins with `WHERE`.
pub(super) fn select(columns: &[&str], rest: &str) -> String {
    let columns = columns.join(", ");
    format!(
        "SELECT {columns} FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id
         LEFT JOIN annotation AS a ON a.capture_id = c.id
         LEFT JOIN team_event AS t ON t.capture_id = c.id
         LEFT JOIN replay AS p ON p.id = (SELECT MAX(id) FROM replay WHERE capture_id = c.id) {rest}"
    )
}

/// The position of a column in [`STORED`]; in a constant, a name that is not there does not compile.
///
/// SQLite would compare names for every value of every row of a page, which takes as long as reading them.
pub(super) const fn position(name: &str) -> usize {
    let mut at = 0;
    while !is_same(STORED[at], name) {
        at += 1;
    }
    at
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The index of a column of [`STORED`], found by its name at compile time.
macro_rules! at {
    ($name:literal) => {
        const { $crate::store::columns::position($name) }
    };
}
pub(super) use at;

pub(super) fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn elapsed(microseconds: i64) -> Duration {
    Duration::from_micros(u64::try_from(microseconds).unwrap_or(0))
}

pub(super) fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The number of a mode.
pub(super) fn mode_to_number(mode: Mode) -> i64 {
    match mode {
        Mode::Plain => 0,
        Mode::Compat => 1,
        Mode::Safe => 2,
    }
}

pub(super) fn mode_from_number(number: i64) -> Mode {
    match number {
        1 => Mode::Compat,
        2 => Mode::Safe,
        _ => Mode::Plain,
    }
}

/// The number of a signature's state; 1 and 2, and no others, are refused, as the index `capture_unverified` has it.
pub(super) fn signature_to_number(signature: Signature) -> i64 {
    match signature {
        Signature::Valid => 0,
        Signature::Invalid => 1,
        Signature::Missing => 2,
        Signature::Unchecked => 3,
    }
}

pub(super) fn signature_from_number(number: i64) -> Signature {
    match number {
        0 => Signature::Valid,
        1 => Signature::Invalid,
        2 => Signature::Missing,
        _ => Signature::Unchecked,
    }
}

/// The number of a severity, in ascending order, so that an index can sort by it.
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

/// Findings as JSON; `None` where there are none.
pub(super) fn findings_to_json<C: Coded>(findings: &[Finding<C>]) -> Option<String> {
    (!findings.is_empty()).then(|| serde_json::to_string(&write_findings(findings)).unwrap_or_default())
}

/// Reads the JSON of [`findings_to_json`].
pub(super) fn findings_from_json<C: Coded>(text: Option<&str>) -> Vec<Finding<C>> {
    read_findings(text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
}

/// Headers as `name: value` lines. Neither part can hold a line end: HTTP ended it there, and an import refuses it.
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

/// Reads the lines of [`headers_to_bytes`].
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

    #[test]
    fn every_state_comes_back_from_its_number() {
        for mode in [Mode::Plain, Mode::Compat, Mode::Safe] {
            assert_eq!(mode_from_number(mode_to_number(mode)), mode);
        }
        for signature in [Signature::Valid, Signature::Invalid, Signature::Missing, Signature::Unchecked] {
            let number = signature_to_number(signature);
            assert_eq!(signature_from_number(number), signature);
            assert_eq!((1..=2).contains(&number), signature.is_refused());
        }
    }
}
