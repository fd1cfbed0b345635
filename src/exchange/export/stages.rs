//! Runs three stages of an export at the same time, each on a thread: events are read, changed, and written, in their
//! order.

use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, ScopedJoinHandle, scope};

use crate::exchange::fixture_error::FixtureError;

/// Events by which a stage may be ahead of the next one: each may have megabytes.
const AHEAD: usize = 32;

/// The next stage, called with each item that was read.
pub(super) type Take<'a, T> = &'a mut dyn FnMut(T) -> Result<(), FixtureError>;

/// Runs `read` on this thread, `change` (where something is to change) and `write` on their own ones, and returns what
/// `write` made of all of it.
///
/// A stage that fails ends those before it, and those behind it with what they have. Of several failures the one of the
/// last stage is returned: it is about the earliest event. `unstarted` says of a thread that it could not be started.
pub(super) fn overlapping<T: Send, R: Send>(
    read: impl FnOnce(Take<'_, T>) -> Result<(), FixtureError>,
    change: Option<impl FnMut(T) -> Result<T, FixtureError> + Send>,
    write: impl FnOnce(&mut dyn Iterator<Item = T>) -> Result<R, FixtureError> + Send,
    unstarted: impl Fn(io::Error) -> FixtureError,
) -> Result<R, FixtureError> {
    let named = |name: &str| Builder::new().name(name.to_owned());
    scope(|scope| {
        let (send, mut items) = sync_channel(AHEAD);
        let mut changing = None;
        if let Some(change) = change {
            let (changed, changes) = sync_channel(AHEAD);
            let unchanged = std::mem::replace(&mut items, changes);
            let stage = named("export-change").spawn_scoped(scope, move || changing_all(unchanged, change, &changed));
            changing = Some(stage.map_err(&unstarted)?);
        }
        let stage = named("export-write").spawn_scoped(scope, move || write(&mut items.into_iter()));
        let writing = stage.map_err(&unstarted)?;
        let read = read(&mut |item| send.send(item).map_err(|_unsent| abandoned()));
        // That was all: the stages behind it come to their ends.
        drop(send);
        let changed = changing.map_or(Ok(()), joined);
        let written = joined(writing)?;
        changed.and(read).map(|()| written)
    })
}

/// Hands on every item, changed; where the next stage has ended, that one has the reason.
fn changing_all<T>(
    items: Receiver<T>,
    mut change: impl FnMut(T) -> Result<T, FixtureError>,
    changed: &SyncSender<T>,
) -> Result<(), FixtureError> {
    items.into_iter().try_for_each(|item| changed.send(change(item)?).map_err(|_unsent| abandoned()))
}

/// The end of a stage after which another failed; never returned, since that failure is.
fn abandoned() -> FixtureError {
    FixtureError::Cancelled { exporting: true }
}

fn joined<R>(stage: ScopedJoinHandle<'_, Result<R, FixtureError>>) -> Result<R, FixtureError> {
    stage.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_CHANGE: Option<fn(u32) -> Result<u32, FixtureError>> = None;

    fn sealed(id: u32) -> FixtureError {
        FixtureError::Sealed { id: id.into() }
    }

    /// Everything that is read of `1..=last`, doubled by the stage in the middle unless it fails at an event.
    fn all(last: u32, fails: Option<u32>) -> Result<Vec<u32>, FixtureError> {
        let double = |item| if Some(item) == fails { Err(sealed(item)) } else { Ok(2 * item) };
        let read = |take: Take<'_, u32>| (1..=last).try_for_each(take);
        overlapping(read, Some(double), |items| Ok(items.collect()), unstarted)
    }

    fn unstarted(error: io::Error) -> FixtureError {
        FixtureError::writing("threads".as_ref())(error)
    }

    #[test]
    fn events_come_out_in_their_order() {
        assert_eq!(all(1000, None).unwrap(), (1..=1000).map(|item| 2 * item).collect::<Vec<_>>());
        assert!(all(0, None).unwrap().is_empty());
        let kept =
            overlapping(|take| (1..=99).try_for_each(take), NO_CHANGE, |items| Ok(items.sum::<u32>()), unstarted);
        assert_eq!(kept.unwrap(), 99 * 50);
    }

    #[test]
    fn a_failure_in_the_middle_ends_everything() {
        assert!(matches!(all(u32::MAX / 2, Some(77)), Err(FixtureError::Sealed { id: 77 })));
    }

    #[test]
    fn the_last_stage_says_why_it_failed() {
        let fails = |items: &mut dyn Iterator<Item = u32>| match items.nth(9) {
            Some(item) => Err::<(), _>(sealed(item)),
            None => Ok(()),
        };
        let change = Some(|item| if item > 10 { Err(sealed(0)) } else { Ok(item) });
        let failed = overlapping(|take| (1..).try_for_each(take), change, fails, unstarted);
        assert!(matches!(failed, Err(FixtureError::Sealed { id: 10 })));
        let endless = overlapping(|take| (1..).try_for_each(take), NO_CHANGE, fails, unstarted);
        assert!(matches!(endless, Err(FixtureError::Sealed { id: 10 })));
    }

    #[test]
    fn what_was_read_before_a_failure_is_no_export() {
        let read = |take: Take<'_, u32>| take(1).and(Err(sealed(2)));
        let failed = overlapping(read, NO_CHANGE, |items| Ok(items.count()), unstarted);
        assert!(matches!(failed, Err(FixtureError::Sealed { id: 2 })));
    }
}
