//! What is held as it comes and goes, and the editor by its labels.

use std::cell::RefCell;
use std::rc::Rc;

use egui::Theme;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::super::detail::tests::{dress, look, request, stored};
use super::*;
use crate::capture::Placement;
use crate::texts::Language;
use crate::ui::action::Action;
use crate::wechat::reply::PassiveReply;

/// Longer than any test.
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

fn missed(answering: &mut Answering, view: &HeldView, now: Instant) -> Vec<String> {
    answering.look(view, now).missed.iter().map(|trouble| trouble.words(Language::English)).collect()
}

fn capture() -> StoredCapture {
    stored(request("POST", "/wx".to_owned(), CLICK.as_bytes()), 200)
}

/// The editor of no. 17, which is held or waited for, and what was asked for.
fn shown<'h>(answering: Answering) -> (Harness<'h, Answering>, Rc<RefCell<Vec<Action>>>) {
    let (asked, capture) = (Rc::<RefCell<Vec<Action>>>::default(), capture());
    let asking = Rc::clone(&asked);
    let builder = Harness::builder().with_size([640.0, 1400.0]).with_context_setup(dress);
    let harness = builder.build_ui_state(
        move |ui, answering: &mut Answering| {
            let mut actions = Vec::new();
            answering_ui(ui, answering, &capture, &look(Theme::Dark), &mut actions);
            asking.borrow_mut().extend(actions);
        },
        answering,
    );
    (harness, asked)
}

fn looking_at(view: &HeldView) -> Answering {
    let mut answering = Answering::default();
    answering.look(view, Instant::now());
    answering
}

fn verdicts(asked: &RefCell<Vec<Action>>) -> Vec<(CaptureId, Verdict)> {
    let resolved = |action: &Action| match action {
        Action::Ask(Command::Resolve { id, verdict }) => Some((*id, (**verdict).clone())),
        _ => None,
    };
    asked.borrow().iter().filter_map(resolved).collect()
}

#[test]
fn what_goes_undecided_is_told_and_what_was_decided_is_not() {
    let (mut answering, now) = (Answering::default(), Instant::now());
    let pushes = [1, 2, 3].map(|id| push(id, id, 1, now));
    assert_eq!(answering.look(&held(&pushes), now).came, pushes);
    assert!(answering.look(&held(&pushes), now).came.is_empty(), "no news twice");
    answering.decide(CaptureId(1), Verdict::Default).unwrap();
    assert!(missed(&mut answering, &held(&pushes[1..]), now).is_empty());
    let told = missed(&mut answering, &held(&pushes[2..]), now);
    assert!(told[0].starts_with("No. 2 cannot be answered any more"), "{told:?}");
    let told = missed(&mut answering, &HeldView::default(), now + LONG);
    assert!(told[0].starts_with("Too late: the default went out for no. 3"), "{told:?}");
}

#[test]
fn many_that_go_at_once_are_one_piece_of_news() {
    let (mut answering, now) = (Answering::default(), Instant::now());
    let pushes: Vec<HeldPush> = (1..=300).map(|id| push(id, id, 1, now)).collect();
    answering.look(&held(&pushes), now);
    let told = missed(&mut answering, &HeldView::default(), now + LONG);
    assert!(told.len() == 1 && told[0].contains("300 held pushes"), "{told:?}");
}

#[test]
fn a_retry_that_does_not_come_is_told_although_the_view_stays_as_it_is() {
    let (mut answering, now) = (Answering::default(), Instant::now());
    let view = awaited(7, true, now);
    answering.look(&view, now);
    assert!(matches!(answering.stage(CaptureId(7)), Some(Stage::Awaited(_))));
    let told = missed(&mut answering, &view, now + LONG);
    assert!(told[0].starts_with("No retry of no. 7 has come"), "{told:?}");
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
fn a_draft_outlives_the_attempt_and_goes_with_the_event() {
    let (now, look) = (Instant::now(), look(Theme::Dark));
    let mut answering = looking_at(&held(&[push(17, 17, 1, now)]));
    let crafted = PassiveReply::Text { content: "mine".to_owned() };
    answering.draft(CaptureId(17), &capture(), &look).editor = ReplyEditor::new(crafted.clone());
    for view in [awaited(17, false, now), held(&[push(18, 17, 2, now)])] {
        answering.look(&view, now);
        assert_eq!(answering.draft(CaptureId(17), &capture(), &look).editor.reply(), crafted);
    }
    answering.look(&HeldView::default(), now);
    assert!(answering.drafts.is_empty());
}

#[test]
fn the_editor_offers_a_draft_and_every_way_out() {
    for (name, expected) in [("Let the default go", Verdict::Default), ("Let WeChat retry", Verdict::LetRetry)] {
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
    let [(CaptureId(17), Verdict::Send(Crafted { reply: PassiveReply::Text { content }, fault: None }))] =
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
fn what_is_sent_while_the_retry_is_waited_for_is_prepared_for_it() {
    let (mut harness, asked) = shown(looking_at(&awaited(17, false, Instant::now())));
    harness.get_by_label_contains("The retry is waited for");
    harness.get_by_label("Prepare the answer").click();
    harness.run();
    assert!(matches!(&verdicts(&asked)[..], [(CaptureId(17), Verdict::Send(_))]));
    let (harness, _) = shown(looking_at(&awaited(17, true, Instant::now())));
    harness.get_by_label_contains("The answer is prepared");
}

#[test]
fn what_nobody_waits_for_has_no_editor() {
    let (harness, _) = shown(looking_at(&held(&[push(20, 20, 1, Instant::now())])));
    assert!(harness.query_by_label("Send").is_none());
}
