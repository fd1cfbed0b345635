//! Removal and restoration of events, limits of what is kept, and the database's check, compaction and backup.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/recorded.rs"]
mod recorded;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::until;
use jiff::Zoned;
use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Limits, Maintenance, Reader, Retention, Store, StoreError, StoreHead};
use menuscope::traffic::Traffic;
use menuscope::waker::Waker;
use recorded::recorded;
use tokio::sync::watch;

fn database(folder: &Path, events: i64) -> PathBuf {
    let path = folder.join("menuscope.db");
    let click =
        |n| recorded(n, format!("<xml><MsgType>event</MsgType><Event>CLICK</Event><a>word{n}</a></xml>").as_bytes());
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
    // They were two days old: nothing is younger than a day.
    let store = open(&path, Retention { age: Some(Duration::from_hours(24)), ..Retention::default() });
    until("no event", || (reader.count().unwrap() == 0).then_some(()));
    drop(store);
    assert!(reader.check(&Progress::new()).unwrap().is_empty());
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
    let before = reader.size().unwrap();
    let kept = matching(&reader, "");
    drop(reader);
    Maintenance::open(&path).unwrap().compact(&Progress::new()).unwrap();
    let reader = Reader::open(&path).unwrap();
    assert!(reader.size().unwrap() * 4 < before, "{before} before, {} now", reader.size().unwrap());
    assert_eq!((matching(&reader, ""), reader.stats().unwrap().empty), (kept, 0));
}
