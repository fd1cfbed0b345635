//! Tests of archives: written, read, and written again; and those of other tools.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::capture::{ForwardProblem, Mode, ReplySource, Signature, StoredCapture};
use crate::exchange::formats::specimens::{
    accounts, any_event, every_kind, exported, first_time, imported, no_accounts, numbered,
};
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::ImportSummary;
use crate::wechat::lint;

fn archive_of(events: &[Fixture]) -> Value {
    serde_json::from_slice(&exported(Har::default(), events)).unwrap()
}

fn read_in(archive: &[u8]) -> (ImportSummary, Vec<StoredCapture>) {
    let (report, events) = imported(read, archive, &accounts());
    (report, events.into_iter().map(|event| event.stored).collect())
}

fn places(report: &ImportSummary) -> Vec<(&str, &ImportReason)> {
    report.problems.iter().map(|problem| (&*problem.place, &problem.reason)).collect()
}

fn no_callback(request: &str) -> ImportReason {
    ImportReason::NotACallback { request: request.to_owned() }
}

#[test]
fn every_kind_of_event_comes_back_as_it_was() {
    let events = every_kind();
    let first = exported(Har::default(), &events);
    let (report, again) = imported(read, &first, &no_accounts());
    assert_eq!(report.problems, []);
    for (event, again) in events.iter().zip(&again) {
        let (before, after) = (&event.stored, &again.stored);
        assert_eq!(before.placement, after.placement);
        assert_eq!(before.reply, after.reply);
        let (before, after) = (&before.capture, &after.capture);
        assert_eq!(before.request.to_http(), after.request.to_http());
        assert_eq!(before.request.received_at, after.request.received_at);
        assert_eq!(before.request.peer, after.request.peer);
        assert_eq!((before.mode, before.signature, before.replay), (after.mode, after.signature, after.replay));
        assert_eq!((&before.message, &before.envelope), (&after.message, &after.envelope));
        assert_eq!(before.diagnoses, after.diagnoses);
    }
    assert_eq!(String::from_utf8(first), String::from_utf8(exported(Har::default(), &again)));
}

#[test]
fn an_archive_has_what_the_specification_asks_for() {
    let archive = archive_of(&every_kind());
    assert_eq!(archive["log"]["version"], "1.2");
    let entries = archive["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), every_kind().len());
    for entry in entries {
        for member in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
            assert!(entry.get(member).is_some(), "{member}");
        }
        let request = &entry["request"];
        assert!(request["url"].as_str().unwrap().starts_with("http://"), "{request}");
        for member in ["method", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"] {
            assert!(request.get(member).is_some(), "{member}");
        }
        let response = &entry["response"];
        for member in [
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        ] {
            assert!(response.get(member).is_some(), "{member}");
        }
        for member in ["send", "wait", "receive"] {
            assert!(entry["timings"][member].as_f64().unwrap() >= 0.0, "{member}");
        }
    }
}

#[test]
fn an_entry_shows_what_went_over_the_wire() {
    let events = every_kind();
    let archive = archive_of(&events);
    let encrypted = &archive["log"]["entries"][1];
    let event = &events[1].stored;
    assert_eq!(event.capture.mode, Mode::Safe);
    assert_eq!(
        encrypted["request"]["postData"]["text"],
        json!(std::str::from_utf8(&event.capture.request.body).unwrap())
    );
    assert_eq!(encrypted["request"]["url"], format!("http://example.test:8989{}", event.capture.request.target));
    assert_eq!(encrypted["response"]["content"]["encoding"], "base64");
    assert_eq!(encrypted["time"], json!(1.901));
    assert_eq!(encrypted[RECORD]["files"]["reply.xml"], "success");
    assert_eq!(encrypted[RECORD].get("target"), None);
}

#[test]
fn an_archive_without_events_is_one() {
    let empty = exported(Har::default(), &[]);
    assert!(recognises(&empty));
    let (report, events) = read_in(&empty);
    assert_eq!((report.unread, events.len()), (0, 0));
}

#[test]
fn an_archive_of_chrome_gives_its_callbacks_with_their_answers() {
    let archive = include_bytes!("../../../../tests/fixtures/har/chrome.har");
    assert!(recognises(archive));
    let (report, events) = read_in(archive);
    let refused = [
        ("file, entry 1", &no_callback("GET http://localhost:5000/")),
        ("file, entry 3", &no_callback("POST https://wx.example.com/api/login")),
        ("file, entry 4", &ImportReason::NoBody),
    ];
    assert_eq!(places(&report), refused);
    let [StoredCapture { capture, reply, .. }] = &events[..] else { panic!("{}", events.len()) };
    let request = &capture.request;
    assert_eq!(request.received_at, "2026-11-23T08:00:01.25Z".parse().unwrap());
    assert_eq!(request.version, "HTTP/1.1");
    assert!(request.target.starts_with("/wx?signature=b4d0c5a3&"), "{}", request.target);
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["content-type", "user-agent"]);
    assert_eq!(capture.envelope.event_key.as_deref(), Some("菜单"));
    assert_eq!(capture.signature, Signature::Invalid, "it is inspected as if it had just arrived");
    let reply = reply.as_ref().unwrap();
    assert_eq!((reply.status, &*reply.body, &reply.source), (Some(200), &b"success"[..], &ReplySource::Forward));
    assert_eq!(reply.elapsed.as_micros(), 8250);
    let forwarded = reply.forwarded.as_ref().unwrap();
    assert_eq!((forwarded.problem.as_ref(), forwarded.passed_on), (None, true));
    assert_eq!(forwarded.first_byte.unwrap().as_micros(), 7750);
}

#[test]
fn a_body_is_found_wherever_tools_put_it() {
    const BODY: &str = "<xml><MsgType>text</MsgType><Content>a=b&amp;c</Content></xml>";
    let (before, after) = BODY.split_once('=').unwrap();
    let (middle, after) = after.split_once('&').unwrap();
    let split = json!([{"name": before, "value": middle}, {"name": after, "value": ""}]);
    let bodies = [
        json!({"postData": {"mimeType": "text/xml", "params": split}}),
        json!({"postData": {"mimeType": "text/xml", "text": "", "params": split}}),
        json!({"postData": {"mimeType": "text/xml", "text": BODY, "params": null}}),
        json!({"postData": {"mimeType": "text/xml", "_content": BODY}}),
        json!({"_content": BODY}),
        json!({"postData": {"mimeType": "text/xml"}, "_content": {"text": BODY}}),
    ];
    for mut request in bodies {
        request["method"] = json!("POST");
        request["url"] = json!("http://h/wx?signature=a&timestamp=1&nonce=2");
        let archive = json!({"log": {"entries": [{"request": request}]}}).to_string();
        let (report, events) = read_in(archive.as_bytes());
        assert_eq!((places(&report), events.len()), (Vec::new(), 1), "{archive}");
        assert_eq!(events[0].capture.request.body, BODY, "{archive}");
    }
}

#[test]
fn a_post_without_a_body_that_nobody_signed_is_another_request() {
    let request = json!({"method": "POST", "url": "http://stats.example/beacon"});
    let archive = json!({"log": {"entries": [{"request": request}]}}).to_string();
    let (report, _) = read_in(archive.as_bytes());
    assert_eq!((report.unread, report.others), (1, 1));
}

#[test]
fn an_archive_of_firefox_gives_its_callbacks() {
    let (report, events) = read_in(include_bytes!("../../../../tests/fixtures/har/firefox.har"));
    assert_eq!(places(&report), [("file, entry 3", &no_callback("OPTIONS http://localhost:8989/wx"))]);
    let [view, handshake] = &events[..] else { panic!("{}", events.len()) };
    assert_eq!(view.capture.envelope.kind, "VIEW");
    assert_eq!(view.capture.request.received_at, "2026-11-23T08:00:00.123Z".parse().unwrap());
    assert_eq!(view.capture.request.target, "/wx?signature=b4d0c5a3&timestamp=1795420800&nonce=1");
    let forwarded = view.reply.as_ref().unwrap().forwarded.as_ref().unwrap();
    assert_eq!((&*forwarded.body, &forwarded.problem), (&b"oops\n"[..], &Some(ForwardProblem::Status)));
    assert!(forwarded.lint.iter().any(|finding| finding.code == lint::LintCode::TooLate), "{:?}", forwarded.lint);
    assert_eq!(handshake.capture.envelope.kind, "handshake");
    assert!(handshake.capture.request.target.starts_with("/?signature="));
    assert_eq!(handshake.reply, None, "its body was not kept");
}

#[test]
fn an_answer_is_judged_as_a_forwarded_one_is() {
    let entry = |status: u16, text: &str| {
        let request = json!({ "method": "GET", "url": "http://h/?signature=a&timestamp=1&nonce=1&echostr=echo" });
        let headers = json!([{ "name": "Content-Encoding", "value": "gzip" }]);
        let content = json!({ "size": text.len(), "text": text });
        json!({ "request": request, "response": { "status": status, "headers": headers, "content": content } })
    };
    let entries = [entry(200, "echo"), entry(200, "success"), entry(500, "oops"), entry(508, "echo")];
    let (_, events) = read_in(json!({ "log": { "entries": entries } }).to_string().as_bytes());
    let problems = events.into_iter().map(|event| event.reply.unwrap().forwarded.unwrap().problem);
    let expected = [None, Some(ForwardProblem::Echo), Some(ForwardProblem::Status), Some(ForwardProblem::Loop)];
    assert_eq!(problems.collect::<Vec<_>>(), expected);
}

#[test]
fn an_address_without_a_server_is_a_target_whatever_is_in_its_query() {
    let target = "/wx?echostr=http://other/path";
    let entries = [json!({ "request": { "method": "GET", "url": target } })];
    let (_, events) = read_in(json!({ "log": { "entries": entries } }).to_string().as_bytes());
    assert_eq!(events[0].capture.request.target, target);
}

#[test]
fn an_archive_of_mitmproxy_gives_bytes_and_forms() {
    let (report, events) = read_in(include_bytes!("../../../../tests/fixtures/har/mitmproxy.har"));
    assert_eq!(places(&report), [("file, entry 2", &no_callback("POST http://api.example.com/v1/login"))]);
    let [bytes, form] = &events[..] else { panic!("{}", events.len()) };
    assert_eq!(&*bytes.capture.request.body, b"<xml>\xff</xml>");
    assert_eq!(bytes.capture.request.version, "HTTP/1.0");
    assert_eq!(bytes.capture.request.received_at, first_time());
    assert_eq!(bytes.capture.request.headers.len(), 6);
    assert_eq!(&*form.capture.request.body, b"a+b=c%26d&e=");
    assert_eq!(form.capture.request.received_at, first_time(), "what says no time gets the file's");
    assert_eq!(form.reply, None);
}

#[test]
fn what_came_before_a_breach_is_kept() {
    let events = every_kind();
    let mut archive = exported(Har::default(), &events);
    archive.truncate(archive.len() - 40);
    let (report, again) = read_in(&archive);
    assert_eq!(again.len(), events.len() - 1);
    let [(place, ImportReason::Malformed { .. })] = places(&report)[..] else { panic!("{:?}", report.problems) };
    assert_eq!(place, format!("file, entry {}", events.len()));
}

#[test]
fn an_entry_that_is_not_understood_does_not_end_the_others() {
    let mut archive = archive_of(&every_kind());
    let entries = &mut archive["log"]["entries"];
    entries[0]["request"]["headers"] = json!(5);
    entries[1][RECORD]["mode"] = json!("sideways");
    entries[2][RECORD] = json!([]);
    entries[3]["request"] = json!(null);
    entries[4]["response"] = json!({ "status": "fine" });
    let (report, events) = read_in(archive.to_string().as_bytes());
    assert_eq!((report.unread, events.len()), (5, every_kind().len() - 5));
    assert!(places(&report).iter().all(|(_, reason)| matches!(reason, ImportReason::Malformed { .. })));
}

#[test]
fn what_is_not_taken_may_be_of_any_size_and_what_is_may_not() {
    let page = json!({ "method": "GET", "url": "http://h/", "headers": [] });
    let callback = json!({ "method": "GET", "url": "http://h/?echostr=1", "headers": [] });
    let large = "a".repeat(65 << 20);
    let entry = |request: &Value| {
        format!(r#"{{"request":{request},"response":{{"status":200,"content":{{"size":1,"text":"{large}"}}}}}}"#)
    };
    let small = json!({ "request": callback });
    let archive = format!(r#"{{"log":{{"entries":[{},{small},{},{small}]}}}}"#, entry(&page), entry(&callback));
    let (report, events) = read_in(archive.as_bytes());
    assert_eq!(events.len(), 1);
    let too_large = ImportReason::TooLarge { limit: 64 << 20 };
    assert_eq!(places(&report), [("file, entry 1", &no_callback("GET http://h/")), ("file, entry 3", &too_large)]);
}

#[test]
fn what_is_no_archive_is_named() {
    let problem = |bytes: &[u8]| read_in(bytes).0.problems.into_iter().map(|problem| problem.reason).next();
    assert!(matches!(problem(br#"{"log":{}}"#), Some(ImportReason::Malformed { .. })));
    assert!(matches!(problem(b""), Some(ImportReason::Malformed { .. })));
    let latin = problem(b"{\"log\":{\"entries\":[{\"request\":{\"method\":\"\xe9\"}}]}}");
    assert!(matches!(latin, Some(ImportReason::Encoding { .. })), "{latin:?}");
    let mut big = vec![0xfe, 0xff];
    big.extend("{\"log\":{}}".encode_utf16().flat_map(u16::to_be_bytes));
    assert!(recognises(&big));
    assert_eq!(problem(&big), Some(ImportReason::Encoding { encoding: "UTF-16BE".to_owned() }));
    let mut marked = "\u{feff}".as_bytes().to_vec();
    marked.extend(exported(Har::default(), &every_kind()));
    assert_eq!(problem(&marked), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_events_come_back_as_they_were(events in proptest::collection::vec(any_event(), 0..6)) {
        let first = exported(Har::default(), &numbered(events));
        let (report, again) = imported(read, &first, &no_accounts());
        prop_assert_eq!(report.problems, []);
        prop_assert_eq!(String::from_utf8(first), String::from_utf8(exported(Har::default(), &again)));
    }

    #[test]
    fn no_bytes_end_in_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..99), cut in 0_usize..2000) {
        let mut archive = exported(Har::default(), &every_kind()[..2]);
        archive.truncate(cut);
        archive.extend(bytes);
        recognises(&archive);
        imported(read, &archive, &no_accounts());
    }
}

#[test]
fn a_header_that_would_become_two_is_refused() {
    for kept in ["", r#""_menuscope":{},"#] {
        let request = r#"{"method":"POST","url":"http://h/wx","headers":[{"name":"a","value":"b\r\nc: d"}],
            "postData":{"text":"<xml><MsgType>text</MsgType></xml>"}}"#;
        let archive = format!(r#"{{"log":{{"entries":[{{{kept}"request":{request}}}]}}}}"#);
        let (report, again) = imported(read, archive.as_bytes(), &no_accounts());
        assert_eq!((again.len(), report.unread), (0, 1));
        if kept.is_empty() {
            assert_eq!(report.problems[0].reason, ImportReason::NotHttp { part: "header a".to_owned() });
        }
    }
}
