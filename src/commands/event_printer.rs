//! Prints events as they arrive, for `menuscope listen` and `menuscope join`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::watch;

use super::output::{event_line, print_line, print_row};
use crate::capture::CaptureId;
use crate::filter::Filter;
use crate::store::{Reader, StoreHead};
use crate::texts::Language;
use crate::waker::Waker;

/// New events that are read at a time.
const BATCH: usize = 1_000;

/// Interval of reading where nothing announces new events.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The time for the last lines, which somebody may never read.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Prints each event once its answer is recorded.
pub(super) struct EventPrinter {
    pub(super) json: bool,
    pub(super) language: Language,
    pub(super) database: PathBuf,
    pub(super) head: watch::Receiver<StoreHead>,
    pub(super) waker: Waker,
    /// Seen, and not answered yet; each with the time of that.
    pub(super) open: BTreeMap<CaptureId, Instant>,
    /// The time after which an event is printed without its answer; `None`: never.
    pub(super) patience: Option<Duration>,
    pub(super) after: CaptureId,
}

/// The thread `events-out`, which prints until the head's sender is gone.
pub(super) struct PrintingThread(Receiver<()>);

impl PrintingThread {
    /// Waits for the last lines. The thread may hang in a pipe that nobody reads; it then ends with the process.
    pub(super) fn finish(self) {
        if self.0.recv_timeout(LAST_LINES) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the last events were not printed: nobody reads them");
        }
    }
}

impl EventPrinter {
    /// Prints on a thread of its own, which looks whenever the bell rings; where nobody reads, nothing is printed.
    pub(super) fn start(self, bell: Receiver<()>, is_read: bool) -> anyhow::Result<PrintingThread> {
        let (done, finished) = mpsc::sync_channel::<()>(1);
        let print = move || {
            if is_read && let Err(error) = self.run(&bell) {
                tracing::warn!("no more events are printed: {error:#}");
            }
            // Dropped only now: its end says that the last line is out.
            drop(done);
        };
        let thread = std::thread::Builder::new().name("events-out".to_owned()).spawn(print);
        thread.map(|_thread| PrintingThread(finished)).context("cannot start printing events")
    }

    fn run(mut self, bell: &Receiver<()>) -> anyhow::Result<()> {
        let mut reader = Reader::open(&self.database)?;
        loop {
            let over = self.head.has_changed().is_err();
            self.waker.rearm();
            if !reader.is_current() {
                // Removed, moved or replaced: the writer has opened another, or is about to.
                match Reader::open(&self.database) {
                    Ok(other) => reader = self.turn_to(other),
                    Err(_) if over => return Ok(()),
                    Err(_) => {
                        bell.recv_timeout(LOOK_AGAIN).ok();
                        continue;
                    }
                }
            }
            self.print_new(&reader)?;
            if over {
                return Ok(());
            }
            // The head's sender goes with the service, after the last commit.
            bell.recv_timeout(LOOK_AGAIN).ok();
        }
    }

    /// Follows another database: the events that it holds already did not arrive here.
    fn turn_to(&mut self, other: Reader) -> Reader {
        self.open.clear();
        self.after = self.after.max(CaptureId(self.head.borrow().opened_at));
        other
    }

    fn print_new(&mut self, reader: &Reader) -> anyhow::Result<()> {
        loop {
            let new = reader.arrived(&Filter::default(), self.after, BATCH)?;
            self.after = new.last().copied().unwrap_or(self.after);
            self.open.extend(new.iter().map(|id| (*id, Instant::now())));
            self.print_answered(reader)?;
            if new.len() < BATCH {
                return Ok(());
            }
        }
    }

    fn print_answered(&mut self, reader: &Reader) -> anyhow::Result<()> {
        for (id, seen) in self.open.clone() {
            let Some(stored) = reader.capture(id)? else {
                self.open.remove(&id);
                continue;
            };
            if stored.reply.is_none() && self.patience.is_none_or(|patience| seen.elapsed() < patience) {
                continue;
            }
            self.open.remove(&id);
            if self.json {
                print_line(&event_line(reader, &stored, self.language)?)?;
            } else {
                for row in reader.page(&[id])? {
                    print_row(&row, self.language)?;
                }
            }
        }
        Ok(())
    }
}
