//! The seventh step where there are rows: wide captures are copied to narrow ones, which take their place.
//!
//! ```text
//! capture (wide) ── copy, some thousand at a time, each a short transaction ──► narrow
//!                                                      one transaction: the rest, index tables, drop, rename ──► capture
//! ```
//! Until that last transaction the wide rows are the database: an interruption loses nothing, the next start goes on where
//! this one ended, and an earlier version can still be used. It may have added and deleted captures in between.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction};

use crate::store::rest::Rest;
use crate::store::rows::digest;

/// Rows that are copied in one transaction.
pub(in crate::store) const AT_ONCE: i64 = 4_096;

/// The numbers are those of [`columns`](crate::store::columns) and [`form`](crate::store::message_form).
const COPY: &str = "
INSERT INTO narrow (id, received_at, group_id, attempt, account, kind, form, event_key, openid, create_time, mode, signature,
    replay, severity, kept_bytes, rest, diagnoses, body, message)
SELECT id, received_at, group_id, attempt, account, kind,
    (msg_type IS 'event') + 2 * (msg_type IS NOT 'event' AND msg_type IS kind) + 4 * (event IS NOT NULL) + 8 * (event IS kind),
    event_key, openid, create_time,
    CASE mode WHEN 'compat' THEN 1 WHEN 'safe' THEN 2 ELSE 0 END,
    CASE signature WHEN 'valid' THEN 0 WHEN 'invalid' THEN 1 WHEN 'missing' THEN 2 ELSE 3 END,
    replay, severity, kept_bytes,
    packed_rest(group_key, method, version, peer, target, to_user, msg_id,
        CASE WHEN msg_type IN ('event', kind) THEN NULL ELSE msg_type END, nullif(event, kind),
        CASE WHEN body_length > length(body) THEN body_length END, headers),
    diagnoses, body, message
FROM capture WHERE id > (SELECT coalesce(MAX(id), 0) FROM narrow) ORDER BY id LIMIT ?1";

/// The statements that remain once the rows are copied.
const FINISH: [&str; 7] = [
    "DELETE FROM narrow WHERE id NOT IN (SELECT id FROM capture)",
    "INSERT OR REPLACE INTO tally SELECT 'last_deleted', seq FROM sqlite_sequence WHERE name = 'capture'",
    "DROP TABLE capture",
    "ALTER TABLE narrow RENAME TO capture",
    "CREATE INDEX capture_retry ON capture (group_id) WHERE attempt > 1",
    "CREATE INDEX capture_unverified ON capture (id, kept_bytes) WHERE signature IN (1, 2)",
    "CREATE INDEX capture_image ON capture (openid, create_time) WHERE kind = 'image'",
];

/// The tables of the index by values, and their entries for what the index of words has already.
const INDEX: [&str; 10] = [
    "CREATE TABLE indexed_kind (kind TEXT NOT NULL, capture_id INTEGER NOT NULL, PRIMARY KEY (kind, capture_id))
        STRICT, WITHOUT ROWID",
    "CREATE TABLE indexed_openid (openid TEXT NOT NULL, capture_id INTEGER NOT NULL, PRIMARY KEY (openid, capture_id))
        STRICT, WITHOUT ROWID",
    "CREATE TABLE indexed_key (event_key TEXT NOT NULL, capture_id INTEGER NOT NULL, PRIMARY KEY (event_key, capture_id))
        STRICT, WITHOUT ROWID",
    "CREATE TABLE indexed_received (received_at INTEGER NOT NULL, digest INTEGER NOT NULL, capture_id INTEGER NOT NULL,
        PRIMARY KEY (received_at, digest, capture_id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE indexed_created (create_time INTEGER NOT NULL, digest INTEGER NOT NULL, capture_id INTEGER NOT NULL,
        PRIMARY KEY (create_time, digest, capture_id)) STRICT, WITHOUT ROWID",
    "INSERT INTO indexed_kind SELECT kind, id FROM capture WHERE id <= $upto ORDER BY kind, id",
    "INSERT INTO indexed_openid SELECT openid, id FROM capture WHERE id <= $upto AND openid IS NOT NULL ORDER BY openid, id",
    "INSERT INTO indexed_key SELECT event_key, id FROM capture WHERE id <= $upto AND event_key IS NOT NULL
        ORDER BY event_key, id",
    "INSERT INTO indexed_received SELECT received_at, digest_of(body) AS digest, id FROM capture WHERE id <= $upto
        ORDER BY received_at, digest, id",
    "INSERT INTO indexed_created SELECT create_time, digest_of(coalesce(message, body)) AS digest, id FROM capture
        WHERE id <= $upto AND create_time IS NOT NULL ORDER BY create_time, digest, id",
];

/// The number of calls that [`finish_each`] makes.
pub(in crate::store) const STAGES: u64 = (1 + FINISH.len() + INDEX.len()) as u64;

/// Copies up to `limit` of the rows that are not copied yet; returns their number. A negative limit is none.
pub(in crate::store) fn copy(connection: &Connection, limit: i64) -> rusqlite::Result<usize> {
    register(connection)?;
    connection.prepare_cached(COPY)?.execute([limit])
}

/// Lets the narrow rows take the place of the wide ones.
pub(super) fn finish(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    finish_each(transaction, || {})
}

/// The same, with a call after each of its [`STAGES`].
pub(in crate::store) fn finish_each(transaction: &Transaction<'_>, mut done: impl FnMut()) -> rusqlite::Result<()> {
    // With them, dropping the table would delete the replies of all its captures.
    let sql = "SELECT foreign_keys AND EXISTS (SELECT 1 FROM capture) FROM pragma_foreign_keys";
    if transaction.query_row(sql, [], |row| row.get(0))? {
        return Err(rusqlite::Error::InvalidQuery);
    }
    copy(transaction, -1)?;
    done();
    let upto: i64 =
        transaction
            .query_row("SELECT coalesce(MAX(value), 0) FROM tally WHERE name = 'indexed_upto'", [], |row| row.get(0))?;
    for sql in FINISH.iter().chain(&INDEX) {
        let mut statement = transaction.prepare(sql)?;
        if statement.parameter_count() > 0 {
            statement.execute([upto])?
        } else {
            statement.execute([])?
        };
        done();
    }
    Ok(())
}

/// Adds the functions that the statements call.
fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("packed_rest", 11, flags, |context| packed(context).map(|rest| rest.to_bytes()))?;
    connection.create_scalar_function("digest_of", 1, flags, |context| Ok(digest(context.get_raw(0).as_blob()?)))
}

fn packed<'a>(context: &'a Context<'_>) -> rusqlite::Result<Rest<'a>> {
    let text = |at| Ok::<_, rusqlite::Error>(context.get_raw(at).as_str_or_null()?);
    let cut_from = match context.get_raw(9) {
        ValueRef::Integer(length) => Some(length as u64),
        _ => None,
    };
    Ok(Rest {
        group_key: context.get_raw(0).as_blob()?.try_into().ok(),
        method: text(1)?.unwrap_or_default(),
        version: text(2)?.unwrap_or_default(),
        peer: text(3)?.unwrap_or_default(),
        target: text(4)?.unwrap_or_default(),
        to_user: text(5)?,
        msg_id: text(6)?,
        msg_type: text(7)?,
        event: text(8)?,
        cut_from,
        headers: context.get_raw(10).as_blob()?,
    })
}
