//! A count of parses, by which a test shows that a message is parsed once.

use std::sync::{Mutex, PoisonError};

/// The text that payloads are recognised by, and how many of them were parsed.
static COUNTED: Mutex<Option<(&str, usize)>> = Mutex::new(None);

/// Counts the payloads with this text that are parsed from now on, by any thread.
pub(crate) fn start(text: &'static str) {
    *COUNTED.lock().unwrap_or_else(PoisonError::into_inner) = Some((text, 0));
}

/// The number of parses since [`start`].
pub(crate) fn count() -> usize {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner).map_or(0, |(_, count)| count)
}

pub(super) fn add(payload: &[u8]) {
    if let Some((text, count)) = &mut *COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
        && memchr::memmem::find(payload, text.as_bytes()).is_some()
    {
        *count += 1;
    }
}
