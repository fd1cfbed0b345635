//! Throttled log lines for events that may come in floods: the first at once, then one every 10 s with the count.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The least time between two lines about the same event.
const PAUSE: Duration = Duration::from_secs(10);

/// Counts one kind of event and decides when it is worth a log line.
#[derive(Debug, Default)]
pub struct LogThrottle {
    /// The time of the last line and the number of events so far. The lock is held for an addition.
    state: Mutex<(Option<Instant>, u64)>,
}

impl LogThrottle {
    /// Counts an event. Returns the number so far if a line is due.
    pub fn count(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += 1;
        if state.0.is_some_and(|logged| logged.elapsed() < PAUSE) {
            return None;
        }
        state.0 = Some(Instant::now());
        Some(state.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_logged_and_a_flood_is_not() {
        let throttle = LogThrottle::default();
        assert_eq!([(); 1000].map(|()| throttle.count()).into_iter().flatten().collect::<Vec<_>>(), [1]);
    }
}
