//! The real binary where it decides and judges answers: `lint`, `send`, and `listen` with rules and a forward target.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/target.rs"]
mod target;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use command::{Listening, complaint, menuscope, run, stdout};
use serde_json::{Value, json};
use target::TargetServer;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/samples/CLICK.xml");

/// Hands the reply to `menuscope lint -`.
fn lint(data: &std::path::Path, reply: &[u8], arguments: &[&str]) -> std::process::Output {
    let mut command = menuscope(data, &[&["lint", "-"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(reply).unwrap();
    child.wait_with_output().unwrap()
}

fn codes(output: &std::process::Output) -> Vec<String> {
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    object["findings"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_legal_reply_is_0_and_an_illegal_one_1() {
    let data = tempfile::tempdir().unwrap();
    let good = lint(data.path(), b"success", &["--json"]);
    assert_eq!((good.status.code(), codes(&good)), (Some(0), Vec::new()));
    let bad = lint(data.path(), b"\"success\"", &["--json"]);
    assert_eq!((bad.status.code(), codes(&bad)), (Some(1), vec!["success-quoted".to_owned()]));
    let object: Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!((&object["legal"], &object["outcome"]["code"]), (&json!(false), &json!("notice")));
    let told = lint(data.path(), b"<xml>", &[]);
    assert!(stdout(&told).starts_with("Error [not-well-formed] line 1, column "), "{}", stdout(&told));
}

#[test]
fn a_reply_is_judged_for_the_event_that_it_answers() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--to", &listening.url, "--openid", "oUser"]).status.success());
    let reply = |to: &str| {
        format!(
            "<xml><ToUserName>{to}</ToUserName><FromUserName>gh_e136c6e50636</FromUserName><CreateTime>1</CreateTime>\
             <MsgType>text</MsgType><Content>hi</Content></xml>"
        )
    };
    let for_event = lint(data.path(), reply("oUser").as_bytes(), &["--for", "1", "--json"]);
    assert_eq!((for_event.status.code(), codes(&for_event)), (Some(0), Vec::new()), "{}", stdout(&for_event));
    let for_file = lint(data.path(), reply("oUser").as_bytes(), &["--for", SAMPLE, "--json"]);
    assert_eq!(for_file.status.code(), Some(1));
    assert!(codes(&for_file).contains(&"to-foreign".to_owned()), "{}", stdout(&for_file));
}

#[test]
fn what_cannot_be_judged_is_2_and_an_event_that_is_not_there_1() {
    let data = tempfile::tempdir().unwrap();
    let absent = run(data.path(), &["lint", "/nowhere/reply.xml"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(complaint(&absent).contains("/nowhere/reply.xml"));
    let no_event = lint(data.path(), b"success", &["--for", "17"]);
    assert_eq!(no_event.status.code(), Some(1));
    complaint(&no_event);
    assert_eq!(lint(data.path(), b"success", &["--for", "no such thing"]).status.code(), Some(2));
}

#[test]
fn an_encrypted_reply_that_no_key_opens_is_2() {
    let data = tempfile::tempdir().unwrap();
    let encrypted = b"<xml><Encrypt><![CDATA[AAAA]]></Encrypt><MsgSignature>a</MsgSignature><TimeStamp>1</TimeStamp>\
        <Nonce>2</Nonce></xml>";
    let unopened = lint(data.path(), encrypted, &["--json"]);
    assert_eq!(unopened.status.code(), Some(2), "{unopened:?}");
    assert_eq!(codes(&unopened), ["sealed-not-judged"]);
    assert!(complaint(&unopened).contains("MENUSCOPE_AES_KEY"), "{unopened:?}");
}

#[test]
fn show_says_the_text_of_an_encrypted_reply() {
    let data = tempfile::tempdir().unwrap();
    let rule = "[[rules]]\nname = \"hi\"\nreply = { MsgType = \"text\", Content = \"Hello\" }\n";
    std::fs::write(data.path().join("config.toml"), rule).unwrap();
    let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    let secrets = ["--token", "pamtest", "--aes-key", key, "--app-id", "wxb11529c136998cb6"];
    let listening = Listening::start(data.path(), &secrets);
    let sent = run(data.path(), &[&["send", "CLICK", "--encrypt", "--to", &listening.url], &secrets[..]].concat());
    assert!(sent.status.success(), "{sent:?}");
    assert!(stdout(&run(data.path(), &["show", "1", "--reply"])).contains("<Encrypt>"));
    let decrypted = run(data.path(), &["show", "1", "--reply", "--decrypted"]);
    assert!(stdout(&decrypted).contains("Hello") && !stdout(&decrypted).contains("Encrypt"), "{decrypted:?}");
    let page = run(data.path(), &["show", "1"]);
    assert!(stdout(&page).contains("\nContent       Hello\n"), "{}", stdout(&page));
    // A number of seconds is said as a date, too.
    let created = stdout(&page).lines().find(|line| line.starts_with("CreateTime ")).unwrap();
    assert!(created.ends_with(')') && created.contains("  (20"), "{created}");
    assert_eq!(run(data.path(), &["show", "1", "--decrypted"]).status.code(), Some(2));
}

#[test]
fn answers_are_listed_by_event_and_what_differs_decides_where_it_is_asked_to() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let keys = ["k1", "k2", "k3", "k4"];
    for key in keys {
        assert!(run(data.path(), &["send", "CLICK", "--key", key, "--to", &listening.url]).status.success());
    }
    // The first events are answered last, and in a second run in other words.
    let server = TargetServer::start(|seen| {
        let body = String::from_utf8_lossy(&seen.body);
        let place = ["k1", "k2", "k3", "k4"].iter().position(|key| body.contains(key))?;
        std::thread::park_timeout(Duration::from_millis(400 - 100 * place as u64));
        Some(if seen.line.contains("/other") { String::new() } else { "success".to_owned() })
    });
    let report = data.path().join("report.xml");
    let replay = |path: &str, more: &[&str]| {
        let url = server.url(path);
        let junit = ["--junit", report.to_str().unwrap()];
        run(data.path(), &[&["replay", "--filter", "", "--to", &url, "--against", "last"], &junit[..], more].concat())
    };
    let events = |output: &std::process::Output| -> Vec<Value> {
        let lines = stdout(output).lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["event_key"].clone()).collect()
    };
    assert_eq!(run(data.path(), &["replay", "--runs"]).status.code(), Some(1), "there is none yet");
    let first = replay("/", &["--json"]);
    assert_eq!((first.status.code(), events(&first)), (Some(0), keys.map(Value::from).to_vec()), "{first:?}");
    let table = replay("/other", &[]);
    assert_eq!(table.status.code(), Some(0), "{table:?}");
    let rows: Vec<&str> = stdout(&table).lines().filter_map(|line| Some(&line[line.find("  k")? + 2..])).collect();
    assert_eq!(rows, keys, "{}", stdout(&table));
    let told = std::fs::read_to_string(&report).unwrap();
    assert!(told.contains("failures=\"0\"") && told.matches("different").count() >= 4, "{told}");
    let places = keys.map(|key| told.find(&format!("CLICK {key}")).unwrap());
    assert!(places.is_sorted(), "{told}");
    let refused = replay("/", &["--fail-on", "regressed,different"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(std::fs::read_to_string(&report).unwrap().contains("failures=\"4\""));
    let runs = run(data.path(), &["replay", "--runs", "--json"]);
    let runs: Vec<Value> = stdout(&runs).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.iter().map(|run| &run["run"]).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(
        (&runs[1]["verdicts"]["different"], &runs[1]["sent"], &runs[1]["end"]),
        (&4.into(), &4.into(), &"finished".into())
    );
    assert!(stdout(&run(data.path(), &["replay", "--runs"])).contains("4 different"));
}

#[test]
fn an_illegal_answer_makes_send_say_no() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("config.toml"), "[[rules]]\nname = \"bad\"\nreply = { raw = \"Success\" }\n")
        .unwrap();
    let listening = Listening::start(data.path(), &[]);
    let sent = run(data.path(), &["send", "CLICK", "--to", &listening.url, "--json"]);
    assert_eq!(sent.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!((&line["status"], &line["lint"][0]["code"]), (&json!(200), &json!("success-case")));
    let stored: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!(
        (&stored["reply"]["source"], &stored["reply"]["lint"][0]["code"]),
        (&json!("rule:bad"), &json!("success-case"))
    );
}

#[test]
fn a_listener_forwards_to_another_and_gives_back_its_answer() {
    let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    std::fs::write(
        second.path().join("config.toml"),
        "[[rules]]\nname = \"own\"\nreply = { raw = \"success\" }\nstatus = 202\n",
    )
    .unwrap();
    let server = Listening::start(second.path(), &[]);
    let target = format!("{}/own?mine=1", server.url);
    let listening = Listening::start(first.path(), &["--forward", &target]);
    let sent = run(first.path(), &["send", "CLICK", "--to", &format!("{}/wx", listening.url), "--json"]);
    let line: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!(line["status"], 202);
    let event: Value = serde_json::from_slice(&run(first.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!((&event["reply"]["source"], &event["reply"]["forward"]["status"]), (&json!("forward"), &json!(202)));
    let seen: Value = serde_json::from_slice(&run(second.path(), &["show", "1", "--json"]).stdout).unwrap();
    let (asked, forwarded) =
        (event["request"]["target"].as_str().unwrap(), seen["request"]["target"].as_str().unwrap());
    assert_eq!(forwarded, format!("/own?mine=1&{}", asked.split_once('?').unwrap().1));
    assert_eq!(seen["request"]["body"], event["request"]["body"]);
}

#[test]
fn rules_and_targets_that_are_none_stop_the_listener_with_the_reason() {
    let data = tempfile::tempdir().unwrap();
    let target = run(data.path(), &["listen", "--addr", "127.0.0.1:0", "--forward", "localhost:80"]);
    assert_eq!(target.status.code(), Some(2));
    assert!(complaint(&target).contains("localhost:80"));
    let config = data.path().join("config.toml");
    for (rules, named) in [
        ("[[rules]]\nname = \"a\"\nmatch = \"evnt:CLICK\"\n", "evnt"),
        ("\n[[rules]]\nname = \"a\"\nreply = { MsgType = \"text\", Content = \"{{ open\" }\n", "line 4"),
        ("[[rules]]\nname = \"a\"\nreply = \"succes\"\n", "line 3"),
        ("[[rules]]\nname = \"a\"\n[[rules]]\nname = \"a\"\n", "line 4"),
    ] {
        std::fs::write(&config, rules).unwrap();
        let refused = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(refused.status.code(), Some(2), "{rules}");
        assert!(complaint(&refused).contains(named), "{}", complaint(&refused));
    }
}

#[test]
fn a_signal_releases_what_is_held_with_the_default() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("config.toml"), "[[rules]]\nname = \"wait\"\nreply = \"hold\"\n").unwrap();
    let mut listening = Listening::start(data.path(), &[]);
    let mut stream = TcpStream::connect(listening.url.trim_start_matches("http://")).unwrap();
    let body = std::fs::read(SAMPLE).unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    while run(data.path(), &["events", "is:held"]).status.code() != Some(0) {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    listening.signal("TERM");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("success"), "{answer}");
    assert!(listening.child.wait().unwrap().success());
}

/// Answers every request with these bytes, or never, and hands back where it listens.
fn server(answer: Option<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/wx?mine=1", listener.local_addr().unwrap());
    let serve = move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            assert!(head.starts_with("GET /wx?mine=1&signature=") && head.contains("Mozilla/4.0"), "{head}");
            match &answer {
                Some(answer) => stream.write_all(&filled(answer, &head)).unwrap(),
                // Held open until the other side gives up.
                None => drop(stream.read(&mut [0; 1])),
            }
        }
    };
    std::thread::Builder::new().name("server".to_owned()).spawn(serve).unwrap();
    url
}

/// The answer with the echostr of the request in the place of ECHO.
fn filled(answer: &[u8], head: &str) -> Vec<u8> {
    let echo = head.split("echostr=").nth(1).and_then(|rest| rest.split(['&', ' ']).next()).unwrap_or_default();
    let at = answer.windows(4).position(|bytes| bytes == b"ECHO");
    at.map_or_else(|| answer.to_vec(), |at| [&answer[..at], echo.as_bytes(), &answer[at + 4..]].concat())
}

fn handshake(url: &str) -> (Option<i32>, Value) {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["send", "handshake", "--to", url, "--json", "--token", "pamtest"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_server_is_verified_as_the_console_does_and_what_is_wrong_is_named() {
    let answered = |status: &str, body: &[u8]| {
        [format!("HTTP/1.1 {status}\r\nlocation: /other\r\nconnection: close\r\n\r\n").as_bytes(), body].concat()
    };
    for (status, body, code) in [
        ("200 OK", &b"\"ECHO\""[..], "echo-quoted"),
        ("200 OK", b"{\"echostr\":\"ECHO\"}", "echo-in-json"),
        ("200 OK", b"\xEF\xBB\xBFECHO", "bom"),
        ("200 OK", b"ECHO\n", "echo-white"),
        ("200 OK", b"<html>ECHO</html>", "html-page"),
        ("200 OK", b"", "echo-missing"),
        ("200 OK", b"success", "echo-differs"),
        ("302 Found", b"", "redirect"),
        ("404 Not Found", b"ECHO", "status-error"),
        ("403 Forbidden", b"ECHO", "echo-refused"),
    ] {
        let (exit, line) = handshake(&server(Some(answered(status, body))));
        let codes: Vec<&Value> = line["lint"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
        assert_eq!((exit, &line["verified"]), (Some(1), &json!(false)), "{line}");
        assert_eq!(codes, [code], "{line}");
    }
    let (exit, line) = handshake(&server(Some(answered("200 OK", b"ECHO"))));
    assert_eq!((exit, &line["verified"], &line["lint"]), (Some(0), &json!(true), &json!([])), "{line}");
    assert_eq!(line["body"], line["echostr"]);
}

#[test]
fn a_server_that_does_not_answer_a_handshake_is_late_and_one_that_is_not_there_is_2() {
    let (exit, line) = handshake(&server(None));
    assert_eq!((exit, &line["status"], &line["lint"][0]["code"]), (Some(1), &Value::Null, &json!("echo-late")));
    let data = tempfile::tempdir().unwrap();
    let absent = run(data.path(), &["send", "handshake", "--to", "http://127.0.0.1:1/", "--token", "pamtest"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(complaint(&absent).contains("127.0.0.1:1"));
    for arguments in [&["handshake", "CLICK"][..], &["handshake", "--encrypt"], &["handshake", "--record"]] {
        let refused = run(data.path(), &[&["send", "--to", "http://127.0.0.1:1/"], arguments].concat());
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        complaint(&refused);
    }
}

#[test]
fn our_own_listener_passes_a_handshake_with_its_token_and_refuses_another() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &["--token", "pamtest"]);
    let verify = |token: &str| run(data.path(), &["send", "handshake", "--to", &listening.url, "--token", token]);
    let good = verify("pamtest");
    assert_eq!(good.status.code(), Some(0), "{}", stdout(&good));
    assert!(stdout(&good).contains("WeChat accepts the URL"), "{}", stdout(&good));
    let bad = verify("other");
    assert_eq!(bad.status.code(), Some(1));
    assert!(stdout(&bad).contains("[echo-refused]"), "{}", stdout(&bad));
    let stored: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!((&stored["kind"], &stored["signature"]), (&json!("handshake"), &json!("valid")));
}
