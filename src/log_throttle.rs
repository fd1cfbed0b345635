//! What may happen often and is worth a line: said at once, then seldom, with how often it has happened.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines about the same.
const PAUSE: Duration = Duration::from_secs(10);

/// Counts something that may happen often.
#[derive(Debug, Default)]
pub struct LogThrottle {
    /// When it was said last, and how often it has happened in all; held for an addition.
    state: Mutex<(Option<Instant>, u64)>,
}

impl LogThrottle {
    /// It has happened: how often by now, where that is to be said.
    pub fn count(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += 1;
        if state.0.is_some_and(|said| said.elapsed() < PAUSE) {
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
    fn the_first_is_said_and_a_flood_is_not() {
        let seldom = LogThrottle::default();
        assert_eq!([(); 1000].map(|()| seldom.count()).into_iter().flatten().collect::<Vec<_>>(), [1]);
    }
}
