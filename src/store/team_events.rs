//! Events of a team: the relay that captured them and the desktop whose taps they are, and how they come in, once each.
//!
//! ```text
//! asked for an answer ─► new row, open ─► the answer's record here ─┐
//! published ───────────► new row with its reply, or the row above ──┴─► the relay's record of the reply
//! ```
//! A relay publishes in the order of its numbers, so that `team_relay.upto` tells an event that was removed here from one that
//! is new. What a desktop is asked about may run ahead of that.

use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::columns::at;
use super::counters::Counter;
use super::error::{StoreError, doing};
use super::replies::{ReplyInsert, is_same_answer};
use super::rows::CaptureInsert;
use crate::capture::{Capture, CaptureId, EventOrigin, Placement, Reply, TeamMark};

/// The operation as errors name it.
const RECEIVING: &str = "storing an event of the team";

/// An event that a relay has captured.
#[derive(Clone, Debug)]
pub struct TeamEvent {
    /// With its origin.
    pub capture: Capture,
    /// The relay's record of the reply.
    pub reply: Option<Reply>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The relay's number of the first attempt, where that is another event.
    pub first: Option<i64>,
    /// It was published, which happens once its answer is recorded. `false`: its answer is asked for.
    pub is_settled: bool,
}

/// The outcome of storing a [`TeamEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    New(Placement),
    /// It was there already; its reply may be new.
    Known {
        placement: Placement,
        is_answered: bool,
    },
    /// It was removed here.
    Removed,
}

impl Received {
    /// The place of the event, if it is here.
    pub fn placement(self) -> Option<Placement> {
        match self {
            Self::New(placement) | Self::Known { placement, .. } => Some(placement),
            Self::Removed => None,
        }
    }
}

/// Writes the team's marks of an event that has just been stored. An import may bring one that is there already under
/// another number: then only the desktop is kept.
pub(super) fn insert(transaction: &rusqlite::Connection, id: CaptureId, mark: &TeamMark) -> Result<(), StoreError> {
    let sql = "INSERT INTO team_event (capture_id, relay, origin_id, claimed)
               SELECT ?1, o.relay, o.id, ?4 FROM (SELECT ?2 AS relay, ?3 AS id) AS o
               WHERE NOT EXISTS (SELECT 1 FROM team_event WHERE relay = ?2 AND origin_id = ?3)
               UNION ALL
               SELECT ?1, NULL, NULL, ?4
               WHERE EXISTS (SELECT 1 FROM team_event WHERE relay = ?2 AND origin_id = ?3)";
    let origin = mark.origin.as_ref();
    let values = (id.0, origin.map(|origin| &*origin.relay), origin.map(|origin| origin.id), &mark.claimed);
    transaction
        .prepare_cached(sql)
        .and_then(|mut insert| insert.execute(values))
        .map(drop)
        .map_err(doing("storing whose tap an event is"))
}

/// Reads the team's part of [`SUMMARY`](super::columns::SUMMARY).
pub(super) fn mark(row: &Row<'_>) -> rusqlite::Result<TeamMark> {
    let relay: Option<String> = row.get(at!("t.relay"))?;
    let id: Option<i64> = row.get(at!("t.origin_id"))?;
    let origin = relay.zip(id).map(|(relay, id)| EventOrigin { relay, id });
    Ok(TeamMark { origin, claimed: row.get(at!("t.claimed"))? })
}

/// Records the desktop whose tap an event is, which its handler found out after it was stored.
pub(super) fn claim(transaction: &Transaction<'_>, id: CaptureId, desktop: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO team_event (capture_id, claimed) VALUES (?1, ?2)
               ON CONFLICT (capture_id) DO UPDATE SET claimed = excluded.claimed";
    let claimed = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute((id.0, desktop)));
    claimed.map(drop).map_err(doing("storing whose tap an event is"))
}

/// Relays, or desktops, that begin with `typed`, in their order.
pub(super) fn names(
    connection: &rusqlite::Connection,
    of_relays: bool,
    typed: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let problem = doing("looking for values to complete with");
    let sql = if of_relays {
        "SELECT relay FROM team_relay ORDER BY relay"
    } else {
        "SELECT DISTINCT claimed FROM team_event WHERE claimed IS NOT NULL ORDER BY claimed"
    };
    let mut statement = connection.prepare_cached(sql).map_err(&problem)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(&problem)?;
    let begins = |name: &String| name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let names = names.filter(|name| name.as_ref().map_or(true, begins)).take(limit);
    names.collect::<Result<_, _>>().map_err(&problem)
}

/// Stores an event of the team, or completes it.
pub(super) fn receive(
    transaction: &Transaction<'_>,
    (captures, replies): (&mut CaptureInsert<'_>, &mut ReplyInsert<'_>),
    next_id: &mut i64,
    event: &TeamEvent,
) -> Result<Received, StoreError> {
    let Some(origin) = &event.capture.team.origin else { return Ok(Received::Removed) };
    let found = find(transaction, origin)?;
    let received = match found {
        Some((placement, had_reply)) => {
            if event.is_settled {
                complete(transaction, replies, placement.id, had_reply, event)?;
            }
            let is_answered = had_reply || (event.is_settled && event.reply.is_some());
            Received::Known { placement, is_answered }
        }
        None if event.is_settled && origin.id <= upto(transaction, &origin.relay)? => Received::Removed,
        None => {
            let id = CaptureId(*next_id);
            *next_id += 1;
            let first = event.first.map(|first| EventOrigin { relay: origin.relay.clone(), id: first });
            let first = first.map(|first| find(transaction, &first)).transpose()?.flatten();
            let group = first.map_or(id, |(first, _)| first.group);
            let placement = Placement { id, group, attempt: event.attempt };
            captures.insert(placement, &event.capture)?;
            if let Some(reply) = &event.reply {
                replies.insert(id, reply)?;
            }
            Received::New(placement)
        }
    };
    if event.is_settled {
        raise(transaction, origin)?;
    }
    Ok(received)
}

/// The event of that origin, and whether it has a reply.
fn find(transaction: &Transaction<'_>, origin: &EventOrigin) -> Result<Option<(Placement, bool)>, StoreError> {
    let sql = "SELECT c.id, c.group_id, c.attempt, EXISTS (SELECT 1 FROM reply WHERE capture_id = c.id)
               FROM team_event AS t JOIN capture AS c ON c.id = t.capture_id WHERE t.relay = ?1 AND t.origin_id = ?2";
    let read = |row: &Row<'_>| {
        let placement = Placement { id: CaptureId(row.get(0)?), group: CaptureId(row.get(1)?), attempt: row.get(2)? };
        Ok((placement, row.get(3)?))
    };
    transaction
        .prepare_cached(sql)
        .and_then(|mut find| find.query_row((&origin.relay, origin.id), read).optional())
        .map_err(doing(RECEIVING))
}

/// Gives an event that was asked about the relay's record.
fn complete(
    transaction: &Transaction<'_>,
    replies: &mut ReplyInsert<'_>,
    id: CaptureId,
    had_reply: bool,
    event: &TeamEvent,
) -> Result<(), StoreError> {
    if let Some(desktop) = &event.capture.team.claimed {
        claim(transaction, id, desktop)?;
    }
    let Some(reply) = &event.reply else { return Ok(()) };
    if !had_reply {
        return replies.insert(id, reply);
    }
    let is_other = !is_same_answer(transaction, id, reply)?;
    replies.replace(id, reply)?;
    // Rows that show the former one are read again.
    if is_other { Counter::Annotations.add(transaction, 1) } else { Ok(()) }
}

/// The number up to which a relay's events have come in.
fn upto(transaction: &Transaction<'_>, relay: &str) -> Result<i64, StoreError> {
    transaction
        .prepare_cached("SELECT upto FROM team_relay WHERE relay = ?1")
        .and_then(|mut read| read.query_row([relay], |row| row.get(0)).optional())
        .map(|upto| upto.unwrap_or(0))
        .map_err(doing(RECEIVING))
}

fn raise(transaction: &Transaction<'_>, origin: &EventOrigin) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO team_relay VALUES (?1, ?2) ON CONFLICT (relay) DO UPDATE SET upto = max(upto, excluded.upto)";
    let raised = transaction.prepare_cached(sql).and_then(|mut raise| raise.execute((&origin.relay, origin.id)));
    raised.map(drop).map_err(doing(RECEIVING))
}

#[cfg(test)]
mod tests;
