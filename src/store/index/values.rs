//! The part of the index that goes by the values of columns: a table for each, with the value first and the capture last.

use rusqlite::{CachedStatement, Connection, ToSql};

use crate::store::rows::digest;

/// The values of a capture that are indexed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    pub(super) id: i64,
    pub(super) kind: &'a str,
    pub(super) openid: Option<&'a str>,
    pub(super) event_key: Option<&'a str>,
    pub(super) received_at: i64,
    pub(super) create_time: Option<i64>,
    pub(super) body: &'a [u8],
    pub(super) message: Option<&'a [u8]>,
}

impl<'a> Values<'a> {
    /// The message: decrypted, or the body as it is.
    pub(super) fn payload(&self) -> &'a [u8] {
        self.message.unwrap_or(self.body)
    }
}

/// The tables with their columns before `capture_id`.
const TABLES: [(&str, &[&str]); 5] = [
    ("indexed_kind", &["kind"]),
    ("indexed_openid", &["openid"]),
    ("indexed_key", &["event_key"]),
    ("indexed_received", &["received_at", "digest"]),
    ("indexed_created", &["create_time", "digest"]),
];

/// The prepared statements, one for each of [`TABLES`], that insert or delete the entries of captures.
pub(super) struct ValueEntries<'c>([CachedStatement<'c>; TABLES.len()]);

impl<'c> ValueEntries<'c> {
    pub(super) fn to_insert(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::prepare(connection, |table, columns| {
            let values = ", ?".repeat(columns.len());
            format!("INSERT OR IGNORE INTO {table} ({}, capture_id) VALUES (?{values})", columns.join(", "))
        })
    }

    pub(super) fn to_delete(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::prepare(connection, |table, columns| {
            format!("DELETE FROM {table} WHERE {} = ? AND capture_id = ?", columns.join(" = ? AND "))
        })
    }

    fn prepare(connection: &'c Connection, sql: impl Fn(&str, &[&str]) -> String) -> rusqlite::Result<Self> {
        let [kind, openid, key, received, created] =
            TABLES.map(|(table, columns)| connection.prepare_cached(&sql(table, columns)));
        Ok(Self([kind?, openid?, key?, received?, created?]))
    }

    /// Inserts or deletes the entries of a capture.
    pub(super) fn apply(&mut self, values: &Values<'_>) -> rusqlite::Result<()> {
        let Self([kind, openid, key, received, created]) = self;
        let body_digest = digest(values.body);
        kind.execute((values.kind, values.id))?;
        apply_some(openid, values.openid, values.id)?;
        apply_some(key, values.event_key, values.id)?;
        received.execute((values.received_at, body_digest, values.id))?;
        if let Some(create_time) = values.create_time {
            created.execute((create_time, values.message.map_or(body_digest, digest), values.id))?;
        }
        Ok(())
    }
}

/// A capture without the value has no entry.
fn apply_some(statement: &mut CachedStatement<'_>, value: Option<impl ToSql>, id: i64) -> rusqlite::Result<()> {
    value.map_or(Ok(()), |value| statement.execute((value, id)).map(drop))
}
