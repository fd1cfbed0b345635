//! Tests of the requests of each mode and form.

use std::collections::BTreeSet;

use crate::common::{TOKEN, TestListener, sample, signed};
use crate::target::TargetServer;
use crate::{OPENID, accounts, capture, capture_safe, carried_out, element, plan, received, replayed, success};
use menuscope::capture::{Capture, CaptureId, ForwardProblem, Mode, ReplayForm, ReplayMode, ReplayObstacle, Signature};
use menuscope::replay::ReplayPlan;
use menuscope::sample::signed as push;
use menuscope::wechat::tree::Tree;

#[test]
fn verbatim_is_the_same_body_and_query_marked_as_our_own() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Verbatim, ReplayForm::AsCaptured, capture);
        assert_eq!((&arrived.request.target, &arrived.request.body), (&sent.request.target, &sent.request.body));
        let mark = arrived.request.header("x-menuscope").unwrap();
        assert!(mark.starts_with(b"replay;"), "{}", String::from_utf8_lossy(mark));
        assert!(!arrived.replay, "another installation believes no mark but its own");
        assert_eq!((arrived.signature, arrived.mode), (Signature::Valid, sent.mode));
    }
}

#[test]
fn the_own_listener_tells_a_replay_from_a_tap() {
    let listener = TestListener::with_token();
    let id = capture(&listener, "CLICK");
    replayed(&listener, &plan(&[id], &format!("http://{}/wx", listener.address)));
    let arrived = listener.newest();
    assert!(arrived.placement.id.0 != id && arrived.capture.replay);
}

#[test]
fn signed_anew_it_is_the_same_message_with_another_signature_that_holds() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Resign, ReplayForm::AsCaptured, capture);
        assert_eq!(arrived.message(), sent.message());
        assert_ne!(arrived.request.target, sent.request.target);
        assert_eq!((arrived.signature, arrived.mode), (Signature::Valid, sent.mode));
        let names = |capture: &Capture| -> Vec<String> {
            capture.request.parameters().map(|(name, _)| name.into_owned()).collect()
        };
        assert_eq!(names(&arrived), names(&sent), "parameters keep their order");
    }
}

#[test]
fn a_fresh_one_differs_in_its_time_and_nothing_else() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Fresh, ReplayForm::AsCaptured, capture);
        assert_ne!(element(&arrived, "CreateTime"), element(&sent, "CreateTime"));
        let without = |capture: &Capture| {
            let text = String::from_utf8(capture.message().to_vec()).unwrap();
            text.replace(&element(capture, "CreateTime").unwrap(), "")
        };
        assert_eq!(without(&arrived), without(&sent));
        assert_eq!(arrived.signature, Signature::Valid);
    }
}

#[test]
fn fresh_messages_of_one_user_are_told_apart_by_who_compares_times_and_ids() {
    let listener = TestListener::with_token();
    let server = TargetServer::start(success);
    let mut events: Vec<i64> = (0..5).map(|_| capture(&listener, "CLICK")).collect();
    let text = "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>\
                <MsgType>text</MsgType><Content>a</Content><MsgId>1234567890123456</MsgId></xml>";
    listener.post(&format!("/wx?{}", signed(TOKEN)), text.as_bytes());
    events.push(listener.newest().placement.id.0);
    let plan = ReplayPlan { mode: ReplayMode::Fresh, ..plan(&events, &server.url("/")) };
    carried_out(&listener, &plan);
    let seen = server.seen();
    let text_of = |body: &[u8], name: &str| Tree::parse(body).unwrap().root().text_of(name).map(str::to_owned);
    let times: BTreeSet<_> = seen.iter().map(|seen| text_of(&seen.body, "CreateTime").unwrap()).collect();
    assert!(times.len() >= 5, "{times:?}");
    let id = seen.iter().find_map(|seen| text_of(&seen.body, "MsgId")).unwrap();
    assert_ne!(id, "1234567890123456");
    assert!(id.parse::<i64>().unwrap() > 0);
}

#[test]
fn the_form_is_what_was_asked_for_however_it_was_captured() {
    for (captured, form) in
        [(capture as fn(&TestListener, &str) -> i64, ReplayForm::Encrypted), (capture_safe, ReplayForm::Plain)]
    {
        for mode in [ReplayMode::Verbatim, ReplayMode::Resign, ReplayMode::Fresh] {
            let (sent, arrived) = received(mode, form, captured);
            let expected = if form == ReplayForm::Plain { Mode::Plain } else { Mode::Safe };
            assert_eq!((arrived.mode, arrived.signature), (expected, Signature::Valid), "{mode:?}");
            assert_eq!(element(&arrived, "EventKey"), element(&sent, "EventKey"));
            if mode != ReplayMode::Fresh {
                assert_eq!(arrived.message(), sent.message());
            }
            assert!(arrived.diagnoses.is_empty(), "{:?}", arrived.diagnoses);
        }
    }
}

#[test]
fn a_push_in_compatible_mode_keeps_its_plain_elements() {
    let (listener, server) = (TestListener::with_token(), TestListener::with_token());
    let accounts = accounts(&listener);
    let push = push(&sample("CLICK"), Some(accounts.default_account()), true, jiff::Timestamp::now()).unwrap();
    let encrypt = Tree::parse(&push.body).unwrap().root().text_of("Encrypt").unwrap().to_owned();
    let plain = String::from_utf8(sample("CLICK")).unwrap();
    let body = plain.replacen("</xml>", &format!("<Own a=\"1\"/><Encrypt>{encrypt}</Encrypt></xml>"), 1);
    listener.post(&format!("/wx?{}", push.query), body.as_bytes());
    let event = listener.newest();
    assert_eq!(event.capture.mode, Mode::Compat);
    for mode in [ReplayMode::Resign, ReplayMode::Fresh] {
        let id = event.placement.id.0;
        let plan = ReplayPlan { mode, ..plan(&[id], &format!("http://{}/wx", server.address)) };
        assert!(replayed(&listener, &plan).replayed.is_legal());
        let arrived = server.newest().capture;
        assert_eq!((arrived.mode, arrived.signature), (Mode::Compat, Signature::Valid));
        let outer = String::from_utf8(arrived.request.body.to_vec()).unwrap();
        assert!(outer.contains("<Own a=\"1\"/><Encrypt>") && !outer.contains(&encrypt), "{outer}");
        assert_eq!(arrived.diagnoses, event.capture.diagnoses);
    }
}

#[test]
fn what_nobody_can_open_is_signed_anew_with_its_encryption_as_it_is() {
    let listener = TestListener::with_token();
    let id = capture_safe(&listener, "CLICK");
    let stranger = TestListener::with("[accounts.default]\nsecrets = \"file\"\n", "[default]\ntoken = \"pamtest\"\n");
    let stored = listener.reader().capture(CaptureId(id)).unwrap().unwrap();
    stranger.post(&stored.capture.request.target, &stored.capture.request.body);
    let server = TargetServer::start(success);
    let sealed = plan(&[1], &server.url("/"));
    let resigned = replayed(&stranger, &ReplayPlan { mode: ReplayMode::Resign, ..sealed.clone() });
    assert_eq!(resigned.replayed.request.body, stored.capture.request.body);
    assert_ne!(server.seen()[0].parameter("msg_signature"), None);
    for impossible in [
        ReplayPlan { mode: ReplayMode::Fresh, ..sealed.clone() },
        ReplayPlan { form: ReplayForm::Plain, ..sealed.clone() },
    ] {
        let stored = replayed(&stranger, &impossible);
        let problem = Some(ForwardProblem::Unmade { why: ReplayObstacle::Encrypted });
        assert_eq!((stored.replayed.answer.problem, stored.replayed.answer.status), (problem, None));
    }
    let without_key = ReplayPlan { form: ReplayForm::Encrypted, edited: Some(sample("VIEW")), ..sealed };
    let why = ReplayObstacle::NoKey;
    assert_eq!(replayed(&stranger, &without_key).replayed.answer.problem, Some(ForwardProblem::Unmade { why }));
    assert_eq!(server.seen().len(), 1, "what cannot be made is not sent");
}

#[test]
fn an_edited_message_goes_out_as_it_was_edited() {
    let listener = TestListener::with_token();
    let server = TestListener::with_token();
    let id = capture_safe(&listener, "location_select");
    let mut edited = String::from_utf8(sample("location_select")).unwrap();
    edited = edited.replacen("<MsgType>", "<Unknown attribute=\"1\">&amp;</Unknown><MsgType>", 1);
    edited = edited.replace(OPENID, "oNobodyNobodyNobodyNobodyNo1");
    let plan = ReplayPlan {
        edited: Some(edited.clone().into_bytes()),
        ..plan(&[id], &format!("http://{}/wx", server.address))
    };
    assert!(replayed(&listener, &plan).replayed.is_legal());
    let arrived = server.newest().capture;
    assert_eq!(String::from_utf8_lossy(arrived.message()), edited);
    assert_eq!((arrived.mode, arrived.signature), (Mode::Safe, Signature::Valid));
    assert!(arrived.request.target.contains("openid=oNobody"), "{}", arrived.request.target);
}

#[test]
fn a_handshake_has_to_be_answered_with_its_echostr() {
    let listener = TestListener::with_token();
    listener.send(format!("GET /wx?{}&echostr=4375%20a HTTP/1.1\r\nhost: x\r\n\r\n", signed(TOKEN)).as_bytes());
    let id = listener.newest().placement.id.0;
    let (right, wrong) = (TestListener::with_token(), TargetServer::start(success));
    let at = |url: &str| {
        let plan = ReplayPlan { mode: ReplayMode::Resign, ..plan(&[id], url) };
        replayed(&listener, &plan).replayed.answer
    };
    assert_eq!(at(&format!("http://{}/wx", right.address)).problem, None);
    assert_eq!(at(&wrong.url("/")).problem, Some(ForwardProblem::Echo));
    let marked = TargetServer::start(|_| Some("\u{FEFF}4375 a\n".to_owned()));
    let answer = at(&marked.url("/"));
    assert_eq!(answer.problem, Some(ForwardProblem::Echo));
    let codes: Vec<_> = answer.lint.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["bom", "echo-white"]);
}
