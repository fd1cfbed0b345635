//! Statistics of a database: its events, its limits and its size on disk.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::columns::timestamp;
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::index;
use super::pages::Pages;

/// The SQL that counts the stored bytes of unverified requests.
pub(super) const UNVERIFIED_BYTES: &str = "SELECT COALESCE(SUM(kept_bytes), 0) FROM capture WHERE signature IN (1, 2)";

/// Numbers of events and bytes in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Events that are listed; those that are removed do not count here nor in what follows.
    pub events: u64,
    /// Events that are marked as removed and not deleted yet.
    pub removed: u64,
    pub replays: u64,
    /// Events of each kind, the most frequent first.
    pub kinds: Vec<(String, u64)>,
    /// The arrival of the first and the last event.
    pub received: Option<(Timestamp, Timestamp)>,
    /// Bytes of the database.
    pub size: u64,
    /// Bytes of its empty pages.
    pub empty: u64,
    /// Bytes of the write-ahead log.
    pub log: u64,
    /// Events that are not in the search index yet.
    pub unindexed: u64,
    /// Bytes of the unverified requests that are stored, and the number of those that were deleted to stay within the limit.
    pub unverified: (u64, u64),
    /// The version of the schema.
    pub version: i64,
}

impl Stats {
    /// Counts; half a second for a million events.
    pub(super) fn of(connection: &Connection, events: u64, log: u64) -> Result<Self, StoreError> {
        let problem = doing("counting what is in the database");
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as u64);
        let times = |row: &Row<'_>| Ok((row.get::<_, Option<i64>>("first")?, row.get::<_, Option<i64>>("last")?));
        let upto = index::upto(connection)?;
        let sql = format!("SELECT {} AS first, {} AS last", received("ASC", "MIN"), received("DESC", "MAX"));
        let (first, last) = connection.query_row(&sql, [upto], times).map_err(&problem)?;
        let pages = Pages::of(connection)?;
        let unindexed = format!("SELECT COUNT(*) FROM capture WHERE id > {upto}");
        let dropped = Counter::UnverifiedDropped.read(connection)? as u64;
        Ok(Self {
            events,
            removed: count("SELECT COUNT(*) FROM removed").map_err(&problem)?,
            replays: count("SELECT COUNT(*) FROM replay WHERE capture_id NOT IN (SELECT capture_id FROM removed)")
                .map_err(&problem)?,
            kinds: kinds(connection, upto).map_err(&problem)?,
            received: first.zip(last).map(|(first, last)| (timestamp(first), timestamp(last))),
            size: pages.bytes(),
            empty: pages.empty_bytes(),
            log,
            unindexed: count(&unindexed).map_err(&problem)?,
            unverified: (count(UNVERIFIED_BYTES).map_err(&problem)?, dropped),
            version: connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&problem)?,
        })
    }
}

/// The arrival of the first or of the last event that is not removed: of those in the index, and of those after `?1`.
fn received(order: &str, aggregate: &str) -> String {
    format!(
        "(SELECT {aggregate}(received_at) FROM (
            SELECT * FROM (SELECT received_at FROM indexed_received WHERE capture_id NOT IN (SELECT capture_id FROM removed)
                ORDER BY received_at {order} LIMIT 1)
            UNION ALL
            SELECT {aggregate}(received_at) FROM capture WHERE id > ?1 AND id NOT IN (SELECT capture_id FROM removed)))"
    )
}

fn kinds(connection: &Connection, upto: i64) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql = "SELECT kind, SUM(events) AS events FROM (
                   SELECT kind, COUNT(*) AS events FROM indexed_kind
                   WHERE capture_id NOT IN (SELECT capture_id FROM removed) GROUP BY kind
                   UNION ALL
                   SELECT kind, COUNT(*) FROM capture WHERE id > ?1 AND id NOT IN (SELECT capture_id FROM removed)
                   GROUP BY kind)
               GROUP BY kind ORDER BY events DESC, kind";
    let read = |row: &Row<'_>| Ok((row.get("kind")?, row.get::<_, i64>("events")? as u64));
    connection.prepare(sql)?.query_map([upto], read)?.collect()
}
