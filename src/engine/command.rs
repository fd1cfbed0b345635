//! What the window can ask for, and what it has to say with it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use super::{Format, HeldDecision, Pace, Texts, Upkeep};
use crate::account::{SecretName, Secrets};
use crate::capture::{Against, CaptureId, ReplayForm, ReplayId, ReplayMode, RunId};
use crate::config::{AccountConfig, FilterConfig, LookConfig, RetentionConfig, TargetConfig};
use crate::filter::{Filter, Seen};
use crate::rules::{BadAnswer, Rule};
use crate::store::{Reader, RemovalId, StoreError};
use crate::wechat::fault::Fault;

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
    /// Mark rows that are read from now on by the first of these filters that they match.
    Colour {
        /// Comes back with each page, and goes up with each change.
        generation: u64,
        /// The filters.
        filters: Vec<Filter>,
    },
    /// Look for values that have been seen and begin so.
    FindSeen {
        /// Comes back with the answer, and goes up with each question.
        generation: u64,
        /// Of what.
        seen: Seen,
        /// What is typed of it.
        typed: String,
    },
    /// Read the filters that were used.
    ListUsedFilters,
    /// Note that a filter was used.
    NoteFilter {
        /// As it was written.
        text: String,
    },
    /// Keep these filters under their names.
    SaveFilters {
        /// All of them.
        filters: BTreeMap<String, FilterConfig>,
    },
    /// Read one capture with all that belongs to it.
    Open {
        /// Which.
        id: CaptureId,
    },
    /// Work out how a replay's answer differs from what it was compared with.
    CompareReplay {
        /// Which.
        id: ReplayId,
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
    /// Forget one of an account's secrets, and the one before it, wherever they are kept.
    ForgetSecret {
        /// The account's name.
        name: String,
        /// Which.
        which: SecretName,
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
        verdict: Box<HeldDecision>,
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
    /// Send events again; one run at a time, and the next waits for its turn.
    Replay {
        /// What and how.
        request: Box<ReplayRequest>,
    },
    /// Pause the run, or go on with it.
    PauseReplay {
        /// Whether to pause.
        paused: bool,
    },
    /// End the run; what was done is kept.
    CancelReplay,
    /// Read the runs, the newest first.
    ListRuns,
    /// Read a run's replays.
    OpenRun {
        /// Which.
        id: RunId,
    },
    /// Keep the targets of replays.
    SaveTargets {
        /// All of them, by name.
        targets: BTreeMap<String, TargetConfig>,
    },
    /// Say what pseudonyms would change, without writing anything. Ends an earlier preview.
    PreviewExport {
        /// Comes back with the answer, and goes up with each question: a late answer is told from a current one.
        generation: u64,
        /// What would be exported.
        request: Box<ExportRequest>,
    },
    /// Write fixtures.
    Export {
        /// What and how.
        request: Box<ExportRequest>,
    },
    /// Read files in.
    Import {
        /// Files and folders.
        paths: Vec<PathBuf>,
    },
    /// Read pictures that an event is to be composed with.
    ReadPictures {
        /// Of which message; comes back with the answer.
        number: u32,
        /// Their files.
        paths: Vec<PathBuf>,
    },
    /// End the export or import that is running.
    CancelTransfer,
    /// Remove events, so that no list shows them any more; for a while it can be taken back.
    Remove {
        /// Which.
        what: Chosen,
    },
    /// Bring back what was removed.
    Restore {
        /// By which removal.
        removal: RemovalId,
    },
    /// Look after the database.
    LookAfter {
        /// How.
        upkeep: Upkeep,
    },
    /// End the removal or upkeep that is running.
    CancelUpkeep,
    /// Keep within these limits from now on.
    SaveRetention {
        /// All of them.
        retention: RetentionConfig,
    },
    /// Post a sample of this kind to the own listener, as WeChat would.
    SendSample {
        /// Which kind.
        kind: String,
    },
}

/// Which captures something is to be done with.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// These.
    Ids(Vec<CaptureId>),
    /// Everything that matches.
    Matching(Box<Filter>),
}

impl Chosen {
    /// The captures, in the order in which they arrived, each once.
    pub fn ids(self, reader: &Reader) -> Result<Vec<CaptureId>, StoreError> {
        match self {
            Self::Ids(mut ids) => {
                ids.sort_unstable();
                ids.dedup();
                Ok(ids)
            }
            Self::Matching(filter) => reader.matching(&filter),
        }
    }
}

/// What the window wants to send again, or for the first time.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    /// What is sent.
    pub what: ReplayWhat,
    /// The URL.
    pub target: String,
    /// For which account messages are signed and sealed; `None`: for the one that each event belongs to.
    pub account: Option<String>,
    /// How.
    pub how: ReplayHow,
}

/// What is sent.
#[derive(Clone, Debug)]
pub enum ReplayWhat {
    /// Stored events.
    Stored(Chosen),
    /// A stored event with another message.
    Edited {
        /// Which event.
        id: CaptureId,
        /// The message instead of the captured one.
        message: Vec<u8>,
    },
    /// Messages that were never captured: they are stored as our own first, and then sent in this order.
    Composed(Vec<Vec<u8>>),
}

/// How events are sent; the same for the next one, until it is changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayHow {
    /// How much is sent again.
    pub mode: ReplayMode,
    /// How the messages travel.
    pub form: ReplayForm,
    /// As first, second and third attempt.
    pub as_retry: bool,
    /// How many copies at once, at least 1.
    pub burst: NonZeroU32,
    /// How fast.
    pub pace: Pace,
    /// What answers are compared with.
    pub against: Against,
}

/// What the window wants to export.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// Which events.
    pub events: Chosen,
    /// In which form.
    pub format: Format,
    /// Where to.
    pub out: PathBuf,
    /// Whether identifiers are replaced, and texts.
    pub pseudonyms: Option<Texts>,
}
