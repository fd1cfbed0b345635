//! Coverage of a menu: how often each button was seen in the captures, with which outcomes, and keys that are in no button.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::capture::diagnosis::Severity;
use crate::capture::{CaptureSummary, ForwardState, ReplyEnd, ReplySummary};
use crate::filter::Filter;
use crate::store::{Reader, Scan, StoreError};
use crate::wechat::custom_menu::MenuFile;
use crate::wechat::kind::MENU_EVENTS;

/// The taps with one kind and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TapCount {
    /// All of them, retries included.
    pub count: u64,
    /// The newest one's time.
    pub last: Option<Timestamp>,
    /// Those by outcome.
    pub outcomes: OutcomeCounts,
}

/// Taps by the outcome of their reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// The reply is legal.
    pub legal: u64,
    /// The reply is illegal, and the user sees the notice.
    pub illegal: u64,
    /// The developer's own server was late or failed, and the default went out.
    pub server_failed: u64,
    /// Refused, or without a reply.
    pub unanswered: u64,
}

/// The captured taps on menu buttons, by kind and key.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    counts: HashMap<(String, String), TapCount>,
}

/// The state of one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonState {
    /// Seen, and answered legally every time.
    Seen,
    /// Seen, and some replies were illegal, late or missing.
    SeenWithFaults,
    /// It pushes, and no push of it was captured.
    NeverSeen,
    /// WeChat answers by itself, or other buttons rise from it.
    CannotBeSeen,
}

impl ButtonState {
    /// The spelling in JSON, and the end of its locale key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::SeenWithFaults => "seen-with-faults",
            Self::NeverSeen => "never-seen",
            Self::CannotBeSeen => "cannot-be-seen",
        }
    }
}

/// One button with its taps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonCoverage {
    /// The index of the menu in [`MenuFile::menus`].
    pub menu: usize,
    /// The button's path, as in `2.1`.
    pub path: String,
    /// Its state.
    pub state: ButtonState,
    /// Its taps.
    pub taps: TapCount,
}

/// A key that arrives and is in no button: one of a former menu, most often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayKey {
    /// The kind of its events.
    pub kind: String,
    /// The `EventKey`.
    pub key: String,
    /// Its taps.
    pub taps: TapCount,
}

/// The buttons of a file beside the captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Every button, in the order of the file.
    pub buttons: Vec<ButtonCoverage>,
    /// Keys that are in no button, the newest first.
    pub stray: Vec<StrayKey>,
}

impl Taps {
    /// Counts the captures that match a filter.
    pub fn count(reader: &Reader, filter: &Filter) -> Result<Self, StoreError> {
        let mut taps = Self::default();
        let mut scan = Scan::new(filter, reader.newest()?);
        loop {
            let chunk = reader.step(&mut scan)?;
            for row in reader.page(&chunk.ids)? {
                taps.add(&row);
            }
            if chunk.finished {
                return Ok(taps);
            }
        }
    }

    fn add(&mut self, row: &CaptureSummary) {
        let Some(key) = row.event_key.as_deref().filter(|_| MENU_EVENTS.contains(&row.kind.as_str())) else { return };
        let taps = self.counts.entry((row.kind.clone(), key.to_owned())).or_default();
        taps.count += 1;
        taps.last = taps.last.max(Some(row.received_at));
        let outcomes = &mut taps.outcomes;
        *match &row.reply {
            Some(reply) => outcomes.of(reply),
            None => &mut outcomes.unanswered,
        } += 1;
    }

    fn of(&self, kind: &str, key: &str) -> TapCount {
        self.counts.get(&(kind.to_owned(), key.to_owned())).cloned().unwrap_or_default()
    }
}

impl OutcomeCounts {
    fn of(&mut self, reply: &ReplySummary) -> &mut u64 {
        let is_whole =
            reply.end == ReplyEnd::Answered && reply.status.is_some_and(|status| (200..300).contains(&status));
        if matches!(reply.forward, Some(ForwardState::Late | ForwardState::Failed)) {
            return &mut self.server_failed;
        }
        match (is_whole, reply.severity) {
            (false, _) => &mut self.unanswered,
            (true, Some(Severity::Error)) => &mut self.illegal,
            (true, _) => &mut self.legal,
        }
    }
}

impl Coverage {
    /// Lays the buttons of a file beside the taps.
    pub fn of(file: &MenuFile, taps: &Taps) -> Self {
        let mut buttons = Vec::new();
        let mut known: Vec<(&str, &str)> = Vec::new();
        for (menu, definition) in file.menus().enumerate() {
            for (path, button) in definition.all_buttons() {
                let (state, taps) = match button.push() {
                    None => (ButtonState::CannotBeSeen, TapCount::default()),
                    Some(push) => {
                        known.push((push.kind, push.key));
                        let taps = taps.of(push.kind, push.key);
                        (taps.state(), taps)
                    }
                };
                buttons.push(ButtonCoverage { menu, path, state, taps });
            }
        }
        let stray = taps.counts.iter().filter(|((kind, key), _)| !known.contains(&(kind, key)));
        let stray =
            stray.map(|((kind, key), taps)| StrayKey { kind: kind.clone(), key: key.clone(), taps: taps.clone() });
        let mut stray: Vec<StrayKey> = stray.collect();
        stray.sort_by(|one, other| {
            (other.taps.last, &one.kind, &one.key).cmp(&(one.taps.last, &other.kind, &other.key))
        });
        Self { buttons, stray }
    }

    /// Tells whether every button that pushes was seen.
    pub fn is_complete(&self) -> bool {
        self.buttons.iter().all(|button| button.state != ButtonState::NeverSeen)
    }
}

impl TapCount {
    fn state(&self) -> ButtonState {
        match (self.count, self.count == self.outcomes.legal) {
            (0, _) => ButtonState::NeverSeen,
            (_, true) => ButtonState::Seen,
            (_, false) => ButtonState::SeenWithFaults,
        }
    }
}
