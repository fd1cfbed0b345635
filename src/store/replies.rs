//! Answers, and what the developer's own server made of a callback, to rows and back.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::rows::{
    findings_from_json, findings_to_json, headers_from_bytes, headers_to_bytes, severity_from_number,
    severity_to_number,
};
use super::{StoreError, doing};
use crate::capture::diagnosis::worst;
use crate::capture::{CaptureId, ForwardProblem, Reply, ReplyEnd, ReplySource, ReplySummary, ServerAnswer};

/// The columns of a [`ReplySummary`], in the order in which [`summary`] reads them.
pub(super) const SUMMARY: &str = "r.status, r.source, r.elapsed_us, r.ending, r.severity";

/// The columns that a [`Reply`] has beside those, in the order in which [`reply`] reads them.
pub(super) const MORE: &str = "r.body, r.lint, r.wire";

/// Writes what was answered. Where the capture has gone meanwhile, this fails for the one row.
pub(super) fn insert(transaction: &Transaction<'_>, id: CaptureId, reply: &Reply) -> Result<(), StoreError> {
    let problem = doing("storing a reply");
    let sql = "INSERT OR IGNORE INTO reply (capture_id, status, source, elapsed_us, body, ending, severity, lint, wire)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = (
        id.0,
        reply.status.unwrap_or(0),
        reply.source.spelling(),
        microseconds(reply.elapsed),
        &reply.body,
        reply.end.as_str(),
        severity_to_number(worst(&reply.lint)),
        findings_to_json(&reply.lint),
        &reply.wire,
    );
    let inserted = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(values));
    inserted.map_err(&problem)?;
    if let Some(forwarded) = &reply.forwarded {
        insert_forwarded(transaction, id, forwarded)?;
    }
    Ok(())
}

fn insert_forwarded(transaction: &Transaction<'_>, id: CaptureId, forwarded: &ServerAnswer) -> Result<(), StoreError> {
    let sql =
        "INSERT OR IGNORE INTO forward (capture_id, target, status, headers, body, first_byte_us, elapsed_us, problem,
                   cause, passed_on, lint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = (
        id.0,
        &forwarded.target,
        forwarded.status,
        headers_to_bytes(&forwarded.headers),
        &forwarded.body[..],
        forwarded.first_byte.map(microseconds),
        microseconds(forwarded.elapsed),
        forwarded.problem.as_ref().map(ForwardProblem::as_str),
        forwarded.problem.as_ref().map(ForwardProblem::cause),
        forwarded.passed_on,
        findings_to_json(&forwarded.lint),
    );
    let inserted = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(values));
    inserted.map(drop).map_err(doing("storing what the forward target answered"))
}

/// Reads the columns of [`SUMMARY`], of which the first is at `at`; `None` where there is no answer.
pub(super) fn summary(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<ReplySummary>> {
    let Some(status) = row.get::<_, Option<u16>>(at)? else { return Ok(None) };
    Ok(Some(ReplySummary {
        status: (status > 0).then_some(status),
        source: ReplySource::from_spelling(row.get_ref(at + 1)?.as_str()?).unwrap_or(ReplySource::None),
        elapsed: elapsed(row.get(at + 2)?),
        end: ReplyEnd::from_spelling(row.get_ref(at + 3)?.as_str()?).unwrap_or(ReplyEnd::Answered),
        severity: severity_from_number(row.get(at + 4)?),
    }))
}

/// The whole answer: its summary, and the columns of [`MORE`], of which the first is at `at`.
pub(super) fn reply(summary: ReplySummary, row: &Row<'_>, at: usize) -> rusqlite::Result<Reply> {
    let ReplySummary { status, source, elapsed, end, severity: _ } = summary;
    let lint = findings_from_json(row.get::<_, Option<String>>(at + 1)?.as_deref());
    Ok(Reply { status, body: row.get(at)?, wire: row.get(at + 2)?, source, elapsed, end, lint, forwarded: None })
}

/// What the developer's own server made of that capture, where it was asked.
pub(super) fn forwarded(connection: &Connection, id: CaptureId) -> Result<Option<ServerAnswer>, StoreError> {
    let sql = "SELECT target, status, headers, body, first_byte_us, elapsed_us, problem, cause, passed_on, lint
               FROM forward WHERE capture_id = ?1";
    let read = |row: &Row<'_>| {
        let problem = row.get::<_, Option<String>>(6)?;
        let cause = row.get::<_, Option<String>>(7)?.unwrap_or_default();
        Ok(ServerAnswer {
            target: row.get(0)?,
            status: row.get(1)?,
            headers: headers_from_bytes(row.get_ref(2)?.as_blob()?),
            body: row.get::<_, Vec<u8>>(3)?.into(),
            first_byte: row.get::<_, Option<i64>>(4)?.map(elapsed),
            elapsed: elapsed(row.get(5)?),
            problem: problem.and_then(|code| ForwardProblem::from_parts(&code, &cause)),
            passed_on: row.get(8)?,
            lint: findings_from_json(row.get::<_, Option<String>>(9)?.as_deref()),
        })
    };
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([id.0], read).optional())
        .map_err(doing("reading what the forward target answered"))
}

pub(super) fn elapsed(microseconds: i64) -> Duration {
    Duration::from_micros(u64::try_from(microseconds).unwrap_or(0))
}

pub(super) fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
