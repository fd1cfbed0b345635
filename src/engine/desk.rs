//! Where the engine's threads put what the window is to hear, and what they share.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use tokio::sync::watch;

use super::Notice;
use crate::account::Accounts;
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// The accounts with their secrets, for the threads that calculate with them; never for the window.
pub(super) type Known = watch::Receiver<Option<Arc<Accounts>>>;
pub(super) type KnownSender = watch::Sender<Option<Arc<Accounts>>>;

/// The accounts, or one without anything where the configuration could not be read.
pub(super) fn accounts_of(known: &Known) -> Arc<Accounts> {
    known.borrow().clone().unwrap_or_else(|| Arc::new(Accounts::new(Vec::new(), None)))
}

/// Where the threads put their notices.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    notices: SyncSender<Notice>,
    /// Wakes the window.
    pub(super) waker: Waker,
}

impl Desk {
    pub(super) fn new(notices: SyncSender<Notice>, waker: Waker) -> Self {
        Self { notices, waker }
    }

    /// Puts a notice there, waiting for room. `false`: nobody reads any more.
    pub(super) fn put(&self, notice: Notice) -> bool {
        if let Notice::Failed { trouble } = &notice {
            tracing::error!("{trouble}");
        }
        let notice = match self.notices.try_send(notice) {
            Ok(()) => {
                self.waker.wake();
                return true;
            }
            Err(TrySendError::Full(notice)) => notice,
            Err(TrySendError::Disconnected(_)) => return false,
        };
        self.waker.wake();
        let sent = self.notices.send(notice).is_ok();
        self.waker.wake();
        sent
    }

    pub(super) fn fail(&self, error: impl Into<UserError>) -> bool {
        self.put(Notice::Failed { trouble: error.into() })
    }
}
