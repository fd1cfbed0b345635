//! Rows of replies, and of the developer's own server's answers to forwarded callbacks.

use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row};

use super::columns::{
    at, elapsed, findings_from_json, findings_to_json, headers_from_bytes, headers_to_bytes, microseconds,
    severity_from_number, severity_to_number,
};
use super::error::{StoreError, doing};
use crate::capture::diagnosis::worst;
use crate::capture::{
    CaptureId, ForwardProblem, ForwardState, Reply, ReplyEnd, ReplySource, ReplySummary, ServerAnswer,
};
use crate::wechat::fault::Fault;
use crate::wechat::lint::WECHAT_LIMIT_MS;

const INSERT_REPLY: &str = "
    INSERT OR IGNORE INTO reply (capture_id, status, source, elapsed_us, body, ending, severity, lint, wire, fault, forward)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The operation as errors name it.
const STORING: &str = "storing a reply";

/// The prepared insert of a batch of replies.
pub(super) struct ReplyInsert<'c> {
    transaction: &'c Connection,
    row: CachedStatement<'c>,
}

impl<'c> ReplyInsert<'c> {
    pub(super) fn prepare(transaction: &'c Connection) -> Result<Self, StoreError> {
        let row = transaction.prepare_cached(INSERT_REPLY).map_err(doing(STORING))?;
        Ok(Self { transaction, row })
    }

    /// Writes the reply to a capture, which is there; a second one for the same capture is left out.
    pub(super) fn insert(&mut self, id: CaptureId, reply: &Reply) -> Result<(), StoreError> {
        self.row.execute(values(id, reply)).map_err(doing(STORING))?;
        if let Some(forwarded) = &reply.forwarded {
            insert_forwarded(self.transaction, id, forwarded)?;
        }
        Ok(())
    }

    /// Writes the reply over the one that is there. The answer of the developer's own server stays: it was asked from here.
    pub(super) fn replace(&self, id: CaptureId, reply: &Reply) -> Result<(), StoreError> {
        let sql = "UPDATE reply SET status = ?2, source = ?3, elapsed_us = ?4, body = ?5, ending = ?6, severity = ?7, lint = ?8,
                       wire = ?9, fault = ?10, forward = coalesce(?11, forward) WHERE capture_id = ?1";
        let replaced = self.transaction.prepare_cached(sql).and_then(|mut update| update.execute(values(id, reply)));
        replaced.map(drop).map_err(doing(STORING))
    }
}

/// The values of a row, in the order of the statements that write one.
fn values(id: CaptureId, reply: &Reply) -> impl rusqlite::Params {
    (
        id.0,
        reply.status.unwrap_or(0),
        reply.source.spelling(),
        microseconds(reply.elapsed),
        &reply.body,
        reply.end.as_str(),
        severity_to_number(worst(&reply.lint)),
        findings_to_json(&reply.lint),
        &reply.wire,
        reply.fault,
        reply.forward().map(ForwardState::as_str),
    )
}

/// Tells whether the recorded reply to a capture is this one, its time and findings aside.
pub(super) fn is_same_answer(transaction: &Connection, id: CaptureId, reply: &Reply) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM reply WHERE capture_id = ?1 AND status = ?2 AND source = ?3 AND body = ?4 AND fault IS ?5";
    transaction
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.exists((id.0, reply.status.unwrap_or(0), reply.source.spelling(), &reply.body, reply.fault))
        })
        .map_err(doing("comparing a reply with the one that is there"))
}

fn insert_forwarded(transaction: &Connection, id: CaptureId, forwarded: &ServerAnswer) -> Result<(), StoreError> {
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

/// Reads the reply's part of [`SUMMARY`](super::columns::SUMMARY); `None` where there is no reply.
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<Option<ReplySummary>> {
    let Some(status) = row.get::<_, Option<u16>>(at!("r.status"))? else { return Ok(None) };
    Ok(Some(ReplySummary {
        status: (status > 0).then_some(status),
        source: ReplySource::from_spelling(row.get_ref(at!("r.source"))?.as_str()?).unwrap_or(ReplySource::None),
        elapsed: elapsed(row.get(at!("r.elapsed_us"))?),
        end: ReplyEnd::from_spelling(row.get_ref(at!("r.ending"))?.as_str()?).unwrap_or(ReplyEnd::Answered),
        severity: severity_from_number(row.get(at!("r.severity"))?),
        fault: row.get_ref(at!("r.fault"))?.as_str_or_null()?.and_then(Fault::known_name),
        forward: row.get_ref(at!("r.forward"))?.as_str_or_null()?.and_then(ForwardState::from_spelling),
    }))
}

/// Completes a summary with the reply's other columns of [`STORED`](super::columns::STORED).
pub(super) fn reply(summary: ReplySummary, row: &Row<'_>) -> rusqlite::Result<Reply> {
    let ReplySummary { status, source, elapsed, end, severity: _, fault, forward: _ } = summary;
    let lint = findings_from_json(row.get::<_, Option<String>>(at!("r.lint"))?.as_deref());
    let (body, wire) = (row.get(at!("r.body"))?, row.get(at!("r.wire"))?);
    Ok(Reply { status, body, wire, source, elapsed, end, lint, fault, forwarded: None })
}

/// Tells whether that attempt of an event was answered in time, so that WeChat had no reason to try again.
pub(super) fn is_answered_in_time(connection: &Connection, group: CaptureId, attempt: u32) -> Result<bool, StoreError> {
    // A first attempt is its group.
    let sql = "SELECT 1 FROM capture AS c JOIN reply AS r ON r.capture_id = c.id
               WHERE (c.id = ?1 OR (c.group_id = ?1 AND c.attempt > 1)) AND c.attempt = ?2
                   AND r.ending = 'answered' AND r.status = 200 AND r.elapsed_us <= ?3";
    let within = microseconds(Duration::from_millis(WECHAT_LIMIT_MS));
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.exists((group.0, attempt, within)))
        .map_err(doing("reading the answer to an earlier attempt"))
}

/// The developer's own server's answer to a capture that was forwarded.
pub(super) fn forwarded(connection: &Connection, id: CaptureId) -> Result<Option<ServerAnswer>, StoreError> {
    let sql = "SELECT target, status, headers, body, first_byte_us, elapsed_us, problem, cause, passed_on, lint
               FROM forward WHERE capture_id = ?1";
    let read = |row: &Row<'_>| {
        let problem = row.get::<_, Option<String>>("problem")?;
        let cause = row.get::<_, Option<String>>("cause")?.unwrap_or_default();
        Ok(ServerAnswer {
            target: row.get("target")?,
            status: row.get("status")?,
            headers: headers_from_bytes(row.get_ref("headers")?.as_blob()?),
            body: row.get::<_, Vec<u8>>("body")?.into(),
            first_byte: row.get::<_, Option<i64>>("first_byte_us")?.map(elapsed),
            elapsed: elapsed(row.get("elapsed_us")?),
            problem: problem.and_then(|code| ForwardProblem::from_parts(&code, &cause)),
            passed_on: row.get("passed_on")?,
            lint: findings_from_json(row.get::<_, Option<String>>("lint")?.as_deref()),
        })
    };
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([id.0], read).optional())
        .map_err(doing("reading what the forward target answered"))
}
