//! Tests of the reply page, by its labels.

use std::time::Duration;

use bytes::Bytes;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::super::Detail;
use super::super::tests::{assert_shows, attempt, opened, sample, shown};
use crate::capture::{CaptureId, ForwardProblem, Reply, ReplyEnd, ReplySource, ReplySummary, ServerAnswer};
use crate::texts::Language;
use crate::ui::action::{Action, BytesView};
use crate::ui::test_support::{request, stored};
use crate::wechat::lint;

#[test]
fn the_attempts_stand_on_one_axis_and_say_who_closed_first() {
    let mut opened = opened(&sample("CLICK"));
    opened.attempts = [17, 18, 19].map(|id| attempt(&opened.stored, id)).to_vec();
    let ended = |status, end, seconds| {
        let elapsed = Duration::from_secs(seconds);
        Some(ReplySummary { status, source: ReplySource::None, elapsed, end, ..ReplySummary::answered() })
    };
    opened.attempts[0].reply = ended(None, ReplyEnd::HungUp, 5);
    opened.attempts[1].reply = ended(None, ReplyEnd::Silent, 6);
    let (mut harness, asked) = shown(Detail::new(opened, Language::English), BytesView::Text);
    harness.get_by_label("Timeline of the attempts").click();
    harness.run();
    assert_shows(
        &harness,
        &[
            "Attempt 1, at 0.0 s: WeChat closed after 5.0 s",
            "Attempt 2, at 5.0 s: we left it unanswered, and closed after 6.0 s",
        ],
    );
    harness.get_by_label("Attempt 3, at 10.0 s: we answered 200 after 2.0\u{a0}ms").click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::Select(CaptureId(19))]));
}

/// The reply page of a CLICK with a changed reply.
fn answer_of<'h>(change: impl FnOnce(&mut Reply)) -> Harness<'h> {
    let mut opened = opened(&sample("CLICK"));
    change(opened.stored.reply.as_mut().unwrap());
    shown(Detail::new(opened, Language::English), BytesView::Text).0
}

#[test]
fn the_page_says_what_the_user_saw_of_the_reply() {
    let text = b"<xml><ToUserName>FromUser</ToUserName><FromUserName>toUser</FromUserName><CreateTime>1</CreateTime>\
        <MsgType>text</MsgType><Content>Good day</Content></xml>";
    let harness = answer_of(|reply| reply.body = text.to_vec());
    assert_shows(&harness, &["The user sees the text."]);
    let harness = answer_of(|reply| (reply.status, reply.end) = (None, ReplyEnd::Silent));
    harness.get_by_label_contains("Without an answer WeChat sends the push again");
    let harness = answer_of(|reply| {
        reply.body = text.to_vec();
        reply.lint = vec![lint::LintFinding::new(lint::LintCode::PlainInSafe)];
    });
    harness.get_by_label_contains("The user sees the error notice");
    assert_shows(&harness, &["plain-in-safe"]);
}

#[test]
fn a_request_that_is_not_wechats_claims_no_notice_and_says_why_it_was_refused() {
    let unsigned = stored(request("POST", "/wx".to_owned(), &sample("CLICK")), 403);
    let forged = stored(request("POST", "/wx?signature=0&timestamp=1&nonce=2".to_owned(), &sample("CLICK")), 403);
    for (stored, says) in [(unsigned, "no user is waiting"), (forged, "if somebody else did, no user is waiting")] {
        let mut opened = opened(&sample("CLICK"));
        opened.stored = stored;
        let (harness, _) = shown(Detail::new(opened, Language::English), BytesView::Text);
        harness.get_by_label_contains(says);
        assert_shows(&harness, &["Refused"]);
        assert!(harness.query_by_label_contains("This account's service is down").is_none(), "no chat is shown");
        assert!(harness.query_by_label_contains("not ready in time").is_none());
    }
}

#[test]
fn an_attempt_whose_retry_was_answered_says_so() {
    let mut opened = opened(&sample("CLICK"));
    opened.attempts = [17, 18, 19].map(|id| attempt(&opened.stored, id)).to_vec();
    for unanswered in &mut opened.attempts[..2] {
        let reply = unanswered.reply.as_mut().unwrap();
        (reply.status, reply.end) = (None, ReplyEnd::HungUp);
    }
    let reply = opened.stored.reply.as_mut().unwrap();
    (reply.status, reply.end, reply.source) = (None, ReplyEnd::HungUp, ReplySource::None);
    let (harness, _) = shown(Detail::new(opened, Language::English), BytesView::Text);
    harness.get_by_label_contains("attempt 3 had one, and the user saw that");
    assert_shows(&harness, &["No reply was ready in time"]);
    assert!(harness.query_by_label_contains("The user sees the error notice").is_none());
}

#[test]
fn the_encrypted_bytes_are_folded() {
    let mut harness = answer_of(|reply| reply.wire = Some(b"<xml><Encrypt>abc</Encrypt></xml>".to_vec()));
    assert!(harness.query_by_label_contains("<Encrypt>").is_none());
    harness.get_by_label("As it went over the wire").click();
    harness.run();
    harness.get_by_label_contains("<Encrypt>abc</Encrypt>");
}

#[test]
fn the_response_of_the_own_server_is_shown_in_full_with_its_problem() {
    let mut harness = answer_of(|reply| {
        reply.source = ReplySource::Forward;
        reply.forwarded = Some(Box::new(ServerAnswer {
            target: "http://127.0.0.1:9000/wx?a=b".to_owned(),
            status: Some(500),
            headers: vec![("server".to_owned(), b"mine".to_vec())],
            body: Bytes::from_static(b"it broke"),
            first_byte: Some(Duration::from_millis(12)),
            elapsed: Duration::from_millis(34),
            problem: Some(ForwardProblem::Status),
            passed_on: false,
            lint: Vec::new(),
        }));
    });
    assert_shows(
        &harness,
        &[
            "Its answer was not passed on to WeChat",
            "http://127.0.0.1:9000/wx?a=b",
            "500",
            "12.0\u{a0}ms",
            "34.0\u{a0}ms",
            "it broke",
        ],
    );
    harness.get_by_label_contains("status other than 200");
    harness.get_by_label("Headers: 1").click();
    harness.run();
    assert_shows(&harness, &["server", "mine"]);
}

#[test]
fn a_fault_is_named_beside_what_decided_and_what_the_own_server_answered() {
    let mut harness = answer_of(|reply| {
        reply.source = ReplySource::Forward;
        reply.fault = Some("wrong-case");
        reply.body = b"Success".to_vec();
        let unsent = ServerAnswer::unsent("http://127.0.0.1:9000/wx".to_owned(), ForwardProblem::NoTarget);
        let body = Bytes::from_static(b"success");
        reply.forwarded = Some(Box::new(ServerAnswer { status: Some(200), body, problem: None, ..unsent }));
    });
    harness.get_by_label_contains("A fault was injected on purpose: ");
    harness.get_by_label_contains("fault: ");
    harness.get_by_label_contains("Raw ·").click();
    harness.run();
    assert_shows(&harness, &["Your own server", "Success", "success"]);
    harness.get_by_label_contains("Its answer did not reach WeChat as it was");
    assert!(harness.query_by_label_contains("passed on").is_none());
}

#[test]
fn a_late_own_server_is_a_chip() {
    let harness = answer_of(|reply| {
        let unsent = ServerAnswer::unsent("http://127.0.0.1:9000/wx".to_owned(), ForwardProblem::TooLate);
        reply.forwarded = Some(Box::new(unsent));
    });
    harness.get_by_label_contains("own server late");
}

#[test]
fn a_standalone_draft_for_an_answered_event_is_copied() {
    let (mut harness, asked) = shown(Detail::new(opened(&sample("CLICK")), Language::English), BytesView::Text);
    harness.get_by_label("Write a reply…").click();
    harness.run();
    harness.get_by_label("Copy bytes").click();
    harness.run();
    let asked = asked.borrow();
    let [Action::Copy(bytes)] = &asked[..] else { panic!("{asked:?}") };
    assert!(bytes.contains("<ToUserName><![CDATA[FromUser]]></ToUserName>") && bytes.contains("EVENTKEY"), "{bytes}");
}

#[test]
fn an_event_that_does_not_wait_is_not_answered() {
    let (harness, _) = shown(Detail::new(opened(&sample("CLICK")), Language::English), BytesView::Text);
    assert!(harness.query_by_label("Answer…").is_none());
    harness.get_by_label("Write a reply…");
}

#[test]
fn nobody_sees_the_answer_to_a_handshake() {
    let target = "/wx?signature=a&timestamp=1&nonce=2&echostr=3".to_owned();
    let mut opened = opened(&sample("CLICK"));
    opened.stored = stored(request("GET", target, b""), 200);
    let (harness, _) = shown(Detail::new(opened, Language::English), BytesView::Text);
    assert!(harness.query_by_label_contains("The user").is_none());
    assert!(harness.query_by_label("Write a reply…").is_none());
}
