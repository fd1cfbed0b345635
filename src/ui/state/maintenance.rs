//! Notices about removed events and about maintenance of the database, as the state takes them in.

use super::State;
use crate::engine::{MaintenanceNotice, MaintenanceOutcome, RetentionReport};
use crate::texts::safe_text::{grouped, safe_text};
use crate::ui::look::Look;
use crate::ui::widgets::quantities::size;

impl State {
    /// Takes note of a removal of events beyond the limits, which is said once.
    pub(crate) fn note_retention(&mut self, report: &RetentionReport, look: &Look, now: f64) {
        if self.removals.removed_beyond_limits(report.removal) {
            self.notices.undoable(look.trouble(&report.words()), now);
        }
    }

    /// Takes in what came of a removal, or of looking after the database.
    pub(super) fn absorb_maintenance(&mut self, notice: MaintenanceNotice, look: &Look, now: f64) {
        match notice {
            MaintenanceNotice::Removed { removal, events } => {
                self.removals.removed(removal);
                let words = look.filled("removing.removed", &[("count", &grouped(events))]);
                self.notices.undoable(words, now);
            }
            MaintenanceNotice::Restored { events } => {
                self.notices.good(look.filled("removing.restored", &[("count", &grouped(events))]), now);
            }
            MaintenanceNotice::Annotated { events, change } => self.annotated(events, &change, look, now),
            MaintenanceNotice::Finished { outcome: MaintenanceOutcome::Counted(stats) } => self.settings.counted(stats),
            MaintenanceNotice::Finished { outcome: MaintenanceOutcome::Checked(problems) } => match problems.first() {
                None => self.notices.good(look.text("removing.upkeep.sound").into_owned(), now),
                Some(first) => {
                    let count = problems.len().to_string();
                    let words =
                        look.filled("removing.upkeep.damaged", &[("count", &count), ("first", &safe_text(first))]);
                    self.notices.warning(words, now);
                }
            },
            MaintenanceNotice::Finished { outcome: MaintenanceOutcome::Compacted { before, after } } => {
                let sizes = [("before", &*size(before)), ("after", &*size(after))];
                self.notices.good(look.filled("removing.upkeep.compacted", &sizes), now);
            }
            MaintenanceNotice::Finished { outcome: MaintenanceOutcome::BackedUp { path } } => {
                let path = safe_text(&path.display().to_string()).into_owned();
                self.notices.good(look.filled("removing.upkeep.backed_up", &[("path", &path)]), now);
            }
        }
    }
}
