//! Times that were measured, in few numbers.
#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "each bench uses a part of it")]

use std::time::Duration;

/// The one in the middle.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The one in the middle, the one that a hundredth is above, and the longest.
pub fn percentiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]]
}
