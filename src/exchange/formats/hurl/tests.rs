//! Tests of files: written and read, exported ones and people's.

use proptest::prelude::*;

use super::super::http;
use super::*;
use crate::capture::RawRequest;
use crate::exchange::formats::round_trip::{
    CLICK, any_request, assert_round_trip, message, only, problems, read_back, without_records, written,
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
    let mut request = RawRequest { target: "/wx?a=b".to_owned(), ..message(b"<xml>\n</xml>") };
    request.headers.push("x-odd", b"a#b\\c{{d");
    let file = String::from_utf8(written(writer(None), vec![request.clone()])).unwrap();
    let expected = r"# Where to: hurl --variable to=http://127.0.0.1:8080/wx THIS-FILE
# Requests to other paths, if there are any, need --variable host=http://127.0.0.1:8080 besides.

# menuscope 1 2026-11-23T08:00:00.123456Z 203.0.113.7 unreadable
# menuscope path /wx
# menuscope header 1 host: wx.example:8989
# menuscope header 4 content-length: 12
POST {{to}}?a=b
user-agent: Mozilla/4.0
accept: */*
content-type: text/xml
x-odd: a\#b\\c\u{7b}\u{7b}d
```
<xml>
</xml>```
HTTP 200
";
    assert_eq!(without_records(file.strip_prefix(HEADING).unwrap()), expected);
    round_trip(&[request]);
}

#[test]
fn what_hurl_would_change_is_base64() {
    for body in ["a```b", "a`", "{{a}}", "a\\n", "a\r\n", "a{"] {
        let file = String::from_utf8(written(writer(None), vec![message(body.as_bytes())])).unwrap();
        assert!(file.contains("\nbase64,\n") && !file.contains(FENCE), "{file}");
        round_trip(&[message(body.as_bytes())]);
    }
    round_trip(&[message(&[0xff, 0, 1].repeat(1000))]);
}

const PEOPLES: &str = r#"
# A tap
POST http://localhost:8080/wx?a=1 # the server
Content-Type: text/xml
[Options]
variable: key=menu
retry: 3
[QueryStringParams]
nonce: {{key}} 1
[Cookies]
a: b
<xml>
  <A>1</A>
</xml>

HTTP/1.1 200
content-type: text/xml
[Captures]
id: xpath "//A"
[Asserts]
body == "success"
```
POST http://h/not-a-request
```

GET {{host}}/wx
[Query]
echostr: a\#b
HTTP *

POST {{host}}/json
{"a": "{{key}}"}
HTTP 200
POST {{host}}/line
[BasicAuth]
me: pw
`a\u{2F}\`b`
POST {{host}}/hex
hex,ff00
0a;
POST {{host}}/form
[FormParams]
a b: c&d
"#;

#[test]
fn what_people_write_is_read() {
    let (requests, imported) = read_back(read, PEOPLES.as_bytes());
    assert_eq!(imported.problems, []);
    let found: Vec<_> =
        requests.iter().map(|request| (&*request.method, &*request.target, &request.body[..])).collect();
    assert_eq!(
        found,
        [
            ("POST", "/wx?a=1&nonce=menu%201", &b"<xml>\n  <A>1</A>\n</xml>"[..]),
            ("GET", "/wx?echostr=a%23b", b""),
            ("POST", "/json", b"{\"a\": \"menu\"}"),
            ("POST", "/line", b"a/`b"),
            ("POST", "/hex", b"\xff\0\n"),
            ("POST", "/form", b"a%20b=c%26d"),
        ]
    );
    assert_eq!(requests[0].header("cookie"), Some(&b"a=b"[..]));
    assert_eq!(requests[3].header("authorization"), Some(&b"Basic bWU6cHc="[..]));
}

#[test]
fn what_is_wrong_with_one_request_does_not_hide_the_others() {
    let unresolved = |what: &str| ImportReason::Unresolved { what: what.to_owned() };
    let malformed = |cause: &str| ImportReason::Malformed { cause: cause.to_owned() };
    for (text, reason) in [
        ("POST {{base}}/wx", unresolved("{{base}}")),
        ("POST http://h/wx\n```\n{{x}}\n```", unresolved("{{x}}")),
        ("POST http://h/wx\n[Multipart]\na: b", unresolved("[Multipart]")),
        ("POST http://h/wx\nfile,../../etc/passwd;", ImportReason::NoBody),
        ("POST http://h/wx\nnonsense", malformed("nonsense")),
        ("POST http://h/wx\nbase64,@@;", malformed("base64,…")),
        ("POST http://h/wx\n`a", malformed("`…")),
        ("GET http://h/wx", ImportReason::NotACallback { request: "GET /wx".to_owned() }),
        ("nonsense", malformed("nonsense")),
    ] {
        let text = format!("# a\n{text}\nHTTP 200\n\nPOST {{{{host}}}}/fine\n");
        assert_eq!(problems(read, &text), [("captured.txt, line 2".to_owned(), reason)], "{text}");
        assert_eq!(read_back(read, text.as_bytes()).0.len(), 1);
    }
    assert_eq!(problems(read, "POST http://h\n```\na"), [("captured.txt, line 1".to_owned(), malformed("```…"))]);
    assert_eq!(only(read, "POST http://h\n```raw\n{{x}}```\n").body, "{{x}}");
}

#[test]
fn such_files_are_told_from_those_of_editors() {
    for text in
        [HEADING, PEOPLES, "POST http://h\n<xml>\n", "GET http://h\nHTTP 200", "# a\nGET {{x}}\n[Query]\na: b\n"]
    {
        assert!(recognises(text.as_bytes()), "{text}");
        assert!(!http::recognises(text.as_bytes()), "{text}");
    }
    for text in ["POST http://h/wx\n\n<xml>\n", "GET http://h\n\n###\n", "<xml>HTTP 200</xml>", http::HEADING, ""] {
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
    fn no_text_is_too_strange(text in "(POST http://h|```|\n|[ -~\n]|\\PC|HTTP 200|base64,|\\[Form\\]|\\{\\{|\\\\){0,60}") {
        read_back(read, text.as_bytes());
    }
}
