//! The engine: everything that works beside the window's thread, behind one handle.
//!
//! # Commands and notices
//! ```text
//! window ── Command::Listing(ListingCommand) ─────────► thread `listing`      listing_worker.rs
//!        ── Command::Query(QueryCommand) ─────────────► thread `query`        query_worker.rs
//!        ── Command::Replay(ReplayRequest) ───────────► thread `replay`       replay_worker.rs
//!        ── Command::Transfer(TransferCommand) ───────► thread `transfer`     transfer_worker.rs
//!        ── Command::Doctor(DoctorRequest) ───────────► thread `doctor`       doctor_worker.rs
//!        ── Command::Maintenance(MaintenanceCommand) ─► thread `maintenance`  maintenance_worker.rs
//!        ── Command::Arrivals(ArrivalsCommand) ───────► thread `arrivals`     arrivals_worker.rs
//!        ── Command::Menu(MenuCommand) ───────────────► thread `menu`         menu_worker.rs; calls: menu_calls.rs
//!        ── Command::Settings(SettingsCommand) ───────► thread `settings`     settings_worker.rs
//!        ── Command::Pictures(PictureRequest) ────────► thread `pictures`     picture_worker.rs
//!        ── Command::FetchPicture ──────────────────────► a task of the runtime  picture_fetcher.rs
//!        ── Command::Answering(AnsweringCommand) ─────► at once, no thread    answering.rs
//!        ── Command::Job(JobCommand) ─────────────────► at once, no thread    long_jobs.rs
//!        ◄── Notice ── every thread, through one bounded queue; the waker is called after each
//!        ◄── watch ─── StoreHead (the writer), Status and TunnelState (settings), HeldView (listener), Progress (long jobs)
//! ```
//! [`Engine::ask`] matches [`Command`] only; each worker's queue carries its own enum, which the worker matches in full.
//! Queues to the threads are short, and the window never waits for one: a command that finds its queue full is asked
//! again with the next frame.
//!
//! [`Notice`]s are grouped by the part of the window that takes them in, all in `State::absorb` of `ui/state.rs`:
//!
//! | notice | taken in by |
//! | --- | --- |
//! | [`ListNotice`] | the list of events |
//! | [`FilterNotice`] | the completion of the filter box |
//! | [`DetailNotice`] | the detail of the selected event |
//! | [`ReplaysNotice`] | the screen of replays |
//! | [`TransferNotice`] | the export dialog, the report of an import |
//! | [`MaintenanceNotice`] | `ui/state/removals.rs`: the undo of removals, the data section of the settings |
//! | [`ArrivalsNotice`] | the time line of arrivals and the alarms on the screen of reach |
//! | [`MenuNotice`] | the board of the menu |
//! | [`SettingsNotice`] | the forms of the settings, rules and replays |
//! | [`DoctorNotice`] | the screen of reach |
//! | `RuleTried`, `Pictures`, `Handshake`, `LatestPush` | the form of a rule, the composer, the first-run page and the screen of reach |
//! | `DatabaseReplaced`, `Failed` | the whole window, the error messages |
//!
//! # Threads
//! | thread | work | ends |
//! | --- | --- | --- |
//! | `listing` | finds the captures that match the filter, interruptibly; polls for other writers | with its queue |
//! | `query` | reads rows, single events, runs, suggestions; tries rules | with its queue |
//! | `replay` | runs of replays, one at a time | with its queue; a run ends through its [`Progress`] |
//! | `transfer` | exports, previews and imports, one at a time | likewise |
//! | `doctor` | the checks of `doctor`, one run at a time | likewise |
//! | `maintenance` | removals and restores, tasks on the database file | likewise |
//! | `arrivals` | reads time lines of arrivals, finds the events of alarms | with its queue |
//! | `menu` | reads, lints and counts menus | with its queue |
//! | `settings` | opens the database, starts and stops the listener and the tunnel, saves settings, sends samples | with its queue |
//! | `notifier` | desktop notifications of events that match `[notify] match` | once the engine is closing |
//! | `pictures` | reads picture files for the composer and the detail | with its queue |
//! | `listener` (2) | tokio's workers: HTTP in both directions | with the runtime |
//! | `feed` (2), `feed-reader`, `feed-history` | the feed's port, and its readings (`feed.rs`); owned by [`Feed`](crate::feed::Feed) | with the feed |
//! | `store-writer` | writes captures in batches; owned by [`Service`] through the store | with the service |
//! | `config-watch` | notices edits of `config.toml` and reloads the rules; owned by [`Rulebook`] | with the rulebook |
//! | `keyring` | one call to the system's keyring (`config/secrets.rs`) | with the call; abandoned after 3 s |
//! | `signals` | closes the window on SIGINT or SIGTERM; owned by the window (`ui/signals.rs`) | with the window |
//!
//! On Linux, `listener`, `store-writer`, `settings` and `listing` give way to the window's thread (`priority.rs`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::account::Accounts;
use crate::config::{DataFolder, Overrides};
use crate::rules::RuleSet;
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// Implements `From` for each group of commands or notices, so that `QueryCommand::ListRuns.into()` is a command.
macro_rules! impl_from_nested {
    ($outer:ident { $($variant:ident($inner:ty)),+ $(,)? }) => {
        $(impl From<$inner> for $outer {
            fn from(inner: $inner) -> Self {
                Self::$variant(inner)
            }
        })+
    };
}

mod answered_message;
mod answering;
mod arrivals_worker;
mod command;
mod doctor_worker;
mod event_comparison;
mod event_detail;
mod feed_switch;
mod folder_opener;
mod job_progress;
mod listing_worker;
mod long_jobs;
mod maintenance_worker;
mod menu_calls;
mod menu_history_cache;
mod menu_worker;
mod notice;
mod notice_sender;
mod notifier;
mod picture_fetcher;
mod picture_worker;
mod priority;
mod published;
mod query_worker;
mod replay_worker;
mod rulebook;
mod selection;
mod server_test;
mod service;
mod settings_worker;
mod signals;
mod status;
mod team_switch;
mod transfer_worker;
mod trial;
mod worker;

pub use crate::coverage::{ButtonState, Coverage, DatedMenu, FormerButton, OutcomeCounts, StrayKey, TapCount};
pub use crate::delivery::is_picture_url;
pub use crate::exchange::{ExportSummary, Format, ImportSummary, Preview, Texts, curl_command};
pub use crate::feed::SHORTEST_TOKEN as SHORTEST_FEED_TOKEN;
pub use crate::inspect::{CiphertextLayers, PlaintextFigures, SignatureCheck};
pub use crate::listener::{
    AwaitedRetry, ForwardSetup, HeldDecision, HeldPush, HeldView, ManualReply, RuleUsage, UsageByRule,
};
pub use crate::platform_api::{DEFAULT_HOST, PublishCall};
pub use crate::progress::Progress;
pub use crate::reach::{
    CheckName, CheckResult, CheckVerdict, DoctorCode, MatchedAlarm, PublicAddress, ServerHandshake, TunnelPhase,
    TunnelState,
};
pub use crate::replay::{
    Change, ComparableAnswer, DiffLine, Difference, MOST_COPIES, Pace, PairedText, Piece, RATES, SideBySide,
    diff_lines, difference,
};
pub use crate::store::{
    KeyHistory, RemovalId, RetentionReport, Silence, Stats, StoreHead, TapOutcome, Timeline, TimelineBucket,
};
pub use crate::team::{BrokerState, ClaimView, DesktopCommand, MemberView, TeamRole, TeamStatus};
pub use answered_message::AnsweredMessage;
use answering::AnsweringHandle;
pub use answering::{AnswerTarget, AnsweringCommand};
pub use arrivals_worker::ArrivalsCommand;
pub use command::Command;
pub use doctor_worker::DoctorRequest;
use doctor_worker::DoctorWorker;
pub use event_comparison::{EventComparison, ReplyComparison};
pub use event_detail::{ComparedReplay, EventDetail, ImageMessage};
pub use feed_switch::{FeedStartError, open_feed};
use folder_opener::FolderOpener;
pub use listing_worker::ListingCommand;
use listing_worker::ListingHandle;
pub use long_jobs::JobCommand;
use long_jobs::LongJobs;
use maintenance_worker::MaintenanceWorker;
pub use maintenance_worker::{MaintenanceCommand, MaintenanceTask};
use menu_calls::MenuHandle;
pub use menu_worker::{ExaminedMenu, MenuCommand, MenuFileError, MenuOrigin, OpenedMenu};
pub use notice::{
    ArrivalsNotice, DetailNotice, DoctorNotice, FilterNotice, ListNotice, MaintenanceNotice, MaintenanceOutcome, Marks,
    MenuNotice, Notice, PictureFile, ReplaysNotice, SavedSetting, SettingsNotice, TransferNotice,
};
use notice_sender::NoticeSender;
use notifier::NotifierHandle;
use picture_fetcher::PictureFetcher;
pub use picture_fetcher::{FetchedPicture, Pixels};
pub use picture_worker::{PictureError, PicturePurpose, PictureRequest, read as read_pictures};
use published::{Published, PublishedViews};
pub use query_worker::QueryCommand;
use replay_worker::ReplayWorker;
pub use replay_worker::{ReplayHow, ReplayRequest, ReplayWhat};
pub use rulebook::{Rulebook, RulebookError};
pub use selection::Selection;
pub use server_test::ServerTest;
pub use service::{Service, StartError, runtime};
pub use settings_worker::{SettingsCommand, TeamForm};
pub use signals::stop_requested;
pub use status::{AccountStatus, FeedState, ListenerState, Status, TeamState, exposure};
pub use team_switch::{TeamChoice, TeamStartError, start_desktop, start_relay};
pub use transfer_worker::{ExportRequest, TransferCommand};
use transfer_worker::{LatestPreview, TransferHandle, TransferWorker};
pub use trial::{RulePreview, RuleTrial};
use worker::Worker;

/// The capacity of the queue of notices. The threads wait while it is full.
const NOTICES: usize = 64;

/// The accounts with their secrets, for the threads that calculate with them; never for the window. No accounts while
/// the configuration cannot be read.
type SharedAccounts = watch::Receiver<Arc<Accounts>>;

/// The files and overrides that the program was started with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub folder: DataFolder,
    pub config_file: PathBuf,
    /// The default account's properties from flags and environment variables.
    pub overrides: Overrides,
}

/// The handle. Dropping it stops the listener, lets open answers finish, and joins every thread.
#[derive(Debug)]
pub struct Engine {
    // Dropped in this order: first the receiver of notices, since a thread that waits for room among them could never be
    // joined; then the listener, with `settings`.
    notices: Receiver<Notice>,
    settings: Worker<SettingsCommand>,
    replays: Worker<Box<ReplayRequest>>,
    transfers: TransferHandle,
    maintenance: Worker<MaintenanceCommand>,
    doctor: Worker<DoctorRequest>,
    menus: MenuHandle,
    pictures: Worker<PictureRequest>,
    picture_fetcher: PictureFetcher,
    listing: ListingHandle,
    queries: Worker<QueryCommand>,
    arrivals: Worker<ArrivalsCommand>,
    answering: AnsweringHandle,
    closing: Progress,
    _notifier: NotifierHandle,
    status: watch::Receiver<Arc<Status>>,
    head: watch::Receiver<StoreHead>,
    rules: watch::Receiver<Arc<RuleSet>>,
    rules_error: watch::Receiver<Option<UserError>>,
    fired: watch::Receiver<UsageByRule>,
    replay_progress: watch::Receiver<Option<Progress>>,
    transfer_progress: watch::Receiver<Option<Progress>>,
    maintenance_progress: watch::Receiver<Option<Progress>>,
    doctor_progress: watch::Receiver<Option<Progress>>,
    tunnel: watch::Receiver<Arc<TunnelState>>,
    _runtime: Arc<Runtime>,
}

impl Engine {
    /// Starts all threads. A database, address or configuration that cannot be used becomes a [`Status`], not an error:
    /// the window opens regardless.
    pub fn start(setup: Setup, waker: Waker) -> std::io::Result<Self> {
        let runtime = Arc::new(service::runtime_behind_window()?);
        let (queue, notices) = mpsc::sync_channel(NOTICES);
        let sender = NoticeSender::new(queue, waker.clone());
        let rulebook = Rulebook::new(setup.config_file.clone(), None, waker);
        let (policy, rules_error) = (rulebook.policy().clone(), rulebook.error());
        let (published, PublishedViews { status, head, accounts, tunnel }) = Published::channels();
        let database = setup.folder.database();
        let notified_database = database.clone();
        let listing = ListingHandle::start(database.clone(), sender.clone(), head.clone())?;
        let arrivals = arrivals_worker::start(database.clone(), sender.clone())?;
        let queries = query_worker::start(setup.folder.clone(), sender.clone(), accounts.clone(), status.clone())?;
        let calls = (&runtime, &policy.http_client);
        let menus = MenuHandle::start(setup.folder.clone(), sender.clone(), calls, (&accounts, &status))?;
        let pictures = picture_worker::start(sender.clone())?;
        let (pictures_runtime, http_client) = (Arc::clone(&runtime), policy.http_client.clone());
        let picture_fetcher = PictureFetcher { runtime: pictures_runtime, http_client, notices: sender.clone() };
        let closing = Progress::new();
        let jobs = |running| LongJobs { notices: sender.clone(), running, closing: closing.clone() };
        let (replay_progress_in, replay_progress) = watch::channel(None);
        let replays = ReplayWorker {
            database: database.clone(),
            accounts: accounts.clone(),
            status: status.clone(),
            runtime: Arc::clone(&runtime),
            http_client: policy.http_client.clone(),
            jobs: jobs(replay_progress_in),
        };
        let (maintenance_progress_in, maintenance_progress) = watch::channel(None);
        let maintenance = MaintenanceWorker { database: database.clone(), jobs: jobs(maintenance_progress_in) };
        let (doctor_progress_in, doctor_progress) = watch::channel(None);
        let doctor = DoctorWorker {
            setup: setup.clone(),
            status: status.clone(),
            runtime: Arc::clone(&runtime),
            http_client: policy.http_client.clone(),
            jobs: jobs(doctor_progress_in),
        };
        let doctor = doctor.start()?;
        let (transfer_progress_in, transfer_progress) = watch::channel(None);
        let transfers = TransferWorker {
            folder: setup.folder.path().to_owned(),
            database,
            accounts,
            status: status.clone(),
            latest_preview: LatestPreview::default(),
            opener: FolderOpener::default(),
            jobs: jobs(transfer_progress_in),
        };
        let (replays, maintenance, transfers) = (replays.start()?, maintenance.start()?, transfers.start()?);
        let notified = published.status.clone();
        let notifier = NotifierHandle::start(notified_database, sender.clone(), notified, closing.clone())?;
        let settings = settings_worker::start(setup, Arc::clone(&runtime), sender, published, rulebook)?;
        Ok(Self {
            notices,
            settings,
            replays,
            transfers,
            maintenance,
            doctor,
            menus,
            pictures,
            picture_fetcher,
            listing,
            queries,
            arrivals,
            answering: AnsweringHandle { view: policy.held.view(), held: policy.held, armed: policy.armed_fault },
            closing,
            _notifier: notifier,
            status,
            head,
            rules: policy.rules,
            rules_error,
            fired: policy.rule_usage.subscribe(),
            replay_progress,
            transfer_progress,
            maintenance_progress,
            doctor_progress,
            tunnel,
            _runtime: runtime,
        })
    }

    /// Queues a command without waiting. `false`: the queue is full; ask again with the next frame.
    #[must_use]
    pub fn ask(&self, command: impl Into<Command>) -> bool {
        match command.into() {
            Command::Listing(command) => self.listing.try_send(command),
            Command::Query(command) => self.queries.try_send(command),
            Command::Replay(request) => self.replays.try_send(request),
            Command::Transfer(command) => self.transfers.try_send(command),
            Command::Maintenance(command) => self.maintenance.try_send(command),
            Command::Doctor(request) => self.doctor.try_send(request),
            Command::Arrivals(command) => self.arrivals.try_send(command),
            Command::Menu(command) => self.menus.try_send(command),
            Command::Settings(command) => self.settings.try_send(command),
            Command::Pictures(request) => self.pictures.try_send(request),
            Command::FetchPicture { url } => {
                self.picture_fetcher.fetch(url);
                true
            }
            // An answer that is due within seconds must not wait behind another command.
            Command::Answering(command) => {
                self.answering.carry_out(command);
                true
            }
            Command::Job(command) => {
                self.control_job(command);
                true
            }
        }
    }

    /// The counts of replies by rule since the start.
    pub fn fired(&self) -> watch::Ref<'_, UsageByRule> {
        self.fired.borrow()
    }

    /// The next notice, if there is one.
    pub fn notice(&self) -> Option<Notice> {
        self.notices.try_recv().ok()
    }

    /// The current state of listener, database and settings.
    pub fn status(&self) -> Arc<Status> {
        // No guard is handed out: a second one, taken while a writer waits, would never come.
        Arc::clone(&self.status.borrow())
    }

    /// The current state of the tunnel.
    pub fn tunnel(&self) -> Arc<TunnelState> {
        Arc::clone(&self.tunnel.borrow())
    }

    /// The current state of the store.
    pub fn head(&self) -> watch::Ref<'_, StoreHead> {
        self.head.borrow()
    }
}

impl Drop for Engine {
    /// Cancels the long jobs; the fields' own drops join the threads.
    fn drop(&mut self) {
        self.closing.cancel();
        self.cancel_jobs();
    }
}
