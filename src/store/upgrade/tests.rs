//! Tests of upgrades: the events of every earlier version are there as they were, whatever interrupts the work.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::capture::diagnosis::Code;
use crate::capture::{CaptureId, Envelope, Mode, ReplySource, Signature, StoredCapture};
use crate::filter::Filter;
use crate::store::{BulkWriter, Limits, Maintenance, Store, StoreHead, groups, index, rows};
use crate::waker::Waker;

/// The columns that every version up to the sixth has.
const CAPTURE: &str = "INSERT INTO capture (id, received_at, account, kind, msg_type, event, event_key, openid, to_user,
    create_time, msg_id, group_id, attempt, mode, signature, replay, severity, kept_bytes, group_key, method, version, peer,
    target, headers, diagnoses, body_length, body, message) VALUES ";

/// A push; a retry of it, encrypted; a message that was cut; a picture; a handshake of our own; one that is like nothing else;
/// and the newest one, which is deleted again.
const ROWS: &str = r#"
    (1, 1000000, 'default', 'CLICK', 'event', 'CLICK', ' KEY_1', 'oA', 'gh_1', 1, NULL, 1, 1, 'plain', 'valid', 0, 0, 700,
        x'000102030405060708090a0b0c0d0e0f', 'POST', 'HTTP/1.1', '127.0.0.1', '/wx?a=1', CAST('host: h' || char(13, 10) AS BLOB),
        NULL, 15, CAST('<xml>one</xml> ' AS BLOB), NULL),
    (2, 2000000, 'default', 'CLICK', 'event', 'CLICK', 'KEY_1', 'oA', 'gh_1', 1, NULL, 1, 2, 'safe', 'valid', 0, 2, 700,
        x'000102030405060708090a0b0c0d0e0f', 'POST', 'HTTP/1.0', '::1', '/', x'', '[{"code":"duplicate","severity":"warning"}]',
        13, CAST('<xml>two</xml>' AS BLOB), CAST('<xml>two inside</xml>' AS BLOB)),
    (3, 3000000, 'shop', 'text', 'text', NULL, NULL, 'oB', NULL, 2, '9007199254740993', 3, 1, 'plain', 'invalid', 0, 3, 900,
        x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/', x'', NULL, 70000, CAST('cut' AS BLOB), NULL),
    (5, 4000000, 'default', 'image', 'image', NULL, NULL, 'oA', NULL, 3, '7', 5, 1, 'compat', 'missing', 0, 0, 600,
        x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/', x'', NULL, 5, CAST('image' AS BLOB), NULL),
    (6, 5000000, 'default', 'handshake', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 6, 1, 'plain', 'unchecked', 1, 0, 600,
        x'', 'GET', 'HTTP/1.1', '127.0.0.1', '/wx?echostr=1', x'', NULL, 0, x'', NULL),
    (7, 6000000, 'default', 'event', 'Event', '', '', '', '', -1, '', 7, 1, 'plain', 'valid', 0, 0, 600,
        x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/', x'', NULL, 5, CAST('seven' AS BLOB), NULL),
    (9, 7000000, 'default', 'CLICK', 'event', 'CLICK', 'X', 'oX', NULL, 1, NULL, 9, 1, 'plain', 'valid', 0, 0, 600,
        x'', 'POST', 'HTTP/1.1', '127.0.0.1', '/', x'', NULL, 4, CAST('nine' AS BLOB), NULL)"#;

/// A database of an earlier version with events, of which the first two are indexed where there is an index.
fn of_version(version: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("menuscope.db");
    let mut connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    schema::migrations().to_version(&mut connection, version).unwrap();
    connection.execute_batch(&format!("{CAPTURE} {ROWS}; DELETE FROM capture WHERE id = 9;")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO reply (capture_id, status, source, elapsed_us, body) VALUES (1, 200, 'rule:a', 1900, CAST('ok' AS BLOB));
             INSERT INTO diagnosis VALUES ('duplicate', 2);
             INSERT INTO tally VALUES ('unverified_dropped', 4);",
        )
        .unwrap();
    if version >= 4 {
        connection
            .execute_batch(
                "INSERT INTO search (rowid, text) VALUES (1, '<xml>one</xml> ok'), (2, '<xml>two inside</xml>');
                 INSERT INTO tally VALUES ('indexed_upto', 2);
                 INSERT INTO removal VALUES (1, 9000000000000000);
                 INSERT INTO removed VALUES (6, 1);",
            )
            .unwrap();
    }
    (folder, path)
}

fn capture(reader: &Reader, id: i64) -> StoredCapture {
    reader.capture(CaptureId(id)).unwrap().unwrap_or_else(|| panic!("event {id} is gone"))
}

/// Looks at every event, and at what the index finds.
fn assert_as_before(path: &Path, version: usize) {
    let reader = Reader::open(path).unwrap();
    let first = capture(&reader, 1);
    let request = &first.capture.request;
    assert_eq!((&*request.method, &*request.version, &*request.target), ("POST", "HTTP/1.1", "/wx?a=1"));
    assert_eq!((&*request.peer, request.headers.lines()), ("127.0.0.1", &b"host: h\r\n"[..]));
    assert_eq!((&request.body[..], request.body_length), (&b"<xml>one</xml> "[..], 15));
    assert_eq!(first.reply.as_ref().map(|reply| &reply.source), Some(&ReplySource::Rule("a".to_owned())));
    let some = |text: &str| Some(text.to_owned());
    let click = Envelope {
        kind: "CLICK".to_owned(),
        msg_type: some("event"),
        event: some("CLICK"),
        event_key: some(" KEY_1"),
        openid: some("oA"),
        to_user: some("gh_1"),
        create_time: Some(1),
        msg_id: None,
    };
    assert_eq!(first.capture.envelope, click);
    let second = capture(&reader, 2);
    assert_eq!((second.placement.group, second.placement.attempt), (CaptureId(1), 2));
    assert_eq!((second.capture.mode, &*second.capture.request.version), (Mode::Safe, "HTTP/1.0"));
    assert_eq!(second.capture.message.as_deref(), Some(&b"<xml>two inside</xml>"[..]));
    assert_eq!(second.capture.diagnoses.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::Duplicate]);
    let cut = capture(&reader, 3);
    assert_eq!((cut.capture.signature, cut.capture.request.body_length), (Signature::Invalid, 70_000));
    assert_eq!((&*cut.capture.account, cut.capture.envelope.msg_id), ("shop", some("9007199254740993")));
    assert_eq!(capture(&reader, 5).capture.signature, Signature::Missing);
    assert_eq!(capture(&reader, 5).capture.mode, Mode::Compat);
    let odd = Envelope {
        kind: "event".to_owned(),
        msg_type: some("Event"),
        event: some(""),
        event_key: some(""),
        openid: some(""),
        to_user: some(""),
        create_time: Some(-1),
        msg_id: some(""),
    };
    assert_eq!(capture(&reader, 7).capture.envelope, odd);
    let handshake = reader.capture(CaptureId(6)).unwrap();
    assert_eq!(handshake.is_none(), version >= 4, "a removed event stays removed");
    assert!(handshake.is_none_or(|handshake| handshake.capture.replay && handshake.capture.request.method == "GET"));
    assert_eq!(reader.attempts(CaptureId(1)).unwrap().len(), 2);
    for (text, expected) in [
        ("event:CLICK", &[1, 2][..]),
        ("type:text", &[3]),
        ("key:KEY_1", &[1, 2]),
        ("openid:oA", &[1, 2, 5]),
        ("sig:invalid OR sig:missing", &[3, 5]),
        ("mode:safe", &[2]),
        ("has:diagnosis", &[2]),
        ("\"inside\"", &[2]),
        ("\"seven\"", &[7]),
        ("type:event", &[1, 2]),
        ("before:1970-01-01T00:00:03Z", &[1, 2]),
    ] {
        let filter = Filter::parse(text, &crate::clock::local_now()).unwrap();
        let found: Vec<i64> = reader.matching(&filter).unwrap().into_iter().map(|id| id.0).collect();
        assert_eq!(found, expected, "{text} after version {version}");
    }
    let stats = reader.stats().unwrap();
    assert_eq!((stats.unverified, stats.version), ((1_500, 4), schema::LATEST));
    assert!(reader.check(&Progress::new()).unwrap().is_empty());
}

#[test]
fn the_events_of_every_earlier_version_are_there_as_they_were() {
    for version in 1..=schema::WIDE {
        let (_folder, path) = of_version(version);
        assert!(is_older(&path));
        if version % 2 == 0 {
            let progress = Progress::new();
            bring_up_to_date(&path, &progress).unwrap();
            assert!(progress.total() > 0 && progress.done() >= 6);
        } else {
            let head = tokio::sync::watch::Sender::new(StoreHead::default());
            drop(Store::open(&path, Limits::default(), head, Waker::silent()).unwrap());
        }
        assert!(!is_older(&path));
        assert_as_before(&path, version);
    }
}

#[test]
fn commands_upgrade_too_and_no_number_is_given_twice() {
    for version in 1..=schema::WIDE {
        let (_folder, path) = of_version(version);
        let mut connection = connect(&path, OpenFlags::default()).unwrap();
        if version % 2 == 0 {
            drop(BulkWriter::open(&path).unwrap());
        } else {
            Maintenance::open(&path).unwrap().index(&Progress::new()).unwrap();
        }
        assert_as_before(&path, version);
        let transaction = connection.transaction().unwrap();
        assert_eq!(rows::next_id(&transaction).unwrap(), 10);
        assert!(index::upto(&transaction).unwrap() >= if version >= 4 { 2 } else { 0 });
        groups::Groups::load(&transaction).unwrap();
    }
}

#[test]
fn beside_a_listener_of_an_earlier_version_nothing_is_changed() {
    let (folder, path) = of_version(schema::WIDE);
    let lock = std::fs::File::create(folder.path().join(LOCK)).unwrap();
    lock.lock().unwrap();
    assert!(matches!(BulkWriter::open(&path), Err(StoreError::InUse { .. })));
    assert!(matches!(Maintenance::open(&path), Err(StoreError::InUse { .. })));
    assert!(matches!(bring_up_to_date(&path, &Progress::new()), Err(StoreError::InUse { .. })));
    assert!(is_older(&path));
    lock.unlock().unwrap();
    drop(BulkWriter::open(&path).unwrap());
    assert_as_before(&path, schema::WIDE);
}

#[test]
fn what_was_stopped_goes_on_whatever_an_earlier_version_did_in_between() {
    let (_folder, path) = of_version(schema::WIDE);
    let stopped = Progress::new();
    stopped.cancel();
    assert!(matches!(bring_up_to_date(&path, &stopped), Err(StoreError::UpgradeStopped { .. })));
    let mut connection = connect(&path, OpenFlags::default()).unwrap();
    assert!(is_older(&path));
    connection.execute_batch(schema::NARROW).unwrap();
    assert_eq!(narrow::copy(&connection, 4).unwrap(), 4);
    connection
        .execute_batch(&format!("DELETE FROM capture WHERE id = 3; {CAPTURE} {};", ROWS.rsplit_once("),\n").unwrap().1))
        .unwrap();
    upgrade(&mut connection, &path, &Progress::new()).unwrap();
    let reader = Reader::open(&path).unwrap();
    let all: Vec<i64> = reader.matching(&Filter::default()).unwrap().into_iter().map(|id| id.0).collect();
    assert_eq!(all, [1, 2, 5, 7, 9]);
    assert_eq!(reader.stats().unwrap().unverified.0, 600);
}
