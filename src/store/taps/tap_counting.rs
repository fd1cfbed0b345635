//! Counts of taps: from the summary, from the captures that are not in it yet, and without those that are removed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::{OUTCOME, TAPPED, TapOutcome, grouped, is_tap, upto};
use crate::store::columns::timestamp;
use crate::store::condition::PRESENT;
use crate::store::error::{StoreError, doing};

/// The operation as errors name it.
const COUNTING: &str = "counting the taps on menus";

/// The taps of one kind and key with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapSum {
    /// The kind of their events.
    pub kind: String,
    /// Their `EventKey`.
    pub key: String,
    /// Their outcome.
    pub outcome: TapOutcome,
    /// Their number, each counted once, whatever its retries.
    pub taps: u64,
    /// The newest one's time.
    pub last: Timestamp,
}

/// The taps on some keys, and on the newest of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TapSums {
    /// The sums, in no particular order.
    pub sums: Vec<TapSum>,
    /// The number of the other keys, of which only the newest are among the sums.
    pub others: usize,
}

/// A kind and a key.
type Tapped = (String, String);

/// The number of taps and the newest one's time.
type Sum = (i64, i64);

/// Sums by kind, key and the number of the outcome.
type SumsByGroup = BTreeMap<Tapped, BTreeMap<i64, Sum>>;

/// Handling of captures that are removed and not deleted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    Counted,
    LeftOut,
}

/// The condition that a capture `c` is of an account; every one is of none.
const OF_ACCOUNT: &str = "(?2 IS NULL OR c.account = ?2)";

/// Counts the taps on these kinds and keys, and those on the `most_others` other keys that were tapped last; of one account, or
/// of all.
pub(in crate::store) fn count(
    connection: &Connection,
    wanted: &[(&str, &str)],
    most_others: usize,
    account: Option<&str>,
) -> Result<TapSums, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(doing(COUNTING))?;
    let changes = Changes::read(&transaction, account)?;
    let wanted: BTreeSet<Tapped> = wanted.iter().map(|(kind, key)| ((*kind).to_owned(), (*key).to_owned())).collect();
    let enough = most_others.saturating_add(changes.groups.len()).saturating_add(wanted.len());
    let (mut others, newest) = newest_groups(&transaction, enough, account)?;
    let (mut sums, mut other_sums) = (Vec::new(), Vec::new());
    let groups: BTreeSet<&Tapped> = wanted.iter().chain(&changes.groups).chain(&newest).collect();
    for group in groups {
        let (is_summarised, found) = changes.sums_of(&transaction, group)?;
        let is_wanted = wanted.contains(group);
        // The summary counts a key even where all of its captures are removed.
        others -= usize::from(is_summarised && (is_wanted || found.is_empty()));
        others += usize::from(!is_summarised && !is_wanted && !found.is_empty());
        if is_wanted {
            sums.extend(found);
        } else if let Some(last) = found.iter().map(|sum| sum.last).max() {
            other_sums.push((Reverse(last), found));
        }
    }
    // Of equal times the order by kind and key, in which they came, stays.
    other_sums.sort_by_key(|(last, _)| *last);
    sums.extend(other_sums.into_iter().take(most_others).flat_map(|(_, found)| found));
    transaction.finish().map_err(doing(COUNTING))?;
    Ok(TapSums { sums, others })
}

/// The number of kinds and keys in the summary, and those of them that were tapped last.
fn newest_groups(
    connection: &Connection,
    most: usize,
    account: Option<&str>,
) -> Result<(usize, Vec<Tapped>), StoreError> {
    let problem = doing(COUNTING);
    // In the order of the primary key: nothing is sorted, and a key takes a fraction of a microsecond.
    let sql = "SELECT kind, event_key, MAX(last) FROM tapped WHERE ?1 IS NULL OR account = ?1 GROUP BY kind, event_key";
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let mut rows = statement.query([account]).map_err(&problem)?;
    let mut newest: BinaryHeap<Reverse<(i64, Reverse<Tapped>)>> = BinaryHeap::new();
    let mut groups = 0;
    while let Some(row) = rows.next().map_err(&problem)? {
        groups += 1;
        let last = row.get::<_, Option<i64>>(2).map_err(&problem)?.unwrap_or(i64::MIN);
        // Rows come in ascending order, so that of equal times the first stay.
        let is_full = newest.len() >= most;
        if most == 0 || is_full && newest.peek().is_some_and(|Reverse((oldest, _))| *oldest >= last) {
            continue;
        }
        let kind = row.get(0).map_err(&problem)?;
        let key = row.get(1).map_err(&problem)?;
        newest.push(Reverse((last, Reverse((kind, key)))));
        if is_full {
            newest.pop();
        }
    }
    Ok((groups, newest.into_iter().map(|Reverse((_, Reverse(group)))| group).collect()))
}

/// All that the summary does not say: captures after it, removed ones in it, and newest times that are unknown.
struct Changes<'a> {
    account: Option<&'a str>,
    newer: SumsByGroup,
    removed: SumsByGroup,
    /// The kinds and keys that any of it is about.
    groups: BTreeSet<Tapped>,
}

impl<'a> Changes<'a> {
    fn read(connection: &Connection, account: Option<&'a str>) -> Result<Self, StoreError> {
        let upto = upto(connection)?;
        let newer = by_group(
            connection,
            &grouped("c.kind, c.event_key", &format!("c.id > ?1 AND {OF_ACCOUNT} AND {PRESENT}")),
            (upto, account),
        )?;
        let removed = format!(
            "SELECT c.kind, c.event_key, {OUTCOME} AS outcome, COUNT(*), MAX(c.received_at)
             FROM removed AS gone CROSS JOIN capture AS c ON c.id = gone.capture_id
             LEFT JOIN reply AS r ON r.capture_id = c.id
             WHERE gone.capture_id <= ?1 AND {OF_ACCOUNT} AND {} GROUP BY c.kind, c.event_key, outcome",
            is_tap()
        );
        let removed = by_group(connection, &removed, (upto, account))?;
        let unknown = unknown(connection)?.into_iter().map(|(kind, key, ..)| (kind, key));
        let groups = newer.keys().chain(removed.keys()).cloned().chain(unknown).collect();
        Ok(Self { account, newer, removed, groups })
    }

    /// The sums of a kind and key by outcome, and whether the summary has any of them.
    fn sums_of(&self, connection: &Connection, group: &Tapped) -> Result<(bool, Vec<TapSum>), StoreError> {
        let problem = doing(COUNTING);
        let (kind, key) = group;
        let sql = "SELECT outcome, SUM(taps), CASE WHEN COUNT(last) = COUNT(*) THEN MAX(last) END FROM tapped
                   WHERE kind = ?1 AND event_key = ?2 AND (?3 IS NULL OR account = ?3) GROUP BY outcome";
        let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, (row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?)));
        let rows = statement.query_map((kind, key, self.account), read).map_err(&problem)?;
        let mut sums: BTreeMap<i64, (i64, Option<i64>)> = rows.collect::<Result<_, _>>().map_err(&problem)?;
        let is_summarised = !sums.is_empty();
        for (outcome, (taps, last)) in self.removed.get(group).into_iter().flatten() {
            let Some((counted, newest)) = sums.get_mut(outcome) else { continue };
            *counted -= taps;
            *newest = newest.filter(|newest| last < newest);
        }
        sums.retain(|_, (taps, _)| *taps > 0);
        let mut found: BTreeMap<i64, Sum> = BTreeMap::new();
        for (outcome, (taps, last)) in sums {
            let last = match last {
                Some(last) => last,
                None => newest(connection, (kind, key, outcome), self.account, Removed::LeftOut)?.unwrap_or(0),
            };
            found.insert(outcome, (taps, last));
        }
        for (outcome, (taps, last)) in self.newer.get(group).into_iter().flatten() {
            let sum = found.entry(*outcome).or_insert((0, *last));
            *sum = (sum.0 + taps, sum.1.max(*last));
        }
        let sums = found.into_iter().map(|(outcome, (taps, last))| TapSum {
            kind: kind.clone(),
            key: key.clone(),
            outcome: TapOutcome::from_number(outcome),
            taps: taps as u64,
            last: timestamp(last),
        });
        Ok((is_summarised, sums.collect()))
    }
}

fn by_group(connection: &Connection, sql: &str, bounds: (i64, Option<&str>)) -> Result<SumsByGroup, StoreError> {
    let problem = doing(COUNTING);
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let read = |row: &Row<'_>| {
        let (group, outcome): (Tapped, i64) = ((row.get(0)?, row.get(1)?), row.get(2)?);
        Ok((group, outcome, (row.get(3)?, row.get(4)?)))
    };
    let rows = statement.query_map(bounds, read).map_err(&problem)?;
    let mut sums = SumsByGroup::new();
    for row in rows {
        let (group, outcome, sum) = row.map_err(&problem)?;
        sums.entry(group).or_default().insert(outcome, sum);
    }
    Ok(sums)
}

/// The kinds, keys, accounts and outcomes whose newest time a deletion has left unknown.
pub(super) fn unknown(connection: &Connection) -> Result<Vec<(String, String, String, i64)>, StoreError> {
    let problem = doing(COUNTING);
    let sql = "SELECT kind, event_key, account, outcome FROM tapped INDEXED BY tapped_unknown WHERE last IS NULL";
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let rows = statement.query_map([], read).map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}

/// The newest time of a kind, key and outcome among the captures of the summary, by a look into each.
pub(super) fn newest(
    connection: &Connection,
    (kind, key, outcome): (&str, &str, i64),
    account: Option<&str>,
    removed: Removed,
) -> Result<Option<i64>, StoreError> {
    let present = if removed == Removed::Counted { "TRUE" } else { PRESENT };
    let sql = format!(
        "SELECT MAX(c.received_at) FROM indexed_key AS i CROSS JOIN capture AS c ON c.id = i.capture_id
         LEFT JOIN reply AS r ON r.capture_id = c.id
         WHERE i.event_key = ?1 AND i.capture_id <= ?4 AND (?5 IS NULL OR c.account = ?5) AND c.kind = ?2 AND {TAPPED} AND {OUTCOME} = ?3
             AND {present}"
    );
    let upto = upto(connection)?;
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row((key, kind, outcome, upto, account), |row| row.get(0)))
        .map_err(doing(COUNTING))
}
