//! The thread `query`: reads rows of the list, single events, runs of replays and suggestions for the filter.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::SharedAccounts;
use super::answered_message::answered;
use super::event_comparison::{EventComparison, ReplyComparison};
use super::event_detail::{ComparedReplay, EventDetail, ImageMessage};
use super::menu_history_cache::MenuHistoryCache;
use super::notice::{DetailNotice, FilterNotice, ListNotice, Marks, Notice, ReplaysNotice};
use super::notice_sender::NoticeSender;
use super::status::Status;
use super::trial::{RulePreview, RuleTrial, first_match};
use super::worker::Worker;
use crate::capture::{CaptureId, Mode, ReplayId, RunId, StoredCapture};
use crate::config::DataFolder;
use crate::coverage::{FormerButton, TapMoment};
use crate::filter::{Filter, SeenField};
use crate::inspect::{explain_ciphertext, explain_signature};
use crate::rules::Rule;
use crate::store::{Reader, Scan, StoreError};
use crate::wechat::kind::MENU_EVENTS;
use crate::wechat::tree::Tree;

/// The most values offered for completion.
const MOST_SEEN: usize = 40;

/// The most replays shown beside an event.
const MOST_REPLAYS: usize = 100;

/// Steps of the search for an event to preview a rule with: some hundred thousand events, in tenths of a second.
const PREVIEW_STEPS: usize = 8;
/// The most image messages whose pictures are read for an event; WeChat sends nine at most.
const MOST_PICTURES: usize = 18;

/// The most runs listed.
const MOST_RUNS: usize = 500;

/// The most replays listed of one run.
const MOST_IN_RUN: usize = 100_000;

/// A question answered from the database.
#[derive(Clone, Debug)]
pub enum QueryCommand {
    /// Read the rows of these captures.
    ReadRows { ids: Vec<CaptureId> },
    /// Mark the rows read from now on with the first of these filters that they match. `generation` grows with each
    /// change and comes back with each page.
    SetMarks { generation: u64, filters: Vec<Filter> },
    /// Find values that occur in events and begin with `typed`. `generation` grows with each question and comes back
    /// with the answer.
    FindSeen { generation: u64, seen: SeenField, typed: String },
    /// Read the filters used before.
    ListUsedFilters,
    /// Read one capture and everything that belongs to its event.
    Open { id: CaptureId },
    /// Calculate the difference between a replay's answer and its baseline.
    CompareReplay { id: ReplayId },
    /// Put the answer to a replay beside the one that it is compared with.
    CompareReplies { replay: ReplayId },
    /// Compare two events side by side.
    CompareEvents { before: CaptureId, after: CaptureId },
    /// Read the newest handshake that is not our own.
    FindHandshake,
    /// Read the newest push that is not our own.
    FindPush,
    /// Read the runs of replays, newest first.
    ListRuns,
    /// Read one run and its replays.
    OpenRun { id: RunId },
    /// Read the answers of a run of composed messages.
    ReadAnswers { run: RunId },
    /// Try a rule, saved or not, on the newest event that its filter finds. `number` comes back with the answer.
    /// `before` are the rules further up, one of which may decide before it.
    PreviewRule { number: u64, rule: Box<Rule>, before: Vec<Rule> },
    /// Try a rule, saved or not, on a stored event.
    TryRule { rule: Box<Rule>, id: CaptureId },
}

/// Handshakes and pushes that others have sent: those of `doctor` and of samples prove nothing.
const GENUINE_HANDSHAKES: &str = "type:handshake -is:replay";
const GENUINE_PUSHES: &str = "-type:handshake -is:replay";

/// Starts the thread.
pub(super) fn start(
    folder: DataFolder,
    notices: NoticeSender,
    accounts: SharedAccounts,
    status: watch::Receiver<Arc<Status>>,
) -> std::io::Result<Worker<QueryCommand>> {
    Worker::start("query", move |commands| {
        let (database, menus) = (folder.database(), MenuHistoryCache::new(folder));
        QueryWorker { database, menus, notices, accounts, status, reader: None, marks: (0, Vec::new()) }.run(&commands);
    })
}

/// The state of the thread.
struct QueryWorker {
    database: PathBuf,
    menus: MenuHistoryCache,
    notices: NoticeSender,
    accounts: SharedAccounts,
    status: watch::Receiver<Arc<Status>>,
    /// `None` until there is a database.
    reader: Option<Reader>,
    /// The filters that rows are marked with, and their generation.
    marks: (u64, Vec<Filter>),
}

impl QueryWorker {
    fn run(mut self, commands: &Receiver<QueryCommand>) {
        while let Ok(command) = commands.recv() {
            let notice = match self.answer(command) {
                Ok(Some(notice)) => notice,
                // The settings thread creates and migrates the database, and reports its failures.
                Ok(None) | Err(StoreError::Absent { .. } | StoreError::Older { .. }) => continue,
                Err(error) => Notice::Failed { trouble: (&error).into() },
            };
            if !self.notices.send(notice) {
                return;
            }
        }
    }

    /// The answer to a command; `None` if what it names has been deleted, or there is nothing to say.
    fn answer(&mut self, command: QueryCommand) -> Result<Option<Notice>, StoreError> {
        Ok(Some(match command {
            QueryCommand::ReadRows { ids } => {
                let rows = self.reader()?.page(&ids)?;
                let marks = self.marks_of(&ids)?;
                ListNotice::Rows { rows, marks }.into()
            }
            QueryCommand::SetMarks { generation, filters } => {
                self.marks = (generation, filters);
                return Ok(None);
            }
            QueryCommand::FindSeen { generation, seen, typed } => {
                let values = self.reader()?.seen(seen, &typed, MOST_SEEN)?;
                FilterNotice::Seen { generation, values }.into()
            }
            QueryCommand::ListUsedFilters => FilterNotice::Used { texts: self.reader()?.used_filters()? }.into(),
            QueryCommand::Open { id } => {
                let Some(detail) = self.open(id)? else { return Ok(None) };
                DetailNotice::Opened(Box::new(detail)).into()
            }
            QueryCommand::CompareReplay { id } => {
                let Some(compared) = self.compare(id)? else { return Ok(None) };
                DetailNotice::ReplayCompared(Box::new(compared)).into()
            }
            QueryCommand::CompareReplies { replay } => {
                let Some(sides) = self.compare(replay)?.as_ref().and_then(ReplyComparison::of) else { return Ok(None) };
                DetailNotice::RepliesCompared(Box::new(sides)).into()
            }
            QueryCommand::CompareEvents { before, after } => {
                let accounts = self.accounts.borrow().clone();
                let Some(compared) = EventComparison::of((before, after), self.reader()?, &accounts)? else {
                    return Ok(None);
                };
                DetailNotice::EventsCompared(Box::new(compared)).into()
            }
            QueryCommand::FindHandshake => Notice::Handshake { capture: self.newest_of(GENUINE_HANDSHAKES)? },
            QueryCommand::FindPush => Notice::LatestPush { capture: self.newest_of(GENUINE_PUSHES)? },
            QueryCommand::ListRuns => ReplaysNotice::Runs { runs: self.reader()?.runs(MOST_RUNS)? }.into(),
            QueryCommand::OpenRun { id } => {
                let reader = self.reader()?;
                let Some(run) = reader.run(id)? else { return Ok(None) };
                ReplaysNotice::Run { run: Box::new(run), rows: reader.replays_in(id, MOST_IN_RUN)? }.into()
            }
            QueryCommand::ReadAnswers { run } => {
                let answers = answered(run, self.reader()?)?;
                Notice::Answered { run, answers }
            }
            QueryCommand::PreviewRule { number, rule, before } => {
                let preview = self.preview(number, *rule, before)?;
                Notice::RulePreviewed { preview: Box::new(preview) }
            }
            QueryCommand::TryRule { rule, id } => {
                let Some(stored) = self.reader()?.capture(id)? else { return Ok(None) };
                Notice::RuleTried { id, trial: Box::new(RuleTrial::of(*rule, &stored)) }
            }
        }))
    }

    /// The first filter that each of these rows matches.
    fn marks_of(&mut self, ids: &[CaptureId]) -> Result<Marks, StoreError> {
        self.reader()?;
        let Self { reader: Some(reader), marks: (generation, filters), .. } = self else {
            return Ok(Marks::default());
        };
        let mut marked: BTreeMap<CaptureId, usize> = BTreeMap::new();
        for (index, filter) in filters.iter().enumerate() {
            for id in reader.matching_of(filter, ids)?.iter() {
                marked.entry(id).or_insert(index);
            }
        }
        Ok(Marks { generation: *generation, by_row: marked.into_iter().collect() })
    }

    fn open(&mut self, id: CaptureId) -> Result<Option<EventDetail>, StoreError> {
        let ignored = self.ignored();
        let accounts = self.accounts.borrow().clone();
        let reader = self.reader()?;
        let Some(stored) = reader.capture(id)? else { return Ok(None) };
        let attempts = reader.attempts(stored.placement.group)?;
        let images = reader.images_of(&stored)?;
        let replays = reader.replays_of(id, MOST_REPLAYS)?;
        let replays = replays.into_iter().enumerate().map(|(at, replay)| {
            let compared = ComparedReplay::of(replay, &stored, reader, &accounts)?;
            // The newest is shown unfolded; the others are compared when they are unfolded.
            Ok(if at == 0 { compared.compared(&ignored) } else { compared })
        });
        let replays = replays.collect::<Result<_, StoreError>>()?;
        let image_messages = Self::image_messages(reader, &stored, &images)?;
        let key_history = reader.key_history(&stored)?;
        let account = accounts.named(&stored.capture.account);
        let signature = account.and_then(|account| explain_signature(&stored.capture, account));
        let is_encrypted = stored.capture.mode != Mode::Plain;
        let layers = is_encrypted.then(|| explain_ciphertext(&stored.capture, account)).flatten();
        let button = self.button_of(&stored);
        let detail =
            EventDetail { stored, attempts, images, image_messages, signature, layers, key_history, button, replays };
        Ok(Some(detail))
    }

    /// The button that a tap came from, in the menus that were kept for its account.
    fn button_of(&mut self, stored: &StoredCapture) -> Option<FormerButton> {
        let envelope = &stored.capture.envelope;
        let key = envelope.event_key.as_deref().filter(|_| MENU_EVENTS.contains(&&*envelope.kind))?;
        let tree = Tree::parse_lenient(stored.capture.message()).ok();
        let menu_id = tree.as_ref().and_then(|tree| tree.root().text_of("MenuId"));
        let moment = TapMoment { at: stored.capture.request.received_at, menu_id };
        self.menus.of(Some(&stored.capture.account)).button_of(&envelope.kind, key, moment)
    }

    /// The replay with its difference; `None` if the replay or its event has been deleted.
    fn compare(&mut self, id: ReplayId) -> Result<Option<ComparedReplay>, StoreError> {
        let ignored = self.ignored();
        let accounts = self.accounts.borrow().clone();
        let reader = self.reader()?;
        let Some(replay) = reader.replay(id)? else { return Ok(None) };
        let Some(event) = reader.capture(replay.replayed.event)? else { return Ok(None) };
        let compared = ComparedReplay::of(replay, &event, reader, &accounts)?;
        Ok(Some(compared.compared(&ignored)))
    }

    /// The newest event that the rule matches, among those that a few steps find, and what the rule does with it.
    fn preview(&mut self, number: u64, rule: Rule, before: Vec<Rule>) -> Result<RulePreview, StoreError> {
        let none = RulePreview { number, event: None, trial: RuleTrial::NoMatch, decided_by: None };
        let Ok(filter) = Filter::parse(&rule.filter, &crate::clock::local_now()) else { return Ok(none) };
        let reader = self.reader()?;
        let mut scan = Scan::new(&filter, reader.newest()?);
        for _ in 0..PREVIEW_STEPS {
            let chunk = reader.step(&mut scan)?;
            if let Some(newest) = chunk.ids.first() {
                let Some(stored) = reader.capture(newest)? else { return Ok(none) };
                let trial = RuleTrial::of(rule, &stored);
                let decided_by = first_match(before, &stored);
                return Ok(RulePreview { number, event: Some(Box::new(stored)), trial, decided_by });
            }
            if chunk.finished {
                break;
            }
        }
        Ok(none)
    }

    /// The elements left out of comparisons.
    fn ignored(&self) -> Vec<String> {
        self.status.borrow().config.replay.ignore.clone()
    }

    /// The pictures of the image messages of an event, or its own if it is one.
    fn image_messages(
        reader: &Reader,
        stored: &StoredCapture,
        images: &[CaptureId],
    ) -> Result<Vec<ImageMessage>, StoreError> {
        let mut found: Vec<ImageMessage> = ImageMessage::of(stored).into_iter().collect();
        for id in images.iter().take(MOST_PICTURES) {
            found.extend(reader.capture(*id)?.as_ref().and_then(ImageMessage::of));
        }
        Ok(found)
    }

    /// Scans from the newest capture down in steps: what is looked for is mostly near the top.
    fn newest_of(&mut self, filter: &str) -> Result<Option<Box<StoredCapture>>, StoreError> {
        let filter = Filter::parse(filter, &crate::clock::local_now()).unwrap_or_default();
        let reader = self.reader()?;
        let mut scan = Scan::new(&filter, reader.newest()?);
        loop {
            let chunk = reader.step(&mut scan)?;
            if let Some(newest) = chunk.ids.first() {
                return Ok(reader.capture(newest)?.map(Box::new));
            }
            if chunk.finished {
                return Ok(None);
            }
        }
    }

    /// The reader of the current database file; opened on first use, and anew after the file has been exchanged.
    fn reader(&mut self) -> Result<&Reader, StoreError> {
        self.reader.take_if(|reader| !reader.is_current());
        if self.reader.is_none() {
            self.reader = Some(Reader::open(&self.database)?);
        }
        self.reader.as_ref().ok_or(StoreError::Closing)
    }
}
