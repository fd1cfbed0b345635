//! Messages of a team: their headers, their bodies, and the version that both sides have to share.
//!
//! | message | body | headers |
//! | --- | --- | --- |
//! | event | the event as JSON | `Nats-Msg-Id`, version |
//! | question | the same, without a reply | version, relay, time left |
//! | answer | the reply's bytes in plaintext | version, desktop, kind, time taken, what is sent beside the body |
//! | who | none | version, `who`; its answer has the instance |
//! | here | a member as JSON | version |

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::message::Message as StreamMessage;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::capture::EventOrigin;
use crate::exchange::SingleEvent;
use crate::listener::{DesktopAnswer, DesktopContent};
use crate::store::TeamEvent;
use crate::wechat::fault::Fault;

/// The version of these messages.
const VERSION: &str = "1";

pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";
pub(super) const EXPECTED_LAST_ID: &str = "Nats-Expected-Last-Msg-Id";
pub(super) const EXPECTED_STREAM: &str = "Nats-Expected-Stream";
const VERSION_HEADER: &str = "Menuscope-Version";
const RELAY: &str = "Menuscope-Relay";
const WITHIN: &str = "Menuscope-Within-Us";
const DESKTOP: &str = "Menuscope-Desktop";
const KIND: &str = "Menuscope-Answer";
const TOOK: &str = "Menuscope-Took-Us";
const STATUS: &str = "Menuscope-Status";
const RULE_STATUS: &str = "Menuscope-Rule-Status";
const FAULT: &str = "Menuscope-Fault";
const WHO: &str = "Menuscope-Who";
/// The beginning of the names of headers that go out beside the body.
const BESIDE: &str = "Menuscope-Header-";

/// The reason why a message is skipped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Skipped {
    #[error("it is of version {0}, and this menuscope knows version {VERSION}")]
    Version(String),
    #[error("it is none of a menuscope: {0}")]
    Foreign(String),
}

fn foreign(what: impl Into<String>) -> Skipped {
    Skipped::Foreign(what.into())
}

/// Headers with the version.
pub(super) fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(VERSION_HEADER, VERSION);
    headers
}

fn text<'h>(headers: Option<&'h HeaderMap>, name: &str) -> Option<&'h str> {
    headers?.get(name).map(|value| value.as_str())
}

fn check_version(headers: Option<&HeaderMap>, is_needed: bool) -> Result<(), Skipped> {
    match text(headers, VERSION_HEADER) {
        Some(VERSION) => Ok(()),
        Some(other) => Err(Skipped::Version(other.chars().take(20).collect())),
        None if is_needed => Err(foreign("it has no version")),
        None => Ok(()),
    }
}

/// The id of an event's message.
pub(super) fn message_id(relay: &str, id: i64) -> String {
    format!("{relay}-{id}")
}

/// The relay and the number of an event's message.
pub(super) fn origin(headers: Option<&HeaderMap>) -> Option<EventOrigin> {
    let (relay, id) = text(headers, MESSAGE_ID)?.rsplit_once('-')?;
    let id = id.parse().ok().filter(|id| *id > 0)?;
    (!relay.is_empty()).then(|| EventOrigin { relay: relay.to_owned(), id })
}

/// The event of a message of the stream.
pub(super) fn event(message: &StreamMessage) -> Result<TeamEvent, Skipped> {
    let headers = message.headers.as_ref();
    check_version(headers, false)?;
    let origin = origin(headers).ok_or_else(|| foreign("it has no Nats-Msg-Id of a relay"))?;
    team_event(&message.payload, origin, true)
}

fn team_event(payload: &[u8], origin: EventOrigin, is_settled: bool) -> Result<TeamEvent, Skipped> {
    let read = SingleEvent::read(payload, crate::clock::now());
    let SingleEvent { event, id, first } = read.map_err(|reason| foreign(format!("{reason:?}")))?;
    if id != origin.id {
        return Err(foreign("its id is not that of its Nats-Msg-Id"));
    }
    let (mut capture, attempt) = (event.capture, event.attempt);
    capture.team.origin = Some(origin);
    let reply = event.reply.filter(|_| is_settled);
    Ok(TeamEvent { capture, reply, attempt, first, is_settled })
}

/// The headers of a question.
pub(super) fn question_headers(relay: &str, within: Duration) -> HeaderMap {
    let mut headers = headers();
    headers.insert(RELAY, relay);
    headers.insert(WITHIN, within.as_micros().to_string());
    headers
}

/// A question to a desktop.
pub(super) enum Question {
    /// For an answer to this event, within this time.
    Answer { event: Box<TeamEvent>, within: Duration },
    /// For its instance, from another one.
    Who { instance: String },
}

#[derive(Deserialize)]
struct Numbered {
    id: i64,
}

/// Reads a question.
pub(super) fn question(message: &async_nats::Message) -> Result<Question, Skipped> {
    let headers = message.headers.as_ref();
    check_version(headers, true)?;
    if let Some(instance) = text(headers, WHO) {
        return Ok(Question::Who { instance: instance.to_owned() });
    }
    let relay = text(headers, RELAY).filter(|relay| !relay.is_empty()).ok_or_else(|| foreign("it names no relay"))?;
    let within = text(headers, WITHIN).and_then(|within| within.parse().ok()).ok_or_else(|| foreign("no time left"))?;
    let Numbered { id } = serde_json::from_slice(&message.payload).map_err(|error| foreign(error.to_string()))?;
    let event = team_event(&message.payload, EventOrigin { relay: relay.to_owned(), id }, false)?;
    Ok(Question::Answer { event: Box::new(event), within: Duration::from_micros(within) })
}

/// The answer of a desktop as it came.
#[derive(Debug, PartialEq)]
pub(super) struct ReceivedAnswer {
    pub(super) desktop: String,
    /// The time that the desktop took, by its own clock.
    pub(super) took: Duration,
    /// `None`: the desktop declines.
    pub(super) answer: Option<DesktopAnswer>,
}

/// The headers and the body of an answer.
pub(super) fn answer_message(desktop: &str, took: Duration, answer: Option<&DesktopAnswer>) -> (HeaderMap, Bytes) {
    let mut headers = headers();
    headers.insert(DESKTOP, desktop_text(desktop));
    headers.insert(TOOK, took.as_micros().to_string());
    let Some(DesktopAnswer { content, status, fault }) = answer else {
        headers.insert(KIND, "none");
        return (headers, Bytes::new());
    };
    if let Some(status) = status {
        headers.insert(RULE_STATUS, status.to_string());
    }
    if let Some(fault) = fault {
        headers.insert(FAULT, fault.to_string());
    }
    let (kind, body) = match content {
        DesktopContent::Silent => ("silent", Bytes::new()),
        DesktopContent::Reply(body) => ("reply", body.clone()),
        DesktopContent::Server { status, headers: beside, body } => {
            headers.insert(STATUS, status.to_string());
            for (name, value) in beside {
                headers.insert(format!("{BESIDE}{name}").as_str(), desktop_text(value));
            }
            ("server", body.clone())
        }
    };
    headers.insert(KIND, kind);
    (headers, body)
}

/// A value on one line: headers have no others.
fn desktop_text(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Reads an answer.
pub(super) fn received_answer(message: &async_nats::Message) -> Result<ReceivedAnswer, Skipped> {
    let headers = message.headers.as_ref();
    check_version(headers, true)?;
    let desktop = text(headers, DESKTOP).ok_or_else(|| foreign("it names no desktop"))?.to_owned();
    let number = |name| text(headers, name).and_then(|number| number.parse::<u64>().ok());
    let took = Duration::from_micros(number(TOOK).unwrap_or(0));
    let status = |name| number(name).and_then(|status| u16::try_from(status).ok());
    let body = message.payload.clone();
    let content = match text(headers, KIND) {
        Some("none") => return Ok(ReceivedAnswer { desktop, took, answer: None }),
        Some("silent") => DesktopContent::Silent,
        Some("reply") => DesktopContent::Reply(body),
        Some("server") => {
            DesktopContent::Server { status: status(STATUS).unwrap_or(200), headers: beside(headers), body }
        }
        _ => return Err(foreign("it is no kind of answer")),
    };
    let fault = text(headers, FAULT).and_then(Fault::parse);
    let answer = DesktopAnswer { content, status: status(RULE_STATUS), fault };
    Ok(ReceivedAnswer { desktop, took, answer: Some(answer) })
}

/// The headers that go out beside the body, in a fixed order.
fn beside(headers: Option<&HeaderMap>) -> Vec<(String, String)> {
    let named = headers.into_iter().flat_map(HeaderMap::iter).filter_map(|(name, values)| {
        let name = name.to_string();
        let name = name.strip_prefix(BESIDE)?.to_owned();
        Some((name, values.first()?.as_str().to_owned()))
    });
    let mut beside: Vec<_> = named.collect();
    beside.sort();
    beside
}

/// The headers of the question who has a desktop's name.
pub(super) fn who_headers(instance: &str) -> HeaderMap {
    let mut headers = headers();
    headers.insert(WHO, instance);
    headers
}

/// The instance that has a desktop's name, and whether it has joined.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Instance {
    pub(super) instance: String,
    pub(super) has_joined: bool,
}

/// A member that says that it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Member {
    /// `relay` or `desktop`.
    pub(super) role: String,
    pub(super) name: String,
    pub(super) instance: String,
    #[serde(default)]
    pub(super) lag: u64,
}

/// Reads a member's message.
pub(super) fn member(message: &async_nats::Message) -> Result<Member, Skipped> {
    check_version(message.headers.as_ref(), true)?;
    serde_json::from_slice(&message.payload).map_err(|error| foreign(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message((headers, payload): (HeaderMap, Bytes)) -> async_nats::Message {
        async_nats::Message {
            subject: "a".into(),
            reply: None,
            length: payload.len(),
            payload,
            headers: Some(headers),
            status: None,
            description: None,
        }
    }

    #[test]
    fn an_answer_comes_as_it_was_given() {
        let beside = vec![("content-type".to_owned(), "text/xml".to_owned())];
        let server = DesktopContent::Server { status: 201, headers: beside, body: Bytes::from_static(b"\xff") };
        for content in [DesktopContent::Silent, DesktopContent::Reply(Bytes::from_static(b"success")), server] {
            let answer = DesktopAnswer { content, status: Some(500), fault: Some(Fault::Late { ms: 70 }) };
            let sent = answer_message("a b", Duration::from_millis(3), Some(&answer));
            let received = received_answer(&message(sent)).unwrap();
            assert_eq!((&*received.desktop, received.took), ("a b", Duration::from_millis(3)));
            assert_eq!(received.answer, Some(answer));
        }
        let declined = received_answer(&message(answer_message("a", Duration::ZERO, None))).unwrap();
        assert_eq!(declined.answer, None);
    }

    #[test]
    fn foreign_messages_and_those_of_another_version_are_told_apart() {
        let mut other = headers();
        other.insert(VERSION_HEADER, "2");
        let read = |headers| received_answer(&message((headers, Bytes::new())));
        assert_eq!(read(other), Err(Skipped::Version("2".to_owned())));
        assert!(matches!(read(HeaderMap::new()), Err(Skipped::Foreign(_))));
        assert!(matches!(read(headers()), Err(Skipped::Foreign(_))));
    }

    #[test]
    fn a_message_id_names_relay_and_number() {
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(MESSAGE_ID, id);
            origin(Some(&headers)).map(|origin| (origin.relay, origin.id))
        };
        assert_eq!(of(&message_id("hub-1", 17)), Some(("hub-1".to_owned(), 17)));
        for foreign in ["x", "-1", "hub-0", "hub-x", "hub--"] {
            assert_eq!(of(foreign), None, "{foreign}");
        }
    }
}
