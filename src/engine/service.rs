//! Lock, store and listener together: what `menuscope listen` runs, and the window has inside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::rulebook::RulebookError;
use crate::account::Accounts;
use crate::config::{Config, ConfigError, DataFolder, ListenerLock, RetentionConfig};
use crate::listener::{self, ListenError, ListenerContext, ReplyPolicy};
use crate::store::{Limits, Retention, Store, StoreError, StoreHead};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// Threads for the listener: decoding is quick, and the rest of the machine belongs to the developer.
const WORKERS: usize = 2;

/// Why a service cannot start; each is said in words with a remedy.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Configuration, secrets, folder or lock.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Rules or forward target.
    #[error(transparent)]
    Rulebook(#[from] RulebookError),
}

impl From<&StartError> for UserError {
    fn from(error: &StartError) -> Self {
        match error {
            StartError::Config(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Listen(error) => error.into(),
            StartError::Rulebook(error) => error.into(),
        }
    }
}

/// The runtime that the listener and all deliveries run on.
pub fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).thread_name("listener").enable_all().build()
}

/// A store that is written to, under the folder's lock, and the listener that feeds it.
/// Dropping it stops accepting, lets answers finish, commits and joins.
#[derive(Debug)]
pub struct Service {
    runtime: Arc<Runtime>,
    accounts: watch::Sender<Arc<Accounts>>,
    reply_budget: Duration,
    policy: ReplyPolicy,
    listening: Option<Listening>,
    store: Store,
    _lock: ListenerLock,
}

#[derive(Debug)]
struct Listening {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Service {
    /// Takes the folder's lock and opens its database; does not listen yet.
    pub fn open(
        runtime: Arc<Runtime>,
        folder: &DataFolder,
        config: &Config,
        accounts: Accounts,
        policy: ReplyPolicy,
        head: watch::Sender<StoreHead>,
        waker: Waker,
    ) -> Result<Self, StartError> {
        folder.create()?;
        let lock = folder.lock_listener()?;
        let store = Store::open(&folder.database(), limits(config), head, waker)?;
        Ok(Self {
            runtime,
            accounts: watch::Sender::new(Arc::new(accounts)),
            reply_budget: config.listener.reply_budget(),
            policy,
            listening: None,
            store,
            _lock: lock,
        })
    }

    /// Keeps no more than this from now on.
    pub fn keep(&self, config: &RetentionConfig) {
        let _runtime = self.runtime.enter();
        self.store.handle().keep(retention(config));
    }

    /// Listens at this address; returns the one it got, which differs where port 0 was asked for.
    pub fn listen(&mut self, address: SocketAddr) -> Result<SocketAddr, ListenError> {
        self.stop_listening();
        let bound = self.runtime.block_on(listener::bind(address))?;
        let address = bound.local_addr().map_err(|source| ListenError::Bind { address, source })?;
        let context = ListenerContext {
            accounts: self.accounts.subscribe(),
            store: self.store.handle(),
            reply_budget: self.reply_budget,
            policy: self.policy.clone(),
        };
        let (stop, stopped) = oneshot::channel();
        let serving = self.runtime.spawn(listener::serve(bound, context, stopped));
        self.listening = Some(Listening { stop, serving });
        Ok(address)
    }

    /// Stops accepting and returns once open answers are out, after 3 s at most.
    pub fn stop_listening(&mut self) {
        if let Some(Listening { stop, serving }) = self.listening.take() {
            stop.send(()).ok();
            self.runtime.block_on(serving).ok();
        }
    }

    /// The accounts as the listener sees them.
    pub fn accounts(&self) -> Arc<Accounts> {
        self.accounts.borrow().clone()
    }

    /// Uses these accounts from the next request on.
    pub fn set_accounts(&self, accounts: Accounts) {
        self.accounts.send_replace(Arc::new(accounts));
    }
}

fn limits(config: &Config) -> Limits {
    Limits { unverified: config.listener.unverified_limit(), retention: retention(&config.retention) }
}

fn retention(config: &RetentionConfig) -> Retention {
    Retention { age: config.age(), events: config.events, size: config.size() }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop_listening();
    }
}
