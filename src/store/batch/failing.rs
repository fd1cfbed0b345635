//! Commits that fail, as the log is told of them: once when it begins and once when it is over, however many there are.

use std::mem::{Discriminant, discriminant};

use crate::log_throttle::LogThrottle;
use crate::store::StoreError;

/// What fails, if something does.
#[derive(Debug, Default)]
pub(super) struct Failing {
    kind: Option<Discriminant<StoreError>>,
    /// What was said last; the same again, after it has worked in between, is said seldom.
    said: Option<Discriminant<StoreError>>,
    seldom: LogThrottle,
    /// Whether it has been said that it fails, so that it will be said that it works.
    is_said: bool,
    /// How many captures could not be stored since it began.
    refused: u64,
}

impl Failing {
    /// A commit with so many captures has failed.
    pub(super) fn fails(&mut self, error: &StoreError, captures: usize) {
        let kind = Some(discriminant(error));
        if self.kind != kind {
            let is_due = self.seldom.count().is_some();
            if is_due || self.said != kind {
                tracing::error!("{error}");
                (self.said, self.is_said) = (kind, true);
            }
            self.kind = kind;
        }
        self.refused += captures as u64;
    }

    /// A commit with captures has worked.
    pub(super) fn works(&mut self) {
        if self.kind.take().is_none() {
            return;
        }
        let refused = std::mem::take(&mut self.refused);
        if std::mem::take(&mut self.is_said) {
            tracing::warn!("events can be stored again; {refused} could not be, and were answered 503");
        }
    }
}
