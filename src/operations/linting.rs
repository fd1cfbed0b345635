//! A passive reply judged: whether it is legal, and what the user will see of it.

use std::path::Path;

use serde_json::{Value, json};

use super::{OperationError, stored_event};
use crate::account::Accounts;
use crate::capture::{CaptureId, finding_json};
use crate::inspect::reply::{lint_reply, lint_reply_to};
use crate::store::Reader;
use crate::texts::Language;
use crate::wechat::lint::{HttpResponse, LintCode, Report};

/// The event that a reply answers.
#[derive(Clone, Copy, Debug)]
pub enum AnsweredEvent<'a> {
    /// None is known.
    Unknown,
    /// A stored one.
    Stored(CaptureId),
    /// The bytes of a message or a push, and what they are called in errors.
    Bytes { name: &'a str, bytes: &'a [u8] },
}

/// A reply with its findings.
#[derive(Debug)]
pub struct LintedReply {
    pub report: Report,
}

/// Judges the body of a reply. `database` is opened for a stored event alone.
pub fn lint_body(
    body: &[u8],
    answered: AnsweredEvent<'_>,
    database: &Path,
    accounts: &Accounts,
) -> Result<LintedReply, OperationError> {
    let response = HttpResponse { status: 200, body, elapsed_ms: None };
    let default = Some(accounts.default_account());
    let (push, name) = match answered {
        AnsweredEvent::Stored(id) => {
            let stored = stored_event(&Reader::open(database)?, id)?;
            let account = accounts.named(&stored.capture.account);
            return Ok(LintedReply { report: lint_reply(&response, &stored.capture, account) });
        }
        AnsweredEvent::Unknown => (None, ""),
        AnsweredEvent::Bytes { name, bytes } => (Some(bytes), name),
    };
    let report = lint_reply_to(&response, push, default)
        .map_err(|source| OperationError::NoMessage { name: name.to_owned(), source })?;
    Ok(LintedReply { report })
}

impl LintedReply {
    /// Tells whether an encrypted reply was not opened, so that what is in it is neither legal nor illegal.
    pub fn is_unopened(&self) -> bool {
        self.report.findings.iter().any(|finding| finding.code == LintCode::EncryptedUnchecked)
    }

    /// Legality, outcome for the user, and findings.
    pub fn json(&self, language: Language) -> Value {
        let report = &self.report;
        let findings: Vec<Value> = report.findings.iter().map(|finding| finding_json(finding, language)).collect();
        json!({
            "legal": report.is_legal(),
            "outcome": { "code": report.outcome.key(), "message": report.outcome.sentence(language) },
            "findings": findings,
        })
    }
}
