//! Round trips with the libraries that developers' servers use: wechatpy, wechat-crypto, co-wechat.
//!
//! tests/setup.sh installs them; each test hands one process an array of requests.
#![expect(clippy::unwrap_used, reason = "an answer that cannot be read is a failed test")]

#[path = "interop/client.rs"]
mod client;

use client::{APP_ID, BOTH, Client, KEY, TOKEN, text};
use menuscope::wechat::compose::{Push, Signing, TEMPLATES, push};
use menuscope::wechat::envelope::{self, AesKey, decrypt, encrypt, encrypted_push, encrypted_reply};
use menuscope::wechat::kind::menu_events_without_mini_program as menu_events;
use menuscope::wechat::signature::{msg_signature, same, signature};
use menuscope::wechat::tree::{Format, Tree};
use serde_json::{Value, json};

const TIMESTAMP: &str = "1409304348";
const NONCE: &str = "415670741";
const REPLY: &str = "收到 <菜单> & 照片";

fn key() -> AesKey {
    AesKey::parse(KEY).unwrap()
}

/// Random bytes for the prefix, other ones each time.
fn random(index: usize) -> [u8; 16] {
    std::array::from_fn(|place| (index * 31 + place * 17) as u8)
}

/// The eight menu events, and texts whose lengths run through every padding.
fn messages() -> Vec<String> {
    let events = menu_events().map(|kind| body_of(kind).to_owned());
    let lengths = (1..=40).map(|length| format!("<xml>{}</xml>", "微".repeat(length)));
    let steps = (0..32).map(|length| "m".repeat(length + 1));
    events.chain(lengths).chain(steps).collect()
}

fn body_of(kind: &str) -> &'static str {
    TEMPLATES.iter().find(|(name, _)| *name == kind).unwrap().1
}

fn query_of(push: &Push) -> Value {
    let pairs = form_urlencoded::parse(push.query.as_bytes());
    Value::Object(pairs.map(|(name, value)| (name.into_owned(), value.into())).collect())
}

fn pushed(kind: &str, sealed: bool, index: usize) -> Push {
    let key = key();
    let signing = Signing {
        token: TOKEN,
        timestamp: TIMESTAMP,
        nonce: NONCE,
        openid: Some("oMgHVjngRipVsoxg6TuX3vz6glDg"),
        encryption: sealed.then(|| (&key, APP_ID, random(index))),
    };
    push(body_of(kind).as_bytes(), &signing)
}

fn asked_to_answer(push: &Push) -> Value {
    let body = std::str::from_utf8(&push.body).unwrap();
    json!({ "op": "answer", "query": query_of(push), "body": body, "reply": REPLY })
}

/// The text reply is addressed back, whoever wrote it.
fn check_text_reply(reply: &[u8], event: &str) {
    let (reply, event) = (Tree::parse(reply).unwrap(), Tree::parse(event.as_bytes()).unwrap());
    let (reply, event) = (reply.root(), event.root());
    assert_eq!(reply.text_of("ToUserName"), event.text_of("FromUserName"));
    assert_eq!(reply.text_of("FromUserName"), event.text_of("ToUserName"));
    assert_eq!(reply.text_of("MsgType"), Some("text"));
    assert_eq!(reply.text_of("Content"), Some(REPLY));
}

#[test]
fn both_compute_the_same_signature() {
    let cases = [(TIMESTAMP, NONCE), ("9", "10"), ("1714036504", "aB_-9"), ("", "")];
    let requests = cases.map(|(timestamp, nonce)| json!({ "op": "sign", "timestamp": timestamp, "nonce": nonce }));
    for ((timestamp, nonce), answer) in cases.iter().zip(Client::Python.ask(&requests)) {
        assert_eq!(signature(TOKEN, timestamp, nonce), text(&answer, "signature"));
    }
}

#[test]
fn our_handshake_is_echoed_and_a_forged_one_is_not() {
    let query = |signature: &str| {
        let (timestamp, nonce) = (TIMESTAMP, NONCE);
        let echostr = "4375120948345356249";
        json!({ "op": "handshake", "query": {
            "signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echostr,
        } })
    };
    let good = signature(TOKEN, TIMESTAMP, NONCE);
    let forged = signature("another", TIMESTAMP, NONCE);
    for client in BOTH {
        let answers = client.ask(&[query(&good), query(&forged)]);
        assert_eq!(text(&answers[0], "body"), "4375120948345356249", "{client:?}");
        assert!(answers[1]["error"].is_string(), "{client:?}");
    }
}

#[test]
fn what_they_encrypt_we_open() {
    let messages = messages();
    let request =
        |message: &String| json!({ "op": "seal", "message": message, "timestamp": TIMESTAMP, "nonce": NONCE });
    let requests: Vec<_> = messages.iter().map(request).collect();
    for client in BOTH {
        for (message, answer) in messages.iter().zip(client.ask(&requests)) {
            let encrypt = text(&answer, "encrypt");
            let computed = msg_signature(TOKEN, TIMESTAMP, NONCE, encrypt);
            assert!(same(&computed, text(&answer, "msg_signature")), "{client:?}");
            let opened = decrypt(&key(), encrypt).unwrap();
            assert_eq!(opened.message, message.as_bytes(), "{client:?}");
            assert_eq!(opened.receive_id, APP_ID, "{client:?}");
            // With their random bytes ours comes out the same.
            assert_eq!(envelope::encrypt(&key(), &opened.random, message.as_bytes(), APP_ID), encrypt);
        }
    }
}

#[test]
fn what_we_encrypt_they_open_in_pushes_and_in_replies() {
    let messages = messages();
    let mut requests = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let encrypt = encrypt(&key(), &random(index), message.as_bytes(), APP_ID);
        let signed = msg_signature(TOKEN, TIMESTAMP, NONCE, &encrypt);
        for body in [
            encrypted_push(Format::Xml, "gh_680bdefc8c5d", &encrypt),
            encrypted_reply(Format::Xml, &encrypt, &signed, TIMESTAMP, NONCE),
        ] {
            requests.push(json!({
                "op": "open", "body": String::from_utf8(body).unwrap(), "encrypt": encrypt,
                "msg_signature": signed, "timestamp": TIMESTAMP, "nonce": NONCE,
            }));
        }
    }
    for client in BOTH {
        let answers = client.ask(&requests);
        for (answers, message) in answers.chunks(2).zip(&messages) {
            for answer in answers {
                assert_eq!(text(answer, "message"), message, "{client:?}");
            }
        }
    }
}

#[test]
fn they_refuse_what_was_changed_and_what_is_for_another_account() {
    let encrypt = encrypt(&key(), &random(1), b"<xml/>", APP_ID);
    let foreign = envelope::encrypt(&key(), &random(1), b"<xml/>", "wx0000000000000000");
    let request = |encrypt: &str, signed: &str| {
        let body = String::from_utf8(encrypted_push(Format::Xml, "gh_1", encrypt)).unwrap();
        json!({
            "op": "open", "body": body, "encrypt": encrypt,
            "msg_signature": signed, "timestamp": TIMESTAMP, "nonce": NONCE,
        })
    };
    let plain = signature(TOKEN, TIMESTAMP, NONCE);
    let of_foreign = msg_signature(TOKEN, TIMESTAMP, NONCE, &foreign);
    let requests = [request(&encrypt, &plain), request(&foreign, &of_foreign)];
    for client in BOTH {
        let answers = client.ask(&requests);
        assert!(answers[0]["error"].is_string(), "{client:?}");
        // wechat-crypto leaves this check to the server and hands over what it found.
        match client {
            Client::Python => assert_eq!(text(&answers[1], "error"), "InvalidAppIdException"),
            Client::Node => assert_eq!(text(&answers[1], "id"), "wx0000000000000000"),
        }
    }
}

#[test]
fn their_servers_answer_our_plain_pushes() {
    let pushes: Vec<_> = menu_events().map(|kind| pushed(kind, false, 0)).collect();
    let requests: Vec<_> = pushes.iter().map(asked_to_answer).collect();
    for client in BOTH {
        for (kind, answer) in menu_events().zip(client.ask(&requests)) {
            assert_eq!(text(&answer, "event"), kind, "{client:?}");
            check_text_reply(text(&answer, "body").as_bytes(), body_of(kind));
        }
    }
}

#[test]
fn their_servers_answer_our_sealed_pushes_and_we_open_the_answer() {
    let pushes = menu_events().enumerate();
    let pushes: Vec<_> = pushes.map(|(index, kind)| pushed(kind, true, index)).collect();
    let requests: Vec<_> = pushes.iter().map(asked_to_answer).collect();
    for client in BOTH {
        for (kind, answer) in menu_events().zip(client.ask(&requests)) {
            let event = Tree::parse(body_of(kind).as_bytes()).unwrap();
            assert_eq!(text(&answer, "event"), kind, "{client:?}");
            assert_eq!(Some(text(&answer, "event_key")), event.root().text_of("EventKey"));
            assert_eq!(Some(text(&answer, "from")), event.root().text_of("FromUserName"));

            let reply = Tree::parse(text(&answer, "body").as_bytes()).unwrap();
            let [encrypt, signed, timestamp, nonce] =
                ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"].map(|name| reply.root().text_of(name).unwrap());
            assert!(same(&msg_signature(TOKEN, timestamp, nonce, encrypt), signed), "{client:?}");
            let opened = decrypt(&key(), encrypt).unwrap();
            assert_eq!(opened.receive_id, APP_ID, "{client:?}");
            check_text_reply(&opened.message, body_of(kind));
        }
    }
}
