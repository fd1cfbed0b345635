//! Progress of a long job, shared between threads: counts for display, and pause and cancellation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// The control that another thread has set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Control {
    #[default]
    Run,
    Pause,
    Cancel,
}

/// A handle to the progress of one job, for the thread that works and those that watch. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    done: AtomicU64,
    total: AtomicU64,
    control: watch::Sender<Control>,
}

impl Progress {
    /// The progress of a job that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of units in all; 0 stands for unknown.
    pub fn set_total(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Resets the number of units done, before all work is repeated.
    pub fn begin_again(&self) {
        self.0.done.store(0, Ordering::Relaxed);
    }

    /// Adds to the number of units done.
    pub fn advance(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }

    /// The number of units done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// The number of units in all; 0 if unknown.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Cancels the job, for good. It ends at the next point where it can.
    pub fn cancel(&self) {
        self.0.control.send_replace(Control::Cancel);
    }

    /// True once the job is cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.control.borrow() == Control::Cancel
    }

    /// Pauses the job, or continues it. Without effect on a cancelled job.
    pub fn pause(&self, paused: bool) {
        self.0.control.send_if_modified(|control| {
            let wanted = if paused { Control::Pause } else { Control::Run };
            let changes = *control != Control::Cancel && *control != wanted;
            if changes {
                *control = wanted;
            }
            changes
        });
    }

    /// True while the job is paused.
    pub fn is_paused(&self) -> bool {
        *self.0.control.borrow() == Control::Pause
    }

    /// Waits while the job is paused. `false`: it is cancelled.
    pub async fn may_go_on(&self) -> bool {
        let mut control = self.0.control.subscribe();
        let decided = control.wait_for(|control| *control != Control::Pause).await;
        decided.is_ok_and(|control| *control == Control::Run)
    }

    /// Resolves once the job is cancelled.
    pub async fn cancelled(&self) {
        let mut control = self.0.control.subscribe();
        control.wait_for(|control| *control == Control::Cancel).await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cancelled_does_not_go_on_again() {
        let progress = Progress::new();
        progress.pause(true);
        assert!(progress.is_paused());
        progress.pause(false);
        assert!(!progress.is_paused());
        progress.cancel();
        progress.pause(false);
        assert!(progress.is_cancelled());
    }

    #[tokio::test]
    async fn a_pause_lasts_until_somebody_ends_it() {
        let progress = Progress::new();
        progress.pause(true);
        let waiting = tokio::spawn({
            let progress = progress.clone();
            async move { progress.may_go_on().await }
        });
        progress.pause(false);
        assert!(waiting.await.unwrap());
        progress.cancel();
        assert!(!progress.may_go_on().await);
    }
}
