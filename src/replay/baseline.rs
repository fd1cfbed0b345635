//! What an answer is compared with: the one to a forward, or an earlier replay.

use super::compare::ComparableAnswer;
use crate::account::Accounts;
use crate::capture::{Against, Baseline, RunId, StoredCapture};
use crate::store::{Reader, StoreError};

/// What the replays of an event in that run are compared with, if there is anything.
pub(super) fn baseline(
    reader: &Reader,
    against: Against,
    event: &StoredCapture,
    run: RunId,
    accounts: &Accounts,
) -> Result<Option<ComparableAnswer>, StoreError> {
    let replay = match against {
        Against::Forward => return Ok(forwarded(event, accounts)),
        Against::Last => reader.replay_before(event.placement.id, run)?,
        Against::Run(earlier) => reader.replay_in(event.placement.id, earlier)?,
    };
    Ok(replay.as_ref().map(ComparableAnswer::of_replay))
}

/// The answer that a replay of `event` was compared with, if it is there still.
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

/// What the developer's own server answered when the event arrived. The default that WeChat got in its place is no baseline.
fn forwarded(event: &StoredCapture, accounts: &Accounts) -> Option<ComparableAnswer> {
    let reply = event.reply.as_ref()?;
    let forwarded = reply.forwarded.as_ref()?;
    let account = accounts.owner(&event.capture.account);
    let body = match account.decrypt_reply(&forwarded.body) {
        Some(opened) => opened,
        // The plaintext is on record, also where the key is not known any more.
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
