//! The thread `listing`: finds the captures that match the window's filter, and follows what arrives or is removed.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::notice::{ListNotice, Notice};
use super::notice_sender::NoticeSender;
use super::priority::give_way_to_window;
use super::worker::Worker;
use crate::capture::{CaptureId, IdRuns};
use crate::filter::Filter;
use crate::store::{self, Reader, Scan, StoreError, StoreHead};

/// The interval between checks for writes by other processes.
const POLL_OTHER_WRITERS: Duration = Duration::from_millis(250);

/// The most captures in one notice of arrivals.
const MOST_ARRIVED: usize = 50_000;

/// A command about the list of events.
#[derive(Clone, Debug)]
pub enum ListingCommand {
    /// List all matches, newest first. Ends a running listing. Notices carry the same `generation`, so that the window
    /// can tell late answers to an earlier filter from current ones.
    List { generation: u64, filter: Box<Filter> },
    /// List what has arrived since the last look, for the current filter.
    Refresh,
}

/// The window's end of the thread.
#[derive(Debug)]
pub(super) struct ListingHandle {
    worker: Worker<ListingCommand>,
    interrupter: RunningQuery,
}

impl ListingHandle {
    pub(super) fn start(
        database: PathBuf,
        notices: NoticeSender,
        head: watch::Receiver<StoreHead>,
    ) -> std::io::Result<Self> {
        let interrupter = RunningQuery::default();
        let worker = Worker::start("listing", {
            let interrupter = interrupter.clone();
            move |commands| {
                // A walk through a million events takes all processors: frames go before it.
                give_way_to_window();
                let (reader, listing) = (None, None);
                let changes = Changes::default();
                ListingWorker { database, notices, head, interrupter, reader, listing, data_version: 0, changes }
                    .run(&commands);
            }
        })?;
        Ok(Self { worker, interrupter })
    }

    /// Queues a command without waiting; a new listing interrupts the running one. `false`: the queue is full.
    pub(super) fn try_send(&self, command: ListingCommand) -> bool {
        match &command {
            ListingCommand::List { .. } => self.interrupter.interrupt(),
            ListingCommand::Refresh => {}
        }
        self.worker.try_send(command)
    }
}

impl Drop for ListingHandle {
    fn drop(&mut self) {
        self.interrupter.interrupt();
    }
}

/// Interrupts the thread's query from the window's thread. The lock is held for the copy of a pointer.
#[derive(Clone, Debug, Default)]
struct RunningQuery(Arc<Mutex<Option<store::Interrupter>>>);

impl RunningQuery {
    fn interrupt(&self) {
        if let Some(interrupter) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            interrupter.interrupt();
        }
    }

    fn arm(&self, reader: &Reader) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader.interrupter());
    }
}

/// The state of the thread.
struct ListingWorker {
    database: PathBuf,
    notices: NoticeSender,
    head: watch::Receiver<StoreHead>,
    interrupter: RunningQuery,
    /// `None` until there is a database.
    reader: Option<Reader>,
    listing: Option<Listing>,
    /// The last `PRAGMA data_version`: it changes with each write by another connection.
    data_version: i64,
    /// The store's counts of changes at the last look.
    changes: Changes,
}

/// Counts of changes to events that are listed already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Changes {
    removals: i64,
    annotations: i64,
}

impl Changes {
    fn of(reader: &Reader) -> Result<Self, StoreError> {
        Ok(Self { removals: reader.removals()?, annotations: reader.annotations()? })
    }
}

/// The progress of listing one filter.
struct Listing {
    generation: u64,
    filter: Filter,
    /// `None` once all captures have been considered.
    scan: Option<Scan>,
    /// A second listing after events were removed or restored; the window keeps the first until it is complete.
    relisting: Option<Relisting>,
    /// The newest capture considered so far.
    seen: CaptureId,
    /// The number of all captures, and the newest one that is counted in it.
    total: u64,
    counted: CaptureId,
}

/// A listing made anew behind the one that is shown.
struct Relisting {
    scan: Scan,
    ids: IdRuns,
    /// The newest capture when it began.
    seen: CaptureId,
}

impl ListingWorker {
    fn run(mut self, commands: &Receiver<ListingCommand>) {
        loop {
            let scanning =
                self.listing.as_ref().is_some_and(|listing| listing.scan.is_some() || listing.relisting.is_some());
            let command = if scanning {
                match commands.try_recv() {
                    Ok(command) => Some(command),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match commands.recv_timeout(POLL_OTHER_WRITERS) {
                    Ok(command) => Some(command),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            };
            let outcome = match command {
                Some(ListingCommand::List { generation, filter }) => self.begin(generation, *filter),
                Some(ListingCommand::Refresh) => self.list_arrivals(),
                None if scanning => self.step(),
                None => self.poll_other_writers(),
            };
            let is_open = match outcome {
                Ok(is_open) => is_open,
                // The settings thread creates and migrates the database, and reports its failures.
                Err(StoreError::Interrupted { .. } | StoreError::Absent { .. } | StoreError::Older { .. }) => true,
                Err(error) => {
                    if let Some(listing) = &mut self.listing {
                        (listing.scan, listing.relisting) = (None, None);
                    }
                    self.notices.fail(&error)
                }
            };
            if !is_open {
                return;
            }
        }
    }

    /// Begins a listing. This and the other steps return `false` once the window has closed.
    fn begin(&mut self, generation: u64, filter: Filter) -> Result<bool, StoreError> {
        // Even without a database: later arrivals are listed for this filter.
        let none = CaptureId(0);
        self.listing =
            Some(Listing { generation, filter, scan: None, relisting: None, seen: none, total: 0, counted: none });
        let (changes, seen) = match self.reader() {
            Ok(reader) => (Changes::of(reader)?, reader.newest()?),
            // No database has no captures; later ones come as arrivals.
            Err(StoreError::Absent { .. }) => {
                return Ok(self.notices.send(ListNotice::Listed {
                    generation,
                    ids: IdRuns::descending(),
                    finished: Some(0),
                }));
            }
            Err(error) => return Err(error),
        };
        self.changes = changes;
        if let Some(listing) = &mut self.listing {
            listing.seen = seen;
            listing.scan = Some(Scan::new(&listing.filter, seen));
        }
        self.step()
    }

    /// Scans the next part of the database.
    fn step(&mut self) -> Result<bool, StoreError> {
        let Self { reader: Some(reader), listing: Some(listing), notices, .. } = self else { return Ok(true) };
        let Some(scan) = &mut listing.scan else { return self.step_relisting() };
        let chunk = reader.step(scan)?;
        if chunk.finished {
            listing.scan = None;
            (listing.total, listing.counted) = reader.count_to_newest()?;
        }
        if chunk.ids.is_empty() && !chunk.finished {
            return Ok(true);
        }
        let finished = chunk.finished.then_some(listing.total);
        let is_open = notices.send(ListNotice::Listed { generation: listing.generation, ids: chunk.ids, finished });
        if finished.is_some() {
            self.follow_changes()?;
        }
        Ok(is_open)
    }

    /// Scans the next part of the database for the second listing, which is sent as a whole.
    fn step_relisting(&mut self) -> Result<bool, StoreError> {
        let Self { reader: Some(reader), listing: Some(listing), notices, .. } = self else { return Ok(true) };
        let Some(Relisting { mut scan, mut ids, seen }) = listing.relisting.take() else { return Ok(true) };
        let chunk = reader.step(&mut scan)?;
        ids.append(&chunk.ids);
        if !chunk.finished {
            listing.relisting = Some(Relisting { scan, ids, seen });
            return Ok(true);
        }
        (listing.total, listing.counted) = reader.count_to_newest()?;
        let is_open =
            notices.send(ListNotice::Relisted { generation: listing.generation, ids, seen, total: listing.total });
        // More events may have been removed meanwhile.
        self.follow_changes()?;
        Ok(is_open)
    }

    /// Begins a second listing if events have been removed or restored, or if the filter asks about pins or notes and these
    /// have changed; unless a listing is running.
    fn follow_changes(&mut self) -> Result<(), StoreError> {
        let changes = Changes::of(self.reader()?)?;
        let Self { reader: Some(reader), listing: Some(listing), notices, .. } = self else { return Ok(()) };
        if changes != self.changes && listing.scan.is_none() && listing.relisting.is_none() {
            let is_annotated = changes.annotations != self.changes.annotations;
            let is_other_list = changes.removals != self.changes.removals
                || is_annotated && listing.filter.expr.asks_about_annotations();
            self.changes = changes;
            if is_annotated {
                notices.send(ListNotice::Annotated);
            }
            if !is_other_list {
                return Ok(());
            }
            let seen = reader.newest()?;
            let scan = Scan::new(&listing.filter, seen);
            listing.relisting = Some(Relisting { scan, ids: IdRuns::descending(), seen });
        }
        Ok(())
    }

    /// Lists new captures. Those without a reply at the last look are considered again: their replies may match now.
    fn list_arrivals(&mut self) -> Result<bool, StoreError> {
        let open = self.head.borrow().oldest_open;
        self.follow_changes()?;
        let Self { reader: Some(reader), listing: Some(listing), notices, .. } = self else { return Ok(true) };
        let newest = reader.newest()?;
        let after = open.map_or(listing.seen, |open| listing.seen.min(CaptureId(open - 1)));
        let ids = reader.arrived(&listing.filter, after, MOST_ARRIVED)?;
        // Numbers in a new database need not begin with 1.
        if listing.counted == CaptureId(0) {
            (listing.total, listing.counted) = reader.count_to_newest()?;
        } else if newest > listing.counted {
            listing.total += u64::try_from(newest.0 - listing.counted.0).unwrap_or(0);
            listing.counted = newest;
        }
        listing.seen = if ids.len() < MOST_ARRIVED { newest.max(listing.seen) } else { *ids.last().unwrap_or(&newest) };
        let more = ids.len() >= MOST_ARRIVED;
        let is_open = notices.send(ListNotice::Arrived { generation: listing.generation, ids, total: listing.total });
        if more && is_open { self.list_arrivals() } else { Ok(is_open) }
    }

    /// Lists new captures if another process has written to the database.
    fn poll_other_writers(&mut self) -> Result<bool, StoreError> {
        let is_new = self.reader.is_none();
        let version = self.reader()?.data_version()?;
        if version == self.data_version && !is_new {
            return Ok(true);
        }
        self.data_version = version;
        self.list_arrivals()
    }

    /// The reader of the current database file; opened on first use, and anew after the file has been exchanged.
    fn reader(&mut self) -> Result<&Reader, StoreError> {
        if self.reader.take_if(|reader| !reader.is_current()).is_some() {
            // The window lists anew.
            self.listing = None;
            self.notices.send(Notice::DatabaseReplaced);
            return Err(StoreError::Absent { path: self.database.clone() });
        }
        if self.reader.is_none() {
            let reader = Reader::open(&self.database)?;
            self.data_version = reader.data_version()?;
            self.interrupter.arm(&reader);
            self.reader = Some(reader);
        }
        self.reader.as_ref().ok_or(StoreError::Closing)
    }
}
