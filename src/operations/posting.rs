//! Messages posted, signed, as WeChat would: one after the other, and recorded where that is asked for.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::{Value, json};

use super::OperationError;
use crate::account::{Account, AccountKind, Accounts};
use crate::capture::{
    Against, CaptureId, ReplayForm, ReplayMode, RunEnd, StoredReplay, StoredRun, finding_json, milliseconds,
};
use crate::config::DataFolder;
use crate::delivery::{DeliveryError, HttpClient, Target};
use crate::inspect::reply::lint_reply_to;
use crate::progress::Progress;
use crate::replay::{ComposedMessages, Pace, ReplayPlan, RunContext, RunEvent, replay};
use crate::sample;
use crate::store::{BulkWriter, Reader};
use crate::texts::Language;
use crate::wechat::lint::{HttpResponse, Report};

mod messages;

pub use messages::{MessageChanges, made_messages};

/// The messages to post, and their account.
#[derive(Debug)]
pub struct Posting<'a> {
    pub target: Target,
    pub account: &'a Account,
    /// The event behind each message, as it was asked for, and the message.
    pub messages: Vec<(String, Vec<u8>)>,
    pub encrypt: bool,
    pub language: Language,
}

/// The result of posting one message.
#[derive(Debug)]
pub struct PostedAnswer {
    /// The event as it was asked for.
    pub name: String,
    /// The event's number, where it is kept.
    pub id: Option<CaptureId>,
    pub answer: Result<WholeAnswer, String>,
}

/// An answer that came in full.
#[derive(Debug)]
pub struct WholeAnswer {
    pub status: u16,
    pub body: Vec<u8>,
    /// The plaintext of an encrypted answer.
    pub message: Option<Vec<u8>>,
    pub elapsed: Duration,
    pub report: Report,
}

/// The end of a posting that was recorded.
#[derive(Clone, Debug)]
pub enum PostingEnd {
    /// All messages were posted; `false` where an answer is missing, illegal, or not 2xx.
    Posted(bool),
    /// Cancelled; the run as far as it came.
    Cancelled(StoredRun),
    /// Nobody takes connections there.
    Dead(StoredRun),
}

impl Posting<'_> {
    /// The remedy for refusals by a server that verifies, where no token is known to sign with. The cloud signs nothing.
    pub fn unsigned_hint(&self) -> Option<&'static str> {
        let is_signed = self.account.token().is_some() || self.account.kind == AccountKind::Cloud;
        (!is_signed).then_some(
            "no token is known here, so that the events are signed with an empty one, which a server that verifies refuses; \
             give it with --token or MENUSCOPE_TOKEN, or store it with `menuscope account set`",
        )
    }

    /// Posts one after the other and keeps nothing. Tells whether every answer is legal and 2xx.
    pub async fn unrecorded<E: From<OperationError>>(
        &self,
        progress: &Progress,
        mut tell: impl FnMut(&PostedAnswer) -> Result<(), E>,
    ) -> Result<bool, E> {
        let client = HttpClient::new();
        progress.set_total(self.messages.len() as u64);
        let mut well = true;
        for (name, message) in &self.messages {
            if progress.is_cancelled() {
                return Ok(false);
            }
            let push = sample::signed(message, Some(self.account), self.encrypt, crate::clock::now())
                .map_err(OperationError::from)?;
            let answer = match client.post(&push, self.target.as_str()).await {
                Ok(answer) => Ok(self.judged(answer.status, answer.body.to_vec(), answer.elapsed, &push.body)),
                // That there is no answer in time is an answer; that nobody is there is none.
                Err(error @ DeliveryError::TooLate { .. }) => Err(error.to_string()),
                Err(error) => return Err(OperationError::from(error).into()),
            };
            let posted = PostedAnswer { name: name.clone(), id: None, answer };
            well &= posted.is_well();
            tell(&posted)?;
            progress.advance(1);
        }
        Ok(well)
    }

    /// Stores the messages as our own, then posts one after the other as a run of replays.
    pub async fn recorded<E: From<OperationError>>(
        &self,
        folder: &DataFolder,
        accounts: &Accounts,
        progress: &Progress,
        mut tell: impl FnMut(&PostedAnswer) -> Result<(), E>,
    ) -> Result<PostingEnd, E> {
        folder.create().map_err(OperationError::from)?;
        let mut additions = BulkWriter::open(&folder.database()).map_err(OperationError::from)?;
        let messages: Vec<Vec<u8>> = self.messages.iter().map(|(_, message)| message.clone()).collect();
        let composed = ComposedMessages { messages: &messages, account: self.account, encrypt: self.encrypt };
        let events = composed.store(&mut additions, accounts).map_err(OperationError::from)?;
        let reader = Reader::open(&folder.database()).map_err(OperationError::from)?;
        let plan = self.plan(events.clone());
        let client = HttpClient::new();
        let context =
            RunContext { reader: &reader, additions: &mut additions, accounts, http_client: &client, progress };
        let (mut well, mut failure) = (true, None);
        let mut hear = |told: RunEvent<'_>| {
            if let (RunEvent::Answered { stored, .. }, None) = (&told, &failure) {
                let posted = self.posted(stored, &events);
                well &= posted.is_well();
                failure = tell(&posted).err();
            }
        };
        let run = replay(&plan, context, &mut hear).await.map_err(OperationError::from)?;
        match failure {
            Some(error) => Err(error),
            None if run.end == Some(RunEnd::Dead) => Ok(PostingEnd::Dead(run)),
            None if run.end == Some(RunEnd::Cancelled) => Ok(PostingEnd::Cancelled(run)),
            None => Ok(PostingEnd::Posted(well && run.end == Some(RunEnd::Finished))),
        }
    }

    fn plan(&self, events: Vec<CaptureId>) -> ReplayPlan {
        ReplayPlan {
            events,
            target: self.target.clone(),
            account: Some(self.account.name.clone()),
            mode: ReplayMode::Verbatim,
            form: ReplayForm::AsCaptured,
            edited: None,
            as_retry: false,
            burst: NonZeroU32::MIN,
            pace: Pace::InTurn,
            against: Against::Last,
            ignored: Vec::new(),
        }
    }

    fn posted(&self, stored: &StoredReplay, events: &[CaptureId]) -> PostedAnswer {
        let replayed = &stored.replayed;
        let id = replayed.event;
        let place = events.iter().position(|event| *event == id);
        let name = place.and_then(|place| self.messages.get(place)).map_or("", |(name, _)| name).to_owned();
        let answer = &replayed.answer;
        let incomplete = answer.problem.as_ref().filter(|problem| problem.is_incomplete());
        let answer = match (answer.status, incomplete) {
            (Some(status), None) => {
                Ok(self.judged(status, answer.body.to_vec(), answer.elapsed, &replayed.request.body))
            }
            (_, problem) => Err(problem.map_or_else(String::new, |problem| problem.words(self.language))),
        };
        PostedAnswer { name, id: Some(id), answer }
    }

    fn judged(&self, status: u16, body: Vec<u8>, elapsed: Duration, push: &[u8]) -> WholeAnswer {
        let response = HttpResponse { status, body: &body, elapsed_ms: Some(elapsed.as_millis() as u64) };
        // What is no message can be sent all the same, and its answer is judged by itself.
        let report = lint_reply_to(&response, Some(push), Some(self.account))
            .or_else(|_unreadable| lint_reply_to(&response, None, Some(self.account)))
            .unwrap_or_else(|_never| Report::unanswered(&crate::wechat::lint::PushInfo::UNKNOWN));
        let message = self.account.decrypt_reply(&body);
        WholeAnswer { status, body, message, elapsed, report }
    }
}

impl PostedAnswer {
    /// Tells whether a whole answer came that is legal and 2xx.
    pub fn is_well(&self) -> bool {
        self.answer.as_ref().is_ok_and(|answer| (200..300).contains(&answer.status) && answer.report.is_legal())
    }

    /// As one object.
    pub fn json(&self, language: Language) -> Value {
        let mut line = match &self.answer {
            Ok(answer) => answer.json(&self.name, language),
            Err(why) => json!({ "event": self.name, "status": null, "error": why, "lint": [] }),
        };
        if let Some(id) = self.id {
            line["id"] = json!(id.0);
        }
        line
    }
}

impl WholeAnswer {
    fn json(&self, name: &str, language: Language) -> Value {
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes));
        let findings = self.report.findings.iter().map(|finding| finding_json(finding, language));
        json!({
            "event": name, "status": self.status, "elapsed_ms": milliseconds(self.elapsed), "body": text(&self.body),
            "message": self.message.as_deref().map(text), "lint": findings.collect::<Vec<_>>(),
        })
    }
}
