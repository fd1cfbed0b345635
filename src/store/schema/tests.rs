//! Tests of the migrations: rows of every earlier version are there, and as they were, after all steps.

use super::*;

/// A capture of any version from the first on.
const CAPTURE: &str = "
    INSERT INTO capture (id, received_at, account, kind, group_id, attempt, mode, signature, kept_bytes, group_key, method,
        version, peer, target, headers, body_length, body)
    VALUES (?1, 1, 'default', 'CLICK', ?1, 1, 'plain', 'valid', 600, x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/', x'', 6,
        x'3c786d6c2f3e')";

/// An empty database of an earlier version.
fn of_version(version: usize) -> rusqlite::Connection {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    migrations().to_version(&mut connection, version).unwrap();
    connection
}

#[test]
fn every_step_can_be_taken_and_the_last_is_the_latest() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    migrations().validate().unwrap();
    migrations().to_latest(&mut connection).unwrap();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, LATEST);
}

#[test]
fn rows_of_the_first_version_are_there_after_the_second_step() {
    let mut connection = of_version(1);
    connection
        .execute_batch(
            "INSERT INTO capture (id, received_at, account, kind, group_id, attempt, mode, signature, kept_bytes,
                 group_key, method, version, peer, target, headers, body_length, body)
             VALUES (7, 1, 'default', 'CLICK', 7, 1, 'plain', 'valid', 600, x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/',
                 x'', 6, x'3c786d6c2f3e');
             INSERT INTO reply VALUES (7, 200, 'default', 1900, x'73756363657373');",
        )
        .unwrap();
    migrations().to_latest(&mut connection).unwrap();
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let sql = "SELECT status, ending, severity FROM reply WHERE capture_id = 7";
    let reply: (i64, String, i64) = connection.query_row(sql, [], read).unwrap();
    assert_eq!(reply, (200, "answered".to_owned(), 0));
}

#[test]
fn replies_of_the_fifth_version_have_the_state_of_their_forward_and_no_fault_after_the_sixth_step() {
    let mut connection = of_version(5);
    for (id, problem, elapsed_ms) in
        [(1, None, 20), (2, Some("too-late"), 3_900), (3, Some("status"), 20), (4, Some("illegal"), 5_001)]
    {
        connection.execute(CAPTURE, [id]).unwrap();
        connection
            .execute(
                "INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (?, 200, 'x', 1, x'')",
                [id],
            )
            .unwrap();
        let forward = "INSERT INTO forward (capture_id, target, headers, body, elapsed_us, problem, passed_on)
                       VALUES (?, 'http://h/', x'', x'', ?, ?, 0)";
        connection.execute(forward, (id, elapsed_ms * 1_000, problem)).unwrap();
    }
    connection.execute(CAPTURE, [5]).unwrap();
    connection
        .execute_batch("INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (5, 200, 'x', 1, x'')")
        .unwrap();
    migrations().to_latest(&mut connection).unwrap();
    let mut statement = connection.prepare("SELECT forward, fault FROM reply ORDER BY capture_id").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let found: Vec<(Option<String>, Option<String>)> = rows.map(Result::unwrap).collect();
    let states: Vec<_> = found.iter().map(|(state, _)| state.as_deref()).collect();
    assert_eq!(states, [Some("ok"), Some("late"), Some("failed"), Some("late"), None]);
    assert!(found.iter().all(|(_, fault)| fault.is_none()));
}

#[test]
fn rows_of_the_second_version_can_be_replayed_after_the_third_step() {
    let mut connection = of_version(2);
    connection
        .execute_batch(
            "INSERT INTO capture (id, received_at, account, kind, group_id, attempt, mode, signature, kept_bytes,
                 group_key, method, version, peer, target, headers, body_length, body)
             VALUES (7, 1, 'default', 'CLICK', 7, 1, 'plain', 'valid', 600, x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/',
                 x'', 6, x'3c786d6c2f3e');",
        )
        .unwrap();
    migrations().to_latest(&mut connection).unwrap();
    connection
        .execute_batch(
            "INSERT INTO replay_run VALUES (1, 1, 'http://h/', 'resign', 'plain', 1, 'last', NULL);
             INSERT INTO replay (run_id, capture_id, attempt, copy, sent_at, verdict, failed, elapsed_us, method, target,
                 request_headers, request_body, url, headers, body)
             VALUES (1, 7, 1, 1, 1, 'new', 0, 5, 'POST', '/', x'', x'', 'http://h/', x'', x'');",
        )
        .unwrap();
}

#[test]
fn rows_are_not_narrowed_where_that_would_delete_what_belongs_to_them() {
    let mut connection = of_version(WIDE);
    connection.execute(CAPTURE, [1]).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    migrations().to_latest(&mut connection).unwrap_err();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    migrations().to_latest(&mut connection).unwrap();
}

#[test]
fn taps_of_the_tenth_version_are_summed_up_anew_after_later_steps() {
    let mut connection = of_version(10);
    connection
        .execute_batch(
            "INSERT INTO tapped (kind, event_key, outcome, taps, last) VALUES ('CLICK', 'K', 0, 2, 1);
             INSERT INTO tally VALUES ('tapped_upto', 2), ('indexed_upto', 2);",
        )
        .unwrap();
    migrations().to_latest(&mut connection).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM tapped"), 0);
    assert_eq!(count("SELECT COUNT(*) FROM tally WHERE name = 'tapped_upto'"), 0);
    assert_eq!(count("SELECT value FROM tally WHERE name = 'indexed_upto'"), 2);
}
