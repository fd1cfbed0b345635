//! Groups of shortcuts, under which the page of keys and the palette show them.

use super::Shortcut;
use crate::engine::Command;
use crate::ui::action::{Action, FilterAction, RemovalAction, SendAction};

/// A group of shortcuts, in the order of the page of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyGroup {
    /// Moving through the list, and picking rows.
    List,
    /// Narrowing the list.
    Filter,
    /// Reading the open event.
    Detail,
    /// Sending again, composing, comparing.
    Replay,
    /// Answering by hand.
    Answer,
    /// Copying and exporting.
    Export,
    /// Removing events, and bringing them back.
    Remove,
    /// Screens, dialogs and the window itself.
    Window,
    /// The menu of an account. None of these groups has keys.
    Menu,
    /// Rules, forwarding and faults.
    Rules,
    /// The way from WeChat to this computer.
    Reach,
}

impl KeyGroup {
    /// Every group.
    pub(crate) const ALL: [Self; 11] = [
        Self::List,
        Self::Filter,
        Self::Detail,
        Self::Replay,
        Self::Answer,
        Self::Export,
        Self::Remove,
        Self::Window,
        Self::Menu,
        Self::Rules,
        Self::Reach,
    ];

    /// The locale key of its title.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::List => "palette.group.list",
            Self::Filter => "palette.group.filter",
            Self::Detail => "palette.group.detail",
            Self::Replay => "palette.group.replay",
            Self::Answer => "palette.group.answer",
            Self::Export => "palette.group.export",
            Self::Remove => "palette.group.remove",
            Self::Window => "palette.group.window",
            Self::Menu => "board.rail",
            Self::Rules => "window.rail.rules",
            Self::Reach => "reach.title",
        }
    }

    /// The group of an action.
    pub(crate) fn of(action: &Action) -> Self {
        match action {
            Action::Select(_)
            | Action::Annotate(_)
            | Action::Pick(_)
            | Action::MoveSelection(_)
            | Action::Follow(_)
            | Action::ToggleFollow => Self::List,
            Action::FocusFilter
            | Action::SetFilter(_)
            | Action::AddToFilter(_)
            | Action::Filter(FilterAction::Begin { .. }) => Self::Filter,
            Action::ShowDetail(_)
            | Action::BackToList
            | Action::ShowPart(_)
            | Action::TurnPart(_)
            | Action::ShowBytes(_)
            | Action::ChooseField(_)
            | Action::Mend(_) => Self::Detail,
            Action::Hold(_) => Self::Answer,
            Action::Send(SendAction::ShowRun(_) | SendAction::CloseRun) => Self::Window,
            Action::Send(_) | Action::Compare(_) | Action::ShowTargets => Self::Replay,
            Action::Copy(_) | Action::CopyEvent(_) | Action::ShowExport(_) | Action::ChooseImport => Self::Export,
            Action::Remove(_) => Self::Remove,
            Action::Board(_) => Self::Menu,
            Action::ShowRules(_) | Action::Ask(Command::Answering(_)) => Self::Rules,
            Action::ShowReach(_) | Action::CheckReach | Action::Ask(Command::Settings(_)) => Self::Reach,
            _ => Self::Window,
        }
    }
}

/// Tells whether an action is on events of the list: on those that are selected, picked or listed.
pub(crate) fn is_on_events(action: &Action) -> bool {
    match action {
        Action::MoveSelection(_)
        | Action::Pick(_)
        | Action::ToggleFollow
        | Action::ShowDetail(_)
        | Action::TurnPart(_)
        | Action::ShowPart(_)
        | Action::Annotate(_)
        | Action::Compare(_)
        | Action::CopyEvent(_)
        | Action::ShowExport(_)
        | Action::Remove(RemovalAction::Chosen | RemovalAction::AskAll) => true,
        Action::Send(send) => !matches!(send, SendAction::Compose),
        _ => false,
    }
}

impl Shortcut {
    /// The group that it is shown in.
    pub(crate) fn group(&self) -> KeyGroup {
        KeyGroup::of(&self.action)
    }
}
