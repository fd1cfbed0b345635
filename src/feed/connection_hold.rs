//! A connection as its request's handler sees it: its place among the connections, and the way to end it.

use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit};

/// Held by all that use a connection; the place is free once the last one is dropped.
#[derive(Clone, Debug)]
pub(super) struct ConnectionHold {
    _place: Arc<OwnedSemaphorePermit>,
    ended: Arc<Notify>,
}

impl ConnectionHold {
    /// Holds a place.
    pub(super) fn of(place: OwnedSemaphorePermit) -> Self {
        Self { _place: Arc::new(place), ended: Arc::default() }
    }

    /// Ends the connection, whatever is still to be written to it.
    pub(super) fn abort(&self) {
        self.ended.notify_one();
    }

    /// Resolves once the connection is to end.
    pub(super) async fn aborted(&self) {
        self.ended.notified().await;
    }
}
