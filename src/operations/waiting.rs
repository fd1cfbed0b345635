//! Waits until matching events have arrived, whoever writes them, and also where there is no database yet.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::OperationError;
use crate::capture::{CaptureId, StoredCapture};
use crate::filter::Filter;
use crate::store::{Reader, StoreError};

/// Interval of polling; asking SQLite whether anything has changed takes a microsecond.
const POLL: Duration = Duration::from_millis(20);

/// An event whose answer is not recorded yet is given this long, so that what is given out is complete.
const REPLY_PATIENCE: Duration = Duration::from_millis(500);

/// The end of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEnd {
    /// As many events as were asked for have arrived.
    Complete,
    TimedOut,
    Cancelled,
}

/// The newest event, 0 where there is none or no database.
pub fn newest_event(database: &Path) -> Result<CaptureId, OperationError> {
    match Reader::open(database) {
        Ok(reader) => Ok(reader.newest()?),
        Err(StoreError::Absent { .. }) => Ok(CaptureId(0)),
        Err(error) => Err(error.into()),
    }
}

/// A wait for events.
#[derive(Debug)]
pub struct EventWait {
    database: PathBuf,
    filter: Filter,
    after: CaptureId,
    wanted: usize,
    /// `None` until there is a database.
    reader: Option<Reader>,
    seen: HashSet<CaptureId>,
    /// Number of events that were given out.
    given: usize,
    /// The `data_version` of the last look.
    version: Option<i64>,
}

impl EventWait {
    /// A wait for so many events that match and come after `after`.
    pub fn new(database: PathBuf, filter: Filter, after: CaptureId, wanted: usize) -> Self {
        Self { database, filter, after, wanted, reader: None, seen: HashSet::new(), given: 0, version: None }
    }

    /// Number of events that were given out.
    pub fn given(&self) -> usize {
        self.given
    }

    /// Gives out events as they arrive, until there are as many as were asked for, the time is over, or `is_cancelled`.
    pub fn run<E: From<OperationError>>(
        &mut self,
        timeout: Duration,
        is_cancelled: impl Fn() -> bool,
        mut give: impl FnMut(&Reader, &StoredCapture) -> Result<(), E>,
    ) -> Result<WaitEnd, E> {
        let began = Instant::now();
        loop {
            for stored in self.look()? {
                if let Some(reader) = &self.reader {
                    give(reader, &stored)?;
                }
            }
            if self.given >= self.wanted {
                return Ok(WaitEnd::Complete);
            }
            if is_cancelled() {
                return Ok(WaitEnd::Cancelled);
            }
            let left = timeout.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(WaitEnd::TimedOut);
            }
            std::thread::park_timeout(POLL.min(left));
        }
    }

    /// Events that match and have not been given out yet.
    fn look(&mut self) -> Result<Vec<StoredCapture>, OperationError> {
        if self.reader.take_if(|reader| !reader.is_current()).is_some() {
            self.note_replaced();
        }
        if self.reader.is_none() {
            self.reader = match Reader::open(&self.database) {
                Ok(reader) => Some(reader),
                // Not there yet, or just being made.
                Err(StoreError::Absent { .. } | StoreError::Older { .. } | StoreError::Locked { .. }) => None,
                Err(error) => return Err(error.into()),
            };
        }
        let Some(reader) = &self.reader else { return Ok(Vec::new()) };
        let version = reader.data_version()?;
        if self.version.replace(version) == Some(version) {
            return Ok(Vec::new());
        }
        let ids = reader.arrived(&self.filter, self.after, self.wanted)?;
        let new: Vec<CaptureId> = ids.into_iter().filter(|id| !self.seen.contains(id)).collect();
        let missing = self.wanted - self.given;
        let mut found = Vec::new();
        for id in new.into_iter().take(missing) {
            self.seen.insert(id);
            found.extend(with_reply(reader, id)?);
        }
        self.given += found.len();
        Ok(found)
    }

    /// Begins anew after the database was removed: all that will be in it arrives from now on. Where another one stands in
    /// its place, a listener goes on with its numbers.
    fn note_replaced(&mut self) {
        self.version = None;
        if !self.database.exists() {
            self.after = CaptureId(0);
            self.seen.clear();
        }
    }
}

/// Reads an event, and for a moment again where its answer is about to be recorded.
fn with_reply(reader: &Reader, id: CaptureId) -> Result<Option<StoredCapture>, StoreError> {
    let began = Instant::now();
    loop {
        match reader.capture(id)? {
            Some(stored) if stored.reply.is_none() && began.elapsed() < REPLY_PATIENCE => {
                std::thread::park_timeout(POLL);
            }
            found => return Ok(found),
        }
    }
}
