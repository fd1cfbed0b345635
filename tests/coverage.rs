//! The coverage of a menu in a database of generated traffic: the store's summary beside a walk through every event.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

use std::path::{Path, PathBuf};

use common::{TOKEN, TestListener, signed, until};
use jiff::Zoned;
use menuscope::capture::CaptureId;
use menuscope::coverage::{Coverage, Taps};
use menuscope::filter::Filter;
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Limits, Maintenance, Reader, Store, StoreHead};
use menuscope::traffic::Traffic;
use menuscope::waker::Waker;
use menuscope::wechat::custom_menu::MenuFile;
use tokio::sync::watch;

const EVENTS: u64 = 3_000;

fn menu() -> MenuFile {
    let json = r#"{"button":[
        {"type":"click","name":"签到","key":"MENU_SIGN_IN"},
        {"type":"click","name":"从不","key":"NEVER"},
        {"name":"更多","sub_button":[
            {"type":"scancode_push","name":"扫码","key":"rselfmenu_0_1"},
            {"type":"pic_weixin","name":"相册","key":"rselfmenu_1_0"},
            {"type":"media_id","name":"图片","media_id":"M"}]}]}"#;
    MenuFile::read(json.as_bytes()).unwrap()
}

fn database(folder: &Path) -> PathBuf {
    let path = folder.join("menuscope.db");
    let mut writer = BulkWriter::open(&path).unwrap();
    let until = "2026-11-23T08:00:00Z".parse().unwrap();
    let events: Vec<_> = Traffic::new(7, EVENTS, until).take(EVENTS as usize).collect();
    writer.import(&events).unwrap();
    path
}

fn walked(reader: &Reader, filter: &str) -> Coverage {
    let filter = Filter::parse(filter, &Zoned::now()).unwrap();
    Coverage::of(&menu(), &Taps::walk(reader, &filter).unwrap())
}

fn summed(reader: &Reader, most_stray: usize) -> Coverage {
    Coverage::read(reader, &menu(), &Filter::default(), most_stray).unwrap()
}

#[test]
fn the_summary_agrees_with_a_walk_whatever_is_summarised_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let reader = Reader::open(&path).unwrap();
    let before = walked(&reader, "");
    assert!(before.buttons[0].taps.count > 20 && before.stray.len() > 100, "{:?}", before.buttons);
    assert_eq!(summed(&reader, usize::MAX), before, "nothing is summarised yet");
    Maintenance::open(&path).unwrap().index(&Progress::new()).unwrap();
    assert_eq!(summed(&reader, usize::MAX), before, "everything is");
    let account = Filter::parse("account:default", &Zoned::now()).unwrap();
    let of_account = Coverage::read(&reader, &menu(), &account, usize::MAX).unwrap();
    assert_eq!(of_account, walked(&reader, "account:default"));
    let mut writer = BulkWriter::open(&path).unwrap();
    let gone: Vec<CaptureId> = (1..EVENTS.cast_signed()).filter(|id| id % 3 == 0).map(CaptureId).collect();
    let (removal, _) = writer.remove(&gone, &Progress::new()).unwrap();
    let less = walked(&reader, "");
    assert!(less.buttons[0].taps.count < before.buttons[0].taps.count);
    assert_eq!(summed(&reader, usize::MAX), less);
    writer.restore(removal).unwrap();
    let more: Vec<_> = Traffic::new(8, 200, "2026-11-24T08:00:00Z".parse().unwrap()).take(200).collect();
    writer.import(&more).unwrap();
    assert_eq!(summed(&reader, usize::MAX), walked(&reader, ""), "what is newer than the summary counts as well");
}

#[test]
fn only_the_newest_keys_in_no_button_are_listed_where_a_limit_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::open(&database(folder.path())).unwrap();
    let all = summed(&reader, usize::MAX);
    let few = summed(&reader, 10);
    assert_eq!((few.stray.as_slice(), few.stray_keys), (&all.stray[..10], all.stray.len()));
    assert_eq!(few.buttons, all.buttons);
}

/// The account of these tests, whose first button nobody answers in time.
const UNANSWERED: &str =
    "[accounts.default]\nsecrets = \"file\"\n[[rules]]\nname = \"down\"\nmatch = \"key:MENU_SIGN_IN\"\nstatus = 500\n";

/// A signed push of a tap on the button with this key, at this time of WeChat's clock.
fn tap(listener: &TestListener, key: &str, created: i64) -> u16 {
    let body = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName><CreateTime>{created}</CreateTime>\
         <MsgType>event</MsgType><Event>CLICK</Event><EventKey>{key}</EventKey></xml>"
    );
    listener.post(&format!("/wx?{}", signed(TOKEN)), body.as_bytes()).status
}

/// A time long ago: what comes again with it comes later than WeChat tries again.
const LONG_AGO: i64 = 1_700_000_000;

#[test]
fn a_tap_with_its_retries_is_one_wherever_taps_are_counted() {
    let listener = TestListener::with(UNANSWERED, "[default]\ntoken = \"pamtest\"\n");
    for _attempt in 0..3 {
        assert_eq!(tap(&listener, "MENU_SIGN_IN", LONG_AGO), 500);
    }
    listener.newest();
    let reader = listener.reader();
    let stored = reader.capture(CaptureId(1)).unwrap().unwrap();
    assert_eq!(reader.capture(CaptureId(3)).unwrap().unwrap().placement.attempt, 3);
    let count = |coverage: &Coverage| coverage.buttons[0].taps.count;
    assert_eq!((count(&summed(&reader, 0)), count(&walked(&reader, ""))), (1, 1));
    assert_eq!(reader.key_history(&stored).unwrap().unwrap().count, 1, "the detail counts as the menu does");
    // Where a person asks for them, they are there.
    assert_eq!(count(&walked(&reader, "attempt:>1")), 2);
}

#[test]
fn what_comes_again_after_an_answer_in_time_or_within_a_second_is_a_tap_of_its_own_and_what_is_refused_is_none() {
    let listener = TestListener::with_token();
    let now = jiff::Timestamp::now().as_second();
    for created in [LONG_AGO, LONG_AGO, LONG_AGO, now, now] {
        assert_eq!(tap(&listener, "MENU_SIGN_IN", created), 200);
    }
    for query in ["", "signature=0&timestamp=1&nonce=2"] {
        let body = "<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>\
                    <Event>CLICK</Event><EventKey>MENU_SIGN_IN</EventKey></xml>";
        assert_eq!(listener.post(&format!("/wx?{query}"), body.as_bytes()).status, 403);
    }
    listener.newest();
    let reader = listener.reader();
    let stored = reader.capture(CaptureId(1)).unwrap().unwrap();
    assert_eq!(summed(&reader, 0).buttons[0].taps.count, 5);
    assert_eq!(walked(&reader, "").buttons[0].taps.count, 5);
    assert_eq!(reader.key_history(&stored).unwrap().unwrap().count, 5);
    assert_eq!(walked(&reader, "sig:missing").buttons[0].taps.count, 1);
}

#[test]
fn a_filter_narrows_what_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::open(&database(folder.path())).unwrap();
    let filter = Filter::parse("event:scancode_push", &Zoned::now()).unwrap();
    let coverage = Coverage::read(&reader, &menu(), &filter, usize::MAX).unwrap();
    assert_eq!(coverage.buttons[0].taps.count, 0);
    assert!(coverage.buttons[3].taps.count > 0 && coverage.stray.iter().all(|stray| stray.kind == "scancode_push"));
}

#[test]
fn the_writer_sums_up_what_is_there_once_nothing_else_is_to_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let head = watch::Sender::new(StoreHead::default());
    let store = Store::open(&path, Limits::default(), head, Waker::silent()).unwrap();
    let summarised = || {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let sql = "SELECT value FROM tally WHERE name = 'tapped_upto'";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).ok().filter(|upto| *upto == EVENTS.cast_signed())
    };
    until("the summary", summarised);
    let reader = Reader::open(&path).unwrap();
    assert_eq!(summed(&reader, usize::MAX), walked(&reader, ""));
    drop(store);
}
