//! The pace of a run: the times at which its requests are due.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// The pace of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// As fast as the target answers, a few at a time.
    #[default]
    Fast,
    /// Each after the answer to the one before, for events whose order matters.
    InTurn,
    /// At a fixed rate, in events a second.
    PerSecond(f64),
    /// As they were captured, faster or slower by a factor.
    Original {
        /// 1 is as captured.
        speed: f64,
    },
}

/// The events in flight if only the target sets the pace: enough to keep it busy without a flood.
const FAST_IN_FLIGHT: usize = 8;

/// The events in flight if a clock sets the pace: a target that takes its five seconds must not slow it down at once.
const TIMED_IN_FLIGHT: usize = 256;

/// The delay that is caught up with: timers are late by a millisecond or so, which would add up. A longer one, as after a
/// pause, is not, since a flood would follow.
const CATCH_UP: Duration = Duration::from_millis(100);

/// The longest wait for one event: beyond it an `Instant` could overflow.
const LONGEST: Duration = Duration::from_hours(24 * 365);

impl Pace {
    /// The most events in flight at once.
    pub(super) fn in_flight(self) -> usize {
        match self {
            Self::Fast => FAST_IN_FLIGHT,
            Self::InTurn => 1,
            Self::PerSecond(_) | Self::Original { .. } => TIMED_IN_FLIGHT,
        }
    }

    /// The time between two events.
    fn gap(self, earlier: Timestamp, later: Timestamp) -> Duration {
        let seconds = match self {
            Self::Fast | Self::InTurn => 0.0,
            Self::PerSecond(rate) => rate.recip(),
            Self::Original { speed } => later.duration_since(earlier).as_secs_f64() / speed,
        };
        // Events that were captured out of order follow at once.
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST).min(LONGEST)
    }
}

/// The times at which a run's events are due.
#[derive(Debug)]
pub(super) struct Schedule {
    pace: Pace,
    /// The time at which the previous event was due, and the time of its capture.
    last: Option<(Instant, Timestamp)>,
}

impl Schedule {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, last: None }
    }

    /// The time at which an event captured at that time is due.
    pub(super) fn due(&self, captured: Timestamp, now: Instant) -> Instant {
        match self.last {
            None => now,
            Some((last, earlier)) => {
                let oldest = now.checked_sub(CATCH_UP).unwrap_or(now);
                (last + self.pace.gap(earlier, captured)).max(oldest)
            }
        }
    }

    /// Records that an event was sent.
    pub(super) fn sent(&mut self, due: Instant, captured: Timestamp) {
        self.last = Some((due, captured));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_gaps_are_those_that_were_asked_for() {
        let gap = |pace: Pace| pace.gap(at(100), at(130)).as_millis();
        assert_eq!(gap(Pace::Fast), 0);
        assert_eq!(gap(Pace::PerSecond(50.0)), 20);
        assert_eq!(gap(Pace::Original { speed: 1.0 }), 30_000);
        assert_eq!(gap(Pace::Original { speed: 60.0 }), 500);
        assert_eq!(Pace::Original { speed: 1.0 }.gap(at(130), at(100)), Duration::ZERO);
        assert_eq!(Pace::Original { speed: 0.0 }.gap(at(100), at(130)), LONGEST);
    }

    #[test]
    fn a_late_timer_is_caught_up_with_and_a_pause_is_not() {
        let now = Instant::now() + Duration::from_secs(1000);
        let mut schedule = Schedule::new(Pace::PerSecond(100.0));
        assert_eq!(schedule.due(at(0), now), now);
        schedule.sent(now, at(0));
        let millis = Duration::from_millis;
        assert_eq!(schedule.due(at(0), now + millis(2)), now + millis(10));
        assert_eq!(schedule.due(at(0), now + millis(25)), now + millis(10));
        let after_a_pause = now + Duration::from_mins(1);
        assert_eq!(schedule.due(at(0), after_a_pause), after_a_pause - CATCH_UP);
    }
}
