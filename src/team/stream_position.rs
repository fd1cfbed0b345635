//! The last event of a relay that a stream has: what the cursor says, and what was published after the cursor was saved.

use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt as _;

use super::messages::origin;
use super::session::Session;
use super::streams::failed;
use super::team_error::TeamError;
use crate::store::OutboxCursor;

/// The last event of a relay in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The relay's number of it.
    pub(super) id: i64,
    /// The stream's.
    pub(super) sequence: u64,
}

/// Reads the headers of what the stream has after the cursor; of all that it has, where it has lost what the cursor says.
pub(super) async fn position(session: &Session, stream: &Stream, cursor: &OutboxCursor) -> Result<Position, TeamError> {
    let state = &stream.cached_info().state;
    let has_lost = state.last_sequence < cursor.sequence;
    let known = Position { id: cursor.upto.0, sequence: cursor.sequence };
    if state.last_sequence == cursor.sequence || state.messages == 0 && !has_lost {
        return Ok(known);
    }
    let mut found = if has_lost {
        tracing::warn!("the broker has lost some of the events that were published; publishing them again");
        Position { id: 0, sequence: 0 }
    } else {
        known
    };
    if state.messages == 0 {
        return Ok(found);
    }
    let failed = failed("read what was published");
    let start_sequence = (found.sequence + 1).max(state.first_sequence);
    let consumer = stream
        .create_consumer(pull::OrderedConfig {
            headers_only: true,
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ..pull::OrderedConfig::default()
        })
        .await
        .map_err(|error| failed(&error))?;
    let mut messages = consumer.messages().await.map_err(|error| failed(&error))?;
    loop {
        let message = tokio::select! {
            message = messages.next() => message,
            () = session.ended() => None,
        };
        let message = message.ok_or_else(|| failed(&std::io::Error::from(std::io::ErrorKind::UnexpectedEof)))?;
        let message = message.map_err(|error| failed(&error))?;
        let sequence = message.info().map_err(|error| failed(error.as_ref()))?.stream_sequence;
        if let Some(origin) = origin(message.headers.as_ref()).filter(|origin| origin.relay == cursor.relay) {
            found = Position { id: found.id.max(origin.id), sequence };
        }
        if sequence >= state.last_sequence {
            return Ok(found);
        }
    }
}
