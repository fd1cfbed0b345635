//! What the writer does while there is nothing to write: each step is short, and a capture that arrives goes before the next.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::maintenance::give_back;
use super::retention::Retention;
use super::{StoreError, checkpoint, doing, removal, search};

/// So many captures are worth a pause of [`SHORT_QUIET`]; fewer wait for a longer one.
const MANY: i64 = 256;

/// Where nothing came for this long, many captures are indexed: a burst is over.
const SHORT_QUIET: Duration = Duration::from_millis(30);

/// Where nothing came for this long, the few that came last are indexed, too.
const LONG_QUIET: Duration = Duration::from_secs(1);

/// Between two steps: whoever waits for the processor gets it.
const BREATH: Duration = Duration::from_millis(1);

/// How often limits of age, count and size are looked at.
const LOOK_AT_LIMITS: Duration = Duration::from_secs(30);

/// After something failed, nothing is tried for this long.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// The file gives room back where so many of its pages are empty, and a fifth of them all; one page has 4 KiB.
const EMPTY_PAGES: i64 = 2_000;

/// How many pages are given back at a time.
const PAGES_AT_ONCE: u32 = 256;

/// What there is to do, and when.
#[derive(Debug)]
pub(super) struct Chores {
    retention: Retention,
    /// How far the index is.
    indexed: i64,
    /// When removed events are to be deleted; `None`: to be looked up.
    removed: Option<Instant>,
    limits: Instant,
    /// Whether there may be pages to give back, and a log to fold back.
    untidy: bool,
    /// Whether the last step left something to do.
    busy: bool,
    /// Not before this, after a failure.
    paused_until: Option<Instant>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is nothing to do now.
    Idle,
    /// Something was done, and there may be more.
    Worked,
    /// Events were deleted.
    Deleted,
}

impl Chores {
    pub(super) fn new(connection: &Connection, retention: Retention) -> Result<Self, StoreError> {
        Ok(Self {
            retention,
            indexed: search::indexed_upto(connection)?,
            removed: None,
            limits: Instant::now(),
            untidy: true,
            busy: false,
            paused_until: None,
        })
    }

    /// Keeps within these limits from now on.
    pub(super) fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.limits = Instant::now();
    }

    /// The limits that are kept.
    pub(super) fn retention(&self) -> Retention {
        self.retention
    }

    /// Captures were written.
    pub(super) fn note_written(&mut self) {
        self.untidy = true;
        self.busy = false;
    }

    /// For how long to wait for something to write before the next step; `settled` is the newest that will not change.
    pub(super) fn wait(&self, settled: i64) -> Duration {
        let now = Instant::now();
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return until - now;
        }
        match settled - self.indexed {
            _ if self.busy => BREATH,
            MANY.. => SHORT_QUIET,
            1.. => LONG_QUIET,
            _ if self.untidy || self.removed.is_none() => LONG_QUIET,
            _ => {
                let limits = self.retention.is_limited().then_some(self.limits);
                let next = limits.into_iter().chain(self.removed).min();
                next.map_or(LOOK_AT_LIMITS, |next| next.saturating_duration_since(now))
            }
        }
    }

    /// Does what is most wanted; `open` is the oldest capture that is not answered yet.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        settled: i64,
        open: Option<i64>,
    ) -> Result<Step, StoreError> {
        let outcome = self.do_one(connection, settled, open);
        self.paused_until = outcome.is_err().then(|| Instant::now() + AFTER_FAILURE);
        self.busy = matches!(outcome, Ok(Step::Worked | Step::Deleted));
        outcome
    }

    fn do_one(&mut self, connection: &mut Connection, settled: i64, open: Option<i64>) -> Result<Step, StoreError> {
        if self.indexed < settled {
            self.indexed = within(connection, |transaction| search::extend(transaction, settled, search::IDLE_BYTES))?;
            return Ok(Step::Worked);
        }
        let deleted = match self.purge(connection)? {
            0 => self.enforce(connection, open)?,
            purged => purged,
        };
        if deleted > 0 {
            self.untidy = true;
            return Ok(Step::Deleted);
        }
        if self.untidy && !give_pages_back(connection)? {
            checkpoint(connection)?;
            self.untidy = false;
        }
        Ok(if self.untidy { Step::Worked } else { Step::Idle })
    }

    /// Deletes some of what was removed long enough ago.
    fn purge(&mut self, connection: &mut Connection) -> Result<usize, StoreError> {
        if self.removed.is_some_and(|at| at > Instant::now()) {
            return Ok(0);
        }
        let now = Timestamp::now();
        let due = removal::due(connection)?;
        let wait = due.map_or(removal::UNDO_FOR, |due| due.duration_since(now).try_into().unwrap_or_default());
        if wait > Duration::ZERO {
            // Another program may remove something meanwhile: it is due later than now, in any case.
            self.removed = Some(Instant::now() + wait);
            return Ok(0);
        }
        let undo_for = jiff::SignedDuration::try_from(removal::UNDO_FOR).unwrap_or_default();
        let before = now.saturating_sub(undo_for).unwrap_or(now);
        let purged = within(connection, |transaction| removal::purge(transaction, before))?;
        Ok(purged)
    }

    fn enforce(&mut self, connection: &mut Connection, open: Option<i64>) -> Result<usize, StoreError> {
        if !self.retention.is_limited() || self.limits > Instant::now() {
            return Ok(0);
        }
        let deleted = within(connection, |transaction| {
            let deleted = self.retention.enforce(transaction, open, Timestamp::now())?;
            if deleted > 0 {
                removal::note_change(transaction)?;
            }
            Ok(deleted)
        })?;
        if deleted == 0 {
            self.limits = Instant::now() + LOOK_AT_LIMITS;
        }
        Ok(deleted)
    }
}

/// Gives some of the empty pages at the end of the file back. `false`: there are too few.
fn give_pages_back(connection: &Connection) -> Result<bool, StoreError> {
    let problem = doing("giving empty pages back");
    let of = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (pages, empty) = (of("page_count").map_err(&problem)?, of("freelist_count").map_err(&problem)?);
    // A file of an earlier version has no map of its pages: only `menuscope db compact` makes it smaller.
    let can = of("auto_vacuum").map_err(&problem)? == super::INCREMENTAL;
    if !can || empty < EMPTY_PAGES || empty * 5 < pages {
        return Ok(false);
    }
    give_back(connection, PAGES_AT_ONCE).map_err(&problem)?;
    Ok(true)
}

fn within<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let problem = doing("tidying up");
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&problem)?;
    let outcome = work(&transaction)?;
    transaction.commit().map_err(&problem)?;
    Ok(outcome)
}
