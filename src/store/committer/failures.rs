//! The log of failing commits: one line when they begin to fail and one when they work again, however many fail.

use std::mem::{Discriminant, discriminant};

use crate::log_throttle::LogThrottle;
use crate::store::error::StoreError;

/// The current failure of commits, if any, and the lines that the log has of it.
#[derive(Debug, Default)]
pub(super) struct CommitFailures {
    kind: Option<Discriminant<StoreError>>,
    /// The kind in the last line; the same kind again, after commits have worked in between, is throttled.
    logged: Option<Discriminant<StoreError>>,
    throttle: LogThrottle,
    /// The log has a line that commits fail, and is to get one that they work again.
    is_logged: bool,
    /// Captures that could not be stored since commits began to fail.
    refused: u64,
}

impl CommitFailures {
    /// Counts a failed commit with so many captures.
    pub(super) fn note_failure(&mut self, error: &StoreError, captures: usize) {
        let kind = Some(discriminant(error));
        if self.kind != kind {
            let is_due = self.throttle.count().is_some();
            if is_due || self.logged != kind {
                tracing::error!("{error}");
                (self.logged, self.is_logged) = (kind, true);
            }
            self.kind = kind;
        }
        self.refused += captures as u64;
    }

    /// Notes that a commit with captures has worked.
    pub(super) fn note_success(&mut self) {
        if self.kind.take().is_none() {
            return;
        }
        let refused = std::mem::take(&mut self.refused);
        if std::mem::take(&mut self.is_logged) {
            tracing::warn!("events can be stored again; {refused} could not be, and were answered 503");
        }
    }
}
