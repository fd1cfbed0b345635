//! Prints events as they arrive, for `menuscope listen` and `menuscope join`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

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

impl EventPrinter {
    pub(super) fn run(mut self, bell: &Receiver<()>) -> anyhow::Result<()> {
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
