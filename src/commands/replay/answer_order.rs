//! The order of a run's answers: by event, whenever each came, so that two runs can be compared line by line.

use std::collections::{BTreeMap, HashMap};

use crate::capture::{CaptureId, StoredReplay};
use crate::replay::{Change, ReplayPlan};

/// So many answers wait for one before them; beyond that, an event that has gone meanwhile is no longer waited for.
const MOST_WAITING: usize = 1_024;

/// An answer that waits for its turn.
pub(super) struct WaitingAnswer {
    pub(super) stored: StoredReplay,
    /// `None` without anything to compare it with.
    pub(super) changes: Option<Vec<Change>>,
}

/// Puts answers into the order of the plan's events.
pub(super) struct AnswerOrder {
    /// The events, in the order of their answers.
    events: Vec<CaptureId>,
    places: HashMap<CaptureId, usize>,
    /// The number of answers to each event.
    each: usize,
    /// The place of the event whose answers are due.
    next: usize,
    waiting: BTreeMap<usize, Vec<WaitingAnswer>>,
    count: usize,
}

impl AnswerOrder {
    pub(super) fn new(plan: &ReplayPlan) -> Self {
        Self::of(plan.events.clone(), usize::try_from(plan.requests_each()).unwrap_or(usize::MAX))
    }

    fn of(events: Vec<CaptureId>, each: usize) -> Self {
        let places = events.iter().enumerate().map(|(place, event)| (*event, place)).collect();
        Self { events, places, each, next: 0, waiting: BTreeMap::new(), count: 0 }
    }

    /// Takes an answer; returns those whose turn it is now. An event is gone when `is_there` says so.
    pub(super) fn take(
        &mut self,
        stored: StoredReplay,
        changes: Option<Vec<Change>>,
        is_there: impl Fn(CaptureId) -> bool,
    ) -> Vec<WaitingAnswer> {
        let place = self.places.get(&stored.replayed.event).copied().unwrap_or(self.events.len());
        self.waiting.entry(place).or_default().push(WaitingAnswer { stored, changes });
        self.count += 1;
        let mut due = Vec::new();
        loop {
            if self.waiting.get(&self.next).is_some_and(|answers| answers.len() >= self.each) {
                due.extend(self.take_place(self.next));
            } else if self.count < MOST_WAITING || self.events.get(self.next).is_none_or(|event| is_there(*event)) {
                return due;
            } else {
                due.extend(self.take_place(self.next));
            }
            self.next += 1;
        }
    }

    /// All that waits, when no more answers come.
    pub(super) fn rest(&mut self) -> Vec<WaitingAnswer> {
        let places: Vec<usize> = self.waiting.keys().copied().collect();
        places.into_iter().flat_map(|place| self.take_place(place)).collect()
    }

    fn take_place(&mut self, place: usize) -> Vec<WaitingAnswer> {
        let mut answers = self.waiting.remove(&place).unwrap_or_default();
        self.count -= answers.len();
        answers.sort_by_key(|waiting| (waiting.stored.replayed.attempt, waiting.stored.replayed.copy));
        answers
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;
    use crate::capture::{ForwardProblem, Replay, ReplayId, ReplayObstacle, RunId, SentRequest, ServerAnswer, Verdict};

    fn answer(event: i64, attempt: u32) -> StoredReplay {
        let request =
            SentRequest { method: String::new(), target: String::new(), headers: Vec::new(), body: Bytes::new() };
        let why = ReplayObstacle::Unreadable;
        let replayed = Replay {
            run: RunId(1),
            event: CaptureId(event),
            attempt,
            copy: 1,
            sent_at: Timestamp::UNIX_EPOCH,
            request,
            answer: ServerAnswer::unsent(String::new(), ForwardProblem::Unmade { why }),
            message: None,
            verdict: Verdict::New,
            baseline: None,
            created: None,
        };
        StoredReplay { id: ReplayId(event), replayed }
    }

    fn numbers(answers: &[WaitingAnswer]) -> Vec<(i64, u32)> {
        answers.iter().map(|waiting| (waiting.stored.replayed.event.0, waiting.stored.replayed.attempt)).collect()
    }

    #[test]
    fn answers_come_out_by_event_whenever_they_came_in() {
        let mut order = AnswerOrder::of([3, 5, 8].map(CaptureId).to_vec(), 2);
        let mut take = |event, attempt| numbers(&order.take(answer(event, attempt), None, |_| true));
        assert_eq!(take(5, 1), []);
        assert_eq!(take(3, 2), []);
        assert_eq!(take(5, 2), []);
        assert_eq!(take(3, 1), [(3, 1), (3, 2), (5, 1), (5, 2)]);
        assert_eq!(take(8, 1), []);
        assert_eq!(numbers(&order.rest()), [(8, 1)]);
    }

    #[test]
    fn an_event_that_has_gone_is_not_waited_for_for_ever() {
        let most = i64::try_from(MOST_WAITING).unwrap();
        let mut order = AnswerOrder::of((0..=most).map(CaptureId).collect(), 1);
        let mut out = Vec::new();
        for event in 1..=most {
            out.extend(numbers(&order.take(answer(event, 1), None, |event| event != CaptureId(0))));
        }
        assert_eq!(out.len(), MOST_WAITING);
        assert_eq!(out.first(), Some(&(1, 1)));
    }
}
