//! Everything off the window's thread behind one handle: commands in, notices out.
//!
//! ```text
//! window ── Command ──► control thread  settings, listener on and off, samples
//!        ── Command ──► listing thread  which captures match the filter     (interruptible)
//!        ── Command ──► rows thread     pages of the list, single captures
//!        ◄── Notice ─── each of them, through one bounded queue; the waker is called after each
//!        ◄── watch ──── StoreHead (the writer), Status (control)
//! ```
//! Queues towards the threads are short and never waited for: what finds one full is asked again with the next frame.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::account::Secrets;
use crate::capture::{CaptureId, CaptureSummary, StoredCapture};
use crate::config::{AccountConfig, DataFolder, LookConfig, Overrides};
use crate::filter::Filter;
use crate::listener::{Armed, Held};
use crate::rules::{BadAnswer, Rule, RuleSet};
pub use crate::store::StoreHead;
use crate::trouble::Trouble;
use crate::waker::Waker;
use crate::wechat::fault::Fault;

mod control;
mod desk;
mod listing;
mod rows;
mod rulebook;
mod service;
mod signals;
mod status;
mod trial;
mod worker;

pub use crate::inspect::SignatureCheck;
pub use crate::listener::{AwaitedRetry, Crafted, Fired, FiredRules, ForwardSetup, HeldPush, HeldView, Verdict};
use desk::{Desk, Known, KnownSender};
pub use rulebook::{Rulebook, RulebookError};
pub use service::{Service, StartError, runtime};
pub use signals::stop_requested;
pub use status::{AccountStatus, ListenerState, Status};
pub use trial::Tried;
use worker::Worker;

/// How many notices may wait for the window; beyond that the threads wait.
const NOTICES: usize = 64;

/// What the window can ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// List what matches, newest first. Ends a listing that is running.
    List {
        /// Comes back with each answer, so that a late one can be told from a current one.
        generation: u64,
        /// What to list.
        filter: Box<Filter>,
    },
    /// List what has arrived since, for the current filter.
    Refresh,
    /// Read these rows.
    Page {
        /// Which.
        ids: Vec<CaptureId>,
    },
    /// Read one capture with all that belongs to it.
    Open {
        /// Which.
        id: CaptureId,
    },
    /// Read the newest handshake.
    FindHandshake,
    /// Listen at this address from now on, and keep it.
    SetAddress {
        /// HOST:PORT.
        address: String,
    },
    /// Try again to open what could not be opened, and to listen.
    Retry,
    /// Stop listening.
    StopListening,
    /// Keep an account and its secrets, and use them with the next request.
    SaveAccount {
        /// Its name.
        name: String,
        /// All but its secrets.
        account: Box<AccountConfig>,
        /// Secrets that changed; those left out stay as they are.
        secrets: Box<Secrets>,
    },
    /// Keep language and theme.
    SaveLook {
        /// Both.
        look: LookConfig,
    },
    /// Hold what matches from now on; `None` switches holding off and releases everything.
    SetHold {
        /// What to hold.
        filter: Option<Box<Filter>>,
    },
    /// Decide a held push, or prepare the answer to a retry that is waited for.
    Resolve {
        /// Which push; which event's first attempt, where a retry is waited for.
        id: CaptureId,
        /// What becomes of it.
        verdict: Box<Verdict>,
    },
    /// Release everything that is held, with the default.
    ReleaseAll,
    /// Spoil the next answer on purpose; `None` disarms.
    Arm {
        /// How.
        fault: Option<Fault>,
    },
    /// Keep these rules, in this order, and use them with the next push.
    SaveRules {
        /// All of them.
        rules: Vec<Rule>,
    },
    /// Keep the developer's own server, and forward to it what no rule decides.
    SaveForward {
        /// Where it is; `None`: nowhere.
        url: Option<String>,
        /// What WeChat gets where it answers badly.
        bad_answer: BadAnswer,
    },
    /// Try a rule against a stored event.
    TryRule {
        /// The rule, kept or not.
        rule: Box<Rule>,
        /// Which event.
        id: CaptureId,
    },
    /// Post a sample of this kind to the own listener, as WeChat would.
    SendSample {
        /// Which kind.
        kind: String,
    },
}

/// What the window is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// More captures that match, newest first, older than all before.
    Listed {
        /// Which listing.
        generation: u64,
        /// Their numbers.
        ids: Vec<CaptureId>,
        /// How many captures there are in all, once the listing is finished.
        finished: Option<u64>,
    },
    /// Captures that match and are new, or may be: oldest first.
    Arrived {
        /// Which listing.
        generation: u64,
        /// Their numbers.
        ids: Vec<CaptureId>,
        /// How many captures there are in all.
        total: u64,
    },
    /// Rows that were asked for.
    Page {
        /// In ascending order; what has gone is left out.
        rows: Vec<CaptureSummary>,
    },
    /// A capture that was asked for.
    Opened {
        /// All of it.
        opened: Box<Opened>,
    },
    /// The newest handshake; `None` where there was none yet.
    Handshake {
        /// All of it.
        capture: Option<Box<StoredCapture>>,
    },
    /// Settings were kept.
    Saved {
        /// Which.
        what: Saved,
    },
    /// A rule was tried.
    RuleTried {
        /// Against which event.
        id: CaptureId,
        /// What came of it.
        tried: Box<Tried>,
    },
    /// A sample was answered.
    SampleSent {
        /// Its kind.
        kind: String,
    },
    /// Something went wrong; this is the only way in which the window hears of it.
    Failed {
        /// What, why, and what to do.
        trouble: Trouble,
    },
}

/// Settings that are kept together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Where to listen.
    Address,
    /// An account and its secrets.
    Account {
        /// Its name.
        name: String,
    },
    /// Language and theme.
    Look,
    /// The rules.
    Rules,
    /// The developer's own server.
    Forward,
}

/// A capture and what belongs to it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The capture.
    pub stored: StoredCapture,
    /// All attempts of its event, itself included.
    pub attempts: Vec<CaptureSummary>,
    /// For an event with pictures: the image messages that belong to it.
    pub images: Vec<CaptureId>,
    /// How its signature was calculated, where the account still has a token.
    pub signature: Option<SignatureCheck>,
}

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
    status: watch::Receiver<Status>,
    head: watch::Receiver<StoreHead>,
    held: Held,
    held_view: watch::Receiver<HeldView>,
    armed: Armed,
    rules: watch::Receiver<Arc<RuleSet>>,
    rules_trouble: watch::Receiver<Option<Trouble>>,
    fired: watch::Receiver<FiredRules>,
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
        let rows = rows::start(database, desk.clone(), known)?;
        let rulebook = Rulebook::new(setup.config_file.clone(), None, waker);
        let crafting = rulebook.crafting().clone();
        let rules_trouble = rulebook.trouble();
        let control = control::start(setup, Arc::clone(&runtime), desk, status_in, head_in, known_in, rulebook)?;
        Ok(Self {
            held_view: crafting.held.view(),
            held: crafting.held,
            armed: crafting.armed,
            rules: crafting.rules,
            rules_trouble,
            fired: crafting.fired.subscribe(),
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
            Command::Page { .. } | Command::Open { .. } | Command::TryRule { .. } | Command::FindHandshake => {
                &self.rows
            }
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
    pub fn rules_trouble(&self) -> watch::Ref<'_, Option<Trouble>> {
        self.rules_trouble.borrow()
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
        self.interrupter.interrupt();
        self.listing = None;
        self.rows = None;
    }
}
