//! The queue of notices from the engine's threads to the window.

use std::sync::mpsc::{SyncSender, TrySendError};

use super::notice::Notice;
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// Sends notices and wakes the window after each. Every thread of the engine has a clone.
#[derive(Clone, Debug)]
pub(super) struct NoticeSender {
    queue: SyncSender<Notice>,
    pub(super) waker: Waker,
}

impl NoticeSender {
    pub(super) fn new(queue: SyncSender<Notice>, waker: Waker) -> Self {
        Self { queue, waker }
    }

    /// Sends a notice; waits while the queue is full. `false`: the window has closed.
    pub(super) fn send(&self, notice: impl Into<Notice>) -> bool {
        let notice = notice.into();
        if let Notice::Failed { trouble } = &notice {
            tracing::error!("{trouble}");
        }
        let notice = match self.queue.try_send(notice) {
            Ok(()) => {
                self.waker.wake();
                return true;
            }
            Err(TrySendError::Full(notice)) => notice,
            Err(TrySendError::Disconnected(_)) => return false,
        };
        // A sleeping window would never make room.
        self.waker.wake();
        let sent = self.queue.send(notice).is_ok();
        self.waker.wake();
        sent
    }

    /// Sends an error for the window to show, and logs it.
    pub(super) fn fail(&self, error: impl Into<UserError>) -> bool {
        self.send(Notice::Failed { trouble: error.into() })
    }
}
