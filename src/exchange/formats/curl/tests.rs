//! Tests of scripts: written, run and read.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::capture::RawRequest;
use crate::exchange::formats::request_comments::percent::sent_target;
use crate::exchange::formats::round_trip::{
    CLICK, any_request, assert_round_trip, message, modified, only, problems, read_back, without_records, written,
};
use crate::exchange::import_problem::ImportReason;

fn round_trip(requests: &[RawRequest]) {
    assert_round_trip(writer, read, requests);
}

fn header<'r>(request: &'r RawRequest, name: &str) -> Option<&'r str> {
    request.header(name).map(|value| std::str::from_utf8(value).unwrap())
}

#[test]
fn a_script_comes_back_as_it_was() {
    let echo = RawRequest { method: "GET".to_owned(), target: "/wx?echostr=1".to_owned(), ..message(b"") };
    round_trip(&[message(CLICK.as_bytes()), message(b""), echo]);
    round_trip(&[]);
}

#[test]
fn a_script_reads_like_one_that_a_person_wrote() {
    let request = RawRequest { target: "/wx?a=b".to_owned(), ..message(b"<xml>it's</xml>") };
    let script = String::from_utf8(written(writer(None), vec![request])).unwrap();
    let expected = r#"
# menuscope 1 2026-11-23T08:00:00.123456Z 203.0.113.7 unreadable
# menuscope header 1 host: wx.example:8989
# menuscope header 4 content-length: 15
curl --silent --show-error --fail-with-body --write-out '\n' --request POST "$TO${AT-/wx}"'?a=b' \
  --header 'user-agent: Mozilla/4.0' \
  --header 'accept: */*' \
  --header 'content-type: text/xml' \
  --header 'expect:' \
  --data-raw '<xml>it'\''s</xml>' || FAILED=1

exit "$FAILED"
"#;
    let (_, after_heading) = script.strip_prefix(HEADING).unwrap().split_once(PATH).unwrap();
    assert_eq!(without_records(after_heading), expected);
}

#[test]
fn long_and_binary_bodies_are_whole() {
    let long = "点'\n".repeat(60_000);
    let requests = vec![message(long.as_bytes()), message(&[0, 1, 0xff, b'\r', b'\n'].repeat(50_000)), message(b"@x")];
    let text = written(writer(None), requests.clone());
    assert!(text.split(|byte| *byte == b'\n').any(|line| line == b"base64 --decode <<'BODY' |"));
    round_trip(&requests);
}

/// Answers so many requests, and returns what arrived: head lines and body.
fn received(listener: &TcpListener, count: usize) -> Vec<(Vec<Vec<u8>>, Vec<u8>)> {
    (0..count).map(|_| one(listener.accept().unwrap().0, "200 OK", "success")).collect()
}

fn one(stream: TcpStream, status: &str, answer: &str) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).unwrap();
        match line.strip_suffix(b"\r\n").unwrap() {
            b"" => break,
            line => head.push(line.to_vec()),
        }
    }
    let length =
        head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix(b"content-length: ").map(<[u8]>::to_vec));
    let length = length.map_or(0, |length| String::from_utf8(length).unwrap().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let answer_head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    reader.get_mut().write_all(format!("{answer_head}{answer}").as_bytes()).unwrap();
    (head, body)
}

/// Runs the script of these requests, and compares what arrives.
fn assert_sent(requests: &[RawRequest]) {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("send.sh");
    std::fs::write(&script, written(writer(None), requests.to_vec())).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut bash = Command::new("bash");
    bash.arg(&script).env("TO", format!("http://{address}")).env("HOME", directory.path()).env("NO_PROXY", "*");
    let count = requests.len();
    let receiver = std::thread::Builder::new().spawn(move || received(&listener, count)).unwrap();
    let output = bash.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, b"success\n".repeat(count));
    for ((head, body), request) in receiver.join().unwrap().iter().zip(requests) {
        let exact = request.target.bytes().all(|byte| byte.is_ascii_graphic());
        let target = if exact { (&*request.target).into() } else { sent_target(&request.target) };
        assert_eq!(String::from_utf8_lossy(&head[0]), format!("{} {target} HTTP/1.1", request.method));
        let ours = |line: &&Vec<u8>| !line.starts_with(b"Host: ") && !line.starts_with(b"Content-Length: ");
        let sent: Vec<_> = head[1..].iter().filter(ours).cloned().collect();
        let anew = |name: &str| matches!(name, "host" | "content-length");
        let odd = |name: &str| name.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let spaced = |value: &[u8]| value.trim_ascii() != value;
        let kept = request.headers.iter().filter(|(name, value)| !anew(name) && !odd(name) && !spaced(value));
        let expected: Vec<_> = kept.map(|(name, value)| [name.as_bytes(), b": ", value].concat()).collect();
        let trimmed = |lines: &[Vec<u8>]| lines.iter().map(|line| line.trim_ascii_end().to_vec()).collect::<Vec<_>>();
        assert_eq!(trimmed(&sent), trimmed(&expected));
        assert_eq!(body, &request.body[..]);
    }
}

#[test]
fn a_script_sends_what_was_captured() {
    let mut odd = message(b"<xml>\r\n\0\xff</xml>");
    odd.target = "/a/../[b]{c}?d=%5B\"`$TO`'|#e".to_owned();
    let agent = odd.header("user-agent").unwrap().to_vec();
    odd.headers = [("user-agent", &agent[..]), ("x-bytes", b"'\xff\\ @\"")].into_iter().collect();
    let echo = RawRequest { method: "GET".to_owned(), target: "/?echostr=1".to_owned(), ..message(b"") };
    let long = message("点'\n$(x)".repeat(30_000).as_bytes());
    assert_sent(&[message(CLICK.as_bytes()), odd, echo, long, message(b""), message(b"@/etc/hostname")]);
}

#[test]
fn a_path_in_the_variable_takes_the_place_of_the_captured_one_and_an_error_is_the_exit_status() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("send.sh");
    let run = |to: Option<&str>, variable: Option<&str>| {
        let to = to.map(|to| ServerUrl::parse(to).unwrap());
        std::fs::write(&script, written(writer(to), vec![message(CLICK.as_bytes()), message(b"")])).unwrap();
        let mut bash = Command::new("bash");
        bash.arg(&script).env("HOME", directory.path()).env("NO_PROXY", "*").env_remove("TO");
        bash.envs(variable.map(|to| ("TO", to))).output().unwrap()
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let receiver = std::thread::Builder::new().spawn(move || received(&listener, 8)).unwrap();
    let there = format!("{server}/cb");
    let asking = format!("{server}/index.php?s=/wx");
    for (to, variable) in
        [(None, Some(&there)), (Some(&there), None), (Some(&asking), None), (Some(&there), Some(&server))]
    {
        let output = run(to.map(|to| &**to), variable.map(|to| &**to));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let lines: Vec<_> =
        receiver.join().unwrap().iter().map(|(head, _)| String::from_utf8_lossy(&head[0]).into_owned()).collect();
    for (line, path) in lines.iter().step_by(2).zip(["/cb?sig", "/cb?sig", "/index.php?s=/wx&sig", "/wx?sig"]) {
        assert!(line.starts_with(&format!("POST {path}nature=abc")), "{line}");
    }
    let refused = run(Some("http://127.0.0.1:9"), None);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || listener.incoming().take(2).for_each(|stream| drop(one(stream.unwrap(), "500 No", "why?")));
    std::thread::Builder::new().spawn(serve).unwrap();
    let failed = run(None, Some(&server));
    assert_eq!((failed.status.code(), &*failed.stdout), (Some(1), &b"why?\nwhy?\n"[..]), "every request is sent");
}

#[test]
fn what_browsers_copy_is_read() {
    let request = only(
        read,
        "curl 'https://wx.example:8443/wx?a=1&b=%2B#top' \\\n  -X 'POST' \\\n  -H 'Content-Type: text/xml' \\\n  \
         -H 'X-Empty;' -H 'Accept:' --compressed \\\n  --data-raw $'<xml>it\\'s \\u0021\\n\\x41\\101</xml>' --insecure ;\n",
    );
    assert_eq!((&*request.method, &*request.target), ("POST", "/wx?a=1&b=%2B"));
    assert_eq!(request.body, "<xml>it's !\nAA</xml>");
    assert_eq!(header(&request, "content-type"), Some("text/xml"));
    assert_eq!((header(&request, "x-empty"), header(&request, "accept")), (Some(""), None));
    assert_eq!(request.received_at, modified());
}

#[test]
fn options_are_understood_as_curl_does() {
    let request =
        only(read, "$ /usr/bin/curl -sSku me:pw -Hx:y -o out -d a=1 -d 'b= ' --data-urlencode 'c=d e' localhost:80/wx");
    assert_eq!((&*request.target, &request.body[..]), ("/wx", &b"a=1&b= &c=d%20e"[..]));
    assert_eq!(header(&request, "authorization"), Some("Basic bWU6cHc="));
    assert_eq!(header(&request, "content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(header(&request, "x"), Some("y"));
    let request = only(read, "curl -G -d echostr=1 --data-urlencode 'n=a b' 'http://h?x'");
    assert_eq!((&*request.method, &*request.target), ("GET", "/?x&echostr=1&n=a%20b"));
    let request = only(read, "curl --json '{\"a\":1}' --http1.0 http://h");
    assert_eq!((header(&request, "content-type"), &*request.version), (Some("application/json"), "HTTP/1.0"));
    let (requests, _) =
        read_back(read, b"curl -d a http://h/1 http://h/2 --next -d b http://h/3 && curl -d c h/4 | jq .");
    let targets: Vec<_> = requests.iter().map(|request| &*request.target).collect();
    assert_eq!(targets, ["/1", "/2", "/3", "/4"]);
    assert_ne!(requests[0].received_at, requests[1].received_at);
}

#[test]
fn a_body_out_of_a_variable_is_read() {
    let request = only(read, "BODY='<xml></xml>'\nexport TO=http://other\ncurl \"${TO}/wx\" -d \"$BODY\"");
    assert_eq!((&*request.target, &request.body[..]), ("/wx", &b"<xml></xml>"[..]));
}

#[test]
fn bodies_out_of_pipes_and_documents_are_refused_and_the_rest_comes_in() {
    for (text, operator) in [
        ("curl h/wx -d @- <<'EOF'\nit's <xml>\ncurl -d c h/inside\nEOF\n", "<<"),
        ("curl h/wx --data-binary @- <<-EOF\n\t<xml></xml>\n\tEOF\n", "<<-"),
        ("cat <<EOF | curl h/wx -d @-\n<xml>'\nEOF", "|"),
        ("cat <<< '<xml></xml>' | curl h/wx -d @-", "|"),
        ("curl h/wx -d @- <<< '<xml></xml>'", "<<<"),
        ("echo -n '<xml></xml>' | curl h/wx --data-binary @- > /dev/null 2>&1", "|"),
    ] {
        let (requests, imported) = read_back(read, format!("\n{text}\ncurl -d b h/fine\n").as_bytes());
        assert_eq!(imported.problems.len(), 1, "{text}: {:?}", imported.problems);
        assert_eq!(imported.problems[0].place, "captured.txt, line 2");
        assert_eq!(imported.problems[0].reason, ImportReason::Unresolved { what: operator.to_owned() });
        assert_eq!(requests.iter().map(|request| &*request.target).collect::<Vec<_>>(), ["/fine"], "{text}");
    }
}

#[test]
fn a_character_that_browsers_write_in_two_halves_is_one() {
    let body = |text: &str| only(read, &format!("curl h/wx -d $'{text}'")).body;
    assert_eq!(body("\\ud83d\\ude00\\u00e9"), "😀é");
    assert_eq!(body("\\u0041\\u0042\\ud83dx"), "AB\u{fffd}x");
}

#[test]
fn the_end_of_a_variable_is_looked_for_nearby_only() {
    let at = |distance: usize| format!("curl \"${{W:-{}}}/wx\" -d a", "h".repeat(distance));
    assert_eq!(only(read, &at(100)).target, "/wx");
    let reason = ImportReason::Unresolved { what: "${".to_owned() };
    assert_eq!(problems(read, &at(300)), [("captured.txt, line 1".to_owned(), reason)]);
}

#[test]
fn what_is_not_in_the_file_is_named_and_the_rest_comes_in() {
    let unresolved = |what: &str| ImportReason::Unresolved { what: what.to_owned() };
    let cases = [
        ("curl $HOST/wx -d a", unresolved("$HOST")),
        ("curl h/wx -d \"$(cat x)\"", unresolved("$(…)")),
        ("X=`curl -d a http://h/wx`", unresolved("`…`")),
        ("curl h/wx -d @../../etc/passwd", ImportReason::NoBody),
        ("curl h/wx -d @-", ImportReason::NoBody),
        ("curl h/wx -d @- <<EOF\n$X\nEOF", unresolved("<<")),
        ("curl h/wx -F a=b", unresolved("a=b")),
        ("curl --no-such-thing h/wx -d a", unresolved("--no-such-thing")),
        ("curl ^\n -d a h/wx", ImportReason::Malformed { cause: WINDOWS.to_owned() }),
        ("curl h/wx?a=b", ImportReason::NotACallback { request: "GET /wx".to_owned() }),
        ("curl -d a", ImportReason::Malformed { cause: "curl".to_owned() }),
    ];
    for (text, reason) in cases {
        let text = format!("\n{text}\ncurl -d b h/fine\n");
        let (requests, imported) = read_back(read, text.as_bytes());
        assert_eq!(imported.problems.len(), 1, "{text}");
        assert_eq!(imported.problems[0].place, "captured.txt, line 2");
        assert_eq!(imported.problems[0].reason, reason, "{text}");
        assert_eq!(requests.len(), 1, "{text}");
    }
}

#[test]
fn a_report_stays_short_whatever_the_file_holds() {
    let long = "x".repeat(10_000);
    for text in [format!("curl ${long}/wx -d a"), format!("curl h/wx -F {long}"), format!("curl h/{long}")] {
        let (_, reason) = problems(read, &text).remove(0);
        assert!(format!("{reason:?}").len() < 200, "{reason:?}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_named_with_its_line() {
    let cause = "'…".to_owned();
    let expected = [("captured.txt, line 3".to_owned(), ImportReason::Malformed { cause })];
    assert_eq!(problems(read, "# a\ncurl h -d a\ncurl h/wx \\\n -d 'a\nb\n"), expected);
}

#[test]
fn what_is_too_large_does_not_hide_what_follows() {
    let text = format!("curl h -d '{}'\ncurl h -d fine\n", "a".repeat(MOST + 1));
    let (requests, imported) = read_back(read, text.as_bytes());
    assert_eq!(requests.len(), 1);
    assert_eq!(imported.problems[0].reason, ImportReason::TooLarge { limit: MOST as u64 });
    let many = format!("curl {} -d {}", "h ".repeat(1 << 10), "a".repeat(1 << 17));
    assert_eq!(problems(read, &many).len(), 1);
}

#[test]
fn an_edited_command_counts_more_than_its_notes() {
    let script = String::from_utf8(written(writer(None), vec![message(b"<xml/>")])).unwrap();
    let request = only(read, &script.replace("<xml/>", "<xml>2</xml>").replace("AT-/wx}", "AT-/other}"));
    assert_eq!(request.body, "<xml>2</xml>");
    assert!(request.target.starts_with("/other?"));
    assert_eq!(request.peer, "203.0.113.7");
}

#[test]
fn curl_is_told_by_its_first_command() {
    for text in ["curl http://h", "# a\n\n  TO=x /usr/bin/curl \\\n", "#!/bin/sh\nset -e\ncurl h", "$ curl h", HEADING]
    {
        assert!(recognises(text.as_bytes()), "{text}");
    }
    assert!(recognises(b"\xff\xfec\0u\0r\0l\0 \0h\0"));
    for text in ["<xml>curl</xml>", "{\"curl\": 1}", "POST http://h\n\ncurl", "how to use\ncurl", "", "curly h"] {
        assert!(!recognises(text.as_bytes()), "{text}");
    }
    let (_, imported) = read_back(read, b"\xff\xfec\0u\0r\0l\0 \0h\0");
    assert_eq!(imported.problems[0].reason, ImportReason::Encoding { encoding: "UTF-16LE".to_owned() });
}

#[test]
fn dots_in_a_path_that_is_no_ascii_are_sent_as_they_are() {
    let target = "/.扫/.?码".to_owned();
    assert_sent(&[RawRequest { target, ..message(b"<xml/>") }]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_script_runs(requests in proptest::collection::vec(any_request(), 1..6)) {
        let messages = |request: RawRequest| RawRequest { method: "POST".to_owned(), ..request };
        let requests: Vec<_> = requests.into_iter().map(messages).collect();
        assert_sent(&requests);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_request_comes_back(requests in proptest::collection::vec(any_request(), 1..4)) {
        round_trip(&requests);
    }

    #[test]
    fn no_text_is_too_strange(text in "(curl|[ -~\n]|\\PC| -d |'|\"|\\$|\\(|<<|\\\\|\n){0,60}") {
        read_back(read, text.as_bytes());
    }
}
