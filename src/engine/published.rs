//! The state that the thread `settings` publishes: of the listener, the store, the accounts and the tunnel.

use std::sync::Arc;

use tokio::sync::watch;

use super::status::Status;
use crate::account::Accounts;
use crate::reach::TunnelState;
use crate::store::StoreHead;

/// The state that the thread publishes.
pub(super) struct Published {
    pub(super) status: watch::Sender<Arc<Status>>,
    pub(super) head: watch::Sender<StoreHead>,
    pub(super) accounts: watch::Sender<Arc<Accounts>>,
    pub(super) tunnel: watch::Sender<Arc<TunnelState>>,
}

/// The other ends of [`Published`].
pub(super) struct PublishedViews {
    pub(super) status: watch::Receiver<Arc<Status>>,
    pub(super) head: watch::Receiver<StoreHead>,
    pub(super) accounts: watch::Receiver<Arc<Accounts>>,
    pub(super) tunnel: watch::Receiver<Arc<TunnelState>>,
}

impl Published {
    /// The state before anything is known, with its other ends.
    pub(super) fn channels() -> (Self, PublishedViews) {
        let (status, status_view) = watch::channel(Arc::default());
        let (head, head_view) = watch::channel(StoreHead::default());
        let (accounts, accounts_view) = watch::channel(Arc::new(Accounts::new(Vec::new(), None)));
        let (tunnel, tunnel_view) = watch::channel(Arc::default());
        let views =
            PublishedViews { status: status_view, head: head_view, accounts: accounts_view, tunnel: tunnel_view };
        (Self { status, head, accounts, tunnel }, views)
    }
}
