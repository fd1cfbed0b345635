//! Notices about removed events and about maintenance of the database, as the state takes them in.

use super::State;
use crate::engine::{Notice, UpkeepDone};
use crate::texts::safe_text::{grouped, safe_text};
use crate::ui::look::Look;
use crate::ui::widgets::quantities::size;

impl State {
    /// Takes in the result of a removal or of maintenance.
    pub(super) fn absorb_upkeep(&mut self, notice: Notice, look: &Look, now: f64) {
        match notice {
            Notice::Removed { removal, events } => {
                self.removals.removed(removal);
                let words = look.filled("removing.removed", &[("count", &grouped(events))]);
                self.notices.undoable(words, now);
            }
            Notice::Restored { events } => {
                self.notices.good(look.filled("removing.restored", &[("count", &grouped(events))]), now);
            }
            Notice::LookedAfter { done: UpkeepDone::Counted(stats) } => self.settings.counted(stats),
            Notice::LookedAfter { done: UpkeepDone::Checked(problems) } => match problems.first() {
                None => self.notices.good(look.text("removing.upkeep.sound").into_owned(), now),
                Some(first) => {
                    let count = problems.len().to_string();
                    let words =
                        look.filled("removing.upkeep.damaged", &[("count", &count), ("first", &safe_text(first))]);
                    self.notices.warning(words, now);
                }
            },
            Notice::LookedAfter { done: UpkeepDone::Compacted { before, after } } => {
                let sizes = [("before", &*size(before)), ("after", &*size(after))];
                self.notices.good(look.filled("removing.upkeep.compacted", &sizes), now);
            }
            Notice::LookedAfter { done: UpkeepDone::BackedUp { path } } => {
                let path = safe_text(&path.display().to_string()).into_owned();
                self.notices.good(look.filled("removing.upkeep.backed_up", &[("path", &path)]), now);
            }
            _ => {}
        }
    }
}
