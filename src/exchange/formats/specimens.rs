//! Events of every kind for the tests of writers and readers.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::Read;
use crate::account::{Account, Accounts, Secret, Secrets};
use crate::capture::diagnosis::{Code, Coded, Diagnosis, Finding};
use crate::capture::{
    Capture, CaptureId, ForwardProblem, Mode, Placement, RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer,
    Signature, StoredCapture, TeamMark,
};
use crate::exchange::importer::{ImportSummary, Importer};
use crate::exchange::record::Fixture;
use crate::exchange::record::numbering::Numbering;
use crate::exchange::writer::{InMemory, Writer};
use crate::filter::Filter;
use crate::inspect::{inspect, read_envelope};
use crate::progress::Progress;
use crate::store::{BulkWriter, Reader};
use crate::wechat::compose::{Signing, TEMPLATES, push, template};
use crate::wechat::envelope::AesKey;
use crate::wechat::fault::Fault;
use crate::wechat::lint;

const TOKEN: &str = "pamtest";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// The time of the first event, and the modification time of files.
pub(in crate::exchange) fn first_time() -> Timestamp {
    "2026-11-23T08:00:00.123456Z".parse().unwrap()
}

/// An account that verifies and decrypts the events.
pub(in crate::exchange) fn accounts() -> Accounts {
    accounts_with(AES_KEY)
}

/// An account that verifies the events, and decrypts those that are encrypted with that key.
pub(in crate::exchange) fn accounts_with(key: &str) -> Accounts {
    let secrets = Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(key)), ..Secrets::default() };
    Accounts::new(vec![Account::named("default").with_secrets(secrets)], None)
}

/// No account.
pub(in crate::exchange) fn no_accounts() -> Accounts {
    Accounts::new(Vec::new(), None)
}

/// A request as it arrives.
pub(in crate::exchange) fn request(target: &str, headers: &[(&str, &[u8])], body: &[u8]) -> RawRequest {
    RawRequest {
        received_at: first_time(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: target.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
        peer: "192.0.2.1".to_owned(),
        body: body.to_vec().into(),
        body_length: body.len() as u64,
    }
}

/// A message as WeChat posts it.
pub(in crate::exchange) fn pushed(message: &[u8], is_encrypted: bool) -> RawRequest {
    pushed_with(message, is_encrypted.then_some(AES_KEY))
}

/// A message as WeChat posts it, encrypted with that key if there is one.
pub(in crate::exchange) fn pushed_with(message: &[u8], key: Option<&str>) -> RawRequest {
    let key = key.map(|key| AesKey::parse(key).unwrap());
    let encryption = key.as_ref().map(|key| (key, "wxb11529c136998cb6", *b"0123456789abcdef"));
    let signing = Signing { token: TOKEN, timestamp: "1795420800", nonce: "1", openid: Some("o1"), encryption };
    let push = push(message, &signing);
    let mut request = request(&format!("/wx?{}", push.query), &[("host", b"example.test:8989")], &push.body);
    request.headers.extend(push.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone().into_bytes())));
    request
}

/// A reply in plaintext.
pub(in crate::exchange) fn success() -> Reply {
    Reply {
        status: Some(200),
        body: b"success".to_vec(),
        wire: None,
        source: ReplySource::Default,
        elapsed: Duration::from_micros(1_901),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        fault: None,
        forwarded: None,
    }
}

fn forwarded() -> ServerAnswer {
    ServerAnswer {
        target: "http://127.0.0.1:5000/wx?a=b".to_owned(),
        status: Some(302),
        headers: vec![("location".to_owned(), b"/login".to_vec()), ("x-bytes".to_owned(), b"\xff".to_vec())],
        body: b"\xfe\xff".to_vec().into(),
        first_byte: Some(Duration::from_micros(1_234)),
        elapsed: Duration::from_micros(5_678),
        problem: Some(ForwardProblem::Redirect { location: "/login".to_owned() }),
        passed_on: false,
        lint: vec![Finding::new(lint::LintCode::Redirect).with("status", 302)],
    }
}

/// These events as an export hands them to a writer; the second is another attempt at the first.
pub(in crate::exchange) fn numbered(events: Vec<(Capture, Option<Reply>)>) -> Vec<Fixture> {
    let fixture = |(number, (mut capture, reply)): (i64, (Capture, Option<Reply>))| {
        capture.request.received_at = first_time() + number.milliseconds();
        let (group, attempt) = if number == 2 { (1, 2) } else { (number, 1) };
        let placement = Placement { id: CaptureId(number), group: CaptureId(group), attempt };
        Fixture {
            stored: StoredCapture { placement, capture, reply, annotation: crate::capture::Annotation::default() },
            images: Vec::new(),
            app_id: None,
        }
    };
    (1..).zip(events).map(fixture).collect()
}

/// Every kind of event, plain and encrypted, and events with diagnoses.
pub(in crate::exchange) fn every_kind() -> Vec<Fixture> {
    let accounts = accounts();
    let mut requests: Vec<RawRequest> = Vec::new();
    for (kind, _) in TEMPLATES {
        let message = template(kind).unwrap().as_bytes();
        requests.push(pushed(message, false));
        requests.push(pushed(message, true));
    }
    let message = template("CLICK").unwrap().as_bytes();
    let forged = RawRequest {
        target: "/wx?signature=0&timestamp=1&nonce=2&msg_signature=x".to_owned(),
        ..pushed(message, true)
    };
    let handshake = RawRequest { method: "GET".to_owned(), ..request("/?echostr=1&signature=x", &[], b"") };
    requests.extend([
        forged,
        handshake,
        request(
            "/\"quoted\"?a=%00&a",
            &[("host", b"a b"), ("x-bytes", b"\xff\xfe"), ("x-menuscope", b"1")],
            b"\xff\xfe",
        ),
        request("http://other.test/wx?a", &[], b"{\"MsgType\":\"event\",\"Event\":\"x\",\"n\":1.50}"),
        request("*", &[("content-type", b"text/xml"), ("content-type", b"again")], b""),
        request("/big", &[], &vec![b'<'; (1 << 20) + 7]),
        pushed(br#"{"MsgType":"event","Event":"CLICK","EventKey":"k","l":[1,"2"]}"#, true),
    ]);
    let mut events: Vec<_> =
        requests.into_iter().map(|request| (inspect(request, &accounts).capture, Some(success()))).collect();
    let encrypted = Reply { wire: Some(b"<xml><Encrypt>\xff</Encrypt></xml>".to_vec()), ..success() };
    let rule = ReplySource::Rule("a: \"b\"".to_owned());
    let empty = Reply {
        source: rule,
        body: Vec::new(),
        lint: vec![Finding::new(lint::LintCode::StatusError).with("status", 500)],
        ..success()
    };
    let cut = Reply { end: ReplyEnd::Cut, fault: Some("cut"), wire: Some(b"succ".to_vec()), ..success() };
    let hung_up =
        Reply { status: None, end: ReplyEnd::HungUp, source: ReplySource::None, body: Vec::new(), ..success() };
    let forward = Reply { source: ReplySource::Forward, forwarded: Some(Box::new(forwarded())), ..success() };
    for (event, reply) in
        events.iter_mut().zip([None, Some(encrypted), Some(empty), Some(cut), Some(hung_up), Some(forward)])
    {
        event.1 = reply;
    }
    let duplicate = Diagnosis::new(Code::Duplicate).with("first", 1).with("attempt", 2);
    events[1].0.diagnoses.push(duplicate);
    numbered(events)
}

/// The bytes of an export that is one file.
pub(in crate::exchange) fn exported(mut writer: impl Writer, events: &[Fixture]) -> Vec<u8> {
    let mut files = InMemory::default();
    for event in events {
        writer.add(event, &mut files).unwrap();
    }
    writer.finish(&mut files).unwrap();
    assert!(files.files.is_empty());
    files.grown
}

/// Imports a file into an empty store, and returns the events as an export of it would hand them to a writer.
pub(in crate::exchange) fn imported(read: Read, bytes: &[u8], accounts: &Accounts) -> (ImportSummary, Vec<Fixture>) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("menuscope.db");
    let mut additions = BulkWriter::open(&database).unwrap();
    let progress = Progress::new();
    let mut importer = Importer::new(&mut additions, accounts, &progress);
    read(&mut &*bytes, "file", first_time(), &mut importer).unwrap();
    let imported = importer.finish().unwrap();
    let reader = Reader::open(&database).unwrap();
    let ids = reader.matching(&Filter::default()).unwrap();
    let numbering = Numbering::new(&ids);
    let fixture = |id: &CaptureId| {
        let stored = reader.capture(*id).unwrap().unwrap();
        let images = reader.images_of(&stored).unwrap();
        numbering.fixture(stored, &images).unwrap()
    };
    (imported, ids.iter().map(fixture).collect())
}

/// Any event as it could be on record.
pub(in crate::exchange) fn any_event() -> impl Strategy<Value = (Capture, Option<Reply>)> {
    (any_request(), any_record(), proptest::option::of(any_reply()), any::<bool>()).prop_map(
        |(request, record, reply, replay)| {
            let (mode, signature, diagnoses, message) = record;
            let mode = if request.method == "GET" { Mode::Plain } else { mode };
            let message = message.filter(|_| mode != Mode::Plain);
            let envelope = read_envelope(&request, mode, message.as_deref());
            let account = "default".to_owned();
            let team = TeamMark::default();
            let capture = Capture {
                request,
                account,
                envelope,
                mode,
                signature,
                message,
                group_key: None,
                replay,
                diagnoses,
                team,
            };
            (capture, reply)
        },
    )
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let names = "[A-Za-z]{1,8}";
    let texts = "[^<&\\x00-\\x08\\x0b-\\x1f\u{fffe}\u{ffff}]{0,12}";
    let elements = proptest::collection::vec((names, texts), 0..6);
    let xml = elements.prop_map(|elements| {
        let element = |(name, text): &(String, String)| format!("<{name}>{}</{name}>", text.replace('>', "&gt;"));
        let inside: Vec<String> = elements.iter().map(element).collect();
        format!("<xml>{}</xml>", inside.concat()).into_bytes()
    });
    prop_oneof![4 => xml, 1 => proptest::collection::vec(any::<u8>(), 0..40)]
}

fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let value = prop_oneof![
        "[ -~]{0,20}".prop_map(String::into_bytes),
        "[\t\u{80}-\u{ffff}]{0,5}".prop_map(String::into_bytes),
        proptest::collection::vec(128_u8.., 0..6)
    ];
    proptest::collection::vec(
        (prop_oneof![Just("host".to_owned()), "[a-z][a-z-]{0,9}".prop_map(String::from)], value),
        0..5,
    )
}

fn any_request() -> impl Strategy<Value = RawRequest> {
    let method = prop_oneof![4 => Just("POST"), 1 => Just("GET")];
    let target = prop_oneof!["/[!-~]{0,30}", "https?://[a-z]{1,9}(/[!-~]{0,9})?", "[!-~]{1,9}"];
    let likely = (method, target, any_headers(), any_body()).prop_map(|(method, target, headers, body)| RawRequest {
        method: method.to_owned(),
        headers: headers.into(),
        body_length: body.len() as u64,
        ..request(&target, &[], &body)
    });
    prop_oneof![likely, super::round_trip::any_request()]
}

type SomeRecord = (Mode, Signature, Vec<Finding<Code>>, Option<Vec<u8>>);

fn any_record() -> impl Strategy<Value = SomeRecord> {
    let mode = prop_oneof![Just(Mode::Plain), Just(Mode::Compat), Just(Mode::Safe)];
    let signature = prop_oneof![Just(Signature::Valid), Just(Signature::Missing), Just(Signature::Unchecked)];
    // These three name what is elsewhere in the event.
    let codes: Vec<Code> = Code::ALL
        .iter()
        .copied()
        .filter(|code| !matches!(code, Code::BodyCut | Code::BodyTooLarge | Code::Duplicate))
        .collect();
    (mode, signature, any_findings(codes), proptest::option::of(any_body()))
}

fn any_findings<C: Coded + std::fmt::Debug>(codes: Vec<C>) -> impl Strategy<Value = Vec<Finding<C>>> {
    let details = proptest::collection::vec(("(name|found|text|parts|reason|status)", ".{0,9}"), 0..3);
    let place = proptest::option::of((0_usize..999, 1_u32..99, 1_u32..99));
    let finding =
        (proptest::sample::select(codes), details, place, 0_usize..9).prop_map(|(code, mut details, place, length)| {
            details.sort();
            details.dedup_by(|one, other| one.0 == other.0);
            let place = place.map(|(offset, line, column)| crate::wechat::tree::Place { offset, line, column });
            Finding { code, details, place, length: if place.is_some() { length } else { 0 } }
        });
    proptest::collection::vec(finding, 0..3)
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let source = prop_oneof![
        Just(ReplySource::Default),
        ".{0,6}".prop_map(ReplySource::Rule),
        Just(ReplySource::Held),
        Just(ReplySource::None)
    ];
    let end = prop_oneof![Just(ReplyEnd::Answered), Just(ReplyEnd::Silent), Just(ReplyEnd::Reset)];
    let status = proptest::option::of(100_u16..600);
    let bytes = (any_body(), proptest::option::of(any_body()));
    let forward = proptest::option::of((any_body(), any_headers(), any_findings(lint::LintCode::ALL.to_vec())));
    let fault = proptest::option::of(proptest::sample::select(Fault::ALL.map(Fault::name).to_vec()));
    let source = (source, fault);
    (status, bytes, source, 0_u64..9_999_999, end, any_findings(lint::LintCode::ALL.to_vec()), forward).prop_map(
        |(status, (body, wire), (source, fault), elapsed, end, lint, forward)| Reply {
            status,
            body,
            wire,
            source,
            elapsed: Duration::from_micros(elapsed),
            end,
            lint,
            fault,
            forwarded: forward.map(|(body, headers, lint)| {
                Box::new(ServerAnswer { body: body.into(), headers, lint, ..forwarded() })
            }),
        },
    )
}
