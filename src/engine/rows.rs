//! The thread that reads pages of the list and single captures.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::trial::Tried;
use super::worker::Worker;
use super::{Command, ComparedReplay, Desk, Known, Marks, Notice, Opened, Status, accounts_of};
use crate::capture::{CaptureId, HANDSHAKE, ReplayId};
use crate::filter::Filter;
use crate::inspect::{SignatureCheck, explain_signature};
use crate::store::{Reader, Scan, StoreError};

/// More values are not offered to complete with.
const MOST_SEEN: usize = 40;

/// More replays of one event are not shown beside it.
const MOST_REPLAYS: usize = 100;

/// More runs are not listed.
const MOST_RUNS: usize = 500;

/// More replays of a run are not listed.
const MOST_OF_A_RUN: usize = 100_000;

pub(super) fn start(
    database: PathBuf,
    desk: Desk,
    known: Known,
    status: watch::Receiver<Status>,
) -> std::io::Result<Worker<Command>> {
    Worker::start("store-rows", move |commands| {
        Rows { database, desk, known, status, reader: None, colours: (0, Vec::new()) }.run(&commands);
    })
}

struct Rows {
    database: PathBuf,
    desk: Desk,
    known: Known,
    status: watch::Receiver<Status>,
    /// `None` until there is a database.
    reader: Option<Reader>,
    /// By which filters rows are marked, and how often that has changed.
    colours: (u64, Vec<Filter>),
}

impl Rows {
    fn run(mut self, commands: &Receiver<Command>) {
        while let Ok(command) = commands.recv() {
            let notice = match self.answer(command) {
                Ok(Some(notice)) => notice,
                // Not made yet, or not brought up to date yet: the control thread does that, or says why not.
                Ok(None) | Err(StoreError::Absent { .. } | StoreError::Older { .. }) => continue,
                Err(error) => Notice::Failed { trouble: (&error).into() },
            };
            if !self.desk.put(notice) {
                return;
            }
        }
    }

    fn answer(&mut self, command: Command) -> Result<Option<Notice>, StoreError> {
        match command {
            Command::Page { ids } => {
                let rows = self.reader()?.page(&ids)?;
                let marks = self.marks(&ids)?;
                Ok(Some(Notice::Page { rows, marks }))
            }
            Command::Colour { generation, filters } => {
                self.colours = (generation, filters);
                Ok(None)
            }
            Command::FindSeen { generation, seen, typed } => {
                let values = self.reader()?.seen(seen, &typed, MOST_SEEN)?;
                Ok(Some(Notice::Seen { generation, values }))
            }
            Command::ListUsedFilters => Ok(Some(Notice::UsedFilters { texts: self.reader()?.used_filters()? })),
            Command::Open { id } => Ok(self.open(id)?.map(|opened| Notice::Opened { opened: Box::new(opened) })),
            Command::CompareReplay { id } => Ok(self.compare(id)?.map(|compared| Notice::ReplayCompared { compared })),
            Command::FindHandshake => self.handshake().map(Some),
            Command::ListRuns => Ok(Some(Notice::Runs { runs: self.reader()?.runs(MOST_RUNS)? })),
            Command::OpenRun { id } => {
                let reader = self.reader()?;
                let Some(run) = reader.run(id)? else { return Ok(None) };
                Ok(Some(Notice::Run { run: Box::new(run), rows: reader.replays_in(id, MOST_OF_A_RUN)? }))
            }
            Command::TryRule { rule, id } => {
                let Some(stored) = self.reader()?.capture(id)? else { return Ok(None) };
                let tried = Box::new(Tried::of(*rule, &stored));
                Ok(Some(Notice::RuleTried { id, tried }))
            }
            _ => Ok(None),
        }
    }

    /// Which of these rows match a filter with a colour: the first that they match counts.
    fn marks(&mut self, ids: &[CaptureId]) -> Result<Marks, StoreError> {
        self.reader()?;
        let Self { reader: Some(reader), colours: (generation, filters), .. } = self else {
            return Ok(Marks::default());
        };
        let mut marked: BTreeMap<CaptureId, usize> = BTreeMap::new();
        for (index, filter) in filters.iter().enumerate() {
            for id in reader.matching_of(filter, ids)? {
                marked.entry(id).or_insert(index);
            }
        }
        Ok(Marks { generation: *generation, by_row: marked.into_iter().collect() })
    }

    fn open(&mut self, id: CaptureId) -> Result<Option<Opened>, StoreError> {
        let ignored = self.ignored();
        let accounts = accounts_of(&self.known);
        let reader = self.reader()?;
        let Some(stored) = reader.capture(id)? else { return Ok(None) };
        let attempts = reader.attempts(stored.placement.group)?;
        let images = reader.images_of(&stored)?;
        let replays = reader.replays_of(id, MOST_REPLAYS)?;
        let replays = replays.into_iter().enumerate().map(|(at, replay)| {
            let compared = ComparedReplay::of(replay, &stored, reader, &accounts)?;
            // The newest is unfolded at first; the others wait until somebody looks at them.
            Ok(if at == 0 { compared.compared(&ignored) } else { compared })
        });
        let replays = replays.collect::<Result<_, StoreError>>()?;
        let signature = self.signature(&stored.capture);
        Ok(Some(Opened { stored, attempts, images, signature, replays }))
    }

    /// `None` where the replay or its event has gone.
    fn compare(&mut self, id: ReplayId) -> Result<Option<Box<ComparedReplay>>, StoreError> {
        let ignored = self.ignored();
        let accounts = accounts_of(&self.known);
        let reader = self.reader()?;
        let Some(replay) = reader.replay(id)? else { return Ok(None) };
        let Some(event) = reader.capture(replay.replayed.event)? else { return Ok(None) };
        let compared = ComparedReplay::of(replay, &event, reader, &accounts)?;
        Ok(Some(Box::new(compared.compared(&ignored))))
    }

    /// Elements that do not count in a comparison.
    fn ignored(&self) -> Vec<String> {
        self.status.borrow().config.replay.ignore.clone()
    }

    fn signature(&self, capture: &crate::capture::Capture) -> Option<SignatureCheck> {
        let accounts = self.known.borrow();
        explain_signature(capture, accounts.as_ref()?.named(&capture.account)?)
    }

    /// Walks down in steps: the newest handshake is mostly near the top, and a walk to the bottom is rare.
    fn handshake(&mut self) -> Result<Notice, StoreError> {
        let filter = Filter::of_type(HANDSHAKE);
        let reader = self.reader()?;
        let mut scan = Scan::new(&filter, reader.newest()?);
        loop {
            let chunk = reader.step(&mut scan)?;
            if let Some(newest) = chunk.ids.first() {
                let capture = reader.capture(*newest)?.map(Box::new);
                return Ok(Notice::Handshake { capture });
            }
            if chunk.finished {
                return Ok(Notice::Handshake { capture: None });
            }
        }
    }

    fn reader(&mut self) -> Result<&Reader, StoreError> {
        // Removed, or replaced by another one.
        self.reader.take_if(|reader| !reader.is_current());
        if self.reader.is_none() {
            self.reader = Some(Reader::open(&self.database)?);
        }
        self.reader.as_ref().ok_or(StoreError::Closing)
    }
}
