//! One transaction over many jobs, and what happens when it fails.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::chores::{Chores, Step};
use super::groups::Groups;
use super::place::Place;
use super::unverified::Unverified;
use super::writer::{Answer, Job, StoreHead};
use super::{Limits, StoreError, checkpoint, doing, replies, rows};
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{CaptureId, Placement};

mod failing;
mod follow;

use failing::Failing;
use follow::Change;

/// The writer's connection, and what it remembers between two transactions.
pub(super) struct Batches {
    connection: Connection,
    place: Place,
    /// What has happened to the files lately.
    change: Option<Change>,
    failing: Failing,
    groups: Groups,
    unverified: Unverified,
    chores: Chores,
    /// Whether what is kept of unverified requests is to be counted again.
    recounts: bool,
    /// Captures of this run without an answer yet.
    open: BTreeSet<i64>,
    /// Those of them that may be marked as held.
    held: BTreeSet<i64>,
    head: StoreHead,
    /// Records of answers whose commit failed.
    unwritten: Vec<Job>,
    /// Whether a commit returns only once it is on disk.
    waits_for_disk: bool,
}

/// More records of answers than this are not kept through a lasting failure.
const MOST_UNWRITTEN: usize = 100_000;

/// How long the last checkpoint waits for others.
const LAST_PATIENCE: Duration = Duration::from_millis(200);

/// What was done for one job within a transaction.
enum Done {
    Inserted(Placement),
    Replied(CaptureId),
    Nothing,
}

impl Batches {
    pub(super) fn new(connection: Connection, path: &Path, limits: Limits) -> Result<Self, StoreError> {
        let groups = Groups::load(&connection)?;
        let unverified = Unverified::load(&connection, limits.unverified)?;
        let chores = Chores::new(&connection, limits.retention)?;
        let last_id = connection
            .query_row("SELECT MAX(id) FROM capture", [], |row| row.get::<_, Option<i64>>(0))
            .map_err(doing("finding the newest capture"))?;
        // What a crash left behind: nobody is answering these any more.
        connection.execute("DELETE FROM held", []).map_err(doing("releasing what a crash left held"))?;
        let head = StoreHead {
            last_id: last_id.unwrap_or(0),
            opened_at: last_id.unwrap_or(0),
            unverified_bytes: unverified.bytes(),
            unverified_dropped: unverified.dropped(),
            ..StoreHead::default()
        };
        Ok(Self {
            connection,
            // What SQLite keeps beside the database is there since the first statement.
            place: Place::of(path),
            change: None,
            failing: Failing::default(),
            groups,
            unverified,
            chores,
            recounts: false,
            open: BTreeSet::new(),
            held: BTreeSet::new(),
            head,
            unwritten: Vec::new(),
            waits_for_disk: true,
        })
    }

    pub(super) fn head(&self) -> StoreHead {
        self.head.clone()
    }

    /// Writes the jobs in one transaction; returns the answers that are due now.
    pub(super) fn commit(&mut self, jobs: impl Iterator<Item = Job>) -> Vec<Answer> {
        let mut jobs: Vec<Job> = jobs.collect();
        let captures = jobs.iter().filter(|job| matches!(job, Job::Insert { .. })).count();
        self.chores.note_written();
        let outcome = self.write_in_place(&mut jobs);
        let answers = match outcome {
            Ok(done) => {
                if captures > 0 {
                    self.failing.works();
                }
                jobs.into_iter().zip(done).filter_map(|(job, done)| self.succeeded(job, &done)).collect()
            }
            // One bad row must not sink the others: each gets a transaction of its own.
            Err(StoreError::Sqlite { of_one_row: true, .. }) if jobs.len() > 1 => {
                jobs.into_iter().flat_map(|job| self.commit(std::iter::once(job))).collect()
            }
            Err(error) => {
                self.note_failure(&error, captures);
                jobs.into_iter().filter_map(|job| self.failed(job, &error)).collect()
            }
        };
        self.head.revision += 1;
        self.head.oldest_open = self.open.first().copied();
        self.note_change();
        answers
    }

    fn note_failure(&mut self, error: &StoreError, captures: usize) {
        self.failing.fails(error, captures);
        self.head.trouble = Some(error.into());
    }

    fn attempt(&mut self, jobs: &mut [Job]) -> Result<Vec<Done>, StoreError> {
        self.wait_for_disk(jobs.iter().any(|job| matches!(job, Job::Insert { .. })))?;
        let Self { connection, groups, unverified, held, open, head, .. } = self;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(doing("beginning to write"))?;
        let outcome = write_all(&transaction, (groups, unverified, held), (open, head.last_id), jobs)
            .and_then(|done| transaction.commit().map_err(doing("committing")).map(|()| done));
        if outcome.is_err() {
            // What was remembered of rows that were rolled back is wrong now. Where even that cannot be read,
            // the next transaction fails too, and says so.
            if let Ok(groups) = Groups::load(&self.connection) {
                self.groups = groups;
            }
            self.unverified.reload(&self.connection).ok();
        }
        outcome
    }

    /// Nobody waits for the record of an answer: alone, it goes to disk with the next capture, or when the system sees fit.
    fn wait_for_disk(&mut self, wait: bool) -> Result<(), StoreError> {
        if self.waits_for_disk != wait {
            let synchronous = if wait { "FULL" } else { "NORMAL" };
            let problem = doing("choosing how to commit");
            self.connection.pragma_update(None, "synchronous", synchronous).map_err(problem)?;
            self.waits_for_disk = wait;
        }
        Ok(())
    }

    fn succeeded(&mut self, job: Job, done: &Done) -> Option<Answer> {
        self.head.trouble = None;
        self.head.unverified_bytes = self.unverified.bytes();
        self.head.unverified_dropped = self.unverified.dropped();
        match (job, done) {
            (Job::Insert { done, .. }, Done::Inserted(placement)) => {
                self.open.insert(placement.id.0);
                self.head.last_id = self.head.last_id.max(placement.id.0);
                Some(Answer { done, result: Ok(*placement) })
            }
            (_, Done::Replied(id)) => {
                self.open.remove(&id.0);
                self.held.remove(&id.0);
                None
            }
            (Job::Keep(retention), _) => {
                self.chores.set_retention(retention);
                None
            }
            (_, Done::Nothing) => None,
            (job, _) => self.failed(job, &StoreError::Closing),
        }
    }

    /// A sender hears of its failure and answers accordingly; the record of an answer that is out already is kept.
    fn failed(&mut self, job: Job, error: &StoreError) -> Option<Answer> {
        match job {
            Job::Insert { done, .. } => return Some(Answer { done, result: Err(error.again()) }),
            // Of one row: its capture has gone, and trying again would not bring it back.
            Job::Reply { .. } if matches!(error, StoreError::Sqlite { of_one_row: true, .. }) => {}
            Job::Reply { .. } if self.unwritten.len() < MOST_UNWRITTEN => self.unwritten.push(job),
            Job::Reply { id, .. } => {
                self.open.remove(&id.0);
                tracing::error!("the answer to event {id} is not recorded: {error}");
            }
            // Nothing of it was to be written.
            Job::Keep(retention) => self.chores.set_retention(retention),
            // Worth nothing once it is over.
            Job::Hold { .. } => {}
        }
        None
    }

    /// Records of answers whose commit failed, to be tried again.
    pub(super) fn take_unwritten(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.unwritten)
    }

    /// For how long to wait for jobs before a chore is done.
    pub(super) fn wait_for_chores(&self) -> Duration {
        self.chores.wait(self.settled())
    }

    /// Does a step of what can wait. Whether anybody should look at the head again.
    pub(super) fn do_chore(&mut self) -> bool {
        if let Err(error) = self.wait_for_disk(false) {
            tracing::warn!("{error}");
        }
        let (settled, open) = (self.settled(), self.open.first().copied());
        let step = self.chores.step(&mut self.connection, settled, open).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            Step::Idle
        });
        match step {
            Step::Purged | Step::Deleted => self.recounts = true,
            // Once, however many pieces it took.
            Step::Idle | Step::Worked => self.recount(),
        }
        self.head.revision += u64::from(step == Step::Deleted);
        step == Step::Deleted
    }

    /// What was deleted may have been unverified.
    fn recount(&mut self) {
        if std::mem::take(&mut self.recounts) && self.unverified.reload(&self.connection).is_ok() {
            self.head.unverified_bytes = self.unverified.bytes();
        }
    }

    /// The newest capture that, like all before it, will not change any more.
    fn settled(&self) -> i64 {
        let newest = self.head.last_id.max(self.chores.newest_beside());
        self.open.first().map_or(newest, |open| open - 1)
    }

    /// Folds the log back and closes the connection.
    pub(super) fn close(self) -> Result<(), StoreError> {
        if !self.unwritten.is_empty() {
            let (count, trouble) = (self.unwritten.len(), self.head.trouble.as_ref());
            let reason = trouble.map_or_else(String::new, ToString::to_string);
            tracing::error!("the answers to {count} events are not recorded; the events are: {reason}");
        }
        // Who closes the program does not want to wait: the next start folds back what is left.
        self.connection.busy_timeout(LAST_PATIENCE).map_err(doing("closing the database"))?;
        checkpoint(&self.connection)
    }
}

fn write_all(
    transaction: &Transaction<'_>,
    (groups, unverified, held): (&mut Groups, &mut Unverified, &mut BTreeSet<i64>),
    (open, last_id): (&BTreeSet<i64>, i64),
    jobs: &mut [Job],
) -> Result<Vec<Done>, StoreError> {
    // Where another database was opened in between, its numbers go on after those that were given in this run.
    let mut next_id = next_id(transaction)?.max(last_id + 1);
    let mut done = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Job::Insert { capture, .. } => {
                let placement = groups.place(CaptureId(next_id), capture);
                next_id += 1;
                // Placed once more where a transaction is tried again.
                capture.diagnoses.retain(|diagnosis| diagnosis.code != Code::Duplicate);
                if placement.attempt > 1 {
                    let duplicate = Diagnosis::new(Code::Duplicate);
                    capture.diagnoses.push(duplicate.with("first", placement.group).with("attempt", placement.attempt));
                }
                let kept = rows::insert_capture(transaction, placement, capture)?;
                if capture.signature.is_refused() {
                    unverified.add(kept);
                }
                done.push(Done::Inserted(placement));
            }
            // Its capture stayed in a database that was removed or replaced since.
            Job::Reply { id, .. } | Job::Hold { id, .. } if !open.contains(&id.0) => done.push(Done::Replied(*id)),
            Job::Reply { id, reply, .. } => {
                replies::insert(transaction, *id, reply)?;
                if held.contains(&id.0) {
                    release(transaction, *id)?;
                }
                done.push(Done::Replied(*id));
            }
            Job::Hold { id, until } => {
                held.insert(id.0);
                hold(transaction, *id, *until)?;
                done.push(Done::Nothing);
            }
            Job::Keep(_) => done.push(Done::Nothing),
        }
    }
    unverified.enforce(transaction)?;
    Ok(done)
}

/// Where the queue was full, the record of the answer may have overtaken this.
fn hold(transaction: &Transaction<'_>, id: CaptureId, until: Timestamp) -> Result<(), StoreError> {
    let held = transaction.prepare_cached(
        "INSERT OR IGNORE INTO held (capture_id, until)
         SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM reply WHERE capture_id = ?1)",
    );
    held.and_then(|mut insert| insert.execute([id.0, until.as_microsecond()]))
        .map(drop)
        .map_err(doing("marking a capture as held"))
}

fn release(transaction: &Transaction<'_>, id: CaptureId) -> Result<(), StoreError> {
    let released = transaction.prepare_cached("DELETE FROM held WHERE capture_id = ?1");
    released.and_then(|mut delete| delete.execute([id.0])).map(drop).map_err(doing("releasing a capture"))
}

/// The number after the last that was ever given, by this process or another.
pub(super) fn next_id(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let last = transaction
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'capture'")
        .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)).optional())
        .map_err(doing("numbering a capture"))?;
    Ok(last.unwrap_or(0) + 1)
}
