//! A filter applied to one event in memory; `store/condition.rs` is its twin in SQL.

use jiff::Timestamp;

use super::{Expr, Needle, State, Term};
use crate::capture::{Annotation, Capture, Placement, Reply, ReplySource, milliseconds};
use crate::wechat::tree::Tree;

/// The event that a filter is evaluated against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The request and what was read from it.
    pub capture: &'a Capture,
    /// The capture's message, where it has been parsed already.
    pub tree: Option<&'a Tree<'a>>,
    /// Its number, and which attempt it is.
    pub placement: Placement,
    /// The reply; `None` while it is open.
    pub reply: Option<&'a Reply>,
    /// Waiting for a person's reply.
    pub held: bool,
    /// A person's pin and note; `None` for what nobody has seen.
    pub annotation: Option<&'a Annotation>,
}

impl<'a> Subject<'a> {
    /// An event that has just arrived: nothing is answered, and nobody has seen it.
    pub fn arriving(capture: &'a Capture, placement: Placement) -> Self {
        Self { capture, tree: None, placement, reply: None, held: false, annotation: None }
    }

    /// The same with the capture's message as it was parsed, so that it is not parsed again.
    #[must_use]
    pub fn with_tree(self, tree: Option<&'a Tree<'a>>) -> Self {
        Self { tree, ..self }
    }
}

/// White space around a key that a program has added which indents XML anew; a pattern looks past it.
const KEY_WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

impl Expr {
    /// Tells whether the subject matches.
    ///
    /// Where it lacks what a term asks about, the term does not hold, and its negation does.
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All => true,
            Self::And(items) => items.iter().all(|item| item.holds(subject)),
            Self::Or(sides) => sides.iter().any(|side| side.holds(subject)),
            Self::Not(inner) => !inner.holds(subject),
            Self::Term(term) => term.holds(subject),
        }
    }
}

impl Term {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        let Subject { capture, tree, placement, reply, held, annotation } = *subject;
        let envelope = &capture.envelope;
        match self {
            Self::Word(word) => {
                let reply = reply.map(|reply| reply.body.as_slice());
                Needle::new(word.as_bytes()).is_in_parsed_event(capture.message(), tree, reply)
            }
            Self::Event(name) => envelope.kind == *name && envelope.event.as_ref() == Some(name),
            Self::Type(name) if name == "event" => envelope.msg_type.as_ref() == Some(name),
            Self::Type(name) => envelope.kind == *name && envelope.event.is_none(),
            Self::Key(pattern) => {
                let is_match =
                    |key: &String| pattern.matches(key) || pattern.matches(key.trim_matches(KEY_WHITE_SPACE));
                envelope.event_key.as_ref().is_some_and(is_match)
            }
            Self::Openid(pattern) => envelope.openid.as_ref().is_some_and(|openid| pattern.matches(openid)),
            Self::Account(name) => capture.account == *name,
            Self::Relay(pattern) => capture.team.origin.as_ref().is_some_and(|origin| pattern.matches(&origin.relay)),
            Self::Claimed(pattern) => capture.team.claimed.as_ref().is_some_and(|desktop| pattern.matches(desktop)),
            Self::Signature(signature) => capture.signature == *signature,
            Self::Mode(mode) => capture.mode == *mode,
            Self::Reply(source) => reply.is_some_and(|reply| reply.source == *source),
            Self::ReplyByDesktop => reply.is_some_and(|reply| matches!(reply.source, ReplySource::Desktop(_))),
            Self::ReplyByRule => reply.is_some_and(|reply| matches!(reply.source, ReplySource::Rule(_))),
            Self::Forward(state) => reply.and_then(Reply::forward) == Some(*state),
            Self::Fault(name) => {
                reply.and_then(|reply| reply.fault).is_some_and(|fault| name.is_none_or(|name| name == fault))
            }
            Self::Status(comparison) => {
                reply.and_then(|reply| reply.status).is_some_and(|status| comparison.holds(&status.into()))
            }
            Self::Ms(comparison) => reply.is_some_and(|reply| comparison.holds(&milliseconds(reply.elapsed))),
            Self::Attempt(comparison) => comparison.holds(&placement.attempt),
            Self::Id(comparison) => comparison.holds(&placement.id.0),
            Self::After(time) => arrival(capture) >= *time,
            Self::Before(time) => arrival(capture) < *time,
            Self::Is(State::Replay) => capture.replay,
            Self::Is(State::Held) => held,
            Self::Is(State::Pinned) => annotation.is_some_and(|annotation| annotation.pinned),
            Self::HasNote => annotation.is_some_and(|annotation| annotation.note.is_some()),
            Self::HasDiagnosis => !capture.diagnoses.is_empty(),
            Self::Diagnosis(code) => capture.diagnoses.iter().any(|diagnosis| diagnosis.code == *code),
        }
    }
}

/// The time of receipt, in the microseconds that are recorded.
fn arrival(capture: &Capture) -> Timestamp {
    let received_at = capture.request.received_at;
    Timestamp::from_microsecond(received_at.as_microsecond()).unwrap_or(received_at)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use bytes::Bytes;
    use jiff::Zoned;

    use super::super::Filter;
    use super::*;
    use crate::capture::{CaptureId, Envelope, Mode, RawRequest, Signature};
    use crate::wechat::tree::parse_count;

    fn capture() -> Capture {
        Capture {
            request: RawRequest {
                received_at: Timestamp::UNIX_EPOCH,
                method: String::new(),
                version: String::new(),
                target: String::new(),
                headers: crate::capture::Headers::default(),
                peer: String::new(),
                body: Bytes::new(),
                body_length: 0,
            },
            account: String::new(),
            envelope: Envelope::default(),
            mode: Mode::Plain,
            signature: Signature::Valid,
            message: None,
            group_key: None,
            replay: false,
            diagnoses: Vec::new(),
            team: crate::capture::TeamMark::default(),
        }
    }

    fn holds(text: &str, change: impl Fn(&mut Subject<'_>)) -> bool {
        let capture = capture();
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let mut subject = Subject::arriving(&capture, placement);
        change(&mut subject);
        Filter::parse(text, &Zoned::default()).unwrap().expr.holds(&subject)
    }

    #[test]
    fn what_asks_about_something_missing_does_not_hold_and_its_negation_does() {
        for text in [
            "key:*",
            "openid:\"\"",
            "event:CLICK",
            "status:>=0",
            "ms:>=0",
            "reply:none",
            "reply:desktop",
            "relay:*",
            "claimed:*",
            "forward:ok",
            "fault:*",
            "diagnosis:doctype",
        ] {
            assert!(!holds(text, |_| {}), "{text}");
            assert!(holds(&format!("-{text}"), |_| {}), "{text}");
        }
    }

    #[test]
    fn held_is_what_the_subject_says() {
        assert!(holds("is:held", |subject| subject.held = true));
        assert!(holds("-is:held", |_| {}));
    }

    #[test]
    fn a_pin_and_a_note_are_what_the_subject_says() {
        static BOTH: LazyLock<Annotation> = LazyLock::new(|| Annotation::of(true, Some("twice")));
        assert!(holds("is:pinned has:note", |subject| subject.annotation = Some(&BOTH)));
        assert!(holds("-is:pinned -has:note", |_| {}));
        assert!(holds("-is:pinned", |subject| subject.annotation = None));
    }

    #[test]
    fn a_word_is_looked_for_in_the_tree_at_hand() {
        let mut capture = capture();
        capture.request.body = Bytes::from_static(b"<xml><a>at_hand&amp;</a></xml>");
        let tree = Tree::parse(capture.message()).unwrap();
        parse_count::start("at_hand");
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let subject = Subject::arriving(&capture, placement).with_tree(Some(&tree));
        assert!(Filter::parse("\"hand&\"", &Zoned::default()).unwrap().expr.holds(&subject));
        assert_eq!(parse_count::count("at_hand"), 0);
    }
}
