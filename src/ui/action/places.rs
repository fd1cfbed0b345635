//! Places in the window to which an action turns: screens, their tabs and sections, and parts of the detail.

use serde::{Deserialize, Serialize};

/// A screen of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Screen {
    /// The list and the detail.
    #[default]
    Events,
    /// Replies to events by rules, forwarding, and the fault lab.
    Rules,
    /// Runs of replays, their verdicts, and the targets.
    Replays,
    /// The menu of an account.
    Board,
    /// The composer of messages.
    Compose,
    /// The way from WeChat to this computer, and what is wrong with it.
    Reach,
    Settings,
    /// The steps to the first tap, also after it.
    SetUp,
}

/// A tab of the screen of reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ReachTab {
    /// The checks of `doctor`.
    #[default]
    Check,
    /// The wizard for who receives nothing.
    NothingArrives,
    /// The console's handshake with the developer's own server.
    OwnServer,
    /// The time line of arrivals with its silences, and the alarms of the platform.
    Arrivals,
}

/// A part of the screen of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RulesPlace {
    /// The form of a new rule.
    NewRule,
    /// The tab of forwarding.
    Forward,
    /// The tab of faults.
    Faults,
}

/// A section of the settings, in the order of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SettingsSection {
    /// The address of the listener, and its state.
    #[default]
    Listener,
    Tunnel,
    Accounts,
    Feed,
    Look,
    Notifications,
    Team,
    /// The database: its size, its upkeep, and what is kept.
    Database,
    /// The data folder.
    Folder,
}

/// A part of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DetailPart {
    /// The findings, and the content of the event by its kind.
    #[default]
    Content,
    /// The reply, and its editor.
    Reply,
    /// Elements by their official names.
    Fields,
    /// The bytes below the scroll.
    Bytes,
    /// Attempts and replays: a second column where there is room.
    Replays,
}

impl DetailPart {
    /// Parts in the order in which the keys turn to them, and in which Ctrl+1…5 count them.
    pub(crate) const ALL: [Self; 5] = [Self::Content, Self::Reply, Self::Fields, Self::Bytes, Self::Replays];
}

/// A view of the bytes below the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BytesView {
    /// The text to the byte, with the chosen field lit.
    #[default]
    Text,
    Hex,
    /// Request line, query, and the calculation of the signature.
    Request,
    Headers,
}

impl BytesView {
    /// Views in the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [Self::Text, Self::Hex, Self::Request, Self::Headers];
}
