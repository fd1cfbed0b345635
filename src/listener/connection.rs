//! How a request began: when its first byte came, the clock that WeChat's five seconds run on, and its line to the byte.

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

/// A request line longer than this is taken from the HTTP library instead, in bytes.
const LONGEST_LINE: usize = 16 << 10;

/// Whose connection it is, and how the request on it began.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) peer: SocketAddr,
    stream: Arc<TcpStream>,
    /// Set by the handler, read by the stream: nothing more is written.
    ended: Arc<AtomicBool>,
    /// Set by the stream, read and cleared by the handler; the lock is held for one assignment.
    beginning: Arc<Mutex<Option<RequestStart>>>,
}

/// The first bytes of a request.
#[derive(Clone, Debug)]
struct RequestStart {
    at: Instant,
    /// The request line, where it came in one piece.
    line: Option<String>,
}

/// How a connection ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    /// It is closed.
    Closed,
    /// It is reset.
    Reset,
}

impl Origin {
    pub(super) fn new(peer: SocketAddr, stream: TcpStream) -> Self {
        Self { peer, stream: Arc::new(stream), ended: Arc::default(), beginning: Arc::default() }
    }

    /// Resolves once the other side has closed or reset the connection. To be awaited while an answer is owed.
    pub(super) async fn hung_up(&self) {
        if matches!(self.stream.peek(&mut [0]).await, Ok(1..)) {
            // The next request is waiting already: whether its sender is still there can no longer be seen.
            std::future::pending::<()>().await;
        }
    }

    /// Ends the connection in place of whatever is answered next.
    pub(super) fn end(&self, how: ConnectionEnd) {
        if how == ConnectionEnd::Reset {
            // Closing now sends a reset: what has not been delivered is thrown away.
            self.stream.set_zero_linger().ok();
        }
        self.ended.store(true, Ordering::Relaxed);
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// When the current request's first byte came.
    pub(super) fn began(&self) -> Instant {
        self.lock().as_ref().map_or_else(Instant::now, |beginning| beginning.at)
    }

    /// The request target as it came, which the HTTP library cuts at a `#`; `parsed` is what it makes of it.
    pub(super) fn target(&self, parsed: &Uri) -> String {
        let parsed = parsed.to_string();
        let beginning = self.lock();
        let line = beginning.as_ref().and_then(|beginning| beginning.line.as_deref());
        match line.and_then(|line| line.split(' ').nth(1)) {
            Some(target) if target.starts_with(&parsed) => target.to_owned(),
            // Another request's line, read together with the one before.
            _ => parsed,
        }
    }

    /// The next byte belongs to another request.
    pub(super) fn finish(&self) {
        *self.lock() = None;
    }

    fn read_something(&self, bytes: &[u8]) {
        self.lock().get_or_insert_with(|| RequestStart { at: Instant::now(), line: first_line(bytes) });
    }

    fn lock(&self) -> MutexGuard<'_, Option<RequestStart>> {
        self.beginning.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(LONGEST_LINE)];
    let end = memchr::memchr(b'\r', bytes)?;
    std::str::from_utf8(&bytes[..end]).ok().map(str::to_owned)
}

/// A stream that notes when bytes come, and that the handler can end without an answer.
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

    /// Waits until something can be written, and writes it, unless nothing is to be written any more.
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

// Through the shared handle, since the handler looks at the same stream: hyper reads nothing while an answer is owed.
impl AsyncRead for TimedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        loop {
            ready!(self.stream().poll_read_ready(cx))?;
            match self.stream().try_read_buf(buffer) {
                Ok(count) => {
                    if count > 0 {
                        self.origin.read_something(&buffer.filled()[before..]);
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
        // ReplyContent is written is with the system already.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Who was cut off is owed no orderly end; that the other side has gone already is no error.
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
