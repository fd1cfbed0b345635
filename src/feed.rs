//! The feed: other programs follow along on a port of its own, by polling, long polling, long connections and WebSocket.
//!
//! # One code path
//! ```text
//! any process commits ─► feed-reader (one reading) ─► EventLog ─┬─► GET /events                  at once, or after a wait
//!                        settling: by number, once answered     ├─► GET /events/stream           SSE · JSON Lines · iframe
//!                                                               └─► GET /events/socket           WebSocket
//!                        feed-history (older events) ─► page ───┘
//! ```
//! A follower has a cursor, the number of an event, and asks `log` for the page behind it. The latest events are in
//! memory, each with its JSON made once, however many follow; older ones are read from the database by another thread. So
//! nothing is lost between two requests, and nothing comes twice.
//!
//! The feed only reads. Its threads have the lowest priority that the system gives, and its connections a limit: whatever
//! becomes of it, captures go on.
//!
//! # Files
//! - `settling`: the order of events, and how long an open one keeps those after it waiting.
//! - `tracker`: the thread `feed-reader`. `history`: the thread `feed-history`. `priority`: theirs.
//! - `log`: the events in order; `tail`: the latest of them; `item`: one of them.
//! - `server`: the port and its connections; `connection_hold`: one connection's place.
//! - `routes`: requests and the answers of polling. `access`: who may ask. `parameters`: what can be asked for.
//!   `response`, `refusal`: responses.
//! - `follower`: one who stays connected, and is closed when too slow. `stream`: long connections. `socket`: WebSocket.
//!   `page`: the page for people, `assets/feed.html`.
//!
//! # Where to add things
//! - A parameter: `parameters`. A way to follow: a function over a `Follower`, its path in `routes`, its
//!   choice in `assets/feed.html`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::account::Secret;
use crate::store::StoreHead;
use crate::texts::Language;
use crate::texts::user_error::UserError;

mod access;

mod connection_hold;
mod follower;
mod history;
mod item;
mod log;
mod page;
mod parameters;
mod priority;
mod refusal;
mod response;
mod routes;
mod server;
mod settling;
mod socket;
mod stream;
mod tail;
mod tracker;

use access::Access;
use history::History;
use log::EventLog;
use routes::Endpoint;
use tracker::Tracker;

/// The least length of a token, in bytes: nobody guesses it.
pub const SHORTEST_TOKEN: usize = 32;

/// The feed's threads for connections.
const WORKERS: usize = 2;

/// The time that connections get once the feed has stopped, beside what the followers had already.
const CLOSE: Duration = Duration::from_millis(200);

/// The reasons that keep the feed from its address.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Another program has the port.
    #[error(
        "cannot open the feed at {address}: the port is taken; stop the program that has it, or choose another with --feed or in Settings"
    )]
    PortTaken { address: SocketAddr },
    #[error("cannot open the feed at {address}: {source}; choose another address with --feed or in Settings")]
    Unreachable { address: SocketAddr, source: std::io::Error },
    /// Other computers reach the address, and there is no token.
    #[error(
        "the feed at {address} is reached by other computers and needs a token of {SHORTEST_TOKEN} characters or more; set one in Settings, as MENUSCOPE_FEED_TOKEN or in secrets.toml (token in [feed]), or listen at 127.0.0.1"
    )]
    WithoutToken { address: SocketAddr },
    #[error(
        "the feed's token has {length} characters and needs {SHORTEST_TOKEN} or more, since other computers reach {address}; choose a longer one, such as of `openssl rand -hex 16`"
    )]
    ShortToken { address: SocketAddr, length: usize },
    #[error("cannot start the feed's threads: {0}")]
    Threads(#[from] std::io::Error),
}

impl From<&FeedError> for UserError {
    fn from(error: &FeedError) -> Self {
        match error {
            FeedError::PortTaken { address } => Self::of("user_error.feed.taken", error).with("address", address),
            FeedError::Unreachable { address, source } => {
                Self::of("user_error.feed.unreachable", error).with("address", address).with("cause", source)
            }
            FeedError::WithoutToken { address } => {
                Self::of("user_error.feed.without_token", error).with("address", address).with("least", SHORTEST_TOKEN)
            }
            FeedError::ShortToken { address, length } => Self::of("user_error.feed.short_token", error)
                .with("address", address)
                .with("length", length)
                .with("least", SHORTEST_TOKEN),
            FeedError::Threads(cause) => Self::of("user_error.feed.threads", error).with("cause", cause),
        }
    }
}

/// Everything that a feed depends on.
#[derive(Debug)]
pub struct FeedSetup {
    pub database: PathBuf,
    /// Announces commits of this process; those of others are noticed as well.
    pub head: watch::Receiver<StoreHead>,
    /// The language of diagnoses.
    pub language: Language,
    /// Needed where other computers reach the address.
    pub token: Option<Secret>,
}

/// A running feed. Dropping it gives the followers the last events and closes their connections, within a second.
#[derive(Debug)]
pub struct Feed {
    address: SocketAddr,
    log: Arc<EventLog>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    serving: Option<tokio::task::JoinHandle<()>>,
    /// `None` once it is dropped.
    runtime: Option<Runtime>,
}

impl Feed {
    /// Binds the address, and answers from then on.
    pub fn open(address: SocketAddr, setup: FeedSetup) -> Result<Self, FeedError> {
        let access = access(address, setup.token)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("feed")
            .on_thread_start(priority::lower)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => FeedError::PortTaken { address },
            _ => FeedError::Unreachable { address, source },
        })?;
        let address = listener.local_addr()?;
        let (log, requests) = EventLog::new(setup.language);
        let (stop, stopping) = watch::channel(false);
        let tracker = Tracker::new(Arc::clone(&log), setup.database.clone(), setup.head, stopping.clone());
        let (database, language) = (setup.database, log.language.subscribe());
        let history = History { database, requests, language, stopping: stopping.clone(), reader: None };
        let threads = vec![start("feed-reader", || tracker.run())?, start("feed-history", || history.run())?];
        let endpoint = Arc::new(Endpoint { log: Arc::clone(&log), access });
        let serving = runtime.spawn(server::serve(listener, endpoint, stopping, log.state.subscribe()));
        Ok(Self { address, log, stop, threads, serving: Some(serving), runtime: Some(runtime) })
    }

    /// The address, with the actual port in place of port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Writes diagnoses of new events in this language.
    pub fn set_language(&self, language: Language) {
        self.log.language.send_replace(language);
    }

    /// Begins to stop: the last events go out, and nobody is let in any more.
    pub fn begin_stopping(&self) {
        self.stop.send_replace(true);
    }
}

fn access(address: SocketAddr, token: Option<Secret>) -> Result<Access, FeedError> {
    match &token {
        Some(token) if !address.ip().is_loopback() && token.reveal().len() < SHORTEST_TOKEN => {
            Err(FeedError::ShortToken { address, length: token.reveal().chars().count() })
        }
        _ => Access::to(address, token).ok_or(FeedError::WithoutToken { address }),
    }
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.begin_stopping();
        if let (Some(runtime), Some(serving)) = (self.runtime.take(), self.serving.take()) {
            runtime.block_on(serving).ok();
            runtime.shutdown_timeout(CLOSE);
        }
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_every_error() {
        let address: SocketAddr = "0.0.0.0:8990".parse().unwrap();
        let source = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        for error in [
            FeedError::PortTaken { address },
            FeedError::Unreachable { address, source: source() },
            FeedError::WithoutToken { address },
            FeedError::ShortToken { address, length: 5 },
            FeedError::Threads(source()),
        ] {
            UserError::from(&error).assert_said();
        }
    }

    #[test]
    fn beyond_loopback_a_token_is_needed_and_a_long_one() {
        let any: SocketAddr = "0.0.0.0:8990".parse().unwrap();
        assert!(matches!(access(any, None), Err(FeedError::WithoutToken { .. })));
        let short = || Some(Secret::new("x".repeat(SHORTEST_TOKEN - 1)));
        assert!(matches!(access(any, short()), Err(FeedError::ShortToken { length: 31, .. })));
        assert!(access(any, Some(Secret::new("x".repeat(SHORTEST_TOKEN)))).is_ok());
        assert!(access("127.0.0.1:1".parse().unwrap(), short()).is_ok());
    }
}
