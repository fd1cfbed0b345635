//! Everything that is known about one event: diagnoses, the signature's calculation, the reply's findings, what the user saw.

use serde_json::{Value, json};

use super::{OperationError, change_json, stored_event};
use crate::account::Accounts;
use crate::capture::{
    CaptureId, CaptureSummary, HANDSHAKE, Reply, StoredCapture, StoredReplay, Verdict, finding_json, milliseconds,
    replay_json,
};

use crate::inspect::{SignatureCheck, explain_signature, recorded_report};
use crate::replay::{Change, ComparableAnswer, before, changes};
use crate::store::Reader;
use crate::texts::Language;
use crate::wechat::codes::{Severity, worst};
use crate::wechat::lint::{LintFinding, Report};

/// An event and what follows from its record.
#[derive(Debug)]
pub struct Explanation {
    pub stored: StoredCapture,
    /// All attempts of the event, itself included.
    pub attempts: Vec<CaptureSummary>,
    /// `None` where the account has no token here, or the query no timestamp or nonce.
    pub signature: Option<SignatureCheck>,
    /// The reply as the user saw it; `None` without a reply, and for a handshake, which no user sees.
    pub seen: Option<Report>,
    /// The latest replay, with what is different from the answer that it is compared with.
    pub replay: Option<(StoredReplay, Option<Vec<Change>>)>,
}

/// Explains a stored event. `ignored` are elements that comparisons leave out.
pub fn explain(
    reader: &Reader,
    id: CaptureId,
    accounts: &Accounts,
    ignored: &[String],
) -> Result<Explanation, OperationError> {
    let stored = stored_event(reader, id)?;
    let account = accounts.named(&stored.capture.account);
    let signature = account.and_then(|account| explain_signature(&stored.capture, account));
    let seen = stored.reply.as_ref().filter(|_| stored.capture.envelope.kind != HANDSHAKE);
    let seen = seen.map(|reply| recorded_report(&stored.capture, reply));
    let replay = match reader.replays_of(id, 1)?.pop() {
        None => None,
        Some(replay) => {
            let earlier = match replay.replayed.baseline {
                Some(baseline) => before(reader, baseline, &stored, accounts)?,
                None => None,
            };
            let now = ComparableAnswer::of_replay(&replay);
            let changes = earlier.map(|earlier| changes(&earlier, &now, ignored));
            Some((replay, changes))
        }
    };
    Ok(Explanation { attempts: reader.attempts(stored.placement.group)?, stored, signature, seen, replay })
}

impl Explanation {
    /// Tells whether nothing is wrong with the event and its reply.
    pub fn is_well(&self) -> bool {
        let reply = self.stored.reply.as_ref();
        let diagnosed = worst(&self.stored.capture.diagnoses) == Some(Severity::Error);
        let legal = reply.is_some_and(|reply| worst(&reply.lint) != Some(Severity::Error));
        let server = reply.and_then(|reply| reply.forwarded.as_deref()).is_none_or(|forwarded| forwarded.is_legal());
        !diagnosed && legal && server
    }

    /// As one object.
    pub fn json(&self, language: Language) -> Value {
        let capture = &self.stored.capture;
        let findings: Vec<Value> = capture.diagnoses.iter().map(|finding| finding_json(finding, language)).collect();
        json!({
            "id": self.stored.placement.id.0,
            "well": self.is_well(),
            "diagnoses": findings,
            "signature": {
                "verdict": capture.signature.as_str(),
                "steps": self.signature.as_ref().map(signature_json),
            },
            "reply": self.stored.reply.as_ref().map(|reply| reply_json(reply, language)),
            "user_saw": self.seen.as_ref().map(|report| json!({
                "code": report.outcome.key(), "message": report.outcome.sentence(language),
            })),
            "attempts": self.attempts.iter().map(attempt_json).collect::<Vec<_>>(),
            "replay": self.replay.as_ref().map(|(replay, changes)| last_replay_json(replay, changes.as_deref(), language)),
        })
    }
}

/// The calculation, with the token masked.
fn signature_json(check: &SignatureCheck) -> Value {
    json!({
        "parameter": check.parameter, "sorted_parts": check.parts, "sha1": check.computed,
        "received": check.received, "agrees": check.agrees,
    })
}

/// Status, source and findings of the reply, and what came from the developer's own server.
fn reply_json(reply: &Reply, language: Language) -> Value {
    let lint = |findings: &[LintFinding]| -> Value {
        findings.iter().map(|finding| finding_json(finding, language)).collect()
    };
    let forward = reply.forwarded.as_deref().map(|forwarded| {
        let problem = forwarded.problem.as_ref();
        json!({
            "state": forwarded.state().as_str(), "status": forwarded.status,
            "problem": problem.map(|problem| json!({ "code": problem.as_str(), "message": problem.words(language) })),
            "passed_on": forwarded.passed_on, "lint": lint(&forwarded.lint),
        })
    });
    json!({
        "status": reply.status, "source": reply.source.spelling(), "fault": reply.fault,
        "elapsed_ms": milliseconds(reply.elapsed), "end": reply.end.as_str(),
        "legal": reply.summary().is_legal(), "lint": lint(&reply.lint), "forward": forward,
    })
}

fn attempt_json(attempt: &CaptureSummary) -> Value {
    let reply = attempt.reply.as_ref();
    json!({
        "id": attempt.placement.id.0, "attempt": attempt.placement.attempt,
        "received_at": format!("{:.6}", attempt.received_at), "status": reply.and_then(|reply| reply.status),
    })
}

/// The verdict on the latest replay, without what was sent.
fn last_replay_json(replay: &StoredReplay, changes: Option<&[Change]>, language: Language) -> Value {
    let mut object = replay_json(replay, language);
    if let Some(members) = object.as_object_mut() {
        members.shift_remove("request");
    }
    let told = changes.filter(|_| replay.replayed.verdict != Verdict::Same);
    object["changes"] = told.map_or(Value::Null, |changes| changes.iter().map(change_json).collect());
    object
}
