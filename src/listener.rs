//! The HTTP endpoint that WeChat posts to: accepting, serving, and stopping without losing an answer.
//!
//! `axum::serve` sets no timer, so that hyper's header time-out would never apply: connections are accepted in a loop of
//! our own, and the axum router is served by hyper's HTTP/1 connection with a timer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::account::Accounts;
use crate::log_throttle::LogThrottle;
use crate::store::StoreHandle;
use crate::texts::user_error::UserError;

mod answer;
mod body;
mod callback;
mod connection;
mod handles;
mod held;
mod reply_policy;
mod responder;

use callback::Endpoint;
use connection::{Origin, TimedStream};
pub use held::{AwaitedRetry, HeldDecision, HeldPush, HeldPushes, HeldView, ManualReply};
pub use reply_policy::{ArmedFault, ForwardSetup, ReplyPolicy, RuleUsage, UsageByRule};

/// How long a client may take for its head, and again for its body.
const CLIENT_PATIENCE: Duration = Duration::from_secs(5);

/// How long connections may take to finish once the listener stops.
const DRAIN: Duration = Duration::from_secs(3);

/// How long to wait before accepting again where accepting failed: the process is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// ReplyContent can keep the listener from listening.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else has the port.
    #[error(
        "cannot listen at {address}: the port is taken; stop the program that has it, or choose another with --addr or in Settings"
    )]
    Taken {
        /// Where.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen at {address}: {source}; choose another address with --addr or in Settings")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<&ListenError> for UserError {
    fn from(error: &ListenError) -> Self {
        match error {
            ListenError::Taken { address } => Self::of("user_error.listen.taken", error).with("address", address),
            ListenError::Bind { address, source } => {
                Self::of("user_error.listen.bind", error).with("address", address).with("cause", source)
            }
        }
    }
}

/// ReplyContent the listener needs to know.
#[derive(Clone, Debug)]
pub struct ListenerContext {
    /// Whose callbacks arrive here; changes take effect with the next request.
    pub accounts: watch::Receiver<Arc<Accounts>>,
    /// Where they are written.
    pub store: StoreHandle,
    /// How long an answer may take, from the request's first byte.
    pub reply_budget: Duration,
    /// Who has a say in what is answered.
    pub policy: ReplyPolicy,
}

/// Takes the address; nothing is accepted yet.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    handles::raise_limit();
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ListenError::Taken { address },
        _ => ListenError::Bind { address, source },
    })
}

/// Serves until `stop` resolves or its sender is gone; then stops accepting and lets open answers finish, 3 s at most.
pub async fn serve(listener: TcpListener, context: ListenerContext, stop: oneshot::Receiver<()>) {
    // Every task that owes an answer or its record holds a clone; all gone is all done.
    let (owing, mut all_done) = mpsc::channel::<()>(1);
    let (stops, stopping) = watch::channel(false);
    let held = context.policy.held.clone();
    held.close(false);
    let listens_at = listener.local_addr().unwrap_or_else(|_unknown| SocketAddr::from(([0, 0, 0, 0], 0)));
    let endpoint = Arc::new(Endpoint::new(context, listens_at, stopping, owing));
    let router = callback::router(Arc::clone(&endpoint));
    let connections = GracefulShutdown::new();
    // Dropping the set ends what is left in it.
    let mut tasks = JoinSet::new();
    let refused = LogThrottle::default();
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    while tasks.try_join_next().is_some() {}
                    tasks.spawn(connection(stream, peer, router.clone(), Arc::clone(&endpoint), &connections));
                }
                Err(error) => {
                    if let Some(count) = refused.count() {
                        tracing::warn!(
                            "cannot accept more connections just now (number {count}): {error}; goes on by itself as others close, \
                             or allow more open files with `ulimit -n`"
                        );
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = stop => {}
    }
    drop(listener);
    // Whoever waits for a person, a delay or a retry gets the default now.
    held.close(true);
    stops.send_replace(true);
    drop(router);
    drop(endpoint);
    let draining = async {
        connections.shutdown().await;
        all_done.recv().await;
    };
    if tokio::time::timeout(DRAIN, draining).await.is_err() {
        tracing::warn!("closed connections that did not finish within 3 s");
    }
}

/// One connection, from its first byte to its last.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    endpoint: Arc<Endpoint>,
    connections: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // An answer is one small packet: waiting to fill it would cost 40 ms.
    stream.set_nodelay(true).ok();
    let origin = Origin::new(peer, stream);
    let service = TowerToHyperService::new(router.layer(axum::Extension(origin.clone())));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_PATIENCE)
        // Who has sent all and closes its half may still be heard: what it sent is recorded in any case.
        .half_close(true)
        .serve_connection(TokioIo::new(TimedStream::new(origin)), service);
    let connection = connections.watch(connection);
    async move {
        if let Err(error) = connection.await
            && error.is_parse()
        {
            endpoint.count_not_http(peer, &error);
        }
    }
}

#[cfg(test)]
mod tests;
