//! The sending side of a team's state: changes it, logs what a person has to know, and wakes the window.

use std::sync::Arc;

use tokio::sync::watch;

use super::team_error::TeamError;
use super::team_status::{BrokerState, TeamRole, TeamStatus};
use crate::waker::Waker;

/// The sending side of the state.
#[derive(Clone, Debug)]
pub(super) struct StatusSender {
    out: watch::Sender<Arc<TeamStatus>>,
    waker: Waker,
}

impl StatusSender {
    pub(super) fn new(status: TeamStatus, waker: Waker) -> Self {
        Self { out: watch::Sender::new(Arc::new(status)), waker }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<TeamStatus>> {
        self.out.subscribe()
    }

    pub(super) fn current(&self) -> Arc<TeamStatus> {
        Arc::clone(&self.out.borrow())
    }

    /// Changes the state, and wakes the window if it is another one now.
    pub(super) fn change(&self, change: impl FnOnce(&mut TeamStatus)) {
        let is_other = self.out.send_if_modified(|status| {
            let mut changed = (**status).clone();
            change(&mut changed);
            let is_other = changed != **status;
            if is_other {
                *status = Arc::new(changed);
            }
            is_other
        });
        if is_other {
            self.waker.wake();
        }
    }

    /// Notes that the broker is there.
    pub(super) fn connected(&self, version: &str) {
        self.change(|status| {
            status.state = BrokerState::Connected { version: version.to_owned() };
            status.has_joined = true;
            status.trouble = None;
        });
    }

    /// Notes that the broker is away, and logs the reason unless it was the same before. What keeps a desktop from joining at
    /// all is told by those who wait for it.
    pub(super) fn away(&self, error: &TeamError) {
        let current = self.current();
        let is_known = matches!(&current.state, BrokerState::Away { error: former } if former == error);
        let is_awaited = current.role == TeamRole::Desktop && !current.has_joined && error.is_lasting();
        if !is_known && !is_awaited {
            tracing::warn!("{error}");
        }
        self.change(|status| {
            status.state = BrokerState::Away { error: error.clone() };
            status.members.clear();
        });
    }

    /// Notes a failure that does not end the connection, or its end.
    pub(super) fn trouble(&self, trouble: Option<TeamError>) {
        if let Some(error) = &trouble
            && self.current().trouble.as_ref() != Some(error)
        {
            tracing::warn!("{error}");
        }
        self.change(|status| status.trouble = trouble);
    }
}
