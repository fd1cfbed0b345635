//! The port: connections are accepted up to a limit, served by hyper with its timers, and ended when the feed stops.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connection_hold::ConnectionHold;
use super::log::LogState;
use super::routes::{self, Endpoint};
use crate::log_throttle::LogThrottle;

/// Connections at a time: a thousand followers, and those who poll beside them.
const MOST_CONNECTIONS: usize = 2_048;

/// Connections that are being refused at a time; those beyond are closed without a word.
const MOST_REFUSALS: usize = 64;

/// The time that a client may take for the head of a request, and be silent between two.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// The time that a refused client may take to read why.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(1);

/// The time within which a peer acknowledges what it gets, or is gone.
const PEER_PATIENCE: Duration = Duration::from_secs(45);

/// Silence after which the system asks a peer whether it is there.
const SILENCE: Duration = Duration::from_secs(30);

/// Bytes that the system holds for a follower who does not read; beyond it the follower waits, which is noticed.
const SEND_BUFFER: usize = 256 << 10;

/// Bytes that hyper holds for it; a request's head has to fit into as much.
const HYPER_BUFFER: usize = 64 << 10;

/// The pause before accepting again after a failure: the process is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The time that followers get for the last events once the feed stops.
pub(super) const DRAIN: Duration = Duration::from_millis(700);

/// The answer to a connection that is one too many.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\n\
    connection: close\r\n\r\n{\"error\":\"the feed has as many connections as it takes; close some, or try again in a while\"}\n";

/// Serves until the log is over, then for [`DRAIN`] at most.
pub(super) async fn serve(
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
    mut stopping: watch::Receiver<bool>,
    mut log: watch::Receiver<LogState>,
) {
    let most = most_connections();
    let places = Arc::new(Semaphore::new(most));
    let refusals = Arc::new(Semaphore::new(MOST_REFUSALS));
    let failures = LogThrottle::default();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _peer)) => {
                if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                    connections.spawn(connection(stream, Arc::clone(&endpoint), ConnectionHold::of(place)));
                } else if let Ok(refusal) = Arc::clone(&refusals).try_acquire_owned() {
                    connections.spawn(async move {
                        refuse(stream).await;
                        drop(refusal);
                    });
                }
            }
            Err(error) => {
                if let Some(count) = failures.count() {
                    tracing::warn!("the feed cannot accept more connections just now (number {count}): {error}");
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let draining = async {
        log.wait_for(|log| log.is_over).await.ok();
        while connections.join_next().await.is_some() {}
        // Those that were upgraded hold their places until they are closed.
        places.acquire_many(u32::try_from(most).unwrap_or(u32::MAX)).await.ok();
    };
    tokio::time::timeout(DRAIN, draining).await.ok();
}

/// One connection, from its first byte to its last.
async fn connection(stream: TcpStream, endpoint: Arc<Endpoint>, hold: ConnectionHold) {
    tune(&stream);
    let mut over = endpoint.log.state.subscribe();
    let ended = hold.clone();
    let service = service_fn(move |request| {
        let answering = routes::handle(Arc::clone(&endpoint), hold.clone(), request);
        async { Ok::<_, Infallible>(answering.await) }
    });
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(HYPER_BUFFER)
        // Hyper's own panics where the clock is set before 1970 or beyond 9999.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        _ = &mut serving => return,
        () = ended.aborted() => return,
        _ = over.wait_for(|log| log.is_over) => serving.as_mut().graceful_shutdown(),
    }
    serving.await.ok();
}

/// Settings of a socket: small packets at once, and an end to peers that are no longer there.
fn tune(stream: &TcpStream) {
    stream.set_nodelay(true).ok();
    let socket = SockRef::from(stream);
    socket.set_send_buffer_size(SEND_BUFFER).ok();
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE).with_interval(SILENCE)).ok();
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(PEER_PATIENCE)).ok();
}

/// Says that there are too many, and reads on for a moment, so that the words are not lost in a reset.
async fn refuse(mut stream: TcpStream) {
    let saying = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1_024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    tokio::time::timeout(REFUSAL_PATIENCE, saying).await.ok();
}

/// Half of the file handles that this process may have, at most: captures need theirs.
#[cfg(unix)]
fn most_connections() -> usize {
    use rustix::process::{Resource, getrlimit};
    let handles = getrlimit(Resource::Nofile).current.and_then(|most| usize::try_from(most).ok());
    handles.map_or(MOST_CONNECTIONS, |handles| (handles / 2).clamp(1, MOST_CONNECTIONS))
}

/// Only Unix limits them.
#[cfg(not(unix))]
fn most_connections() -> usize {
    MOST_CONNECTIONS
}
