//! The thread `replay`: sends stored, edited or composed events to a server, one run at a time.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::SharedAccounts;
use super::long_jobs::LongJobs;
use super::notice::ReplaysNotice;
use super::selection::Selection;
use super::status::Status;
use super::worker::Worker;
use crate::capture::{Against, CaptureId, ReplayForm, ReplayMode, StoredRun};
use crate::delivery::{HttpClient, Target};
use crate::progress::Progress;
use crate::replay::{ComposedMessages, Pace, ReplayPlan, RunContext, RunEvent, replay, signer};
use crate::store::{BulkWriter, Reader, StoreError};
use crate::texts::user_error::UserError;

/// A run of replays, as the window asks for it.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    pub what: ReplayWhat,
    /// The URL to post to.
    pub target: String,
    /// The account that messages are signed and encrypted for; `None`: the account of each event.
    pub account: Option<String>,
    pub how: ReplayHow,
}

/// The messages of a run.
#[derive(Clone, Debug)]
pub enum ReplayWhat {
    Stored(Selection),
    /// A stored event, with `message` in place of the captured one.
    Edited {
        id: CaptureId,
        message: Vec<u8>,
    },
    /// New messages. They are stored as our own events first and then sent in this order.
    Composed(Vec<Vec<u8>>),
}

/// The options of a run, kept for the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayHow {
    pub mode: ReplayMode,
    pub form: ReplayForm,
    /// Send each event three times: as first, second and third attempt.
    pub as_retry: bool,
    /// Copies sent at once, at least 1.
    pub burst: NonZeroU32,
    pub pace: Pace,
    /// The baseline that answers are compared with.
    pub against: Against,
}

/// The state of the thread.
pub(super) struct ReplayWorker {
    pub(super) database: PathBuf,
    pub(super) accounts: SharedAccounts,
    pub(super) status: watch::Receiver<Arc<Status>>,
    pub(super) runtime: Arc<Runtime>,
    pub(super) http_client: HttpClient,
    pub(super) jobs: LongJobs,
}

impl ReplayWorker {
    pub(super) fn start(self) -> std::io::Result<Worker<Box<ReplayRequest>>> {
        Worker::start("replay", move |requests| self.run(&requests))
    }

    fn run(self, requests: &Receiver<Box<ReplayRequest>>) {
        let job = |request: Box<ReplayRequest>, progress: &Progress| {
            let run = Box::new(self.replay(*request, progress)?);
            Ok(Some(ReplaysNotice::Ended { run }.into()))
        };
        self.jobs.serve(requests, |_any| Some(Progress::new()), job);
    }

    fn replay(&self, request: ReplayRequest, progress: &Progress) -> Result<StoredRun, UserError> {
        let store = |error: StoreError| UserError::from(&error);
        let target = Target::parse(&request.target).map_err(|error| UserError::from(&error))?;
        let accounts = self.accounts.borrow().clone();
        let mut additions = BulkWriter::open(&self.database).map_err(store)?;
        let reader = Reader::open(&self.database).map_err(store)?;
        let is_composed = matches!(request.what, ReplayWhat::Composed(_));
        let (events, edited) = match request.what {
            ReplayWhat::Stored(selection) => (selection.ids(&reader).map_err(store)?, None),
            ReplayWhat::Edited { id, message } => (vec![id], Some(message)),
            ReplayWhat::Composed(messages) => {
                let account = signer(&accounts, request.account.as_deref()).map_err(|error| UserError::from(&error))?;
                let composed = ComposedMessages { messages: &messages, account, encrypt: false };
                (composed.store(&mut additions, &accounts).map_err(|error| UserError::from(&error))?, None)
            }
        };
        let how = request.how;
        // Image messages follow their event: their order counts.
        let pace = if is_composed && how.pace == Pace::Fast { Pace::InTurn } else { how.pace };
        let plan = ReplayPlan {
            events,
            target,
            account: request.account,
            mode: how.mode,
            form: how.form,
            edited,
            as_retry: how.as_retry,
            burst: how.burst,
            pace,
            against: how.against,
            ignored: self.status.borrow().config.replay.ignore.clone(),
        };
        let tools = RunContext {
            reader: &reader,
            additions: &mut additions,
            accounts: &accounts,
            http_client: &self.http_client,
            progress,
        };
        let mut told = |told: RunEvent<'_>| match told {
            RunEvent::Begun(run) => {
                self.jobs.notices.send(ReplaysNotice::Begun { run: Box::new(run.clone()) });
            }
            RunEvent::Answered { .. } => {}
        };
        self.runtime.block_on(replay(&plan, tools, &mut told)).map_err(|error| UserError::from(&error))
    }
}
