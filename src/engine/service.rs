//! Lock, store and listener in one, for the window and for `menuscope listen`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::priority::give_way_to_window;
use super::rulebook::RulebookError;
use crate::account::Accounts;
use crate::config::{Config, ConfigError, DataFolder, ListenerLock, ListenerRecord, RetentionConfig, TeamRecord};
use crate::listener::{self, ListenError, ListenerContext, ReplyPolicy};
use crate::reach::end_leftover_client;
use crate::store::{Limits, Retention, Store, StoreError, StoreHandle, StoreHead};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// The listener's threads: decoding is quick, and the other cores belong to the developer.
const WORKERS: usize = 2;

/// A failure to start the service. Each has a remedy as a [`UserError`].
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// From the configuration, the secrets, the data folder or its lock.
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Listen(#[from] ListenError),
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

/// Builds the runtime for the listener and all deliveries.
pub fn runtime() -> std::io::Result<Runtime> {
    runtime_builder().build()
}

/// Builds the same for a program with a window, to whose thread the listener's give way.
pub(super) fn runtime_behind_window() -> std::io::Result<Runtime> {
    runtime_builder().on_thread_start(give_way_to_window).build()
}

fn runtime_builder() -> tokio::runtime::Builder {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(WORKERS).thread_name("listener").enable_all();
    builder
}

/// A store with its writer, under the data folder's lock, and the listener that writes to it.
/// Dropping it stops accepting, lets open answers finish, commits, and joins the writer.
#[derive(Debug)]
pub struct Service {
    runtime: Arc<Runtime>,
    accounts: watch::Sender<Arc<Accounts>>,
    reply_budget: Duration,
    policy: ReplyPolicy,
    running: Option<RunningListener>,
    store: Store,
    folder: DataFolder,
    _lock: ListenerLock,
}

#[derive(Debug)]
struct RunningListener {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Service {
    /// Takes the data folder's lock and opens the database; does not listen yet.
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
        end_leftover_client(folder);
        let store = Store::open(&folder.database(), limits(config), head, waker)?;
        let service = Self {
            runtime,
            accounts: watch::Sender::new(Arc::new(accounts)),
            reply_budget: config.listener.reply_budget(),
            policy,
            running: None,
            store,
            folder: folder.clone(),
            _lock: lock,
        };
        // Those of a process that was killed.
        service.record(None);
        if let Err(error) = TeamRecord::clear(folder) {
            tracing::warn!("{error}");
        }
        Ok(service)
    }

    /// Keeps the database within these limits from now on.
    pub fn keep(&self, config: &RetentionConfig) {
        let _runtime = self.runtime.enter();
        self.store.handle().keep(retention(config));
    }

    /// Listens at this address and returns it, with the actual port in place of port 0.
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
        self.running = Some(RunningListener { stop, serving });
        self.record(Some(address));
        Ok(address)
    }

    /// Stops accepting and waits for open answers, 3 s at most.
    pub fn stop_listening(&mut self) {
        if let Some(RunningListener { stop, serving }) = self.running.take() {
            stop.send(()).ok();
            self.runtime.block_on(serving).ok();
            self.record(None);
        }
    }

    /// Records the address for other programs, which lose nothing but that where it fails.
    fn record(&self, address: Option<SocketAddr>) {
        if let Err(error) = (ListenerRecord { address }).write(&self.folder) {
            tracing::warn!("{error}");
        }
    }

    /// The accounts that the listener uses.
    pub fn accounts(&self) -> Arc<Accounts> {
        self.accounts.borrow().clone()
    }

    /// The accounts, and a notice of each change.
    pub(super) fn follow_accounts(&self) -> watch::Receiver<Arc<Accounts>> {
        self.accounts.subscribe()
    }

    /// A handle that writes to the store.
    pub(super) fn store(&self) -> StoreHandle {
        self.store.handle()
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
