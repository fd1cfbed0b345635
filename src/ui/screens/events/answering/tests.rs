//! Tests of held pushes and their drafts, and of the panel by its labels.

use std::cell::RefCell;
use std::rc::Rc;

use egui::Theme;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::capture::Placement;
use crate::engine::{AnsweringCommand, Command, HeldDecision};
use crate::texts::Language;
use crate::ui::action::Action;
use crate::ui::test_support::{dress, look, request, stored};
use crate::wechat::reply::PassiveReply;

/// A time longer than any test.
const LONG: Duration = Duration::from_hours(1);

const CLICK: &str = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName><CreateTime>12</CreateTime>\
    <MsgType>event</MsgType><Event>CLICK</Event><EventKey>MENU_1</EventKey></xml>";

fn push(id: i64, group: i64, attempt: u32, now: Instant) -> HeldPush {
    let placement = Placement { id: CaptureId(id), group: CaptureId(group), attempt };
    HeldPush { placement, began: now, deadline: now + LONG }
}

fn held(pushes: &[HeldPush]) -> HeldView {
    HeldView { waiting: pushes.into(), ..HeldView::default() }
}

fn awaited(group: i64, is_prepared: bool, now: Instant) -> HeldView {
    let retry = AwaitedRetry { group: CaptureId(group), until: now + LONG, is_prepared };
    HeldView { awaited: [retry].into(), ..HeldView::default() }
}

fn missed(answering: &mut ManualReplies, view: &HeldView, now: Instant) -> Vec<String> {
    answering.update(view, now).missed.iter().map(|error| error.words(Language::English)).collect()
}

fn capture() -> StoredCapture {
    stored(request("POST", "/wx".to_owned(), CLICK.as_bytes()), 200)
}

/// The panel of event 17, and the actions it sends.
fn shown<'h>(answering: ManualReplies) -> (Harness<'h, ManualReplies>, Rc<RefCell<Vec<Action>>>) {
    let (asked, capture) = (Rc::<RefCell<Vec<Action>>>::default(), capture());
    let asking = Rc::clone(&asked);
    let builder = Harness::builder().with_size([640.0, 1400.0]).with_context_setup(dress);
    let harness = builder.build_ui_state(
        move |ui, answering: &mut ManualReplies| {
            let mut actions = Vec::new();
            answering_ui(ui, answering, &capture, &look(Theme::Dark), &mut actions);
            if answering.stage(capture.placement.group).is_none() {
                unsent_reply_ui(ui, answering, &capture, &look(Theme::Dark), &mut actions);
            }
            asking.borrow_mut().extend(actions);
        },
        answering,
    );
    (harness, asked)
}

fn looking_at(view: &HeldView) -> ManualReplies {
    let mut answering = ManualReplies::default();
    answering.update(view, Instant::now());
    answering
}

fn verdicts(asked: &RefCell<Vec<Action>>) -> Vec<(CaptureId, HeldDecision)> {
    let resolved = |action: &Action| match action {
        Action::Ask(Command::Answering(AnsweringCommand::Resolve { target, verdict })) => {
            Some((target.id(), (**verdict).clone()))
        }
        _ => None,
    };
    asked.borrow().iter().filter_map(resolved).collect()
}

#[test]
fn only_pushes_that_end_undecided_are_reported() {
    let (mut answering, now) = (ManualReplies::default(), Instant::now());
    let pushes = [1, 2, 3].map(|id| push(id, id, 1, now));
    assert_eq!(answering.update(&held(&pushes), now).arrived, pushes);
    assert!(answering.update(&held(&pushes), now).arrived.is_empty(), "no news twice");
    answering.decide(CaptureId(1), HeldDecision::Default).unwrap();
    assert!(missed(&mut answering, &held(&pushes[1..]), now).is_empty());
    let notices = missed(&mut answering, &held(&pushes[2..]), now);
    assert!(notices[0].starts_with("No. 2 cannot be answered any more"), "{notices:?}");
    let notices = missed(&mut answering, &HeldView::default(), now + LONG);
    assert!(notices[0].starts_with("Too late: the default went out for no. 3"), "{notices:?}");
}

#[test]
fn many_that_end_at_once_are_one_notice() {
    let (mut answering, now) = (ManualReplies::default(), Instant::now());
    let pushes: Vec<HeldPush> = (1..=300).map(|id| push(id, id, 1, now)).collect();
    answering.update(&held(&pushes), now);
    let notices = missed(&mut answering, &HeldView::default(), now + LONG);
    assert!(notices.len() == 1 && notices[0].contains("300 held pushes"), "{notices:?}");
}

#[test]
fn a_missing_retry_is_reported_although_the_view_has_not_changed() {
    let (mut answering, now) = (ManualReplies::default(), Instant::now());
    let view = awaited(7, true, now);
    answering.update(&view, now);
    assert!(matches!(answering.stage(CaptureId(7)), Some(Stage::Awaited(_))));
    let notices = missed(&mut answering, &view, now + LONG);
    assert!(notices[0].starts_with("No further attempt of event 7 has come"), "{notices:?}");
    assert_eq!(answering.stage(CaptureId(7)), None);
    assert!(missed(&mut answering, &view, now + LONG).is_empty(), "no news twice");
}

#[test]
fn the_next_is_the_one_with_the_least_time_left() {
    let now = Instant::now();
    let later = HeldPush { deadline: now + 2 * LONG, ..push(1, 1, 1, now) };
    let answering = looking_at(&held(&[later, push(2, 2, 1, now)]));
    assert_eq!(answering.next().map(|push| push.placement.id), Some(CaptureId(2)));
}

#[test]
fn a_draft_outlives_its_time_until_it_is_sent_or_discarded() {
    let (now, look) = (Instant::now(), look(Theme::Dark));
    let mut answering = looking_at(&held(&[push(17, 17, 1, now)]));
    let reply = PassiveReply::Text { content: "mine".to_owned() };
    answering.draft(CaptureId(17), &capture(), &look).editor = ReplyEditor::new(reply.clone());
    for view in [awaited(17, false, now), held(&[push(18, 17, 2, now)])] {
        answering.update(&view, now);
        assert_eq!(answering.draft(CaptureId(17), &capture(), &look).editor.reply(), reply);
    }
    answering.update(&HeldView::default(), now + LONG);
    assert_eq!(answering.draft(CaptureId(17), &capture(), &look).editor.reply(), reply, "its time is over");
    answering.update(&held(&[push(21, 21, 1, now)]), now);
    answering.update(&HeldView::default(), now);
    assert_eq!(answering.drafts.len(), 1, "other events come and go");
    let (mut harness, _) = shown(answering);
    harness.get_by_label("Reply not sent");
    harness.get_by_label("Discard draft").click();
    harness.run();
    assert!(harness.state().drafts.is_empty());
}

#[test]
fn a_draft_ends_when_it_is_sent_in_time() {
    let (now, look) = (Instant::now(), look(Theme::Dark));
    for (deadline, kept) in [(now + LONG, 0), (now, 1)] {
        let mut answering = looking_at(&held(&[HeldPush { deadline, ..push(17, 17, 1, now) }]));
        let reply = PassiveReply::Text { content: "mine".to_owned() };
        answering.draft(CaptureId(17), &capture(), &look).editor = ReplyEditor::new(reply);
        assert!(answering.send(CaptureId(17)).is_some());
        answering.update(&HeldView::default(), now);
        answering.update(&awaited(30, false, now), now);
        assert_eq!(answering.drafts.len(), kept);
    }
}

#[test]
fn a_proposal_that_nobody_touched_is_no_draft() {
    let mut answering = looking_at(&held(&[push(17, 17, 1, Instant::now())]));
    answering.draft(CaptureId(17), &capture(), &look(Theme::Dark));
    answering.update(&HeldView::default(), Instant::now());
    assert!(answering.drafts.is_empty());
}

#[test]
fn the_editor_offers_a_draft_and_every_way_out() {
    for (name, expected) in
        [("Send the default reply", HeldDecision::Default), ("Let WeChat retry", HeldDecision::LetRetry)]
    {
        let (mut harness, asked) = shown(looking_at(&held(&[push(17, 17, 1, Instant::now())])));
        harness.get_by_label_contains("Attempt 1 is held");
        harness.get_by_label_contains("s left, then the default goes out");
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(verdicts(&asked), [(CaptureId(17), expected)]);
    }
    let (mut harness, asked) = shown(looking_at(&held(&[push(17, 17, 1, Instant::now())])));
    harness.get_by_label("Send").click();
    harness.run();
    let verdicts = verdicts(&asked);
    let [(CaptureId(17), HeldDecision::Send(ManualReply { reply: PassiveReply::Text { content }, fault: None }))] =
        &verdicts[..]
    else {
        panic!("{verdicts:?}")
    };
    assert!(content.contains("MENU_1"), "{content}");
}

#[test]
fn after_the_last_attempt_there_is_no_retry_to_wait_for() {
    let (harness, _) = shown(looking_at(&held(&[push(19, 17, 3, Instant::now())])));
    harness.get_by_label_contains("Attempt 3 is held");
    assert!(harness.query_by_label("Let WeChat retry").is_none());
}

#[test]
fn a_reply_sent_before_the_retry_is_prepared_for_it() {
    let (mut harness, asked) = shown(looking_at(&awaited(17, false, Instant::now())));
    harness.get_by_label_contains("Waiting for WeChat's retry");
    harness.get_by_label("Prepare the answer").click();
    harness.run();
    assert!(matches!(&verdicts(&asked)[..], [(CaptureId(17), HeldDecision::Send(_))]));
    let (harness, _) = shown(looking_at(&awaited(17, true, Instant::now())));
    harness.get_by_label_contains("The answer is prepared");
}

#[test]
fn an_event_that_does_not_wait_has_no_panel() {
    let (harness, _) = shown(looking_at(&held(&[push(20, 20, 1, Instant::now())])));
    assert!(harness.query_by_label("Send").is_none());
}
