//! Exports with pseudonyms hold no original, whatever place and spelling it has in an event, and still verify.
#![expect(clippy::format_collect, reason = "short texts, put together once a case")]

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use jiff::{Timestamp, ToSpan as _};
use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{RawRequest, Reply, ReplyEnd, ReplySource, ServerAnswer, Signature};
use menuscope::exchange::{
    ExportOptions, ExportPlan, Format, Identifier, Pseudonyms, Texts, export, preview, published,
};
use menuscope::inspect::inspect;
use menuscope::progress::Progress;
use menuscope::store::ImportEvent;
use menuscope::texts::Language;
use menuscope::wechat::compose::{Signing, TEMPLATES, push};
use menuscope::wechat::envelope::AesKey;
use menuscope::wechat::tree::Tree;
use proptest::prelude::*;

use super::desk::{Desk, files};

const TOKEN: &str = "pamtest81X";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";

/// The identifiers in the samples, which stand for those of the event's own user and account.
const SAMPLE: [&str; 2] = ["oMgHVjngRipVsoxg6TuX3vz6glDg", "gh_e136c6e50636"];

/// Elements of a message, one for each identifier of [`identifiers`].
const ELEMENTS: [&str; 9] =
    ["FromUserName", "ToUserName", "MediaId", "MsgId", "Ticket", "PicMd5Sum", "Phone", "OrderId", "DeviceNo"];

/// A place of an identifier in an event, beside the element that names it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spot {
    Element,
    Attribute,
    Comment,
    Path,
    Query,
    LinkInQuery,
    Header,
    Cookie,
    Reply,
    ReplyAttribute,
    Rule,
    ForwardTarget,
    ForwardHeader,
    ForwardBody,
}

const SPOTS: [Spot; 14] = [
    Spot::Element,
    Spot::Attribute,
    Spot::Comment,
    Spot::Path,
    Spot::Query,
    Spot::LinkInQuery,
    Spot::Header,
    Spot::Cookie,
    Spot::Reply,
    Spot::ReplyAttribute,
    Spot::Rule,
    Spot::ForwardTarget,
    Spot::ForwardHeader,
    Spot::ForwardBody,
];

/// The form in which an identifier is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spelling {
    Plain,
    Percent,
    Base64,
    /// For URLs, as the end of something longer.
    Base64Url,
}

const SPELLINGS: [Spelling; 4] = [Spelling::Plain, Spelling::Percent, Spelling::Base64, Spelling::Base64Url];

impl Spelling {
    fn of(self, original: &str) -> String {
        match self {
            Self::Plain => original.to_owned(),
            Self::Percent => original.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            Self::Base64 => STANDARD.encode(original),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(format!("{{\"user\":\"{original}\"}}")),
        }
    }
}

/// An identifier, by its index, where else it stands, and how it is written there.
type Mention = (usize, Spot, Spelling);

/// A message in JSON, beside the samples.
const JSON: &str = r#"{"ToUserName":"gh_e136c6e50636","FromUserName":"oMgHVjngRipVsoxg6TuX3vz6glDg","CreateTime":1408090412,"MsgType":"event","Event":"new","list":[{"a":1}]}"#;

/// How an event travels: in which kind of message, the last of them in JSON, and encrypted or not.
type Travel = (usize, bool);

/// Identifiers that are nobody's, one for each of [`ELEMENTS`].
fn identifiers() -> impl Strategy<Value = Vec<String>> {
    (
        "o[A-Za-z0-9_-]{10}[A-Z][a-z][0-9][A-Za-z0-9_-]{14}",
        "gh_[0-9a-f]{12}",
        "[A-Za-z0-9_-]{64}",
        "[1-9][0-9]{18}",
        "gQ[A-Za-z0-9]{60}==",
        "[0-9a-f]{32}",
        "13[0-9]{9}",
        "[0-9]{8}[A-Z]{4}[0-9]{8}",
        "[a-z]{3}[0-9][a-z0-9]{14}",
    )
        .prop_map(|all| {
            let (open_id, to_user, media_id, msg_id, ticket, md5, phone, order, device) = all;
            vec![open_id, to_user, media_id, msg_id, ticket, md5, phone, order, device]
        })
}

fn mentions() -> impl Strategy<Value = Vec<Mention>> {
    let mention = (0..ELEMENTS.len(), prop::sample::select(&SPOTS[..]), prop::sample::select(&SPELLINGS[..]));
    prop::collection::vec(mention, 0..8)
}

fn travel() -> impl Strategy<Value = Travel> {
    (0..=TEMPLATES.len(), any::<bool>())
}

fn account(token: &str, key: &str) -> Accounts {
    let secrets = Secrets { token: Some(Secret::new(token)), aes_key: Some(Secret::new(key)), ..Secrets::default() };
    let mut account = Account::named("default").with_secrets(secrets);
    account.app_id = Some(APP_ID.to_owned()).filter(|_| token == TOKEN);
    Accounts::new(vec![account], None)
}

/// What is mentioned in one spot, as texts with spaces around them.
fn mentioned(spot: Spot, mentions: &[Mention], all: &[String]) -> String {
    let here = mentions.iter().filter(|(_, found, _)| *found == spot);
    here.map(|(which, _, spelling)| format!(" {} ", spelling.of(&all[*which]))).collect()
}

/// The same as parameters of a query, or as parts of a path.
fn joined(spot: Spot, mentions: &[Mention], all: &[String], before: &str) -> String {
    let here = mentions.iter().filter(|(_, found, _)| *found == spot);
    here.map(|(which, _, spelling)| format!("{before}{}", spelling.of(&all[*which]))).collect()
}

/// A message of that kind with further elements; `named` as those that say what they hold.
fn message(template: &str, named: bool, mentions: &[Mention], all: &[String]) -> Vec<u8> {
    let message = template.replace(SAMPLE[0], &all[0]).replace(SAMPLE[1], &all[1]);
    let elements = ELEMENTS.iter().zip(all).skip(if named { 2 } else { ELEMENTS.len() });
    let odd = mentions.iter().enumerate().filter(|(_, (_, spot, _))| *spot == Spot::Element);
    let odd = odd.map(|(number, (which, _, spelling))| (format!("Odd{number}"), spelling.of(&all[*which])));
    let added = elements.map(|(name, text)| ((*name).to_owned(), text.clone())).chain(odd);
    if let Some(rest) = message.strip_prefix('{') {
        let members: String = added.map(|(name, text)| format!("\"{name}\":\"{text}\",")).collect();
        return format!("{{{members}{rest}").into_bytes();
    }
    let elements: String = added.map(|(name, text)| format!("<{name}><![CDATA[{text}]]></{name}>\n")).collect();
    let attribute = mentioned(Spot::Attribute, mentions, all);
    // Two hyphens end a comment.
    let comment = mentioned(Spot::Comment, mentions, all).replace("--", "- -");
    let odd = format!("{elements}<Odd odd=\"{attribute}\"/><!--{comment}--></xml>");
    message.replacen("</xml>", &odd, 1).into_bytes()
}

fn event(number: i64, (kind, is_encrypted): Travel, named: bool, mentions: &[Mention], all: &[String]) -> ImportEvent {
    let template = TEMPLATES.get(kind).map_or(JSON, |(_, template)| template);
    let message = message(template, named, mentions, all);
    let key = AesKey::parse(AES_KEY).unwrap();
    let seal = is_encrypted.then_some((&key, APP_ID, *b"0123456789abcdef"));
    let push = push(
        &message,
        &Signing { token: TOKEN, timestamp: "1408090412", nonce: "1514", openid: None, encryption: seal },
    );
    let link = joined(Spot::LinkInQuery, mentions, all, "&u=");
    let link: String = form_urlencoded::byte_serialize(format!("https://a.example/x?a=1{link}").as_bytes()).collect();
    let query = joined(Spot::Query, mentions, all, "&state=");
    let target =
        format!("/wx{}?{}&to={link}{query}", joined(Spot::Path, mentions, all, "/").replace("==", ""), push.query);
    let mut headers = vec![("host".to_owned(), b"h.example".to_vec())];
    headers.push(("x-odd".to_owned(), mentioned(Spot::Header, mentions, all).into_bytes()));
    headers.push(("cookie".to_owned(), joined(Spot::Cookie, mentions, all, "; a=").into_bytes()));
    let request = RawRequest {
        received_at: "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap() + number.seconds(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target,
        headers: headers.into(),
        peer: "203.205.254.1".to_owned(),
        body_length: push.body.len() as u64,
        body: push.body.into(),
    };
    let capture = inspect(request, &account(TOKEN, AES_KEY)).capture;
    ImportEvent { reply: Some(reply(mentions, all)), ..ImportEvent::unanswered(capture) }
}

fn reply(mentions: &[Mention], all: &[String]) -> Reply {
    let text = |spot| mentioned(spot, mentions, all);
    let body = format!(
        "<xml><ToUserName>{}</ToUserName><Odd odd=\"{}\"/><Content>{}</Content></xml>",
        all[0],
        text(Spot::ReplyAttribute),
        text(Spot::Reply)
    );
    let forwarded = ServerAnswer {
        target: format!("http://127.0.0.1:5000/wx?b=1{}", joined(Spot::ForwardTarget, mentions, all, "&a=")),
        status: Some(200),
        headers: vec![("x-odd".to_owned(), text(Spot::ForwardHeader).into_bytes())],
        body: format!("{{\"odd\":\"{}\"}}", text(Spot::ForwardBody)).into_bytes().into(),
        first_byte: None,
        elapsed: Duration::from_millis(2),
        problem: None,
        passed_on: false,
        lint: Vec::new(),
    };
    Reply {
        status: Some(200),
        body: body.into_bytes(),
        wire: None,
        source: ReplySource::Rule(text(Spot::Rule)),
        fault: None,
        elapsed: Duration::from_micros(1900),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        forwarded: Some(Box::new(forwarded)),
    }
}

/// Reads Base64 with and without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A file as it is, without its percent-encoding, and with what stands in it as Base64.
fn readings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut readings = vec![bytes.to_vec(), without_percent(bytes)];
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    for run in bytes.split(|byte| !is_letter(byte)).filter(|run| run.len() >= 16) {
        let standard: Vec<u8> = run
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        readings.extend(LENIENT.decode(standard));
    }
    readings
}

fn without_percent(bytes: &[u8]) -> Vec<u8> {
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        plain.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    plain
}

fn assert_silent(place: &str, bytes: &[u8], originals: &[&str]) {
    for reading in readings(bytes) {
        for original in originals {
            let is_there = memchr::memmem::find(&reading, original.as_bytes()).is_some();
            assert!(!is_there, "{original} in {place}: {}", String::from_utf8_lossy(bytes));
        }
    }
}

/// Tells whether stand-ins depend on nothing but the original: a word may be an identifier here, and a text there.
fn is_alike_everywhere(what: Identifier) -> bool {
    !matches!(what, Identifier::Coordinate | Identifier::Text)
}

/// Stand-ins by their originals.
fn stand_ins(desk: &Desk, pseudonyms: &Pseudonyms) -> BTreeMap<String, String> {
    let preview = preview(&desk.reader(), &desk.ids(), pseudonyms, &desk.accounts, &Progress::new()).unwrap();
    let mut all = BTreeMap::new();
    for change in preview.changes.into_iter().filter(|change| is_alike_everywhere(change.what)) {
        let other = all.insert(change.before.clone(), change.after.clone());
        assert!(other.is_none_or(|other| other == change.after), "{} has two stand-ins", change.before);
    }
    all
}

/// Exports these events in that format, reads every file, and imports a pack of them as a stranger would.
fn assert_no_leak(events: &[ImportEvent], all: &[String], format: Format, mentions: &[Vec<Mention>]) {
    let mut desk = Desk::holding(events);
    desk.accounts = account(TOKEN, AES_KEY);
    let originals: Vec<&str> =
        all.iter().map(String::as_str).chain([APP_ID, TOKEN, AES_KEY, "203.205.254.1"]).collect();
    let key = tempfile::tempdir().unwrap();
    let pseudonyms = || Pseudonyms::open(key.path(), Texts::Replaced).unwrap();
    for (format, name) in [(Format::Pack, "pack"), (format, "other")] {
        let plan = ExportPlan {
            format,
            out: desk.path(name),
            pseudonyms: Some(pseudonyms()),
            language: Language::English,
            options: ExportOptions::default(),
        };
        export(&desk.reader(), &desk.ids(), &plan, &desk.accounts, &Progress::new()).unwrap();
        let files = if plan.out.is_dir() {
            files(&plan.out)
        } else {
            [(format.as_str().to_owned(), fs::read(&plan.out).unwrap())].into()
        };
        for (name, bytes) in &files {
            assert_silent(name, bytes, &originals);
        }
    }
    let stand_ins = stand_ins(&desk, &pseudonyms());
    let mut stranger = Desk::new();
    stranger.accounts = account(published::TOKEN, published::AES_KEY);
    assert_eq!(stranger.import(&desk.path("pack")).added, events.len() as u64);
    for (id, mentions) in (1..).zip(mentions) {
        let stored = stranger.stored(id);
        let found = inspect(stored.capture.request.clone(), &stranger.accounts).capture;
        assert_eq!((found.signature, found.mode), (Signature::Valid, events[id as usize - 1].capture.mode));
        assert_silent("the message", found.message(), &originals);
        let tree = Tree::parse(found.message()).unwrap();
        for (number, (which, _, spelling)) in mentions.iter().enumerate() {
            // Without the element there it was mentioned elsewhere.
            let Some(text) = tree.root().text_of(&format!("Odd{number}")) else { continue };
            assert_eq!(text, spelling.of(&stand_ins[&all[*which]]), "{}", all[*which]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_original_stands_anywhere_in_an_export(
        all in identifiers(),
        first in (travel(), mentions()),
        second in (travel(), mentions()),
        // The last one says what the identifiers are that the others only mention.
        last in (travel(), mentions()),
        format in prop::sample::select(&Format::ALL[..]),
    ) {
        let events = [
            event(1, first.0, false, &first.1, &all),
            event(2, second.0, false, &second.1, &all),
            event(3, last.0, true, &last.1, &all),
        ];
        assert_no_leak(&events, &all, format, &[first.1, second.1, last.1]);
    }
}
