//! Timestamps for requests without a date: the file's modification time.

use jiff::{SignedDuration, Timestamp};

/// The times of one file's requests.
pub(in crate::exchange) struct UndatedTimes {
    modified: Timestamp,
    count: i64,
}

impl UndatedTimes {
    /// Begins with the modification time of the file.
    pub(in crate::exchange) fn since(modified: Timestamp) -> Self {
        Self { modified, count: 0 }
    }

    /// The next time, a microsecond later: two requests that are alike remain two.
    pub(in crate::exchange) fn next(&mut self) -> Timestamp {
        let time = self.modified.saturating_add(SignedDuration::from_micros(self.count)).unwrap_or(self.modified);
        self.count += 1;
        time
    }
}
