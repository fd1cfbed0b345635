//! Tests of files: written and read, exported ones and people's.

use proptest::prelude::*;

use super::*;
use crate::capture::RawRequest;
use crate::exchange::formats::input::lines::MOST;
use crate::exchange::formats::round_trip::{
    CLICK, any_request, assert_round_trip, message, modified, only, problems, read_back, without_records, written,
};
use crate::exchange::import_problem::ImportReason;

fn round_trip(requests: &[RawRequest]) {
    assert_round_trip(writer, read, requests);
}

#[test]
fn a_file_comes_back_as_it_was() {
    let echo = RawRequest { method: "GET".to_owned(), target: "/wx?echostr=1".to_owned(), ..message(b"") };
    round_trip(&[message(CLICK.as_bytes()), message(b""), echo]);
    round_trip(&[]);
}

#[test]
fn a_file_reads_like_one_that_a_person_wrote() {
    let request = RawRequest { target: "/wx?a=b".to_owned(), ..message(b"<xml>\n</xml>") };
    let file = String::from_utf8(written(writer(None), vec![request])).unwrap();
    let expected = "@host = http://127.0.0.1:8080
@to = {{host}}/wx

###
# menuscope 1 2026-11-23T08:00:00.123456Z 203.0.113.7 unreadable
# menuscope path /wx
# menuscope header 1 host: wx.example:8989
# menuscope header 4 content-length: 12
POST {{to}}?a=b HTTP/1.1
user-agent: Mozilla/4.0
accept: */*
content-type: text/xml

<xml>
</xml>
";
    assert_eq!(without_records(file.strip_prefix(HEADING).unwrap()), expected);
}

#[test]
fn what_an_editor_would_take_for_something_else_is_kept_beside_what_it_sends() {
    for (body, sent) in [
        ("<xml>\n### {{a}}\n</xml>", "<xml> ### { {a}}\n</xml>"),
        ("<xml>\r\n</xml>\r\n", "<xml>\n</xml>"),
        ("<xml>\n\n// a\n  # b  \n< ./c\n> {% d %}\n</xml>", "<xml> // a # b < ./c > {% d %}\n</xml>"),
        ("a\u{202E}b\n", "ab"),
        ("\n # only", ""),
        ("{{{x", "{ { {x"),
        ("\u{FEFF}<xml/>", "<xml/>"),
    ] {
        assert_eq!(approximate(body.as_bytes()), sent);
        round_trip(&[message(body.as_bytes())]);
        let file = String::from_utf8(written(writer(None), vec![message(body.as_bytes())])).unwrap();
        assert!(file.contains("# menuscope body "), "{file}");
        let (head, visible) = file.split_once("text/xml\n").unwrap();
        assert_eq!(visible.trim_matches('\n'), sent, "{head}");
    }
    round_trip(&[message(&[0xff, 0, 1].repeat(1000))]);
    assert_eq!(approximate(CLICK.as_bytes()), CLICK);
}

#[test]
fn an_edited_body_counts_more_than_the_one_that_was_kept() {
    let file = String::from_utf8(written(writer(None), vec![message(b"<xml>\r\n1\r\n</xml>")])).unwrap();
    assert_eq!(only(read, &file).body, "<xml>\r\n1\r\n</xml>");
    assert_eq!(only(read, &file.replace("\n1\n", "\n2\n")).body, "<xml>\n2\n</xml>");
}

const PEOPLES: &str = "
@server = http://localhost:8080
@token = abc

### A tap
# @name tap
< {%
    client.global.set('x', 1)
%}
post {{server}}/wx
    ?signature={{token}}
    &nonce=1
Content-Type: text/xml
// the author
X-Token: {{ token }}

<xml>
  <A>{{token}}</A>
</xml>

> {%
    client.test('ok', () => {})
%}
<> 2026-11-23.200.xml

###
https://localhost/wx?echostr=1

###

HTTP/1.1 200 OK
a: b

### raw
POST /wx?a=b HTTP/1.0
Host: example

{\"a\": 1}
>>! answer.json
";

#[test]
fn what_people_write_is_read() {
    let (requests, imported) = read_back(read, PEOPLES.as_bytes());
    assert_eq!(imported.problems, []);
    let [tap, echo, raw] = <[RawRequest; 3]>::try_from(requests).unwrap();
    assert_eq!((&*tap.method, &*tap.target), ("POST", "/wx?signature=abc&nonce=1"));
    assert_eq!(tap.body, "<xml>\n  <A>abc</A>\n</xml>");
    assert_eq!(tap.headers, [("content-type", "text/xml"), ("x-token", "abc")].into_iter().collect());
    assert_eq!((tap.received_at, &*tap.peer), (modified(), ""));
    assert_eq!((&*echo.method, &*echo.target), ("GET", "/wx?echostr=1"));
    assert_eq!((&*raw.target, &*raw.version, &raw.body[..]), ("/wx?a=b", "HTTP/1.0", &b"{\"a\": 1}"[..]));
}

#[test]
fn what_is_wrong_with_one_request_does_not_hide_the_others() {
    let unresolved = |what: &str| ImportReason::Unresolved { what: what.to_owned() };
    let malformed = |cause: &str| ImportReason::Malformed { cause: cause.to_owned() };
    for (text, reason) in [
        ("POST {{base}}/wx", unresolved("{{base}}")),
        ("POST {{host}}/wx?t={{$timestamp}}", unresolved("{{$timestamp}}")),
        ("POST {{host}}/wx\n\n{{a", unresolved("{{a}}")),
        ("POST {{host}}/wx\n\n< ../../etc/passwd", ImportReason::NoBody),
        ("POST {{host}}/wx\n<xml>", malformed("<xml>")),
        ("POST {{host}}/wx\n\n> {% a", malformed("{%…")),
        ("DELETE {{host}}/wx", ImportReason::NotACallback { request: "DELETE /wx".to_owned() }),
        ("http://h/x", ImportReason::NotACallback { request: "GET /x".to_owned() }),
    ] {
        let text = format!("###\n\n{text}\n### b\nPOST {{{{host}}}}/fine\n");
        assert_eq!(problems(read, &text), [("captured.txt, line 3".to_owned(), reason)], "{text}");
        assert_eq!(read_back(read, text.as_bytes()).0.len(), 1);
    }
    let (_, imported) = read_back(read, b"POST /wx\n\n\xb5\xe3\xbb\xf7");
    assert_eq!(imported.problems[0].reason, ImportReason::Encoding { encoding: "GB 18030".to_owned() });
}

#[test]
fn what_is_too_large_does_not_hide_what_follows() {
    let line = "a".repeat(1 << 16);
    let text = format!("POST http://h\n\n{}###\nPOST http://h\n", format!("{line}\n").repeat(MOST >> 16));
    let (requests, imported) = read_back(read, text.as_bytes());
    assert_eq!(requests.len(), 1);
    assert_eq!(imported.problems[0].reason, ImportReason::TooLarge { limit: MOST as u64 });
}

#[test]
fn such_files_are_told_by_their_requests() {
    for text in [HEADING, "POST http://h/wx HTTP/1.1\n", "### a\nhttp://h\n", "@a = b\n\n# c\nget {{a}}/wx\n", PEOPLES]
    {
        assert!(recognises(text.as_bytes()), "{text}");
    }
    for text in [
        "<xml>POST http://h</xml>",
        "{\"log\": 1}",
        "# RequestComments\n\nPost it",
        "http://h/x",
        "POST http://h\nHTTP 200\n",
        hurl::HEADING,
        "",
    ] {
        assert!(!recognises(text.as_bytes()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_request_comes_back(requests in proptest::collection::vec(any_request(), 1..4)) {
        round_trip(&requests);
    }

    #[test]
    fn no_text_is_too_strange(text in "(POST |http://|###|\n|[ -~\n]|\\PC|\\{\\{|\\}\\}|\\{%|< |> ){0,60}") {
        read_back(read, text.as_bytes());
    }
}
