//! State of the detail that outlives the event it shows: the part that the keys turned to, and the views of its panes.

use super::mends::AccountFinding;
use super::picture_cache::PictureCache;
use crate::capture::CaptureId;
use crate::capture::diagnosis::Code;
use crate::ui::action::{BytesView, DetailPart};

/// The payload that the bytes show of an encrypted push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BytesSource {
    /// The message, decrypted in safe and compat mode.
    #[default]
    Message,
    /// The body of the request as received.
    Body,
}

/// State of the detail's panes.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each pane and part is shown or not by itself")]
pub(crate) struct DetailView {
    part: DetailPart,
    /// Set until the part has been scrolled to.
    to_reveal: bool,
    /// The event that is shown, by its first attempt.
    shown: Option<CaptureId>,
    /// Set until the scroll of an event that has just been opened is at its top.
    to_top: bool,
    pub(crate) bytes: BytesView,
    pub(super) source: BytesSource,
    /// Set if white space and `CDATA` are made visible.
    pub(super) shows_space: bool,
    /// Set if attempts and replays have the second column, where there is room for one.
    pub(crate) shows_beside: bool,
    /// Set if the timeline of attempts is unfolded below the reply, where there is no room for a second column.
    pub(super) shows_attempts: bool,
    /// Set until the timeline that was unfolded has been scrolled to.
    to_reveal_attempts: bool,
    /// Set while there is room for a second column.
    pub(crate) is_wide: bool,
    /// Set while there is no room for list and detail side by side.
    pub(crate) is_stacked: bool,
    /// Set if the detail stands in place of the list while there is no room for both.
    pub(crate) covers_list: bool,
    /// Set while a reply is being written: it stands above what it is about.
    pub(super) answers_first: bool,
    /// Set if a button of the menu on the board pushes the event's kind and key.
    pub(crate) is_in_menu: bool,
    pub(crate) pictures: PictureCache,
    /// Banners of accounts that were dismissed in this session.
    dismissed: Vec<(String, Code)>,
}

impl DetailView {
    /// The part that the keys turned to last.
    pub(crate) fn part(&self) -> DetailPart {
        self.part
    }

    /// Starts at the top, as for another event.
    pub(crate) fn begin(&mut self) {
        (self.part, self.to_reveal) = (DetailPart::default(), false);
    }

    /// Notes the event that is shown: another one than before begins at its top.
    pub(super) fn open(&mut self, event: CaptureId) {
        self.to_top |= self.shown.replace(event) != Some(event);
    }

    /// Returns true, once, if the scroll is to be at its top.
    pub(super) fn takes_top(&mut self) -> bool {
        std::mem::take(&mut self.to_top)
    }

    /// Shows a part: scrolls to it, or opens its pane.
    pub(crate) fn show(&mut self, part: DetailPart) {
        (self.part, self.to_reveal) = (part, true);
        self.shows_beside |= part == DetailPart::Replays;
    }

    /// Shows the attempts, or folds them again: in the second column where there is room for one.
    pub(super) fn toggle_attempts(&mut self) {
        if self.is_wide {
            self.shows_beside = !self.shows_beside;
        } else {
            self.shows_attempts = !self.shows_attempts;
            self.to_reveal_attempts = self.shows_attempts;
        }
    }

    /// Returns true, once, if the attempts are to be scrolled to.
    pub(super) fn takes_attempts(&mut self) -> bool {
        std::mem::take(&mut self.to_reveal_attempts)
    }

    /// Turns to a neighbouring part; the first follows the last.
    pub(crate) fn turn(&mut self, by: i8) {
        let count = DetailPart::ALL.len() as i8;
        let at = DetailPart::ALL.iter().position(|part| *part == self.part).unwrap_or(0) as i8;
        self.show(DetailPart::ALL[(at + by).rem_euclid(count) as usize]);
    }

    /// Dismisses the banner of an account for this session.
    pub(crate) fn dismiss(&mut self, finding: &AccountFinding) {
        let (account, code) = finding.key();
        self.dismissed.push((account.to_owned(), code));
    }

    /// Returns true if that banner was dismissed.
    pub(crate) fn is_dismissed(&self, finding: &AccountFinding) -> bool {
        let (account, code) = finding.key();
        self.dismissed.iter().any(|(other, dismissed)| other == account && *dismissed == code)
    }

    /// Returns true, once, if that part is to be scrolled to.
    pub(super) fn takes_reveal(&mut self, part: DetailPart) -> bool {
        self.part == part && std::mem::take(&mut self.to_reveal)
    }
}
