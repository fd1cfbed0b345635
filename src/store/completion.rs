//! Completion of filters: values that captures have, and the filters that were used lately.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::error::{StoreError, doing};
use super::index;
use super::message_form::HAS_EVENT;
use super::team_events;
use crate::filter::SeenField;

/// Values of a column that are searched for those that begin as typed, in any case.
const MOST_STEPS: u32 = 400;

/// Used filters that are kept.
pub(super) const MOST_USED: u32 = 50;

/// The newest captures whose values are looked for one by one, since the index has not reached them.
const MOST_NEWER: u32 = 10_000;

/// Values of a field that begin with `typed`, each once, in their order; at most `limit`. Steps through the index from one
/// value to the next, so that a million events with the same value cost no more than one.
pub(super) fn values(
    connection: &Connection,
    field: SeenField,
    typed: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    if let SeenField::Relay | SeenField::Claimed = field {
        return team_events::names(connection, field == SeenField::Relay, typed, limit);
    }
    let (table, column) = match field {
        SeenField::Event | SeenField::Type => ("indexed_kind", "kind"),
        SeenField::Key => ("indexed_key", "event_key"),
        SeenField::Openid => ("indexed_openid", "openid"),
        SeenField::Account | SeenField::Reply | SeenField::Relay | SeenField::Claimed => return Ok(Vec::new()),
    };
    // Captures of one kind are all events or all messages: the first one decides.
    let form = "coalesce(
        (SELECT form FROM capture WHERE id = (SELECT capture_id FROM indexed_kind WHERE kind = value LIMIT 1)),
        (SELECT form FROM capture WHERE id > ?3 AND kind = value LIMIT 1))";
    let only = match field {
        SeenField::Event => format!("{form} & {HAS_EVENT} <> 0"),
        SeenField::Type => format!("{form} & {HAS_EVENT} = 0"),
        _ => "TRUE".to_owned(),
    };
    // Kinds are few and match in any case; keys and users may be millions.
    let is_few = column == "kind";
    let from = if is_few { "" } else { typed };
    let sql = format!(
        "WITH RECURSIVE seen (value) AS (
             SELECT (SELECT {column} FROM {table} WHERE {column} >= ?1 ORDER BY {column} LIMIT 1)
             UNION ALL
             SELECT (SELECT {column} FROM {table} WHERE {column} > value ORDER BY {column} LIMIT 1) FROM seen
             WHERE value IS NOT NULL LIMIT ?2
         ), newer (value) AS (SELECT {column} FROM capture WHERE id > ?3 ORDER BY id DESC LIMIT ?4)
         SELECT value FROM (SELECT value FROM seen UNION SELECT value FROM newer)
         WHERE value IS NOT NULL AND value <> '' AND {only} ORDER BY value"
    );
    let problem = doing("looking for values to complete with");
    let upto = index::upto(connection)?;
    let steps = if is_few { MOST_STEPS } else { u32::try_from(limit).unwrap_or(MOST_STEPS) };
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map((from, steps, upto, MOST_NEWER), |row| row.get::<_, String>(0)).map_err(&problem)?;
    let begins = |value: &String| {
        let start = value.get(..typed.len());
        start.is_some_and(|start| if is_few { start.eq_ignore_ascii_case(typed) } else { start == typed })
    };
    let values = rows.filter(|value| value.as_ref().map_or(true, begins)).take(limit);
    values.collect::<Result<_, _>>().map_err(&problem)
}

/// The filters that were used, the latest first.
pub(super) fn used(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT text FROM filter_used ORDER BY used_at DESC, text LIMIT ?1";
    let problem = doing("reading the filters that were used");
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let rows = statement.query_map([MOST_USED], |row| row.get(0)).map_err(&problem)?;
    rows.collect::<Result<_, _>>().map_err(&problem)
}

/// Records that a filter was used; beyond [`MOST_USED`] the oldest are deleted.
pub(super) fn note_used(transaction: &Transaction<'_>, text: &str, now: Timestamp) -> Result<(), StoreError> {
    let problem = doing("noting that a filter was used");
    let sql = "INSERT INTO filter_used VALUES (?1, ?2) ON CONFLICT (text) DO UPDATE SET used_at = ?2";
    transaction.execute(sql, (text, now.as_microsecond())).map_err(&problem)?;
    let sql =
        "DELETE FROM filter_used WHERE text NOT IN (SELECT text FROM filter_used ORDER BY used_at DESC, text LIMIT ?1)";
    transaction.execute(sql, [MOST_USED]).map(drop).map_err(&problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    /// Captures, of which so many are indexed.
    fn database(indexed: i64) -> Connection {
        let mut connection = schema::in_memory();
        connection
            .execute_batch(
                "INSERT INTO capture (received_at, group_id, attempt, account, kind, form, event_key, openid, mode, signature,
                     replay, severity, kept_bytes, rest, body)
                 SELECT 1, 1, 1, 'default', column1, column2, column3, 'o' || column3, 0, 0, 0, 0, 600, x'', x'61'
                 FROM (VALUES ('CLICK', 13, 'MENU_1'), ('CLICK', 13, 'MENU_2'), ('CLICK', 13, 'MENU_2'),
                     ('scancode_push', 13, '6'), ('text', 2, NULL), ('text', 2, NULL), ('VIEW', 13, ''));",
            )
            .unwrap();
        let transaction = connection.transaction().unwrap();
        index::extend(&transaction, indexed, index::BULK_BYTES).unwrap();
        transaction.commit().unwrap();
        connection
    }

    #[test]
    fn each_value_is_offered_once_and_kinds_in_any_case_whatever_is_indexed() {
        for indexed in 0..=7 {
            let connection = database(indexed);
            let values = |field, typed| values(&connection, field, typed, 10).unwrap();
            assert_eq!(values(SeenField::Event, ""), ["CLICK", "VIEW", "scancode_push"]);
            assert_eq!(values(SeenField::Event, "cl"), ["CLICK"]);
            assert_eq!(values(SeenField::Type, ""), ["text"]);
            assert_eq!(values(SeenField::Key, ""), ["6", "MENU_1", "MENU_2"]);
            assert_eq!(values(SeenField::Key, "MENU"), ["MENU_1", "MENU_2"]);
            assert_eq!(values(SeenField::Key, "menu"), [""; 0]);
            assert_eq!(values(SeenField::Openid, "oM"), ["oMENU_1", "oMENU_2"]);
        }
    }

    #[test]
    fn values_are_found_through_the_index() {
        let connection = database(7);
        for (table, column) in [("indexed_kind", "kind"), ("indexed_key", "event_key"), ("indexed_openid", "openid")] {
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT {column} FROM {table} WHERE {column} > 'a' ORDER BY {column} LIMIT 1"
            );
            let plan: String = connection.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.starts_with(&format!("SEARCH {table} USING PRIMARY KEY")), "{plan}");
        }
    }

    #[test]
    fn the_latest_fifty_filters_are_remembered() {
        let mut connection = database(7);
        let transaction = connection.transaction().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        for second in 0..60 {
            note_used(&transaction, &format!("word{second}"), at(second)).unwrap();
        }
        note_used(&transaction, "word20", at(99)).unwrap();
        let used = used(&transaction).unwrap();
        assert_eq!((used.len(), &*used[0], &*used[1], &*used[49]), (50, "word20", "word59", "word10"));
    }
}
