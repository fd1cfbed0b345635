//! The database that the writer has open: its connection, and all that the writer remembers of its rows.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::capture::diagnosis::{ANSWERED_IN_TIME, Code, Diagnosis};
use crate::capture::{Capture, CaptureId, Placement};
use crate::progress::Progress;
use crate::store::chores::{Chores, Step};
use crate::store::connection::{Checkpoint, checkpoint, connect};
use crate::store::database_file::DatabaseFile;
use crate::store::error::{StoreError, doing};
use crate::store::groups::Groups;
use crate::store::head::StoreHead;
use crate::store::outbox;
use crate::store::queue::Job;
use crate::store::replies::{ReplyInsert, is_answered_in_time};
use crate::store::retention::{Limits, Retention, RetentionReport};
use crate::store::rows::{self, CaptureInsert};
use crate::store::team_events::{self, Received};
use crate::store::unverified::UnverifiedQuota;
use crate::store::upgrade::upgrade;

/// The time that the last checkpoint waits for other programs.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(200);

/// The outcome of one job within a transaction.
pub(super) enum JobOutcome {
    Inserted(Placement),
    /// In the order of the job's events.
    Received(Vec<Received>),
    /// The capture's reply is recorded, or its capture is in a database that was left.
    Replied(CaptureId),
    Nothing,
}

/// An open database with the writer's memory of its rows; replaced as a whole when another file is at the path.
pub(super) struct OpenDatabase {
    connection: Connection,
    file: DatabaseFile,
    groups: Groups,
    unverified: UnverifiedQuota,
    chores: Chores,
    /// The stored bytes of unverified requests are to be counted again.
    recounts: bool,
    /// Captures of this run without a reply yet.
    open: BTreeSet<i64>,
    /// Those of them that may have a row in `held`.
    held: BTreeSet<i64>,
    /// Captures that the latest batch deleted to stay within the quota of unverified requests, some of its own perhaps.
    dropped: Vec<i64>,
    /// A commit returns only once it is on disk: `PRAGMA synchronous` is FULL.
    waits_for_disk: bool,
}

impl OpenDatabase {
    /// Opens the database, or makes it where it is missing, and brings it to the latest schema; returns its head as well.
    pub(super) fn open(path: &Path, limits: Limits) -> Result<(Self, StoreHead), StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        upgrade(&mut connection, path, &Progress::new())?;
        let groups = Groups::load(&connection)?;
        let unverified = UnverifiedQuota::load(&connection, limits.unverified)?;
        let chores = Chores::new(&connection, limits.retention)?;
        let last_id = connection
            .query_row("SELECT MAX(id) FROM capture", [], |row| row.get::<_, Option<i64>>(0))
            .map_err(doing("finding the newest capture"))?
            .unwrap_or(0);
        // Rows that a crash left behind: nobody is answering these captures any more.
        connection.execute("DELETE FROM held", []).map_err(doing("releasing what a crash left held"))?;
        let head = StoreHead {
            last_id,
            opened_at: last_id,
            unverified_bytes: unverified.bytes(),
            unverified_dropped: unverified.dropped(),
            ..StoreHead::default()
        };
        let database = Self {
            connection,
            // SQLite has made the `-wal` and `-shm` files with the first statement.
            file: DatabaseFile::of(path),
            groups,
            unverified,
            chores,
            recounts: false,
            open: BTreeSet::new(),
            held: BTreeSet::new(),
            dropped: Vec::new(),
            waits_for_disk: true,
        };
        Ok((database, head))
    }

    pub(super) fn file(&self) -> &DatabaseFile {
        &self.file
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { unverified: self.unverified.limit(), retention: self.chores.retention() }
    }

    pub(super) fn set_retention(&mut self, retention: Retention) {
        self.chores.set_retention(retention);
    }

    /// The bytes of unverified requests, and the number of those that were deleted.
    pub(super) fn unverified(&self) -> (u64, u64) {
        (self.unverified.bytes(), self.unverified.dropped())
    }

    /// The oldest capture of this run without a reply.
    pub(super) fn oldest_open(&self) -> Option<i64> {
        self.open.first().copied()
    }

    /// Remembers that a capture of the latest batch is stored and has no reply yet.
    pub(super) fn note_open(&mut self, id: CaptureId) {
        if !self.dropped.contains(&id.0) {
            self.open.insert(id.0);
        }
    }

    /// Remembers that a capture has its reply, or never will.
    pub(super) fn note_answered(&mut self, id: CaptureId) {
        self.open.remove(&id.0);
        self.held.remove(&id.0);
    }

    /// Writes the jobs in one transaction; `last_id` is the newest capture of this run.
    pub(super) fn write(&mut self, jobs: &mut [Job], last_id: i64) -> Result<Vec<JobOutcome>, StoreError> {
        self.chores.note_written();
        self.wait_for_disk(jobs.iter().any(|job| matches!(job, Job::Insert { .. } | Job::Receive { .. })))?;
        let Self { connection, groups, unverified, held, open, .. } = self;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(doing("beginning to write"))?;
        let outcome = write_all(&transaction, (groups, unverified, held), (open, last_id), jobs)
            .and_then(|done| Ok((done, unverified.enforce(&transaction)?)))
            .and_then(|done| transaction.commit().map_err(doing("committing")).map(|()| done));
        if outcome.is_err() {
            // The memory of rows that were rolled back is wrong now. Where the database cannot even be read, the next
            // transaction fails too, with an error of its own.
            if let Ok(groups) = Groups::load(&self.connection) {
                self.groups = groups;
            }
            self.unverified.reload(&self.connection).ok();
        }
        outcome.map(|(done, dropped)| {
            self.forget_dropped(dropped);
            done
        })
    }

    /// Of what was deleted to stay within the quota, no reply is recorded: nothing would ever delete that.
    fn forget_dropped(&mut self, dropped: Vec<i64>) {
        for id in &dropped {
            self.note_answered(CaptureId(*id));
        }
        self.dropped = dropped;
    }

    /// Nobody waits for the record of a reply: alone, it goes to disk with the next capture, or when the system sees fit.
    fn wait_for_disk(&mut self, wait: bool) -> Result<(), StoreError> {
        if self.waits_for_disk != wait {
            let synchronous = if wait { "FULL" } else { "NORMAL" };
            let problem = doing("choosing how to commit");
            self.connection.pragma_update(None, "synchronous", synchronous).map_err(problem)?;
            self.waits_for_disk = wait;
        }
        Ok(())
    }

    /// Notices commits of other connections, which leave chores as well.
    pub(super) fn notice_others(&mut self) -> Result<(), StoreError> {
        self.chores.notice_others(&self.connection)
    }

    /// The time to wait for jobs before the next chore.
    pub(super) fn wait_for_chores(&self, last_id: i64) -> Duration {
        self.chores.wait(self.settled(last_id))
    }

    /// Does one step of the chores. `true`: events were removed that lists show.
    pub(super) fn do_chore(&mut self, last_id: i64) -> bool {
        if let Err(error) = self.wait_for_disk(false) {
            tracing::warn!("{error}");
        }
        let (settled, open) = (self.settled(last_id), self.oldest_open());
        let step = self.chores.step(&mut self.connection, settled, open).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            Step::Idle
        });
        match step {
            // Some of the deleted events may have been unverified.
            Step::Purged | Step::Removed => self.recounts = true,
            // Once, after all deletions.
            Step::Idle | Step::Worked => {
                if std::mem::take(&mut self.recounts) {
                    self.unverified.reload(&self.connection).ok();
                }
            }
        }
        step == Step::Removed
    }

    /// The removals beyond the limits since the last call.
    pub(super) fn take_removed(&mut self) -> Vec<RetentionReport> {
        self.chores.take_removed()
    }

    /// True where nothing is removed by age, since the clock is far ahead.
    pub(super) fn clock_is_ahead(&self) -> bool {
        self.chores.clock_is_ahead()
    }

    /// The newest capture that, like all before it, will not change any more.
    fn settled(&self, last_id: i64) -> i64 {
        let newest = last_id.max(self.chores.newest_of_others());
        self.oldest_open().map_or(newest, |open| open - 1)
    }

    /// Checkpoints a log that has been unlinked, so that nothing is only in it.
    pub(super) fn checkpoint_unlinked(&self) -> Result<(), StoreError> {
        checkpoint(&self.connection, Checkpoint::Unlinked)
    }

    /// Closes the connection, and clears its path for another database.
    pub(super) fn leave(&mut self) -> Result<(), StoreError> {
        match checkpoint(&self.connection, Checkpoint::Complete) {
            // The rest of the log is in a file that the next database must not take for its own.
            Err(error) if self.file.has_its_log() => return Err(error),
            _ => {}
        }
        let nothing = Connection::open_in_memory().map_err(doing("leaving the database"))?;
        // Closed before another database is opened under the same names.
        drop(std::mem::replace(&mut self.connection, nothing));
        let closed = DatabaseFile::closed(self.file.path());
        std::mem::replace(&mut self.file, closed).clear().map_err(|error| StoreError::ReadOnly {
            doing: "removing the log of the database that was there",
            cause: error.to_string(),
        })
    }

    /// Checkpoints, and closes the connection.
    pub(super) fn close(self) -> Result<(), StoreError> {
        // A program that is being closed does not wait: the next start checkpoints the rest.
        self.connection.busy_timeout(CLOSE_TIMEOUT).map_err(doing("closing the database"))?;
        checkpoint(&self.connection, Checkpoint::Partial)
    }
}

fn write_all(
    transaction: &Transaction<'_>,
    (groups, unverified, held): (&mut Groups, &mut UnverifiedQuota, &mut BTreeSet<i64>),
    (open, last_id): (&BTreeSet<i64>, i64),
    jobs: &mut [Job],
) -> Result<Vec<JobOutcome>, StoreError> {
    // Where another database was opened in between, its ids go on after those that were given in this run.
    let mut next_id = rows::next_id(transaction)?.max(last_id + 1);
    let (mut captures, mut replies) = (CaptureInsert::prepare(transaction)?, ReplyInsert::prepare(transaction)?);
    let mut done = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Job::Insert { capture, .. } => {
                let placement = groups.place(CaptureId(next_id), capture);
                next_id += 1;
                // Present already where a transaction is tried again.
                capture.diagnoses.retain(|diagnosis| diagnosis.code != Code::Duplicate);
                if placement.attempt > 1 {
                    capture.diagnoses.push(duplicate(transaction, placement, capture)?);
                }
                let kept = captures.insert(placement, capture)?;
                if capture.signature.is_refused() {
                    unverified.add(kept);
                }
                done.push(JobOutcome::Inserted(placement));
            }
            // Its capture is in a database that was removed or replaced since.
            Job::Reply { id, .. } | Job::Hold { id, .. } if !open.contains(&id.0) => {
                done.push(JobOutcome::Replied(*id));
            }
            Job::Reply { id, reply, .. } => {
                replies.insert(*id, reply)?;
                if held.contains(&id.0) {
                    release(transaction, *id)?;
                }
                done.push(JobOutcome::Replied(*id));
            }
            Job::Hold { id, until } => {
                held.insert(id.0);
                hold(transaction, *id, *until)?;
                done.push(JobOutcome::Nothing);
            }
            Job::Receive { events, position, .. } => {
                if let Some((stream, cursor)) = position {
                    outbox::set_cursor(transaction, stream, cursor)?;
                }
                let mut received = Vec::with_capacity(events.len());
                for event in events {
                    let outcome =
                        team_events::receive(transaction, (&mut captures, &mut replies), &mut next_id, event)?;
                    if let Some(placement) = outcome.placement()
                        && event.is_settled
                        && held.contains(&placement.id.0)
                    {
                        release(transaction, placement.id)?;
                    }
                    received.push(outcome);
                }
                done.push(JobOutcome::Received(received));
            }
            Job::Claim { id, desktop } => {
                team_events::claim(transaction, *id, desktop)?;
                done.push(JobOutcome::Nothing);
            }
            Job::Keep(_) => done.push(JobOutcome::Nothing),
        }
    }
    Ok(done)
}

/// The diagnosis of a capture that came before. Taps have no MsgId, so two in one second are equal: where the earlier one was
/// answered in time, it may be a second tap.
fn duplicate(transaction: &Transaction<'_>, placement: Placement, capture: &Capture) -> Result<Diagnosis, StoreError> {
    let duplicate = Diagnosis::new(Code::Duplicate);
    let duplicate = duplicate.with("first", placement.group).with("attempt", placement.attempt);
    let may_be_a_tap =
        capture.envelope.msg_id.is_none() && is_answered_in_time(transaction, placement.group, placement.attempt - 1)?;
    Ok(if may_be_a_tap { duplicate.variant(ANSWERED_IN_TIME) } else { duplicate })
}

/// Marks a capture as held, unless its reply has overtaken this job in a full queue.
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
