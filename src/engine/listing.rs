//! The thread that finds out which captures match the window's filter.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::worker::Worker;
use super::{Command, Desk, Notice};
use crate::capture::CaptureId;
use crate::filter::Filter;
use crate::store::{self, Reader, Scan, StoreError, StoreHead};

/// How often to look for what other programs have written beside us.
const LOOK_BESIDE: Duration = Duration::from_millis(250);

/// How many new captures one notice brings at most.
const ARRIVED_AT_ONCE: usize = 50_000;

/// Ends the listing that is running, from the window's thread; the lock is held for a pointer's copy.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupter(Arc<Mutex<Option<store::Interrupter>>>);

impl Interrupter {
    pub(super) fn interrupt(&self) {
        if let Some(interrupter) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            interrupter.interrupt();
        }
    }

    fn arm(&self, reader: &Reader) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader.interrupter());
    }
}

pub(super) fn start(
    database: PathBuf,
    desk: Desk,
    head: watch::Receiver<StoreHead>,
    interrupter: Interrupter,
) -> std::io::Result<Worker<Command>> {
    Worker::start("store-listing", move |commands| {
        Lister { database, desk, head, interrupter, reader: None, listing: None, beside: 0, removals: 0 }
            .run(&commands);
    })
}

struct Lister {
    database: PathBuf,
    desk: Desk,
    head: watch::Receiver<StoreHead>,
    interrupter: Interrupter,
    /// `None` until there is a database.
    reader: Option<Reader>,
    listing: Option<Listing>,
    /// The last `PRAGMA data_version`.
    beside: i64,
    /// How often events had been removed or brought back when that was last looked at.
    removals: i64,
}

/// What belongs to one filter.
struct Listing {
    generation: u64,
    filter: Filter,
    /// `None` once everything has been looked at.
    scan: Option<Scan>,
    /// Everything once more, since some of it has gone or come back; what is shown stays until it is there.
    again: Option<Again>,
    /// The newest capture that has been looked at.
    seen: CaptureId,
    total: u64,
}

/// A listing that is made anew behind the one that is shown.
struct Again {
    scan: Scan,
    ids: Vec<CaptureId>,
    /// Where it began.
    seen: CaptureId,
}

impl Lister {
    fn run(mut self, commands: &Receiver<Command>) {
        loop {
            let scanning =
                self.listing.as_ref().is_some_and(|listing| listing.scan.is_some() || listing.again.is_some());
            let command = if scanning {
                match commands.try_recv() {
                    Ok(command) => Some(command),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match commands.recv_timeout(LOOK_BESIDE) {
                    Ok(command) => Some(command),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            };
            let outcome = match command {
                Some(Command::List { generation, filter }) => self.begin(generation, *filter),
                Some(_) => self.arrived(),
                None if scanning => self.step(),
                None => self.look_beside(),
            };
            let heard = match outcome {
                Ok(heard) => heard,
                // What is not there yet, or not up to date yet, is the control thread's to make, or to say why not.
                Err(StoreError::Interrupted { .. } | StoreError::Absent { .. } | StoreError::Older { .. }) => true,
                Err(error) => {
                    if let Some(listing) = &mut self.listing {
                        (listing.scan, listing.again) = (None, None);
                    }
                    self.desk.fail(&error)
                }
            };
            if !heard {
                return;
            }
        }
    }

    fn begin(&mut self, generation: u64, filter: Filter) -> Result<bool, StoreError> {
        // Kept even where there is no database yet: what arrives later is listed for it.
        self.listing = Some(Listing { generation, filter, scan: None, again: None, seen: CaptureId(0), total: 0 });
        let (removals, seen) = match self.reader() {
            Ok(reader) => (reader.removals()?, reader.newest()?),
            // Nothing is in what is not there; what comes later has arrived.
            Err(StoreError::Absent { .. }) => {
                return Ok(self.desk.put(Notice::Listed { generation, ids: Vec::new(), finished: Some(0) }));
            }
            Err(error) => return Err(error),
        };
        self.removals = removals;
        if let Some(listing) = &mut self.listing {
            listing.seen = seen;
            listing.scan = Some(Scan::new(&listing.filter, seen));
        }
        self.step()
    }

    fn step(&mut self) -> Result<bool, StoreError> {
        let Self { reader: Some(reader), listing: Some(listing), desk, .. } = self else { return Ok(true) };
        let Some(scan) = &mut listing.scan else { return self.step_again() };
        let chunk = reader.step(scan)?;
        if chunk.finished {
            listing.scan = None;
            listing.total = reader.count()?;
        }
        if chunk.ids.is_empty() && !chunk.finished {
            return Ok(true);
        }
        let finished = chunk.finished.then_some(listing.total);
        let heard = desk.put(Notice::Listed { generation: listing.generation, ids: chunk.ids, finished });
        if finished.is_some() {
            self.look_for_removals()?;
        }
        Ok(heard)
    }

    /// Goes on with the listing that is made anew.
    fn step_again(&mut self) -> Result<bool, StoreError> {
        let Self { reader: Some(reader), listing: Some(listing), desk, .. } = self else { return Ok(true) };
        let Some(Again { mut scan, mut ids, seen }) = listing.again.take() else { return Ok(true) };
        let chunk = reader.step(&mut scan)?;
        ids.extend(chunk.ids);
        if !chunk.finished {
            listing.again = Some(Again { scan, ids, seen });
            return Ok(true);
        }
        listing.total = reader.count()?;
        let heard = desk.put(Notice::Relisted { generation: listing.generation, ids, seen, total: listing.total });
        // Some more may have gone meanwhile.
        self.look_for_removals()?;
        Ok(heard)
    }

    /// Begins anew where events have been removed or brought back; what runs already is finished first.
    fn look_for_removals(&mut self) -> Result<(), StoreError> {
        let removals = self.reader()?.removals()?;
        let Self { reader: Some(reader), listing: Some(listing), .. } = self else { return Ok(()) };
        if removals != self.removals && listing.scan.is_none() && listing.again.is_none() {
            self.removals = removals;
            let seen = reader.newest()?;
            listing.again = Some(Again { scan: Scan::new(&listing.filter, seen), ids: Vec::new(), seen });
        }
        Ok(())
    }

    /// What has come since. Captures that were open last time are looked at again: their answers may match now.
    fn arrived(&mut self) -> Result<bool, StoreError> {
        let open = self.head.borrow().oldest_open;
        self.look_for_removals()?;
        let Self { reader: Some(reader), listing: Some(listing), desk, .. } = self else { return Ok(true) };
        let newest = reader.newest()?;
        let after = open.map_or(listing.seen, |open| listing.seen.min(CaptureId(open - 1)));
        let ids = reader.arrived(&listing.filter, after, ARRIVED_AT_ONCE)?;
        listing.total = match listing.seen {
            // The first that arrive in a new database need not begin with 1.
            CaptureId(0) => reader.count()?,
            CaptureId(seen) => listing.total + u64::try_from(newest.0 - seen).unwrap_or(0),
        };
        listing.seen =
            if ids.len() < ARRIVED_AT_ONCE { newest.max(listing.seen) } else { *ids.last().unwrap_or(&newest) };
        let more = ids.len() >= ARRIVED_AT_ONCE;
        let heard = desk.put(Notice::Arrived { generation: listing.generation, ids, total: listing.total });
        if more && heard { self.arrived() } else { Ok(heard) }
    }

    fn look_beside(&mut self) -> Result<bool, StoreError> {
        let is_new = self.reader.is_none();
        let version = self.reader()?.data_version()?;
        if version == self.beside && !is_new {
            return Ok(true);
        }
        self.beside = version;
        self.arrived()
    }

    /// The reader, opened as soon as there is a database.
    fn reader(&mut self) -> Result<&Reader, StoreError> {
        if self.reader.take_if(|reader| !reader.is_current()).is_some() {
            // The window asks anew.
            self.listing = None;
            self.desk.put(Notice::Replaced);
            return Err(StoreError::Absent { path: self.database.clone() });
        }
        if self.reader.is_none() {
            let reader = Reader::open(&self.database)?;
            self.beside = reader.data_version()?;
            self.interrupter.arm(&reader);
            self.reader = Some(reader);
        }
        self.reader.as_ref().ok_or(StoreError::Closing)
    }
}
