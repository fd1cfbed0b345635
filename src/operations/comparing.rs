//! Two stored events compared: what is different in their messages, and in their replies.

use serde_json::{Value, json};

use super::{OperationError, change_json, stored_event};
use crate::capture::{CaptureId, StoredCapture};
use crate::replay::{Change, ComparableAnswer, changes};
use crate::store::Reader;

/// The differences of two events.
#[derive(Debug)]
pub struct Comparison {
    pub a: CaptureId,
    pub b: CaptureId,
    /// Different facts of their records, such as the mode: name, and both values.
    pub facts: Vec<(&'static str, String, String)>,
    /// Different elements of the messages, by path.
    pub message: Vec<Change>,
    /// Different elements of the replies in plaintext; `None` where one of them has no reply.
    pub reply: Option<Vec<Change>>,
}

/// Compares two events. `ignored` are elements of replies that do not count.
pub fn compare(reader: &Reader, a: CaptureId, b: CaptureId, ignored: &[String]) -> Result<Comparison, OperationError> {
    let (one, other) = (stored_event(reader, a)?, stored_event(reader, b)?);
    let facts = facts(&one).into_iter().zip(facts(&other));
    let facts = facts.filter(|((_, was), (_, is))| was != is).map(|((name, was), (_, is))| (name, was, is)).collect();
    let message = changes(&message_of(&one), &message_of(&other), &[]);
    let reply = reply_of(&one).zip(reply_of(&other)).map(|(was, is)| changes(&was, &is, ignored));
    Ok(Comparison { a, b, facts, message, reply })
}

/// Facts recorded of an event beside its message.
fn facts(stored: &StoredCapture) -> [(&'static str, String); 7] {
    let StoredCapture { capture, reply, .. } = stored;
    [
        ("kind", capture.envelope.kind.clone()),
        ("account", capture.account.clone()),
        ("mode", capture.mode.as_str().to_owned()),
        ("signature", capture.signature.as_str().to_owned()),
        ("path", capture.request.path().to_owned()),
        ("diagnoses", capture.diagnoses.iter().map(|found| found.code.as_str()).collect::<Vec<_>>().join(", ")),
        ("reply source", reply.as_ref().map_or_else(|| "none".to_owned(), |reply| reply.source.spelling().into())),
    ]
}

fn message_of(stored: &StoredCapture) -> ComparableAnswer {
    ComparableAnswer { which: None, status: None, body: stored.capture.message().to_vec(), is_legal: true }
}

fn reply_of(stored: &StoredCapture) -> Option<ComparableAnswer> {
    let reply = stored.reply.as_ref()?;
    let is_legal = reply.summary().is_legal();
    Some(ComparableAnswer { which: None, status: reply.status, body: reply.body.clone(), is_legal })
}

impl Comparison {
    /// Tells whether nothing is different.
    pub fn is_same(&self) -> bool {
        self.facts.is_empty() && self.message.is_empty() && self.reply.as_ref().is_none_or(Vec::is_empty)
    }

    /// As one object.
    pub fn json(&self) -> Value {
        let facts = self.facts.iter().map(|(name, a, b)| json!({ "path": name, "before": a, "after": b }));
        json!({
            "a": self.a.0, "b": self.b.0, "same": self.is_same(),
            "facts": facts.collect::<Vec<_>>(),
            "message": self.message.iter().map(change_json).collect::<Vec<_>>(),
            "reply": self.reply.as_ref().map(|changes| changes.iter().map(change_json).collect::<Vec<_>>()),
        })
    }
}
