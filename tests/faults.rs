//! Tests of injected faults over real sockets: the bytes that arrive, and their record.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/target.rs"]
mod target;

use common::{TOKEN, TestListener, begin, reply_of, rest, sample, signed, with_rules};
use menuscope::capture::{ForwardState, ReplyEnd, ReplySource};
use menuscope::wechat::fault::Fault;
use target::TargetServer;

#[test]
fn every_fault_that_can_be_read_is_what_it_says_and_is_judged_so() {
    for (fault, expected) in [
        ("empty", &b""[..]),
        ("wrong-case", b"Success"),
        ("json", b"{\"success\":true}"),
        ("bom", b"\xEF\xBB\xBFsuccess"),
    ] {
        let listener = with_rules(&format!("[[rules]]\nname = \"f\"\nreply = \"success\"\nfault = \"{fault}\"\n"));
        assert_eq!(listener.post("/", &sample("CLICK")).body, expected, "{fault}");
        let reply = reply_of(listener.newest());
        assert_eq!(reply.lint.is_empty(), fault == "empty", "{fault}: {:?}", reply.lint);
    }
}

#[test]
fn a_cut_answer_breaks_off_and_a_reset_is_one() {
    let listener = with_rules(
        "[[rules]]\nname = \"cut\"\nmatch = \"event:CLICK\"\nfault = \"cut\"\nreply = { MsgType = \"text\", Content = \"hello\" }\n\
         [[rules]]\nname = \"reset\"\nreply = \"success\"\nfault = \"reset\"\n",
    );
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    let got = String::from_utf8(rest(&mut stream).unwrap_or_default()).unwrap();
    assert!(got.starts_with("HTTP/1.1 200") && got.contains("<xml>") && !got.contains("</xml>"), "{got:?}");
    let reply = reply_of(listener.newest());
    assert_eq!(
        (reply.end, reply.status, reply.sent()),
        (ReplyEnd::Cut, Some(200), &reply.body[..reply.body.len() / 2])
    );
    assert!(reply.lint.iter().any(|found| found.code.as_str() == "not-well-formed"), "{:?}", reply.lint);
    let mut stream = begin(&listener, "/", &sample("VIEW"));
    let error = rest(&mut stream).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let reply = reply_of(listener.newest());
    assert_eq!((reply.end, reply.status, reply.sent()), (ReplyEnd::Reset, None, &b""[..]));
}

#[test]
fn the_first_attempts_are_left_unanswered_and_the_next_is_answered() {
    let listener = TestListener::with_token();
    listener.rulebook.policy().armed_fault.set(Some(Fault::Unanswered { attempts: 1 }));
    let target = format!("/?{}", signed(TOKEN));
    let mut first = begin(&listener, &target, &sample("CLICK"));
    assert_eq!(rest(&mut first).unwrap(), b"");
    assert_eq!(listener.post(&target, &sample("CLICK")).text(), "success");
    let stored = listener.newest();
    assert_eq!(stored.placement.attempt, 2);
    let first = reply_of(listener.answered(stored.placement.group));
    assert_eq!((first.source, first.fault, first.end), (ReplySource::Default, Some("unanswered"), ReplyEnd::Silent));
    let second = reply_of(stored);
    assert_eq!((second.source, second.fault, &second.lint[..]), (ReplySource::Default, None, &[][..]));
}

#[test]
fn a_faulty_default_is_judged_and_still_the_default() {
    let listener = TestListener::start();
    listener.rulebook.policy().armed_fault.set(Some(Fault::Bom));
    assert_eq!(listener.post("/", &sample("CLICK")).body, b"\xEF\xBB\xBFsuccess");
    let reply = reply_of(listener.newest());
    assert_eq!((reply.source, reply.fault), (ReplySource::Default, Some("bom")));
    assert!(reply.lint.iter().any(|found| found.code.as_str() == "bom"), "{:?}", reply.lint);
}

#[test]
fn a_fault_between_the_own_server_and_wechat_leaves_both_sides_in_the_record() {
    let server = TargetServer::start(|_| Some("success".to_owned()));
    let url = server.url("/wx");
    let listener = TestListener::with(&format!("[listener]\nforward = \"{url}\"\n"), "");
    let arm = |fault| listener.rulebook.policy().armed_fault.set(Some(fault));
    arm(Fault::WrongCase);
    assert_eq!(listener.post("/", &sample("CLICK")).text(), "Success");
    let reply = reply_of(listener.newest());
    assert_eq!((&reply.source, reply.fault), (&ReplySource::Forward, Some("wrong-case")));
    assert!(reply.lint.iter().any(|found| found.code.as_str() == "success-case"), "{:?}", reply.lint);
    let forwarded = reply.forwarded.unwrap();
    assert_eq!(
        (&forwarded.body[..], forwarded.state(), forwarded.passed_on),
        (&b"success"[..], ForwardState::Ok, false)
    );
    assert!(forwarded.lint.is_empty(), "the server is not blamed: {:?}", forwarded.lint);
    arm(Fault::Reset);
    drop(rest(&mut begin(&listener, "/", &sample("VIEW"))));
    let reply = reply_of(listener.newest());
    assert_eq!((&reply.source, reply.fault, reply.end), (&ReplySource::Forward, Some("reset"), ReplyEnd::Reset));
    assert!(!reply.forwarded.unwrap().passed_on);
}

#[test]
fn what_a_rule_does_to_the_default_is_judged_and_named_after_it() {
    let listener = TestListener::with(
        "[listener]\nreply_budget_ms = 200\n[[rules]]\nname = \"r\"\nreply = \"hold\"\nstatus = 500\nfault = \"json\"\n",
        "",
    );
    let answer = listener.post("/", &sample("CLICK"));
    assert_eq!((answer.status, answer.text()), (500, "{\"success\":true}"));
    let reply = reply_of(listener.newest());
    assert_eq!((reply.source, reply.status), (ReplySource::Rule("r".to_owned()), Some(500)));
    assert_eq!(reply.fault, Some("json"));
    let codes: Vec<_> = reply.lint.iter().map(|found| found.code.as_str()).collect();
    assert!(codes.contains(&"json-body") && codes.contains(&"status-error"), "{codes:?}");
}

#[test]
fn a_fault_of_the_encryption_has_nothing_to_spoil_in_plain() {
    let listener = with_rules("[[rules]]\nname = \"f\"\nreply = \"success\"\nfault = \"former-key\"\n");
    assert_eq!(listener.post("/", &sample("CLICK")).text(), "success");
    let reply = reply_of(listener.newest());
    assert_eq!(reply.lint.iter().map(|found| found.code.as_str()).collect::<Vec<_>>(), ["fault-idle"]);
    assert_eq!(reply.fault, None, "nothing was injected");
}
