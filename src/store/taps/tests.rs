//! Tests of the summary of taps: whatever was summarised, removed, restored or deleted, it counts what is there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::capture::CaptureId;
use crate::store::removal::RemovalId;
use crate::store::{index, removal, schema};

/// A step in the life of a database.
#[derive(Clone, Debug)]
enum Change {
    /// Captures arrive: kind, key, form of the reply, time, origin, and account.
    Arrive(Vec<(usize, usize, usize, i64, usize, usize)>),
    /// So many captures more are indexed and summarised.
    Summarise(i64),
    /// These captures are removed, one bit each.
    Remove(u64),
    /// The latest removal is undone.
    Restore,
    /// Everything removed is deleted.
    Purge,
    /// Unknown times are looked up.
    LookUp,
}

const KINDS: [&str; 4] = ["CLICK", "VIEW", "scancode_push", "text"];
const ACCOUNTS: [&str; 2] = ["default", "shop"];
const KEYS: [Option<&str>; 5] = [Some("A"), Some("B"), Some("菜单"), Some(""), None];

/// Replies as `status, ending, severity, forward`, with their outcome; the last one is none at all.
const REPLIES: [(&str, TapOutcome); 7] = [
    ("200, 'answered', 0, NULL", TapOutcome::Legal),
    ("200, 'answered', 2, 'ok'", TapOutcome::Legal),
    ("200, 'answered', 3, NULL", TapOutcome::Illegal),
    ("200, 'answered', 3, 'late'", TapOutcome::ServerFailed),
    ("403, 'answered', 0, NULL", TapOutcome::Unanswered),
    ("200, 'cut', 0, NULL", TapOutcome::Unanswered),
    ("", TapOutcome::Unanswered),
];

/// An origin: replay, attempt, signature, creation, and diagnoses.
type Origin = (bool, u32, u32, Option<i64>, Option<&'static str>);

/// Origins as `replay, attempt, signature, create_time, diagnoses`; the first four are taps, the third a second one in the same
/// second, the fourth one after an answer in time. Then come our own, retries, a wrong and a missing signature.
const ORIGINS: [Origin; 9] = [
    (false, 1, 0, Some(0), None),
    (false, 1, 3, None, None),
    (false, 2, 0, Some(0), RETRY),
    (false, 2, 0, Some(-60), AGAIN),
    (true, 1, 0, Some(0), None),
    (false, 2, 0, Some(-60), RETRY),
    (false, 3, 0, None, RETRY),
    (false, 1, 1, Some(0), None),
    (false, 1, 2, Some(0), None),
];
/// The number of origins that are taps.
const TAPS: usize = 4;

/// The diagnoses of an attempt whose predecessor was not answered in time, and of one whose predecessor was.
const RETRY: Option<&str> = Some(r#"[{"code":"duplicate","details":[["first","1"],["attempt","2"]]}]"#);
const AGAIN: Option<&str> =
    Some(r#"[{"code":"duplicate","details":[["first","1"],["attempt","2"],["variant","answered"]]}]"#);

fn change() -> impl Strategy<Value = Change> {
    let capture = (0..KINDS.len(), 0..KEYS.len(), 0..REPLIES.len(), 0..6_i64, 0..ORIGINS.len(), 0..ACCOUNTS.len());
    prop_oneof![
        3 => proptest::collection::vec(capture, 1..12).prop_map(Change::Arrive),
        3 => (1..20_i64).prop_map(Change::Summarise),
        2 => any::<u64>().prop_map(Change::Remove),
        1 => Just(Change::Restore),
        1 => Just(Change::Purge),
        1 => Just(Change::LookUp),
    ]
}

/// A capture: kind, key, outcome, time, the removal that it is in, whether it is a tap, and its account.
type ModelCapture = (usize, usize, TapOutcome, i64, Option<RemovalId>, bool, usize);

/// A database beside a list of what is in it.
struct Model {
    connection: Connection,
    /// Captures by number.
    captures: BTreeMap<i64, ModelCapture>,
    next: i64,
    removals: Vec<RemovalId>,
}

impl Model {
    fn apply(&mut self, change: &Change) {
        let transaction = self.connection.transaction().unwrap();
        match change {
            Change::Arrive(arriving) => {
                for (kind, key, reply, time, origin, account) in arriving {
                    let id = self.next;
                    self.next += 1;
                    let sql =
                        "INSERT INTO capture (id, received_at, group_id, attempt, account, kind, form, event_key, mode,
                                   signature, replay, create_time, severity, kept_bytes, rest, body, diagnoses)
                               VALUES (?1, ?2, ?1, ?7, ?6, ?3, 13, ?4, 0, ?8, ?5, ?9, 0, 600, x'', x'61', ?10)";
                    let (replay, attempt, signature, created, diagnoses) = ORIGINS[*origin];
                    let account_name = ACCOUNTS[*account];
                    let (kind_name, key_name) = (KINDS[*kind], KEYS[*key]);
                    let values =
                        (id, time, kind_name, key_name, replay, account_name, attempt, signature, created, diagnoses);
                    transaction.execute(sql, values).unwrap();
                    let (columns, outcome) = REPLIES[*reply];
                    if !columns.is_empty() {
                        let sql = format!(
                            "INSERT INTO reply (capture_id, source, elapsed_us, body, status, ending, severity, forward)
                             VALUES ({id}, 'default', 1, x'', {columns})"
                        );
                        transaction.execute(&sql, []).unwrap();
                    }
                    self.captures.insert(id, (*kind, *key, outcome, *time, None, *origin < TAPS, *account));
                }
            }
            Change::Summarise(more) => {
                let newest = (index::upto(&transaction).unwrap() + more).min(self.next - 1);
                let indexed = index::extend(&transaction, newest, index::BULK_BYTES).unwrap();
                extend(&transaction, indexed - more / 3).unwrap();
            }
            Change::Remove(bits) => {
                let chosen =
                    self.captures.iter().filter(|(id, capture)| bits >> (**id % 64) & 1 == 1 && capture.4.is_none());
                let ids: Vec<CaptureId> = chosen.map(|(id, _)| CaptureId(*id)).collect();
                let removal = removal::begin(&transaction, Timestamp::UNIX_EPOCH).unwrap();
                removal::mark(&transaction, removal, &ids).unwrap();
                for id in ids {
                    self.captures.get_mut(&id.0).unwrap().4 = Some(removal);
                }
                self.removals.push(removal);
            }
            Change::Restore => {
                let Some(removal) = self.removals.pop() else { return };
                while removal::restore(&transaction, removal).unwrap() > 0 {}
                for capture in self.captures.values_mut().filter(|capture| capture.4 == Some(removal)) {
                    capture.4 = None;
                }
            }
            Change::Purge => {
                while removal::purge(&transaction, Timestamp::UNIX_EPOCH).unwrap() > 0 {}
                self.captures.retain(|_, capture| capture.4.is_none());
                self.removals.clear();
            }
            Change::LookUp => while look_up_times(&transaction).unwrap() {},
        }
        transaction.commit().unwrap();
    }

    /// The sums of an account, or of all.
    fn expected(&self, account: Option<&str>) -> BTreeMap<(String, String, TapOutcome), (u64, i64)> {
        let mut sums = BTreeMap::new();
        for (kind, key, outcome, time, removal, is_tap, own_account) in self.captures.values() {
            if !is_tap || account.is_some_and(|account| account != ACCOUNTS[*own_account]) {
                continue;
            }
            let (Some(key), true, None) = (KEYS[*key], MENU_EVENTS.contains(&KINDS[*kind]), removal) else { continue };
            let sum: &mut (u64, i64) =
                sums.entry((KINDS[*kind].to_owned(), key.to_owned(), *outcome)).or_insert((0, *time));
            *sum = (sum.0 + 1, sum.1.max(*time));
        }
        sums
    }
}

fn by_group(sums: &TapSums) -> BTreeMap<(String, String, TapOutcome), (u64, i64)> {
    let entry =
        |sum: &TapSum| ((sum.kind.clone(), sum.key.clone(), sum.outcome), (sum.taps, sum.last.as_microsecond()));
    sums.sums.iter().map(entry).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_summary_counts_what_is_there(changes in proptest::collection::vec(change(), 1..16)) {
        let mut model =
            Model { connection: schema::in_memory(), captures: BTreeMap::new(), next: 1, removals: Vec::new() };
        for change in changes {
            model.apply(&change);
            for account in ACCOUNTS {
                let all = count(&model.connection, &[], usize::MAX, Some(account)).unwrap();
                prop_assert_eq!(by_group(&all), model.expected(Some(account)));
                let few = count(&model.connection, &[("CLICK", "A")], 0, Some(account)).unwrap();
                let mut keys: Vec<_> = all.sums.iter().map(|sum| (&*sum.kind, &*sum.key)).collect();
                keys.sort_unstable();
                keys.dedup();
                prop_assert_eq!(few.others, keys.iter().filter(|key| **key != ("CLICK", "A")).count());
            }
            let expected = model.expected(None);
            let all = count(&model.connection, &[], usize::MAX, None).unwrap();
            prop_assert_eq!(by_group(&all), expected.clone());
            let mut keys: Vec<_> = expected.keys().map(|(kind, key, _)| (&**kind, &**key)).collect();
            keys.dedup();
            prop_assert_eq!(all.others, keys.len());
            // Those that are asked for, and the newest of the others.
            let wanted = [("CLICK", "A"), ("VIEW", "nowhere")];
            let some = count(&model.connection, &wanted, 2, None).unwrap();
            prop_assert_eq!(some.others, keys.iter().filter(|key| !wanted.contains(key)).count());
            let last = |wanted: (&str, &str)| {
                let same = expected.iter().filter(|((kind, key, _), _)| (&**kind, &**key) == wanted);
                same.map(|(_, (_, last))| *last).max()
            };
            let mut newest: Vec<_> = keys.iter().filter(|key| !wanted.contains(key)).collect();
            newest.sort_by_key(|key| std::cmp::Reverse(last(**key)));
            newest.truncate(2);
            let is_asked = |kind: &str, key: &str| wanted.contains(&(kind, key)) || newest.contains(&&(kind, key));
            let mut few = expected.clone();
            few.retain(|(kind, key, _), _| is_asked(kind, key));
            prop_assert_eq!(by_group(&some), few);
        }
    }
}

#[test]
fn counting_looks_keys_up_and_sorts_nothing() {
    let connection = schema::in_memory();
    let plan = |sql: &str, values: &[Option<&str>]| {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows =
            statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>("detail")).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    };
    let groups = plan(
        "SELECT kind, event_key, MAX(last) FROM tapped WHERE ?1 IS NULL OR account = ?1 GROUP BY kind, event_key",
        &[None],
    );
    assert!(!groups.contains("TEMP B-TREE"), "{groups}");
    let gone = plan("DELETE FROM tapped INDEXED BY tapped_gone WHERE taps <= 0", &[]);
    assert!(gone.contains("tapped_gone"), "{gone}");
    let unknown =
        plan("SELECT kind, event_key, account, outcome FROM tapped INDEXED BY tapped_unknown WHERE last IS NULL", &[]);
    assert!(unknown.contains("tapped_unknown"), "{unknown}");
}
