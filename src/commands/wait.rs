//! `menuscope wait`: until matching events have arrived, for scripts and tests.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::output::{event_line, print_line, print_row};
use super::work::{Interrupted, flag_on_interrupt};
use super::{Outcome, filter, language};
use crate::capture::{CaptureId, StoredCapture};
use crate::cli::Wait;
use crate::engine::Setup;
use crate::filter::Filter;
use crate::store::{Reader, StoreError};
use crate::texts::Language;

/// Interval of polling; asking SQLite whether anything has changed takes a microsecond.
const POLL: Duration = Duration::from_millis(20);

/// An event whose answer is not recorded yet is given this long, so that what is printed is complete.
const REPLY_PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn run(setup: &Setup, wait: &Wait) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let interrupted = flag_on_interrupt()?;
    let (filter, after) = what(setup, wait)?;
    let mut waiting = EventWait {
        setup,
        filter,
        after,
        wanted: wait.count as usize,
        reader: None,
        seen: HashSet::new(),
        given: 0,
        version: None,
    };
    let language = language(setup);
    loop {
        for stored in waiting.look()? {
            print(&waiting, &stored, wait.json, language)?;
        }
        if waiting.given >= waiting.wanted {
            return Ok(Outcome::Done);
        }
        if interrupted.load(Ordering::Relaxed) {
            let so_far = format!("interrupted; {} of {} matching events until then", waiting.given, waiting.wanted);
            return Err(Interrupted(so_far).into());
        }
        let left = wait.timeout.saturating_sub(began.elapsed());
        if left.is_zero() {
            let reason = format!("{} of {} matching events within {:?}", waiting.given, waiting.wanted, wait.timeout);
            return Ok(Outcome::No(Some(reason)));
        }
        std::thread::park_timeout(POLL.min(left));
    }
}

/// The filter, and the capture after which to count: now, an id, or, as part of the filter, a time.
fn what(setup: &Setup, wait: &Wait) -> anyhow::Result<(Filter, CaptureId)> {
    let asked = filter(wait.filter.as_deref())?;
    match wait.since.as_deref() {
        None => Ok((asked, newest(setup)?)),
        Some(since) => match since.parse() {
            Ok(id) => Ok((asked, CaptureId(id))),
            Err(_no_number) => Ok((since_time(wait.filter.as_deref(), since)?, CaptureId(0))),
        },
    }
}

fn since_time(filter: Option<&str>, since: &str) -> anyhow::Result<Filter> {
    let text = format!("after:{since:?} ({})", filter.unwrap_or_default());
    Filter::parse(text.trim_end_matches(" ()"), &crate::clock::local_now()).with_context(|| {
        format!("cannot read --since {since:?}; give an event's number or a time such as 10m or 2026-11-23T10:00")
    })
}

fn newest(setup: &Setup) -> anyhow::Result<CaptureId> {
    match Reader::open(&setup.folder.database()) {
        Ok(reader) => Ok(reader.newest()?),
        Err(StoreError::Absent { .. }) => Ok(CaptureId(0)),
        Err(error) => Err(error.into()),
    }
}

struct EventWait<'a> {
    setup: &'a Setup,
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

impl EventWait<'_> {
    /// Events that match and have not been given out yet.
    fn look(&mut self) -> anyhow::Result<Vec<StoredCapture>> {
        if self.reader.take_if(|reader| !reader.is_current()).is_some() {
            self.note_replaced();
        }
        if self.reader.is_none() {
            self.reader = match Reader::open(&self.setup.folder.database()) {
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
}

impl EventWait<'_> {
    /// Begins anew after the database was removed: all that will be in it arrives from now on. Where another one stands in
    /// its place, a listener goes on with its numbers.
    fn note_replaced(&mut self) {
        self.version = None;
        if !self.setup.folder.database().exists() {
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

fn print(waiting: &EventWait<'_>, stored: &StoredCapture, json: bool, language: Language) -> anyhow::Result<()> {
    let Some(reader) = &waiting.reader else { return Ok(()) };
    if json {
        print_line(&event_line(reader, stored, language)?)?;
    } else {
        for row in reader.page(&[stored.placement.id])? {
            print_row(&row)?;
        }
    }
    Ok(())
}
