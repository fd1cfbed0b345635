//! Tests of decided replies over real sockets: rules, hold, retry, hang-up, release, encryption.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

use std::io::Write as _;
use std::net::Shutdown;

use common::{Answer, TOKEN, TestListener, begin, reply_of, rest, sample, signed, until, with_rules};
use menuscope::capture::{CaptureId, ReplyEnd, ReplySource};
use menuscope::engine::{HeldDecision, HeldPush, ManualReply};
use menuscope::filter::Filter;
use menuscope::wechat::envelope::{AesKey, decrypt, encrypt, encrypted_push};
use menuscope::wechat::reply::PassiveReply;
use menuscope::wechat::signature::{msg_signature, same};
use menuscope::wechat::tree::{Format, Tree};

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const FORMER_KEY: &str = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR";
const APP_ID: &str = "wxb11529c136998cb6";

fn hold_all(listener: &TestListener) {
    listener.rulebook.policy().held.switch(Some(Filter::default()));
}

fn waiting(listener: &TestListener) -> Vec<HeldPush> {
    listener.rulebook.policy().held.view().borrow().waiting.to_vec()
}

/// The one push that is held, once it is.
fn held(listener: &TestListener) -> CaptureId {
    until("one push is held", || match *waiting(listener) {
        [push] => Some(push.placement.id),
        _ => None,
    })
}

fn resolve(listener: &TestListener, id: CaptureId, verdict: HeldDecision) -> bool {
    listener.rulebook.policy().held.resolve(id, verdict)
}

fn text(content: &str) -> HeldDecision {
    HeldDecision::Send(ManualReply { reply: PassiveReply::Text { content: content.to_owned() }, fault: None })
}

fn element(body: &[u8], name: &str) -> String {
    Tree::parse(body).unwrap().root().text_of(name).unwrap_or_else(|| panic!("no {name}")).to_owned()
}

#[test]
fn a_rule_answers_what_it_matches_with_the_decoded_fields_filled_in() {
    let listener = with_rules(
        r#"
        [[rules]]
        name = "scan"
        match = "event:scancode_waitmsg"
        reply = { MsgType = "text", Content = "scanned {{ decoded.scan.content }} ]]> by {{ openid }}" }
        "#,
    );
    let answer = listener.post("/", &sample("scancode_waitmsg"));
    assert_eq!(element(&answer.body, "Content"), "scanned 2 ]]> by oMgHVjngRipVsoxg6TuX3vz6glDg");
    assert_eq!(element(&answer.body, "ToUserName"), "oMgHVjngRipVsoxg6TuX3vz6glDg");
    assert_eq!(element(&answer.body, "FromUserName"), "gh_e136c6e50636");
    let reply = reply_of(listener.newest());
    assert_eq!((reply.source, reply.body), (ReplySource::Rule("scan".to_owned()), answer.body));
    assert_eq!(reply.lint, []);
    assert_eq!(listener.rulebook.policy().rule_usage.borrow()["scan"].times, 1);
    assert_eq!(listener.post("/", &sample("CLICK")).text(), "success");
    assert_eq!(reply_of(listener.newest()).source, ReplySource::Default);
}

#[test]
fn a_scanned_text_cannot_break_out_of_the_reply() {
    let listener = with_rules(
        r#"
        [[rules]]
        name = "echo"
        reply = { MsgType = "text", Content = "{{ ScanCodeInfo.ScanResult }}" }
        "#,
    );
    let evil = "]]></Content><MsgType>news</MsgType><x><![CDATA[{{ openid }} &amp;";
    let body = String::from_utf8(sample("scancode_push")).unwrap();
    let body = body.replacen("<![CDATA[1]]>", &format!("<![CDATA[{}]]>", evil.replace("]]>", "]]]]><![CDATA[>")), 1);
    let answer = listener.post("/", body.as_bytes());
    assert_eq!(element(&answer.body, "Content"), evil);
    assert_eq!(element(&answer.body, "MsgType"), "text");
}

#[test]
fn the_first_rule_that_matches_wins_and_one_that_is_off_does_not() {
    let listener = with_rules(
        r#"
        [[rules]]
        name = "off"
        enabled = false
        reply = { raw = "off" }
        [[rules]]
        name = "click"
        match = "event:CLICK"
        status = 500
        reply = { raw = "one" }
        [[rules]]
        name = "all"
        reply = { raw = "two" }
        "#,
    );
    let answer = listener.post("/", &sample("CLICK"));
    assert_eq!((answer.status, answer.text()), (500, "one"));
    assert_eq!(listener.post("/", &sample("VIEW")).text(), "two");
}

#[test]
fn a_rule_that_cannot_answer_leaves_the_default_and_the_reason() {
    for template in
        ["{{ nothing.there }}", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}"]
    {
        let listener = with_rules(&format!(
            "[[rules]]\nname = \"bad\"\nreply = {{ MsgType = \"text\", Content = \"{template}\" }}\n"
        ));
        assert_eq!(listener.post("/", &sample("CLICK")).text(), "success");
        let reply = reply_of(listener.newest());
        assert_eq!(reply.source, ReplySource::Default);
        assert_eq!(reply.lint.iter().map(|found| found.code.as_str()).collect::<Vec<_>>(), ["rule-failed"]);
        assert!(listener.rulebook.policy().rule_usage.borrow()["bad"].failure.is_some());
    }
}

#[test]
fn an_edit_by_hand_is_picked_up_and_a_mistake_keeps_the_former_rules() {
    let listener = with_rules("[[rules]]\nname = \"a\"\nreply = { raw = \"one\" }\n");
    let write = |text: &str| std::fs::write(listener.folder.config_file(), text).unwrap();
    let answered = || listener.post("/", &sample("CLICK")).text().to_owned();
    assert_eq!(answered(), "one");
    write("[[rules]]\nname = \"a\"\nreply = { raw = \"two\" }\n");
    until("the edit is in force", || (answered() == "two").then_some(()));
    write("[[rules]]\nname = \"a\"\nmatch = \"evnt:CLICK\"\nreply = { raw = \"three\" }\n");
    let trouble = listener.rulebook.error();
    until("the mistake is told", || trouble.borrow().as_ref().map(ToString::to_string))
        .contains("evnt")
        .then_some(())
        .unwrap();
    assert_eq!(answered(), "two");
    write("[[rules]]\nname = \"a\"\nreply = { raw = \"four\" }\n");
    until("it is mended", || (answered() == "four").then_some(()));
    assert_eq!(*trouble.borrow(), None);
}

#[test]
fn what_was_sealed_is_answered_sealed_with_the_key_that_opened_it() {
    let listener = TestListener::with(
        "[accounts.default]\nsecrets = \"file\"\napp_id = \"wxb11529c136998cb6\"\n\
         [[rules]]\nname = \"all\"\nreply = { MsgType = \"text\", Content = \"hello\" }\n",
        &format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{KEY}\"\nprevious_aes_key = \"{FORMER_KEY}\"\n"),
    );
    for key in [KEY, FORMER_KEY] {
        let key = AesKey::parse(key).unwrap();
        let encrypt = encrypt(&key, b"aaaabbbbccccdddd", &sample("CLICK"), APP_ID);
        let query = signed(TOKEN);
        let timestamp = query.split("timestamp=").nth(1).unwrap().split('&').next().unwrap();
        let signature = msg_signature(TOKEN, timestamp, "486452656", &encrypt);
        let target = format!("/wx?{query}&encrypt_type=aes&msg_signature={signature}");
        let answer = listener.post(&target, &encrypted_push(Format::Xml, "gh_e136c6e50636", &encrypt));
        let [encrypt, signed, timestamp, nonce] =
            ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"].map(|name| element(&answer.body, name));
        assert!(same(&msg_signature(TOKEN, &timestamp, &nonce, &encrypt), &signed));
        let opened = decrypt(&key, &encrypt).unwrap();
        assert_eq!((element(&opened.message, "Content").as_str(), opened.receive_id.as_str()), ("hello", APP_ID));
        let reply = reply_of(listener.newest());
        assert_eq!((reply.body.as_slice(), reply.sent()), (opened.message.as_slice(), answer.body.as_slice()));
        assert_eq!(reply.lint, []);
    }
}

#[test]
fn a_held_push_is_answered_by_hand() {
    let listener = TestListener::start();
    hold_all(&listener);
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    let id = held(&listener);
    let reader = listener.reader();
    let is_held = || reader.arrived(&Filter::parse("is:held", &jiff::Zoned::now()).unwrap(), CaptureId(0), 9).unwrap();
    until("the store knows it", || (is_held() == [id]).then_some(()));
    assert!(resolve(&listener, id, text("by hand")));
    assert_eq!(element(&Answer::read(&mut stream).body, "Content"), "by hand");
    assert_eq!(reply_of(listener.answered(id)).source, ReplySource::Held);
    assert_eq!(is_held(), []);
}

#[test]
fn a_held_push_that_nobody_answers_gets_the_default_in_time() {
    let listener = TestListener::with("[listener]\nreply_budget_ms = 200\n", "");
    hold_all(&listener);
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    let id = held(&listener);
    assert_eq!(Answer::read(&mut stream).text(), "success");
    assert!(!resolve(&listener, id, text("too late")));
    assert_eq!(reply_of(listener.answered(id)).source, ReplySource::Default);
}

#[test]
fn a_client_that_hangs_up_is_no_longer_offered() {
    let listener = TestListener::start();
    hold_all(&listener);
    let stream = begin(&listener, "/", &sample("CLICK"));
    let id = held(&listener);
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    until("it is forgotten", || waiting(&listener).is_empty().then_some(()));
    assert!(!resolve(&listener, id, text("hello?")));
    let reply = reply_of(listener.answered(id));
    assert_eq!((reply.status, reply.end), (None, ReplyEnd::HungUp));
}

#[test]
fn hundreds_are_held_at_once_and_released_together() {
    const MANY: usize = 300;
    let listener = TestListener::start();
    hold_all(&listener);
    let mut streams: Vec<_> = (0..MANY).map(|_| begin(&listener, "/", &sample("CLICK"))).collect();
    until("all are held", || (waiting(&listener).len() == MANY).then_some(()));
    listener.rulebook.policy().held.switch(None);
    for stream in &mut streams {
        assert_eq!(Answer::read(stream).text(), "success");
    }
    assert_eq!(listener.post("/", &sample("CLICK")).text(), "success");
}

#[test]
fn stopping_releases_what_is_held() {
    let mut listener = TestListener::start();
    hold_all(&listener);
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    held(&listener);
    listener.service = None;
    assert_eq!(Answer::read(&mut stream).text(), "success");
}

#[test]
fn a_retry_that_was_asked_for_is_answered_with_the_draft() {
    let listener = TestListener::with_token();
    hold_all(&listener);
    let target = format!("/?{}", signed(TOKEN));
    let first = begin(&listener, &target, &sample("CLICK"));
    let id = held(&listener);
    assert!(resolve(&listener, id, HeldDecision::LetRetry));
    assert!(resolve(&listener, id, text("at last")), "it is prepared for the retry");
    // WeChat gives up and posts again.
    first.shutdown(Shutdown::Both).unwrap();
    let reply = reply_of(listener.answered(id));
    assert_eq!((reply.status, reply.end), (None, ReplyEnd::HungUp));
    let mut second = begin(&listener, &target, &sample("CLICK"));
    assert_eq!(element(&Answer::read(&mut second).body, "Content"), "at last");
    let stored = listener.newest();
    assert_eq!((stored.placement.group, stored.placement.attempt), (id, 2));
    assert_eq!(reply_of(stored).source, ReplySource::Held);
}

#[test]
fn a_wait_that_the_tunnel_never_ends_is_closed_without_an_answer() {
    let listener = TestListener::start();
    hold_all(&listener);
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    let id = held(&listener);
    resolve(&listener, id, HeldDecision::LetRetry);
    assert_eq!(rest(&mut stream).unwrap(), b"");
    let reply = reply_of(listener.answered(id));
    assert_eq!((reply.status, reply.end, reply.source), (None, ReplyEnd::Silent, ReplySource::None));
}

#[test]
fn a_rule_can_hold() {
    let listener = with_rules("[[rules]]\nname = \"wait\"\nmatch = \"event:CLICK\"\nreply = \"hold\"\n");
    assert_eq!(listener.post("/", &sample("VIEW")).text(), "success");
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    let id = held(&listener);
    resolve(&listener, id, text("held by rule"));
    assert_eq!(element(&Answer::read(&mut stream).body, "Content"), "held by rule");
}

#[test]
fn what_belongs_to_somebody_else_gets_the_default_whatever_the_rules_say() {
    let listener = TestListener::with(
        "[accounts.default]\nsecrets = \"file\"\napp_id = \"wxb11529c136998cb6\"\n\
         [[rules]]\nname = \"all\"\nreply = { raw = \"ruled\" }\n",
        &format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{KEY}\"\n"),
    );
    assert_eq!(listener.post(&format!("/?{}", signed(TOKEN)), &sample("CLICK")).text(), "ruled");
    assert_eq!(listener.post(&format!("/?{}", signed(TOKEN)), b"nothing legible").text(), "success");
    assert_eq!(listener.post("/?signature=no&timestamp=1&nonce=2", &sample("CLICK")).status, 403);
}

#[test]
fn who_closes_the_sending_half_is_still_answered_after_a_delay() {
    let listener = with_rules("[[rules]]\nname = \"slow\"\nreply = { raw = \"late\" }\ndelay_ms = 100\n");
    let mut stream = begin(&listener, "/", &sample("CLICK"));
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Answer::read(&mut stream).text(), "late");
}

#[test]
fn who_has_used_up_the_budget_is_not_held() {
    let listener = TestListener::with("[listener]\nreply_budget_ms = 200\n", "");
    hold_all(&listener);
    let body = sample("CLICK");
    let mut stream = listener.connect();
    let head = format!("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body[..10]].concat()).unwrap();
    std::thread::park_timeout(std::time::Duration::from_millis(250));
    stream.write_all(&body[10..]).unwrap();
    assert_eq!(Answer::read(&mut stream).text(), "success");
    assert!(waiting(&listener).is_empty());
    let filter = Filter::parse("is:held", &jiff::Zoned::now()).unwrap();
    assert_eq!(listener.reader().arrived(&filter, CaptureId(0), 9).unwrap(), []);
}
