//! The pace of notifications: one a second at most, the events in between counted in the next.

use std::time::{Duration, Instant};

use crate::capture::CaptureId;

/// The shortest time between two notifications.
const APART: Duration = Duration::from_secs(1);

/// Events that wait to be told of.
#[derive(Debug, Default)]
pub(super) struct NotificationPace {
    shown_at: Option<Instant>,
    newest: Option<CaptureId>,
    waiting: u64,
}

impl NotificationPace {
    /// Adds events.
    pub(super) fn note(&mut self, ids: &[CaptureId]) {
        self.waiting += ids.len() as u64;
        self.newest = self.newest.max(ids.iter().copied().max());
    }

    /// The newest event and the number of those that wait, if a notification is due now. It counts as shown.
    pub(super) fn due(&mut self, now: Instant) -> Option<(CaptureId, u64)> {
        let is_too_soon = self.shown_at.is_some_and(|shown_at| now.saturating_duration_since(shown_at) < APART);
        let newest = self.newest.filter(|_| !is_too_soon)?;
        let waiting = self.waiting;
        *self = Self { shown_at: Some(now), newest: None, waiting: 0 };
        Some((newest, waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_second_at_most_and_the_rest_is_counted_in_the_next() {
        let mut pace = NotificationPace::default();
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        assert_eq!(pace.due(after(0)), None);
        pace.note(&[CaptureId(1)]);
        assert_eq!(pace.due(after(10)), Some((CaptureId(1), 1)));
        pace.note(&[CaptureId(3), CaptureId(2)]);
        pace.note(&[CaptureId(4)]);
        assert_eq!(pace.due(after(900)), None);
        assert_eq!(pace.due(after(1_010)), Some((CaptureId(4), 3)));
        assert_eq!(pace.due(after(5_000)), None, "nothing is told of twice");
        let told: u64 = (0..10_000)
            .filter_map(|ms| {
                pace.note(&[CaptureId(5 + ms)]);
                pace.due(after(10_000 + ms as u64))
            })
            .map(|(_, count)| count)
            .sum();
        assert!((9_000..=10_000).contains(&told), "{told}");
    }
}
