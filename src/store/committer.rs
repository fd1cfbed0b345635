//! Commits batches of jobs to the database at the path, and follows that database when its files are removed or replaced.
//!
//! ```text
//! removed, moved ─► checkpoint ─► close ─► make a new database ─► write the batch there, and report it
//! replaced ───────► checkpoint ─► close ─► open the database that is there now ─► likewise
//! -wal removed ───► checkpoint after each commit, and report it
//! folder gone ────► 503 until it is back
//! ```
//! An acknowledged capture is in the file at the path, whatever is done to that file. Ids go on from one database to the
//! next, so that none means two events within a run.

use std::path::Path;
use std::time::{Duration, Instant};

use super::database_file::FileState;
use super::error::StoreError;
use super::head::StoreHead;
use super::queue::{Acknowledgement, Job};
use super::retention::Limits;
use super::team_events::{Received, TeamEvent};
use crate::texts::user_error::UserError;

mod database;
mod failures;

use database::{JobOutcome, OpenDatabase};
use failures::CommitFailures;

/// Records of replies that are kept through a lasting failure, at most.
const MOST_UNWRITTEN: usize = 100_000;

/// Attempts to write one batch to a database that is replaced again and again.
const ATTEMPTS: usize = 3;

/// The time for which the head reports a change to the files.
const REPORT_TIME: Duration = Duration::from_mins(10);

/// The open database, and what outlives it when another one takes its place.
pub(super) struct Committer {
    database: OpenDatabase,
    head: StoreHead,
    /// The last change to the files.
    change: Option<FileChange>,
    failures: CommitFailures,
    /// Records of replies whose commit failed.
    unwritten: Vec<Job>,
}

/// A change to the database's files by somebody else, and its time.
struct FileChange {
    at: Instant,
    report: UserError,
}

impl Committer {
    /// Opens the database, or makes it where it is missing.
    pub(super) fn open(path: &Path, limits: Limits) -> Result<Self, StoreError> {
        let (database, head) = OpenDatabase::open(path, limits)?;
        Ok(Self { database, head, change: None, failures: CommitFailures::default(), unwritten: Vec::new() })
    }

    pub(super) fn head(&self) -> StoreHead {
        self.head.clone()
    }

    /// Writes the jobs in one transaction; returns the acknowledgements that are due now.
    pub(super) fn commit(&mut self, jobs: impl Iterator<Item = Job>) -> Vec<Acknowledgement> {
        let mut jobs: Vec<Job> = jobs.collect();
        let captures = jobs.iter().filter(|job| matches!(job, Job::Insert { .. } | Job::Receive { .. })).count();
        let acknowledgements = match self.write_in_place(&mut jobs) {
            Ok(outcomes) => {
                if captures > 0 {
                    self.failures.note_success();
                }
                jobs.into_iter().zip(outcomes).filter_map(|(job, outcome)| self.succeeded(job, &outcome)).collect()
            }
            // One bad row must not fail the others: each job gets a transaction of its own.
            Err(StoreError::Sqlite { of_one_row: true, .. }) if jobs.len() > 1 => {
                jobs.into_iter().flat_map(|job| self.commit(std::iter::once(job))).collect()
            }
            Err(error) => {
                self.note_failure(&error, captures);
                jobs.into_iter().filter_map(|job| self.failed(job, &error)).collect()
            }
        };
        self.head.revision += 1;
        self.head.oldest_open = self.database.oldest_open();
        self.report_change();
        acknowledgements
    }

    fn note_failure(&mut self, error: &StoreError, captures: usize) {
        self.failures.note_failure(error, captures);
        self.head.trouble = Some(error.into());
    }

    fn succeeded(&mut self, job: Job, outcome: &JobOutcome) -> Option<Acknowledgement> {
        self.head.trouble = None;
        (self.head.unverified_bytes, self.head.unverified_dropped) = self.database.unverified();
        match (job, outcome) {
            (Job::Insert { done, .. }, JobOutcome::Inserted(placement)) => {
                self.database.note_open(placement.id);
                self.head.last_id = self.head.last_id.max(placement.id.0);
                Some(Acknowledgement::Stored { done, result: Ok(*placement) })
            }
            (Job::Receive { events, done, .. }, JobOutcome::Received(received)) => {
                self.note_received(&events, received);
                Some(Acknowledgement::Received { done, result: Ok(received.clone()) })
            }
            (_, JobOutcome::Replied(id)) => {
                self.database.note_answered(*id);
                None
            }
            (Job::Keep(retention), _) => {
                self.database.set_retention(retention);
                None
            }
            (_, JobOutcome::Nothing) => None,
            (job, JobOutcome::Inserted(_) | JobOutcome::Received(_)) => self.failed(job, &StoreError::Closing),
        }
    }

    /// Remembers which events of the team are open: those whose answer is asked for here.
    fn note_received(&mut self, events: &[TeamEvent], received: &[Received]) {
        for (event, received) in events.iter().zip(received) {
            let Some(placement) = received.placement() else { continue };
            self.head.last_id = self.head.last_id.max(placement.id.0);
            let is_answered = matches!(received, Received::Known { is_answered: true, .. });
            if is_answered || event.is_settled {
                self.database.note_answered(placement.id);
            } else {
                self.database.note_open(placement.id);
            }
        }
    }

    /// A sender gets the error and answers accordingly; the record of a reply that is out already is kept.
    fn failed(&mut self, job: Job, error: &StoreError) -> Option<Acknowledgement> {
        match job {
            Job::Insert { done, .. } => return Some(Acknowledgement::Stored { done, result: Err(error.clone()) }),
            Job::Receive { done, .. } => {
                return Some(Acknowledgement::Received { done, result: Err(error.clone()) });
            }
            // An error of one row: the capture has been deleted, and another attempt would not bring it back.
            Job::Reply { .. } if matches!(error, StoreError::Sqlite { of_one_row: true, .. }) => {}
            Job::Reply { .. } if self.unwritten.len() < MOST_UNWRITTEN => self.unwritten.push(job),
            Job::Reply { id, .. } => {
                self.database.note_answered(id);
                tracing::error!("the answer to event {id} is not recorded: {error}");
            }
            // The limits need no row.
            Job::Keep(retention) => self.database.set_retention(retention),
            // The mark would outlast its capture's deadline.
            Job::Hold { .. } => {}
            Job::Claim { id, .. } => tracing::error!("whose tap event {id} is, is not recorded: {error}"),
        }
        None
    }

    /// Takes the records of replies whose commit failed, to be tried again.
    pub(super) fn take_unwritten(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.unwritten)
    }

    /// The time to wait for jobs before the next chore.
    pub(super) fn wait_for_chores(&self) -> Duration {
        self.database.wait_for_chores(self.head.last_id)
    }

    /// Does one step of the chores. `true`: the head has changed.
    pub(super) fn do_chore(&mut self) -> bool {
        let deleted = self.database.do_chore(self.head.last_id);
        self.head.unverified_bytes = self.database.unverified().0;
        let removed = self.database.take_removed();
        for report in &removed {
            tracing::warn!("{}", report.words());
        }
        let has_report = !removed.is_empty();
        self.head.retention = removed.into_iter().next_back().or(self.head.retention.take());
        let clock = self.report_clock();
        let changed = deleted || has_report || clock;
        self.head.revision += u64::from(changed);
        changed
    }

    /// Reports once that the clock is far ahead. `true`: the head has changed.
    fn report_clock(&mut self) -> bool {
        let is_ahead = self.database.clock_is_ahead();
        if is_ahead == self.head.clock.is_some() {
            return false;
        }
        self.head.clock = is_ahead.then(|| {
            let now = crate::clock::now();
            let text = format!(
                "the clock says {now:.0}, which is far ahead of the newest event: [retention] days in config.toml removes \
                 nothing until you agree with `menuscope db apply-limits`, or save the limits in Settings"
            );
            let report = UserError::of("user_error.retention.clock", text).with("now", format!("{now:.0}"));
            tracing::warn!("{report}");
            report
        });
        true
    }

    /// Checks the database's files while nothing is written. `true`: the head has changed.
    pub(super) fn check_files(&mut self) -> bool {
        let outcome = match self.database.file().state() {
            FileState::Same => {
                // An error comes up again, and is logged, in the next step of the chores.
                self.database.notice_others().ok();
                return false;
            }
            FileState::WithoutLog => self.checkpoint_unlinked(),
            FileState::Moved => self.open_anew(),
        };
        let before = self.head.clone();
        match outcome {
            Ok(()) => self.head.trouble = None,
            Err(error) => self.note_failure(&error, 0),
        }
        self.report_change();
        let changed = before != self.head;
        self.head.revision += u64::from(changed);
        changed
    }

    /// Checkpoints, and closes the connection.
    pub(super) fn close(self) -> Result<(), StoreError> {
        if !self.unwritten.is_empty() {
            let (count, trouble) = (self.unwritten.len(), self.head.trouble.as_ref());
            let reason = trouble.map_or_else(String::new, ToString::to_string);
            tracing::error!("the answers to {count} events are not recorded; the events are: {reason}");
        }
        self.database.close()
    }

    /// Writes the jobs to the database at the path, and makes sure that it was still there afterwards.
    fn write_in_place(&mut self, jobs: &mut [Job]) -> Result<Vec<JobOutcome>, StoreError> {
        for _ in 0..ATTEMPTS {
            if self.database.file().is_moved() {
                self.open_anew()?;
            }
            let outcomes = self.database.write(jobs, self.head.last_id)?;
            match self.database.file().state() {
                FileState::Same => return Ok(outcomes),
                FileState::WithoutLog => return self.checkpoint_unlinked().map(|()| outcomes),
                // The jobs may be in a file that nobody will find again.
                FileState::Moved => {}
            }
        }
        Err(StoreError::Moved { path: self.database.file().path().to_owned() })
    }

    /// Leaves the open database for the one at the path, made where there is none.
    fn open_anew(&mut self) -> Result<(), StoreError> {
        self.database.leave()?;
        let path = self.database.file().path().to_owned();
        if !path.parent().is_none_or(|folder| folder.is_dir()) {
            return Err(StoreError::FolderGone { path });
        }
        let is_new = !path.exists();
        let (database, head) = OpenDatabase::open(&path, self.database.limits())?;
        self.database = database;
        self.head = StoreHead {
            revision: self.head.revision,
            last_id: self.head.last_id.max(head.last_id),
            trouble: self.head.trouble.take(),
            ..head
        };
        let path = path.display();
        self.note_change(if is_new {
            let text = format!(
                "the database was removed or moved away while it was in use, and a new one was made in its place: {path}"
            );
            UserError::of("user_error.place.made_anew", text).with("path", path)
        } else {
            let text = format!(
                "the database was replaced while it was in use, and new events are stored in the one that is there now: {path}"
            );
            UserError::of("user_error.place.taken_up", text).with("path", path)
        });
        Ok(())
    }

    /// Checkpoints after the `-wal` file was removed: no other program could read the log any more.
    fn checkpoint_unlinked(&mut self) -> Result<(), StoreError> {
        self.database.checkpoint_unlinked()?;
        if self.change.is_none() {
            let path = self.database.file().path().display();
            let text = format!(
                "the -wal or -shm file of the database was removed while it was in use; nothing is lost, but start menuscope again before another program writes to it: {path}"
            );
            let report = UserError::of("user_error.place.without_log", text).with("path", path);
            self.note_change(report);
        }
        Ok(())
    }

    fn note_change(&mut self, report: UserError) {
        tracing::warn!("{report}");
        self.change = Some(FileChange { at: Instant::now(), report });
    }

    /// Reports the last change to the files in the head, for [`REPORT_TIME`].
    fn report_change(&mut self) {
        self.change = self.change.take().filter(|change| change.at.elapsed() < REPORT_TIME);
        self.head.change = self.change.as_ref().map(|change| change.report.clone());
    }
}
