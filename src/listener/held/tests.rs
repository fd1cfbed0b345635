//! Holding, deciding, forgetting, and waiting for a retry.

use super::*;
use crate::account::Accounts;
use crate::capture::{Capture, RawRequest};

fn capture() -> Capture {
    let request = RawRequest {
        received_at: jiff::Timestamp::UNIX_EPOCH,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/".to_owned(),
        headers: crate::capture::Headers::default(),
        peer: "127.0.0.1".to_owned(),
        body: bytes::Bytes::from_static(b"<xml><MsgType>event</MsgType><Event>CLICK</Event></xml>"),
        body_length: 55,
    };
    crate::inspect::inspect(request, &Accounts::new(Vec::new(), None)).capture
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &crate::clock::local_now()).unwrap()
}

fn push(id: i64, group: i64) -> HeldPush {
    let placement = Placement { id: CaptureId(id), group: CaptureId(group), attempt: (id - group) as u32 + 1 };
    let began = Instant::now();
    HeldPush { placement, began, deadline: began + Duration::from_secs(4) }
}

fn hold(held: &HeldPushes, push: HeldPush) -> HoldOutcome {
    let capture = capture();
    held.hold(&Subject::arriving(&capture, push.placement), push)
}

fn held() -> HeldPushes {
    let held = HeldPushes::new(Waker::silent());
    held.switch(Some(Filter::default()));
    held
}

fn waits(outcome: HoldOutcome) -> HoldGuard {
    match outcome {
        HoldOutcome::Waits(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn manual_reply() -> ManualReply {
    ManualReply { reply: PassiveReply::Text { content: "hello".to_owned() }, fault: None }
}

#[tokio::test]
async fn a_held_push_gets_what_the_person_decides() {
    let held = held();
    let mut reply = waits(hold(&held, push(1, 1)));
    assert_eq!(held.view().borrow().waiting.len(), 1);
    assert!(held.resolve(CaptureId(1), HeldDecision::Send(manual_reply())));
    assert_eq!(reply.decision().await, HeldDecision::Send(manual_reply()));
    assert!(held.view().borrow().waiting.is_empty());
    assert!(!held.resolve(CaptureId(1), HeldDecision::Default), "it was decided already");
}

#[test]
fn only_what_matches_is_held_and_nothing_while_the_switch_is_off() {
    let held = HeldPushes::new(Waker::silent());
    assert!(matches!(hold(&held, push(1, 1)), HoldOutcome::No));
    held.switch(Some(filter("event:VIEW")));
    assert!(matches!(hold(&held, push(1, 1)), HoldOutcome::No));
    held.switch(Some(filter("event:CLICK")));
    let _reply = waits(hold(&held, push(1, 1)));
}

#[test]
fn a_dropped_handler_is_no_longer_held() {
    let held = held();
    drop(waits(hold(&held, push(1, 1))));
    assert!(held.view().borrow().waiting.is_empty());
    assert!(!held.resolve(CaptureId(1), HeldDecision::Default));
}

#[tokio::test]
async fn switching_off_releases_everything_with_the_default() {
    let held = held();
    let mut replies = [1, 2, 3].map(|id| waits(hold(&held, push(id, id))));
    held.switch(None);
    for reply in &mut replies {
        assert_eq!(reply.decision().await, HeldDecision::Default);
    }
    assert!(held.view().borrow().waiting.is_empty());
}

#[tokio::test]
async fn a_listener_that_stops_holds_nothing_more() {
    let held = held();
    let mut reply = waits(hold(&held, push(1, 1)));
    held.close(true);
    assert_eq!(reply.decision().await, HeldDecision::Default);
    assert!(matches!(hold(&held, push(2, 2)), HoldOutcome::No));
    assert!(matches!(held.hold_by_rule(push(3, 3)), HoldOutcome::No));
    held.close(false);
    let _reply = waits(hold(&held, push(4, 4)));
}

#[tokio::test]
async fn a_retry_is_held_again_whatever_the_switch_says() {
    let held = held();
    let mut reply = waits(hold(&held, push(1, 1)));
    held.resolve(CaptureId(1), HeldDecision::LetRetry);
    assert_eq!(reply.decision().await, HeldDecision::LetRetry);
    assert_eq!(held.view().borrow().awaited.len(), 1);
    drop(reply);
    held.switch(Some(filter("event:VIEW")));
    let _second = waits(hold(&held, push(2, 1)));
    assert!(held.view().borrow().awaited.is_empty());
}

#[test]
fn an_answer_made_between_two_attempts_answers_the_retry_at_once() {
    let held = held();
    let reply = waits(hold(&held, push(1, 1)));
    held.resolve(CaptureId(1), HeldDecision::LetRetry);
    drop(reply);
    assert!(held.resolve(CaptureId(1), HeldDecision::Send(manual_reply())));
    assert!(held.view().borrow().awaited[0].is_prepared);
    match hold(&held, push(2, 1)) {
        HoldOutcome::Prepared(answer) => assert_eq!(answer, manual_reply()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_push_whose_reply_is_being_written_is_left_to_its_retry_but_for_the_last_attempt() {
    let held = held();
    let _first = waits(hold(&held, push(1, 1)));
    assert_eq!(held.expire(CaptureId(1)), HeldDecision::Default, "nobody writes");
    held.retry_at_deadline(CaptureId(1), true);
    held.retry_at_deadline(CaptureId(1), false);
    assert_eq!(held.expire(CaptureId(1)), HeldDecision::Default, "nobody writes any more");
    held.retry_at_deadline(CaptureId(1), true);
    assert_eq!(held.expire(CaptureId(1)), HeldDecision::LetRetry);
    let (waiting, awaited) = (held.view().borrow().waiting.len(), held.view().borrow().awaited.len());
    assert_eq!((waiting, awaited), (0, 1));
    let _retry = waits(hold(&held, push(2, 1)));
    assert!(held.view().borrow().awaited.is_empty());
    let _last = waits(hold(&held, push(9, 7)));
    held.retry_at_deadline(CaptureId(9), true);
    assert_eq!(held.expire(CaptureId(9)), HeldDecision::Default, "the third attempt is WeChat's last");
}
