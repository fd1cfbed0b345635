//! The order in which events are given out: by number, each once its answer is recorded or will never be.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::capture::CaptureId;
use crate::store::Arrival;

/// The time for which an open event makes those after it wait. An answer leaves within five seconds, and its record follows:
/// what is open for longer was left open by a process that died.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// The events that are stored and not given out yet.
#[derive(Debug, Default)]
pub(super) struct Settling {
    /// The newest event that was noted.
    newest: i64,
    /// By number; each with the time at which it is given out regardless, `None` once its answer is recorded.
    waiting: BTreeMap<CaptureId, Option<Instant>>,
}

impl Settling {
    /// Begins after this number.
    pub(super) fn after(newest: i64) -> Self {
        Self { newest, waiting: BTreeMap::new() }
    }

    /// The newest event that was noted.
    pub(super) fn newest(&self) -> CaptureId {
        CaptureId(self.newest)
    }

    /// Notes that an event is stored. `left_open`: up to this number, what is open was left so by a process that died.
    pub(super) fn note(&mut self, arrival: &Arrival, left_open: i64, (now, clock): (Instant, Timestamp)) {
        self.newest = self.newest.max(arrival.id.0);
        let until = (!arrival.is_answered).then(|| {
            if arrival.id.0 <= left_open {
                return now;
            }
            // A clock that was set back makes an age negative: then it counts from now.
            let age = Duration::try_from(clock.duration_since(arrival.received_at)).unwrap_or_default();
            now + PATIENCE.saturating_sub(age)
        });
        self.waiting.insert(arrival.id, until);
    }

    /// Notes the newest number: what lies between it and the last event was removed.
    pub(super) fn note_newest(&mut self, newest: CaptureId) {
        self.newest = self.newest.max(newest.0);
    }

    /// Events whose answer was not recorded when they were last looked at.
    pub(super) fn open(&self) -> Vec<CaptureId> {
        self.waiting.iter().filter(|(_, until)| until.is_some()).map(|(id, _)| *id).collect()
    }

    /// Notes that these are answered, or gone.
    pub(super) fn note_settled(&mut self, ids: &[CaptureId]) {
        for id in ids {
            if let Some(until) = self.waiting.get_mut(id) {
                *until = None;
            }
        }
    }

    /// Takes the events that are due, in order.
    pub(super) fn settle(&mut self, now: Instant) -> Vec<CaptureId> {
        let mut due = Vec::new();
        while let Some(first) = self.waiting.first_entry() {
            if first.get().is_some_and(|until| until > now) {
                break;
            }
            due.push(*first.key());
            first.remove();
        }
        due
    }

    /// The number up to which everything is settled.
    pub(super) fn position(&self) -> i64 {
        self.waiting.first_key_value().map_or(self.newest, |(first, _)| first.0 - 1)
    }

    /// The time at which the first event is given out regardless.
    pub(super) fn gives_up_at(&self) -> Option<Instant> {
        self.waiting.first_key_value().and_then(|(_, until)| *until)
    }

    /// The events after `id` that are not settled, in order.
    pub(super) fn waiting_after(&self, id: i64) -> Vec<CaptureId> {
        self.waiting.range(CaptureId(id + 1)..).map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(id: i64, is_answered: bool, received_at: Timestamp) -> Arrival {
        Arrival { id: CaptureId(id), received_at, is_answered }
    }

    fn ids(ids: &[i64]) -> Vec<CaptureId> {
        ids.iter().map(|id| CaptureId(*id)).collect()
    }

    #[test]
    fn an_open_event_makes_those_after_it_wait_until_it_is_answered() {
        let (now, clock) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let mut settling = Settling::after(10);
        for (id, is_answered) in [(11, true), (12, false), (13, true), (14, false)] {
            settling.note(&arrival(id, is_answered, clock), 10, (now, clock));
        }
        assert_eq!((settling.settle(now), settling.position()), (ids(&[11]), 11));
        assert_eq!((settling.open(), settling.waiting_after(12)), (ids(&[12, 14]), ids(&[13, 14])));
        settling.note_settled(&ids(&[12]));
        assert_eq!((settling.settle(now), settling.position()), (ids(&[12, 13]), 13));
        assert_eq!(settling.gives_up_at(), Some(now + PATIENCE));
        assert!(settling.settle(now + PATIENCE.saturating_sub(Duration::from_millis(1))).is_empty());
        assert_eq!((settling.settle(now + PATIENCE), settling.position()), (ids(&[14]), 14));
        assert_eq!(settling.newest(), CaptureId(14));
    }

    #[test]
    fn an_event_that_a_dead_process_left_open_keeps_nobody_waiting() {
        let (now, clock) = (Instant::now(), "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap());
        let ago = |seconds| clock - jiff::SignedDuration::from_secs(seconds);
        let mut settling = Settling::after(0);
        settling.note(&arrival(1, false, clock), 1, (now, clock));
        settling.note(&arrival(2, false, ago(60)), 1, (now, clock));
        assert_eq!(settling.settle(now), ids(&[1, 2]), "of an earlier run, and of a minute ago");
        settling.note(&arrival(3, false, ago(10)), 1, (now, clock));
        settling.note(&arrival(4, false, ago(-3600)), 1, (now, clock));
        assert_eq!(settling.gives_up_at(), Some(now + Duration::from_secs(5)));
        assert_eq!(settling.settle(now + Duration::from_secs(5)), ids(&[3]));
        assert_eq!(settling.settle(now + PATIENCE), ids(&[4]), "a clock that was set back holds nothing up for longer");
    }

    #[test]
    fn numbers_that_are_gone_are_passed_over() {
        let mut settling = Settling::after(0);
        settling.note_newest(CaptureId(7));
        assert_eq!((settling.position(), settling.settle(Instant::now())), (7, Vec::new()));
    }
}
