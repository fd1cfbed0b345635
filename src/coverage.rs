//! Coverage of a menu: how often each button was seen in the captures, with which outcomes, and keys that are in no button.
//!
//! - `tap_counts`: taps by kind and key, from the store's summary, or by a walk through what a filter finds
//! - `menu_history`: the menus that were in force, as far as they were kept

use crate::filter::{Expr, Filter, Term};
use crate::store::{Reader, StoreError};
use crate::wechat::custom_menu::MenuFile;

mod menu_history;
mod tap_counts;

pub use menu_history::{DatedMenu, ForceReason, FormerButton, MenuHistory, MenuInForce, TapMoment};
pub use tap_counts::{OutcomeCounts, TapCount, Taps};

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
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Seen, Self::SeenWithFaults, Self::NeverSeen, Self::CannotBeSeen];

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
    /// The button that had it in a menu that was kept.
    pub former: Option<FormerButton>,
}

/// The buttons of a file beside the captures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every button, in the order of the file.
    pub buttons: Vec<ButtonCoverage>,
    /// Keys that are in no button, the newest first; not all of them where a limit was given.
    pub stray: Vec<StrayKey>,
    /// The number of all keys that are in no button.
    pub stray_keys: usize,
}

impl Coverage {
    /// Counts the taps of each button among the captures that match a filter, and of the `most_stray` newest keys that are in
    /// no button. Without a filter, or with an account alone, the store's summary tells them.
    pub fn read(reader: &Reader, file: &MenuFile, filter: &Filter, most_stray: usize) -> Result<Self, StoreError> {
        let taps = match &filter.expr {
            Expr::All => Taps::summed(reader, &pushes(file), most_stray, None)?,
            Expr::Term(Term::Account(name)) => Taps::summed(reader, &pushes(file), most_stray, Some(name))?,
            _ => Taps::walk(reader, filter)?,
        };
        let mut coverage = Self::of(file, &taps);
        coverage.stray.truncate(most_stray);
        Ok(coverage)
    }

    /// Lays the buttons of a file beside the taps.
    pub fn of(file: &MenuFile, taps: &Taps) -> Self {
        let mut buttons = Vec::new();
        for (menu, definition) in file.menus().enumerate() {
            for (path, button) in definition.all_buttons() {
                let (state, taps) = match button.push() {
                    None => (ButtonState::CannotBeSeen, TapCount::default()),
                    Some(push) => {
                        let taps = taps.of(push.kind, push.key);
                        (taps.state(), taps)
                    }
                };
                buttons.push(ButtonCoverage { menu, path, state, taps });
            }
        }
        let known = pushes(file);
        let stray = taps.others(&known).map(|(kind, key, taps)| StrayKey {
            kind: kind.to_owned(),
            key: key.to_owned(),
            taps: taps.clone(),
            former: None,
        });
        let mut stray: Vec<StrayKey> = stray.collect();
        stray.sort_by(|one, other| {
            (other.taps.last, &one.kind, &one.key).cmp(&(one.taps.last, &other.kind, &other.key))
        });
        let stray_keys = taps.uncounted + stray.len();
        Self { buttons, stray, stray_keys }
    }

    /// Names the former buttons of the keys that are in no button.
    #[must_use]
    pub fn with_history(mut self, history: &MenuHistory) -> Self {
        for stray in &mut self.stray {
            stray.former = history.former_button(&stray.kind, &stray.key);
        }
        self
    }

    /// Tells whether every button that pushes was seen.
    pub fn is_complete(&self) -> bool {
        self.buttons.iter().all(|button| button.state != ButtonState::NeverSeen)
    }

    /// The number of buttons in that state.
    pub fn count_of(&self, state: ButtonState) -> usize {
        self.buttons.iter().filter(|button| button.state == state).count()
    }
}

/// The kinds and keys that the buttons of a file push.
fn pushes(file: &MenuFile) -> Vec<(&str, &str)> {
    let buttons = file.menus().flat_map(|menu| menu.all_buttons());
    let mut pushes: Vec<(&str, &str)> =
        buttons.filter_map(|(_, button)| button.push().map(|push| (push.kind, push.key))).collect();
    pushes.sort_unstable();
    pushes.dedup();
    pushes
}

#[cfg(test)]
mod tests;
