//! Taps on menu buttons, counted by kind, key, account and outcome: a summary that is filled in idle time.
//!
//! ```text
//! capture 1 … tapped_upto   in `tapped`, removed ones included ─► less those in `removed`  ─┐
//!         tapped_upto + 1 … not summarised yet                 ─► counted one by one        ├─► the count
//! ```
//! - `tap_counting`: counts from the summary; `tap_outcome`: the outcome of a tap, in SQL and in memory
//!
//! An index of all taps would have a million entries to count. The summary has one for each kind, key, account and outcome. A deletion
//! takes its captures out again; the newest time of a key whose newest capture is deleted is unknown until it is looked up.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction};

use super::counters::Counter;
use super::error::{StoreError, doing};
use crate::capture::CaptureId;
use crate::wechat::kind::MENU_EVENTS;

mod tap_counting;
mod tap_outcome;

pub(super) use tap_counting::count;
pub use tap_counting::{TapSum, TapSums};
use tap_outcome::OUTCOME;
pub use tap_outcome::TapOutcome;

/// Captures that the writer summarises at a time: some milliseconds.
pub(super) const AT_ONCE: i64 = 4_096;

/// Unknown newest times that are looked up at a time.
const LOOKED_UP_AT_ONCE: usize = 4;

/// The last capture in the summary.
pub(super) fn upto(connection: &Connection) -> Result<i64, StoreError> {
    Counter::TappedUpto.read(connection)
}

/// The condition that a capture `c` is a tap on a button.
fn is_tap() -> String {
    format!("c.kind IN ('{}') AND c.event_key IS NOT NULL AND {TAPPED}", MENU_EVENTS.join("', '"))
}

/// The condition that a person's tap is behind a capture `c` of a button's event, once for each tap.
///
/// Nobody taps where we replay or probe, and anybody may be behind a wrong or missing signature (1, 2). A later attempt is the
/// same tap, unless WeChat had no reason to try again, which the diagnosis of the duplicate says (the variant
/// [`ANSWERED_IN_TIME`](crate::capture::diagnosis::ANSWERED_IN_TIME)), or it comes sooner than WeChat does, which waits for five
/// seconds: whoever taps twice in a second sends two events that are the same to the byte.
pub(super) const TAPPED: &str = r#"c.replay = 0 AND c.signature NOT IN (1, 2)
    AND (c.attempt = 1 OR c.received_at < (c.create_time + 4) * 1000000 OR c.diagnoses LIKE '%["variant","answered"]%')"#;

/// Those of the captures that are taps on a button.
pub(super) fn among(connection: &Connection, ids: &[CaptureId]) -> Result<HashSet<CaptureId>, StoreError> {
    let problem = doing("finding taps on menus");
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let listed = serde_json::to_string(&ids).unwrap_or_default();
    let sql = format!("SELECT c.id FROM capture AS c WHERE c.id IN (SELECT value FROM json_each(?1)) AND {}", is_tap());
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map([listed], |row| row.get(0).map(CaptureId)).map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}

/// Captures `c` with their replies `r`, grouped by these columns and the outcome, where this holds of them.
fn grouped(columns: &str, holds: &str) -> String {
    format!(
        "SELECT {columns}, {OUTCOME} AS outcome, COUNT(*), MAX(c.received_at)
         FROM capture AS c NOT INDEXED LEFT JOIN reply AS r ON r.capture_id = c.id
         WHERE {holds} AND {} GROUP BY {columns}, outcome",
        is_tap()
    )
}

/// Adds the captures that come next, up to `indexed`, which will not change any more. Returns the last that was added.
pub(super) fn extend(transaction: &Transaction<'_>, indexed: i64) -> Result<i64, StoreError> {
    let after = upto(transaction)?;
    // Another program may be ahead.
    let upto = indexed.min(after + AT_ONCE).max(after);
    let sql = format!(
        "INSERT INTO tapped (kind, event_key, account, outcome, taps, last) {}
         ON CONFLICT (kind, event_key, account, outcome) DO UPDATE SET taps = taps + excluded.taps, last = max(last, excluded.last)",
        grouped("c.kind, c.event_key, c.account", "c.id > ?1 AND c.id <= ?2")
    );
    transaction
        .prepare_cached(&sql)
        .and_then(|mut insert| insert.execute([after, upto]))
        .map_err(doing("summarising the taps on menus"))?;
    Counter::TappedUpto.set(transaction, upto)?;
    Ok(upto)
}

/// Takes captures out of the summary, whose rows are to be deleted and are still there.
pub(super) fn forget(transaction: &Transaction<'_>, ids: &[i64]) -> Result<(), StoreError> {
    let upto = upto(transaction)?;
    let listed = serde_json::to_string(ids).unwrap_or_default();
    let sql = format!(
        "UPDATE tapped SET taps = tapped.taps - gone.taps, last = CASE WHEN gone.last < tapped.last THEN tapped.last END
         FROM (SELECT c.kind AS kind, c.event_key AS event_key, c.account AS account, {OUTCOME} AS outcome, COUNT(*) AS taps,
                   MAX(c.received_at) AS last
               FROM capture AS c LEFT JOIN reply AS r ON r.capture_id = c.id
               WHERE c.id IN (SELECT value FROM json_each(?1)) AND c.id <= ?2 AND {}
               GROUP BY c.kind, c.event_key, c.account, outcome) AS gone
         WHERE tapped.kind = gone.kind AND tapped.event_key = gone.event_key AND tapped.account = gone.account
             AND tapped.outcome = gone.outcome",
        is_tap()
    );
    let forgotten =
        transaction.prepare_cached(&sql).and_then(|mut update| update.execute((listed, upto))).and_then(|_rows| {
            transaction.prepare_cached("DELETE FROM tapped INDEXED BY tapped_gone WHERE taps <= 0")?.execute([])
        });
    forgotten.map(drop).map_err(doing("taking events out of the taps on menus"))
}

/// Looks up some of the newest times that deletions left unknown. Returns false where there are none.
pub(super) fn look_up_times(transaction: &Transaction<'_>) -> Result<bool, StoreError> {
    let mut unknown = tap_counting::unknown(transaction)?;
    let is_some = !unknown.is_empty();
    unknown.truncate(LOOKED_UP_AT_ONCE);
    let sql = "UPDATE tapped SET last = ?5 WHERE kind = ?1 AND event_key = ?2 AND account = ?3 AND outcome = ?4";
    for (kind, key, account, outcome) in unknown {
        // One that is removed counts as well, as it does in the summary.
        let last =
            tap_counting::newest(transaction, (&kind, &key, outcome), Some(&account), tap_counting::Removed::Counted)?;
        transaction
            .prepare_cached(sql)
            .and_then(|mut update| update.execute((&kind, &key, &account, outcome, last.unwrap_or(0))))
            .map_err(doing("looking up the newest taps on menus"))?;
    }
    Ok(is_some)
}

#[cfg(test)]
mod tests;
