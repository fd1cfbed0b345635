//! Taps by kind and key: from the store's summary, or by a walk through the captures that match a filter.

use std::collections::HashMap;

use jiff::Timestamp;

use super::ButtonState;
use crate::capture::{CaptureId, CaptureSummary};
use crate::filter::{Expr, Filter, State, Term};
use crate::store::{Reader, Scan, StoreError, TapOutcome, TapSum};
use crate::wechat::kind::MENU_EVENTS;

/// The taps with one kind and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TapCount {
    /// All of them. The retries of a tap are no taps of their own, and what nobody vouches for is none.
    pub count: u64,
    /// The newest one's time.
    pub last: Option<Timestamp>,
    /// The newest one's outcome; of several at the same time, the worst.
    pub last_outcome: Option<TapOutcome>,
    /// Those by outcome.
    pub outcomes: OutcomeCounts,
}

/// Taps by the outcome of their reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// The reply is legal.
    pub legal: u64,
    /// The reply is illegal, and the user sees the notice.
    pub illegal: u64,
    /// The developer's own server was late or failed, and the default went out.
    pub server_failed: u64,
    /// Refused, or without a reply.
    pub unanswered: u64,
}

/// The captured taps on menu buttons, by kind and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taps {
    counts: HashMap<(String, String), TapCount>,
    /// The number of keys that are not among the counts.
    pub(super) uncounted: usize,
}

impl Taps {
    /// Counts the taps on these kinds and keys, and on the `most_others` other keys that were tapped last; of one account,
    /// or of all.
    pub fn summed(
        reader: &Reader,
        wanted: &[(&str, &str)],
        most_others: usize,
        account: Option<&str>,
    ) -> Result<Self, StoreError> {
        let found = reader.taps(wanted, most_others, account)?;
        let mut taps = Self::default();
        for TapSum { kind, key, outcome, taps: count, last } in found.sums {
            taps.counts.entry((kind, key)).or_default().add(count, last, outcome);
        }
        let counted = taps.others(wanted).count();
        taps.uncounted = found.others.saturating_sub(counted);
        Ok(taps)
    }

    /// Counts the captures that match a filter, by a look at each of them. What is no tap of a person counts only where the
    /// filter asks about its like: our own replays and probes, retries, and what has no valid signature.
    pub fn walk(reader: &Reader, filter: &Filter) -> Result<Self, StoreError> {
        let mut taps = Self::default();
        let asked = AskedAbout::of(&filter.expr);
        let mut scan = Scan::new(filter, reader.newest()?);
        loop {
            let chunk = reader.step(&mut scan)?;
            let ids: Vec<CaptureId> = chunk.ids.iter().collect();
            let tapped = reader.taps_among(&ids)?;
            for row in reader.page(&ids)? {
                if tapped.contains(&row.placement.id) || asked.counts(&row) {
                    taps.add(&row);
                }
            }
            if chunk.finished {
                return Ok(taps);
            }
        }
    }

    fn add(&mut self, row: &CaptureSummary) {
        let Some(key) = row.event_key.as_deref().filter(|_| MENU_EVENTS.contains(&row.kind.as_str())) else { return };
        let taps = self.counts.entry((row.kind.clone(), key.to_owned())).or_default();
        taps.add(1, row.received_at, TapOutcome::of(row.reply.as_ref()));
    }

    /// The taps with this kind and key.
    pub fn of(&self, kind: &str, key: &str) -> TapCount {
        self.counts.get(&(kind.to_owned(), key.to_owned())).cloned().unwrap_or_default()
    }

    /// The kinds and keys that are not among these, which are sorted.
    pub(super) fn others<'t>(
        &'t self,
        known: &'t [(&str, &str)],
    ) -> impl Iterator<Item = (&'t str, &'t str, &'t TapCount)> {
        let all = self.counts.iter().map(|((kind, key), taps)| (&**kind, &**key, taps));
        all.filter(|(kind, key, _)| known.binary_search(&(kind, key)).is_err())
    }
}

/// The captures beside a person's taps that a filter asks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct AskedAbout {
    replays: bool,
    retries: bool,
    signatures: bool,
}

impl AskedAbout {
    /// Those whose terms stand anywhere in an expression.
    fn of(expr: &Expr) -> Self {
        match expr {
            Expr::All => Self::default(),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().map(Self::of).fold(Self::default(), Self::or),
            Expr::Not(inner) => Self::of(inner),
            Expr::Term(term) => Self {
                replays: matches!(term, Term::Is(State::Replay)),
                retries: matches!(term, Term::Attempt(_)),
                signatures: matches!(term, Term::Signature(_)),
            },
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            replays: self.replays || other.replays,
            retries: self.retries || other.retries,
            signatures: self.signatures || other.signatures,
        }
    }

    /// Tells whether everything that keeps a capture from being a tap was asked about, and anything was.
    fn counts(self, row: &CaptureSummary) -> bool {
        let is_retry = row.placement.attempt > 1 && !row.replay;
        let is_refused = row.signature.is_refused() && !row.replay;
        let is_of_those = row.replay || is_retry || is_refused;
        let is_asked = (self.replays || !row.replay) && (self.retries || !is_retry);
        is_of_those && is_asked && (self.signatures || !is_refused)
    }
}

impl TapCount {
    pub(super) fn add(&mut self, count: u64, last: Timestamp, outcome: TapOutcome) {
        self.count += count;
        (self.last, self.last_outcome) = (self.last, self.last_outcome).max((Some(last), Some(outcome)));
        *self.outcomes.of_mut(outcome) += count;
    }

    pub(super) fn state(&self) -> ButtonState {
        match (self.count, self.count == self.outcomes.legal) {
            (0, _) => ButtonState::NeverSeen,
            (_, true) => ButtonState::Seen,
            (_, false) => ButtonState::SeenWithFaults,
        }
    }
}

impl OutcomeCounts {
    fn of_mut(&mut self, outcome: TapOutcome) -> &mut u64 {
        match outcome {
            TapOutcome::Legal => &mut self.legal,
            TapOutcome::Illegal => &mut self.illegal,
            TapOutcome::ServerFailed => &mut self.server_failed,
            TapOutcome::Unanswered => &mut self.unanswered,
        }
    }

    /// The number with that outcome.
    pub fn of(&self, outcome: TapOutcome) -> u64 {
        match outcome {
            TapOutcome::Legal => self.legal,
            TapOutcome::Illegal => self.illegal,
            TapOutcome::ServerFailed => self.server_failed,
            TapOutcome::Unanswered => self.unanswered,
        }
    }
}
