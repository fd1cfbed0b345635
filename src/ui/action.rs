//! Actions that panels and keys ask for; only `app/carry_out.rs` changes the state, by carrying them out.

use std::path::PathBuf;

use crate::account::SecretName;
use crate::capture::{CaptureId, Mode, ReplayId, RunId};
use crate::config::{Hue, Theme};
use crate::engine::{Command, ReplayRequest, ReplayWhat};
use crate::filter::Filter;
use crate::rules::Rule;
use crate::texts::Language;

mod places;

pub(crate) use places::{BytesView, DetailPart, ReachTab, RulesPlace, Screen, SettingsSection};

/// A change of settings that mends what a diagnosis is about, for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mend {
    /// Open the form of the account at this secret.
    EnterSecret { account: String, secret: SecretName },
    /// Let requests below this path belong to the account.
    ClaimPath { account: String, path: String },
    /// Save this AppID.
    SetAppId { account: String, app_id: String },
    /// Save this mode.
    SetMode { account: String, mode: Mode },
}

/// A movement of the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Rows down (positive) or up.
    By(i64),
    /// To the first row: the newest.
    First,
    /// To the last row: the oldest.
    Last,
    /// Pages of the view, down (positive) or up.
    Pages(i64),
}

/// An action, carried out after the panels have been drawn.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Select a row and open it.
    Select(CaptureId),
    /// Pick rows beside the selected one.
    Pick(PickAction),
    MoveSelection(Move),
    ShowDetail(bool),
    /// Return from a detail that covers the list.
    BackToList,
    /// Show a part of the detail.
    ShowPart(DetailPart),
    /// Turn to the next part of the detail (1), or the one before (-1).
    TurnPart(i8),
    ShowBytes(BytesView),
    /// Mend what a diagnosis is about.
    Mend(Mend),
    /// Highlight an element of the message, by its path.
    ChooseField(String),
    /// Open the form of a new rule with this content.
    BeginRule(Box<Rule>),
    /// Copy a text to the clipboard.
    Copy(String),
    /// Copy the opened event to the clipboard.
    CopyEvent(CopyForm),
    SetFilter(String),
    /// Narrow the filter by a term.
    AddToFilter(String),
    /// Save, colour or remove a filter under a name.
    Filter(FilterAction),
    /// Put the caret into the filter.
    FocusFilter,
    /// Follow the newest event, or stay.
    Follow(bool),
    /// Follow the newest event, or stop following.
    ToggleFollow,
    ShowScreen(Screen),
    /// Take away the way from the events back to the set-up.
    PutSetUpAway,
    /// Show this tab of the screen of reach.
    ShowReach(ReachTab),
    /// Show this section of the settings.
    ShowSettings(SettingsSection),
    /// Write this command of a tunnel into the settings, to be completed and saved there.
    ProposeTunnel(String),
    /// Show this part of the screen of rules.
    ShowRules(RulesPlace),
    /// Open the form of the rule with this name.
    EditRule(String),
    /// Show the targets of replays.
    ShowTargets,
    /// Begin the checks of reach, and show them.
    CheckReach,
    ShowKeys(bool),
    ToggleKeys,
    /// Open the palette, or close it.
    ShowPalette(bool),
    /// Leave what lies on top: a held push to the default reply, a dialog, a screen, the detail.
    Leave,
    /// `None` for the language of the system.
    SetLanguage(Option<Language>),
    /// `None` for the theme of the system.
    SetTheme(Option<Theme>),
    /// `None` for what the system says about movement.
    SetReducedMotion(Option<bool>),
    /// Hold pushes, or answer those that are held.
    Hold(HoldAction),
    /// Files and buttons of a menu.
    Board(BoardAction),
    /// Replay events, or compose messages.
    Send(SendAction),
    /// Remove events, or bring them back.
    Remove(RemovalAction),
    /// Pin events, or leave notes on them.
    Annotate(AnnotationAction),
    /// Show two events side by side.
    Compare(CompareAction),
    /// Open the dialog of exports, or close it.
    ShowExport(bool),
    /// Open the file dialog for the path of an export.
    ChooseExportPath,
    /// Open the folder of exported files in the desktop's file manager.
    OpenFolder(PathBuf),
    /// Open the file dialog for files to import.
    ChooseImport,
    /// Offers a field for the path in place of the desktop's file dialog.
    TypePath,
    /// Open the file dialog for a copy of the database.
    ChooseBackup,
    CloseReport,
    /// Send a command to the engine.
    Ask(Command),
    /// Dismiss the message shown.
    DismissNotice,
    /// Clear the past messages.
    ForgetNotices,
    /// Use these paths where the desktop has no file dialog.
    UsePaths {
        request: FileRequest,
        paths: Vec<PathBuf>,
    },
    ClosePathDialog,
}

/// A file dialog, by its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileRequest {
    /// Choose the file or folder to write.
    Save {
        /// The proposed name.
        name: String,
    },
    /// Choose the file for a copy of the database.
    Backup {
        /// The proposed name.
        name: String,
    },
    /// Choose files to import.
    Open,
    /// Choose the file of a menu.
    Menu,
    /// Choose the file to write a menu to.
    SaveMenu {
        /// The proposed name.
        name: String,
    },
    /// Choose pictures for a composed message.
    Pictures {
        /// Number of the composed message.
        number: u32,
    },
}

/// An action on the menu of an account.
#[derive(Clone, Debug)]
pub(crate) enum BoardAction {
    /// Open the file dialog for a menu.
    ChooseFile,
    /// Open the file dialog for the file to write the menu to.
    ChooseSavePath,
    /// Show the button that pushes this.
    ShowButton { kind: String, key: String },
    /// List the events with this filter.
    ShowEvents(String),
    /// Show the board, and do what a button of it does.
    Do(BoardVerb),
}

/// A verb of the board, as its buttons have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BoardVerb {
    Paste,
    /// Ask WeChat for the menu.
    Fetch,
    /// Open the editor of the menu, or close it.
    Edit,
    /// Send the event of each button.
    TapAll,
    /// Show the request that publishes the menu.
    Publish,
    /// Write the menu to a file.
    Save,
}

/// An action on picked rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PickAction {
    /// Pick a row beside the others, or leave it out again.
    Toggle(CaptureId),
    /// The same with the selected row.
    ToggleSelected,
    /// Pick everything from the selected row to this one.
    To(CaptureId),
    /// Move the selection and pick the rows that it passes.
    Moving(Move),
    /// Pick nothing any more.
    Clear,
}

/// An action on held pushes.
#[derive(Clone, Debug)]
pub(crate) enum HoldAction {
    /// Hold what matches from now on; `None` holds nothing, and releases everything.
    Set(Option<Box<Filter>>),
    /// Hold everything, or nothing any more.
    Toggle,
    /// Hold what the filter of the list matches.
    Matching,
    /// Go to the held push that has the least time left, and write its reply.
    AnswerNext,
    /// Send the reply that is written.
    SendReply,
    /// Release everything that is held, with the default reply.
    ReleaseAll,
}

/// The form in which an event is copied.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CopyForm {
    /// A curl command that sends the request again.
    Curl,
    /// Request line, headers and body.
    Raw,
    /// The message alone, decrypted.
    Body,
    /// The JSON object that the commands print.
    Json,
    /// Request and answer as one document in Markdown.
    Report,
}

/// An action on filters under names.
#[derive(Clone, Debug)]
pub(crate) enum FilterAction {
    /// Ask for a name.
    Begin {
        /// The name so far; empty for a new one.
        name: String,
        text: String,
        colour: Option<Hue>,
        /// True if `config.toml` has it under that name.
        kept: bool,
    },
    /// Mark what this term finds with a colour, in this session.
    ColourBy { name: String, term: String },
    /// Save what was typed.
    Keep,
    /// Close the form without saving.
    Cancel,
    /// Remove a named filter.
    Remove {
        name: String,
        /// True if `config.toml` has it, false if only this session does.
        kept: bool,
    },
}

/// An action that removes events or brings them back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RemovalAction {
    /// Remove the chosen rows.
    Chosen,
    /// Ask whether to remove everything that the list shows.
    AskAll,
    /// Remove everything that the list shows.
    All,
    /// Close the question.
    Nothing,
    /// Bring back what was removed last.
    Undo,
}

/// An action on pins and notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnnotationAction {
    /// Pin the chosen rows; where all of them are pinned already, unpin them.
    TogglePin,
    /// Open the dialog for the note of the chosen rows.
    EditNote,
    /// Save the note that was typed.
    SaveNote,
    /// Close the dialog without saving.
    Cancel,
}

/// An action on the comparison of two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompareAction {
    /// Compare two chosen rows; a single one waits for the next that is chosen so.
    Chosen,
    /// Put the answer to a replay beside the one that it is compared with.
    Replies(ReplayId),
    /// Close the comparison.
    Close,
}

/// An action on replays or composed messages.
#[derive(Clone, Debug)]
pub(crate) enum SendAction {
    /// Send the chosen rows again at once, as last time; where there was no last time, open the dialog.
    AtOnce,
    /// Open the dialog that sends the chosen rows again.
    Chosen,
    /// Send something else at once, as last time; where there was no last time, open the dialog.
    ThisAtOnce(Box<ReplayWhat>),
    /// Open that dialog for something else.
    This(Box<ReplayWhat>),
    /// Open that dialog for the events of so many buttons of a menu.
    Taps { what: Box<ReplayWhat>, buttons: usize },
    /// Open that dialog with everything as in this request.
    Again(Box<ReplayRequest>),
    /// Close the dialog of replays.
    Close,
    /// Open the event of a replay, where that replay stands.
    ShowReplay { event: CaptureId, replay: ReplayId },
    /// Open this run, on the screen of replays.
    ShowRun(RunId),
    /// Close the run that is open.
    CloseRun,
    /// Open the composer.
    Compose,
    /// Edit the message of the selected event, to send it again.
    EditChosen,
    /// Begin a message as a copy of the selected event's.
    DuplicateChosen,
    /// Open the file dialog for pictures to compose with.
    ChoosePictures,
}
