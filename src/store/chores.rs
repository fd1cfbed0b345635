//! Chores of the writer's idle time: indexing, deletions, giving pages back. Each step is short, and captures go first.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::connection::{Checkpoint, checkpoint, in_transaction};
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::pages::{Pages, give_back};
use super::retention::Retention;
use super::{removal, search};

/// The number of captures that are indexed after [`SHORT_QUIET`]; fewer wait for [`LONG_QUIET`].
const MANY: i64 = 256;

/// The time without jobs after which many captures are indexed: a burst is over.
const SHORT_QUIET: Duration = Duration::from_millis(30);

/// The time without jobs after which the last few captures are indexed, too.
const LONG_QUIET: Duration = Duration::from_secs(1);

/// The pause between two steps, in which other threads get the processor.
const STEP_PAUSE: Duration = Duration::from_millis(1);

/// The time between two checks of the limits of age, count and size.
const LIMITS_INTERVAL: Duration = Duration::from_secs(30);

/// The time without chores after one has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Empty pages of 4 KiB from which on the file gives them back, if they are a fifth of all pages.
const EMPTY_PAGES: i64 = 2_000;

/// Pages that are given back at a time.
const PAGES_AT_ONCE: i64 = 256;

/// The chores that are left to do, and their times.
#[derive(Debug)]
pub(super) struct Chores {
    retention: Retention,
    /// The last capture in the search index.
    indexed: i64,
    /// The newest capture when another connection's commit was last noticed.
    newest: i64,
    /// The `data_version` at that time.
    data_version: i64,
    /// The time of the next purge of removed events; `None`: to be looked up.
    purge_at: Option<Instant>,
    /// The time of the next check of the limits.
    limits_at: Instant,
    /// There may be pages to give back, and a log to checkpoint.
    untidy: bool,
    /// The last step left something to do.
    busy: bool,
    /// The end of the pause after a failure.
    paused_until: Option<Instant>,
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There was nothing to do.
    Idle,
    /// Something was done, and there may be more to do.
    Worked,
    /// Removed events were deleted, which no list showed any more.
    Purged,
    /// Events beyond the limits were deleted: lists are shorter now.
    Deleted,
}

impl Chores {
    pub(super) fn new(connection: &Connection, retention: Retention) -> Result<Self, StoreError> {
        Ok(Self {
            retention,
            indexed: Counter::IndexedUpto.read(connection)?,
            newest: 0,
            data_version: 0,
            purge_at: None,
            limits_at: Instant::now(),
            untidy: true,
            busy: false,
            paused_until: None,
        })
    }

    /// Applies these limits from now on.
    pub(super) fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.limits_at = Instant::now();
    }

    pub(super) fn retention(&self) -> Retention {
        self.retention
    }

    /// Notes that jobs are being written.
    pub(super) fn note_written(&mut self) {
        self.untidy = true;
        self.busy = false;
    }

    /// Notices commits of other connections: imports are to be indexed, and removals to be purged, as well.
    pub(super) fn notice_others(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let problem = doing("looking for what others have written");
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(&problem)?;
        if std::mem::replace(&mut self.data_version, version) != version {
            let sql = "SELECT COALESCE(MAX(id), 0) FROM capture";
            self.newest = connection.query_row(sql, [], |row| row.get(0)).map_err(&problem)?;
            (self.untidy, self.purge_at) = (true, None);
        }
        Ok(())
    }

    /// The newest capture of other connections, as far as it was noticed.
    pub(super) fn newest_of_others(&self) -> i64 {
        self.newest
    }

    /// The time to wait for jobs before the next step; `settled` is the newest capture that will not change any more.
    pub(super) fn wait(&self, settled: i64) -> Duration {
        let now = Instant::now();
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return until - now;
        }
        match settled - self.indexed {
            _ if self.busy => STEP_PAUSE,
            MANY.. => SHORT_QUIET,
            1.. => LONG_QUIET,
            _ if self.untidy || self.purge_at.is_none() => LONG_QUIET,
            _ => {
                let limits = self.retention.is_limited().then_some(self.limits_at);
                let next = limits.into_iter().chain(self.purge_at).min();
                next.map_or(LIMITS_INTERVAL, |next| next.saturating_duration_since(now))
            }
        }
    }

    /// Does the most urgent chore; `open` is the oldest capture without a reply.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        settled: i64,
        open: Option<i64>,
    ) -> Result<Step, StoreError> {
        let outcome = self.do_one(connection, settled, open);
        self.paused_until = outcome.is_err().then(|| Instant::now() + AFTER_FAILURE);
        self.busy = matches!(outcome, Ok(Step::Worked | Step::Purged | Step::Deleted));
        outcome
    }

    fn do_one(&mut self, connection: &mut Connection, settled: i64, open: Option<i64>) -> Result<Step, StoreError> {
        if self.indexed < settled {
            self.indexed = in_transaction(connection, "indexing captures", |transaction| {
                search::extend(transaction, settled, search::IDLE_BYTES)
            })?;
            return Ok(Step::Worked);
        }
        if self.purge(connection)? > 0 {
            self.untidy = true;
            return Ok(Step::Purged);
        }
        if self.enforce(connection, open)? > 0 {
            self.untidy = true;
            return Ok(Step::Deleted);
        }
        if self.untidy && !give_pages_back(connection)? {
            checkpoint(connection, Checkpoint::Partial)?;
            self.untidy = false;
        }
        Ok(if self.untidy { Step::Worked } else { Step::Idle })
    }

    /// Deletes some removed events that can no longer be restored.
    fn purge(&mut self, connection: &mut Connection) -> Result<usize, StoreError> {
        if self.purge_at.is_some_and(|at| at > Instant::now()) {
            return Ok(0);
        }
        let before = removal::final_before(Timestamp::now());
        let Some(oldest) = removal::oldest(connection)? else {
            // A removal from now on is not due before that.
            self.purge_at = Some(Instant::now() + removal::UNDO_FOR);
            return Ok(0);
        };
        let wait: Duration = oldest.duration_since(before).try_into().unwrap_or_default();
        if wait > Duration::ZERO {
            self.purge_at = Some(Instant::now() + wait);
            return Ok(0);
        }
        in_transaction(connection, "deleting removed events", |transaction| removal::purge(transaction, before))
    }

    fn enforce(&mut self, connection: &mut Connection, open: Option<i64>) -> Result<usize, StoreError> {
        if !self.retention.is_limited() || self.limits_at > Instant::now() {
            return Ok(0);
        }
        let deleted = in_transaction(connection, "deleting what is beyond the limits", |transaction| {
            let deleted = self.retention.enforce(transaction, open, Timestamp::now())?;
            if deleted > 0 {
                removal::note_change(transaction)?;
            }
            Ok(deleted)
        })?;
        if deleted == 0 {
            self.limits_at = Instant::now() + LIMITS_INTERVAL;
        }
        Ok(deleted)
    }
}

/// Gives some of the file's empty pages back. `false`: there are too few, or the file cannot give any.
fn give_pages_back(connection: &Connection) -> Result<bool, StoreError> {
    let Pages { all, empty, .. } = Pages::of(connection)?;
    if empty < EMPTY_PAGES || empty * 5 < all { Ok(false) } else { give_back(connection, PAGES_AT_ONCE) }
}
