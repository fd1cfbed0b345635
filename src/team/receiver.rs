//! Receives a team's events through the desktop's durable consumer, and stores each once.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt as _;
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use super::claims::{ClaimBucket, ClaimMap};
use super::messages::{Member, event};
use super::session::Session;
use super::status_sender::StatusSender;
use super::streams::failed;
use super::subjects;
use super::taps::Taps;
use super::team_error::TeamError;
use super::team_setup::TeamSetup;
use crate::log_throttle::LogThrottle;
use crate::store::{OutboxCursor, Received, StoreError, StoreHandle, TeamEvent};

/// Events that are stored in one transaction.
const BATCH: usize = 256;

/// Messages that the broker hands out before they are acknowledged.
const IN_FLIGHT: u16 = 1_024;

/// The time after which the broker hands out a message again that was not acknowledged.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(30);

/// The time beyond the broker's own limit after which a consumer is forgotten that nobody asks for.
const SPARE_AGE: Duration = Duration::from_hours(24);

/// The pause after a failure of the database.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The consumer of this desktop's database. It is made anew for each connection, right behind what is stored here: of one that
/// is taken up, messages that were on their way to the former connection would come after later ones.
pub(super) async fn consumer(
    stream: &Stream,
    setup: &TeamSetup,
    desktop: &str,
    position: &OutboxCursor,
) -> Result<Consumer<pull::Config>, TeamError> {
    let name = subjects::consumer(desktop, &position.relay);
    let wanted = pull::Config {
        durable_name: Some(name.clone()),
        description: Some(format!("menuscope desktop {desktop}")),
        deliver_policy: match position.sequence {
            0 => DeliverPolicy::All,
            sequence => DeliverPolicy::ByStartSequence { start_sequence: sequence + 1 },
        },
        // Acknowledging one acknowledges all before it: they are stored in their order.
        ack_policy: AckPolicy::All,
        ack_wait: ACKNOWLEDGED_WITHIN,
        max_ack_pending: 4 * i64::from(IN_FLIGHT),
        inactive_threshold: stream.cached_info().config.max_age.max(setup.limits.age) + SPARE_AGE,
        ..pull::Config::default()
    };
    stream.delete_consumer(&name).await.ok();
    let made = stream.create_consumer(wanted).await;
    made.map_err(|error| failed("make the consumer of this desktop")(&error))
}

/// The position as it is worth: none where the stream was made anew, or has lost what was received from it.
pub(super) fn known_position(stream: &Stream, position: OutboxCursor) -> OutboxCursor {
    let info = stream.cached_info();
    let created = info.created.unix_timestamp_nanos().to_string();
    let is_there = position.created == created && info.state.last_sequence >= position.sequence;
    OutboxCursor { sequence: if is_there { position.sequence } else { 0 }, created, ..position }
}

/// Everything that receiving depends on.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) store: StoreHandle,
    pub(super) status: StatusSender,
    pub(super) desktop: String,
    pub(super) bucket: ClaimBucket,
    pub(super) claims: watch::Receiver<Arc<ClaimMap>>,
    pub(super) taps: Arc<Mutex<Taps>>,
    /// The number of the stream's message after which a tap counts as the next one.
    pub(super) armed_after: watch::Receiver<u64>,
    pub(super) own: watch::Sender<Member>,
    /// The key of the position in the database, and the position.
    pub(super) stream: String,
    pub(super) position: OutboxCursor,
}

impl Receiver {
    /// Says how many events the broker has removed before this desktop came for them.
    pub(super) fn note_missing(&self, stream: &Stream) {
        let first = stream.cached_info().state.first_sequence;
        let missing = match self.position.sequence {
            0 => 0,
            sequence => first.saturating_sub(sequence + 1),
        };
        if missing > 0 {
            tracing::warn!(
                "{missing} events of the team are missing: the broker kept them for less time than this desktop was away"
            );
            self.status.change(|status| status.missing += missing);
        }
    }

    /// Receives until the connection ends; returns the reason.
    pub(super) async fn run(mut self, session: Session, consumer: Consumer<pull::Config>) -> TeamError {
        let failed = failed("hand out events");
        let skipped = LogThrottle::default();
        let messages =
            consumer.stream().max_messages_per_batch(IN_FLIGHT.into()).heartbeat(Duration::from_secs(5)).messages();
        let mut messages = match messages.await {
            Ok(messages) => messages.ready_chunks(BATCH),
            Err(error) => return failed(&error),
        };
        while let Some(chunk) = messages.next().await {
            let mut received = Vec::with_capacity(chunk.len());
            let mut end = None;
            for message in chunk {
                match message {
                    Ok(message) => received.push(message),
                    Err(error) => end = Some(failed(&error)),
                }
            }
            if let Err(error) = self.take(&received, &skipped).await {
                return error;
            }
            if let Some(last) = received.last() {
                if let Err(error) = last.ack().await {
                    return failed(error.as_ref());
                }
                let lag = last.info().map_or(0, |info| info.pending);
                self.own.send_modify(|own| own.lag = lag);
                self.status.change(|status| status.lag = lag);
            }
            if let Some(end) = end {
                return end;
            }
        }
        drop(session);
        failed(&std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
    }

    /// Stores events; what is foreign or of another version is said and skipped.
    async fn take(&mut self, messages: &[Message], skipped: &LogThrottle) -> Result<(), TeamError> {
        let mut events = Vec::with_capacity(messages.len());
        let mut sequences = Vec::with_capacity(messages.len());
        for message in messages {
            match event(message) {
                Ok(event) => {
                    events.push(event);
                    sequences.push(message.info().map_or(0, |info| info.stream_sequence));
                }
                Err(reason) => {
                    self.status.change(|status| status.skipped += 1);
                    if let Some(count) = skipped.count() {
                        tracing::warn!("skipped a message on {} (number {count}): {reason}", message.subject);
                    }
                }
            }
        }
        let Some(last) = messages.last() else { return Ok(()) };
        self.position.sequence = last.info().map_or(self.position.sequence, |info| info.stream_sequence);
        let received = self.store(&events).await?;
        for ((event, received), sequence) in events.iter().zip(received).zip(sequences) {
            if matches!(received, Received::New(_)) {
                self.claim_if_next(event, sequence).await;
            }
        }
        Ok(())
    }

    /// Stores events in one transaction. One that cannot be stored does not keep the others out.
    async fn store(&self, events: &[TeamEvent]) -> Result<Vec<Received>, TeamError> {
        loop {
            let position = (self.stream.clone(), self.position.clone());
            match self.store.receive(events.to_vec(), Some(position)).await {
                Ok(received) => {
                    self.status.trouble(None);
                    return Ok(received);
                }
                Err(StoreError::Sqlite { of_one_row: true, .. }) if events.len() > 1 => {
                    let mut all = Vec::with_capacity(events.len());
                    for event in events {
                        all.extend(Box::pin(self.store(std::slice::from_ref(event))).await?);
                    }
                    return Ok(all);
                }
                Err(error @ StoreError::Sqlite { of_one_row: true, .. }) => {
                    tracing::error!("an event of the team cannot be stored: {error}");
                    return Ok(vec![Received::Removed]);
                }
                Err(StoreError::Closing) => return Err(TeamError::Store { cause: StoreError::Closing.to_string() }),
                Err(error) => {
                    self.status.trouble(Some(TeamError::Store { cause: error.to_string() }));
                    sleep(STORE_PAUSE).await;
                }
            }
        }
    }

    /// Claims the user of a tap that is nobody's, where that was asked for.
    async fn claim_if_next(&self, event: &TeamEvent, sequence: u64) {
        let capture = &event.capture;
        let Some(openid) = &capture.envelope.openid else { return };
        let mut taps = self.taps.lock().await;
        let counts = taps.claims_next
            && sequence > *self.armed_after.borrow()
            && !capture.signature.is_refused()
            && !self.claims.borrow().contains_key(openid);
        if !counts {
            return;
        }
        match self.bucket.claim_if_free(openid, &self.desktop).await {
            Ok(Some(revision)) => {
                taps.claims_next = false;
                taps.claim(openid);
                taps.note_claimed(openid, revision);
                self.status.change(|status| status.claims_next = false);
                tracing::info!("claimed {openid}, whose tap came next");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!("{error}"),
        }
    }
}
