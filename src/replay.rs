//! Sending stored events again at the developer's own server, and judging what comes back.
//!
//! ```text
//! StoredCapture ─► mode, form, edits ─► SentRequest ─► pace ─► target ─► lint ─► verdict against a baseline ─► store
//! ```

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use crate::account::{Account, Accounts};
use crate::capture::{Against, CaptureId, ReplayForm, ReplayMode, StoredReplay, StoredRun};
use crate::delivery::{HttpClient, Target};
use crate::progress::Progress;
use crate::sample::SampleError;
use crate::store::{Additions, Reader, StoreError};
use crate::texts::user_error::UserError;

mod baseline;
mod compare;
mod composition;
mod pace;
mod request_builder;
mod run;
mod signed_query;

pub use baseline::before;
pub use compare::{Change, ComparableAnswer, DiffLine, Difference, changes, difference};
pub use composition::ComposedMessages;
pub use pace::Pace;
pub use run::replay;

/// The number of attempts that WeChat makes at a push that gets no answer.
const ATTEMPTS_OF_A_RETRY: u32 = 3;

/// More copies at once than this find no fault that these do not.
pub const MOST_COPIES: u32 = 1000;

/// What may be asked of a pace, in events a second or in times as fast: what is slower never ends, and what is faster
/// is as good as [`Pace::Fast`].
pub const RATES: RangeInclusive<f64> = 0.001..=100_000.0;

/// What is to be sent, and how.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// Which events, in the order in which they are sent.
    pub events: Vec<CaptureId>,
    /// Where.
    pub target: Target,
    /// For which account the messages are signed and sealed; `None`: for the one that each event belongs to.
    pub account: Option<String>,
    /// How much is sent again.
    pub mode: ReplayMode,
    /// How the messages travel.
    pub form: ReplayForm,
    /// The message to send instead of the captured one.
    pub edited: Option<Vec<u8>>,
    /// As WeChat does where no answer comes: the same push as first, second and third attempt, one after the other.
    pub as_retry: bool,
    /// How many copies go out at once.
    pub burst: NonZeroU32,
    /// How fast.
    pub pace: Pace,
    /// What answers are compared with.
    pub against: Against,
    /// Elements that a comparison of replies leaves out.
    pub ignored: Vec<String>,
}

impl ReplayPlan {
    fn attempts(&self) -> u32 {
        if self.as_retry { ATTEMPTS_OF_A_RETRY } else { 1 }
    }

    /// How many events may be on their way at once: a burst takes the room of as many.
    fn in_flight(&self) -> usize {
        (self.pace.in_flight() / self.burst.get() as usize).max(1)
    }

    /// How many requests each event means.
    fn requests_each(&self) -> u64 {
        u64::from(self.attempts()) * u64::from(self.burst.get())
    }
}

/// Why nothing could be sent again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no account of that name to sign with.
    #[error("there is no account \"{name}\" to sign replays with; correct the target's account, or add it in Settings")]
    UnknownAccount {
        /// What was given.
        name: String,
    },
    /// A composed message cannot be signed or sealed.
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

/// The account of that name, or the one that takes what no other claims where no name is given.
///
/// # Errors
/// A name that no account has: signing with another one's token would look like a regression.
pub fn signer<'a>(accounts: &'a Accounts, name: Option<&str>) -> Result<&'a Account, ReplayError> {
    let Some(name) = name else { return Ok(accounts.default_account()) };
    accounts.named(name).ok_or_else(|| ReplayError::UnknownAccount { name: name.to_owned() })
}

/// What a run works with.
pub struct RunContext<'a> {
    /// Where events and baselines are read.
    pub reader: &'a Reader,
    /// Where replays are recorded.
    pub additions: &'a mut Additions,
    /// For whom messages are signed and sealed.
    pub accounts: &'a Accounts,
    /// Who posts them.
    pub courier: &'a HttpClient,
    /// How far the run is; pauses and ends it.
    pub progress: &'a Progress,
}

/// What is heard of a run while it goes on.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// It is on record, and nothing was sent yet.
    Begun(&'a StoredRun),
    /// An answer is on record.
    Replayed {
        /// What was sent and what came back.
        stored: &'a StoredReplay,
        /// What it was compared with, if there was anything.
        before: Option<&'a ComparableAnswer>,
    },
}
