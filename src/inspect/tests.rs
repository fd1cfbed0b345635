//! Tests of whole requests: what gateways and editors do to a push is named, and read past.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use jiff::Timestamp;

use super::*;
use crate::account::{Secret, Secrets};
use crate::texts::Language;
use crate::wechat::envelope::{AesKey, encrypt, encrypted_push};
use crate::wechat::signature::{msg_signature, signature};
use crate::wechat::tree::Format;

const TOKEN: &str = "pamtest";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";
const CLICK: &[u8] = b"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>\
    <MsgType>event</MsgType><Event>CLICK</Event><EventKey>6</EventKey></xml>";

fn accounts() -> Accounts {
    let secrets = Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
    let mut account = Account::named("default").with_secrets(secrets);
    account.app_id = Some(APP_ID.to_owned());
    Accounts::new(vec![account], None)
}

fn request(method: &str, query: &str, headers: &[(&str, &str)], body: &[u8]) -> RawRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    RawRequest {
        received_at: Timestamp::UNIX_EPOCH,
        method: method.to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: format!("/wx?{query}"),
        headers,
        peer: "127.0.0.1".to_owned(),
        body_length: body.len() as u64,
        body: body.to_vec().into(),
    }
}

/// A signed query, its parameters joined by that separator.
fn signed(separator: &str) -> String {
    [format!("signature={}", signature(TOKEN, "1", "2")), "timestamp=1".to_owned(), "nonce=2".to_owned()]
        .join(separator)
}

fn posted(headers: &[(&str, &str)], body: &[u8]) -> Inspection {
    inspect(request("POST", &signed("&"), headers, body), &accounts())
}

fn codes(inspection: &Inspection) -> Vec<&'static str> {
    inspection.capture.diagnoses.iter().map(|diagnosis| diagnosis.code.as_str()).collect()
}

fn found(inspection: &Inspection, code: Code) -> Diagnosis {
    let diagnosis = inspection.capture.diagnoses.iter().find(|diagnosis| diagnosis.code == code);
    diagnosis.unwrap_or_else(|| panic!("{code:?}: {:?}", codes(inspection))).clone()
}

#[test]
fn an_escaped_ampersand_is_named_and_nothing_is_said_to_be_missing() {
    for separator in ["&amp;", "%26", ";", "?"] {
        let inspection = inspect(request("POST", &signed(separator), &[], CLICK), &accounts());
        let found = found(&inspection, Code::QuerySeparator);
        assert!(found.message(Language::English).contains(separator));
        assert!(!codes(&inspection).contains(&"parameter-missing"), "{separator}");
        assert_eq!(inspection.disposition, Disposition::Refuse);
        assert_eq!((inspection.capture.signature, &*inspection.capture.envelope.kind), (Signature::Missing, "CLICK"));
    }
    let without = inspect(request("POST", "signature=1&amp;timestamp=1", &[], CLICK), &accounts());
    assert_eq!(found(&without, Code::ParameterMissing).details[0].1, "nonce");
    assert!(has_echostr("signature=1&amp;timestamp=1&amp;nonce=2&amp;echostr=3"));
    assert!(!has_echostr("q=echostr&a=b;c"));
}

/// A push whose Encrypt is written in another way.
fn rewritten(write: impl Fn(&str) -> String) -> Inspection {
    let sealed = encrypt(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", CLICK, APP_ID);
    let query = format!("{}&encrypt_type=aes&msg_signature={}", signed("&"), msg_signature(TOKEN, "1", "2", &sealed));
    let body = format!("<xml><ToUserName>gh_1</ToUserName><Encrypt>{}</Encrypt></xml>", write(&sealed));
    inspect(request("POST", &query, &[], body.as_bytes()), &accounts())
}

#[test]
fn white_space_around_and_within_encrypt_is_read_past_and_named() {
    let exact = rewritten(str::to_owned);
    assert!(!codes(&exact).contains(&"ciphertext-white-space"));
    let lines =
        |sealed: &str| sealed.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n");
    let ways: [&dyn Fn(&str) -> String; 5] = [
        &|sealed| format!("\n    {sealed}\n  "),
        &|sealed| format!("<![CDATA[ {sealed}\n]]>"),
        &|sealed| lines(sealed),
        &|sealed| format!("\n {} \n", lines(sealed)),
        &|sealed| sealed.replace('+', " "),
    ];
    for (index, way) in ways.iter().enumerate() {
        let inspection = rewritten(way);
        let capture = &inspection.capture;
        assert_eq!(capture.signature, Signature::Valid, "{index}: {:?}", codes(&inspection));
        assert_eq!((capture.message(), &*capture.envelope.kind), (CLICK, "CLICK"), "{index}");
        assert_eq!(inspection.disposition, Disposition::Accept);
        found(&inspection, Code::CiphertextWhiteSpace);
        let steps = explain_signature(capture, accounts().iter().next().unwrap()).unwrap();
        assert!(steps.agrees, "{index}: the steps show the text that was verified");
    }
}

#[test]
fn a_character_that_xml_forbids_is_a_warning_with_its_place() {
    for character in ["\0", "\x1d", "\x10", "\u{FFFE}", "&#29;"] {
        let body = format!("<xml><MsgType>text</MsgType><Content>a{character}b</Content></xml>");
        let inspection = posted(&[], body.as_bytes());
        let found = found(&inspection, Code::ControlCharacter);
        assert_eq!(
            (found.details[0].1.as_str(), found.place.map(|place| place.column)),
            ("Content", Some(if character.starts_with('&') { 38 } else { 39 },)),
            "{character:?}"
        );
        assert_eq!((&*inspection.capture.envelope.kind, &*inspection.capture.request.body), ("text", body.as_bytes()));
    }
    assert!(
        !codes(&posted(&[], b"<xml><MsgType>text</MsgType><Content>\ta\r\n</Content></xml>"))
            .contains(&"control-character")
    );
}

#[test]
fn a_raw_control_character_in_json_has_a_remedy_for_json() {
    let inspection = posted(&[], b"{\"MsgType\":\"text\",\"Content\":\"a\nb\"}");
    let control = found(&inspection, Code::ControlCharacter);
    assert_eq!(inspection.capture.envelope.kind, "text");
    assert!(control.message(Language::English).contains("U+000A"));
    let broken = found(&posted(&[], b"{\"MsgType\":\"text\",}"), Code::NotWellFormed);
    for language in Language::ALL {
        for remedy in [control.remedy(language), broken.remedy(language)] {
            assert!(!remedy.contains("CDATA") && remedy.contains("JSON"), "{remedy}");
        }
    }
}

#[test]
fn a_byte_that_is_not_utf8_spoils_its_own_value_alone() {
    let inspection = posted(
        &[],
        b"<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName><Content>\xe4\xbd\xa0\xc4\xe3</Content></xml>",
    );
    let envelope = &inspection.capture.envelope;
    assert_eq!((&*envelope.kind, envelope.openid.as_deref()), ("text", Some("o1")));
    let found = found(&inspection, Code::NotUtf8);
    assert_eq!(
        found.details[1..],
        [("element", "Content"), ("bytes", "C4 E3")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert!(found.message(Language::English).contains("C4 E3"));
    let tree = inspection.tree.unwrap();
    assert_eq!(tree.root().text_of("Content"), Some("你\\xc4\\xe3"));
    let whole = posted(&[], "<xml/>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice());
    assert_eq!(whole.capture.envelope.kind, UNREADABLE);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_and_deflate_are_read_and_the_body_stays_as_it_came() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(CLICK).unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(CLICK).unwrap();
    let ways = [
        (Some("gzip"), gzip(CLICK)),
        (Some("X-GZIP"), gzip(CLICK)),
        (None, gzip(CLICK)),
        (Some("deflate"), zlib.finish().unwrap()),
        (Some("deflate"), bare.finish().unwrap()),
    ];
    for (name, body) in ways {
        let headers: Vec<_> = name.map(|name| ("content-encoding", name)).into_iter().collect();
        let inspection = posted(&headers, &body);
        let capture = &inspection.capture;
        assert_eq!((&*capture.envelope.kind, capture.message(), &*capture.request.body), ("CLICK", CLICK, &*body));
        assert_eq!((capture.mode, &inspection.disposition), (Mode::Plain, &Disposition::Accept));
        assert!(codes(&inspection).contains(&"body-compressed"), "{:?}", codes(&inspection));
        assert!(!codes(&inspection).contains(&"not-utf8"));
        assert_eq!(read_envelope(&capture.request, capture.mode, None), capture.envelope);
        let again = unpacked_message(&capture.request, capture.mode, capture.signature);
        assert_eq!(again.as_deref(), Some(CLICK), "an import reads it again");
    }
}

#[test]
fn an_encrypted_push_may_be_compressed_as_well() {
    let sealed = encrypt(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", CLICK, APP_ID);
    let query = format!("{}&encrypt_type=aes&msg_signature={}", signed("&"), msg_signature(TOKEN, "1", "2", &sealed));
    let body = gzip(&encrypted_push(Format::Xml, "gh_1", &sealed));
    let inspection = inspect(request("POST", &query, &[("content-encoding", "gzip")], &body), &accounts());
    let capture = &inspection.capture;
    assert_eq!((capture.mode, capture.signature, capture.message()), (Mode::Safe, Signature::Valid, CLICK));
    assert!(explain_signature(capture, accounts().iter().next().unwrap()).unwrap().agrees);
}

#[test]
fn a_compressed_body_that_cannot_be_read_is_named_so() {
    let bomb = gzip(&vec![b' '; MAX_BODY + 1]);
    let cut = gzip(CLICK);
    for (encoding, body) in
        [("gzip", &*bomb), ("gzip", &cut[..cut.len() / 2]), ("br", b"\x0b\x02\x80"), ("zstd", b"\x28\xb5\x2f\xfd\x00")]
    {
        let inspection = posted(&[("content-encoding", encoding)], body);
        let found = found(&inspection, Code::CompressionUnread);
        assert!(found.message(Language::English).contains(encoding));
        assert!(!codes(&inspection).contains(&"not-utf8"));
        assert_eq!((&*inspection.capture.envelope.kind, inspection.disposition), (UNREADABLE, Disposition::Accept));
        assert_eq!(inspection.capture.message, None);
    }
    let named_only = posted(&[("content-encoding", "gzip")], CLICK);
    found(&named_only, Code::NotCompressed);
    assert_eq!(named_only.capture.envelope.kind, "CLICK");
    let refused = inspect(request("POST", "", &[], &gzip(CLICK)), &accounts());
    assert_eq!((refused.capture.message, &*refused.capture.envelope.kind), (None, "CLICK"));
}

#[test]
fn padded_values_are_noted_and_decoded_without_their_padding() {
    let body = include_bytes!("../../tests/fixtures/decode/scan_barcode_padded.xml");
    let inspection = posted(&[], body);
    let found = found(&inspection, Code::ValuePadded);
    assert!(found.details[0].1.contains("ScanCodeInfo/ScanResult"), "{:?}", found.details);
    assert_eq!(inspection.capture.envelope.kind, "scancode_waitmsg");
    let label = b"<xml><MsgType>location</MsgType><Label> a</Label></xml>";
    assert!(!codes(&posted(&[], label)).contains(&"value-padded"), "an address often begins with a blank");
}

#[test]
fn what_is_wecoms_is_named_and_nothing_else_is_blamed() {
    let corp = "ww1234567890abcdef";
    let sealed = encrypt(&AesKey::parse(KEY).unwrap(), b"aaaabbbbccccdddd", CLICK, corp);
    let query = format!("msg_signature={}&timestamp=1&nonce=2", msg_signature(TOKEN, "1", "2", &sealed));
    let body = format!("<xml><ToUserName>{corp}</ToUserName><Encrypt>{sealed}</Encrypt><AgentID>218</AgentID></xml>");
    let inspection = inspect(request("POST", &query, &[], body.as_bytes()), &accounts());
    assert_eq!((inspection.capture.signature, codes(&inspection)), (Signature::Valid, vec!["wecom"]));
    let query = format!("{query}&echostr={}", form_urlencoded::byte_serialize(sealed.as_bytes()).collect::<String>());
    let handshake = inspect(request("GET", &query, &[], b""), &accounts());
    assert_eq!((codes(&handshake), handshake.disposition), (vec!["wecom"], Disposition::Refuse));
    let plain = posted(&[], include_bytes!("../../tests/fixtures/decode/wecom_text.xml"));
    found(&plain, Code::WeCom);
    assert!(!codes(&posted(&[], CLICK)).contains(&"wecom"));
}
