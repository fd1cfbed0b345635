//! Errors of the store: another program's lock, missing rights, other versions, damage, and impossible rows.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

use std::path::Path;

use common::{TestListener, sample};
use jiff::Zoned;
use menuscope::account::Accounts;
use menuscope::capture::{CaptureId, RawRequest};
use menuscope::filter::Filter;
use menuscope::inspect::inspect;
use menuscope::store::{Limits, Reader, Scan, Store, StoreError, StoreHead};
use menuscope::waker::Waker;
use tokio::sync::watch;

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, Limits::default(), watch::Sender::new(StoreHead::default()), Waker::silent())
}

fn request(body: &[u8]) -> RawRequest {
    RawRequest {
        received_at: jiff::Timestamp::now(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/wx".to_owned(),
        headers: menuscope::capture::Headers::default(),
        peer: "127.0.0.1".to_owned(),
        body_length: body.len() as u64,
        body: body.to_vec().into(),
    }
}

fn insert(store: &Store, count: usize) {
    let accounts = Accounts::new(Vec::new(), None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let body = sample("CLICK");
    runtime.block_on(async {
        for _ in 0..count {
            store.handle().insert(inspect(request(&body), &accounts).capture).await.unwrap();
        }
    });
}

#[test]
fn what_was_inserted_is_there_after_closing_and_the_log_is_folded_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let store = open(&path).unwrap();
    insert(&store, 3);
    drop(store);
    assert!(!directory.path().join("menuscope.db-wal").exists());
    insert(&open(&path).unwrap(), 1);
    let reader = Reader::open(&path).unwrap();
    assert_eq!((reader.newest().unwrap(), reader.count().unwrap()), (CaptureId(4), 4));
}

#[test]
fn a_database_of_a_newer_version_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    drop(open(&path).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(open(&path), Err(StoreError::Newer { found: 99, .. })));
    assert!(matches!(Reader::open(&path), Err(StoreError::Newer { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_said_to_be_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    std::fs::write(&path, b"this is no database, and long enough to be sure of it".repeat(100)).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("recover"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_so() {
    let error = open(Path::new("/proc/menuscope.db")).unwrap_err();
    assert!(error.to_string().contains("--data"), "{error}");
}

#[test]
fn a_database_that_another_program_holds_is_said_to_be_locked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let blocker = rusqlite::Connection::open(&path).unwrap();
    blocker.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE other (a)").unwrap();
    assert!(matches!(open(&path), Err(StoreError::Locked { .. })));
}

#[test]
fn without_a_database_a_reader_says_so() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(Reader::open(&directory.path().join("menuscope.db")), Err(StoreError::Absent { .. })));
}

#[test]
fn one_row_that_cannot_be_does_not_sink_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let store = open(&path).unwrap();
    // A rule that one of them breaks.
    let rule = "CREATE TRIGGER no_bad BEFORE INSERT ON capture WHEN instr(new.rest, x'2f626164') BEGIN SELECT RAISE(ABORT, 'bad'); END";
    rusqlite::Connection::open(&path).unwrap().execute_batch(rule).unwrap();
    let accounts = Accounts::new(Vec::new(), None);
    let body = sample("CLICK");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcomes = runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..100 {
            let handle = store.handle();
            let mut request = request(&body);
            if number == 50 {
                "/bad".clone_into(&mut request.target);
            }
            let capture = inspect(request, &accounts).capture;
            tasks.spawn(async move { (number, handle.insert(capture).await.is_ok()) });
        }
        tasks.join_all().await
    });
    for (number, stored) in outcomes {
        assert_eq!(stored, number != 50, "number {number}");
    }
    assert_eq!(Reader::open(&path).unwrap().count().unwrap(), 99);
}

#[test]
fn a_walk_goes_from_the_newest_down_and_misses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let store = open(&path).unwrap();
    insert(&store, 30);
    let reader = Reader::open(&path).unwrap();
    for (text, expected) in
        [("", 30), ("event:CLICK", 30), ("event:VIEW", 0), ("id:10..19", 10), ("eventkey", 30), ("-id:<11", 20)]
    {
        let filter = Filter::parse(text, &Zoned::now()).unwrap();
        let mut scan = Scan::new(&filter, reader.newest().unwrap());
        let mut ids = Vec::new();
        loop {
            let chunk = reader.step(&mut scan).unwrap();
            ids.extend(chunk.ids.iter());
            if chunk.finished {
                break;
            }
        }
        assert_eq!(ids.len(), expected, "{text}");
        assert!(ids.is_sorted_by(|one, next| one > next), "{text}");
    }
}

#[test]
fn every_filter_of_the_contract_reads_and_runs() {
    let listener = TestListener::start();
    listener.post("/wx", &sample("CLICK"));
    listener.newest();
    let reader = listener.reader();
    let filters = [
        ("CLICK EVENTKEY", true),
        ("event:CLICK type:event key:EVENT* openid:FromUser", true),
        ("account:default sig:unchecked mode:plain reply:default status:200", true),
        ("ms:<60000 attempt:1 id:1 after:1h", true),
        ("before:1h", false),
        ("forward:ok OR forward:late OR forward:failed OR fault:* OR fault:bom", false),
        ("is:held OR is:replay", false),
        ("has:diagnosis diagnosis:token-missing", true),
        ("success -nonsense (VIEW OR click) \"To User\"", false),
        ("success -nonsense (VIEW OR click) \"toUser\"", true),
    ];
    for (text, matches) in filters {
        let filter = Filter::parse(text, &Zoned::now()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(reader.arrived(&filter, CaptureId(0), 10).unwrap().len(), usize::from(matches), "{text}");
    }
}

#[test]
fn the_history_of_a_key_counts_its_taps_without_retries_and_lists_those_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let store = open(&path).unwrap();
    let accounts = Accounts::new(Vec::new(), None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tap = |key: &str, second: u32| {
        format!(
            "<xml><FromUserName>u</FromUserName><CreateTime>{second}</CreateTime><MsgType>event</MsgType>\
             <Event>CLICK</Event><EventKey>{key}</EventKey></xml>"
        )
    };
    runtime.block_on(async {
        // The second is a retry of the first.
        for (key, second) in [("a", 1), ("a", 1), ("b", 1), ("a", 2), ("a", 3)] {
            let capture = inspect(request(tap(key, second).as_bytes()), &accounts).capture;
            store.handle().insert(capture).await.unwrap();
        }
    });
    let reader = Reader::open(&path).unwrap();
    let history = |id| reader.key_history(&reader.capture(CaptureId(id)).unwrap().unwrap()).unwrap().unwrap();
    let earlier = |id| history(id).earlier.iter().map(|row| row.placement.id.0).collect::<Vec<_>>();
    assert_eq!((history(5).count, history(5).has_more, earlier(5)), (3, false, vec![4, 1]));
    assert_eq!((history(3).count, earlier(3)), (1, vec![]));
    drop(store);
}
