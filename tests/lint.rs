//! Replies judged: one bad and one good body for each code, what the user will see, and what holds for any bytes.
//!
//! Each body in `tests/fixtures/lint` is `CODE.bad.*` or `CODE.good.*` and has a golden of its name with `.expected.json`.
//! `given` in it says what was asked and how it was answered, and is written by hand; what is left out is a CLICK in plain,
//! answered with 200. `padded_to` adds blanks up to that length. After a change that is meant, `UPDATE_GOLDENS=1 cargo test --test lint` writes the rest anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixtures has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use jiff::Timestamp;
use menuscope::account::Accounts;
use menuscope::capture::RawRequest;
use menuscope::inspect::inspect;
use menuscope::texts::Language;
use menuscope::wechat::compose::{TEMPLATES, template};
use menuscope::wechat::envelope::{AesKey, encrypt, encrypted_reply};
use menuscope::wechat::fault::Fault;
use menuscope::wechat::lint::{
    Encryption, HttpResponse, Keys, LintCode, Outcome, PushInfo, Report, WECHAT_LIMIT_MS, lint, lint_handshake,
};
use menuscope::wechat::message::Message;
use menuscope::wechat::reply::{Address, PassiveReply, ReplyKind};
use menuscope::wechat::signature::msg_signature;
use menuscope::wechat::tree::{Format, MAX_BYTES, Tree};
use proptest::prelude::*;
use serde_json::{Value, json};

const TOKEN: &str = "pamtest";
const APP_ID: &str = "wxb11529c136998cb6";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const ECHOSTR: &str = "4375120948345356249";
const OTHER_KEY: &str = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba";

/// Made by the listener where a rule fails, or about a handshake: no body in reply to a push can bring them about.
const NOT_OF_A_BODY: [LintCode; 3] = [LintCode::RuleFailed, LintCode::FaultIdle, LintCode::EchoChunked];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lint")
}

/// Judges a body as `given` says it was asked for.
fn judged(body: &[u8], given: &Value) -> Report {
    let text = |name: &str, default: &'static str| given[name].as_str().unwrap_or(default).to_owned();
    let mut body = body.to_vec();
    body.resize(body.len().max(given["padded_to"].as_u64().unwrap_or(0) as usize), b' ');
    let status = given["status"].as_u64().unwrap_or(200) as u16;
    let response = HttpResponse { status, body: &body, elapsed_ms: given["elapsed_ms"].as_u64() };
    if text("event", "CLICK") == "handshake" {
        return lint_handshake(&response, ECHOSTR);
    }
    let push = match &*text("event", "CLICK") {
        "json" => {
            r#"{"ToUserName":"gh_e136c6e50636","FromUserName":"oMgHVjngRipVsoxg6TuX3vz6glDg",
            "CreateTime":1714037059,"MsgType":"event","Event":"debug_demo"}"#
        }
        kind => template(kind).unwrap(),
    };
    let tree = Tree::parse(push.as_bytes()).unwrap();
    let message = Message::decode(&tree);
    let (key, other) = (AesKey::parse(KEY).unwrap(), AesKey::parse(OTHER_KEY).unwrap());
    let keys = Keys { token: TOKEN, key: &key, other: Some(&other), app_id: Some(APP_ID) };
    let sealing = match &*text("mode", "plain") {
        "plain" => Encryption::Plain,
        "compat" => Encryption::Compat(Some(keys)),
        "safe" => Encryption::Safe(Some(keys)),
        "safe without keys" => Encryption::Safe(None),
        other => panic!("no mode {other}"),
    };
    let question = PushInfo::of(&message, tree.format(), sealing);
    lint(&response, &question)
}

/// What a report says, as its golden has it.
fn told(report: &Report) -> Value {
    let finding = |finding: &menuscope::wechat::lint::LintFinding| {
        let place = finding.place.map(|place| format!("{place}, {} bytes", finding.length));
        json!({ "code": finding.code.as_str(), "place": place, "details": finding.details })
    };
    json!({
        "legal": report.is_legal(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "outcome": report.outcome.key(),
        "understood": report.reply.as_ref().map(|reply| reply.kind().as_str()),
    })
}

/// Every body with the code and the side that its name says.
fn cases() -> Vec<(LintCode, bool, PathBuf)> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = paths
        .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let (code, rest) = name.split_once('.').unwrap();
            let code = LintCode::from_spelling(code).unwrap_or_else(|| panic!("{name} names no code"));
            (code, rest.starts_with("bad"), path)
        })
        .collect();
    cases.sort_by(|one, next| one.2.cmp(&next.2));
    cases
}

fn golden(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.expected.json", path.display()))
}

fn given(path: &Path) -> Value {
    fs::read(golden(path)).map_or(Value::Null, |text| serde_json::from_slice::<Value>(&text).unwrap()["given"].clone())
}

/// What the listener records is enough: nothing has to be parsed again for the reply.
#[test]
fn a_recorded_push_gives_the_facts_and_the_address_that_its_message_gives() {
    let odd =
        ["<xml><MsgType>event</MsgType><Event> click </Event></xml>", "<xml/>", "<xml><Encrypt>x</Encrypt></xml>"];
    for body in TEMPLATES.iter().map(|(_, body)| *body).chain(odd) {
        let request = RawRequest {
            received_at: Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/".to_owned(),
            headers: menuscope::capture::Headers::default(),
            peer: String::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            body_length: body.len() as u64,
        };
        let capture = inspect(request, &Accounts::new(Vec::new(), None)).capture;
        let tree = Tree::parse(body.as_bytes()).unwrap();
        let message = Message::decode(&tree);
        let expected = PushInfo::of(&message, tree.format(), Encryption::Plain);
        assert_eq!(format!("{:?}", capture.push_info(Encryption::Plain)), format!("{expected:?}"), "{body}");
        assert_eq!(capture.reply_address(1), Address::answering(message.from_user, message.to_user, 1), "{body}");
    }
}

#[test]
fn every_body_is_judged_as_its_golden_says() {
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    let mut wrong = Vec::new();
    for (_, _, path) in cases() {
        let given = given(&path);
        let told = told(&judged(&fs::read(&path).unwrap(), &given));
        let mut outcome = if given.is_null() { json!({}) } else { json!({ "given": given }) };
        outcome.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        if update {
            fs::write(golden(&path), format!("{outcome:#}\n")).unwrap();
        } else if fs::read(golden(&path)).map(|text| serde_json::from_slice::<Value>(&text).unwrap()).ok().as_ref()
            != Some(&outcome)
        {
            wrong.push(format!("{}:\n{outcome:#}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_code_has_a_bad_body_that_shows_it_alone_and_a_good_one_that_does_not() {
    let cases = cases();
    for code in LintCode::ALL.iter().filter(|code| !NOT_OF_A_BODY.contains(code)) {
        for side in [true, false] {
            let has = cases.iter().any(|(named, bad, _)| named == code && *bad == side);
            assert!(has, "{} has no {} body", code.as_str(), if side { "bad" } else { "good" });
        }
    }
    for (code, bad, path) in cases {
        let given = given(&path);
        let report = judged(&fs::read(&path).unwrap(), &given);
        let also = |found: &LintCode| {
            let named = given["also"].as_array();
            named.is_some_and(|codes| codes.iter().any(|named| named == found.as_str()))
        };
        let found: Vec<LintCode> = report.findings.iter().map(|finding| finding.code).collect();
        let expected = |found: &LintCode| bad && *found == code || also(found);
        assert!(found.iter().all(expected), "{}: {found:?}", path.display());
        assert_eq!(found.contains(&code), bad, "{}: {found:?}", path.display());
    }
}

#[test]
fn every_finding_and_every_outcome_is_said_in_both_languages_with_nothing_left_to_fill_in() {
    for (_, _, path) in cases() {
        let report = judged(&fs::read(&path).unwrap(), &given(&path));
        for language in Language::ALL {
            for finding in &report.findings {
                for words in [finding.message(language), finding.remedy(language)] {
                    assert!(!words.contains("%{"), "{}: {words}", path.display());
                }
            }
            let key = format!("outcome.{}", report.outcome.key());
            assert!(language.has(&key), "{language:?} lacks {key}");
            let words = language.filled(&key, &report.outcome.details());
            assert!(!words.contains("%{"), "{words}");
        }
    }
    for code in LintCode::ALL {
        for language in Language::ALL {
            for part in ["message", "remedy"] {
                let key = format!("lint.{}.{part}", code.as_str());
                assert!(language.has(&key), "{language:?} lacks {key}");
            }
        }
    }
}

#[test]
fn success_and_the_empty_body_are_clean_whatever_was_asked() {
    for body in [&b"success"[..], b""] {
        for mode in ["plain", "compat", "safe", "safe without keys"] {
            for event in ["CLICK", "VIEW", "text", "json"] {
                let report = judged(body, &json!({ "mode": mode, "event": event }));
                assert_eq!(report.findings, [], "{mode} {event}");
                assert_eq!(report.outcome, Outcome::Nothing, "{mode} {event}");
            }
        }
    }
}

const TEXT_REPLY: &str = "<xml><ToUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></ToUserName>\
    <FromUserName><![CDATA[gh_e136c6e50636]]></FromUserName><CreateTime>1408090412</CreateTime>\
    <MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hi]]></Content></xml>";

#[test]
fn what_the_user_sees_is_decided_by_what_weighs_most() {
    let outcome = |body: &str, given: Value| judged(body.as_bytes(), &given).outcome;
    let late = json!({ "elapsed_ms": WECHAT_LIMIT_MS + 1 });
    assert_eq!(outcome(TEXT_REPLY, json!({})), Outcome::Text);
    assert_eq!(outcome(TEXT_REPLY, json!({ "elapsed_ms": WECHAT_LIMIT_MS })), Outcome::Text);
    assert_eq!(outcome(TEXT_REPLY, late.clone()), Outcome::Late);
    assert_eq!(outcome("success", late.clone()), Outcome::Late);
    assert_eq!(outcome("oops", late), Outcome::Late);
    assert_eq!(outcome("oops", json!({})), Outcome::Notice);
    assert_eq!(outcome("success", json!({ "status": 500 })), Outcome::Notice);
    assert_eq!(outcome("", json!({ "status": 204 })), Outcome::Nothing);
    assert_eq!(outcome(TEXT_REPLY, json!({ "event": "VIEW" })), Outcome::Left);
    assert_eq!(outcome("oops", json!({ "event": "VIEW" })), Outcome::Notice);
    assert_eq!(outcome("success", json!({ "event": "VIEW" })), Outcome::Nothing);
    for body in [TEXT_REPLY, "oops"] {
        assert_eq!(outcome(body, json!({ "event": "unsubscribe" })), Outcome::NoConversation);
    }
    let in_mini_program = |body: &str| outcome(body, json!({ "event": "user_enter_tempsession" }));
    assert_eq!(in_mini_program(TEXT_REPLY), Outcome::OnlyTransfer);
    assert_eq!(in_mini_program(&TEXT_REPLY.replace("[text]", "[transfer_customer_service]")), Outcome::CustomerService);
    assert_eq!(in_mini_program("success"), Outcome::Nothing);
}

#[test]
fn a_text_beyond_what_is_known_to_be_shown_is_not_promised() {
    let outcome = |length: usize| judged(TEXT_REPLY.replace("hi", &"x".repeat(length)).as_bytes(), &json!({})).outcome;
    assert_eq!(outcome(2_048), Outcome::Text);
    assert_eq!(outcome(2_394), Outcome::LongText { bytes: 2_394 });
    for language in Language::ALL {
        let sentence = outcome(2_394).sentence(language);
        assert!(sentence.contains("2394") && sentence.contains("2048"), "{sentence}");
    }
}

#[test]
fn a_piece_of_music_and_an_article_may_lack_what_wechat_does_without() {
    let music = PassiveReply::blank(ReplyKind::Music)
        .map_texts(|name, _| Ok::<_, ()>(if name == "MusicUrl" { "https://a/b" } else { "" }.to_owned()));
    let article = PassiveReply::blank(ReplyKind::News)
        .map_texts(|name, _| Ok::<_, ()>(if name == "Url" { "" } else { "a" }.to_owned()));
    for (reply, code) in [(music, LintCode::ThumbMissing), (article, LintCode::ArticleLacks)] {
        let report = judged(&reply.unwrap().to_bytes(&address(), Format::Xml), &json!({}));
        let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
        assert_eq!((codes, report.is_legal()), (vec![code], true));
    }
}

#[test]
fn a_text_that_looks_like_a_key_is_quoted_like_any_other() {
    for found in ["lint.", "lint.bom.message", "%{found}", "outcome.text"] {
        let body = TEXT_REPLY.replace("[text]", &format!("[{found}]"));
        let report = judged(body.as_bytes(), &json!({}));
        for language in Language::ALL {
            assert!(report.findings[0].message(language).contains(found), "{found}");
        }
    }
}

#[test]
fn without_an_answer_there_is_nothing_to_find_and_wechat_asks_again() {
    let report = Report::unanswered(&PushInfo::UNKNOWN);
    assert_eq!((report.outcome, report.findings.len(), report.is_legal()), (Outcome::Unanswered, 0, true));
}

/// Every kind of reply with something in each of its texts.
fn replies() -> Vec<PassiveReply> {
    let text = |name: &str| if name == "KfAccount" { "a@b" } else { "a ]]> b" };
    let filled = |kind| PassiveReply::blank(kind).map_texts(|name, _| Ok::<_, ()>(text(name).to_owned())).unwrap();
    let kinds = ReplyKind::ALL.into_iter().filter(|kind| *kind != ReplyKind::Raw);
    kinds.map(filled).collect()
}

fn address() -> Address {
    let (to_user, from_user) = ("oMgHVjngRipVsoxg6TuX3vz6glDg".to_owned(), "gh_e136c6e50636".to_owned());
    Address { to_user, from_user, create_time: 1_408_090_412 }
}

#[test]
fn what_menuscope_writes_itself_is_clean_plain_and_sealed_in_xml_and_in_json() {
    let key = AesKey::parse(KEY).unwrap();
    for reply in replies() {
        for (event, format) in [("CLICK", Format::Xml), ("json", Format::Json)] {
            let bytes = reply.to_bytes(&address(), format);
            let report = judged(&bytes, &json!({ "event": event }));
            assert_eq!(report.findings, [], "{}", String::from_utf8_lossy(&bytes));
            assert_eq!(report.reply.as_ref(), Some(&reply));
            if !reply.needs_address() {
                continue;
            }
            let encrypt = encrypt(&key, b"0123456789abcdef", &bytes, APP_ID);
            let signature = msg_signature(TOKEN, "1409304348", "xxxxxx", &encrypt);
            let sealed = encrypted_reply(format, &encrypt, &signature, "1409304348", "xxxxxx");
            for mode in ["safe", "compat"] {
                let inside = judged(&sealed, &json!({ "event": event, "mode": mode }));
                assert_eq!(inside, report, "{mode}");
            }
        }
    }
}

#[test]
fn every_fault_that_is_in_the_body_is_found() {
    let in_the_body = [Fault::WrongCase, Fault::Json, Fault::Bom, Fault::WrongAddress];
    for reply in replies().into_iter().filter(|reply| *reply != PassiveReply::Empty) {
        for fault in in_the_body {
            let body = fault.faulty_body(&reply, &address(), Format::Xml);
            assert!(!judged(&body, &json!({})).is_legal(), "{fault}: {}", String::from_utf8_lossy(&body));
        }
    }
}

#[test]
fn a_body_at_the_limit_is_judged_without_growing_faster_than_its_length() {
    let repeated = |piece: &str| piece.repeat(MAX_BYTES / piece.len());
    for body in [
        repeated("<xml"),
        repeated("</xml>"),
        repeated("<xml></xml>"),
        repeated("<br/>"),
        repeated("{\"a\":"),
        repeated("\u{FEFF}"),
        repeated("<!doctype html"),
        format!("<xml>{}</xml>", "<content>x</content>\n".repeat(9_000)),
        format!("<xml><MsgType>news</MsgType><Articles>{}</Articles></xml>", "<item/>".repeat(9_000)),
        format!("<xml>{}</xml>", "<MsgType>news</MsgType>\n".repeat(9_000)),
        format!("<xml>{}</xml>", "<Strange/>".repeat(9_000)),
    ] {
        for mode in ["plain", "safe"] {
            let report = judged(body.as_bytes(), &json!({ "mode": mode }));
            assert!(!report.is_legal() && report.findings.len() <= 100, "{}", &body[..20]);
        }
    }
}

fn any_report(body: &[u8]) {
    for given in [json!({}), json!({ "mode": "safe" }), json!({ "event": "json", "mode": "compat" })] {
        let report = judged(body, &given);
        let places: Vec<_> =
            report.findings.iter().filter_map(|finding| Some((finding.place?, finding.length))).collect();
        assert!(places.iter().all(|(place, length)| place.offset + length <= body.len().max(place.offset)));
        assert_eq!(report.is_legal(), report.outcome != Outcome::Notice, "{:?}", String::from_utf8_lossy(body));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_judged(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        any_report(&body);
    }

    #[test]
    fn any_text_is_judged(body in "[<>/&;!\\[\\]{}\":,a-z \\n\u{FEFF}中]{0,80}") {
        any_report(body.as_bytes());
    }

    #[test]
    fn a_good_reply_with_a_piece_changed_is_judged(
        which in 0..9_usize, json in any::<bool>(), at in any::<prop::sample::Index>(), cut in 0..9_usize, put in ".{0,4}",
    ) {
        let format = if json { Format::Json } else { Format::Xml };
        let mut body = replies()[which].to_bytes(&address(), format);
        let start = at.index(body.len() + 1);
        let end = (start + cut).min(body.len());
        body.splice(start..end, put.into_bytes());
        any_report(&body);
    }
}
