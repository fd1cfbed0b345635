//! Tests of the listener over real sockets: answers to WeChat and to scanners, and their records.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/target.rs"]
mod target;

use std::io::Write as _;

use common::{Answer, TOKEN, TestListener, codes, sample, signed, until};
use menuscope::account::OwnMark;
use menuscope::capture::{CaptureId, Mode, ReplySource, Signature};
use menuscope::texts::Language;
use menuscope::wechat::envelope::{AesKey, encrypt, encrypted_push};
use menuscope::wechat::kind::menu_events_without_mini_program;
use menuscope::wechat::signature::msg_signature;
use menuscope::wechat::tree::Format;
use target::TargetServer;

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";

/// Query and body of an encrypted push.
fn encrypted(message: &[u8], key: &str, app_id: &str) -> (String, Vec<u8>) {
    let encrypt = encrypt(&AesKey::parse(key).unwrap(), b"aaaabbbbccccdddd", message, app_id);
    sealed(&encrypt)
}

fn sealed(encrypt: &str) -> (String, Vec<u8>) {
    let query = signed(TOKEN);
    let timestamp = query.split("timestamp=").nth(1).unwrap().split('&').next().unwrap();
    let msg_signature = msg_signature(TOKEN, timestamp, "486452656", encrypt);
    let query = format!("/wx?{query}&encrypt_type=aes&msg_signature={msg_signature}");
    (query, encrypted_push(Format::Xml, "gh_e136c6e50636", encrypt))
}

#[test]
fn each_of_the_eight_is_stored_before_it_is_answered() {
    let listener = TestListener::start();
    for kind in menu_events_without_mini_program() {
        let body = sample(kind);
        let answer = listener.post("/any/path?x=1", &body);
        assert_eq!((answer.status, answer.text()), (200, "success"));
        // At once: what was answered is there.
        let reader = listener.reader();
        let stored = reader.capture(reader.newest().unwrap()).unwrap().unwrap();
        assert_eq!(stored.capture.envelope.kind, kind);
        assert_eq!(stored.capture.request.body, body);
        assert_eq!(stored.capture.request.target, "/any/path?x=1");
        assert_eq!(stored.capture.signature, Signature::Unchecked);
        let reply = listener.newest().reply.unwrap();
        assert_eq!(
            (reply.status, reply.body.as_slice(), reply.source),
            (Some(200), &b"success"[..], ReplySource::Default)
        );
    }
}

#[test]
fn a_handshake_is_answered_with_its_echostr_and_nothing_else() {
    let listener = TestListener::with_token();
    let answer = listener
        .send(format!("GET /wx?{}&echostr=4375120948345356249 HTTP/1.1\r\nhost: x\r\n\r\n", signed(TOKEN)).as_bytes());
    assert_eq!((answer.status, answer.text()), (200, "4375120948345356249"));
    assert!(answer.head.contains("content-type: text/plain") && answer.head.contains("nosniff"), "{}", answer.head);
    let stored = listener.newest();
    assert_eq!((stored.capture.envelope.kind.as_str(), stored.capture.signature), ("handshake", Signature::Valid));
    let answer = listener.send(format!("GET /wx?{}&echostr=1 HTTP/1.1\r\nhost: x\r\n\r\n", signed("wrong")).as_bytes());
    assert_eq!((answer.status, answer.text()), (403, ""));
    let stored = listener.newest();
    assert_eq!(stored.capture.signature, Signature::Invalid);
    assert_eq!(stored.reply.unwrap().source, ReplySource::None);
}

#[test]
fn a_handshake_without_a_token_is_answered_and_says_so() {
    let listener = TestListener::start();
    let answer = listener.send(b"GET /?signature=a&timestamp=1&nonce=2&echostr=a%2Bb HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "a+b"));
    assert!(codes(&listener.newest()).contains(&"token-missing"));
}

#[test]
fn a_wrong_or_missing_signature_is_refused_and_recorded_with_its_reason() {
    let listener = TestListener::with_token();
    let body = sample("CLICK");
    let expectations = [
        (signed("pamtest2"), Signature::Invalid, "signature-mismatch"),
        (signed("PAMTEST"), Signature::Invalid, "signature-token-case"),
        ("timestamp=1&nonce=2".to_owned(), Signature::Missing, "parameter-missing"),
        (String::new(), Signature::Missing, "parameter-missing"),
        (signed(TOKEN).replace("nonce", "nonse"), Signature::Missing, "parameter-misspelt"),
    ];
    for (query, signature, code) in expectations {
        assert_eq!(listener.post(&format!("/wx?{query}"), &body).status, 403, "{query}");
        let stored = listener.newest();
        assert_eq!(stored.capture.signature, signature, "{query}");
        assert_eq!(stored.capture.envelope.kind, "CLICK");
        assert!(codes(&stored).contains(&code), "{query}: {:?}", codes(&stored));
    }
    let answer = listener.post(&format!("/wx?{}", signed(TOKEN)), &body);
    assert_eq!((answer.status, listener.newest().capture.signature), (200, Signature::Valid));
}

#[test]
fn an_encrypted_push_is_opened_and_kept_beside_its_body() {
    let listener = TestListener::with_token();
    let message = sample("scancode_waitmsg");
    let (target, body) = encrypted(&message, KEY, APP_ID);
    assert_eq!(listener.post(&target, &body).text(), "success");
    let stored = listener.newest();
    assert_eq!((stored.capture.mode, stored.capture.signature), (Mode::Safe, Signature::Valid));
    assert_eq!(stored.capture.message(), message);
    assert_eq!(stored.capture.request.body, body);
    assert_eq!(stored.capture.envelope.kind, "scancode_waitmsg");
    assert_eq!(codes(&stored), Vec::<&str>::new());
}

#[test]
fn msg_signature_decides_where_the_message_is_encrypted() {
    let listener = TestListener::with_token();
    let (target, body) = encrypted(&sample("CLICK"), KEY, APP_ID);
    let right = target.split("signature=").nth(1).unwrap().split('&').next().unwrap();
    let bad_signature = target.replacen(right, &"0".repeat(40), 1);
    assert_eq!(listener.post(&bad_signature, &body).status, 200);
    assert!(codes(&listener.newest()).contains(&"signature-beside-wrong"));
    let bad_msg_signature =
        format!("{}msg_signature={}", target.split("msg_signature").next().unwrap(), "0".repeat(40));
    assert_eq!(listener.post(&bad_msg_signature, &body).status, 403);
    let swapped = format!("{}msg_signature={right}", target.split("msg_signature").next().unwrap());
    assert_eq!(listener.post(&swapped, &body).status, 403);
    assert!(codes(&listener.newest()).contains(&"signature-for-msg-signature"));
}

#[test]
fn what_cannot_be_opened_is_answered_success_and_says_why() {
    let listener = TestListener::with_token();
    let message = sample("CLICK");
    let other_key = "0123456789ABCDEFGabcdefghijklmnopqrstuvwxyz";
    let good = encrypt(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", &message, APP_ID);
    let expectations = [
        (encrypted(&message, other_key, APP_ID), "decrypt-failed", "unreadable"),
        (encrypted(&message, KEY, "wx0000000000000000"), "appid-foreign", "CLICK"),
        (sealed(&good[..good.len() - 8]), "ciphertext-length", "unreadable"),
        (sealed("%%%"), "ciphertext-not-base64", "unreadable"),
    ];
    for ((target, body), code, kind) in expectations {
        let answer = listener.post(&target, &body);
        assert_eq!((answer.status, answer.text()), (200, "success"), "{code}");
        let stored = listener.newest();
        assert!(codes(&stored).contains(&code), "{code}: {:?}", codes(&stored));
        assert_eq!(stored.capture.envelope.kind, kind, "{code}");
    }
}

#[test]
fn the_former_key_is_tried_when_the_current_one_fails() {
    let listener = TestListener::with(
        "[accounts.default]\nsecrets = \"file\"\napp_id = \"wxb11529c136998cb6\"\n",
        &format!(
            "[default]\ntoken = \"pamtest\"\naes_key = \"0123456789ABCDEFGabcdefghijklmnopqrstuvwxyz\"\nprevious_aes_key = \"{KEY}\"\n"
        ),
    );
    let (target, body) = encrypted(&sample("CLICK"), KEY, APP_ID);
    assert_eq!(listener.post(&target, &body).status, 200);
    let stored = listener.newest();
    assert_eq!(stored.capture.envelope.kind, "CLICK");
    assert_eq!(codes(&stored), ["decrypted-with-former-key"]);
}

#[test]
fn what_can_be_read_in_spite_of_a_gateway_is_answered_like_any_other_push() {
    let listener = TestListener::with_token();
    let message = sample("CLICK");
    let good = encrypt(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", &message, APP_ID);
    let (target, body) = sealed(&good);
    let padded = String::from_utf8(body).unwrap().replace(&good, &format!("\n  {}\r\n{}\n", &good[..76], &good[76..]));
    assert_eq!(listener.post(&target, padded.as_bytes()).text(), "success");
    let stored = listener.newest();
    assert_eq!((stored.capture.signature, stored.capture.message()), (Signature::Valid, &*message));
    assert_eq!(stored.capture.request.body, padded.as_bytes());
    assert_eq!(codes(&stored), ["ciphertext-white-space"]);
    let spoilt = b"<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName><Content>a\xC4b\x1d</Content></xml>";
    assert_eq!(listener.post(&format!("/wx?{}", signed(TOKEN)), spoilt).text(), "success");
    let stored = listener.newest();
    assert_eq!((&*stored.capture.envelope.kind, &*stored.capture.request.body), ("text", &spoilt[..]));
    assert_eq!(codes(&stored), ["not-utf8", "control-character"]);
    let escaped = signed(TOKEN).replace('&', "&amp;");
    assert_eq!(listener.post(&format!("/wx?{escaped}"), &message).status, 403);
    assert_eq!(codes(&listener.newest()), ["query-separator"]);
}

#[test]
fn a_broken_body_is_stored_to_the_byte_and_says_why() {
    let listener = TestListener::start();
    let bomb = b"<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><xml><Content>&c;</Content></xml>";
    let bodies: [(&[u8], &str); 7] = [
        (b"", "body-empty"),
        (b"<xml><a></xml>", "not-well-formed"),
        (b"<xml>\xb2\xcb</xml>", "not-utf8"),
        (bomb, "doctype"),
        (b"hello", "not-xml-or-json"),
        (b"<xml><Content>&nbsp;</Content></xml>", "entity-unknown"),
        (b"<xml><ToUserName>a</ToUserName></xml>", "msgtype-missing"),
    ];
    for (body, code) in bodies {
        assert_eq!(listener.post("/", body).text(), "success", "{code}");
        let stored = listener.newest();
        assert_eq!(stored.capture.request.body, body, "{code}");
        assert!(codes(&stored).contains(&code), "{code}: {:?}", codes(&stored));
        assert_eq!(stored.capture.envelope.kind, "unreadable", "{code}");
    }
}

#[test]
fn retries_join_their_event_and_forgeries_do_not() {
    let mut listener = TestListener::with_token();
    let body = sample("CLICK");
    for attempt in 1..=3 {
        assert_eq!(listener.post(&format!("/wx?{}", signed(TOKEN)), &body).status, 200);
        let stored = listener.newest();
        assert_eq!((stored.placement.group, stored.placement.attempt), (CaptureId(1), attempt));
        assert_eq!(codes(&stored).contains(&"duplicate"), attempt > 1);
        // All of them are answered at once: WeChat had no reason to try again.
        let said = stored.capture.diagnoses.iter().map(|diagnosis| diagnosis.message(Language::English));
        assert_eq!(said.filter(|message| message.contains("or a second tap")).count(), usize::from(attempt > 1));
        if attempt == 2 {
            // A restart between two attempts does not part them.
            listener.restart();
        }
    }
    assert_eq!(listener.post(&format!("/wx?{}", signed("wrong")), &body).status, 403);
    let forged = listener.newest();
    assert_eq!((forged.placement.group, forged.placement.attempt), (forged.placement.id, 1));
    let marked = |value: &str| {
        let head = format!(
            "POST /wx?{} HTTP/1.1\r\nhost: x\r\nx-menuscope: {value}\r\ncontent-length: {}\r\n\r\n",
            signed(TOKEN),
            body.len()
        );
        assert_eq!(listener.send(&[head.as_bytes(), &body].concat()).status, 200);
        listener.newest()
    };
    let own = marked(&OwnMark::kept_in(listener.folder.own_mark_file()).value("sample", &body));
    assert!(own.capture.replay && own.placement.attempt == 1, "{own:?}");
    assert_eq!(listener.reader().attempts(CaptureId(1)).unwrap().len(), 3);
    for claimed in ["sample", "replay", "replay;1;00"] {
        let pushed = marked(claimed);
        assert!(!pushed.capture.replay && pushed.placement.attempt > 3, "{claimed}: {pushed:?}");
    }
}

#[test]
fn the_account_is_found_by_path_then_user_then_token() {
    let listener = TestListener::with(
        "[accounts.default]\n[accounts.path]\npath = \"/shop\"\nsecrets = \"file\"\n\
         [accounts.user]\nto_user = \"gh_e136c6e50636\"\n[accounts.token]\nsecrets = \"file\"\n",
        "[path]\ntoken = \"pathtoken\"\n[token]\ntoken = \"tokentoken\"\n",
    );
    let click = sample("CLICK");
    let expectations = [
        (format!("/shop/wx?{}", signed("pathtoken")), click.clone(), 200, "path"),
        (format!("/shop/wx?{}", signed("tokentoken")), click.clone(), 403, "path"),
        ("/wx".to_owned(), sample("pic_weixin"), 200, "user"),
        (format!("/wx?{}", signed("tokentoken")), click.clone(), 200, "token"),
        ("/wx".to_owned(), click, 200, "default"),
    ];
    for (target, body, status, account) in expectations {
        assert_eq!(listener.post(&target, &body).status, status, "{target}");
        assert_eq!(listener.newest().capture.account, account, "{target}");
    }
    assert_eq!(listener.post(&format!("/shop?{}", signed("tokentoken")), b"<xml/>").status, 403);
    assert!(codes(&listener.newest()).contains(&"signature-token-other-account"));
}

#[test]
fn scanners_cannot_fill_the_disk() {
    let listener = TestListener::with(
        "[listener]\nunverified_limit_mib = 1\n[accounts.default]\nsecrets = \"file\"\n",
        "[default]\ntoken = \"pamtest\"\n",
    );
    assert_eq!(listener.post(&format!("/wx?{}", signed(TOKEN)), &sample("CLICK")).status, 200);
    for _ in 0..40 {
        assert_eq!(listener.post("/wp-login.php", &vec![b'x'; 100_000]).status, 403);
    }
    let stored = listener.newest();
    assert_eq!((stored.capture.request.body.len(), stored.capture.request.body_length), (64 << 10, 100_000));
    assert!(codes(&stored).contains(&"body-cut"));
    let head = listener.head.borrow().clone();
    assert!(head.unverified_bytes <= 1 << 20 && head.unverified_dropped >= 24, "{head:?}");
    let reader = listener.reader();
    assert_eq!(reader.count().unwrap(), 41 - head.unverified_dropped);
    // What is genuine is never removed.
    assert!(reader.capture(CaptureId(1)).unwrap().is_some());
}

#[test]
fn without_a_commit_the_answer_is_503_and_the_record_says_so() {
    let listener = TestListener::with("[listener]\nreply_budget_ms = 300\n", "");
    let blocker = rusqlite::Connection::open(listener.database()).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(listener.post("/wx", &sample("CLICK")).status, 503);
    blocker.execute_batch("ROLLBACK").unwrap();
    // It was queued, and gets there as soon as it can.
    until("the event is stored late", || (listener.reader().newest().unwrap() == CaptureId(1)).then_some(()));
    assert_eq!(listener.newest().reply.unwrap().status, Some(503));
    assert_eq!(listener.post("/wx", &sample("VIEW")).status, 200);
}

#[test]
fn the_record_of_an_answer_survives_another_programs_lock() {
    let listener = TestListener::start();
    let blocker = rusqlite::Connection::open(listener.database()).unwrap();
    assert_eq!(listener.post("/wx", &sample("CLICK")).status, 200);
    // Longer than a statement waits for it; whether the record was written before is a race, and either is fine.
    until("the lock is there", || blocker.execute_batch("BEGIN IMMEDIATE").ok());
    std::thread::park_timeout(std::time::Duration::from_millis(3_500));
    blocker.execute_batch("ROLLBACK").unwrap();
    assert_eq!(listener.newest().reply.unwrap().status, Some(200));
}

#[test]
fn a_forged_image_is_not_taken_for_one_of_a_tap() {
    let listener = TestListener::with_token();
    assert_eq!(listener.post(&format!("/wx?{}", signed(TOKEN)), &sample("pic_weixin")).status, 200);
    let event = listener.newest();
    let image = String::from_utf8(sample("pic_weixin")).unwrap();
    let image =
        image.replace("[event]", "[image]").replace("<Event><![CDATA[pic_weixin]]></Event>", "<MsgId>1</MsgId>");
    assert_eq!(listener.post(&format!("/wx?{}", signed("wrong")), image.as_bytes()).status, 403);
    assert_eq!(listener.newest().capture.envelope.kind, "image");
    assert_eq!(listener.reader().images_of(&event).unwrap(), []);
    assert_eq!(listener.post(&format!("/wx?{}", signed(TOKEN)), image.as_bytes()).status, 200);
    assert_eq!(listener.reader().images_of(&event).unwrap(), [CaptureId(3)]);
}

/// Posts a tap with these headers; the status of the answer.
fn post_from_page(listener: &TestListener, headers: &str) -> u16 {
    let mut stream = listener.connect();
    let body = sample("CLICK");
    let head = format!("POST /admin?a=b HTTP/1.1\r\n{headers}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    Answer::read(&mut stream).status
}

#[test]
fn a_web_page_of_another_site_is_refused_while_there_is_no_token_and_never_forwarded() {
    let server = TargetServer::start(|_| Some("success".to_owned()));
    let listener = TestListener::with(&format!("[listener]\nforward = \"{}\"\n", server.url("/own")), "");
    for page in [
        "host: 127.0.0.1:8989\r\norigin: https://evil.example",
        "host: 127.0.0.1:8989\r\nsec-fetch-site: cross-site",
        "host: evil.example\r\norigin: http://evil.example",
        "host: 127.0.0.1:8989\r\norigin: null",
    ] {
        assert_eq!(post_from_page(&listener, page), 403, "{page}");
        let stored = listener.newest();
        assert!(codes(&stored).contains(&"cross-site"), "{page}");
        assert_eq!(stored.capture.signature, Signature::Unchecked);
        assert_eq!(stored.placement.attempt, 1, "it joins no group");
        assert_eq!(stored.reply.unwrap().status, Some(403));
    }
    let mut stream = listener.connect();
    stream.write_all(b"GET /?echostr=1 HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: cross-site\r\n\r\n").unwrap();
    assert_eq!(Answer::read(&mut stream).status, 403);
    assert!(codes(&listener.newest()).contains(&"cross-site"));
    assert!(server.seen().is_empty());
    assert_eq!(post_from_page(&listener, "host: 127.0.0.1:8989"), 200);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn where_there_is_a_token_the_signature_decides_and_not_the_page() {
    let listener = TestListener::with_token();
    let mut stream = listener.connect();
    let body = sample("CLICK");
    let head = format!(
        "POST /?{} HTTP/1.1\r\nhost: a\r\norigin: https://tester.example\r\ncontent-length: {}\r\n\r\n",
        signed(TOKEN),
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 200);
    assert!(!codes(&listener.newest()).contains(&"cross-site"));
}
