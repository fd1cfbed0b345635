//! The marks that a team adds to an event: the relay it came from, and the desktop whose tap it is.

use serde::{Deserialize, Serialize};

/// The event that a relay captured, by the relay's name and the event's number there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventOrigin {
    pub relay: String,
    pub id: i64,
}

/// The team's marks of an event; both are empty where no team has to do with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamMark {
    /// The place of capture; `None` for what was captured here.
    pub origin: Option<EventOrigin>,
    /// The desktop that had claimed the user when the event arrived, and that answered for it or was asked to.
    pub claimed: Option<String>,
}

impl TeamMark {
    /// Tells whether there is nothing to record.
    pub fn is_empty(&self) -> bool {
        self.origin.is_none() && self.claimed.is_none()
    }
}
