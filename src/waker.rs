//! Wakes whoever watches, without knowing what a window is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Calls a closure at most once between two looks of the one who is woken.
///
/// Send first, then [`wake`](Self::wake); look by [`rearm`](Self::rearm) first and drain after:
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
    /// A waker that runs `call` to be heard.
    pub fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { awake: Arc::default(), call: Arc::new(call) }
    }

    /// A waker that nobody hears: commands have no window.
    pub fn silent() -> Self {
        Self::new(|| {})
    }

    /// Says that there is news.
    pub fn wake(&self) {
        if !self.awake.swap(true, Ordering::AcqRel) {
            (self.call)();
        }
    }

    /// Hears the next call again. To be called before the news is looked at.
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
