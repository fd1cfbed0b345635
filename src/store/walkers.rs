//! Walkers: connections that read beside the reader's own, so that a look into each event takes all processors.
//!
//! An index of pairs of letters would spare the look, but each event has some two hundred of them: as trigrams do now, they
//! would take a third of the file again.

use std::sync::Arc;
use std::thread::Builder;

use rusqlite::Connection;

use super::condition::Condition;
use super::error::StoreError;
use crate::capture::IdRuns;

/// The most processors that a walk takes, its own included: the disk and the other programs have a say, too.
const MOST: usize = 4;

/// Numbers in a range from which on it is worth dividing.
const WORTH_IT: i64 = 8_000;

/// The connections, opened when the first long range is read.
#[derive(Debug, Default)]
pub(super) struct Walkers(Option<Vec<Connection>>);

impl Walkers {
    /// The captures of the ids `from..=to` that match, the newest first. Each connection reads a part of them.
    pub(super) fn matching_between(
        &mut self,
        connection: &Connection,
        open: impl Fn() -> Option<Connection>,
        condition: &Condition,
        (from, to): (i64, i64),
    ) -> Result<IdRuns, StoreError> {
        let find = |connection: &Connection, from, to| condition.all_between(connection, from, to);
        if to - from < WORTH_IT {
            return find(connection, from, to);
        }
        let walkers = self.0.get_or_insert_with(|| (1..processors()).map_while(|_| open()).collect());
        let part = (to - from + 1) / ((walkers.len() as u64).cast_signed() + 1);
        std::thread::scope(|scope| {
            let mut running = Vec::with_capacity(walkers.len());
            let mut low = from;
            let interrupters: Vec<_> = walkers.iter().map(Connection::get_interrupt_handle).collect();
            for walker in walkers {
                let first = low;
                low += part;
                let help = move || find(walker, first, first + part - 1);
                let spawned = Builder::new().name("store-walk".to_owned()).spawn_scoped(scope, help);
                running.push(spawned.map_err(|error| StoreError::Thread(Arc::new(error)))?);
            }
            // The newest part, which is shown first.
            let mut found = find(connection, low, to);
            if found.is_err() {
                interrupters.iter().for_each(rusqlite::InterruptHandle::interrupt);
            }
            for helped in running.into_iter().rev().map(|walker| walker.join().unwrap_or(Err(StoreError::Closing))) {
                found = found.and_then(|mut found| {
                    found.append(&helped?);
                    Ok(found)
                });
            }
            found
        })
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
}
