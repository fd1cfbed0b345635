//! The listener over real sockets: what it promises to WeChat, to scanners and to whoever looks.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use common::{Answer, TOKEN, TestListener, codes, sample, signed, until};
use menuscope::capture::{CaptureId, Mode, ReplySource, Signature};
use menuscope::filter::Filter;
use menuscope::wechat::envelope::{AesKey, seal, sealed_push};
use menuscope::wechat::signature::msg_signature;
use menuscope::wechat::tree::Format;

const KINDS: [&str; 8] = [
    "CLICK",
    "VIEW",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
];

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";

/// Query and body of an encrypted push.
fn encrypted(message: &[u8], key: &str, app_id: &str) -> (String, Vec<u8>) {
    let encrypt = seal(&AesKey::parse(key).unwrap(), b"aaaabbbbccccdddd", message, app_id);
    sealed(&encrypt)
}

fn sealed(encrypt: &str) -> (String, Vec<u8>) {
    let query = signed(TOKEN);
    let timestamp = query.split("timestamp=").nth(1).unwrap().split('&').next().unwrap();
    let msg_signature = msg_signature(TOKEN, timestamp, "486452656", encrypt);
    let query = format!("/wx?{query}&encrypt_type=aes&msg_signature={msg_signature}");
    (query, sealed_push(Format::Xml, "gh_e136c6e50636", encrypt))
}

#[test]
fn each_of_the_eight_is_stored_before_it_is_answered() {
    let listener = TestListener::start();
    for kind in KINDS {
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
        assert_eq!((reply.status, reply.body.as_slice(), reply.source), (200, &b"success"[..], ReplySource::Default));
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
fn a_person_with_a_browser_sees_a_page_and_other_methods_are_refused_unrecorded() {
    let listener = TestListener::start();
    let page = listener.send(b"GET /wx HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(page.status == 200 && page.text().contains("listening"), "{page:?}");
    let mut stream = listener.connect();
    stream.write_all(b"HEAD /wx HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut head = String::new();
    stream.read_to_string(&mut head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        assert_eq!(
            listener.send(format!("{method} / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").as_bytes()).status,
            405
        );
    }
    assert_eq!(listener.reader().newest().unwrap(), CaptureId(0));
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
    let good = seal(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", &message, APP_ID);
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
fn a_body_over_the_limit_is_answered_413_and_its_first_megabyte_is_kept() {
    let listener = TestListener::start();
    let body = vec![b'x'; 2_000_000];
    assert_eq!(listener.post("/", &body).status, 413);
    let stored = listener.newest();
    assert_eq!((stored.capture.request.body.len(), stored.capture.request.body_length), (1 << 20, 2_000_000));
    assert_eq!(stored.reply.as_ref().unwrap().status, 413);
    assert!(codes(&stored).contains(&"body-too-large"));
    assert_eq!(listener.post("/", &sample("CLICK")).status, 200);
}

#[test]
fn chunks_and_http_1_0_are_understood() {
    let listener = TestListener::start();
    let body = sample("CLICK");
    let mut chunked = b"POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(7) {
        write!(chunked, "{:x}\r\n", piece.len()).unwrap();
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(listener.send(&chunked).text(), "success");
    assert_eq!(listener.newest().capture.request.body, body);
    let old = [format!("POST /o HTTP/1.0\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
    assert_eq!(listener.send(&old).text(), "success");
    assert_eq!(listener.newest().capture.request.version, "HTTP/1.0");
}

#[test]
fn what_is_no_http_gets_400_and_is_not_recorded() {
    let listener = TestListener::start();
    let bad: [&[u8]; 3] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"HELLO\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    ];
    for bytes in bad {
        assert_eq!(listener.send(bytes).status, 400, "{bytes:?}");
    }
    assert_eq!(listener.reader().newest().unwrap(), CaptureId(0));
}

#[test]
fn a_sender_that_stops_is_closed_and_what_came_is_kept() {
    let listener = TestListener::start();
    let mut half_body = listener.connect();
    half_body.write_all(b"POST /half HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n<xml>").unwrap();
    let mut half_head = listener.connect();
    half_head.write_all(b"POST /head HTTP/1.1\r\nhos").unwrap();
    let mut rest = Vec::new();
    half_body.read_to_end(&mut rest).unwrap();
    assert!(rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    rest.clear();
    half_head.read_to_end(&mut rest).unwrap();
    let stored = listener.newest();
    assert_eq!(&stored.capture.request.body[..], b"<xml>");
    assert!(codes(&stored).contains(&"body-incomplete"));
    assert_eq!(stored.placement.id, CaptureId(1));
}

#[test]
fn a_client_that_hangs_up_leaves_its_event_and_what_it_was_answered() {
    let listener = TestListener::start();
    let body = sample("CLICK");
    let mut stream = listener.connect();
    stream
        .write_all(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())
        .unwrap();
    stream.write_all(&body).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    until("the event is stored", || (listener.reader().newest().unwrap() == CaptureId(1)).then_some(()));
    assert_eq!(listener.newest().reply.unwrap().status, 200);
}

#[test]
fn whatever_is_received_is_kept_to_the_byte() {
    let listener = TestListener::start();
    let reader = listener.reader();
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config::with_cases(200));
    let request = (
        "(/[a-zA-Z0-9%._~!$&'()*+,;=:@-]{0,12}){1,3}",
        proptest::option::of("[a-zA-Z0-9%._~!$&'()*+,;=:@/?#{}|-]{0,40}"),
        proptest::collection::vec(("x-[a-z0-9-]{1,8}", proptest::collection::vec(0x80_u8..=0xff, 0..20)), 0..5),
        proptest::collection::vec(proptest::num::u8::ANY, 0..600),
    );
    let outcome = runner.run(&request, |(path, query, headers, body)| {
        let mut sent = format!(
            "POST {path}{} HTTP/1.1\r\nhost: x\r\n",
            query.map_or_else(String::new, |query| format!("?{query}"))
        )
        .into_bytes();
        // A name that comes twice is moved beside its first, which HTTP allows.
        let mut names = std::collections::HashSet::new();
        for (name, value) in headers.iter().filter(|(name, _)| names.insert(name.clone())) {
            sent.extend_from_slice(name.as_bytes());
            sent.extend_from_slice(b": ");
            sent.extend_from_slice(value);
            sent.extend_from_slice(b"\r\n");
        }
        sent.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        sent.extend_from_slice(&body);
        assert_eq!(listener.send(&sent).text(), "success");
        let stored = reader.capture(reader.newest().unwrap()).unwrap().unwrap();
        assert_eq!(stored.capture.request.to_http(), sent);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn one_connection_carries_many_requests() {
    let listener = TestListener::start();
    let body = sample("VIEW");
    let mut stream = listener.connect();
    for _ in 0..3 {
        stream
            .write_all(format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())
            .unwrap();
        stream.write_all(&body).unwrap();
        assert_eq!(Answer::read(&mut stream).text(), "success");
    }
    assert_eq!(listener.newest().placement.id, CaptureId(3));
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
        if attempt == 2 {
            // A restart between two attempts does not part them.
            listener.restart();
        }
    }
    assert_eq!(listener.post(&format!("/wx?{}", signed("wrong")), &body).status, 403);
    let forged = listener.newest();
    assert_eq!((forged.placement.group, forged.placement.attempt), (forged.placement.id, 1));
    let marked = format!(
        "POST /wx?{} HTTP/1.1\r\nhost: x\r\nx-menuscope: sample\r\ncontent-length: {}\r\n\r\n",
        signed(TOKEN),
        body.len()
    );
    assert_eq!(listener.send(&[marked.as_bytes(), &body].concat()).status, 200);
    let own = listener.newest();
    assert!(own.capture.replay && own.placement.attempt == 1, "{own:?}");
    assert_eq!(listener.reader().attempts(CaptureId(1)).unwrap().len(), 3);
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
    assert_eq!(listener.newest().reply.unwrap().status, 503);
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
    assert_eq!(listener.newest().reply.unwrap().status, 200);
}

#[test]
fn a_body_that_announces_too_much_is_413_even_where_it_never_comes() {
    let listener = TestListener::start();
    let answer = listener.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\nabc");
    assert_eq!(answer.status, 413);
    assert!(codes(&listener.newest()).contains(&"body-too-large"));
    let answer = listener.send(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    assert_eq!(answer.status, 400);
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

#[test]
fn a_stopped_listener_has_answered_what_it_took() {
    let mut listener = TestListener::start();
    let body = sample("CLICK");
    let mut half = listener.connect();
    half.write_all(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes()).unwrap();
    half.write_all(&body[..10]).unwrap();
    until("the request is being read", || (listener.post("/", &body).status == 200).then_some(()));
    let rest = body[10..].to_vec();
    let finishing = std::thread::Builder::new()
        .spawn(move || {
            std::thread::park_timeout(std::time::Duration::from_millis(100));
            half.write_all(&rest).unwrap();
            Answer::read(&mut half)
        })
        .unwrap();
    listener.service.as_mut().unwrap().stop_listening();
    assert_eq!(finishing.join().unwrap().text(), "success");
    assert!(std::net::TcpStream::connect(listener.address).is_err());
    listener.service = None;
    let reader = listener.reader();
    for id in reader.arrived(&Filter::default(), CaptureId(0), 10).unwrap() {
        assert!(reader.capture(id).unwrap().unwrap().reply.is_some(), "event {id} has no recorded answer");
    }
}
