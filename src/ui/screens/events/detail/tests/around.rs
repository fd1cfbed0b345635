//! Tests of the pages around a message: request, replies, images and replays.

use super::*;
use crate::engine::{CiphertextLayers, ImageMessage, KeyHistory, PictureFile, PlaintextFigures, QueryCommand};

#[test]
fn the_request_lays_the_signature_open_without_the_token() {
    let (harness, _) = shown(Detail::new(opened(&sample("CLICK")), Language::English), BytesView::Request);
    assert_shows(&harness, &["timestamp", "1795420800", "Both agree", "received signature"]);
    assert!(harness.query_by_label_contains(TOKEN).is_none());
    assert_shows(&harness, &["1795420800nonce••••••"]);
}

#[test]
fn the_answer_shows_its_time_and_every_attempt() {
    let mut opened = opened(&sample("CLICK"));
    opened.attempts = [17, 18].map(|id| attempt(&opened.stored, id)).to_vec();
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), BytesView::Text);
    assert_shows(&harness, &["200", "1.9\u{a0}ms", "Default reply (success)"]);
    harness.get_all_by_label("Attempt 2").next().unwrap().click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::Select(CaptureId(18))]));
}

#[test]
fn pictures_lead_to_their_image_messages_and_say_how_they_were_matched() {
    let mut opened = opened(&sample("pic_weixin"));
    opened.images = vec![CaptureId(21)];
    let image = |id, url: &str| ImageMessage {
        id: CaptureId(id),
        received_at: opened.stored.capture.request.received_at,
        picture_url: Some(url.to_owned()),
        media_id: None,
    };
    let url = "http://mmbiz.qpic.cn/mmbiz_jpg/a/0";
    opened.image_messages = vec![image(21, url), image(22, "http://example.com/b.jpg")];
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), BytesView::Text);
    harness.get_by_label_contains("Matched by user, time and count");
    harness.get_by_label("Image message no. 21").click();
    harness.run();
    assert_shows(&harness, &["Not at WeChat's picture host"]);
    harness.get_by_label("Fetch picture").click();
    harness.run_steps(2);
    let asked = asked.borrow();
    assert!(matches!(asked[0], Action::Select(CaptureId(21))));
    assert!(matches!(&asked[1], Action::Ask(Command::FetchPicture { url: asked }) if asked == url), "{asked:?}");
}

#[test]
fn a_dropped_file_is_shown_at_the_picture_that_it_is() {
    let detail = Detail::new(opened(&sample("pic_weixin")), Language::English);
    assert_eq!(detail.takes_pictures(), Some(CaptureId(17)));
    let file = |name: &str, md5: &str| PictureFile { name: name.to_owned(), md5: md5.to_owned() };
    detail.recognise(&[file("mine.jpg", "5a75aaca956d97be686719218f275c6b"), file("other.jpg", "00")]);
    let (harness, _) = shown(detail, BytesView::Text);
    assert_shows(&harness, &["✓ mine.jpg", "other.jpg is none of these pictures"]);
    assert_eq!(Detail::new(opened(&sample("CLICK")), Language::English).takes_pictures(), None);
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
    let (harness, actions) = shown(with_replay(), BytesView::Text);
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
    let (harness, actions) = shown(detail, BytesView::Text);
    assert!(!actions.borrow().iter().any(asked));
    assert_shows(&harness, &["- earlier"]);
}

#[test]
fn a_key_says_how_often_it_was_tapped_and_how_that_was_answered() {
    let mut opened = opened(&sample("CLICK"));
    let earlier = vec![attempt(&opened.stored, 16)];
    opened.key_history = Some(KeyHistory { count: 1_000, has_more: true, earlier });
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), BytesView::Text);
    assert_shows(&harness, &["tapped more than 1\u{a0}000 times", "200 · 2.0\u{a0}ms"]);
    harness.get_by_label("#16").click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::Select(CaptureId(16))]));
}

#[test]
fn an_encrypted_push_has_three_layers() {
    let mut opened = opened(&sample("CLICK"));
    let plaintext = PlaintextFigures {
        random: *b"0123456789abcdef",
        length: 300,
        receive_id: "wx1".to_owned(),
        expected_id: Some("wx2".to_owned()),
        pad: 9,
        former_key: true,
    };
    opened.layers = Some(CiphertextLayers { characters: 448, bytes: 336, plaintext: Some(plaintext) });
    let (mut harness, _) = shown(Detail::new(opened, Language::English), BytesView::Text);
    harness.get_by_label("Encryption · decrypted · 336 bytes of ciphertext").click();
    harness.run();
    assert_shows(
        &harness,
        &[
            "1 · Envelope",
            "448",
            "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66",
            "00 00 01 2c = 300 bytes, in network order",
            "wx1 × this account's is wx2",
            "9 × 0x09",
            "the former EncodingAESKey",
        ],
    );
}

#[test]
fn every_part_speaks_chinese() {
    for kind in ["CLICK", "VIEW", "scancode_push", "pic_weixin", "location_select"] {
        let asked = ActionLog::default();
        let detail = Detail::new(opened(&sample(kind)), Language::Chinese);
        let (mut view, mut answering) = (DetailView::default(), ManualReplies::default());
        let look = crate::ui::look::Look::new(Language::Chinese, egui::Theme::Light, jiff::tz::TimeZone::UTC);
        let harness = Harness::builder().with_size([560.0, 1200.0]).with_context_setup(dress).build_ui(move |ui| {
            let mut actions = Vec::new();
            detail_ui(ui, &detail, (&mut view, &mut answering), &look, &mut actions);
            asked.borrow_mut().extend(actions);
        });
        assert_shows(&harness, &["回复", "字段", "字节", "公共字段（5）"]);
    }
}
