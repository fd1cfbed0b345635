//! `[retention]`: how much is kept, for whoever wants less than everything.

use std::time::Duration;

use serde::Deserialize;

use super::bounds::limit;

/// Limits beyond which the oldest events are removed; what is left out is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// No event is kept for longer, in days.
    #[serde(deserialize_with = "limit")]
    pub days: Option<u32>,
    /// No more events are kept.
    #[serde(deserialize_with = "limit")]
    pub events: Option<u64>,
    /// The database gets no larger, in MiB.
    #[serde(deserialize_with = "limit")]
    pub size_mib: Option<u64>,
}

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

impl RetentionConfig {
    /// The longest that an event is kept.
    pub fn age(&self) -> Option<Duration> {
        self.days.map(|days| Duration::from_secs(u64::from(days) * DAY))
    }

    /// The largest that the database gets, in bytes.
    pub fn size(&self) -> Option<u64> {
        self.size_mib.map(|mib| mib.saturating_mul(1 << 20))
    }
}
