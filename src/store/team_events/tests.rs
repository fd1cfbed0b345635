//! Tests of what comes in from a relay: once, in any order, and not again where it was removed.

use std::time::Duration;

use super::*;
use crate::account::Accounts;
use crate::capture::{RawRequest, ReplyEnd, ReplySource};
use crate::store::{removal, rows, schema};

fn event(id: i64, source: Option<ReplySource>, is_settled: bool) -> TeamEvent {
    let body = "<xml><MsgType>text</MsgType><FromUserName>oA</FromUserName></xml>";
    let request = RawRequest {
        received_at: jiff::Timestamp::UNIX_EPOCH,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/".to_owned(),
        headers: crate::capture::Headers::default(),
        peer: String::new(),
        body: body.into(),
        body_length: body.len() as u64,
    };
    let mut capture = crate::inspect::inspect(request, &Accounts::new(Vec::new(), None)).capture;
    capture.team.origin = Some(EventOrigin { relay: "hub".to_owned(), id });
    let reply = source.map(|source| Reply {
        status: Some(200),
        body: b"success".to_vec(),
        wire: None,
        source,
        elapsed: Duration::from_millis(2),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        fault: None,
        forwarded: None,
    });
    TeamEvent { capture, reply, attempt: 1, first: None, is_settled }
}

fn received(connection: &mut rusqlite::Connection, event: &TeamEvent) -> Received {
    let transaction = connection.transaction().unwrap();
    let mut next_id = rows::next_id(&transaction).unwrap();
    let received = {
        let mut captures = CaptureInsert::prepare(&transaction).unwrap();
        let mut replies = ReplyInsert::prepare(&transaction).unwrap();
        receive(&transaction, (&mut captures, &mut replies), &mut next_id, event).unwrap()
    };
    transaction.commit().unwrap();
    received
}

fn source(connection: &rusqlite::Connection, id: i64) -> String {
    connection.query_row("SELECT source FROM reply WHERE capture_id = ?1", [id], |row| row.get(0)).unwrap()
}

#[test]
fn an_event_comes_in_once_and_is_completed_by_the_relays_record() {
    let mut connection = schema::in_memory();
    let asked = received(&mut connection, &event(7, None, false));
    let Received::New(placement) = asked else { panic!("{asked:?}") };
    assert_eq!(received(&mut connection, &event(7, None, false)), Received::Known { placement, is_answered: false });
    let settled = event(7, Some(ReplySource::Desktop("alice".to_owned())), true);
    assert_eq!(received(&mut connection, &settled), Received::Known { placement, is_answered: true });
    assert_eq!(source(&connection, placement.id.0), "desktop:alice");
    // The desktop's answer came too late for the relay.
    let late = event(7, Some(ReplySource::Default), true);
    let changes = Counter::Annotations.read(&connection).unwrap();
    assert_eq!(received(&mut connection, &late), Received::Known { placement, is_answered: true });
    assert_eq!(source(&connection, placement.id.0), "default");
    assert_eq!(Counter::Annotations.read(&connection).unwrap(), changes + 1);
    let count: i64 = connection.query_row("SELECT COUNT(*) FROM capture", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn an_event_that_was_removed_here_stays_away_and_one_that_was_asked_about_runs_ahead() {
    let mut connection = schema::in_memory();
    for id in [1, 2] {
        assert!(matches!(received(&mut connection, &event(id, None, true)), Received::New(_)));
    }
    assert!(matches!(received(&mut connection, &event(5, None, false)), Received::New(_)));
    assert!(matches!(received(&mut connection, &event(3, None, true)), Received::New(_)));
    let transaction = connection.transaction().unwrap();
    removal::delete(&transaction, &[1]).unwrap();
    transaction.commit().unwrap();
    assert_eq!(received(&mut connection, &event(1, None, true)), Received::Removed);
    assert!(matches!(received(&mut connection, &event(2, None, true)), Received::Known { .. }));
    assert!(matches!(received(&mut connection, &event(4, None, true)), Received::New(_)));
}

#[test]
fn a_retry_joins_the_first_attempt_of_its_relay() {
    let mut connection = schema::in_memory();
    schema::insert_plain(&connection, 1);
    let Received::New(first) = received(&mut connection, &event(1, None, true)) else { panic!("new") };
    assert_eq!((first.id, first.group), (CaptureId(2), CaptureId(2)));
    let retry = TeamEvent { first: Some(1), attempt: 2, ..event(2, None, true) };
    let Received::New(retry) = received(&mut connection, &retry) else { panic!("new") };
    assert_eq!((retry.id, retry.group, retry.attempt), (CaptureId(3), CaptureId(2), 2));
    let unknown = TeamEvent { first: Some(99), attempt: 2, ..event(100, None, true) };
    let Received::New(alone) = received(&mut connection, &unknown) else { panic!("new") };
    assert_eq!(alone.group, alone.id);
}

#[test]
fn names_complete_what_is_typed() {
    let mut connection = schema::in_memory();
    received(&mut connection, &event(1, None, true));
    let transaction = connection.transaction().unwrap();
    claim(&transaction, CaptureId(1), "Alice").unwrap();
    assert_eq!(names(&transaction, true, "h", 9).unwrap(), ["hub"]);
    assert_eq!(names(&transaction, false, "a", 9).unwrap(), ["Alice"]);
    assert_eq!(names(&transaction, false, "b", 9).unwrap(), [""; 0]);
}
