//! Held pushes and the armed fault: commands that change a map or a cell shared with the listener, without a thread.

use tokio::sync::watch;

use super::Engine;
use crate::capture::CaptureId;
use crate::filter::Filter;
use crate::listener::{ArmedFault, HeldPushes};
use crate::listener::{HeldDecision, HeldView};
use crate::wechat::fault::Fault;

impl Engine {
    /// The held pushes, the awaited retries, and the filter of what is held.
    pub fn held(&self) -> watch::Ref<'_, HeldView> {
        self.answering.view.borrow()
    }

    /// The fault that is injected into the next answer.
    pub fn armed(&self) -> Option<Fault> {
        self.answering.armed.fault()
    }
}

/// A command about the replies that a person gives, and about fault injection.
#[derive(Clone, Debug)]
pub enum AnsweringCommand {
    /// Hold the pushes that match from now on. `None` switches holding off and releases all with the default reply.
    SetHold { filter: Option<Box<Filter>> },
    /// Decide a held push, or prepare the reply to a retry that WeChat is about to send.
    Resolve { target: AnswerTarget, verdict: Box<HeldDecision> },
    /// At its deadline, leave this push unanswered, so that WeChat sends it again; `false`: answer the default.
    RetryAtDeadline { push: CaptureId, is_to_retry: bool },
    /// Release all held pushes with the default reply.
    ReleaseAll,
    /// Inject this fault into the next answer; `None` disarms.
    Arm { fault: Option<Fault> },
}

/// The push that a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerTarget {
    /// A push that is held now, by its own number.
    HeldPush(CaptureId),
    /// The next attempt of an event, by the number of the event's first attempt (its group): the retry itself has no
    /// number before it arrives.
    AwaitedRetry { group: CaptureId },
}

impl AnswerTarget {
    /// The number under which the listener keeps the push or the event.
    pub fn id(self) -> CaptureId {
        match self {
            Self::HeldPush(id) | Self::AwaitedRetry { group: id } => id,
        }
    }
}

/// The state shared with the listener: held pushes with their view, and the armed fault.
#[derive(Debug)]
pub(super) struct AnsweringHandle {
    pub(super) held: HeldPushes,
    pub(super) view: watch::Receiver<HeldView>,
    pub(super) armed: ArmedFault,
}

impl AnsweringHandle {
    pub(super) fn carry_out(&self, command: AnsweringCommand) {
        match command {
            AnsweringCommand::SetHold { filter } => self.held.switch(filter.map(|filter| *filter)),
            // `false`: the deadline came first. The view says so already.
            AnsweringCommand::Resolve { target, verdict } => {
                self.held.resolve(target.id(), *verdict);
            }
            AnsweringCommand::RetryAtDeadline { push, is_to_retry } => self.held.retry_at_deadline(push, is_to_retry),
            AnsweringCommand::ReleaseAll => self.held.release_all(),
            AnsweringCommand::Arm { fault } => self.armed.set(fault),
        }
    }
}
