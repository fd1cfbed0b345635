//! What the writer does while there is nothing to write: each step is short, and a capture that arrives goes before the next.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::pages::{Pages, give_back};
use super::retention::Retention;
use super::tally::Tally;
use super::{StoreError, checkpoint, doing, removal, search, within};

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
const PAGES_AT_ONCE: i64 = 256;

/// What there is to do, and when.
#[derive(Debug)]
pub(super) struct Chores {
    retention: Retention,
    /// How far the index is.
    indexed: i64,
    /// The newest capture, whoever wrote it, when another program's writing was last noticed.
    newest: i64,
    /// The `data_version` at that time.
    beside: i64,
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
    /// Events were deleted that no list showed any more.
    Purged,
    /// Events were deleted, and lists are shorter now.
    Deleted,
}

impl Chores {
    pub(super) fn new(connection: &Connection, retention: Retention) -> Result<Self, StoreError> {
        Ok(Self {
            retention,
            indexed: Tally::IndexedUpto.read(connection)?,
            newest: 0,
            beside: 0,
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

    /// Looks for what others have written: imports are to be indexed, and removals to be carried out, as well.
    pub(super) fn look_beside(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let problem = doing("looking for what others have written");
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(&problem)?;
        if std::mem::replace(&mut self.beside, version) != version {
            let sql = "SELECT COALESCE(MAX(id), 0) FROM capture";
            self.newest = connection.query_row(sql, [], |row| row.get(0)).map_err(&problem)?;
            (self.untidy, self.removed) = (true, None);
        }
        Ok(())
    }

    /// The newest capture that others have written, as far as that was noticed.
    pub(super) fn newest_beside(&self) -> i64 {
        self.newest
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
        self.busy = matches!(outcome, Ok(Step::Worked | Step::Purged | Step::Deleted));
        outcome
    }

    fn do_one(&mut self, connection: &mut Connection, settled: i64, open: Option<i64>) -> Result<Step, StoreError> {
        if self.indexed < settled {
            self.indexed = within(connection, "indexing captures", |transaction| {
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
        let before = removal::final_before(Timestamp::now());
        let Some(oldest) = removal::oldest(connection)? else {
            // Whatever is removed from now on is not due before that.
            self.removed = Some(Instant::now() + removal::UNDO_FOR);
            return Ok(0);
        };
        let wait: Duration = oldest.duration_since(before).try_into().unwrap_or_default();
        if wait > Duration::ZERO {
            self.removed = Some(Instant::now() + wait);
            return Ok(0);
        }
        within(connection, "deleting removed events", |transaction| removal::purge(transaction, before))
    }

    fn enforce(&mut self, connection: &mut Connection, open: Option<i64>) -> Result<usize, StoreError> {
        if !self.retention.is_limited() || self.limits > Instant::now() {
            return Ok(0);
        }
        let deleted = within(connection, "deleting what is beyond the limits", |transaction| {
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

/// Gives some of the empty pages at the end of the file back. `false`: there are too few, or none can be.
fn give_pages_back(connection: &Connection) -> Result<bool, StoreError> {
    let Pages { all, empty, .. } = Pages::of(connection)?;
    if empty < EMPTY_PAGES || empty * 5 < all { Ok(false) } else { give_back(connection, PAGES_AT_ONCE) }
}
