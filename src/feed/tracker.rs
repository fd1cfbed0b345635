//! The thread `feed-reader`: reads each new event once, in order, for all who follow.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::item::Item;
use super::log::EventLog;
use super::priority;
use super::settling::{PATIENCE, Settling};
use crate::capture::CaptureId;
use crate::clock;
use crate::store::{Reader, StoreError, StoreHead};

/// Interval of asking SQLite whether another process has committed, while somebody follows; it takes a microsecond.
const POLL: Duration = Duration::from_millis(20);

/// The least time between two looks: under load, one look and one packet hold several events.
const BREATHER: Duration = Duration::from_millis(4);

/// New events that are read at a time.
const BATCH: u32 = 1_000;

/// Events that nobody followed are left to the database where they are more than this.
const JUMP: i64 = 2_048;

/// Pause before another attempt to open the database.
const OPEN_AGAIN: Duration = Duration::from_millis(200);

/// The state of the thread.
pub(super) struct Tracker {
    log: Arc<EventLog>,
    database: PathBuf,
    /// Announces commits of this process.
    head: watch::Receiver<StoreHead>,
    asked: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    reader: Option<Reader>,
    /// The `data_version` of the last look.
    version: Option<i64>,
    /// The count of removals at the last look.
    removals: Option<i64>,
    settling: Settling,
    /// False once nothing in this process can commit any more.
    has_head: bool,
    /// Somebody followed since the last look: what is new is for them.
    is_followed: bool,
}

impl Tracker {
    pub(super) fn new(
        log: Arc<EventLog>,
        database: PathBuf,
        head: watch::Receiver<StoreHead>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let asked = log.asked.subscribe();
        let (settling, has_head, is_followed) = (Settling::default(), true, false);
        let (reader, version, removals) = (None, None, None);
        Self { log, database, head, asked, stopping, reader, version, removals, settling, has_head, is_followed }
    }

    /// Looks at the database whenever there may be news, until the feed stops; then once more.
    pub(super) fn run(mut self) {
        priority::lower();
        let Ok(clock) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
        loop {
            let is_over = *self.stopping.borrow_and_update();
            let asked = *self.asked.borrow_and_update();
            let trouble = self.look().err().map(|error| {
                self.reader = None;
                Arc::from(error.to_string())
            });
            let has_trouble = trouble.is_some();
            self.log.state.send_if_modified(|state| {
                let is_new = state.trouble != trouble || state.is_over != is_over;
                (state.trouble, state.is_over) = (trouble, is_over);
                is_new
            });
            self.log.looked.send_replace(asked);
            if is_over {
                return;
            }
            clock.block_on(self.wait(if has_trouble { OPEN_AGAIN } else { POLL }));
        }
    }

    /// Waits for news: a commit here, another process's commit, the end of patience, a question, or the end.
    async fn wait(&mut self, poll: Duration) {
        let looked_at = Instant::now();
        let is_followed = self.log.followers() > 0;
        self.is_followed = is_followed;
        let gives_up_in = self.settling.gives_up_at().map(|at| at.saturating_duration_since(looked_at));
        let poll = gives_up_in.map_or(poll, |until| poll.min(until));
        tokio::select! {
            _ = self.stopping.changed() => return,
            _ = self.asked.changed() => {}
            committed = self.head.changed(), if is_followed && self.has_head => self.has_head = committed.is_ok(),
            () = tokio::time::sleep(poll), if is_followed => {}
        }
        let rest = BREATHER.saturating_sub(looked_at.elapsed());
        tokio::select! {
            _ = self.stopping.changed() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }

    /// Takes in what was committed since the last look.
    fn look(&mut self) -> Result<(), StoreError> {
        let reader = match self.reader.take() {
            Some(reader) if reader.is_current() => reader,
            _ => self.open()?,
        };
        let outcome = self.look_with(&reader);
        self.reader = Some(reader);
        outcome
    }

    fn look_with(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let version = reader.data_version()?;
        if self.version != Some(version) {
            let last = reader.last_given()?;
            if !self.is_followed && last.0 - self.settling.newest().0 > JUMP {
                self.begin(reader)?;
            }
            let removals = reader.removals()?;
            if self.removals.replace(removals).is_some_and(|before| before != removals) {
                self.log.write().forget();
            }
            self.note_new(reader)?;
            let open = self.settling.open();
            if !open.is_empty() {
                self.settling.note_settled(&reader.settled_among(&open)?);
            }
            // Only now: where something failed above, the next look does it again.
            self.version = Some(version);
        }
        self.publish(reader)
    }

    /// Notes the events that are new, each without its contents.
    fn note_new(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let now = (Instant::now(), clock::now());
        let left_open = self.head.borrow().opened_at;
        loop {
            let last = reader.last_given()?;
            let arrivals = reader.arrivals(self.settling.newest(), BATCH)?;
            for arrival in &arrivals {
                self.settling.note(arrival, left_open, now);
            }
            if arrivals.len() < BATCH as usize {
                // Read before the arrivals: what was given since is not passed over.
                self.settling.note_newest(last);
                return Ok(());
            }
            self.publish(reader)?;
        }
    }

    /// Reads what has settled, and where somebody wants it what is open, and tells everybody.
    fn publish(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let language = *self.log.language.borrow();
        let read = |ids: Vec<CaptureId>| -> Result<Vec<Arc<Item>>, StoreError> {
            let items = ids.into_iter().map(|id| Item::read(reader, id, language));
            items.filter_map(Result::transpose).map(|item| item.map(Arc::new)).collect()
        };
        let settled = read(self.settling.settle(Instant::now()))?;
        let (position, newest) = (self.settling.position(), self.settling.newest().0);
        let known = self.log.write().last_known();
        let is_followed_early = self.log.is_followed_early();
        let open = if is_followed_early { read(self.settling.waiting_after(known.max(position)))? } else { Vec::new() };
        {
            let mut tail = self.log.write();
            tail.settle(settled, position);
            if !is_followed_early {
                tail.forget_open();
            }
            tail.extend_open(open, newest);
        }
        self.log.state.send_if_modified(|state| {
            let is_new = (state.position, state.newest) != (position, newest);
            (state.position, state.newest) = (position, newest);
            is_new
        });
        Ok(())
    }

    /// Opens the database that is at the path now.
    fn open(&mut self) -> Result<Reader, StoreError> {
        let reader = Reader::open(&self.database)?;
        let before = self.log.state.borrow().newest;
        self.begin(&reader)?;
        let now = self.settling.newest().0;
        if now < before {
            // Cursors are of another count of numbers: who follows has to choose a new one.
            self.log.state.send_modify(|state| state.epoch += 1);
        }
        Ok(reader)
    }

    /// Begins after what is settled by now.
    fn begin(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let head = self.head.borrow().clone();
        // Where the database was replaced, what it holds already did not arrive here, and numbers go on.
        let newest = reader.last_given()?.0.max(head.opened_at);
        let since = clock::now().saturating_sub(PATIENCE).unwrap_or(jiff::Timestamp::MIN);
        let open = reader.oldest_open(CaptureId(head.opened_at), since)?;
        let position = open.map_or(newest, |open| open.0 - 1);
        self.version = None;
        self.settling = Settling::after(position);
        self.log.write().reset(position);
        Ok(())
    }
}
