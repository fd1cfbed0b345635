//! Removal and restoration of events, limits of what is kept, and the database's check, compaction and backup.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/recorded.rs"]
mod recorded;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::until;
use jiff::{SignedDuration, Timestamp, Zoned};
use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::progress::Progress;
use menuscope::store::{
    BulkWriter, Limits, Maintenance, Reader, Retention, RetentionReason, Store, StoreError, StoreHead,
};
use menuscope::traffic::Traffic;
use menuscope::waker::Waker;
use recorded::recorded;
use tokio::sync::watch;

fn database(folder: &Path, events: i64) -> PathBuf {
    database_of(folder, events, Duration::from_hours(2))
}

/// Events a second apart, the first of them that long ago.
fn database_of(folder: &Path, events: i64, ago: Duration) -> PathBuf {
    let path = folder.join("menuscope.db");
    let first = Timestamp::now() - ago;
    let click = |n| {
        let body = format!("<xml><MsgType>event</MsgType><Event>CLICK</Event><a>word{n}</a></xml>");
        let mut event = recorded(n, body.as_bytes());
        event.capture.request.received_at = first + SignedDuration::from_secs(n);
        event
    };
    let events: Vec<_> = (0..events).map(click).collect();
    BulkWriter::open(&path).unwrap().import(&events).unwrap();
    path
}

fn matching(reader: &Reader, text: &str) -> Vec<i64> {
    let filter = Filter::parse(text, &Zoned::now()).unwrap();
    reader.matching(&filter).unwrap().into_iter().map(|id| id.0).collect()
}

fn ids(numbers: &[i64]) -> Vec<CaptureId> {
    numbers.iter().copied().map(CaptureId).collect()
}

fn open(path: &Path, retention: Retention) -> Store {
    let limits = Limits { retention, ..Limits::default() };
    Store::open(path, limits, watch::Sender::new(StoreHead::default()), Waker::silent()).unwrap()
}

#[test]
fn what_is_removed_shows_nowhere_until_it_is_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 5);
    let reader = Reader::open(&path).unwrap();
    let before = reader.removals().unwrap();
    let mut writer = BulkWriter::open(&path).unwrap();
    let (first, removed) = writer.remove(&ids(&[2, 4, 99]), &Progress::new()).unwrap();
    assert_eq!(removed, 2);
    assert!(reader.removals().unwrap() > before);
    assert_eq!((matching(&reader, ""), matching(&reader, "word1 OR word3")), (vec![1, 3, 5], vec![]));
    assert_eq!((reader.count().unwrap(), reader.page(&ids(&[1, 2])).unwrap().len()), (3, 1));
    assert!(reader.capture(CaptureId(4)).unwrap().is_none());
    assert!(reader.attempts(CaptureId(4)).unwrap().is_empty());
    // Removing what is removed already changes nothing of whom it belongs to.
    let (second, removed) = writer.remove(&ids(&[4, 5]), &Progress::new()).unwrap();
    assert_eq!((removed, reader.latest_removal().unwrap()), (1, Some(second)));
    assert_eq!(writer.restore(second).unwrap(), 1);
    assert_eq!((matching(&reader, ""), reader.latest_removal().unwrap()), (vec![1, 3, 5], Some(first)));
    assert_eq!(writer.restore(first).unwrap(), 2);
    assert_eq!((matching(&reader, "").len(), matching(&reader, "word3")), (5, vec![4]));
    assert_eq!((writer.restore(first).unwrap(), reader.latest_removal().unwrap()), (0, None));
}

#[test]
fn many_are_removed_and_brought_back_in_short_transactions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("menuscope.db");
    let events: Vec<_> = Traffic::new(2, 20_000, "2026-11-23T08:00:00Z".parse().unwrap()).take(20_000).collect();
    let mut writer = BulkWriter::open(&path).unwrap();
    events.chunks(1_000).for_each(|some| drop(writer.import(some).unwrap()));
    let reader = Reader::open(&path).unwrap();
    let all: Vec<_> = (1..=20_000).map(CaptureId).collect();
    let (removal, removed) = writer.remove(&all, &Progress::new()).unwrap();
    assert_eq!((removed, reader.count().unwrap()), (20_000, 0));
    assert_eq!((writer.restore(removal).unwrap(), reader.count().unwrap()), (20_000, 20_000));
}

#[test]
fn beyond_a_limit_the_oldest_go_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 700);
    let store = open(&path, Retention { events: Some(10), ..Retention::default() });
    let reader = Reader::open(&path).unwrap();
    until("ten events", || (reader.count().unwrap() == 10).then_some(()));
    assert_eq!(matching(&reader, ""), (691..=700).collect::<Vec<_>>());
    drop(store);
    // They are older than a second. Ten more minutes, and what was removed could not be brought back.
    let store = open(&path, Retention { age: Some(Duration::from_secs(1)), ..Retention::default() });
    until("no event", || (reader.count().unwrap() == 0).then_some(()));
    drop(store);
    assert!(reader.check(&Progress::new()).unwrap().is_empty());
}

/// Makes all removals an hour old.
fn age_removals(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("UPDATE removal SET removed_at = removed_at - 3600 * 1000000", []).unwrap();
}

/// A store with these limits, and its head.
fn watched(path: &Path, retention: Retention) -> (Store, watch::Receiver<StoreHead>) {
    let (head, following) = watch::channel(StoreHead::default());
    let limits = Limits { retention, ..Limits::default() };
    (Store::open(path, limits, head, Waker::silent()).unwrap(), following)
}

#[test]
fn what_a_limit_removes_is_said_once_and_rests_once_it_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 20_000);
    let ten = Retention { events: Some(10), ..Retention::default() };
    let (store, head) = watched(&path, ten);
    let report = until("the report", || head.borrow().retention.clone());
    assert_eq!((report.events, report.reason), (19_990, RetentionReason::Events));
    let words = report.words();
    assert!(words.to_string().contains("removed 19990 events, received 2"), "{words}");
    let reader = Reader::open(&path).unwrap();
    assert_eq!((reader.count().unwrap(), reader.latest_removal().unwrap()), (10, Some(report.removal)));
    let mut writer = BulkWriter::open(&path).unwrap();
    assert_eq!(writer.restore(report.removal).unwrap(), 19_990);
    assert_eq!(reader.count().unwrap(), 20_000);
    drop(store);
    // Nor does it begin anew with the next start, until a person says so.
    let (store, head) = watched(&path, ten);
    std::thread::park_timeout(Duration::from_secs(3));
    assert_eq!((reader.count().unwrap(), head.borrow().retention.is_none()), (20_000, true));
    writer.agree_to_limits().unwrap();
    until("ten events", || (reader.count().unwrap() == 10).then_some(()));
    drop(store);
    // Other limits are other limits.
    let removal = reader.latest_removal().unwrap().unwrap();
    writer.restore(removal).unwrap();
    let _store = watched(&path, Retention { events: Some(11), ..Retention::default() });
    until("eleven events", || (reader.count().unwrap() == 11).then_some(()));
}

#[test]
fn by_size_no_more_goes_than_has_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 6_000);
    let reader = Reader::open(&path).unwrap();
    // Of that much, indexed.
    drop(open(&path, Retention::default()));
    Maintenance::open(&path).unwrap().compact(&Progress::new()).unwrap();
    let half = reader.size().unwrap() / 2;
    let (store, head) = watched(&path, Retention { size: Some(half), ..Retention::default() });
    let report = until("the report", || head.borrow().retention.clone());
    let left = reader.count().unwrap();
    assert_eq!((report.reason, left + report.events), (RetentionReason::Size, 6_000));
    assert!((2_000..4_000).contains(&left), "{left}");
    drop(store);
}

#[test]
fn a_clock_far_ahead_of_the_newest_event_removes_nothing_until_a_person_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let year = Duration::from_hours(365 * 24);
    let path = database_of(folder.path(), 50, year);
    let days = Retention { age: Some(Duration::from_hours(24)), ..Retention::default() };
    let reader = Reader::open(&path).unwrap();
    for _ in 0..2 {
        let (store, head) = watched(&path, days);
        let warning = until("the question", || head.borrow().clock.clone());
        assert!(warning.to_string().contains("db apply-limits"), "{warning}");
        assert_eq!((reader.count().unwrap(), head.borrow().retention.is_none()), (50, true));
        drop(store);
        // An event of today does not make the clock right.
        let mut today = recorded(1, b"<xml><MsgType>event</MsgType><Event>VIEW</Event></xml>");
        today.capture.request.received_at = Timestamp::now();
        BulkWriter::open(&path).unwrap().import(&[today]).unwrap();
        let listed = reader.count().unwrap();
        BulkWriter::open(&path).unwrap().remove(&ids(&[51, 52]), &Progress::new()).unwrap();
        assert!(listed > 50);
    }
    BulkWriter::open(&path).unwrap().agree_to_limits().unwrap();
    let (_store, head) = watched(&path, days);
    let report = until("the report", || head.borrow().retention.clone());
    assert_eq!((report.events, report.reason), (50, RetentionReason::Age));
    assert_eq!((reader.count().unwrap(), head.borrow().clock.is_none()), (0, true));
}

#[test]
fn without_a_limit_nothing_goes_and_a_limit_can_come_while_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 300);
    let store = open(&path, Retention::default());
    let reader = Reader::open(&path).unwrap();
    // All chores have been done by the time that everything is indexed.
    until("the index", || (reader.stats().unwrap().unindexed == 0).then_some(()));
    assert_eq!(reader.count().unwrap(), 300);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    store.handle().keep(Retention { size: Some(1), ..Retention::default() });
    until("nothing left", || (reader.count().unwrap() == 0).then_some(()));
}

#[test]
fn a_copy_holds_everything_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 50);
    let reader = Reader::open(&path).unwrap();
    let copy = folder.path().join("copy.db");
    reader.back_up(&copy, &Progress::new()).unwrap();
    let copied = Reader::open(&copy).unwrap();
    for id in 1..=50 {
        let request = |reader: &Reader| reader.capture(CaptureId(id)).unwrap().unwrap().capture.request.to_http();
        assert_eq!(request(&copied), request(&reader));
    }
    let before = std::fs::read(&copy).unwrap();
    assert!(matches!(reader.back_up(&copy, &Progress::new()), Err(StoreError::Backup { .. })));
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    let nowhere = folder.path().join("missing/copy.db");
    assert!(matches!(reader.back_up(&nowhere, &Progress::new()), Err(StoreError::Backup { .. })));
    assert_eq!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".menuscope"))
            .count(),
        0
    );
}

#[test]
fn work_that_is_ended_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("menuscope.db");
    let events: Vec<_> = Traffic::new(2, 3_000, "2026-11-23T08:00:00Z".parse().unwrap()).take(3_000).collect();
    BulkWriter::open(&path).unwrap().import(&events).unwrap();
    let ended = Progress::new();
    ended.cancel();
    let reader = Reader::open(&path).unwrap();
    let copy = folder.path().join("copy.db");
    assert!(matches!(reader.back_up(&copy, &ended), Err(StoreError::Interrupted { .. })));
    assert!(!copy.exists());
    assert!(matches!(reader.check(&ended), Err(StoreError::Interrupted { .. })));
    assert!(matches!(Maintenance::open(&path).unwrap().compact(&ended), Err(StoreError::Interrupted { .. })));
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.count().unwrap(), 3_000);
    assert!(reader.check(&Progress::new()).unwrap().is_empty());
}

#[test]
fn compacting_gives_room_back_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("menuscope.db");
    let events: Vec<_> = Traffic::new(2, 6_000, "2026-11-23T08:00:00Z".parse().unwrap()).take(6_000).collect();
    BulkWriter::open(&path).unwrap().import(&events).unwrap();
    let store = open(&path, Retention { events: Some(100), ..Retention::default() });
    let reader = Reader::open(&path).unwrap();
    until("a hundred events", || (reader.count().unwrap() == 100).then_some(()));
    drop(store);
    age_removals(&path);
    let before = reader.size().unwrap();
    let kept = matching(&reader, "");
    drop(reader);
    Maintenance::open(&path).unwrap().compact(&Progress::new()).unwrap();
    let reader = Reader::open(&path).unwrap();
    assert!(reader.size().unwrap() * 4 < before, "{before} before, {} now", reader.size().unwrap());
    assert_eq!((matching(&reader, ""), reader.stats().unwrap().empty), (kept, 0));
}
