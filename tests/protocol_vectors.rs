//! The published signature and encryption vectors, opened and sealed again to the byte.
#![expect(clippy::unwrap_used, reason = "a vector that cannot be read is a failed test")]

use menuscope::wechat::envelope::{self, AesKey, Plaintext, decrypt};
use menuscope::wechat::signature::{msg_signature, same, signature};
use serde_json::Value;

/// V1 to V6 are from the platform's documentation, V7 and V8 from its Java demo.
const VECTORS: &str = include_str!("fixtures/vectors.json");

fn listed(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    all[name].as_array().unwrap().clone()
}

fn vector(id: &str) -> Value {
    listed("vectors").into_iter().find(|vector| vector["id"] == id).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("{name} of {vector}"))
}

fn key_of(vector: &Value) -> AesKey {
    AesKey::parse(text(vector, "encoding_aes_key")).unwrap()
}

fn random_of(vector: &Value) -> [u8; 16] {
    text(vector, "random").as_bytes().try_into().unwrap()
}

/// Checks whichever signatures a vector has; says how many those were.
fn check_signatures(vector: &Value) -> usize {
    let mut checked = 0;
    if let Some(expected) = vector["signature"].as_str() {
        let [token, timestamp, nonce] = ["token", "timestamp", "nonce"].map(|n| text(vector, n));
        let computed = signature(token, timestamp, nonce);
        assert_eq!(computed, expected);
        assert!(same(&computed, expected));
        checked += 1;
    }
    if let Some(expected) = vector["msg_signature"].as_str() {
        let [token, timestamp, nonce, encrypt] = ["token", "timestamp", "nonce", "encrypt"].map(|n| text(vector, n));
        assert_eq!(msg_signature(token, timestamp, nonce, encrypt), expected);
        checked += 1;
    }
    checked
}

/// Opens and seals, and wants both to meet what the vector says.
fn check_both_ways(vector: &Value, message: &str, app_id: &str) -> Plaintext {
    let (key, encrypt) = (key_of(vector), text(vector, "encrypt"));
    let opened = decrypt(&key, encrypt).unwrap();
    assert_eq!(opened.random, random_of(vector));
    assert_eq!(String::from_utf8(opened.message.clone()).unwrap(), message);
    assert_eq!(opened.receive_id, app_id);
    assert_eq!(envelope::encrypt(&key, &opened.random, message.as_bytes(), app_id), encrypt);
    opened
}

#[test]
fn the_handshake_and_the_plain_push_carry_the_computed_signature() {
    for id in ["V1", "V2"] {
        assert_eq!(check_signatures(&vector(id)), 1, "{id}");
    }
}

#[test]
fn the_platforms_encrypted_pushes_open_and_seal_to_the_same() {
    for id in ["V3", "V5"] {
        let mut vector = vector(id);
        assert_eq!(check_signatures(&vector), 2, "{id}");
        let expected = vector["expect"].clone();
        vector["random"] = expected["random"].clone();
        let message = text(&expected, "msg");
        let opened = check_both_ways(&vector, message, text(&expected, "receive_id"));
        assert_eq!(u64::from(opened.pad), expected["pad"], "{id}");
        assert!(opened.pad > 16, "{id} is there for the padding that block ciphers refuse");
        assert_eq!(opened.message.len() as u64, expected["msg_len"], "{id}");
        let plain = 16 + 4 + message.len() + opened.receive_id.len();
        assert_eq!(plain as u64, expected["fullstr_bytes"], "{id}");
        assert_eq!(plain as u64 + u64::from(opened.pad), expected["cipher_bytes"], "{id}");
    }
}

#[test]
fn the_platforms_encrypted_replies_open_and_seal_to_the_same() {
    for id in ["V4", "V6"] {
        let vector = vector(id);
        assert_eq!(check_signatures(&vector), 1, "{id}");
        check_both_ways(&vector, text(&vector, "msg"), text(&vector, "receive_id"));
    }
}

#[test]
fn the_java_demos_texts_open_and_seal_to_the_same() {
    for id in ["V7", "V8"] {
        let vector = vector(id);
        check_both_ways(&vector, text(&vector, "msg"), text(&vector, "receive_id"));
    }
}

#[test]
fn every_menu_event_opens_and_seals_to_the_same() {
    let events = listed("derived_menu_events");
    assert_eq!(events.len(), 8);
    for event in events {
        assert_eq!(check_signatures(&event), 2);
        let plaintext = text(&event, "plaintext");
        assert_eq!(plaintext.len() as u64, event["plaintext_bytes"]);
        check_both_ways(&event, plaintext, text(&event, "appid"));
    }
}

#[test]
fn no_vector_is_left_out() {
    let ids: Vec<_> = listed("vectors").iter().map(|v| text(v, "id").to_owned()).collect();
    assert_eq!(ids, ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8"]);
}

#[test]
fn the_vector_of_the_protocol_page_opens_and_seals_to_the_same() {
    const MESSAGE: &str = "<xml><ToUserName><![CDATA[gh_e136c6e50636]]></ToUserName>\
        <FromUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></FromUserName>\
        <CreateTime>1408091189</CreateTime><MsgType><![CDATA[event]]></MsgType>\
        <Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[菜单_1]]></EventKey></xml>";
    const ENCRYPT: &str = "Q3stYC6hdFzMh9T8HCvyDFUfyNuVGup/dLg2XeML76f/rT8NFgjbGGu08J6OTGyO\
        6KhKVACstzePXXAVOwWnZCwbyBjh1bvJNtzGiTN7/KhhYCaun0QhOruz5W8L46ERxiWevAjCWWOh0ri/zozp\
        2KGunjR/7uoEfcig9IpM1UB6FLPFtIbgiFYOzvH/4jpkDqPPPO08GdeSFmhT1NFlXepFt+YHPyxSlcxYq4B9\
        4qJi1yPg2lv2aMCK30r50483HigMkKzwbHcarc0Xv3EJyfX94OjAf+zJgZbgt64e6mog4/1J69iC5PtGvJR+\
        V/gmr6XfnPp2XPJf6eUuhapfPl0KWL0KfXxwvoYVQl8zNsWaGzf4hEXb7O5vtW5bc975tGVrXsP6/RsxWmK+\
        jyaBC2xGDKoOmSoHdn0G7Glug2o=";
    let vector = serde_json::json!({
        "token": "pamtest", "timestamp": "1409304348", "nonce": "xxxxxx",
        "encoding_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "random": "0123456789abcdef",
        "encrypt": ENCRYPT,
        "signature": "76480565cbe296026c53aaacd1ad523a1ddba24f",
        "msg_signature": "2864c2ddeb94b1fe94da63378b8b2da8166341c8",
    });
    assert_eq!(check_signatures(&vector), 2);
    check_both_ways(&vector, MESSAGE, "wxb11529c136998cb6");
}

#[test]
fn the_two_signatures_of_a_push_are_not_interchangeable() {
    let vector = vector("V3");
    assert!(!same(text(&vector, "signature"), text(&vector, "msg_signature")));
}

#[test]
fn no_vector_opens_with_another_vectors_key() {
    let [platform, demo] = ["V3", "V8"].map(vector);
    assert!(decrypt(&key_of(&platform), text(&demo, "encrypt")).is_err());
    assert!(decrypt(&key_of(&demo), text(&platform, "encrypt")).is_err());
}
