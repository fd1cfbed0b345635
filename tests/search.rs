//! The full-text index: at any moment it finds what a search through every event finds, and slows nothing down.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/recorded.rs"]
mod recorded;

use std::path::Path;

use common::until;
use jiff::Zoned;
use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Limits, Maintenance, Reader, Store, StoreHead};
use menuscope::traffic::Traffic;
use menuscope::waker::Waker;
use proptest::prelude::*;
use recorded::recorded;
use tokio::sync::watch;

/// Words of every sort: parts of keys, links, users, numbers, Chinese of one, two and more characters, tags, replies.
const WORDS: &[&str] = &[
    "MENU_",
    "menu_order",
    "oMgHVj",
    "订单",
    "的",
    "坏了怎么办",
    "EventKey",
    "<Event>",
    "]]></Event",
    "success",
    "69",
    "greeting",
    "您的积分",
    "ean_13",
    "rselfmenu_0",
    "campaign=VIP",
    "&amp;",
    "a&r",
    "，",
    "nothing of the kind",
    r#""\"""#,
    "?from",
    "艺苑路 -CLICK",
    "订单 OR 密码",
    "-订单",
    "(密码 OR 红包) event:text",
    "退款进度 sig:valid",
    "6 9",
];

fn database(folder: &Path, events: u64) -> std::path::PathBuf {
    let path = folder.join("menuscope.db");
    let mut writer = BulkWriter::open(&path).unwrap();
    let until = "2026-11-23T08:00:00Z".parse().unwrap();
    let events: Vec<_> = Traffic::new(5, events, until).take(events as usize).collect();
    writer.import(&events).unwrap();
    path
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &Zoned::now()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What a look into each event finds.
fn looked_for(reader: &Reader, text: &str) -> Vec<CaptureId> {
    reader.arrived(&filter(text), CaptureId(0), usize::MAX).unwrap()
}

fn until_indexed(reader: &Reader) {
    until("the index", || (reader.stats().unwrap().unindexed == 0).then_some(()));
}

fn assert_agrees(reader: &Reader) {
    for word in WORDS {
        assert_eq!(reader.matching(&filter(word)).unwrap(), looked_for(reader, word), "{word}");
    }
}

#[test]
fn the_index_finds_what_a_look_into_each_event_finds_whatever_it_holds_already() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 3_000);
    let reader = Reader::open(&path).unwrap();
    assert!(reader.stats().unwrap().unindexed == 3_000);
    assert_agrees(&reader);
    let found = WORDS.iter().filter(|word| !looked_for(&reader, word).is_empty()).count();
    assert!(found >= 20, "only {found} of the words are there at all");
    Maintenance::open(&path).unwrap().index(&Progress::new()).unwrap();
    assert_eq!(reader.stats().unwrap().unindexed, 0);
    assert_agrees(&reader);
    // What arrives later is found before it is indexed.
    let more: Vec<_> = Traffic::new(9, 500, "2026-11-24T08:00:00Z".parse().unwrap()).take(500).collect();
    BulkWriter::open(&path).unwrap().import(&more).unwrap();
    assert_eq!(reader.stats().unwrap().unindexed, 500);
    assert_agrees(&reader);
}

#[test]
fn the_writer_indexes_what_is_there_once_nothing_else_is_to_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 600);
    let store =
        Store::open(&path, Limits::default(), watch::Sender::new(StoreHead::default()), Waker::silent()).unwrap();
    let reader = Reader::open(&path).unwrap();
    until_indexed(&reader);
    assert_agrees(&reader);
    drop(store);
    assert!(reader.check(&Progress::new()).unwrap().is_empty());
}

#[test]
fn what_others_write_beside_the_writer_is_indexed_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), 10);
    let head = watch::Sender::new(StoreHead::default());
    let store = Store::open(&path, Limits::default(), head, Waker::silent()).unwrap();
    let reader = Reader::open(&path).unwrap();
    until_indexed(&reader);
    let more: Vec<_> = Traffic::new(9, 300, "2026-11-24T08:00:00Z".parse().unwrap()).take(300).collect();
    BulkWriter::open(&path).unwrap().import(&more).unwrap();
    assert!(reader.stats().unwrap().unindexed > 0);
    until_indexed(&reader);
    drop(store);
}

#[test]
fn bytes_that_are_no_text_are_found_by_what_is_text_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("menuscope.db");
    let bodies: [&[u8]; 4] = [
        b"<xml>\xff\xfe before </xml>",
        b"\0\0 zero",
        b"<xml><a>caf\xe9 \xe7\x82\xb9\xe5\x87\xbb</a></xml>",
        b"<xml><a>&#28857;&#20987;</a></xml>",
    ];
    let events: Vec<_> = (0..).zip(bodies).map(|(n, body)| recorded(n, body)).collect();
    BulkWriter::open(&path).unwrap().import(&events).unwrap();
    Maintenance::open(&path).unwrap().index(&Progress::new()).unwrap();
    let reader = Reader::open(&path).unwrap();
    for (word, expected) in [("before", 1), ("zero", 1), ("点击", 2), ("#28857", 1), ("caf", 1)] {
        assert_eq!(reader.matching(&filter(word)).unwrap().len(), expected, "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_part_of_any_event_is_found(
        texts in proptest::collection::vec("[ -~点击\u{1F600}é]{0,40}", 1..5),
        at in any::<proptest::sample::Index>(), from in any::<proptest::sample::Index>(), length in 1_usize..8,
        upper in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("menuscope.db");
        let events: Vec<_> = (0..).zip(&texts).map(|(n, text)| recorded(n, text.as_bytes())).collect();
        BulkWriter::open(&path).unwrap().import(&events).unwrap();
        Maintenance::open(&path).unwrap().index(&Progress::new()).unwrap();
        let reader = Reader::open(&path).unwrap();
        let characters: Vec<char> = texts[at.index(texts.len())].chars().collect();
        if !characters.is_empty() {
            let from = from.index(characters.len());
            let part: String = characters[from..(from + length).min(characters.len())].iter().collect();
            let part = if upper { part.to_ascii_uppercase() } else { part };
            let word = format!("\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\""));
            prop_assert_eq!(reader.matching(&filter(&word)).unwrap(), looked_for(&reader, &word), "{}", word);
            prop_assert!(!looked_for(&reader, &word).is_empty(), "{}", word);
        }
    }
}
