//! Everything off the window's thread behind one handle: commands in, notices out.
//!
//! ```text
//! window ── Command ──► control thread  settings, listener on and off, samples
//!        ── Command ──► listing thread  which captures match the filter     (interruptible)
//!        ── Command ──► rows thread     pages of the list, single captures, replays
//!        ── Command ──► replay thread   runs of replays, one at a time        (paused and ended through Progress)
//!        ── Command ──► transfer thread exports, imports                     (ended through Progress)
//!        ── Command ──► upkeep thread   removing and bringing back, looking after the database
//!        ── Command ──► pictures thread files to compose with
//!        ◄── Notice ─── each of them, through one bounded queue; the waker is called after each
//!        ◄── watch ──── StoreHead (the writer), Status (control)
//! ```
//! Queues towards the threads are short and never waited for: what finds one full is asked again with the next frame.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::config::{DataFolder, Overrides};
use crate::listener::{Armed, Held};
use crate::rules::RuleSet;
pub use crate::store::{RemovalId, Stats, StoreHead, UNDO_FOR};
use crate::texts::user_error::UserError;
use crate::waker::Waker;
use crate::wechat::fault::Fault;

mod command;
mod control;
mod desk;
mod listing;
mod long_jobs;
mod notice;
mod pictures;
mod replaying;
mod rows;
mod rulebook;
mod service;
mod signals;
mod status;
mod transfer;
mod trial;
mod upkeep;
mod worker;

pub use crate::exchange::{ExportSummary, Format, ImportSummary, Preview, Texts};
pub use crate::inspect::SignatureCheck;
pub use crate::listener::{AwaitedRetry, Crafted, Fired, FiredRules, ForwardSetup, HeldPush, HeldView, Verdict};
pub use crate::progress::Progress;
pub use crate::replay::{Change, Compared, DiffLine, Difference, MOST_COPIES, Pace, RATES, difference};
pub use command::{Chosen, Command, ExportRequest, ReplayHow, ReplayRequest, ReplayWhat};
use desk::{Desk, Known, KnownSender, accounts_of};
use long_jobs::LongJobs;
pub use notice::{ComparedReplay, Marks, Notice, Opened, Saved};
pub use pictures::{PictureError, PictureFile, read as read_pictures};
use replaying::Replayer;
pub use rulebook::{Rulebook, RulebookError};
pub use service::{Service, StartError, runtime};
pub use signals::stop_requested;
pub use status::{AccountStatus, ListenerState, Status};
use transfer::{Previews, Transfer};
pub use trial::Tried;
use upkeep::Caring;
pub use upkeep::{Upkeep, UpkeepDone};
use worker::Worker;

/// How many notices may wait for the window; beyond that the threads wait.
const NOTICES: usize = 64;

/// What this run was started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where everything is kept.
    pub folder: DataFolder,
    /// Which configuration file.
    pub config_file: PathBuf,
    /// What flags and environment say of the default account.
    pub overrides: Overrides,
}

/// The handle. Dropping it stops the listener, lets answers finish, and joins every thread.
#[derive(Debug)]
pub struct Engine {
    // Dropped in this order: the listener first, then our end of the notices, so that no thread waits for us.
    control: Option<Worker<Command>>,
    notices: Option<Receiver<Notice>>,
    listing: Option<Worker<Command>>,
    rows: Option<Worker<Command>>,
    replays: Option<Worker<Command>>,
    transfers: Option<Worker<Command>>,
    pictures: Option<Worker<Command>>,
    upkeep: Option<Worker<Command>>,
    closing: Progress,
    status: watch::Receiver<Status>,
    head: watch::Receiver<StoreHead>,
    held: Held,
    held_view: watch::Receiver<HeldView>,
    armed: Armed,
    rules: watch::Receiver<Arc<RuleSet>>,
    rules_trouble: watch::Receiver<Option<UserError>>,
    fired: watch::Receiver<FiredRules>,
    replaying: watch::Receiver<Option<Progress>>,
    transferring: watch::Receiver<Option<Progress>>,
    caring: watch::Receiver<Option<Progress>>,
    previews: Previews,
    interrupter: listing::Interrupter,
    _runtime: Arc<Runtime>,
}

impl Engine {
    /// Starts everything. What cannot be opened becomes a [`Status`], not an error: the window opens regardless.
    pub fn start(setup: Setup, waker: Waker) -> std::io::Result<Self> {
        let runtime = Arc::new(service::runtime()?);
        let (send, notices) = mpsc::sync_channel(NOTICES);
        let desk = Desk::new(send, waker.clone());
        let (status_in, status) = watch::channel(Status::default());
        let (head_in, head) = watch::channel(StoreHead::default());
        let interrupter = listing::Interrupter::default();
        let database = setup.folder.database();
        let listing = listing::start(database.clone(), desk.clone(), head.clone(), interrupter.clone())?;
        let (known_in, known) = watch::channel(None);
        let rows = rows::start(database.clone(), desk.clone(), known.clone(), status.clone())?;
        let rulebook = Rulebook::new(setup.config_file.clone(), None, waker);
        let crafting = rulebook.crafting().clone();
        let rules_trouble = rulebook.trouble();
        let closing = Progress::new();
        let jobs = |running| LongJobs { desk: desk.clone(), running, closing: closing.clone() };
        let (replaying_in, replaying) = watch::channel(None);
        let replayer = Replayer {
            database: database.clone(),
            known: known.clone(),
            status: status.clone(),
            runtime: Arc::clone(&runtime),
            courier: crafting.courier.clone(),
            jobs: jobs(replaying_in),
        };
        let (caring_in, caring) = watch::channel(None);
        let upkeep = Caring { database: database.clone(), jobs: jobs(caring_in) };
        let (transferring_in, transferring) = watch::channel(None);
        let previews = Previews::default();
        let transfer = Transfer {
            folder: setup.folder.path().to_owned(),
            database,
            known,
            status: status.clone(),
            previews: previews.clone(),
            jobs: jobs(transferring_in),
        };
        let (replays, transfers) = (replayer.start()?, transfer.start()?);
        let upkeep = upkeep.start()?;
        let pictures = pictures::start(desk.clone())?;
        let control = control::start(setup, Arc::clone(&runtime), desk, status_in, head_in, known_in, rulebook)?;
        Ok(Self {
            held_view: crafting.held.view(),
            held: crafting.held,
            armed: crafting.armed,
            rules: crafting.rules,
            rules_trouble,
            fired: crafting.fired.subscribe(),
            replaying,
            transferring,
            caring,
            previews,
            replays: Some(replays),
            transfers: Some(transfers),
            pictures: Some(pictures),
            upkeep: Some(upkeep),
            closing,
            control: Some(control),
            notices: Some(notices),
            listing: Some(listing),
            rows: Some(rows),
            status,
            head,
            interrupter,
            _runtime: runtime,
        })
    }

    /// Asks for something without waiting. `false`: the queue is full, ask again with the next frame.
    #[must_use]
    pub fn ask(&self, command: Command) -> bool {
        // An answer that is due within seconds must not wait behind anything.
        let Some(command) = self.decide_at_once(command) else { return true };
        let worker = match &command {
            Command::List { .. } => {
                self.interrupter.interrupt();
                &self.listing
            }
            Command::Refresh => &self.listing,
            Command::Page { .. }
            | Command::Colour { .. }
            | Command::FindSeen { .. }
            | Command::ListUsedFilters
            | Command::Open { .. }
            | Command::CompareReplay { .. }
            | Command::TryRule { .. }
            | Command::FindHandshake
            | Command::ListRuns
            | Command::OpenRun { .. } => &self.rows,
            Command::Replay { .. } => &self.replays,
            Command::PreviewExport { generation, .. } => {
                self.previews.ask(*generation);
                &self.transfers
            }
            Command::Export { .. } | Command::Import { .. } => &self.transfers,
            Command::Remove { .. }
            | Command::Restore { .. }
            | Command::LookAfter { .. }
            | Command::NoteFilter { .. } => &self.upkeep,
            Command::ReadPictures { .. } => &self.pictures,
            _ => &self.control,
        };
        worker.as_ref().is_some_and(|worker| worker.try_send(command))
    }

    /// Carries out what needs no thread: it changes a map or a cell. Gives back what does.
    fn decide_at_once(&self, command: Command) -> Option<Command> {
        match command {
            Command::SetHold { filter } => self.held.switch(filter.map(|filter| *filter)),
            // What is decided too late has been decided by its deadline; the view says so already.
            Command::Resolve { id, verdict } => {
                self.held.resolve(id, *verdict);
            }
            Command::ReleaseAll => self.held.release_all(),
            Command::Arm { fault } => self.armed.set(fault),
            // Where nothing runs any more, there is nothing to pause or end.
            Command::PauseReplay { paused } => drop(self.replay_progress().map(|run| run.pause(paused))),
            Command::CancelReplay => drop(self.replay_progress().map(|run| run.cancel())),
            Command::CancelUpkeep => drop(self.upkeep_progress().map(|work| work.cancel())),
            Command::CancelTransfer => drop(self.transfer_progress().map(|work| work.cancel())),
            other => return Some(other),
        }
        None
    }

    /// The pushes that are held, and what is held.
    pub fn held(&self) -> watch::Ref<'_, HeldView> {
        self.held_view.borrow()
    }

    /// The fault that the next answer meets.
    pub fn armed(&self) -> Option<Fault> {
        self.armed.fault()
    }

    /// The rules that are in force.
    pub fn rules(&self) -> watch::Ref<'_, Arc<RuleSet>> {
        self.rules.borrow()
    }

    /// What is wrong with `config.toml` as it stands, while the former rules stay in force.
    pub fn rules_trouble(&self) -> watch::Ref<'_, Option<UserError>> {
        self.rules_trouble.borrow()
    }

    /// How far the run of replays is, while one runs.
    pub fn replay_progress(&self) -> Option<Progress> {
        self.replaying.borrow().clone()
    }

    /// How far the export or import is, while one runs.
    pub fn transfer_progress(&self) -> Option<Progress> {
        self.transferring.borrow().clone()
    }

    /// How far the removal or upkeep is, while one runs.
    pub fn upkeep_progress(&self) -> Option<Progress> {
        self.caring.borrow().clone()
    }

    /// What the rules have done since the start.
    pub fn fired(&self) -> watch::Ref<'_, FiredRules> {
        self.fired.borrow()
    }

    /// The next notice, if there is one.
    pub fn notice(&self) -> Option<Notice> {
        self.notices.as_ref()?.try_recv().ok()
    }

    /// Listener, database and settings, as they stand.
    pub fn status(&self) -> watch::Ref<'_, Status> {
        self.status.borrow()
    }

    /// How far the store has come.
    pub fn head(&self) -> watch::Ref<'_, StoreHead> {
        self.head.borrow()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.control = None;
        // A thread that waits for room among the notices would never be joined.
        self.notices = None;
        self.closing.cancel();
        for work in [self.replay_progress(), self.transfer_progress(), self.upkeep_progress()].into_iter().flatten() {
            work.cancel();
        }
        self.replays = None;
        self.transfers = None;
        self.upkeep = None;
        self.pictures = None;
        self.interrupter.interrupt();
        self.listing = None;
        self.rows = None;
    }
}
