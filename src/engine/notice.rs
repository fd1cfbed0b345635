//! What the window is told.

use super::{
    Compared, Difference, ExportSummary, ImportSummary, PictureFile, Preview, SignatureCheck, Tried, UpkeepDone,
};
use crate::account::Accounts;
use crate::capture::{CaptureId, CaptureSummary, ReplaySummary, StoredCapture, StoredReplay, StoredRun};
use crate::replay::{before, difference};
use crate::store::{Reader, RemovalId, StoreError};
use crate::texts::user_error::UserError;

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
    /// Everything that matches, anew: some of it has gone, or come back.
    Relisted {
        /// Which listing.
        generation: u64,
        /// Their numbers, newest first.
        ids: Vec<CaptureId>,
        /// The newest capture that was looked at; what is newer arrives.
        seen: CaptureId,
        /// How many captures there are in all.
        total: u64,
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
    /// The database is another one now, or has gone: nothing that was told of it holds any more.
    Replaced,
    /// Rows that were asked for.
    Page {
        /// In ascending order; what has gone is left out.
        rows: Vec<CaptureSummary>,
        /// By which filters they are marked.
        marks: Marks,
    },
    /// Values that have been seen.
    Seen {
        /// Which question.
        generation: u64,
        /// In their order.
        values: Vec<String>,
    },
    /// The filters that were used, the latest first.
    UsedFilters {
        /// As they were written.
        texts: Vec<String>,
    },
    /// A capture that was asked for.
    Opened {
        /// All of it.
        opened: Box<Opened>,
    },
    /// How a replay's answer differs was worked out.
    ReplayCompared {
        /// The replay.
        compared: Box<ComparedReplay>,
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
    /// A run of replays has begun.
    ReplayBegun {
        /// Which.
        run: Box<StoredRun>,
    },
    /// A run of replays has ended, or what is known of it has changed.
    ReplayEnded {
        /// All of it.
        run: Box<StoredRun>,
    },
    /// The runs, the newest first.
    Runs {
        /// All of them, up to some hundreds.
        runs: Vec<StoredRun>,
    },
    /// The replays of a run that was asked for.
    Run {
        /// Which run.
        run: Box<StoredRun>,
        /// Its replays in the order in which they were recorded.
        rows: Vec<ReplaySummary>,
    },
    /// What pseudonyms would change.
    ExportPreviewed {
        /// Which preview.
        generation: u64,
        /// The first of the changes, and how many there are.
        preview: Box<Preview>,
    },
    /// An export is done.
    Exported {
        /// What was written.
        exported: Box<ExportSummary>,
    },
    /// An import is done.
    Imported {
        /// What came in, and what could not be read.
        imported: Box<ImportSummary>,
    },
    /// Pictures were read.
    Pictures {
        /// For which message.
        number: u32,
        /// What they are called, and their MD5, in the order in which they were chosen.
        pictures: Vec<PictureFile>,
    },
    /// Events were removed.
    Removed {
        /// By which removal.
        removal: RemovalId,
        /// How many.
        events: u64,
    },
    /// Removed events were brought back.
    Restored {
        /// How many.
        events: u64,
    },
    /// The database was looked after.
    LookedAfter {
        /// What came of it.
        done: UpkeepDone,
    },
    /// A sample was answered.
    SampleSent {
        /// Its kind.
        kind: String,
    },
    /// Something went wrong; this is the only way in which the window hears of it.
    Failed {
        /// What, why, and what to do.
        trouble: UserError,
    },
}

/// Which rows of a page match a filter with a colour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Of which [`Command::Colour`](super::Command::Colour).
    pub generation: u64,
    /// The rows that match any, in ascending order, each with the first filter that it matches.
    pub by_row: Vec<(CaptureId, usize)>,
}

impl Marks {
    /// The filter that this row matches.
    pub fn of(&self, id: CaptureId) -> Option<usize> {
        let at = self.by_row.binary_search_by_key(&id, |(row, _)| *row).ok()?;
        self.by_row.get(at).map(|(_, index)| *index)
    }
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
    /// That a secret is forgotten.
    Secret,
    /// Language and theme.
    Look,
    /// The rules.
    Rules,
    /// The developer's own server.
    Forward,
    /// The targets of replays.
    Targets,
    /// How much is kept.
    Retention,
    /// Filters under their names.
    Filters,
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
    /// Its latest replays, the newest first, each with what it was compared with; only of the newest it is worked out
    /// how it differs.
    pub replays: Vec<ComparedReplay>,
}

/// A replay beside what it was compared with.
#[derive(Clone, Debug)]
pub struct ComparedReplay {
    /// The replay.
    pub stored: StoredReplay,
    /// The earlier answer; `None` where there is none, or it has gone.
    pub before: Option<Compared>,
    /// How it differs from the earlier answer; `None` where there is none, or it was not worked out yet.
    pub difference: Option<Difference>,
}

impl ComparedReplay {
    /// A replay of that event beside what it was compared with; how it differs is not worked out yet.
    pub(super) fn of(
        stored: StoredReplay,
        event: &StoredCapture,
        reader: &Reader,
        accounts: &Accounts,
    ) -> Result<Self, StoreError> {
        let before = match stored.replayed.baseline {
            Some(baseline) => before(reader, baseline, event, accounts)?,
            None => None,
        };
        Ok(Self { stored, before, difference: None })
    }

    /// Works out how it differs, which may take some tenths of a second; `ignored` are elements that do not count.
    #[must_use]
    pub(super) fn compared(mut self, ignored: &[String]) -> Self {
        let now = Compared::of_replay(&self.stored);
        self.difference = self.before.as_ref().map(|before| difference(before, &now, ignored));
        self
    }

    /// Whether it is to be worked out still how it differs.
    pub fn is_to_be_compared(&self) -> bool {
        self.before.is_some() && self.difference.is_none()
    }
}
