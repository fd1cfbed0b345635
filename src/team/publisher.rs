//! Publishes events in order: the first of a batch by itself where the stream's last message is not known, each other one only right after the one before it.
//!
//! A message that gets lost, or another relay's in between, makes those behind it be refused, and the batch goes on from there:
//! the stream's order is the relay's, whatever happens to the connection.

use async_nats::jetstream::context::PublishErrorKind;

use super::messages::{EXPECTED_LAST_ID, EXPECTED_STREAM, MESSAGE_ID, headers};
use super::outbox::Outgoing;
use super::session::Session;
use super::subjects::TeamName;

/// The outcome of publishing some events.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The number of those at the beginning that are in the stream.
    pub(super) count: usize,
    /// The stream's own number of the last of them.
    pub(super) sequence: u64,
    pub(super) end: PublishEnd,
}

/// The reason why publishing ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum PublishEnd {
    #[default]
    Done,
    /// Something else came in between; it goes on at once.
    Interleaved,
    /// The stream is gone.
    NoStream,
    Failed(String),
}

/// The way to one team's stream.
#[derive(Debug)]
pub(super) struct Publisher {
    session: Session,
    team: TeamName,
    stream: String,
    /// The id of our message that is the last of the stream, as far as is known.
    last: Option<String>,
}

impl Publisher {
    pub(super) fn new(session: Session, team: TeamName) -> Self {
        let stream = team.stream();
        Self { session, team, stream, last: None }
    }

    /// Publishes the events in this order, up to the first that the stream does not take.
    pub(super) async fn publish(&mut self, messages: &[Outgoing]) -> Published {
        let mut published = Published::default();
        if self.last.is_none()
            && let Some(first) = messages.first()
        {
            self.publish_all(std::slice::from_ref(first), &mut published).await;
        }
        if published.end == PublishEnd::Done {
            let rest = messages.get(published.count..).unwrap_or_default();
            self.publish_all(rest, &mut published).await;
        }
        if published.end != PublishEnd::Done {
            self.last = None;
        }
        published
    }

    async fn publish_all(&mut self, messages: &[Outgoing], published: &mut Published) {
        let mut waiting = Vec::with_capacity(messages.len());
        for message in messages {
            let mut headers = headers();
            headers.insert(MESSAGE_ID, message.message_id.as_str());
            headers.insert(EXPECTED_STREAM, self.stream.as_str());
            if let Some(last) = self.last.replace(message.message_id.clone()) {
                headers.insert(EXPECTED_LAST_ID, last.as_str());
            }
            let subject = self.team.captured(&message.account, message.openid.as_deref());
            let sent = self.session.jetstream.publish_with_headers(subject, headers, message.payload.clone()).await;
            match sent {
                Ok(acknowledgement) => waiting.push(acknowledgement),
                Err(error) => {
                    published.end = end_of(error.kind(), &error);
                    break;
                }
            }
        }
        for acknowledgement in waiting {
            match acknowledgement.await {
                Ok(stored) => {
                    published.count += 1;
                    published.sequence = published.sequence.max(stored.sequence);
                }
                Err(error) => {
                    published.end = end_of(error.kind(), &error);
                    return;
                }
            }
        }
    }
}

fn end_of(kind: PublishErrorKind, error: &(dyn std::error::Error + 'static)) -> PublishEnd {
    match kind {
        PublishErrorKind::WrongLastMessageId => PublishEnd::Interleaved,
        PublishErrorKind::StreamNotFound => PublishEnd::NoStream,
        _ => {
            let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
            PublishEnd::Failed(causes.collect::<Vec<_>>().join(": "))
        }
    }
}
