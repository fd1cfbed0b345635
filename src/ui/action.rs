//! What a panel can ask for: panels read the state and return these, and nothing else changes it.

use crate::capture::CaptureId;
use crate::config::Theme;
use crate::engine::Command;
use crate::filter::Filter;
use crate::rules::Rule;
use crate::texts::Language;

/// A screen of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The list and the detail.
    #[default]
    Events,
    /// Which reply goes to which event, and what goes wrong on purpose.
    Rules,
    /// Listener, account, look.
    Settings,
}

/// A page of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Fields by their official names, and what they mean.
    #[default]
    Decoded,
    /// The body to the byte, with the chosen field lit.
    Raw,
    /// Request line, query, headers, and how the signature was calculated.
    Request,
    /// What was answered, and all attempts.
    Answer,
}

impl Tab {
    /// In the order in which they are shown, and in which Ctrl+1…9 count them.
    pub(crate) const ALL: [Self; 4] = [Self::Decoded, Self::Raw, Self::Request, Self::Answer];
}

/// How far a movement goes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Rows down (positive) or up.
    By(i64),
    /// To the first row: the newest.
    First,
    /// To the last row: the oldest.
    Last,
}

/// Something to be done after the panels have been drawn.
#[derive(Clone, Debug)]
pub enum Action {
    /// Make this row the selected one and open it.
    Select(CaptureId),
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
    /// Ask the engine.
    Ask(Command),
    /// Forget the oldest message shown.
    DismissNotice,
}
