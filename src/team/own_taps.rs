//! Answers the relay's questions about this desktop's own taps: stored here, decided here, sent back within the time that is left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::Message;
use futures_util::StreamExt as _;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;

use super::messages::{Instance, Question, answer_message, headers, question};
use super::session::Session;
use super::status_sender::StatusSender;
use super::streams::failed;
use super::taps::Taps;
use super::team_error::TeamError;
use crate::capture::CaptureId;
use crate::listener::{DesktopAnswer, RemoteContext, RemotePush, answer_remotely};
use crate::log_throttle::LogThrottle;
use crate::store::{Received, TeamEvent};

/// Questions that are answered at a time; beyond that the relay decides.
const AT_ONCE: usize = 512;

/// The longest that a question is believed to leave.
const MOST_TIME: Duration = Duration::from_secs(5);

/// Everything that answers depend on.
#[derive(Debug)]
pub(super) struct OwnTaps {
    pub(super) desktop: String,
    /// Tells this process from another of the same name.
    pub(super) instance: String,
    pub(super) has_joined: watch::Receiver<bool>,
    pub(super) context: RemoteContext,
    pub(super) taps: Arc<Mutex<Taps>>,
    pub(super) status: StatusSender,
}

/// Answers questions until the connection ends; returns the reason.
pub(super) async fn run(own: Arc<OwnTaps>, session: Session, mut questions: async_nats::Subscriber) -> TeamError {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let skipped = LogThrottle::default();
    let mut answering = JoinSet::new();
    while let Some(message) = questions.next().await {
        let began = Instant::now();
        while answering.try_join_next().is_some() {}
        match question(&message) {
            Ok(Question::Who { instance }) if instance != own.instance => own.say_who(&session, message).await,
            Ok(Question::Who { .. }) => {}
            Ok(Question::Answer { event, within }) => {
                let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
                let (own, session) = (Arc::clone(&own), session.clone());
                answering.spawn(async move {
                    own.answer(&session, message, *event, began, within.min(MOST_TIME)).await;
                    drop(permit);
                });
            }
            Err(reason) => {
                own.status.change(|status| status.skipped += 1);
                if let Some(count) = skipped.count() {
                    tracing::warn!("skipped a question (number {count}): {reason}");
                }
            }
        }
    }
    failed("hear questions")(&std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
}

impl OwnTaps {
    async fn say_who(&self, session: &Session, message: Message) {
        let Some(reply) = message.reply else { return };
        let instance = Instance { instance: self.instance.clone(), has_joined: *self.has_joined.borrow() };
        let body = serde_json::to_vec(&instance).unwrap_or_default().into();
        session.client.publish_with_headers(reply, headers(), body).await.ok();
    }

    async fn answer(&self, session: &Session, message: Message, event: TeamEvent, began: Instant, within: Duration) {
        let Some(reply) = message.reply else { return };
        let decided = self.decide(event, began, began + within).await;
        let (answer, record) = decided.unzip();
        let (headers, body) = answer_message(&self.desktop, began.elapsed(), answer.as_ref());
        let is_sent = session.client.publish_with_headers(reply, headers, body).await.is_ok();
        // What comes too late is decided by the relay, whose record arrives with the stream.
        if let Some((id, record)) = record.flatten()
            && is_sent
            && began.elapsed() <= within
        {
            self.context.store.record_reply(id, record);
        }
    }

    /// The answer and its record; `None` where this desktop declines.
    async fn decide(
        &self,
        event: TeamEvent,
        began: Instant,
        deadline: Instant,
    ) -> Option<(DesktopAnswer, Option<(CaptureId, crate::capture::Reply)>)> {
        let openid = event.capture.envelope.openid.clone()?;
        if !self.taps.lock().await.is_ours(&openid) {
            return None;
        }
        let mut capture = event.capture.clone();
        capture.team.claimed = Some(self.desktop.clone());
        let event = TeamEvent { capture: capture.clone(), ..event };
        let received = match self.context.store.receive(vec![event], None).await {
            Ok(received) => received.first().copied()?,
            Err(error) => {
                tracing::warn!("cannot store an event that this desktop is to answer: {error}");
                return None;
            }
        };
        if matches!(received, Received::Known { is_answered: true, .. }) {
            return None;
        }
        let placement = received.placement()?;
        let push = RemotePush { capture, placement, began, deadline };
        let (answer, record) = answer_remotely(self.context.clone(), push, &self.desktop).await;
        Some((answer, Some((placement.id, record))))
    }
}
