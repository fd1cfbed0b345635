//! Tests of lines: written, read, and written again.

use proptest::prelude::*;

use super::*;
use crate::exchange::formats::specimens::{
    accounts, accounts_with, any_event, every_kind, exported, imported, no_accounts, numbered, pushed, pushed_with,
    success,
};
use crate::exchange::published;
use crate::inspect::inspect;
use crate::wechat::compose::template;

const ENGLISH: JsonLines = JsonLines { language: Language::English };

fn lines(bytes: &[u8]) -> Vec<&str> {
    std::str::from_utf8(bytes).unwrap().lines().collect()
}

#[test]
fn every_kind_of_event_comes_back_as_it_was() {
    for language in Language::ALL {
        let first = exported(JsonLines::new(language), &every_kind());
        for accounts in [accounts(), no_accounts()] {
            let (report, events) = imported(read, &first, &accounts);
            assert_eq!(report.problems, []);
            let again = exported(JsonLines::new(language), &events);
            for (line, other) in lines(&first).into_iter().zip(lines(&again)) {
                assert_eq!(line, other);
            }
            assert_eq!(first.len(), again.len());
        }
    }
}

#[test]
fn what_is_on_record_is_taken_as_it_is() {
    let events = every_kind();
    let (_, again) = imported(read, &exported(ENGLISH, &events), &accounts());
    assert_eq!(events.len(), again.len());
    for (event, again) in events.iter().zip(&again) {
        let (before, after) = (&event.stored.capture, &again.stored.capture);
        assert_eq!(event.stored.placement, again.stored.placement);
        assert_eq!(before.request.target, after.request.target);
        assert_eq!(before.request.body, after.request.body);
        assert_eq!(before.request.body_length, after.request.body_length);
        assert_eq!(before.message, after.message, "the account's key opens it");
        assert_eq!((before.mode, before.signature, before.replay), (after.mode, after.signature, after.replay));
        assert_eq!(before.envelope, after.envelope);
    }
}

#[test]
fn without_a_key_an_encrypted_message_comes_back_to_the_byte() {
    let capture = inspect(pushed(template("CLICK").unwrap().as_bytes(), true), &accounts()).capture;
    let (envelope, message) = (capture.envelope.clone(), capture.message.clone());
    let line = exported(ENGLISH, &numbered(vec![(capture, None)]));
    let (_, again) = imported(read, &line, &no_accounts());
    assert_eq!((&again[0].stored.capture.envelope, &again[0].stored.capture.message), (&envelope, &message));
}

#[test]
fn lines_of_an_earlier_version_come_in() {
    let earlier_line = |line: &str| {
        let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
        let members = event.as_object_mut().unwrap();
        members.shift_remove("message");
        for finding in members["diagnoses"].as_array_mut().unwrap() {
            finding.as_object_mut().unwrap().shift_remove("details");
        }
        event.to_string()
    };
    let written = exported(ENGLISH, &every_kind());
    let earlier: Vec<String> = lines(&written).into_iter().map(earlier_line).collect();
    let (report, again) = imported(read, earlier.join("\n").as_bytes(), &accounts());
    assert_eq!(report.problems, []);
    for (before, after) in every_kind().iter().zip(&again) {
        assert_eq!(before.stored.capture.message, after.stored.capture.message, "the account's key opens it");
        for diagnosis in &after.stored.capture.diagnoses {
            assert!(!diagnosis.message(Language::English).contains("%{"), "{diagnosis:?}");
        }
    }
}

#[test]
fn an_event_encrypted_with_the_published_key_is_decrypted_by_anybody() {
    let message = template("CLICK").unwrap().as_bytes();
    let request = pushed_with(message, Some(published::AES_KEY));
    let capture = inspect(request, &accounts_with(published::AES_KEY)).capture;
    assert_eq!(capture.message(), message);
    let line = exported(ENGLISH, &numbered(vec![(capture, None)]));
    let (_, again) = imported(read, &line, &no_accounts());
    assert_eq!(again[0].stored.capture.message(), message, "to the byte, and not made again");
}

#[test]
fn a_message_that_was_not_decrypted_when_it_arrived_stays_encrypted() {
    let request = pushed(template("CLICK").unwrap().as_bytes(), true);
    let capture = inspect(request, &no_accounts()).capture;
    let line = exported(ENGLISH, &numbered(vec![(capture, None)]));
    let (_, again) = imported(read, &line, &accounts());
    assert_eq!(again[0].stored.capture.message, None);
    assert_eq!(exported(ENGLISH, &again), line);
}

#[test]
fn the_language_of_an_import_does_not_matter() {
    let [english, chinese] = Language::ALL.map(|language| exported(JsonLines::new(language), &every_kind()));
    let (_, events) = imported(read, &chinese, &accounts());
    let again = exported(ENGLISH, &events);
    for (line, other) in lines(&english).into_iter().zip(lines(&again)) {
        assert_eq!(line, other);
    }
}

#[test]
fn events_that_come_newest_first_are_stored_as_they_arrived() {
    let first = exported(ENGLISH, &every_kind());
    let mut newest_first = lines(&first);
    newest_first.reverse();
    let (report, events) = imported(read, newest_first.join("\n").as_bytes(), &accounts());
    assert_eq!((report.problems.len(), report.added), (0, newest_first.len() as u64));
    assert_eq!(exported(ENGLISH, &events), first);
}

#[test]
fn events_that_somebody_made_legible_come_in() {
    let first = exported(ENGLISH, &every_kind());
    let pretty = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::to_string_pretty(&event).unwrap()
    };
    let legible: Vec<String> = lines(&first).into_iter().map(pretty).collect();
    assert!(recognises(legible[0].as_bytes()));
    let (report, events) = imported(read, legible.join("\n").as_bytes(), &accounts());
    assert_eq!(report.problems, []);
    assert_eq!(exported(ENGLISH, &events), first);
}

#[test]
fn a_bad_line_is_named_and_the_rest_comes_in() {
    let capture = inspect(pushed(template("VIEW").unwrap().as_bytes(), false), &accounts()).capture;
    let good = exported(ENGLISH, &numbered(vec![(capture, Some(success()))]));
    let good = lines(&good)[0];
    let broken = &good[..good.len() / 2];
    let no_base64 = r#"{"id":5,"account":"a","attempt":1,"mode":"plain","signature":"valid","request":{"method":"POST","target":"/","headers":[],"body_base64":"?"}}"#;
    let text = format!(
        "\u{feff}{{\"listening\":\"http://127.0.0.1:1\"}}\r\n{good}\r\n\n{broken}\n[1]\n{no_base64}\n{{}}\n\n{broken}"
    );
    let mut text = text.into_bytes();
    text.extend(b"\n{\"id\":\"\xff\"}");
    let (report, events) = imported(read, &text, &accounts());
    assert_eq!((report.added, events.len()), (1, 1));
    let places: Vec<&str> = report.problems.iter().map(|problem| &*problem.place).collect();
    assert_eq!(
        places,
        ["file, line 4", "file, line 5", "file, line 6", "file, line 7", "file, line 9", "file, line 10"]
    );
    let is_malformed = |reason: &ImportReason| matches!(reason, ImportReason::Malformed { .. });
    assert!(report.problems[..5].iter().all(|problem| is_malformed(&problem.reason)), "{:?}", report.problems);
    assert_eq!(report.problems[5].reason, ImportReason::Encoding { encoding: "Windows-1252".to_owned() });
}

#[test]
fn a_line_that_is_too_long_is_passed_over() {
    let first = exported(ENGLISH, &every_kind());
    let mut text = vec![b'{'; MOST + 1];
    text.push(b'\n');
    text.extend(&first);
    let (report, events) = imported(read, &text, &accounts());
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].reason, ImportReason::TooLarge { limit: MOST as u64 });
    assert_eq!(exported(ENGLISH, &events), first);
}

#[test]
fn a_file_of_two_bytes_a_character_is_named_as_such() {
    let mut text = vec![0xff, 0xfe];
    text.extend("{\"id\":1,\"received_at\":\"2".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(recognises(&text));
    let (report, _) = imported(read, &text, &accounts());
    assert_eq!(report.problems[0].reason, ImportReason::Encoding { encoding: "UTF-16LE".to_owned() });
    assert_eq!(report.unread, 1);
}

#[test]
fn events_are_told_from_other_json() {
    assert!(recognises(b"{\"id\":17,\"received_at\":\"2026-11-23T08:00:00.123456Z\",\"acc"));
    assert!(recognises(b"\xEF\xBB\xBF{\"account\":\"default\",\"attempt\":1,\"create_time\":null,\"dec"));
    assert!(recognises(b"{\"listening\":\"http://127.0.0.1:8989\"}\n"));
    assert!(!recognises(br#"{"ToUserName":"gh_1","FromUserName":"o1"}"#));
    assert!(!recognises(br#"{"log":{"version":"1.2"}}"#));
    assert!(!recognises(b"<xml>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_events_come_back_as_they_were(events in proptest::collection::vec(any_event(), 0..6)) {
        let first = exported(ENGLISH, &numbered(events));
        let (report, again) = imported(read, &first, &no_accounts());
        prop_assert_eq!(report.problems, []);
        prop_assert_eq!(String::from_utf8(first), String::from_utf8(exported(ENGLISH, &again)));
    }

    #[test]
    fn no_bytes_end_in_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        recognises(&bytes);
        imported(read, &bytes, &no_accounts());
    }
}
