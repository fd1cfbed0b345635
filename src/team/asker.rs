//! Asks the desktops that have claimed users for their answers, within the time that is left.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::StatusCode;
use futures_util::StreamExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::messages::{question_headers, received_answer};
use super::outbox::payload;
use super::session::Session;
use super::subjects::TeamName;
use crate::capture::{Annotation, StoredCapture};
use crate::listener::{DesktopAnswer, DesktopQuestion};
use crate::log_throttle::LogThrottle;

/// The share of the network in an answer that has not been measured yet.
const FIRST_SHARE: Duration = Duration::from_millis(30);

/// The most that the network is believed to take.
const MOST_SHARE: Duration = Duration::from_secs(1);

/// The least time that it is worth asking with.
const LEAST: Duration = Duration::from_millis(20);

/// The connection to ask over, and the name of the relay that asks.
#[derive(Clone, Debug)]
pub(super) struct AskingSession {
    pub(super) session: Session,
    pub(super) relay: String,
}

/// The time that answers of each desktop spend on the way: the longest, which is forgotten little by little.
#[derive(Debug, Default)]
struct NetworkShares(Mutex<BTreeMap<String, Duration>>);

impl NetworkShares {
    fn of(&self, desktop: &str) -> Duration {
        let shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shares.get(desktop).copied().unwrap_or(FIRST_SHARE)
    }

    fn note(&self, desktop: &str, share: Duration) {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let former = shares.get(desktop).copied().unwrap_or_default();
        shares.insert(desktop.to_owned(), share.max(former * 9 / 10).min(MOST_SHARE));
    }
}

/// The state that all questions share.
#[derive(Debug)]
struct Asker {
    team: TeamName,
    session: watch::Receiver<Option<AskingSession>>,
    shares: NetworkShares,
    /// The desktop that last answered for a user it has not claimed.
    refused: watch::Sender<Option<String>>,
    refusals: LogThrottle,
    skipped: LogThrottle,
}

/// Answers the listener's questions until their senders are gone.
pub(super) async fn run(
    team: TeamName,
    session: watch::Receiver<Option<AskingSession>>,
    mut questions: mpsc::Receiver<DesktopQuestion>,
    refused: watch::Sender<Option<String>>,
) {
    let (refusals, skipped) = (LogThrottle::default(), LogThrottle::default());
    let asker = Arc::new(Asker { team, session, shares: NetworkShares::default(), refused, refusals, skipped });
    let mut asking = JoinSet::new();
    while let Some(question) = questions.recv().await {
        while asking.try_join_next().is_some() {}
        let asker = Arc::clone(&asker);
        asking.spawn(async move {
            let DesktopQuestion { desktop, capture, placement, deadline, answer } = question;
            let stored = StoredCapture {
                placement,
                capture: (*capture).clone(),
                reply: None,
                annotation: Annotation::default(),
            };
            let answered = asker.ask(&desktop, stored, deadline).await;
            // The handler may have ended.
            answer.send(answered).ok();
        });
    }
}

impl Asker {
    /// The answer of that desktop; `None` where it is not there, declines, or is too slow.
    async fn ask(&self, desktop: &str, event: StoredCapture, deadline: Instant) -> Option<DesktopAnswer> {
        let AskingSession { session, relay } = self.session.borrow().clone()?;
        let began = Instant::now();
        let share = self.shares.of(desktop);
        let within = deadline.saturating_duration_since(began).checked_sub(share).filter(|within| *within >= LEAST)?;
        let id = event.placement.id;
        let inbox = session.client.new_inbox();
        let mut answers = session.client.subscribe(inbox.clone()).await.ok()?;
        let payload = payload(event, &[], session.client.server_info().max_payload.saturating_sub(2_048));
        let headers = question_headers(&relay, within);
        let subject = self.team.answer(desktop);
        session.client.publish_with_reply_and_headers(subject, inbox, headers, payload).await.ok()?;
        loop {
            let message = tokio::select! {
                message = timeout_at(deadline.into(), answers.next()) => message,
                () = session.ended() => return None,
            };
            let Ok(Some(message)) = message else {
                tracing::warn!("desktop \"{desktop}\" did not answer event {id} in time; it is decided here");
                return None;
            };
            if message.status == Some(StatusCode::NO_RESPONDERS) {
                tracing::debug!("desktop \"{desktop}\" is not there; event {id} is decided here");
                return None;
            }
            match received_answer(&message) {
                Ok(received) if received.desktop == desktop => {
                    self.shares.note(desktop, began.elapsed().saturating_sub(received.took));
                    return received.answer;
                }
                Ok(received) => self.refuse(received.desktop, desktop),
                Err(skipped) => {
                    if let Some(count) = self.skipped.count() {
                        tracing::warn!("skipped an answer for desktop \"{desktop}\" (number {count}): {skipped}");
                    }
                }
            }
        }
    }

    fn refuse(&self, answering: String, claimant: &str) {
        if let Some(count) = self.refusals.count() {
            tracing::warn!(
                "refused an answer of desktop \"{answering}\" (number {count}): the user is claimed by \"{claimant}\""
            );
        }
        self.refused.send_replace(Some(answering));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_networks_share_is_the_longest_and_is_forgotten() {
        let shares = NetworkShares::default();
        let ms = Duration::from_millis;
        assert_eq!(shares.of("a"), FIRST_SHARE);
        shares.note("a", ms(100));
        shares.note("a", ms(10));
        assert_eq!(shares.of("a"), ms(90));
        shares.note("a", Duration::from_mins(1));
        assert_eq!(shares.of("a"), MOST_SHARE);
    }
}
