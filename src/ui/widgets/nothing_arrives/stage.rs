//! The stage that WeChat's requests get to, by the newest handshake and the newest push.

use std::time::Duration;

use jiff::Timestamp;

use super::{ArrivalsView, is_from_wechat};
use crate::capture::diagnosis::Severity;
use crate::capture::{ReplyEnd, StoredCapture};
use crate::engine::ListenerState;
use crate::wechat::lint::WECHAT_LIMIT_MS;

/// The stage of the latest request that says most.
#[derive(Clone, Copy, Debug)]
pub(super) enum ArrivalStage<'a> {
    /// Nobody listens here.
    NotListening,
    /// Nothing of others has arrived.
    NeverReached,
    /// The newest request cannot be checked for whether WeChat has sent it.
    Unproven(&'a StoredCapture),
    /// The handshake was refused.
    HandshakeRefused(&'a StoredCapture),
    /// The handshake was accepted, and its answer was spoiled or late.
    HandshakeSpoiled(&'a StoredCapture),
    /// The handshake was answered well, and no push has come.
    HandshakeOnly(&'a StoredCapture),
    /// The push was refused, or something is wrong with it.
    PushTroubled(&'a StoredCapture),
    /// The push was taken and answered.
    Arriving,
}

/// The state of one step on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepState {
    Done,
    Failed,
    /// Something has come, and nothing proves that WeChat has sent it.
    Unproven,
    Open,
}

impl<'a> ArrivalStage<'a> {
    pub(super) fn of(view: &ArrivalsView<'a>) -> Self {
        let id = |stored: Option<&StoredCapture>| stored.map(|stored| stored.placement.id);
        match (view.handshake, view.push) {
            _ if !matches!(view.status.listener, ListenerState::Listening { .. } | ListenerState::Elsewhere { .. }) => {
                Self::NotListening
            }
            (_, Some(push)) if id(view.push) > id(view.handshake) => Self::of_push(push),
            (Some(handshake), _) if handshake.capture.signature.is_refused() => Self::HandshakeRefused(handshake),
            (Some(handshake), _) if !is_from_wechat(handshake) => Self::Unproven(handshake),
            (Some(handshake), _) if is_spoiled(handshake) => Self::HandshakeSpoiled(handshake),
            (Some(handshake), _) => Self::HandshakeOnly(handshake),
            (None, Some(push)) => Self::of_push(push),
            (None, None) => Self::NeverReached,
        }
    }

    fn of_push(push: &'a StoredCapture) -> Self {
        let is_refused = push.capture.signature.is_refused();
        if !is_refused && !is_from_wechat(push) {
            return Self::Unproven(push);
        }
        let has_error = push.capture.diagnoses.iter().any(|found| found.code.severity() == Severity::Error);
        if is_refused || has_error || is_spoiled(push) { Self::PushTroubled(push) } else { Self::Arriving }
    }

    /// The key of its sentence.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::NotListening => "arrivals.stage.not_listening",
            Self::NeverReached => "arrivals.stage.never",
            Self::Unproven(_) => "arrivals.stage.unproven",
            Self::HandshakeRefused(_) => "arrivals.stage.refused",
            Self::HandshakeSpoiled(_) => "arrivals.stage.spoiled",
            Self::HandshakeOnly(_) => "arrivals.stage.only",
            Self::PushTroubled(_) => "arrivals.stage.troubled",
            Self::Arriving => "arrivals.stage.arriving",
        }
    }

    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Arriving)
    }

    /// Tells whether the latest push decides.
    pub(super) fn is_about_push(&self) -> bool {
        matches!(self, Self::PushTroubled(_) | Self::Arriving | Self::Unproven(_))
    }

    /// The request that nothing proves to be WeChat's.
    pub(super) fn unproven(&self) -> Option<&'a StoredCapture> {
        match self {
            Self::Unproven(stored) => Some(stored),
            _ => None,
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        self.troubled().is_some_and(|stored| stored.capture.signature.is_refused())
    }

    /// Tells whether the words of the console narrow it down further.
    pub(super) fn asks_for_console(&self) -> bool {
        matches!(self, Self::NeverReached | Self::HandshakeSpoiled(_) | Self::HandshakeOnly(_))
    }

    /// Tells whether the next step is on the console's page.
    pub(super) fn needs_console_page(&self) -> bool {
        matches!(self, Self::NeverReached | Self::Unproven(_) | Self::HandshakeRefused(_) | Self::HandshakeOnly(_))
    }

    /// The request that something is wrong with.
    pub(super) fn troubled(&self) -> Option<&'a StoredCapture> {
        match self {
            Self::Unproven(stored)
            | Self::HandshakeRefused(stored)
            | Self::HandshakeSpoiled(stored)
            | Self::PushTroubled(stored) => Some(stored),
            _ => None,
        }
    }

    /// The time that the answer to the handshake took here.
    pub(super) fn elapsed(&self) -> Option<Duration> {
        match self {
            Self::HandshakeSpoiled(stored) | Self::HandshakeOnly(stored) => Some(stored.reply.as_ref()?.elapsed),
            _ => None,
        }
    }

    /// The steps of the way, each with the time of the request that shows it.
    pub(super) fn steps(&self, view: &ArrivalsView<'_>) -> [(&'static str, StepState, Option<Timestamp>); 4] {
        let time = |stored: Option<&StoredCapture>| stored.map(|stored| stored.capture.request.received_at);
        let newest = match self {
            Self::Unproven(stored) => Some(*stored),
            Self::PushTroubled(_) | Self::Arriving => view.push,
            _ => view.handshake,
        };
        let (reached, accepted, answered, pushed) = match self {
            Self::NotListening | Self::NeverReached => {
                (StepState::Open, StepState::Open, StepState::Open, StepState::Open)
            }
            Self::Unproven(_) => (StepState::Unproven, StepState::Open, StepState::Open, StepState::Open),
            Self::HandshakeRefused(_) => (StepState::Unproven, StepState::Failed, StepState::Open, StepState::Open),
            Self::HandshakeSpoiled(_) => (StepState::Done, StepState::Done, StepState::Failed, StepState::Open),
            Self::HandshakeOnly(_) => (StepState::Done, StepState::Done, StepState::Done, StepState::Open),
            Self::PushTroubled(stored) if stored.capture.signature.is_refused() => {
                (StepState::Unproven, StepState::Failed, StepState::Open, StepState::Open)
            }
            Self::PushTroubled(_) => (StepState::Done, StepState::Done, StepState::Failed, StepState::Failed),
            Self::Arriving => (StepState::Done, StepState::Done, StepState::Done, StepState::Done),
        };
        let pushed_at = (pushed != StepState::Open).then(|| time(view.push)).flatten();
        [
            ("arrivals.step.reached", reached, time(newest).filter(|_| reached != StepState::Open)),
            ("arrivals.step.accepted", accepted, None),
            ("arrivals.step.answered", answered, None),
            ("arrivals.step.pushed", pushed, pushed_at),
        ]
    }
}

/// Tells whether the answer was not what WeChat takes, or came too late. One that is still open is not.
fn is_spoiled(stored: &StoredCapture) -> bool {
    stored.reply.as_ref().is_some_and(|reply| {
        reply.fault.is_some()
            || reply.status != Some(200)
            || reply.end != ReplyEnd::Answered
            || reply.elapsed.as_millis() > u128::from(WECHAT_LIMIT_MS)
    })
}
