//! Rows that property tests make: captures of every kind, with replies, pins and notes.

use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;

use crate::capture::diagnosis::Diagnosis;
use crate::capture::{
    Annotation, Capture, CaptureId, Envelope, EventOrigin, ForwardProblem, Placement, RawRequest, Reply, ReplyEnd,
    ReplySource, ServerAnswer, TeamMark,
};
use crate::filter::{Code, Mode, Signature, Subject};
use std::time::Duration;

/// Payloads: of some, the decoded text differs from the bytes.
const PAYLOADS: &[&str] = &[
    "<xml><EventKey><![CDATA[menu_1]]></EventKey></xml>",
    "<xml><EventKey>A&amp;B</EventKey></xml>",
    "<xml><a>ab<![CDATA[cd]]></a></xml>",
    "{\"Label\":\"\\u70b9\"}",
    "not even XML",
    "",
];

const KEYS: &[&str] = &[
    "",
    "6",
    "menu_1",
    "menu_2",
    "Menu_1",
    "a*b",
    "a?[b]",
    "点击",
    "\u{10ffff}x",
    " 6",
    "\n\t6 \r\n",
    "menu_1 ",
    " ",
    "菜",
];

/// A capture, its reply, whether it is held, and its pin and note.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) capture: Capture,
    pub(super) attempt: u32,
    pub(super) reply: Option<Reply>,
    pub(super) held: bool,
    pub(super) annotation: Annotation,
}

impl Row {
    pub(super) fn placement(&self, id: i64) -> Placement {
        Placement { id: CaptureId(id), group: CaptureId(1), attempt: self.attempt }
    }

    pub(super) fn subject(&self, id: i64) -> Subject<'_> {
        let arriving = Subject::arriving(&self.capture, self.placement(id));
        Subject { reply: self.reply.as_ref(), held: self.held, annotation: Some(&self.annotation), ..arriving }
    }
}

fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(select(texts).prop_map(str::to_owned))
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let kinds = vec![
        ("CLICK", Some("event"), Some("CLICK")),
        ("VIEW", Some("event"), Some("VIEW")),
        ("event", Some("event"), None),
        ("event", Some("event"), Some("")),
        ("text", Some("text"), None),
        ("handshake", None, None),
    ];
    (select(kinds), maybe(KEYS), maybe(KEYS)).prop_map(|((kind, msg_type, event), event_key, openid)| Envelope {
        kind: kind.to_owned(),
        msg_type: msg_type.map(str::to_owned),
        event: event.map(str::to_owned),
        event_key,
        openid,
        ..Envelope::default()
    })
}

/// A request that came at one of the first nanoseconds of 1970.
fn request(nanosecond: i64, body: &'static [u8]) -> RawRequest {
    RawRequest {
        received_at: Timestamp::from_nanosecond(nanosecond.into()).unwrap(),
        method: String::new(),
        version: String::new(),
        target: String::new(),
        headers: crate::capture::Headers::default(),
        peer: String::new(),
        body: Bytes::from_static(body),
        body_length: body.len() as u64,
    }
}

fn capture() -> impl Strategy<Value = Capture> {
    let states = (
        select(vec!["default", "shop"]),
        select(vec![Mode::Plain, Mode::Safe]),
        select(vec![Signature::Valid, Signature::Missing]),
        any::<bool>(),
        prop::option::of(select(vec![Code::TokenMissing, Code::Doctype])),
    );
    (0..10_000_i64, select(PAYLOADS), any::<bool>(), envelope(), states).prop_map(
        |(received_at, payload, encrypted, envelope, (account, mode, signature, replay, diagnosis))| {
            let body = if encrypted { b"<Encrypt/>" } else { payload.as_bytes() };
            Capture {
                request: request(received_at, body),
                account: account.to_owned(),
                envelope,
                mode,
                signature,
                message: encrypted.then(|| payload.as_bytes().to_vec()),
                group_key: None,
                replay,
                diagnoses: diagnosis.map(Diagnosis::new).into_iter().collect(),
                team: TeamMark::default(),
            }
        },
    )
}

fn reply() -> impl Strategy<Value = Reply> {
    let rule = |name: &str| ReplySource::Rule(name.to_owned());
    let desktop = ReplySource::Desktop("alice".to_owned());
    let sources = vec![ReplySource::Default, rule("a"), rule("A"), ReplySource::Held, desktop, ReplySource::None];
    (
        select(vec![Some(200), Some(403), Some(503), None]),
        select(sources),
        select(vec![0, 1_500, 1_000_000]),
        select(vec!["success", "", "menu_2"]),
        select(vec![None, Some("bom"), Some("late")]),
        prop::option::of(select(vec![None, Some(ForwardProblem::TooLate), Some(ForwardProblem::Status)])),
    )
        .prop_map(|(status, source, elapsed, body, fault, forward)| Reply {
            status,
            body: body.as_bytes().to_vec(),
            wire: None,
            source,
            elapsed: Duration::from_micros(elapsed),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault,
            forwarded: forward.map(|problem| {
                let unsent = ServerAnswer::unsent(String::new(), ForwardProblem::NoTarget);
                Box::new(ServerAnswer { problem, ..unsent })
            }),
        })
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let annotation = (any::<bool>(), prop::option::of(select(vec!["", "twice"])))
        .prop_map(|(pinned, note)| Annotation::of(pinned, note));
    // An origin is there once.
    let origin = (select(vec!["hub", "Hub-2"]), any::<i64>());
    let origin = prop::option::of(origin.prop_map(|(relay, id)| EventOrigin { relay: relay.to_owned(), id }));
    let team = (origin, maybe(&["alice", "Alice", "a*"])).prop_map(|(origin, claimed)| TeamMark { origin, claimed });
    (capture(), 1..4_u32, prop::option::of(reply()), any::<bool>(), annotation, team).prop_map(
        |(capture, attempt, reply, held, annotation, team)| {
            let capture = Capture { team, ..capture };
            Row { capture, attempt, reply, held, annotation }
        },
    )
}
