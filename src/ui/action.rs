//! What a panel can ask for: panels read the state and return these, and nothing else changes it.

use crate::capture::{CaptureId, ReplayId, RunId};
use crate::config::{Hue, Theme};
use crate::engine::{Command, ReplayRequest, ReplayWhat};
use crate::filter::Filter;
use crate::rules::Rule;
use crate::texts::Language;

/// A screen of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The list and the detail.
    #[default]
    Events,
    /// Which reply goes to which event, and what goes wrong on purpose.
    Rules,
    /// What was sent again, and what came of it.
    Replays,
    /// A message that is made here.
    Compose,
    /// Listener, account, look.
    Settings,
}

/// A page of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Fields by their official names, and what they mean.
    #[default]
    Decoded,
    /// The body to the byte, with the chosen field lit.
    Raw,
    /// Request line, query, headers, and how the signature was calculated.
    Request,
    /// What was answered, and all attempts.
    Answer,
    /// What became of it when it was sent again.
    Replays,
}

impl Tab {
    /// In the order in which they are shown, and in which Ctrl+1…9 count them.
    pub(crate) const ALL: [Self; 5] = [Self::Decoded, Self::Raw, Self::Request, Self::Answer, Self::Replays];
}

/// How far a movement goes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Rows down (positive) or up.
    By(i64),
    /// To the first row: the newest.
    First,
    /// To the last row: the oldest.
    Last,
}

/// Something to be done after the panels have been drawn.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Make this row the selected one and open it.
    Select(CaptureId),
    /// Pick this row beside the others, or leave it out again.
    Pick(CaptureId),
    /// Pick everything from the selected row to this one.
    PickTo(CaptureId),
    /// Pick nothing any more.
    ClearPicks,
    /// Move the selection.
    MoveSelection(Move),
    /// Show the detail, or hide it.
    ShowDetail(bool),
    /// Turn to this page of the detail.
    ShowTab(Tab),
    /// Light up this element of the message, by its path.
    ChooseField(String),
    /// Begin a rule like this one, on the screen of rules.
    BeginRule(Box<Rule>),
    /// Put this text on the clipboard.
    Copy(String),
    /// Replace the filter.
    SetFilter(String),
    /// Narrow the filter by this term.
    AddToFilter(String),
    /// Do something about filters under names.
    Name(Naming),
    /// Put the caret into the filter.
    FocusFilter,
    /// Follow the newest, or stay.
    Follow(bool),
    /// Turn to this screen.
    ShowScreen(Screen),
    /// Show or hide the page of keys.
    ShowKeys(bool),
    /// Speak this language (`None`: the system's).
    SetLanguage(Option<Language>),
    /// Look like this (`None`: the system's).
    SetTheme(Option<Theme>),
    /// Hold what matches from now on; `None` holds nothing, and lets everything go.
    Hold(Option<Box<Filter>>),
    /// Go to the held push that has the least time left, and write its answer.
    AnswerNext,
    /// Let everything go that is held, with the default.
    ReleaseAll,
    /// Do something about replays, or about messages that are made here.
    Send(Sending),
    /// Do something about removing events.
    Remove(Removing),
    /// Open the dialog of exports, or close it.
    ShowExport(bool),
    /// Let the person choose where an export goes, in the desktop's dialog.
    ChooseExportPath,
    /// Let the person choose what to import.
    ChooseImport,
    /// Let the person choose where a copy of the database goes.
    ChooseBackup,
    /// Close the report of an import.
    CloseReport,
    /// Ask the engine.
    Ask(Command),
    /// Forget the oldest message shown.
    DismissNotice,
}

/// Something to be done about filters under names.
#[derive(Clone, Debug)]
pub(crate) enum Naming {
    /// Ask for a name.
    Begin {
        /// What it is called so far.
        name: String,
        /// The filter.
        text: String,
        /// Its colour.
        colour: Option<Hue>,
        /// Whether `config.toml` has it under that name.
        kept: bool,
    },
    /// Mark what this term finds with a colour, in this session.
    ColourBy {
        /// What it is called.
        name: String,
        /// The term.
        term: String,
    },
    /// Keep what was typed.
    Keep,
    /// Keep nothing.
    Cancel,
    /// Keep that one no longer.
    Remove {
        /// What it is called.
        name: String,
        /// Whether `config.toml` has it, or only this session.
        kept: bool,
    },
}

/// Something to be done about removing events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removing {
    /// Remove the chosen rows.
    Chosen,
    /// Ask whether to remove everything that the list shows.
    AskAll,
    /// Remove everything that the list shows.
    All,
    /// Remove nothing.
    Nothing,
    /// Bring back what was removed last.
    Undo,
}

/// Something to be done about replays, or about messages that are made here.
#[derive(Clone, Debug)]
pub(crate) enum Sending {
    /// Open the dialog that sends the chosen rows again.
    Chosen,
    /// Open that dialog for something else.
    This(Box<ReplayWhat>),
    /// Open that dialog with everything as in this request.
    Again(Box<ReplayRequest>),
    /// Close that dialog.
    Close,
    /// Open the event of a replay, where that replay stands.
    ShowReplay {
        /// Which event.
        event: CaptureId,
        /// Which of its replays.
        replay: ReplayId,
    },
    /// Open this run, on the screen of replays.
    ShowRun(RunId),
    /// Close the run that is open.
    CloseRun,
    /// Begin a message.
    Compose,
    /// Edit the message of the selected event, to send it again.
    EditChosen,
    /// Begin a message as a copy of the selected event's.
    DuplicateChosen,
    /// Let the person choose pictures to compose with.
    ChoosePictures,
}
