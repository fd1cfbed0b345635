//! Completion of filters: values that captures have, and the filters that were used lately.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::error::{StoreError, doing};
use crate::filter::SeenField;

/// Values of a column that are searched for those that begin as typed, in any case.
const MOST_STEPS: u32 = 400;

/// Used filters that are kept.
pub(super) const MOST_USED: u32 = 50;

/// Values of a field that begin with `typed`, each once, in their order; at most `limit`. Steps through an index from one
/// value to the next, so that a million events with the same value cost no more than one.
pub(super) fn values(
    connection: &Connection,
    field: SeenField,
    typed: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let (column, only) = match field {
        // Captures of one kind are all events or all messages: the first one decides.
        SeenField::Event => ("kind", "(SELECT event FROM capture WHERE kind = value LIMIT 1) IS NOT NULL"),
        SeenField::Type => ("kind", "(SELECT event FROM capture WHERE kind = value LIMIT 1) IS NULL"),
        SeenField::Key => ("event_key", "TRUE"),
        SeenField::Openid => ("openid", "TRUE"),
        SeenField::Account | SeenField::Reply => return Ok(Vec::new()),
    };
    // Kinds are few and match in any case; keys and users may be millions.
    let is_few = column == "kind";
    let from = if is_few { "" } else { typed };
    let sql = format!(
        "WITH RECURSIVE seen (value) AS (
             SELECT (SELECT {column} FROM capture WHERE {column} >= ?1 ORDER BY {column} LIMIT 1)
             UNION ALL
             SELECT (SELECT {column} FROM capture WHERE {column} > value ORDER BY {column} LIMIT 1) FROM seen
             WHERE value IS NOT NULL LIMIT ?2
         ) SELECT value FROM seen WHERE value IS NOT NULL AND value <> '' AND {only}"
    );
    let problem = doing("looking for values to complete with");
    let steps = if is_few { MOST_STEPS } else { u32::try_from(limit).unwrap_or(MOST_STEPS) };
    let mut statement = connection.prepare_cached(&sql).map_err(&problem)?;
    let rows = statement.query_map((from, steps), |row| row.get::<_, String>(0)).map_err(&problem)?;
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

    fn database() -> Connection {
        let connection = schema::in_memory();
        connection
            .execute_batch(
                "INSERT INTO capture (received_at, account, kind, event, event_key, openid, group_id, attempt, mode, signature,
                     kept_bytes, group_key, method, version, peer, target, headers, body_length, body)
                 SELECT 1, 'default', column1, column2, column3, 'o' || column3, 1, 1, 'plain', 'valid', 600, x'', 'POST',
                     'HTTP/1.1', '127.0.0.1', '/', x'', 1, x'61'
                 FROM (VALUES ('CLICK', 'CLICK', 'MENU_1'), ('CLICK', 'CLICK', 'MENU_2'), ('CLICK', 'CLICK', 'MENU_2'),
                     ('scancode_push', 'scancode_push', '6'), ('text', NULL, NULL), ('text', NULL, NULL), ('VIEW', 'VIEW', ''));",
            )
            .unwrap();
        connection
    }

    #[test]
    fn each_value_is_offered_once_and_kinds_in_any_case() {
        let connection = database();
        let values = |field, typed| values(&connection, field, typed, 10).unwrap();
        assert_eq!(values(SeenField::Event, ""), ["CLICK", "VIEW", "scancode_push"]);
        assert_eq!(values(SeenField::Event, "cl"), ["CLICK"]);
        assert_eq!(values(SeenField::Type, ""), ["text"]);
        assert_eq!(values(SeenField::Key, ""), ["6", "MENU_1", "MENU_2"]);
        assert_eq!(values(SeenField::Key, "MENU"), ["MENU_1", "MENU_2"]);
        assert_eq!(values(SeenField::Key, "menu"), [""; 0]);
        assert_eq!(values(SeenField::Openid, "oM"), ["oMENU_1", "oMENU_2"]);
    }

    #[test]
    fn values_are_found_through_their_indexes() {
        let connection = database();
        for column in ["kind", "event_key", "openid"] {
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT {column} FROM capture WHERE {column} > 'a' ORDER BY {column} LIMIT 1"
            );
            let plan: String = connection.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.contains(&format!("COVERING INDEX capture_{column}")), "{plan}");
        }
    }

    #[test]
    fn the_latest_fifty_filters_are_remembered() {
        let mut connection = database();
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
