//! A count of parses, by which tests show that a message is parsed once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The texts that counted payloads contain, each with the number of their parses.
static COUNTED: Mutex<Vec<(&str, usize)>> = Mutex::new(Vec::new());

/// Counts the payloads with this text that are parsed from now on, by any thread.
pub(crate) fn start(text: &'static str) {
    let mut counted = lock();
    counted.retain(|(known, _)| *known != text);
    counted.push((text, 0));
}

/// The number of parses of payloads with this text since [`start`].
pub(crate) fn count(text: &str) -> usize {
    lock().iter().find(|(known, _)| *known == text).map_or(0, |(_, count)| *count)
}

pub(super) fn add(payload: &[u8]) {
    for (text, count) in &mut *lock() {
        if memchr::memmem::find(payload, text.as_bytes()).is_some() {
            *count += 1;
        }
    }
}

fn lock() -> MutexGuard<'static, Vec<(&'static str, usize)>> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}
