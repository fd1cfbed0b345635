//! Wakes the window after news, without a dependency on the window's toolkit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A closure called at most once between two looks of the window.
///
/// Send first, then [`wake`](Self::wake); [`rearm`](Self::rearm) first, then drain the queue:
/// the other way round loses a wake-up that comes in between.
#[derive(Clone)]
pub struct Waker {
    awake: Arc<AtomicBool>,
    call: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

impl Waker {
    /// A waker that calls `call`.
    pub fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { awake: Arc::default(), call: Arc::new(call) }
    }

    /// A waker without effect, for commands, which have no window.
    pub fn silent() -> Self {
        Self::new(|| {})
    }

    /// Calls the closure, unless it has been called since the last [`rearm`](Self::rearm).
    pub fn wake(&self) {
        if !self.awake.swap(true, Ordering::AcqRel) {
            (self.call)();
        }
    }

    /// Lets the next [`wake`](Self::wake) call the closure again. To be called before the news is read.
    pub fn rearm(&self) {
        self.awake.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn many_calls_between_two_looks_wake_once() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let waker = Waker::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        (0..1000).for_each(|_| waker.wake());
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        waker.rearm();
        waker.wake();
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }
}
