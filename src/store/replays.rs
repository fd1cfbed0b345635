//! Rows of replays and of the runs that they belong to.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::columns::{
    elapsed, findings_from_json, findings_to_json, headers_from_bytes, headers_to_bytes, microseconds, timestamp,
};
use super::error::{StoreError, doing};
use super::index;
use crate::capture::{
    Against, Baseline, CaptureId, ForwardProblem, Replay, ReplayForm, ReplayId, ReplayMode, ReplayRun, ReplaySummary,
    RunEnd, RunId, SentRequest, ServerAnswer, StoredReplay, StoredRun, Verdict, VerdictCounts,
};

/// The value of `baseline` for the forward target's answer, which is no replay.
const FORWARD: i64 = 0;

/// Replays that reached the server: a failed connection is not a baseline.
const SENT: &str = "coalesce(problem, '') NOT IN ('unreachable', 'unresolved', 'unmade', 'target')";

/// The columns of a [`StoredReplay`].
const STORED: &str = "id, run_id, capture_id, attempt, copy, sent_at, verdict, baseline, status, first_byte_us, elapsed_us, \
                      problem, cause, lint, method, target, request_headers, request_body, url, headers, body, message, openid, created";

pub(super) fn begin(transaction: &Transaction<'_>, run: &ReplayRun) -> Result<RunId, StoreError> {
    let sql = "INSERT INTO replay_run (started_at, target, mode, form, planned, against) VALUES (?, ?, ?, ?, ?, ?)";
    let values = (
        run.started_at.as_microsecond(),
        &run.target,
        run.mode.as_str(),
        run.form.as_str(),
        run.planned.cast_signed(),
        run.against.to_string(),
    );
    transaction.execute(sql, values).map_err(doing("beginning a run of replays"))?;
    Ok(RunId(transaction.last_insert_rowid()))
}

pub(super) fn end(transaction: &Transaction<'_>, id: RunId, end: RunEnd) -> Result<(), StoreError> {
    let ended = transaction.execute("UPDATE replay_run SET ending = ?2 WHERE id = ?1", (id.0, end.as_str()));
    ended.map(drop).map_err(doing("ending a run of replays"))
}

/// Writes a replay; `None` where its event has been deleted in between.
pub(super) fn insert(transaction: &Transaction<'_>, replayed: &Replay) -> Result<Option<ReplayId>, StoreError> {
    let problem = doing("storing a replay");
    let has_event = transaction
        .prepare_cached("SELECT 1 FROM capture WHERE id = ?1")
        .and_then(|mut statement| statement.exists([replayed.event.0]));
    if !has_event.map_err(&problem)? {
        return Ok(None);
    }
    let sql = "INSERT INTO replay (run_id, capture_id, attempt, copy, sent_at, verdict, failed, baseline, status,
                   first_byte_us, elapsed_us, problem, cause, lint, method, target, request_headers, request_body, url,
                   headers, body, message, openid, created)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let Replay { request, answer, .. } = replayed;
    let baseline = replayed.baseline.map(|baseline| match baseline {
        Baseline::Forward => FORWARD,
        Baseline::Replay(id) => id.0,
    });
    let created = replayed.created.as_ref();
    let values: [&dyn rusqlite::ToSql; 24] = [
        &replayed.run.0,
        &replayed.event.0,
        &replayed.attempt,
        &replayed.copy,
        &replayed.sent_at.as_microsecond(),
        &replayed.verdict.as_str(),
        &!replayed.is_legal(),
        &baseline,
        &answer.status,
        &answer.first_byte.map(microseconds),
        &microseconds(answer.elapsed),
        &answer.problem.as_ref().map(ForwardProblem::as_str),
        &answer.problem.as_ref().map(ForwardProblem::cause),
        &findings_to_json(&answer.lint),
        &request.method,
        &request.target,
        &headers_to_bytes(&request.headers),
        &&request.body[..],
        &answer.target,
        &headers_to_bytes(&answer.headers),
        &&answer.body[..],
        &replayed.message,
        &created.map(|(openid, _)| openid),
        &created.map(|(_, created)| created),
    ];
    let inserted = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(values.as_slice()));
    inserted.map_err(&problem)?;
    Ok(Some(ReplayId(transaction.last_insert_rowid())))
}

/// The replays of an event, the newest first.
pub(super) fn of_event(
    connection: &Connection,
    event: CaptureId,
    limit: usize,
) -> Result<Vec<StoredReplay>, StoreError> {
    let problem = doing("reading the replays of an event");
    let sql = format!("SELECT {STORED} FROM replay WHERE capture_id = ?1 ORDER BY id DESC LIMIT ?2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map((event.0, limit), stored).map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}

pub(super) fn one(connection: &Connection, id: ReplayId) -> Result<Option<StoredReplay>, StoreError> {
    first(connection, "id = ?1 AND ?2 = 0", (id.0, 0))
}

/// The latest replay of the event that reached the server, in a run before that one.
pub(super) fn before(
    connection: &Connection,
    event: CaptureId,
    run: RunId,
) -> Result<Option<StoredReplay>, StoreError> {
    first(connection, &format!("capture_id = ?1 AND run_id < ?2 AND {SENT} ORDER BY id DESC LIMIT 1"), (event.0, run.0))
}

/// The first replay of the event that reached the server, in that run.
pub(super) fn in_run(
    connection: &Connection,
    event: CaptureId,
    run: RunId,
) -> Result<Option<StoredReplay>, StoreError> {
    first(connection, &format!("capture_id = ?1 AND run_id = ?2 AND {SENT} ORDER BY id LIMIT 1"), (event.0, run.0))
}

fn first(connection: &Connection, condition: &str, values: (i64, i64)) -> Result<Option<StoredReplay>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {STORED} FROM replay WHERE {condition}"))
        .and_then(|mut statement| statement.query_row(values, stored).optional())
        .map_err(doing("reading a replay"))
}

/// The latest CreateTime between `from` and `to` of a message of that user, captured or sent again with a new one.
pub(super) fn latest_created(
    connection: &Connection,
    openid: &str,
    from: i64,
    to: i64,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT MAX(latest) FROM (
                   SELECT MAX(created) AS latest FROM replay WHERE openid = ?1 AND created BETWEEN ?2 AND ?3
                   UNION ALL
                   SELECT MAX(c.create_time) FROM indexed_created AS i CROSS JOIN capture AS c ON c.id = i.capture_id
                   WHERE i.create_time BETWEEN ?2 AND ?3 AND c.openid = ?1
                   UNION ALL
                   SELECT MAX(create_time) FROM capture WHERE id > ?4 AND openid = ?1 AND create_time BETWEEN ?2 AND ?3)";
    let upto = index::upto(connection)?;
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row((openid, from, to, upto), |row| row.get(0)))
        .map_err(doing("looking for the latest message of a user"))
}

/// The runs, the newest first.
pub(super) fn runs(connection: &Connection, limit: usize) -> Result<Vec<StoredRun>, StoreError> {
    select_runs(connection, "ORDER BY id DESC LIMIT ?1", i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(super) fn run(connection: &Connection, id: RunId) -> Result<Option<StoredRun>, StoreError> {
    Ok(select_runs(connection, "WHERE id = ?1", id.0)?.pop())
}

fn select_runs(connection: &Connection, condition: &str, value: i64) -> Result<Vec<StoredRun>, StoreError> {
    let problem = doing("reading the runs of replays");
    let sql =
        format!("SELECT id, started_at, target, mode, form, planned, against, ending FROM replay_run {condition}");
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let read = |row: &Row<'_>| {
        let run = ReplayRun {
            started_at: timestamp(row.get("started_at")?),
            target: row.get("target")?,
            mode: ReplayMode::from_spelling(row.get_ref("mode")?.as_str()?).unwrap_or(ReplayMode::Verbatim),
            form: ReplayForm::from_spelling(row.get_ref("form")?.as_str()?).unwrap_or(ReplayForm::AsCaptured),
            planned: row.get::<_, i64>("planned")? as u64,
            against: row.get_ref("against")?.as_str()?.parse().unwrap_or(Against::Forward),
        };
        let end = row.get::<_, Option<String>>("ending")?.and_then(|end| RunEnd::from_spelling(&end));
        Ok(StoredRun { id: RunId(row.get("id")?), run, end, tally: VerdictCounts::default() })
    };
    let rows = statement.query_map([value], read).map_err(&problem)?;
    let mut runs: Vec<StoredRun> = rows.collect::<Result<_, _>>().map_err(&problem)?;
    for run in &mut runs {
        run.tally = tally(connection, run.id)?;
    }
    Ok(runs)
}

fn tally(connection: &Connection, run: RunId) -> Result<VerdictCounts, StoreError> {
    let problem = doing("counting the replays of a run");
    let sql = "SELECT verdict, failed, COUNT(*) AS replays FROM replay WHERE run_id = ?1 GROUP BY verdict, failed";
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let read = |row: &Row<'_>| Ok((verdict(row)?, row.get::<_, bool>("failed")?, row.get::<_, i64>("replays")? as u64));
    let rows = statement.query_map([run.0], read).map_err(&problem)?;
    let mut tally = VerdictCounts::default();
    for row in rows {
        let (verdict, failed, count) = row.map_err(&problem)?;
        tally.count(verdict, !failed, count);
    }
    Ok(tally)
}

/// The replays of a run in the order in which they were recorded.
pub(super) fn rows(connection: &Connection, run: RunId, limit: usize) -> Result<Vec<ReplaySummary>, StoreError> {
    let problem = doing("reading the replays of a run");
    let sql = "SELECT r.id, r.capture_id, c.kind, c.event_key, r.attempt, r.copy, r.status, r.elapsed_us, r.verdict, r.failed
               FROM replay AS r LEFT JOIN capture AS c ON c.id = r.capture_id WHERE r.run_id = ?1 ORDER BY r.id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let read = |row: &Row<'_>| {
        Ok(ReplaySummary {
            id: ReplayId(row.get("id")?),
            event: CaptureId(row.get("capture_id")?),
            kind: row.get::<_, Option<String>>("kind")?.unwrap_or_default(),
            event_key: row.get("event_key")?,
            attempt: row.get("attempt")?,
            copy: row.get("copy")?,
            status: row.get("status")?,
            elapsed: elapsed(row.get("elapsed_us")?),
            verdict: verdict(row)?,
            is_legal: !row.get::<_, bool>("failed")?,
        })
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = statement.query_map((run.0, limit), read).map_err(&problem)?;
    found.collect::<Result<_, _>>().map_err(&problem)
}

fn verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    Ok(Verdict::from_spelling(row.get_ref("verdict")?.as_str()?).unwrap_or(Verdict::New))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredReplay> {
    let problem = row.get::<_, Option<String>>("problem")?;
    let cause = row.get::<_, Option<String>>("cause")?.unwrap_or_default();
    let baseline = row.get::<_, Option<i64>>("baseline")?.map(|id| match id {
        FORWARD => Baseline::Forward,
        id => Baseline::Replay(ReplayId(id)),
    });
    let answer = ServerAnswer {
        target: row.get("url")?,
        status: row.get("status")?,
        headers: headers_from_bytes(row.get_ref("headers")?.as_blob()?),
        body: row.get::<_, Vec<u8>>("body")?.into(),
        first_byte: row.get::<_, Option<i64>>("first_byte_us")?.map(elapsed),
        elapsed: elapsed(row.get("elapsed_us")?),
        problem: problem.and_then(|code| ForwardProblem::from_parts(&code, &cause)),
        passed_on: false,
        lint: findings_from_json(row.get::<_, Option<String>>("lint")?.as_deref()),
    };
    let request = SentRequest {
        method: row.get("method")?,
        target: row.get("target")?,
        headers: headers_from_bytes(row.get_ref("request_headers")?.as_blob()?),
        body: row.get::<_, Vec<u8>>("request_body")?.into(),
    };
    let replayed = Replay {
        run: RunId(row.get("run_id")?),
        event: CaptureId(row.get("capture_id")?),
        attempt: row.get("attempt")?,
        copy: row.get("copy")?,
        sent_at: timestamp(row.get("sent_at")?),
        request,
        answer,
        message: row.get("message")?,
        verdict: verdict(row)?,
        baseline,
        created: row.get::<_, Option<String>>("openid")?.zip(row.get("created")?),
    };
    Ok(StoredReplay { id: ReplayId(row.get("id")?), replayed })
}
