//! Tests of the pages around a message: request, replies, images and replays.

use super::*;
use crate::engine::QueryCommand;

#[test]
fn the_request_lays_the_signature_open_without_the_token() {
    let (harness, _) = shown(Detail::new(opened(&sample("CLICK")), Language::English), Tab::Request);
    assert_shows(
        &harness,
        &["timestamp", "1795420800", "content-type", "text/xml", "✓ Both agree", "received signature"],
    );
    assert!(harness.query_by_label_contains(TOKEN).is_none());
    assert_shows(&harness, &["1795420800nonce••••••"]);
}

#[test]
fn the_answer_shows_its_time_and_every_attempt() {
    let mut opened = opened(&sample("CLICK"));
    opened.attempts = [17, 18].map(|id| attempt(&opened.stored, id)).to_vec();
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), Tab::Answer);
    assert_shows(&harness, &["200", "1.9\u{a0}ms", "within WeChat's limit of 5 s", "success"]);
    harness.get_all_by_label("Attempt 2").next().unwrap().click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::Select(CaptureId(18))]));
}

#[test]
fn pictures_lead_to_their_image_messages_and_say_how_they_were_matched() {
    let mut opened = opened(&sample("pic_weixin"));
    opened.images = vec![CaptureId(21)];
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), Tab::Decoded);
    harness.get_by_label_contains("Matched by user, time and count");
    harness.get_by_label("Image message no. 21").click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::Select(CaptureId(21))]));
}

/// A replay answered with `success`, with an earlier reply to compare.
fn replay() -> ComparedReplay {
    let problem = ForwardProblem::TooLate;
    let answer = ServerAnswer {
        status: Some(200),
        body: Bytes::from_static(b"success"),
        ..ServerAnswer::unsent(String::new(), problem)
    };
    let request =
        SentRequest { method: "POST".to_owned(), target: "/wx".to_owned(), headers: Vec::new(), body: Bytes::new() };
    let replayed = Replay {
        run: RunId(1),
        event: CaptureId(17),
        attempt: 1,
        copy: 1,
        sent_at: "2026-11-23T08:01:00Z".parse().unwrap(),
        request,
        answer,
        message: None,
        verdict: Verdict::Different,
        baseline: Some(Baseline::Forward),
        created: None,
    };
    let stored = StoredReplay { id: ReplayId(5), replayed };
    let before = ComparableAnswer { body: b"earlier".to_vec(), ..ComparableAnswer::of_replay(&stored) };
    ComparedReplay { stored, before: Some(before), difference: None }
}

#[test]
fn a_comparison_is_requested_when_a_replay_is_unfolded_and_is_kept() {
    let body = sample("CLICK");
    let with_replay = || {
        let mut opened = opened(&body);
        opened.replays.push(replay());
        Detail::new(opened, Language::English)
    };
    let (harness, actions) = shown(with_replay(), Tab::Replays);
    let asked = |action: &Action| {
        matches!(action, Action::Ask(Command::Query(QueryCommand::CompareReplay { id: ReplayId(5) })))
    };
    assert_eq!(actions.borrow().iter().filter(|action| asked(action)).count(), 1);
    drop(harness);
    let mut former = with_replay();
    let now = ComparableAnswer::of_replay(&replay().stored);
    let known = replay().before.map(|before| difference(&before, &now, &[]));
    former.take_compared(ComparedReplay { difference: known, ..replay() });
    let mut detail = with_replay();
    detail.follow(former);
    let (harness, actions) = shown(detail, Tab::Replays);
    assert!(!actions.borrow().iter().any(asked));
    assert_shows(&harness, &["- earlier"]);
}
