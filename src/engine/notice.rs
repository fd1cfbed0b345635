//! Notices from the engine to the window, grouped by the part of the window that takes them in.

use std::path::PathBuf;
use std::sync::Arc;

use super::answered_message::AnsweredMessage;
use super::event_comparison::{EventComparison, ReplyComparison};
use super::event_detail::{ComparedReplay, EventDetail};
use super::menu_worker::{ExaminedMenu, OpenedMenu};
use super::picture_fetcher::FetchedPicture;
use super::picture_worker::PicturePurpose;
use super::server_test::ServerTest;
use super::trial::{RulePreview, RuleTrial};
use crate::capture::{
    AnnotationChange, CaptureId, CaptureSummary, IdRuns, ReplaySummary, RunId, StoredCapture, StoredRun,
};
use crate::config::KeptMenu;
use crate::coverage::{Coverage, DatedMenu};
use crate::exchange::{ExportSummary, ImportSummary, Preview};
use crate::reach::{CheckResult, MatchedAlarm};
use crate::store::{RemovalId, Stats, Timeline};
use crate::texts::user_error::UserError;
use crate::wechat::custom_menu::MenuFile;

/// News for the window, taken in by `State::absorb` in `ui/state.rs`.
#[derive(Clone, Debug)]
pub enum Notice {
    /// For the list of events.
    List(ListNotice),
    /// For the completion of the filter box.
    Filter(FilterNotice),
    /// For the detail of the selected event.
    Detail(DetailNotice),
    /// For the screen of replays.
    Replays(ReplaysNotice),
    /// For the export dialog and the report of an import.
    Transfer(TransferNotice),
    /// For the undo of removals and the data section of the settings.
    Maintenance(MaintenanceNotice),
    /// For the screen of reach.
    Doctor(DoctorNotice),
    /// For the time line of arrivals and the alarms.
    Arrivals(ArrivalsNotice),
    /// For the board of the menu.
    Menu(MenuNotice),
    /// For the forms that wait for their settings to be saved.
    Settings(SettingsNotice),
    /// For the form of a rule: the outcome of [`QueryCommand::TryRule`](super::QueryCommand::TryRule) on event `id`.
    RuleTried { id: CaptureId, trial: Box<RuleTrial> },
    /// For the form of a rule: the answer to [`QueryCommand::PreviewRule`](super::QueryCommand::PreviewRule).
    RulePreviewed { preview: Box<RulePreview> },
    /// For the composer: the answers of a run, as [`QueryCommand::ReadAnswers`](super::QueryCommand::ReadAnswers) asked.
    Answered { run: RunId, answers: Vec<AnsweredMessage> },
    /// For the composer or the detail: the files of a [`PictureRequest`](super::PictureRequest), in the order of its paths.
    Pictures { purpose: PicturePurpose, pictures: Vec<PictureFile> },
    /// For the first-run page and the screen of reach: the newest handshake that is not our own, if there is one.
    Handshake { capture: Option<Box<StoredCapture>> },
    /// For the same: the newest push that is not our own, if there is one.
    LatestPush { capture: Option<Box<StoredCapture>> },
    /// For the whole window: the database file was deleted or exchanged, and everything read from it is void.
    DatabaseReplaced,
    /// For the whole window: a notification of this event was clicked.
    EventWanted { id: CaptureId },
    /// For the error messages. Every failure of a worker arrives here, and only here.
    Failed { trouble: UserError },
}

/// The captures that match the filter. `generation` is that of [`ListingCommand::List`](super::ListingCommand::List).
#[derive(Clone, Debug)]
pub enum ListNotice {
    /// Further matches, newest first, all older than those before.
    Listed {
        generation: u64,
        ids: IdRuns,
        /// The number of captures in the database, with the last chunk.
        finished: Option<u64>,
    },
    /// All matches, newest first, in place of those before: events were removed or restored.
    Relisted {
        generation: u64,
        ids: IdRuns,
        /// The newest capture that was considered; newer ones come as `Arrived`.
        seen: CaptureId,
        /// The number of captures in the database.
        total: u64,
    },
    /// New matches, oldest first. Captures without a reply at the last look are considered again, so some may be known.
    Arrived {
        generation: u64,
        ids: Vec<CaptureId>,
        /// The number of captures in the database.
        total: u64,
    },
    /// Pins or notes have changed, here or in another program: what was read of any row may be outdated.
    Annotated,
    /// Rows in ascending order of their numbers, without those that have been removed.
    Rows { rows: Vec<CaptureSummary>, marks: Marks },
}

/// Completions of a filter.
#[derive(Clone, Debug)]
pub enum FilterNotice {
    /// Values that occur in events, in alphabetical order. `generation` is that of the question.
    Seen { generation: u64, values: Vec<String> },
    /// Filters used before, as they were typed, latest first.
    Used { texts: Vec<String> },
}

/// An event in full.
#[derive(Clone, Debug)]
pub enum DetailNotice {
    Opened(Box<EventDetail>),
    /// The answer to a replay beside an earlier one.
    RepliesCompared(Box<ReplyComparison>),
    /// Two events side by side.
    EventsCompared(Box<EventComparison>),
    /// The difference between a replay's answer and its baseline has been calculated.
    ReplayCompared(Box<ComparedReplay>),
    /// A picture that was asked for.
    PictureFetched {
        url: String,
        outcome: Result<Box<FetchedPicture>, UserError>,
    },
}

/// Runs of replays.
#[derive(Clone, Debug)]
pub enum ReplaysNotice {
    Begun {
        run: Box<StoredRun>,
    },
    Ended {
        run: Box<StoredRun>,
    },
    /// The latest runs, newest first.
    Runs {
        runs: Vec<StoredRun>,
    },
    /// One run and its replays, in the order in which they were recorded.
    Run {
        run: Box<StoredRun>,
        rows: Vec<ReplaySummary>,
    },
}

/// Results of exports and imports.
#[derive(Clone, Debug)]
pub enum TransferNotice {
    /// `generation` is that of [`TransferCommand::PreviewExport`](super::TransferCommand::PreviewExport).
    Previewed {
        generation: u64,
        preview: Box<Preview>,
    },
    Exported(Box<ExportSummary>),
    Imported(Box<ImportSummary>),
}

/// Results of removals and maintenance tasks.
#[derive(Clone, Debug)]
pub enum MaintenanceNotice {
    /// `events` have been removed, and can be restored by the number of their removal.
    Removed {
        removal: RemovalId,
        events: u64,
    },
    Restored {
        events: u64,
    },
    /// Pins or notes of `events` have changed.
    Annotated {
        events: u64,
        change: AnnotationChange,
    },
    /// A [`MaintenanceTask`](super::MaintenanceTask) is finished.
    Finished {
        outcome: MaintenanceOutcome,
    },
}

/// Results of the checks of `menuscope doctor`. `number` is that of the [`DoctorRequest`](super::DoctorRequest).
#[derive(Clone, Debug)]
pub enum DoctorNotice {
    /// A check has ended.
    Checked { number: u64, result: Box<CheckResult> },
    /// All have, unless they were cancelled.
    Ended { number: u64, is_complete: bool },
}

/// Answers to [`ArrivalsCommand`](super::ArrivalsCommand)s.
#[derive(Clone, Debug)]
pub enum ArrivalsNotice {
    Timeline(Box<Timeline>),
    /// The alarms in a text, with the events that they speak of.
    Alarms {
        number: u64,
        alarms: Vec<MatchedAlarm>,
    },
}

/// Menus that were read, counted, fetched or published.
#[derive(Clone, Debug)]
pub enum MenuNotice {
    Opened(Box<OpenedMenu>),
    Examined(Box<ExaminedMenu>),
    /// The taps on the buttons of this menu.
    Counted {
        file: Arc<MenuFile>,
        coverage: Box<Coverage>,
    },
    /// The menus that were kept for the account, the newest first, and the newest of them, which is in force.
    History {
        kept: Vec<KeptMenu>,
        in_force: Option<Box<DatedMenu>>,
    },
    /// Dropped files that hold no menu.
    ToImport {
        paths: Vec<PathBuf>,
    },
    Saved {
        path: PathBuf,
    },
    /// This JSON is what phones get from now on.
    Published {
        json: String,
    },
    /// A menu cannot be read, fetched or published.
    Refused {
        trouble: UserError,
    },
}

/// Results of [`SettingsCommand`](super::SettingsCommand)s.
#[derive(Clone, Debug)]
pub enum SettingsNotice {
    Saved(SavedSetting),
    /// The developer's own server has answered a handshake, or has not.
    ServerTested(Box<ServerTest>),
    /// The listener has answered a sample of this kind.
    SampleSent {
        kind: String,
    },
}

impl_from_nested!(Notice {
    List(ListNotice),
    Filter(FilterNotice),
    Detail(DetailNotice),
    Replays(ReplaysNotice),
    Transfer(TransferNotice),
    Maintenance(MaintenanceNotice),
    Doctor(DoctorNotice),
    Arrivals(ArrivalsNotice),
    Menu(MenuNotice),
    Settings(SettingsNotice),
});

/// A setting that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedSetting {
    Address,
    /// The feed's address, or its token.
    Feed,
    Account {
        name: String,
    },
    /// A secret was deleted.
    Secret,
    Look,
    Hold,
    Rules,
    Forward,
    Targets,
    Retention,
    Filters,
    Notify,
    Tunnel,
    /// The team was joined or left.
    Team,
}

/// The outcome of a maintenance task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaintenanceOutcome {
    Counted(Box<Stats>),
    /// The damage found; empty for a sound database.
    Checked(Vec<String>),
    /// The sizes of the file, in bytes.
    Compacted {
        before: u64,
        after: u64,
    },
    BackedUp {
        path: PathBuf,
    },
}

/// The filters that the rows of a page match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The generation of the filters, from the command that set them.
    pub generation: u64,
    /// The rows that match any filter, in ascending order, each with the index of the first filter that it matches.
    pub by_row: Vec<(CaptureId, usize)>,
}

impl Marks {
    /// The index of the filter that this row matches.
    pub fn of(&self, id: CaptureId) -> Option<usize> {
        let at = self.by_row.binary_search_by_key(&id, |(row, _)| *row).ok()?;
        self.by_row.get(at).map(|(_, index)| *index)
    }
}

/// A picture to compose an event with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFile {
    /// The name without the folder.
    pub name: String,
    /// The value of `PicMd5Sum`.
    pub md5: String,
}
