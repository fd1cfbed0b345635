//! Tests of forwarding to a third-party server: co-wechat under Node, and paths of it that misbehave.
//!
//! tests/setup.sh installs it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "interop/client.rs"]
mod client;
#[path = "interop/co_wechat.rs"]
mod co_wechat;
mod common;

use std::collections::BTreeSet;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use client::{APP_ID, KEY, TOKEN};
use co_wechat::{CoWechat, NASTY, bytes, values};
use common::{Answer, TestListener, codes, sample, signed};
use jiff::Zoned;
use menuscope::capture::{CaptureId, Reply, ReplySource, ServerAnswer};
use menuscope::config::save_forward;
use menuscope::filter::Filter;
use menuscope::rules::BadAnswer;
use menuscope::wechat::envelope::{AesKey, decrypt, encrypt, encrypted_push};
use menuscope::wechat::lint::LintFinding;
use menuscope::wechat::signature::{msg_signature, same};
use menuscope::wechat::tree::{Format, Tree};
use serde_json::json;

/// A listener with the account, and these lines more in its `[listener]`.
fn listener(settings: &str) -> TestListener {
    TestListener::with(
        &format!("[accounts.default]\nsecrets = \"file\"\napp_id = \"{APP_ID}\"\n[listener]\n{settings}\n"),
        &format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{KEY}\"\n"),
    )
}

fn forwarding(url: &str, bad_answer: &str) -> TestListener {
    listener(&format!("forward = \"{url}\"\nforward_bad_answer = \"{bad_answer}\""))
}

/// Posts an event as WeChat does in plain mode.
fn push(listener: &TestListener, event: &str) -> Answer {
    listener.post(&format!("/?{}", signed(TOKEN)), &sample(event))
}

fn newest(listener: &TestListener) -> Reply {
    listener.newest().reply.unwrap()
}

fn problem(forwarded: &ServerAnswer) -> Option<&'static str> {
    forwarded.problem.as_ref().map(|problem| problem.as_str())
}

fn lint(found: &[LintFinding]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.code.as_str()).collect()
}

/// The number of events that match.
fn found(listener: &TestListener, filter: &str) -> usize {
    listener.reader().matching(&Filter::parse(filter, &Zoned::now()).unwrap()).unwrap().len()
}

fn element<'t>(tree: &'t Tree<'_>, name: &str) -> &'t str {
    tree.root().text_of(name).unwrap_or_else(|| panic!("no {name}"))
}

/// The default went out, and the record says why.
fn check_default(listener: &TestListener, answer: &Answer, expected: &str) -> Box<ServerAnswer> {
    assert_eq!((answer.status, answer.text()), (200, "success"), "{expected}");
    let reply = newest(listener);
    assert_eq!((reply.source, reply.status), (ReplySource::Default, Some(200)), "{expected}");
    let forwarded = reply.forwarded.unwrap();
    assert_eq!((problem(&forwarded), forwarded.passed_on), (Some(expected), false));
    forwarded
}

#[test]
fn query_and_body_reach_the_server_to_the_byte_and_its_answer_comes_back_so() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx?own=1"), "default");
    // Nothing of this survives being read and written anew.
    let query = format!("z=%e6%89%ab&z=+%2B%2b&&x=&y&{}&a=/?:@", signed(TOKEN));
    let mut body = b"\r\n<!-- \xE2\x82\xAC -->".to_vec();
    for event in ["CLICK", "location_select", "scancode_waitmsg", "pic_weixin"] {
        body.extend(b" \n");
        let sent = [&body[..], &sample(event), b"\r\n\t"].concat();
        let answer = listener.post(&format!("/wherever?{query}"), &sent);
        let seen = server.saw();
        assert_eq!((&seen["method"], &seen["url"]), (&json!("POST"), &json!(format!("/wx?own=1&{query}"))));
        assert_eq!(bytes(&seen, "body"), sent);
        assert_eq!(values(&seen, "content-type"), ["text/xml"]);
        assert_eq!(values(&seen, "host"), [server.url("").trim_start_matches("http://")]);
        assert_eq!(values(&seen, "x-forwarded-host"), ["test"]);
        assert_eq!(values(&seen, "x-menuscope"), [format!("forward;{}", listener.rulebook.policy().instance)]);
        assert_eq!((answer.status, &answer.body), (200, &bytes(&seen, "answer")));
        let content_type = if event == "pic_weixin" { "text/plain; charset=utf-8" } else { "application/xml" };
        assert!(answer.head.contains(&format!("\r\ncontent-type: {content_type}\r\n")), "{}", answer.head);
    }
}

#[test]
fn what_the_server_replies_is_what_it_was_told_to() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "default");
    let answer = push(&listener, "CLICK");
    let tree = Tree::parse(&answer.body).unwrap();
    assert_eq!((element(&tree, "MsgType"), element(&tree, "Content")), ("text", NASTY));
    assert_eq!((element(&tree, "ToUserName"), element(&tree, "FromUserName")), ("FromUser", "toUser"));
    let answer = push(&listener, "location_select");
    assert_eq!(element(&Tree::parse(&answer.body).unwrap(), "ArticleCount"), "1");
    let answer = push(&listener, "scancode_waitmsg");
    assert_eq!(element(&Tree::parse(&answer.body).unwrap(), "MsgType"), "transfer_customer_service");
    assert_eq!(push(&listener, "pic_weixin").text(), "");
}

#[test]
fn both_sides_of_a_forwarded_push_are_recorded() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx?own=1"), "default");
    let query = signed(TOKEN);
    let answer = listener.post(&format!("/?{query}"), &sample("CLICK"));
    let reply = newest(&listener);
    assert_eq!((reply.source, reply.status), (ReplySource::Forward, Some(200)));
    assert_eq!((&reply.body, &reply.wire), (&answer.body, &None));
    let forwarded = reply.forwarded.unwrap();
    assert_eq!(forwarded.target, server.url(&format!("/wx?own=1&{query}")));
    assert_eq!((forwarded.status, &forwarded.body[..]), (Some(200), &answer.body[..]));
    for header in [("content-type", "application/xml"), ("x-own", "co-wechat")] {
        let header = (header.0.to_owned(), header.1.as_bytes().to_vec());
        assert!(forwarded.headers.contains(&header), "{:?}", forwarded.headers);
    }
    let first_byte = forwarded.first_byte.unwrap();
    assert!(first_byte > Duration::ZERO && first_byte <= forwarded.elapsed && forwarded.elapsed <= reply.elapsed);
    assert_eq!((&forwarded.problem, forwarded.passed_on), (&None, true));
    // co-wechat writes the time in milliseconds; the judgement of what came is that of what went.
    assert_eq!(lint(&forwarded.lint), ["createtime-milliseconds"]);
    assert_eq!(reply.lint, forwarded.lint);
}

#[test]
fn a_sealed_push_is_opened_by_the_server_and_its_sealed_answer_is_recorded_open() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "default");
    let key = AesKey::parse(KEY).unwrap();
    for event in ["CLICK", "location_select", "scancode_waitmsg", "pic_weixin"] {
        let encrypt = encrypt(&key, b"aaaabbbbccccdddd", &sample(event), APP_ID);
        let query = signed(TOKEN);
        let timestamp = query.split("timestamp=").nth(1).unwrap().split('&').next().unwrap();
        let signature = msg_signature(TOKEN, timestamp, "486452656", &encrypt);
        let query = format!("{query}&encrypt_type=aes&msg_signature={signature}");
        let body = encrypted_push(Format::Xml, "gh_e136c6e50636", &encrypt);
        let answer = listener.post(&format!("/?{query}"), &body);
        let seen = server.saw();
        assert_eq!((&seen["url"], bytes(&seen, "body")), (&json!(format!("/wx?{query}")), body));
        assert_eq!((answer.status, &answer.body), (200, &bytes(&seen, "answer")));
        let reply = newest(&listener);
        assert_eq!((reply.sent(), &reply.source), (&*answer.body, &ReplySource::Forward));
        let forwarded = reply.forwarded.as_ref().unwrap();
        assert_eq!((problem(forwarded), &forwarded.body[..]), (None, &answer.body[..]));
        if event == "pic_weixin" {
            // Nothing to say is not sealed.
            assert_eq!((&reply.body[..], &reply.wire, &reply.lint), (&b""[..], &None, &Vec::new()));
            continue;
        }
        let envelope = Tree::parse(&answer.body).unwrap();
        let [encrypt, signed, timestamp, nonce] =
            ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"].map(|name| element(&envelope, name));
        assert!(same(&msg_signature(TOKEN, timestamp, nonce, encrypt), signed));
        assert_eq!(decrypt(&key, encrypt).unwrap().message, reply.body);
        assert_eq!(lint(&reply.lint), ["createtime-milliseconds"], "{event}");
    }
}

#[test]
fn one_connection_carries_many_pushes() {
    const MANY: usize = 20;
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "default");
    let sockets: BTreeSet<_> = (0..MANY)
        .map(|_| {
            assert_ne!(push(&listener, "CLICK").text(), "success");
            server.saw()["socket"].as_u64().unwrap()
        })
        .collect();
    // An idle connection is not kept for ever, and a slow machine may need a second one.
    assert!(sockets.len() < MANY, "{sockets:?}");
}

#[test]
fn what_is_not_from_wechat_does_not_reach_the_server() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "pass");
    assert_eq!(listener.post("/?signature=no&timestamp=1&nonce=2&first=1", &sample("CLICK")).status, 403);
    assert_eq!(newest(&listener).forwarded, None);
    push(&listener, "CLICK");
    assert!(!server.saw()["url"].as_str().unwrap().contains("first=1"));
}

#[test]
fn a_bad_answer_is_recorded_and_replaced_by_the_default() {
    let server = CoWechat::start();
    let cases = [
        ("/redirect", "redirect", Some(302), "redirect"),
        ("/html", "status", Some(500), "status-error"),
        ("/illegal", "illegal", Some(200), "json-body"),
        ("/huge", "too-large", Some(200), ""),
        ("/half", "broken", Some(200), ""),
    ];
    for (path, expected, status, code) in cases {
        let listener = forwarding(&server.url(path), "default");
        let answer = push(&listener, "CLICK");
        let forwarded = check_default(&listener, &answer, expected);
        let sent = bytes(&server.saw(), "answer");
        assert_eq!(forwarded.status, status, "{path}");
        assert_eq!(forwarded.body[..], sent[..sent.len().min(1 << 20)], "{path}");
        // What did not come in full is not judged.
        let found = lint(&forwarded.lint);
        assert!(if code.is_empty() { found.is_empty() } else { found.contains(&code) }, "{path}: {found:?}");
        assert!(!lint(&newest(&listener).lint).contains(&code), "{path}: it is not what went out");
    }
}

#[test]
fn a_text_that_ends_the_servers_own_section_early_is_illegal() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "default");
    let answer = push(&listener, "pic_photo_or_album");
    let forwarded = check_default(&listener, &answer, "illegal");
    assert!(lint(&forwarded.lint).contains(&"not-well-formed"), "{:?}", forwarded.lint);
}

#[test]
fn a_bad_answer_that_came_whole_can_be_passed_on_as_it_is() {
    let server = CoWechat::start();
    let cases = [
        ("/redirect", "redirect", 302, "text/plain; charset=utf-8", "redirect"),
        ("/html", "status", 500, "text/html; charset=utf-8", "status-error"),
        ("/illegal", "illegal", 200, "application/json", "json-body"),
    ];
    for (path, expected, status, content_type, code) in cases {
        let listener = forwarding(&server.url(path), "pass");
        let answer = push(&listener, "CLICK");
        assert_eq!((answer.status, &answer.body), (status, &bytes(&server.saw(), "answer")), "{path}");
        assert!(answer.head.contains(&format!("\r\ncontent-type: {content_type}\r\n")), "{}", answer.head);
        assert_eq!(answer.head.contains("\r\nlocation: /wx/?a=b"), path == "/redirect", "{}", answer.head);
        let reply = newest(&listener);
        assert_eq!((reply.source, reply.status), (ReplySource::Forward, Some(status)));
        assert_eq!(reply.body, answer.body);
        assert!(lint(&reply.lint).contains(&code), "{path}: {:?}", reply.lint);
        let forwarded = reply.forwarded.unwrap();
        assert_eq!((problem(&forwarded), forwarded.passed_on), (Some(expected), true));
    }
    for (path, expected) in [("/huge", "too-large"), ("/half", "broken")] {
        let listener = forwarding(&server.url(path), "pass");
        let answer = push(&listener, "CLICK");
        check_default(&listener, &answer, expected);
    }
}

#[test]
fn a_server_that_never_answers_costs_the_budget_and_not_the_push() {
    let server = CoWechat::start();
    for bad_answer in ["default", "pass"] {
        let listener = listener(&format!(
            "forward = \"{}\"\nforward_bad_answer = \"{bad_answer}\"\nreply_budget_ms = 1500",
            server.url("/slow")
        ));
        let answer = push(&listener, "CLICK");
        let forwarded = check_default(&listener, &answer, "too-late");
        assert_eq!((forwarded.status, forwarded.first_byte, &forwarded.lint[..]), (None, None, &[][..]));
        assert!(forwarded.elapsed > Duration::ZERO, "it was asked");
        assert_eq!(found(&listener, "forward:late"), 1);
        assert_eq!(found(&listener, "forward:ok OR forward:failed"), 0);
    }
}

#[test]
fn a_text_that_breaks_out_of_the_servers_reply_is_noticed() {
    let server = CoWechat::start();
    let listener = forwarding(&server.url("/wx"), "default");
    // co-wechat puts it into its CDATA as it is, and so writes two Contents.
    assert_ne!(push(&listener, "pic_sysphoto").text(), "success");
    let reply = newest(&listener);
    assert!(lint(&reply.lint).contains(&"element-repeated"), "{:?}", reply.lint);
}

#[test]
fn a_server_that_is_not_there_leaves_the_default() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Longer than a name can be, so that nobody is asked.
    let nowhere = "n".repeat(64);
    for (url, expected) in
        [(format!("http://{free}/wx"), "unreachable"), (format!("http://{nowhere}.invalid/wx"), "unresolved")]
    {
        for bad_answer in ["default", "pass"] {
            let listener = forwarding(&url, bad_answer);
            let answer = push(&listener, "CLICK");
            let forwarded = check_default(&listener, &answer, expected);
            assert_eq!((forwarded.status, &forwarded.lint[..]), (None, &[][..]));
            assert_ne!(forwarded.problem.unwrap().cause(), "");
            assert_eq!(found(&listener, "forward:failed"), 1);
        }
    }
}

#[test]
fn a_rule_forwards_elsewhere_and_has_its_own_say_about_bad_answers() {
    let server = CoWechat::start();
    let listener = TestListener::with(
        &format!(
            "[listener]\nforward = \"{}\"\nforward_bad_answer = \"pass\"\n\
             [[rules]]\nname = \"elsewhere\"\nmatch = \"event:CLICK\"\n\
             reply = {{ forward = \"{}\", bad_answer = \"default\" }}\n",
            server.url("/html"),
            server.url("/illegal")
        ),
        "",
    );
    let answer = push(&listener, "CLICK");
    check_default(&listener, &answer, "illegal");
    assert_eq!(push(&listener, "VIEW").status, 500);
}

/// Forwards to itself from now on.
fn turn_on_itself(listener: &TestListener, url: &str, bad_answer: BadAnswer) {
    save_forward(&listener.folder, &listener.folder.config_file(), Some(url), bad_answer).unwrap();
    assert!(listener.rulebook.reload());
}

#[test]
fn the_listener_does_not_forward_to_itself() {
    for bad_answer in [BadAnswer::Default, BadAnswer::Pass] {
        let listener = listener("");
        for host in ["127.0.0.1", "localhost"] {
            turn_on_itself(&listener, &format!("http://{host}:{}/wx", listener.address.port()), bad_answer);
            let before = listener.reader().newest();
            let answer = push(&listener, "CLICK");
            check_default(&listener, &answer, "loop");
            let id = listener.newest().placement.id;
            assert_eq!(before.map_or(1, |before| before.0 + 1), id.0, "it has not asked itself");
        }
    }
}

fn in_background(job: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name("tunnel".to_owned()).spawn(job).unwrap();
}

/// Hands everything through, as a tunnel that leads back does; its address.
fn tunnel_to(target: SocketAddr) -> SocketAddr {
    let entry = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = entry.local_addr().unwrap();
    in_background(move || {
        while let Ok((inside, _)) = entry.accept() {
            let outside = TcpStream::connect(target).unwrap();
            for (mut from, mut to) in [(inside.try_clone().unwrap(), outside.try_clone().unwrap()), (outside, inside)] {
                in_background(move || {
                    std::io::copy(&mut from, &mut to).ok();
                    to.shutdown(Shutdown::Write).ok();
                });
            }
        }
    });
    address
}

#[test]
fn a_way_back_through_a_tunnel_is_walked_once() {
    let listener = listener("");
    let tunnel = tunnel_to(listener.address);
    turn_on_itself(&listener, &format!("http://{tunnel}/wx"), BadAnswer::Pass);
    let answer = push(&listener, "CLICK");
    assert_eq!((answer.status, answer.text()), (200, "success"));
    let came_back = listener.newest();
    assert_eq!(came_back.placement.id.0, 2, "once, and not again");
    assert!(codes(&came_back).contains(&"forward-loop"), "{:?}", codes(&came_back));
    let refusal = came_back.reply.unwrap();
    assert_eq!((refusal.status, refusal.source, refusal.forwarded), (Some(508), ReplySource::None, None));
    let reply = listener.answered(CaptureId(1)).reply.unwrap();
    assert_eq!(reply.source, ReplySource::Default);
    let forwarded = reply.forwarded.unwrap();
    assert_eq!((forwarded.status, problem(&forwarded), forwarded.passed_on), (Some(508), Some("loop"), false));
}
