//! How far a long piece of work is, and how it is paused and ended from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// What the person wants of the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wish {
    #[default]
    GoOn,
    Pause,
    End,
}

/// Shared by who works and who watches; clones are the same work.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    done: AtomicU64,
    total: AtomicU64,
    wish: watch::Sender<Wish>,
}

impl Progress {
    /// Work that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how much there is to do; 0 stands for not known.
    pub fn set_total(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// All of it is to be done once more.
    pub fn begin_again(&self) {
        self.0.done.store(0, Ordering::Relaxed);
    }

    /// So much more is done.
    pub fn advance(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }

    /// How much is done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// How much there is to do; 0 where that is not known.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Ends the work as soon as it can be left; there is no way back.
    pub fn cancel(&self) {
        self.0.wish.send_replace(Wish::End);
    }

    /// Whether the work is to end.
    pub fn is_cancelled(&self) -> bool {
        *self.0.wish.borrow() == Wish::End
    }

    /// Pauses, or goes on.
    pub fn pause(&self, paused: bool) {
        self.0.wish.send_if_modified(|wish| {
            let wanted = if paused { Wish::Pause } else { Wish::GoOn };
            let changes = *wish != Wish::End && *wish != wanted;
            if changes {
                *wish = wanted;
            }
            changes
        });
    }

    /// Whether the work is paused.
    pub fn is_paused(&self) -> bool {
        *self.0.wish.borrow() == Wish::Pause
    }

    /// Waits while the work is paused. `false`: it is to end.
    pub async fn may_go_on(&self) -> bool {
        let mut wish = self.0.wish.subscribe();
        let decided = wish.wait_for(|wish| *wish != Wish::Pause).await;
        decided.is_ok_and(|wish| *wish == Wish::GoOn)
    }

    /// Resolves once the work is to end.
    pub async fn cancelled(&self) {
        let mut wish = self.0.wish.subscribe();
        wish.wait_for(|wish| *wish == Wish::End).await.ok();
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
