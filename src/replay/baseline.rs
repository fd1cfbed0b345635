//! The baseline of a comparison: the answer to a forward, or to an earlier replay.

use super::compare::ComparableAnswer;
use crate::account::Accounts;
use crate::capture::{Against, Baseline, RunId, StoredCapture};
use crate::store::{Reader, StoreError};

/// The baseline for the replays of an event in that run, if there is one.
pub(super) fn baseline(
    reader: &Reader,
    against: Against,
    event: &StoredCapture,
    run: RunId,
    accounts: &Accounts,
) -> Result<Option<ComparableAnswer>, StoreError> {
    let replay = match against {
        Against::Forward => return Ok(forwarded(event, accounts)),
        Against::Last => match reader.replay_before(event.placement.id, run)? {
            // The first replay shows what has changed since the event came.
            None => return Ok(forwarded(event, accounts)),
            earlier => earlier,
        },
        Against::Run(earlier) => reader.replay_in(event.placement.id, earlier)?,
    };
    Ok(replay.as_ref().map(ComparableAnswer::of_replay))
}

/// The answer that a replay of `event` was compared with, if it is still on record.
pub fn before(
    reader: &Reader,
    baseline: Baseline,
    event: &StoredCapture,
    accounts: &Accounts,
) -> Result<Option<ComparableAnswer>, StoreError> {
    match baseline {
        Baseline::Forward => Ok(forwarded(event, accounts)),
        Baseline::Replay(id) => Ok(reader.replay(id)?.as_ref().map(ComparableAnswer::of_replay)),
    }
}

/// The answer of the developer's own server when the event arrived. A default in its place is not a baseline.
fn forwarded(event: &StoredCapture, accounts: &Accounts) -> Option<ComparableAnswer> {
    let reply = event.reply.as_ref()?;
    let forwarded = reply.forwarded.as_ref()?;
    let account = accounts.owner(&event.capture.account);
    let body = match account.decrypt_reply(&forwarded.body) {
        Some(plaintext) => plaintext,
        // The plaintext is on record, also if the key is no longer known.
        None if forwarded.passed_on => reply.body.clone(),
        None => forwarded.body.to_vec(),
    };
    Some(ComparableAnswer {
        which: Some(Baseline::Forward),
        status: forwarded.status,
        body,
        is_legal: forwarded.is_legal(),
    })
}
