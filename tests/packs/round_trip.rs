//! What is exported and imported and exported again is the same to the byte.

use std::fs;
use std::time::Duration;

use menuscope::capture::diagnosis::{Code, Diagnosis};
use menuscope::capture::{
    CaptureId, ForwardProblem, Mode, RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer, Signature,
};
use menuscope::exchange::{FixtureError, Format};
use menuscope::inspect::read_envelope;
use menuscope::progress::Progress;
use menuscope::store::ImportEvent;
use menuscope::wechat::lint;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::desk::{Desk, files, sample, some};
use super::recorded::recorded;

#[test]
fn a_pack_has_the_documented_layout() {
    let desk = Desk::holding(&some()[..2]);
    let exported = desk.export(Format::Pack, "pack");
    let files = files(&desk.path("pack"));
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "000001-CLICK/body.xml",
            "000001-CLICK/decoded.json",
            "000001-CLICK/reply.xml",
            "000001-CLICK/request.http",
            "000002-VIEW/body.xml",
            "000002-VIEW/decoded.json",
            "000002-VIEW/reply.xml",
            "000002-VIEW/request.http",
            "manifest.json"
        ]
    );
    assert_eq!((exported.events, exported.files), (2, 9));
    assert_eq!(exported.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    assert_eq!(files["000001-CLICK/body.xml"], sample("CLICK"));
    assert_eq!(files["000001-CLICK/reply.xml"], b"success");
    assert_eq!(files["000002-VIEW/request.http"], desk.stored(2).capture.request.to_http());
    let decoded: serde_json::Value = serde_json::from_slice(&files["000002-VIEW/decoded.json"]).unwrap();
    assert_eq!(decoded["kind"], "VIEW");
    assert_eq!(decoded["decoded"]["link"]["url"], decoded["event_key"]);
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["menuscope"], 1);
    assert_eq!(manifest["events"][1]["folder"], "000002-VIEW");
    let lines = String::from_utf8(files["manifest.json"].clone()).unwrap();
    assert_eq!(lines.lines().filter(|line| line.starts_with("{\"number\":")).count(), 2);
}

#[test]
fn nothing_exported_is_a_pack_too() {
    let desk = Desk::new();
    desk.export(Format::Pack, "pack");
    desk.export(Format::Pack, "pack.zip");
    for name in ["pack", "pack.zip"] {
        let imported = Desk::new().import(&desk.path(name));
        assert_eq!((imported.added, imported.unread), (0, 0), "{name}: {:?}", imported.problems);
    }
}

#[test]
fn the_same_events_give_the_same_bytes_wherever_they_are_stored() {
    let (first, second) = (Desk::holding(&some()), Desk::new());
    // Other numbers in the database.
    second.additions().import(&[recorded(99, &sample("CLICK"))]).unwrap();
    second.additions().import(&some()).unwrap();
    first.export(Format::Pack, "pack.zip");
    let ids: Vec<_> = second.ids().into_iter().filter(|id| *id != CaptureId(1)).collect();
    let plan = menuscope::exchange::ExportPlan {
        format: Format::Pack,
        out: second.path("pack.zip"),
        pseudonyms: None,
        language: menuscope::texts::Language::English,
        options: menuscope::exchange::ExportOptions::default(),
    };
    menuscope::exchange::export(&second.reader(), &ids, &plan, &second.accounts, &Progress::new()).unwrap();
    assert!(fs::read(first.path("pack.zip")).unwrap() == fs::read(second.path("pack.zip")).unwrap());
}

#[test]
fn importing_twice_adds_nothing_twice() {
    let desk = Desk::holding(&some());
    let count = some().len() as u64;
    for (format, name) in [(Format::Pack, "pack"), (Format::Pack, "pack.zip")] {
        desk.export(format, name);
        let other = Desk::new();
        let first = other.import(&desk.path(name));
        assert_eq!((first.added, first.known, first.unread), (count, 0, 0), "{name}: {:?}", first.problems);
        let second = other.import(&desk.path(name));
        assert_eq!((second.added, second.known, second.unread), (0, count, 0), "{name}");
        let home = desk.import(&desk.path(name));
        assert_eq!((home.added, home.known), (0, count), "{name}");
    }
}

#[test]
fn a_pack_in_a_folder_is_one_thing_and_given_by_its_manifest_too() {
    let desk = Desk::holding(&some());
    let count = some().len() as u64;
    fs::create_dir(desk.path("folder")).unwrap();
    desk.export(Format::Pack, "folder/pack");
    for path in ["folder", "folder/pack/manifest.json"] {
        let imported = Desk::new().import(&desk.path(path));
        assert_eq!((imported.added, imported.unread), (count, 0), "{path}: {:?}", imported.problems);
    }
}

#[test]
fn a_retry_names_its_first_attempt_by_the_number_in_each_place() {
    let desk = Desk::holding(&[recorded(0, &sample("VIEW")), recorded(1, &sample("CLICK"))]);
    let mut retry = ImportEvent { attempt: 2, first: Some(CaptureId(2)), ..recorded(6, &sample("CLICK")) };
    retry.capture.diagnoses.push(Diagnosis::new(Code::Duplicate).with("first", 2).with("attempt", 2));
    desk.additions().import(&[retry]).unwrap();
    let first_of = |diagnoses: &[Diagnosis]| {
        let duplicate = diagnoses.iter().find(|diagnosis| diagnosis.code == Code::Duplicate).unwrap();
        duplicate.details.iter().find(|(name, _)| name == "first").unwrap().1.clone()
    };
    desk.export(Format::Pack, "pack");
    let other = Desk::holding(&[recorded(50, &sample("VIEW")), recorded(51, &sample("VIEW"))]);
    assert_eq!(other.import(&desk.path("pack")).added, 3);
    let retry = other.stored(5);
    assert_eq!((retry.placement.group, retry.placement.attempt), (CaptureId(4), 2));
    assert_eq!(first_of(&retry.capture.diagnoses), "4");
    let manifest = String::from_utf8(fs::read(desk.path("pack/manifest.json")).unwrap()).unwrap();
    assert!(manifest.contains("\"attempt\":2,\"first\":2"), "{manifest}");
}

#[test]
fn a_cancelled_export_leaves_nothing_and_a_cancelled_import_what_it_read() {
    let desk = Desk::holding(&some());
    let cancelled = Progress::new();
    cancelled.cancel();
    for (format, name) in [(Format::Pack, "pack"), (Format::Pack, "pack.zip"), (Format::Raw, "raw")] {
        let outcome = desk.try_export(format, name, &cancelled);
        assert!(matches!(outcome, Err(FixtureError::Cancelled { exporting: true })), "{outcome:?}");
        assert_eq!(desk.names(), Vec::<String>::new());
    }
    desk.export(Format::Pack, "pack");
    let other = Desk::new();
    let outcome =
        menuscope::exchange::import(&[desk.path("pack")], &mut other.additions(), &other.accounts, &cancelled);
    assert!(matches!(outcome, Err(FixtureError::Cancelled { exporting: false })), "{outcome:?}");
    assert_eq!(other.import(&desk.path("pack")).added, some().len() as u64);
}

#[test]
fn progress_tells_how_many_events_there_are() {
    let desk = Desk::holding(&some());
    let count = some().len() as u64;
    for name in ["pack", "pack.zip"] {
        let exporting = Progress::new();
        desk.try_export(Format::Pack, name, &exporting).unwrap();
        assert_eq!((exporting.done(), exporting.total()), (count, count), "{name}");
        let (other, importing) = (Desk::new(), Progress::new());
        menuscope::exchange::import(&[desk.path(name)], &mut other.additions(), &other.accounts, &importing).unwrap();
        assert_eq!((importing.done(), importing.total()), (count, count), "{name}");
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        Just(sample("CLICK")),
        Just(sample("pic_weixin")),
        Just(b"{\"MsgType\":\"text\",\"Content\":\"\xe4\xbd\xa0\"}".to_vec()),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>().prop_filter("no header has it", |byte| !matches!(byte, b'\r' | b'\n' | 0)), 0..12)
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    vec(("[a-z][a-z0-9-]{0,8}", value()), 0..5)
}

fn forwarded() -> impl Strategy<Value = ServerAnswer> {
    let problem = prop_oneof![
        Just(None),
        Just(Some(ForwardProblem::TooLate)),
        "[ -~]{0,9}".prop_map(|cause| Some(ForwardProblem::Broken { cause })),
    ];
    let some = ("[!-~]{1,9}", option::of(100..600_u16), headers(), bytes(), option::of(0..9_u64), 0..9_u64, problem);
    some.prop_map(|(target, status, headers, body, first_byte, elapsed, problem)| ServerAnswer {
        target,
        status,
        headers,
        body: body.into(),
        first_byte: first_byte.map(Duration::from_micros),
        elapsed: Duration::from_micros(elapsed),
        passed_on: problem.is_none(),
        problem,
        lint: vec![lint::LintFinding::new(lint::LintCode::ALL[0]).with("what", "it")],
    })
}

fn reply() -> impl Strategy<Value = Reply> {
    let source =
        prop_oneof![Just(ReplySource::Default), ".{1,5}".prop_map(ReplySource::Rule), Just(ReplySource::Forward)];
    let end = prop_oneof![Just(ReplyEnd::Answered), Just(ReplyEnd::Cut)];
    let forwarded = option::of(forwarded().prop_map(Box::new));
    (option::of(100..600_u16), bytes(), option::of(bytes()), source, 0..9_u64, end, forwarded).prop_map(
        |(status, body, wire, source, elapsed, end, forwarded)| Reply {
            fault: None,
            status,
            body,
            wire,
            source,
            elapsed: Duration::from_micros(elapsed),
            end,
            lint: vec![lint::LintFinding::new(lint::LintCode::ALL[1])],
            forwarded,
        },
    )
}

/// How a message travelled; only what came encrypted has a message beside its body.
fn travelled() -> impl Strategy<Value = (Mode, Option<Vec<u8>>)> {
    prop_oneof![
        Just((Mode::Plain, None)),
        option::of(bytes()).prop_map(|message| (Mode::Safe, message)),
        option::of(bytes()).prop_map(|message| (Mode::Compat, message)),
    ]
}

fn event() -> impl Strategy<Value = ImportEvent> {
    let line = ("GET|POST", "/[!-~é]{0,12}", "HTTP/1\\.[01]");
    let signature = prop_oneof![Just(Signature::Valid), Just(Signature::Missing), Just(Signature::Unchecked)];
    let sender = ("[a-z0-9.:]{0,9}", "[a-z]{1,5}", any::<bool>(), 0..3_u64);
    (line, headers(), bytes(), travelled(), signature, sender, option::of(reply())).prop_map(
        |(
            (method, target, version),
            headers,
            body,
            (mode, message),
            signature,
            (peer, account, replay, cut),
            reply,
        )| {
            let mut recorded = recorded(0, &body);
            let capture = &mut recorded.capture;
            let (received_at, body_length) = (capture.request.received_at, body.len() as u64 + cut);
            capture.request = RawRequest {
                received_at,
                method,
                version,
                target,
                headers: headers.into(),
                peer,
                body: body.into(),
                body_length,
            };
            (capture.mode, capture.message, capture.signature) = (mode, message, signature);
            (capture.account, capture.replay) = (account, replay);
            capture.envelope = read_envelope(&capture.request, mode, capture.message.as_deref());
            ImportEvent { reply, ..recorded }
        },
    )
}

/// As the store has it: each a second after the one before.
fn events() -> impl Strategy<Value = Vec<ImportEvent>> {
    vec(event(), 1..6).prop_map(|mut events| {
        for (n, event) in (0..).zip(&mut events) {
            let request = &mut event.capture.request;
            request.received_at = request.received_at.checked_add(jiff::SignedDuration::from_secs(n)).unwrap();
        }
        events
    })
}

/// What is on record, without its number.
fn record(desk: &Desk) -> Vec<String> {
    let stored = desk.ids().into_iter().map(|id| desk.stored(id.0));
    stored.map(|stored| format!("{stored:?}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_exported_comes_back_and_is_exported_the_same(events in events()) {
        let desk = Desk::holding(&events);
        for name in ["pack", "pack.zip"] {
            desk.export(Format::Pack, name);
            let other = Desk::new();
            let imported = other.import(&desk.path(name));
            prop_assert_eq!((imported.added, imported.unread), (events.len() as u64, 0), "{:?}", imported.problems);
            prop_assert_eq!(record(&desk), record(&other));
            other.export(Format::Pack, name);
            if name == "pack" {
                prop_assert_eq!(files(&desk.path(name)), files(&other.path(name)));
            } else {
                prop_assert!(fs::read(desk.path(name)).unwrap() == fs::read(other.path(name)).unwrap());
            }
        }
    }
}
