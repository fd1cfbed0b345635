//! The thread that sends events again, one run at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::worker::Worker;
use super::{Command, Known, LongJobs, Notice, ReplayRequest, ReplayWhat, Status, accounts_of};
use crate::capture::StoredRun;
use crate::delivery::{HttpClient, Target};
use crate::progress::Progress;
use crate::replay::{ComposedMessages, Pace, ReplayPlan, RunContext, RunEvent, replay, signer};
use crate::store::{Additions, Reader, StoreError};
use crate::texts::user_error::UserError;

/// What the thread works with.
pub(super) struct Replayer {
    pub(super) database: PathBuf,
    pub(super) known: Known,
    pub(super) status: watch::Receiver<Status>,
    pub(super) runtime: Arc<Runtime>,
    pub(super) courier: HttpClient,
    pub(super) jobs: LongJobs,
}

impl Replayer {
    pub(super) fn start(self) -> std::io::Result<Worker<Command>> {
        Worker::start("replay", move |commands| self.run(&commands))
    }

    fn run(self, commands: &Receiver<Command>) {
        let job = |command, progress: &Progress| {
            let Command::Replay { request } = command else { return Ok(None) };
            let run = Box::new(self.replay(*request, progress)?);
            Ok(Some(Notice::ReplayEnded { run }))
        };
        self.jobs.serve(commands, |_any| Some(Progress::new()), job);
    }

    fn replay(&self, request: ReplayRequest, progress: &Progress) -> Result<StoredRun, UserError> {
        let store = |error: StoreError| UserError::from(&error);
        let target = Target::parse(&request.target).map_err(|error| UserError::from(&error))?;
        let accounts = accounts_of(&self.known);
        let mut additions = Additions::open(&self.database).map_err(store)?;
        let reader = Reader::open(&self.database).map_err(store)?;
        let is_composed = matches!(request.what, ReplayWhat::Composed(_));
        let (events, edited) = match request.what {
            ReplayWhat::Stored(chosen) => (chosen.ids(&reader).map_err(store)?, None),
            ReplayWhat::Edited { id, message } => (vec![id], Some(message)),
            ReplayWhat::Composed(messages) => {
                let account = signer(&accounts, request.account.as_deref()).map_err(|error| UserError::from(&error))?;
                let composed = ComposedMessages { messages: &messages, account, encrypt: false };
                (composed.store(&mut additions, &accounts).map_err(|error| UserError::from(&error))?, None)
            }
        };
        let how = request.how;
        // Pictures follow their event.
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
            http_client: &self.courier,
            progress,
        };
        let mut told = |told: RunEvent<'_>| match told {
            RunEvent::Begun(run) => {
                self.jobs.desk.put(Notice::ReplayBegun { run: Box::new(run.clone()) });
            }
            RunEvent::Replayed { .. } => {}
        };
        self.runtime.block_on(replay(&plan, tools, &mut told)).map_err(|error| UserError::from(&error))
    }
}
