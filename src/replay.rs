//! Sends stored events again to the developer's own server, lints the answers, and compares them with earlier ones.
//!
//! ```text
//! StoredCapture ─► mode, form, edits ─► SentRequest ─► pace ─► target ─► lint ─► verdict against a baseline ─► store
//! ```
//!
//! - `request_builder`: the request for one event; `signed_query`: its query. `composition`: messages made here.
//! - `run`: one run, from its first request to its last answer. `pace`: when each request is due.
//! - `baseline`: the earlier answer. `compare`: the differences and the verdict. `readable`: their text in
//!   lines. `side_by_side`: both in full, with the words that differ.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use crate::account::{Account, Accounts};
use crate::capture::{Against, CaptureId, ReplayForm, ReplayMode, StoredReplay, StoredRun};
use crate::delivery::{HttpClient, Target};
use crate::progress::Progress;
use crate::sample::SampleError;
use crate::store::{BulkWriter, Reader, StoreError};
use crate::texts::user_error::UserError;

mod baseline;
mod compare;
mod composition;
mod pace;
mod readable;
mod request_builder;
mod run;
mod side_by_side;
mod signed_query;

pub use baseline::before;
pub use compare::{Change, ComparableAnswer, DiffLine, Difference, changes, diff_lines, difference, verdict};
pub use composition::ComposedMessages;
pub use pace::Pace;
pub use run::replay;
pub use side_by_side::{PairedField, PairedText, Piece, SideBySide, side_by_side};

/// The number of attempts that WeChat makes at a push that gets no answer.
const ATTEMPTS_OF_A_RETRY: u32 = 3;

/// The most copies at once: more of them find no other faults.
pub const MOST_COPIES: u32 = 1000;

/// The range of a pace, in events a second or as a factor: slower never ends, and faster is the same as [`Pace::Fast`].
pub const RATES: RangeInclusive<f64> = 0.001..=100_000.0;

/// The events of a run, and how they are sent.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// In the order in which they are sent.
    pub events: Vec<CaptureId>,
    pub target: Target,
    /// The account that messages are signed and encrypted for; `None` is the account of each event.
    pub account: Option<String>,
    pub mode: ReplayMode,
    pub form: ReplayForm,
    /// The message to send instead of the captured one.
    pub edited: Option<Vec<u8>>,
    /// Sends each push as first, second and third attempt, one after the other, as WeChat does without an answer.
    pub as_retry: bool,
    /// The number of copies sent at once.
    pub burst: NonZeroU32,
    pub pace: Pace,
    pub against: Against,
    /// Elements that comparisons leave out.
    pub ignored: Vec<String>,
}

impl ReplayPlan {
    fn attempts(&self) -> u32 {
        if self.as_retry { ATTEMPTS_OF_A_RETRY } else { 1 }
    }

    /// The most events in flight at once: a burst counts as many.
    fn in_flight(&self) -> usize {
        (self.pace.in_flight() / self.burst.get() as usize).max(1)
    }

    /// The number of requests for each event.
    pub fn requests_each(&self) -> u64 {
        u64::from(self.attempts()) * u64::from(self.burst.get())
    }
}

/// The reasons why nothing could be sent again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no account of that name to sign with.
    #[error("there is no account \"{name}\" to sign replays with; correct the target's account, or add it in Settings")]
    UnknownAccount { name: String },
    /// A composed message cannot be signed or encrypted.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

impl From<&ReplayError> for UserError {
    fn from(error: &ReplayError) -> Self {
        match error {
            ReplayError::Store(error) => error.into(),
            ReplayError::UnknownAccount { name } => Self::of("user_error.replay.account", error).with("name", name),
            ReplayError::Sample(error) => error.into(),
        }
    }
}

/// The account of that name, or the default one if no name is given.
///
/// # Errors
/// No account has that name. Signing with another one's token would look like a regression.
pub fn signer<'a>(accounts: &'a Accounts, name: Option<&str>) -> Result<&'a Account, ReplayError> {
    let Some(name) = name else { return Ok(accounts.default_account()) };
    accounts.named(name).ok_or_else(|| ReplayError::UnknownAccount { name: name.to_owned() })
}

/// Everything that a run works with.
pub struct RunContext<'a> {
    /// Reads events and baselines.
    pub reader: &'a Reader,
    pub additions: &'a mut BulkWriter,
    /// The accounts that messages are signed and encrypted for.
    pub accounts: &'a Accounts,
    pub http_client: &'a HttpClient,
    /// Shows, pauses and ends the run.
    pub progress: &'a Progress,
}

/// An event of a run, for those who follow it.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The run is on record, and nothing was sent yet.
    Begun(&'a StoredRun),
    /// An answer is on record.
    Answered {
        stored: &'a StoredReplay,
        /// The earlier answer, if there is one.
        before: Option<&'a ComparableAnswer>,
    },
}
