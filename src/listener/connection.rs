//! One connection: the time of a request's first byte, from which WeChat's five seconds run, its request line, and its end.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::http::Uri;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The longest request line that is kept, in bytes; beyond it the HTTP library's reading of it counts.
const LONGEST_LINE: usize = 16 << 10;

/// The connection that a request came on: its peer, and the start of the request.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) peer: SocketAddr,
    stream: Arc<TcpStream>,
    /// Set by the handler, read by the stream: once true, nothing more is written.
    ended: Arc<AtomicBool>,
    /// Set by the stream, read and cleared by the handler; the lock is held for one assignment.
    start: Arc<Mutex<Option<RequestStart>>>,
}

/// The time and the line of a request's first bytes.
#[derive(Clone, Debug)]
struct RequestStart {
    at: Instant,
    /// The request line, if it came in one piece.
    line: Option<String>,
}

/// The ways to end a connection without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    Closed,
    Reset,
}

impl Origin {
    pub(super) fn new(peer: SocketAddr, stream: TcpStream) -> Self {
        Self { peer, stream: Arc::new(stream), ended: Arc::default(), start: Arc::default() }
    }

    /// Resolves once the other side has closed or reset the connection. To be awaited while an answer is pending.
    pub(super) async fn hung_up(&self) {
        if matches!(self.stream.peek(&mut [0]).await, Ok(1..)) {
            // The next request is waiting already: whether its sender is still there can no longer be seen.
            std::future::pending::<()>().await;
        }
    }

    /// Ends the connection in place of the next answer.
    pub(super) fn end(&self, how: ConnectionEnd) {
        if how == ConnectionEnd::Reset {
            // Closing now sends a reset: undelivered bytes are thrown away.
            self.stream.set_zero_linger().ok();
        }
        self.ended.store(true, Ordering::Relaxed);
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The time of the current request's first byte.
    pub(super) fn began(&self) -> Instant {
        self.lock().as_ref().map_or_else(Instant::now, |start| start.at)
    }

    /// The request target to the byte. The HTTP library cuts it at a `#`: `parsed` is its reading.
    pub(super) fn target(&self, parsed: &Uri) -> String {
        let parsed = parsed.to_string();
        let start = self.lock();
        let line = start.as_ref().and_then(|start| start.line.as_deref());
        match line.and_then(|line| line.split(' ').nth(1)) {
            Some(target) if target.starts_with(&parsed) => target.to_owned(),
            // The line is that of an earlier request, read together with this one.
            _ => parsed,
        }
    }

    /// Ends the request: the next byte belongs to another one.
    pub(super) fn finish(&self) {
        *self.lock() = None;
    }

    fn note_read(&self, bytes: &[u8]) {
        self.lock().get_or_insert_with(|| RequestStart { at: Instant::now(), line: first_line(bytes) });
    }

    fn lock(&self) -> MutexGuard<'_, Option<RequestStart>> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(LONGEST_LINE)];
    let end = memchr::memchr(b'\r', bytes)?;
    std::str::from_utf8(&bytes[..end]).ok().map(str::to_owned)
}

/// A stream that notes the time of each request's first bytes, and that the handler can end without an answer.
pub(super) struct TimedStream {
    origin: Origin,
}

impl TimedStream {
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin }
    }

    fn stream(&self) -> &TcpStream {
        &self.origin.stream
    }

    /// Writes as soon as the socket takes bytes, unless the handler has ended the connection.
    fn write(&self, cx: &mut Context<'_>, write: impl Fn(&TcpStream) -> io::Result<usize>) -> Poll<io::Result<usize>> {
        loop {
            if self.origin.is_ended() {
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            ready!(self.stream().poll_write_ready(cx))?;
            match write(self.stream()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

// Through the shared handle, since the handler looks at the same stream: hyper reads nothing while an answer is pending.
impl AsyncRead for TimedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        loop {
            ready!(self.stream().poll_read_ready(cx))?;
            match self.stream().try_read_buf(buffer) {
                Ok(count) => {
                    if count > 0 {
                        self.origin.note_read(&buffer.filled()[before..]);
                    }
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write(buffer))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Written bytes are with the system already.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // An ended connection gets no orderly shutdown; a peer that has gone already is no error.
        if !self.origin.is_ended() {
            socket2::SockRef::from(self.stream()).shutdown(std::net::Shutdown::Write).ok();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write_vectored(buffers))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
