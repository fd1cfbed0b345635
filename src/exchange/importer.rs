//! Stores the events that readers find, in batches, and lists what could not be read.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::account::{Account, Accounts, Secrets};
use crate::capture::diagnosis::Code;
use crate::capture::{Capture, CaptureId, Headers, RawRequest, Reply};
use crate::inspect::{inspect, read_envelope, unpacked_message};
use crate::progress::Progress;
use crate::store::{BulkWriter, ImportEvent, ImportOutcome};

use super::fixture_error::FixtureError;
use super::import_problem::{ImportProblem, ImportReason};
use super::record::numbering::number_first;
use super::record::{FileEvent, Record};

pub(super) mod line_check;

use line_check::{check_headers, check_lines};

/// Events in one transaction: enough to make each cheap, and few enough that a listener that writes
/// beside it does not wait.
const BATCH: usize = 256;

/// Events of a file whose ids are remembered: the attempts of one event come within a minute.
const REMEMBERED: u64 = 65_536;

/// Problems beyond this number are counted and not listed.
const MOST_PROBLEMS: usize = 1000;

/// Counts of a finished import, and its problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// New events.
    pub added: u64,
    /// Events that were there already.
    pub known: u64,
    /// The first of them.
    pub problems: Vec<ImportProblem>,
    /// The number of problems.
    pub unread: u64,
    /// The number of problems that are none of the file: requests of other kinds beside the callbacks.
    pub others: u64,
}

/// Stores events, and counts them.
pub(super) struct Importer<'a> {
    additions: &'a mut BulkWriter,
    accounts: &'a Accounts,
    progress: &'a Progress,
    /// With the number in the file, where it has one.
    batch: Vec<(ImportEvent, Option<u64>)>,
    /// The ids of the current file's events, by their numbers in it.
    stored: HashMap<u64, CaptureId>,
    imported: ImportSummary,
    /// The accounts without tokens, for messages without a signature; made on first use.
    unsigned: Option<Accounts>,
}

impl<'a> Importer<'a> {
    pub(super) fn new(additions: &'a mut BulkWriter, accounts: &'a Accounts, progress: &'a Progress) -> Self {
        Self {
            additions,
            accounts,
            progress,
            batch: Vec::with_capacity(BATCH),
            stored: HashMap::new(),
            imported: ImportSummary::default(),
            unsigned: None,
        }
    }

    /// Begins a file: numbers count from 1 in each.
    pub(super) fn begin_file(&mut self) -> Result<(), FixtureError> {
        self.store()?;
        self.stored.clear();
        Ok(())
    }

    /// Adds an event; `place` names it if it is refused. An error ends the import: it was cancelled, or the database
    /// failed.
    pub(super) fn take(&mut self, found: FileEvent, place: impl FnOnce() -> String) -> Result<(), FixtureError> {
        self.go_on()?;
        let FileEvent { request, record } = found;
        let recorded = match record {
            None => (self.inspected(request), None),
            Some(record) => {
                let number = record.number;
                let first = self.first(record.first)?;
                let mut recorded = ImportEvent { first, ..as_recorded(request, record) };
                name_first(&mut recorded);
                (recorded, Some(number))
            }
        };
        self.push(recorded, place)
    }

    /// Adds a request, which is inspected as if it had just arrived, with its reply.
    pub(super) fn take_answered(
        &mut self,
        request: RawRequest,
        reply: impl FnOnce(&Capture, &Account) -> Reply,
        place: impl FnOnce() -> String,
    ) -> Result<(), FixtureError> {
        self.go_on()?;
        let recorded = self.inspected(request);
        let reply = reply(&recorded.capture, self.owner(&recorded.capture.account));
        self.push((ImportEvent { reply: Some(reply), ..recorded }, None), place)
    }

    /// Adds a message from a file without its request. Its CreateTime is the time of arrival, if it has one.
    pub(super) fn take_message(&mut self, body: Vec<u8>, modified: Timestamp) -> Result<(), FixtureError> {
        self.go_on()?;
        let accounts = self.unsigned.get_or_insert_with(|| without_tokens(self.accounts));
        let mut capture = inspect(posted(body, modified), accounts).capture;
        capture.request.received_at = made_at(capture.envelope.create_time, modified);
        // These are about a query, and there is none.
        capture
            .diagnoses
            .retain(|diagnosis| !matches!(diagnosis.code, Code::TokenMissing | Code::EncryptTypeDisagrees));
        // Its request is made here, and has no lines that could be wrong.
        self.push((ImportEvent::unanswered(capture), None), String::new)
    }

    /// Fails where the import was cancelled; the events so far are stored.
    pub(super) fn go_on(&mut self) -> Result<(), FixtureError> {
        if self.progress.is_cancelled() {
            self.store()?;
            return Err(FixtureError::Cancelled { exporting: false });
        }
        Ok(())
    }

    /// The account of that name, else the default one.
    fn owner(&self, account: &str) -> &Account {
        self.accounts.owner(account)
    }

    fn push(
        &mut self,
        recorded: (ImportEvent, Option<u64>),
        place: impl FnOnce() -> String,
    ) -> Result<(), FixtureError> {
        let ImportEvent { capture, reply, .. } = &recorded.0;
        let forwarded = reply.as_ref().and_then(|reply| reply.forwarded.as_ref());
        let checked = check_lines(&capture.request)
            .and_then(|()| forwarded.map_or(Ok(()), |forwarded| check_headers(&forwarded.headers)));
        if let Err(reason) = checked {
            self.refuse(place(), reason);
            return Ok(());
        }
        self.batch.push(recorded);
        if self.batch.len() == BATCH { self.store() } else { Ok(()) }
    }

    /// Decrypts a body of that account, where its key is known.
    pub(super) fn opened(&self, account: &str, body: &[u8]) -> Option<Vec<u8>> {
        self.owner(account).decrypt_reply(body)
    }

    /// Adds a problem; the import goes on.
    pub(super) fn refuse(&mut self, place: String, reason: ImportReason) {
        self.imported.unread += 1;
        self.imported.others += u64::from(matches!(reason, ImportReason::NotACallback { .. }));
        if self.imported.problems.len() < MOST_PROBLEMS {
            self.imported.problems.push(ImportProblem { place, reason });
        }
    }

    /// Stores the last batch.
    pub(super) fn finish(mut self) -> Result<ImportSummary, FixtureError> {
        self.store()?;
        Ok(self.imported)
    }

    fn inspected(&self, request: RawRequest) -> ImportEvent {
        ImportEvent::unanswered(inspect(request, self.accounts).capture)
    }

    fn first(&mut self, first: Option<u64>) -> Result<Option<CaptureId>, FixtureError> {
        let Some(number) = first else { return Ok(None) };
        if self.batch.iter().any(|(_, waiting)| *waiting == Some(number)) {
            self.store()?;
        }
        Ok(self.stored.get(&number).copied())
    }

    fn store(&mut self) -> Result<(), FixtureError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let (batch, numbers): (Vec<_>, Vec<_>) = self.batch.drain(..).unzip();
        let added = self.additions.import(&batch)?;
        for (added, number) in added.iter().zip(numbers) {
            match added {
                ImportOutcome::New(_) => self.imported.added += 1,
                ImportOutcome::Known(_) => self.imported.known += 1,
            }
            if let Some(number) = number {
                // Others are attempts of one of these.
                self.stored.insert(number, added.id());
                self.stored.remove(&number.wrapping_sub(REMEMBERED));
            }
        }
        self.progress.advance(batch.len() as u64);
        Ok(())
    }
}

/// A message in a request of its own.
fn posted(body: Vec<u8>, at: Timestamp) -> RawRequest {
    RawRequest {
        received_at: at,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/".to_owned(),
        headers: Headers::default(),
        peer: String::new(),
        body_length: body.len() as u64,
        body: body.into(),
    }
}

/// The official accounts began in 2012: what claims to be older, or of the future, does not know its time.
fn made_at(create_time: Option<i64>, modified: Timestamp) -> Timestamp {
    const FIRST: i64 = 1_325_376_000;
    const DAY: i64 = 86_400;
    create_time
        .filter(|seconds| (FIRST..=modified.as_second().saturating_add(DAY)).contains(seconds))
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(modified)
}

/// The accounts with their keys alone: where there is no query, nothing can be verified, and nothing is forged either.
fn without_tokens(accounts: &Accounts) -> Accounts {
    let without = |account: &Account| {
        let secrets = Secrets { token: None, ..account.secrets.clone() };
        account.clone().with_secrets(secrets)
    };
    let preferred = accounts.default_account().name.clone();
    Accounts::new(accounts.iter().map(without).collect(), Some(&preferred)).with_own_mark(accounts.own_mark().clone())
}

/// A retry names its first attempt by the number that this has in the database.
fn name_first(recorded: &mut ImportEvent) {
    let Some(first) = recorded.first else { return };
    number_first(&mut recorded.capture.diagnoses, first);
}

/// The event as it was on record.
pub(super) fn as_recorded(request: RawRequest, record: Record) -> ImportEvent {
    let Record { attempt, account, mode, signature, replay, message, diagnoses, reply, annotation, team, .. } = record;
    // A file holds the message of a plain push only once, which is its body.
    let message = message.or_else(|| unpacked_message(&request, mode, signature));
    let envelope = read_envelope(&request, mode, message.as_deref());
    let capture =
        Capture { request, account, envelope, mode, signature, message, group_key: None, replay, diagnoses, team };
    ImportEvent { capture, reply, attempt, first: None, annotation }
}
