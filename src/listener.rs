//! The HTTP endpoint that WeChat posts to: accepts connections, answers requests, and stops without losing an answer.
//!
//! `axum::serve` sets no timer, so hyper's header time-out would never apply: connections are accepted in a loop of our
//! own, and each is served by hyper's HTTP/1 connection with a timer. One handler answers every path, so there is no router:
//! its layers would cost a push as much as reading it.
//!
//! # One request
//! ```text
//! connection ─► callback ─► body ─► inspect ─► store: COMMIT ─► responder ─► answer ─► HTTP
//!                                                                  │
//!     reply policy: desktop · held push · first rule · forward · default ────┘
//!     then assembly: address ─► fault ─► encrypt ─► lint what arrives
//! ```
//!
//! # Files
//! - `connection`: the socket and its clock. `body`: the request's body, within limits. `handles`: the limit of open files.
//! - `callback`: one request, from its head to the record of its answer.
//! - `reply_policy`: the rules, held pushes, forward target and armed fault that decide replies, shared with the engine.
//! - `held`: the pushes that wait for a person. `responder`: the decision on one push's reply.
//! - `responder/forwarding`: the developer's own server. `responder/assembly`: a decision turned into bytes, faults
//!   included, and linted. `responder/encryption`: the encrypted envelope, and the faults in it.
//! - `desktops`: a team's claims, and the way to ask a desktop; `responder/by_desktop` asks. `remote_push`: the other side, a
//!   relay's push decided here.
//! - `http_answer`: the HTTP response and its record.
//!
//! # Where to add things
//! - A fault: its name and bytes in `wechat/fault.rs`; one of time or connection, `Responder::answer`; one of
//!   encryption, `responder/encryption`. A test in `tests/faults.rs`.
//! - A source of replies: a variant of [`ReplySource`](crate::capture::ReplySource), its state in [`ReplyPolicy`] (and in
//!   `ReplyPolicy::is_idle`), its turn in `Responder::decide`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::account::Accounts;
use crate::log_throttle::LogThrottle;
use crate::store::StoreHandle;
use crate::texts::user_error::UserError;

mod body;
mod callback;
mod connection;
mod desktops;
mod handles;
mod held;
mod http_answer;
mod remote_push;
mod reply_policy;
mod responder;

use callback::Endpoint;
use connection::{Origin, TimedStream};
pub use desktops::{Claims, DesktopAnswer, DesktopAsker, DesktopContent, DesktopQuestion, TeamDesktops};
pub use held::{AwaitedRetry, HeldDecision, HeldPush, HeldPushes, HeldView, ManualReply};
pub use remote_push::{RemoteContext, RemotePush, answer_remotely};
pub use reply_policy::{ArmedFault, ForwardSetup, ReplyPolicy, RuleUsage, UsageByRule};

/// The time a client may take for its head, and again for its body.
const CLIENT_PATIENCE: Duration = Duration::from_secs(5);

/// The time connections may take to finish once the listener stops.
const DRAIN: Duration = Duration::from_secs(3);

/// The pause before accepting again after a failure: the process is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The reasons that keep the listener from listening.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has the port.
    #[error(
        "cannot listen at {address}: the port is taken; stop the program that has it, or choose another with --addr or in Settings"
    )]
    Taken { address: SocketAddr },
    #[error("cannot listen at {address}: {source}; choose another address with --addr or in Settings")]
    Bind { address: SocketAddr, source: std::io::Error },
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

/// Everything that a running listener depends on.
#[derive(Clone, Debug)]
pub struct ListenerContext {
    /// The accounts that callbacks are matched with; changes take effect with the next request.
    pub accounts: watch::Receiver<Arc<Accounts>>,
    pub store: StoreHandle,
    /// The time an answer may take, from the request's first byte.
    pub reply_budget: Duration,
    pub policy: ReplyPolicy,
}

/// Binds the address; nothing is accepted yet.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    handles::raise_limit();
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ListenError::Taken { address },
        _ => ListenError::Bind { address, source },
    })
}

/// Serves until `stop` resolves or its sender is gone; then stops accepting and lets open answers finish, 3 s at most.
pub async fn serve(listener: TcpListener, context: ListenerContext, stop: oneshot::Receiver<()>) {
    // Every task with a pending answer or record holds a clone: once all are dropped, all is done.
    let (pending, mut all_done) = mpsc::channel::<()>(1);
    let (stops, stopping) = watch::channel(false);
    let held = context.policy.held.clone();
    held.close(false);
    let own_address = listener.local_addr().unwrap_or_else(|_unknown| SocketAddr::from(([0, 0, 0, 0], 0)));
    let endpoint = Arc::new(Endpoint::new(context, own_address, stopping, pending));
    let connections = GracefulShutdown::new();
    // Dropping the set ends what is left in it.
    let mut tasks = JoinSet::new();
    let refused = LogThrottle::default();
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    while tasks.try_join_next().is_some() {}
                    tasks.spawn(connection(stream, peer, Arc::clone(&endpoint), &connections));
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
    // Handlers that wait for a person, a delay or a retry answer with the default now.
    held.close(true);
    stops.send_replace(true);
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
    endpoint: Arc<Endpoint>,
    connections: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // An answer is one small packet: waiting to fill it would cost 40 ms.
    stream.set_nodelay(true).ok();
    let origin = Origin::new(peer, stream);
    let service = {
        let (endpoint, origin) = (Arc::clone(&endpoint), origin.clone());
        service_fn(move |request| {
            let answered = callback::handle(Arc::clone(&endpoint), origin.clone(), request);
            async move { Ok::<_, Infallible>(answered.await) }
        })
    };
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_PATIENCE)
        // Hyper's own panics where the clock is set before 1970 or beyond 9999; `http_answer` adds one.
        .auto_date_header(false)
        // A client that has closed its sending half still gets its answer.
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
