//! The formats that are one file with the record in it: recognised by what is in them, and the same again.

use std::fs;

use menuscope::capture::CaptureId;
use menuscope::exchange::{Format, ImportReason};

use super::desk::{Desk, sample, some};
use super::recorded::recorded;

const FORMATS: [(Format, &str); 2] = [(Format::Json, "events.jsonl"), (Format::Har, "events.har")];

#[test]
fn a_file_comes_back_whatever_it_is_called() {
    let desk = Desk::holding(&some());
    for (format, name) in FORMATS {
        desk.export(format, name);
        let first = fs::read(desk.path(name)).unwrap();
        let other = Desk::new();
        fs::write(other.path("anything.xml"), &first).unwrap();
        let imported = other.import(&other.path("anything.xml"));
        assert_eq!((imported.added, imported.unread), (some().len() as u64, 0), "{:?}", imported.problems);
        other.export(format, name);
        assert!(first == fs::read(other.path(name)).unwrap(), "{name}");
    }
}

#[test]
fn what_is_imported_twice_is_there_once() {
    let events: Vec<_> = (0..600).map(|n| recorded(n, &sample("CLICK"))).collect();
    let desk = Desk::holding(&events);
    for (format, name) in FORMATS {
        desk.export(format, name);
        let other = Desk::new();
        assert_eq!(other.import(&desk.path(name)).added, 600);
        let again = other.import(&desk.path(name));
        assert_eq!((again.added, again.known), (0, 600), "{name}");
        assert_eq!(other.stored(600).placement.group, CaptureId(600));
    }
    let back = desk.import(&desk.path("events.har"));
    assert_eq!((back.added, back.known), (0, 600), "what comes home is known");
}

#[test]
fn retries_follow_their_first_attempt_in_whichever_order_they_come() {
    let mut events: Vec<_> = (0..3).map(|n| recorded(n, &sample("VIEW"))).collect();
    events[2].attempt = 2;
    events[2].first = Some(CaptureId(2));
    let desk = Desk::holding(&events);
    desk.export(Format::Json, "events.jsonl");
    let text = fs::read_to_string(desk.path("events.jsonl")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    fs::write(desk.path("newest-first.jsonl"), lines.join("\r\n")).unwrap();
    for name in ["events.jsonl", "newest-first.jsonl"] {
        let other = Desk::new();
        assert_eq!(other.import(&desk.path(name)).added, 3);
        let placement = other.stored(3).placement;
        assert_eq!((placement.group, placement.attempt), (CaptureId(2), 2), "{name}");
    }
}

#[test]
fn files_of_other_tools_give_what_they_can() {
    let desk = Desk::new();
    for name in ["chrome", "firefox", "mitmproxy"] {
        let path = format!("{}/tests/fixtures/har/{name}.har", env!("CARGO_MANIFEST_DIR"));
        let imported = desk.import(path.as_ref());
        assert_eq!(imported.added + imported.unread, if name == "chrome" { 4 } else { 3 }, "{name}");
        assert!(imported.problems.iter().all(|problem| problem.reason != ImportReason::Unrecognised), "{name}");
    }
}
