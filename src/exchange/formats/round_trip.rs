//! Tests of round trips: events written in a format, read back into a store, and written again.

use std::io::BufRead;

use jiff::Timestamp;
use proptest::prelude::*;

use super::pack::source::Source;
use super::pack::{self, PackWriter};
use super::specimens::{any_event, every_kind, exported, imported, no_accounts, numbered, success};
use super::text_writer::TextWriter;
use super::{Read, ServerUrl, curl, har, http, hurl, json_lines};
use crate::account::Accounts;
use crate::capture::diagnosis::{Coded, Finding};
use crate::capture::{Annotation, CaptureId, Placement, RawRequest, Reply, StoredCapture, header_pairs, header_text};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::{ImportSummary, Importer};
use crate::exchange::record::Fixture;
use crate::exchange::record::entry::EntryFiles;
use crate::exchange::writer::{InMemory, Writer as _};
use crate::inspect::inspect;
use crate::progress::Progress;
use crate::store::{BulkWriter, Reader};
use crate::texts::Language;

/// The modification time of files.
pub(super) fn modified() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

/// A message as it arrives.
pub(super) fn message(body: &[u8]) -> RawRequest {
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    RawRequest {
        received_at: "2026-11-23T08:00:00.123456Z".parse().unwrap(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/wx?signature=abc&timestamp=1408090606&nonce=1%2B2&openid=o'x".to_owned(),
        headers: [
            header("user-agent", "Mozilla/4.0"),
            header("host", "wx.example:8989"),
            header("accept", "*/*"),
            header("content-type", "text/xml"),
            header("content-length", &body.len().to_string()),
        ]
        .into_iter()
        .collect(),
        peer: "203.0.113.7".to_owned(),
        body: body.to_vec().into(),
        body_length: body.len() as u64,
    }
}

/// A click on a menu.
pub(super) const CLICK: &str = "<xml>\n<ToUserName><![CDATA[gh_e136c6e50636]]></ToUserName>\n\
    <FromUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></FromUserName>\n<CreateTime>1408090606</CreateTime>\n\
    <MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[CLICK]]></Event>\n\
    <EventKey><![CDATA[it's \"6\" & $TO `x`]]></EventKey>\n</xml>";

/// The requests as they are exported.
pub(super) fn fixtures(requests: Vec<RawRequest>) -> Vec<Fixture> {
    let accounts = Accounts::new(Vec::new(), None);
    let numbered = requests.into_iter().zip(1..);
    let fixture = |(request, number)| {
        let placement = Placement { id: CaptureId(number), group: CaptureId(number), attempt: 1 };
        let capture = inspect(request, &accounts).capture;
        Fixture {
            stored: StoredCapture { placement, capture, reply: None, annotation: Annotation::default() },
            images: Vec::new(),
            app_id: None,
        }
    };
    numbered.map(fixture).collect()
}

/// The text of an export.
pub(super) fn written(writer: TextWriter, requests: Vec<RawRequest>) -> Vec<u8> {
    exported(writer, &fixtures(requests))
}

/// The text of an export without the comments that hold the records.
pub(super) fn without_records(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with("# menuscope record {")).collect()
}

/// The requests that are stored once a text was read.
pub(super) fn read_back(read: Read, text: &[u8]) -> (Vec<RawRequest>, ImportSummary) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let accounts = Accounts::new(Vec::new(), None);
    let progress = Progress::new();
    let mut additions = BulkWriter::open(&path).unwrap();
    let mut importer = Importer::new(&mut additions, &accounts, &progress);
    let mut input = text;
    read(&mut input, "captured.txt", modified(), &mut importer).unwrap();
    let imported = importer.finish().unwrap();
    let reader = Reader::open(&path).unwrap();
    let newest = reader.newest().unwrap().0;
    let stored = (1..=newest).map(|id| reader.capture(CaptureId(id)).unwrap().unwrap().capture.request);
    (stored.collect(), imported)
}

/// The request of a text with one.
pub(super) fn only(read: Read, text: &str) -> RawRequest {
    let (mut requests, imported) = read_back(read, text.as_bytes());
    assert_eq!(imported.problems, [], "{text}");
    assert_eq!(requests.len(), 1, "{text}");
    requests.remove(0)
}

/// The problems of a text, by place.
pub(super) fn problems(read: Read, text: &str) -> Vec<(String, ImportReason)> {
    let (_, imported) = read_back(read, text.as_bytes());
    imported.problems.into_iter().map(|problem| (problem.place, problem.reason)).collect()
}

/// Asserts that export, import and export again give the same bytes, and that nothing of the requests is lost.
pub(super) fn assert_round_trip(writer: fn(Option<ServerUrl>) -> TextWriter, read: Read, requests: &[RawRequest]) {
    for to in
        [None, Some("http://127.0.0.1:3000"), Some("https://wx.example/a/b"), Some("http://h/index.php?s=/wx&m=1")]
    {
        assert_round_trip_to(to, writer, read, requests);
    }
}

fn assert_round_trip_to(
    to: Option<&str>,
    writer: fn(Option<ServerUrl>) -> TextWriter,
    read: Read,
    requests: &[RawRequest],
) {
    let writer = || writer(to.map(|to| ServerUrl::parse(to).unwrap()));
    let first = written(writer(), requests.to_vec());
    let text = String::from_utf8(first).unwrap();
    let (stored, imported) = read_back(read, text.as_bytes());
    assert_eq!(imported.problems, [], "{text}");
    assert_eq!(stored.len(), requests.len(), "{text}");
    for (stored, original) in stored.iter().zip(requests) {
        assert_eq!(format!("{stored:?}"), format!("{original:?}"), "{text}");
    }
    assert_eq!(String::from_utf8(written(writer(), stored)).unwrap(), text);
    // Version control on Windows changes every line end.
    let (stored, _) = read_back(read, text.replace('\n', "\r\n").as_bytes());
    assert_eq!(String::from_utf8(written(writer(), stored)).unwrap(), text);
}

/// Requests of all kinds, likely and not.
pub(super) fn any_request() -> impl Strategy<Value = RawRequest> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("```".to_owned()),
        Just("{{host}}".to_owned()),
        Just("\n### ".to_owned()),
        Just("\n# ".to_owned()),
        Just("\n< ./x".to_owned()),
        Just("\n> {%".to_owned()),
        Just("@-".to_owned()),
        Just("\u{202E}点".to_owned()),
        Just("<xml>".to_owned()),
        "\\PC{0,8}",
        "[ -~\t\n]{0,12}",
    ];
    let text = proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat().into_bytes());
    let body = prop_oneof![4 => text, 1 => proptest::collection::vec(any::<u8>(), 0..40)];
    let value = prop_oneof![
        3 => "[!-~]([ -~]{0,20}[!-~])?".prop_map(String::into_bytes),
        1 => proptest::collection::vec(prop_oneof![0x20..=0x7eu8, 0x80..=0xffu8, Just(b'\t')], 0..12),
    ];
    let name = prop_oneof!["[a-z][a-z0-9-]{0,8}", Just("host".to_owned()), "[!#$%&'*+.^_`|~0-9a-z-]{1,6}"];
    let headers = proptest::collection::vec((name, value), 0..5);
    let target =
        prop_oneof![3 => "/[a-z]{0,4}(\\?[a-z]{1,3}=[!-~]{0,12}){0,1}", 1 => "/[!-~]{0,16}", 1 => "\\PC{1,12}"];
    let peer = prop_oneof![4 => Just("127.0.0.1".to_owned()), 1 => "\\PC{0,8}"];
    let method = prop_oneof![9 => Just("POST"), 1 => Just("GET")];
    let version = prop_oneof![9 => Just("HTTP/1.1"), 1 => Just("HTTP/1.0")];
    (body, headers, target, peer, method, version, 0..3u64).prop_map(
        |(body, headers, target, peer, method, version, cut)| RawRequest {
            method: method.to_owned(),
            version: version.to_owned(),
            target,
            headers: headers.into(),
            peer,
            body_length: body.len() as u64 + cut,
            ..message(&body)
        },
    )
}

/// Asserts that the whole record came back.
fn assert_whole(before: &StoredCapture, after: &StoredCapture) {
    let without_key = |stored: &StoredCapture| {
        let mut stored = stored.clone();
        // It is only for finding the first attempt of an event that arrives.
        stored.capture.group_key = None;
        format!("{stored:?}")
    };
    assert_eq!(without_key(before), without_key(after));
}

fn headers<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<(String, String)> {
    headers.map(|(name, value)| (name.to_owned(), header_text(value))).collect()
}

/// Asserts that everything came back that the JSON of an event shows.
fn assert_shown(before: &StoredCapture, after: &StoredCapture) {
    assert_eq!(before.placement, after.placement);
    let (one, other) = (&before.capture, &after.capture);
    assert_eq!((&one.account, one.mode, one.signature), (&other.account, other.mode, other.signature));
    assert_eq!(words(&one.diagnoses), words(&other.diagnoses));
    let (one, other) = (&one.request, &other.request);
    assert_eq!((&one.method, &one.target, &one.peer), (&other.method, &other.target, &other.peer));
    assert_eq!((one.received_at, &one.body), (other.received_at, &other.body));
    assert_eq!(headers(one.headers.iter()), headers(other.headers.iter()));
    let answer = |reply: &Reply| (reply.status, reply.body.clone(), reply.source.clone(), reply.elapsed, reply.end);
    let (one, other) = (before.reply.as_ref(), after.reply.as_ref());
    assert_eq!(one.map(answer), other.map(answer));
    assert_eq!(one.map(|reply| words(&reply.lint)), other.map(|reply| words(&reply.lint)));
    let forwarded = |reply: Option<&Reply>| {
        let forwarded = reply?.forwarded.as_ref()?;
        let times = (forwarded.first_byte, forwarded.elapsed);
        Some((forwarded.body.clone(), headers(header_pairs(&forwarded.headers)), times, words(&forwarded.lint)))
    };
    assert_eq!(forwarded(one), forwarded(other));
}

fn words<C: Coded>(findings: &[Finding<C>]) -> Vec<(&'static str, String, String)> {
    let words = |finding: &Finding<C>| {
        (finding.code.as_str(), finding.message(Language::English), finding.remedy(Language::English))
    };
    findings.iter().map(words).collect()
}

/// Compares an event with the one that was read back, as far as the format promises.
type Promise = fn(&StoredCapture, &StoredCapture);

/// Asserts of these events what each format that carries requests promises.
fn assert_promises(events: &[Fixture]) {
    let files: [(&str, Vec<u8>, Read, Promise); 6] = [
        ("pack", packed(events), read_packed, assert_whole),
        ("har", exported(har::Har::default(), events), har::read, assert_whole),
        ("json", exported(json_lines::JsonLines::new(Language::English), events), json_lines::read, assert_shown),
        ("curl", exported(curl::writer(None), events), curl::read, assert_whole),
        ("http", exported(http::writer(None), events), http::read, assert_whole),
        ("hurl", exported(hurl::writer(None), events), hurl::read, assert_whole),
    ];
    for (format, bytes, read, promised) in files {
        let (report, again) = imported(read, &bytes, &no_accounts());
        assert_eq!(report.problems, [], "{format}");
        assert_eq!(again.len(), events.len(), "{format}");
        for (before, after) in events.iter().zip(&again) {
            promised(&before.stored, &after.stored);
        }
    }
}

/// A pack as one text: its files in JSON.
fn packed(events: &[Fixture]) -> Vec<u8> {
    let mut files = InMemory::default();
    let mut writer = PackWriter::new(None, None);
    for event in events {
        writer.add(event, &mut files).unwrap();
    }
    writer.finish(&mut files).unwrap();
    serde_json::to_vec(&(files.grown, files.files)).unwrap()
}

fn read_packed(
    input: &mut dyn BufRead,
    place: &str,
    _: Timestamp,
    importer: &mut Importer<'_>,
) -> Result<(), FixtureError> {
    let (grown, files) = serde_json::from_reader(input).unwrap();
    pack::read(&mut InMemory { files, grown }, place, importer)
}

impl Source for InMemory {
    fn manifest(&mut self) -> Result<Box<dyn std::io::Read>, ImportReason> {
        Ok(Box::new(std::io::Cursor::new(self.grown.clone())))
    }
}

impl EntryFiles for InMemory {
    fn read(&mut self, folder: &str, file: &str) -> Result<Vec<u8>, ImportReason> {
        let name = format!("{folder}/{file}");
        self.files.get(&name).cloned().ok_or(ImportReason::Missing { file: name })
    }

    fn expect(&mut self, folder: &str, file: &str) -> Result<(), ImportReason> {
        self.read(folder, file).map(drop)
    }
}

#[test]
fn every_format_keeps_of_every_kind_of_event_what_it_promises() {
    assert_promises(&every_kind());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_format_keeps_of_any_event_what_it_promises(events in proptest::collection::vec(any_event(), 0..5)) {
        assert_promises(&numbered(events));
    }
}

#[test]
fn an_edited_request_is_inspected_anew_and_an_untouched_one_is_not() {
    let capture = every_kind().swap_remove(0).stored.capture;
    let events = numbered(vec![(capture, Some(success()))]);
    let event = &events[0].stored;
    for (bytes, read) in [
        (exported(curl::writer(None), &events), curl::read as Read),
        (exported(http::writer(None), &events), http::read),
        (exported(hurl::writer(None), &events), hurl::read),
    ] {
        let (_, untouched) = imported(read, &bytes, &no_accounts());
        assert_whole(event, &untouched[0].stored);
        let text = String::from_utf8(bytes).unwrap();
        for edited in [text.replace("nonce=1", "nonce=2"), without_records(&text)] {
            let (report, again) = imported(read, edited.as_bytes(), &no_accounts());
            assert_eq!((report.unread, again.len()), (0, 1));
            assert_eq!(again[0].stored.reply, None);
            assert_eq!(again[0].stored.capture.request.peer, event.capture.request.peer);
        }
        let damaged = text.replace("# menuscope record {", "# menuscope record [");
        assert_eq!(imported(read, damaged.as_bytes(), &no_accounts()).0.unread, 1);
    }
}
