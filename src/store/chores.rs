//! Chores of the writer's idle time: indexing, deletions, giving pages back. Each step is short, and captures go first.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::connection::{Checkpoint, checkpoint, in_transaction};
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::pages::{Pages, give_back};
use super::retention::{Retention, RetentionReport};
use super::{index, removal, taps, trusted_clock};

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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the limits")]
pub(super) struct Chores {
    retention: Retention,
    /// The last capture in the index.
    indexed: i64,
    /// The last capture in the summary of taps.
    tapped: i64,
    /// The newest capture when another connection's commit was last noticed.
    newest: i64,
    /// The `data_version` at that time.
    data_version: i64,
    /// The time of the next purge of removed events; `None`: to be looked up.
    purge_at: Option<Instant>,
    /// The time of the next check of the limits.
    limits_at: Instant,
    /// A person has set the limits, and means them.
    agreed: bool,
    /// The removal that goes on, and those that are complete and not reported yet.
    removing: Option<RetentionReport>,
    removed: Vec<RetentionReport>,
    /// Events are too old by a clock that is not believed.
    clock_is_ahead: bool,
    /// The limits rest, since their removal was undone.
    at_rest: bool,
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
    /// Events beyond the limits were removed: lists are shorter now.
    Removed,
}

impl Chores {
    pub(super) fn new(connection: &Connection, retention: Retention) -> Result<Self, StoreError> {
        Ok(Self {
            retention,
            indexed: index::upto(connection)?,
            tapped: taps::upto(connection)?,
            newest: 0,
            data_version: 0,
            purge_at: None,
            limits_at: Instant::now(),
            agreed: false,
            removing: None,
            removed: Vec::new(),
            clock_is_ahead: false,
            at_rest: false,
            untidy: true,
            busy: false,
            paused_until: None,
        })
    }

    /// Applies these limits from now on, which a person has set.
    pub(super) fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.limits_at = Instant::now();
        self.agreed = true;
    }

    /// The removals beyond the limits since the last call.
    pub(super) fn take_removed(&mut self) -> Vec<RetentionReport> {
        std::mem::take(&mut self.removed)
    }

    /// True where nothing is removed by age, since the clock is far ahead.
    pub(super) fn clock_is_ahead(&self) -> bool {
        self.clock_is_ahead
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
            // A person may have agreed to the limits.
            self.limits_at = Instant::now();
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
        self.busy = matches!(outcome, Ok(Step::Worked | Step::Purged | Step::Removed));
        outcome
    }

    fn do_one(&mut self, connection: &mut Connection, settled: i64, open: Option<i64>) -> Result<Step, StoreError> {
        if self.indexed < settled {
            self.indexed = in_transaction(connection, "indexing captures", |transaction| {
                index::extend(transaction, settled, index::IDLE_BYTES)
            })?;
            return Ok(Step::Worked);
        }
        if self.purge(connection)? > 0 {
            self.untidy = true;
            return Ok(Step::Purged);
        }
        if self.enforce(connection, open)? {
            return Ok(Step::Removed);
        }
        if self.sum_taps_up(connection)? {
            return Ok(Step::Worked);
        }
        if self.untidy && !give_pages_back(connection)? {
            checkpoint(connection, Checkpoint::Partial)?;
            self.untidy = false;
        }
        Ok(if self.untidy { Step::Worked } else { Step::Idle })
    }

    /// Sums some taps up, or looks up newest times that deletions left unknown. `false`: all is summed up.
    fn sum_taps_up(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        if self.tapped < self.indexed {
            let indexed = self.indexed;
            self.tapped =
                in_transaction(connection, "summing taps up", |transaction| taps::extend(transaction, indexed))?;
            return Ok(true);
        }
        if !self.untidy {
            return Ok(false);
        }
        in_transaction(connection, "summing taps up", taps::look_up_times)
    }

    /// Deletes some removed events that can no longer be restored.
    fn purge(&mut self, connection: &mut Connection) -> Result<usize, StoreError> {
        if self.purge_at.is_some_and(|at| at > Instant::now()) {
            return Ok(0);
        }
        let before = removal::final_before(crate::clock::now());
        let Some(oldest) = removal::oldest(connection)? else {
            // A removal from now on is not due before that.
            self.purge_at = Some(Instant::now() + removal::UNDO_FOR);
            return Ok(0);
        };
        let wait: Duration = oldest.duration_since(before).try_into().unwrap_or_default();
        if wait > Duration::ZERO {
            // A removal of a clock that was ahead is far away, and no instant may be out of range.
            self.purge_at = Some(Instant::now() + wait.min(removal::UNDO_FOR));
            return Ok(0);
        }
        in_transaction(connection, "deleting removed events", |transaction| removal::purge(transaction, before))
    }

    /// Removes some events beyond the limits. `false`: there are none.
    fn enforce(&mut self, connection: &mut Connection, open: Option<i64>) -> Result<bool, StoreError> {
        if !self.retention.is_limited() || self.limits_at > Instant::now() {
            self.clock_is_ahead &= self.retention.is_limited();
            return Ok(false);
        }
        let now = crate::clock::now();
        if std::mem::take(&mut self.agreed) {
            agree(connection, now)?;
        }
        if self.rests(connection)? || !self.remove_some(connection, open, now)? {
            self.removed.extend(self.removing.take());
            self.limits_at = Instant::now() + LIMITS_INTERVAL;
            return Ok(false);
        }
        Ok(true)
    }

    /// Tells whether these limits rest, since their removal was undone.
    fn rests(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let rests = Counter::LimitsAtRest.read(connection)? == self.retention.fingerprint();
        if rests && !self.at_rest {
            tracing::warn!(
                "what [retention] in config.toml removed was brought back, so it removes nothing more until a limit is \
                 changed; `menuscope db apply-limits` applies the limits as they are"
            );
        }
        self.at_rest = rests;
        Ok(rests)
    }

    fn remove_some(
        &mut self,
        connection: &mut Connection,
        open: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let retention = self.retention;
        let believed = if retention.age.is_some() { trusted_clock::believed(connection, now)? } else { None };
        self.clock_is_ahead = believed.is_none() && retention.has_old(connection, now)?;
        let Some(expired) = retention.expired(connection, open, believed)? else { return Ok(false) };
        self.removed.extend(self.removing.take_if(|report| report.reason != expired.reason));
        let removing = self.removing.as_ref().map(|report| report.removal);
        let removal = in_transaction(connection, "removing what is beyond the limits", |transaction| {
            let removal = match removing {
                Some(removal) => removal,
                None => removal::begin(transaction, now)?,
            };
            removal::note_limits(transaction, removal, retention.fingerprint())?;
            removal::mark(transaction, removal, &expired.ids)?;
            Ok(removal)
        })?;
        let so_far = self.removing.take().unwrap_or(RetentionReport {
            removal,
            events: 0,
            received: expired.received,
            reason: expired.reason,
        });
        self.removing = Some(so_far.and(&expired));
        Ok(true)
    }
}

/// Notes that a person means the limits as they are, and agrees to the clock.
pub(super) fn agree(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    Counter::LimitsAtRest.set(connection, 0)?;
    trusted_clock::note(connection, now)
}

/// Gives some of the file's empty pages back. `false`: there are too few, or the file cannot give any.
fn give_pages_back(connection: &Connection) -> Result<bool, StoreError> {
    let Pages { all, empty, .. } = Pages::of(connection)?;
    if empty < EMPTY_PAGES || empty * 5 < all { Ok(false) } else { give_back(connection, PAGES_AT_ONCE) }
}
